"""Participants per group for a measured outcome, whose trials and legs nest in participants."""

from dataclasses import dataclass

import numpy as np

from pipeline.statistics.planning.exact_power import t_test_n_per_group, t_test_power


@dataclass(frozen=True)
class MeasuredAssumptions:
    """What is assumed of one measured outcome.

    difference: of the group means, in the unit of the outcome. sd: standard deviation of a single
    trial of one leg of different participants, within a group. icc: correlation of two trials of
    one participant on different legs; icc_same_leg: on the same leg (None: the same as icc). trials:
    per leg. legs: 1 or 2.

    Raises ValueError for what cannot be: sd not above 0, correlations outside 0 to 1 or the same
    leg less alike than two legs.
    """

    difference: float
    sd: float
    icc: float
    trials: int
    legs: int
    icc_same_leg: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.sd > 0:
            raise ValueError("the standard deviation has to be above 0")
        if not 0 <= self.icc <= self.same_leg <= 1:
            raise ValueError(
                "correlations lie between 0 and 1, and trials of the same leg are at least as alike "
                "as those of two legs"
            )
        if self.trials < 1 or self.legs not in (1, 2):
            raise ValueError("there is at least one trial, on one leg or two")

    @property
    def same_leg(self) -> float:
        """Correlation of two trials of one leg."""
        return self.icc if self.icc_same_leg is None else self.icc_same_leg

    @property
    def design_effect(self) -> float:
        """Variance of a mean of all trials, relative to as many independent trials.

        Source: Kish 1965, Survey Sampling, for one level; here with legs in participants.
        """
        return 1 + (self.trials - 1) * self.same_leg + self.trials * (self.legs - 1) * self.icc

    @property
    def sd_of_mean(self) -> float:
        """Standard deviation of participants' means, which is what the groups are compared by."""
        return float(self.sd * np.sqrt(self.design_effect / (self.trials * self.legs)))

    @property
    def d(self) -> float:
        """Difference in standard deviations of participants' means."""
        return self.difference / self.sd_of_mean

    def power(self, n_per_group: float, *, alpha: float) -> float:
        """Exact power with this number of participants in each group."""
        return t_test_power(self.d, n_per_group, n_per_group, alpha=alpha)

    def n_per_group(self, *, power: float, alpha: float) -> int:
        """Participants in each group, rounded up. Raises UnreachablePowerError when none suffice."""
        return max(2, int(np.ceil(t_test_n_per_group(self.d, power=power, alpha=alpha))))
