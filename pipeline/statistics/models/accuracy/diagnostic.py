"""A positive or negative test against a two-group truth: sensitivity, specificity, likelihood ratios.

No predictive values: in a case-control study they would only reflect how many cases were recruited.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics.errors import NotEstimableError


@dataclass(frozen=True)
class WithInterval:
    """A share or ratio with its interval."""

    value: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True)
class TwoByTwo:
    """Participants by group and test result. Methods raise NotEstimableError where a count is 0."""

    case_positive: int
    reference_positive: int
    case_negative: int
    reference_negative: int

    @property
    def n_case(self) -> int:
        """Cases with a test result."""
        return self.case_positive + self.case_negative

    @property
    def n_reference(self) -> int:
        """Reference participants with a test result."""
        return self.reference_positive + self.reference_negative

    def sensitivity(self, ci_level: float = 0.95) -> WithInterval:
        """Share of cases with a positive test, Wilson interval."""
        return _share(self.case_positive, self.n_case, ci_level)

    def specificity(self, ci_level: float = 0.95) -> WithInterval:
        """Share of reference participants with a negative test, Wilson interval."""
        return _share(self.reference_negative, self.n_reference, ci_level)

    def positive_likelihood_ratio(self, ci_level: float = 0.95) -> WithInterval:
        """Sensitivity over 1 - specificity."""
        return _ratio(
            self.case_positive, self.n_case, self.reference_positive, self.n_reference, ci_level
        )

    def negative_likelihood_ratio(self, ci_level: float = 0.95) -> WithInterval:
        """1 - sensitivity over specificity."""
        return _ratio(
            self.case_negative, self.n_case, self.reference_negative, self.n_reference, ci_level
        )


def _share(count: int, total: int, ci_level: float) -> WithInterval:
    if total == 0:
        raise NotEstimableError("Nobody in this group has a test result.")
    low, high = proportion_confint(count, total, alpha=1 - ci_level, method="wilson")
    return WithInterval(count / total, float(low), float(high))


def _ratio(count: int, total: int, other: int, other_total: int, ci_level: float) -> WithInterval:
    """Ratio of two shares; interval on the log scale (Simel 1991, J Clin Epidemiol 44:763)."""
    if 0 in (total, other_total):
        raise NotEstimableError("Nobody in one of the groups has a test result.")
    if 0 in (count, other):
        raise NotEstimableError(
            "No participant of one group has this test result, so that the ratio or its interval "
            "is not defined."
        )
    ratio = (count / total) / (other / other_total)
    se = np.sqrt(1 / count - 1 / total + 1 / other - 1 / other_total)
    reach = np.exp(stats.norm.ppf(0.5 + ci_level / 2) * se)
    return WithInterval(ratio, float(ratio / reach), float(ratio * reach))
