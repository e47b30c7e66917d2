"""Participants drawn again: bootstrap samples that keep all rows of a participant together."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.statistics.estimates.arrays import Codes
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference

REPORT_SEED: Final = 20140
"""Permutations and samples of a report are drawn from one fixed stream, so that it can be made again."""

LARGEST_SHARE_FAILED = 0.05
"""Of the samples in which a number could not be computed. An interval from the rest would be that
of easier data."""


def content_order(codes: Codes, *columns: npt.ArrayLike) -> Codes:
    """Participants ordered by what their rows hold, so that neither names nor row order matter.

    codes: participant per row, 0 to G - 1. columns: shape (n_rows,) or (n_rows, k), numbers. A
    sample drawn in this order is the same for the same people, however the file was sorted.
    """
    values = np.column_stack([np.asarray(column, dtype=float) for column in columns])
    _, ranks = np.unique(values, axis=0, return_inverse=True)
    ranks = ranks.reshape(-1)
    order = np.lexsort((ranks, codes))
    rows = np.split(ranks[order], np.cumsum(np.bincount(codes))[:-1])
    keys = [tuple(row.tolist()) for row in rows]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)


def participant_weights(
    order: Codes,
    strata: Codes,
    n_samples: int,
    rng: np.random.Generator,
    *,
    batch: int,
) -> Iterator[npt.NDArray[np.int64]]:
    """How often each participant is drawn: batches of shape (up to `batch`, n_participants).

    order: from `content_order`. strata: stratum (group) per participant, indexed by code; as many
    are drawn from each as it has. One stratum draws from all.
    """
    members = [order[strata[order] == stratum] for stratum in np.unique(strata)]
    for start in range(0, n_samples, batch):
        size = min(batch, n_samples - start)
        counts = np.zeros((size, len(order)), dtype=np.int64)
        for own in members:
            shares = np.full(len(own), 1 / len(own))
            counts[:, own] = rng.multinomial(len(own), shares, size=size)
        yield counts


def percentile_inference(
    estimate: float, replicates: npt.ArrayLike, *, null: float = 0.0, ci_level: float = 0.95
) -> Inference:
    """SE, percentile interval and P value of bootstrap replicates; replicates that failed are NaN.

    p: twice the smaller share of replicates on either side of `null`, counting the estimate itself,
    so that it is never 0 and agrees with the interval. Raises NotEstimableError when more than
    LARGEST_SHARE_FAILED failed. Source: Efron and Tibshirani 1993, ch. 13.
    """
    drawn = np.asarray(replicates, dtype=float)
    known = drawn[np.isfinite(drawn)]
    if len(known) < max(2, (1 - LARGEST_SHARE_FAILED) * len(drawn)):
        raise NotEstimableError(
            "In too many samples of the participants the number could not be computed."
        )
    low, high = np.quantile(known, [(1 - ci_level) / 2, (1 + ci_level) / 2])
    se = float(known.std(ddof=1))
    smaller = min(int((known <= null).sum()), int((known >= null).sum()))
    return Inference(
        estimate=estimate,
        se=se,
        statistic=(estimate - null) / se if se > 0 else 0.0,
        df=None,
        p=min(1.0, 2 * (smaller + 1) / (len(known) + 1)),
        ci_low=float(low),
        ci_high=float(high),
        ci_level=ci_level,
    )
