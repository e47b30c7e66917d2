"""Permutation test of a group in a censored regression: the score is computed once, labels move."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.censored_regression import CensoredNormal

MOST_PERMUTATIONS = 4_999
FEWEST_PERMUTATIONS = 999
_MOST_NUMBERS = 2_000_000
"""Participants times permutations, above which fewer are drawn."""
_BATCH_NUMBERS = 500_000
_SAME = 1e-9
"""Relative: statistics that differ by rounding count as equally extreme."""
_NOTHING = 1e-12
"""Of the scores' squares: a variance that is rounding only."""


@dataclass(frozen=True)
class ScorePermutation:
    """z: score of the group over its standard error from participants. p: two-sided, never 0."""

    z: float
    p: float
    n_permutations: int


def score_permutation(
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    exog: pd.DataFrame,
    group: npt.ArrayLike,
    participants: npt.ArrayLike,
    strata: npt.ArrayLike,
    *,
    rng: np.random.Generator,
) -> ScorePermutation:
    """Whether participants' holds depend on their group, beyond what exog explains.

    low, high: bounds on the regression's scale, shape (n_rows,); exog: (n_rows, k), first column
    constant, without the group; group: 0 or 1; strata: within whose values participants change
    places. The regression without the group is fitted once; a participant's score is the sum of the
    derivatives of their rows by the fitted value. With exog the test is approximate (covariates stay
    with people). Raises NotEstimableError when no stratum has both groups or scores do not vary.
    Source: Fisher 1935, The Design of Experiments; Janssen 1997, Stat Probab Lett 36:9 (studentised).
    """
    model = CensoredNormal(low, high, exog.to_numpy(dtype=float))
    of_row = model.score_obs(np.asarray(model.fit().params))[:, 0]
    frame = pd.DataFrame(
        {
            "person": np.asarray(participants),
            "stratum": pd.factorize(np.asarray(strata), sort=True)[0],
            "group": np.asarray(group, dtype=float),
            "score": of_row,
        }
    )
    people = frame.groupby("person").agg(
        stratum=("stratum", "first"), group=("group", "first"), score=("score", "sum")
    )
    # Neither names nor the order of rows decide what is drawn.
    people = people.round({"score": 9}).sort_values(["stratum", "score", "group"])
    of_stratum = people.groupby("stratum")
    score = (people["score"] - of_stratum["score"].transform("mean")).to_numpy()
    share = of_stratum["group"].transform("mean").to_numpy()
    labels, stratum = people["group"].to_numpy(), people["stratum"].to_numpy(dtype=float)
    squares = score**2
    weight, rest = squares * (1 - 2 * share), float(squares @ share**2)
    if not rest + float(labels @ weight) > _NOTHING * max(1.0, float(squares.sum())):
        raise NotEstimableError(
            "No participants of both groups could change places, or their holds do not vary."
        )

    def statistics(cases: Floats) -> Floats:
        """Studentised scores of many labellings, (n, participants) of 0 and 1."""
        variance = np.maximum(cases @ weight + rest, _NOTHING * squares.sum())
        return np.asarray(cases @ score / np.sqrt(variance))

    found = float(statistics(labels[None, :])[0])
    n = int(np.clip(_MOST_NUMBERS // len(labels), FEWEST_PERMUTATIONS, MOST_PERMUTATIONS))
    batch, extreme, left = max(1, _BATCH_NUMBERS // len(labels)), 0, n
    while left:
        size = min(batch, left)
        order = np.argsort(stratum + rng.random((size, len(labels))), axis=1)
        extreme += int((np.abs(statistics(labels[order])) >= abs(found) * (1 - _SAME)).sum())
        left -= size
    # The labelling found is one of the possible ones: p is never 0 (Phipson and Smyth 2010).
    return ScorePermutation(found, (extreme + 1) / (n + 1), n)
