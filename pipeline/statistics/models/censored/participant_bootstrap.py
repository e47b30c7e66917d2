"""Bootstrap of a censored regression by participants, who are drawn with all their trials."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.censored_regression import CensoredRegression

IntervalMethod = Literal["percentile", "basic", "bca"]
Progress = Callable[[int, int], None]

LARGEST_FAILED_SHARE = 0.05
"""Of the replicates. Those without a solution are the extreme ones, so that an interval without many
of them would be too narrow."""
_SETTLED = 1e-12
"""Newton's decrement relative to the log-likelihood before the last step. Replicates differ by about
a standard error; much looser, a likelihood that rises for ever would pass for settled."""
_REPORT_EVERY = 50


@dataclass(frozen=True)
class BootstrapInterval:
    """One coefficient. se: standard deviation of the replicates."""

    estimate: float
    se: float
    ci_low: float
    ci_high: float
    ci_level: float
    method: IntervalMethod


@dataclass(frozen=True)
class ParticipantBootstrap:
    """Replicates of a regression with participants drawn with replacement.

    estimates: of the data, by term. replicates: one row per replicate that has a solution, one
    column per term. n_failed: replicates without a solution. influence: by participant and term,
    the infinitesimal change of the estimate, from which BCa takes its acceleration.
    """

    estimates: pd.Series
    replicates: pd.DataFrame
    n_failed: int
    influence: pd.DataFrame

    def interval(
        self, term: str, *, method: IntervalMethod = "bca", ci_level: float = 0.95
    ) -> BootstrapInterval:
        """Interval of one term. Source: Efron 1987, J Am Stat Assoc 82:171 (BCa).

        Raises NotEstimableError when BCa has no answer: every replicate lies on one side.
        """
        estimate = float(self.estimates[term])
        values = self.replicates[term].to_numpy()
        tails = np.array([0.5 - ci_level / 2, 0.5 + ci_level / 2])
        if method == "bca":
            tails = self._bca_tails(term, values, estimate, tails)
        low, high = np.quantile(values, tails)
        if method == "basic":
            low, high = 2 * estimate - high, 2 * estimate - low
        return BootstrapInterval(
            estimate, float(values.std(ddof=1)), float(low), float(high), ci_level, method
        )

    def _bca_tails(self, term: str, values: Floats, estimate: float, tails: Floats) -> Floats:
        """Shares of the replicates that correct for bias and for a spread that changes."""
        below = float((np.sum(values < estimate) + np.sum(values <= estimate)) / 2 / len(values))
        if below in (0.0, 1.0):
            raise NotEstimableError(
                "All replicates lie on one side of the estimate, so that a bias-corrected interval "
                "does not exist."
            )
        influence = self.influence[term].to_numpy()
        acceleration = float((influence**3).sum() / (6 * (influence**2).sum() ** 1.5))
        bias = ndtri(below)
        shifted = bias + ndtri(tails)
        return np.asarray(ndtr(bias + shifted / (1 - acceleration * shifted)))


def participant_bootstrap(
    model: CensoredRegression,
    participants: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    replicates: int = 2000,
    strata: npt.ArrayLike | None = None,
    progress: Progress = lambda done, total: None,
) -> ParticipantBootstrap:
    """Refit `model` on participants drawn with replacement, as often as they were there.

    participants: shape (n_rows,), who each row belongs to. strata: shape (n_rows,), usually the
    group; as many participants are drawn within each as there are, as in a study that recruits by
    group. progress: called with (replicates done, replicates) now and then. A drawn participant is
    a weight on the rows, and Newton's method starts from the solution of all, so that a replicate
    takes a few steps. Raises NotEstimableError when the model has no solution or more than
    LARGEST_FAILED_SHARE of the replicates have none.
    """
    codes, people = pd.factorize(np.asarray(participants), sort=True)
    if len(codes) != len(model.rows) or (codes < 0).any():
        raise ValueError("participants needs one value per row")
    if model.k_spread != 1:
        raise ValueError("the bootstrap is of a regression with one spread")
    of_participant = _strata(codes, len(people), strata)
    problem = model.standardised()
    point = problem.maximum()
    estimates = problem.params(point)
    found = []
    for done in range(1, replicates + 1):
        weights = _draw_participants(of_participant, rng)[codes]
        with suppress(NotEstimableError):
            found.append(problem.params(problem.maximum(weights, point, settled=_SETTLED)))
        if done % _REPORT_EVERY == 0 or done == replicates:
            progress(done, replicates)
    n_failed = replicates - len(found)
    if n_failed > LARGEST_FAILED_SHARE * replicates or len(found) < 2:
        raise NotEstimableError(
            f"{n_failed} of {replicates} bootstrap replicates have no solution, because participants "
            "who decide the estimate are few."
        )
    terms = [str(name) for name in model.exog_names]
    scores = pd.DataFrame(model.score_obs(estimates)).groupby(codes).sum().to_numpy()
    influence = -scores @ np.linalg.inv(model.hessian(estimates))
    return ParticipantBootstrap(
        estimates=pd.Series(estimates, terms),
        replicates=pd.DataFrame(found, columns=terms),
        n_failed=n_failed,
        influence=pd.DataFrame(influence, index=people, columns=terms),
    )


def _strata(codes: Codes, n_people: int, strata: npt.ArrayLike | None) -> list[Codes]:
    """Codes of the participants of each stratum. Raises ValueError when one has two."""
    if strata is None:
        return [np.arange(n_people)]
    labels = pd.Series(pd.factorize(np.asarray(strata))[0])
    by_person = labels.groupby(codes).agg(["min", "max"])
    if len(labels) != len(codes) or (by_person["min"] != by_person["max"]).any():
        raise ValueError("each participant needs one stratum")
    return [np.flatnonzero(by_person["min"] == label) for label in range(labels.max() + 1)]


def _draw_participants(strata: list[Codes], rng: np.random.Generator) -> Floats:
    """How often each participant was drawn, with as many draws in a stratum as it has people."""
    counts = np.zeros(sum(len(people) for people in strata))
    for people in strata:
        counts[people] = rng.multinomial(len(people), np.full(len(people), 1 / len(people)))
    return counts
