"""Participants per group for hold time, by simulating the primary model of hold time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import t

from pipeline.statistics.estimates.hold_rows import FEWEST_WITH_END
from pipeline.statistics.planning.censored_two_groups import CohortSums, fit_log_ratios
from pipeline.statistics.planning.exact_power import UnreachablePowerError
from schemas.plan import DEFAULT_PLAN

Progress = Callable[[int, int], None]

MOST_PER_GROUP: Final = 2_000
"""Larger groups are not simulated: no study of the field is near."""
_LARGEST_BLOCK: Final = 2_000_000
"""Trials simulated at a time, for memory."""
_STEPS_AROUND: Final = (0.55, 0.75, 1.0, 1.25, 1.6)
"""Sizes of the first curve, relative to where it is centred."""
_MORE_FOR_THE_ANSWER: Final = 5
_MOST_CONFIRMATIONS: Final = 4
_FEWEST_PER_GROUP: Final = 5
"""Below it the cluster-robust errors of a simulated cohort say nothing."""


@dataclass(frozen=True)
class HoldAssumptions:
    """What is assumed of hold time: log-normal, with levels of participants and of their legs.

    median_s: median of one trial of the reference group, if no ceiling were set. ratio: of the
    times, case to reference. sd_participants, sd_legs, sd_trials: standard deviations of the natural
    logarithm between participants, between the legs of one, and between trials of a leg. ceiling_s:
    where the clock is stopped; trials: per leg; legs: 1 or 2.

    Raises ValueError for numbers that cannot be.
    """

    median_s: float
    ratio: float
    sd_participants: float
    sd_legs: float
    sd_trials: float
    ceiling_s: float
    trials: int
    legs: int

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if min(self.median_s, self.ratio, self.ceiling_s, self.sd_trials) <= 0:
            raise ValueError("median, ratio, ceiling and spread between trials are above 0")
        if min(self.sd_participants, self.sd_legs) < 0:
            raise ValueError("a standard deviation is not below 0")
        if self.trials < 1 or self.legs not in (1, 2):
            raise ValueError("there is at least one trial, on one leg or two")

    @property
    def sd_of_trial(self) -> float:
        """Standard deviation of the log of one trial of different participants."""
        return float(np.hypot(np.hypot(self.sd_participants, self.sd_legs), self.sd_trials))

    def share_at_ceiling(self) -> tuple[float, float]:
        """Expected share of trials held to the ceiling: reference, case."""
        gap = np.log(self.ceiling_s / self.median_s)
        return (
            float(ndtr(-gap / self.sd_of_trial)),
            float(ndtr((np.log(self.ratio) - gap) / self.sd_of_trial)),
        )

    def without_ceiling_n_per_group(self, *, power: float, alpha: float) -> int:
        """Participants per group if no trial were cut off, by the normal approximation.

        Where the search starts; the ceiling asks for more.
        """
        of_mean = (
            self.sd_participants**2
            + self.sd_legs**2 / self.legs
            + self.sd_trials**2 / (self.legs * self.trials)
        )
        effect = abs(np.log(self.ratio))
        if effect == 0:
            raise UnreachablePowerError("A ratio of 1 is no difference that could be detected.")
        n = 2 * of_mean * ((ndtri(1 - alpha / 2) + ndtri(power)) / effect) ** 2
        return int(np.ceil(n + 1))


@dataclass(frozen=True)
class SimulatedPower:
    """Power with one size, with its Monte Carlo error.

    power, se: share of simulated cohorts in which the groups differ at alpha, and its standard error
    (never 0: by the Agresti-Coull count). not_estimable: share of cohorts in which the plan's rules
    allow no regression; they count as not detected. mean_ratio: geometric mean of the estimated
    ratios.
    """

    n_per_group: int
    power: float
    se: float
    not_estimable: float
    mean_ratio: float
    replicates: int


@dataclass(frozen=True)
class HoldPlan:
    """The answer. at: the power with n_per_group; curve: powers over sizes, ascending.

    n_low, n_high: sizes that the Monte Carlo error leaves open (95 %).
    """

    n_per_group: int
    n_low: int
    n_high: int
    at: SimulatedPower
    curve: tuple[SimulatedPower, ...]


def simulated_power(
    assumed: HoldAssumptions,
    n_per_group: int,
    *,
    alpha: float = 0.05,
    replicates: int = 2_000,
    seed: int,
) -> SimulatedPower:
    """Power of `censored_lognormal`, unadjusted, two-sided, with n_per_group in each group.

    The stream of random numbers depends on seed and size only.
    """
    rng = np.random.default_rng([seed, n_per_group])
    per_cohort = 2 * n_per_group * assumed.legs * assumed.trials
    detected, refused, total, answered = 0, 0, 0.0, 0
    left = replicates
    while left:
        block = min(left, max(1, _LARGEST_BLOCK // per_cohort))
        left -= block
        sums = CohortSums.of(_ln_times(assumed, n_per_group, block, rng), np.log(assumed.ceiling_s))
        found = fit_log_ratios(sums)
        allowed = _allowed(sums) & np.isfinite(found.log_ratio)
        bound = t.isf(alpha / 2, found.df[allowed])
        estimate = found.log_ratio[allowed]
        detected += int((np.abs(estimate) > bound * found.se[allowed]).sum())
        refused += int((~allowed).sum())
        total, answered = total + float(estimate.sum()), answered + len(estimate)
    smoothed = (detected + 2) / (replicates + 4)
    return SimulatedPower(
        n_per_group=n_per_group,
        power=detected / replicates,
        se=float(np.sqrt(smoothed * (1 - smoothed) / (replicates + 4))),
        not_estimable=refused / replicates,
        mean_ratio=float(np.exp(total / answered)) if answered else float("nan"),
        replicates=replicates,
    )


def plan_hold_time(
    assumed: HoldAssumptions,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    replicates: int = 2_000,
    seed: int,
    progress: Progress = lambda done, total: None,
) -> HoldPlan:
    """The smallest size of two equal groups that reaches the power.

    A first curve around the size without ceiling, on a scale on which power rises as a straight
    line; a second one around its answer; then the answer itself with more replicates, until they
    do not move it.
    Raises UnreachablePowerError when no size up to MOST_PER_GROUP reaches the power.
    """
    steps = 2 * len(_STEPS_AROUND) + 1
    done: dict[int, SimulatedPower] = {}
    centre = float(assumed.without_ceiling_n_per_group(power=power, alpha=alpha)) * 1.15
    at, low, high = centre, centre, centre
    for turn in (0, 1):
        for factor in _STEPS_AROUND:
            n = int(np.clip(round(at * factor), _FEWEST_PER_GROUP, MOST_PER_GROUP))
            if n not in done:
                done[n] = simulated_power(assumed, n, alpha=alpha, replicates=replicates, seed=seed)
            progress(min(len(done), steps - 1), steps)
        at, low, high = _where(tuple(done.values()), power)
        if turn == 0 and at > MOST_PER_GROUP:
            break
    for _ in range(_MOST_CONFIRMATIONS):
        n = max(_FEWEST_PER_GROUP, int(np.ceil(at)))
        if n > MOST_PER_GROUP:
            raise _beyond(done.values())
        if done.get(n) is not None and done[n].replicates > replicates:
            break
        done[n] = simulated_power(
            assumed, n, alpha=alpha, replicates=_MORE_FOR_THE_ANSWER * replicates, seed=seed
        )
        at, low, high = _where(tuple(done.values()), power)
    progress(steps, steps)
    return HoldPlan(
        n_per_group=n,
        n_low=min(n, max(_FEWEST_PER_GROUP, int(np.ceil(low)))),
        n_high=max(n, int(np.ceil(high))),
        at=done[n],
        curve=tuple(sorted(done.values(), key=lambda one: one.n_per_group)),
    )


def _beyond(found: Iterable[SimulatedPower]) -> UnreachablePowerError:
    most = max(found, key=lambda one: one.n_per_group)
    return UnreachablePowerError(
        f"With {most.n_per_group} participants per group the power is {most.power:.0%}, and more "
        f"than {MOST_PER_GROUP} per group are not simulated."
    )


def _ln_times(
    assumed: HoldAssumptions, n_per_group: int, n_cohorts: int, rng: np.random.Generator
) -> np.ndarray:
    """Log times without ceiling, shape (n_cohorts, 2, n_per_group, legs * trials)."""
    people = (n_cohorts, 2, n_per_group)
    level = rng.normal(np.log(assumed.median_s), assumed.sd_participants, people)
    level[:, 1] += np.log(assumed.ratio)
    legs = level[..., None] + rng.normal(0, assumed.sd_legs, (*people, assumed.legs))
    trials = rng.normal(0, assumed.sd_trials, (*people, assumed.legs, assumed.trials))
    return (legs[..., None] + trials).reshape(*people, assumed.legs * assumed.trials)


def _allowed(sums: CohortSums) -> np.ndarray:
    """Cohorts for which the default plan allows a regression, shape (n_cohorts,)."""
    ended, _, _, held = sums.by_group()
    share = held.sum(axis=1) / (ended + held).sum(axis=1)
    people = (sums.n_ended > 0).sum(axis=-1)
    return np.asarray(
        (share <= DEFAULT_PLAN.maximum_share_at_ceiling)
        & (ended >= DEFAULT_PLAN.minimum_events_per_group).all(axis=1)
        & (people >= FEWEST_WITH_END).all(axis=1)
    )


def _where(found: tuple[SimulatedPower, ...], power: float) -> tuple[float, float, float]:
    """Size at which the power is reached, and its 95 % limits from the Monte Carlo error.

    Weighted least squares of the normal quantile of power on the square root of the size, a line
    for a test of a normal estimate.
    """
    root = np.sqrt([one.n_per_group for one in found])
    share = np.array([(one.power * one.replicates + 2) / (one.replicates + 4) for one in found])
    quantile = ndtri(share)
    density = np.exp(-0.5 * quantile**2) / np.sqrt(2 * np.pi)
    se = np.array([one.se for one in found]) / density
    # Far from the target the line is not exact, so that those sizes count less.
    weight = 1 / (se**2 + (0.1 * (quantile - ndtri(power))) ** 2)
    columns = np.column_stack([np.ones(len(root)), root])
    covariance = np.linalg.inv((columns * weight[:, None]).T @ columns)
    constant, slope = covariance @ (columns.T @ (weight * quantile))
    if slope <= 0:
        raise UnreachablePowerError(
            "The power does not rise with the size of the groups: too few trials end before the "
            "ceiling, or the difference is too small."
        )
    at = (ndtri(power) - constant) / slope
    here = np.array([1.0, at])
    error = float(np.sqrt(here @ covariance @ here)) / slope
    low, high = max(at - 1.96 * error, 0.0), at + 1.96 * error
    return float(max(at, 0.0) ** 2), float(low**2), float(high**2)
