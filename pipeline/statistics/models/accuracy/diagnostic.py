"""A positive or negative test against a two-group truth: sensitivity, specificity, likelihood ratios.

Predictive values only at a prevalence that somebody states: those of the sample would reflect how
many cases were recruited.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics.estimates.errors import NotEstimableError

IntervalOfShare = Literal["wilson", "exact"]
UNDEFINED = (
    "No participant of one group has this test result, so that the ratio or its interval is not "
    "defined."
)
_STATSMODELS_NAME = {"wilson": "wilson", "exact": "beta"}


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

    def sensitivity(
        self, ci_level: float = 0.95, interval: IntervalOfShare = "wilson"
    ) -> WithInterval:
        """Share of cases with a positive test; Wilson's interval, or Clopper and Pearson's exact."""
        return _share(self.case_positive, self.n_case, ci_level, interval)

    def specificity(
        self, ci_level: float = 0.95, interval: IntervalOfShare = "wilson"
    ) -> WithInterval:
        """Share of reference participants with a negative test; intervals as `sensitivity`."""
        return _share(self.reference_negative, self.n_reference, ci_level, interval)

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

    def diagnostic_odds_ratio(self, ci_level: float = 0.95) -> WithInterval:
        """Positive over negative likelihood ratio; interval on the log scale (Woolf 1955)."""
        cells = (
            self.case_positive,
            self.reference_positive,
            self.case_negative,
            self.reference_negative,
        )
        if 0 in cells:
            raise NotEstimableError(UNDEFINED)
        ratio = cells[0] * cells[3] / (cells[1] * cells[2])
        reach = np.exp(stats.norm.ppf(0.5 + ci_level / 2) * np.sqrt(sum(1 / n for n in cells)))
        return WithInterval(ratio, float(ratio / reach), float(ratio * reach))

    def positive_predictive_value(self, prevalence: float, ci_level: float = 0.95) -> WithInterval:
        """Share of cases among the positive where the share of cases is `prevalence` (0 to 1)."""
        return self._predictive(prevalence, ci_level, positive=True)

    def negative_predictive_value(self, prevalence: float, ci_level: float = 0.95) -> WithInterval:
        """Share of people without the condition among the negative, at a stated prevalence."""
        return self._predictive(prevalence, ci_level, positive=False)

    def _predictive(self, prevalence: float, ci_level: float, *, positive: bool) -> WithInterval:
        """Odds of the prevalence times the likelihood ratio; the prevalence counts as known.

        The interval of the ratio, carried over, is that of the delta method on the logit (Mercaldo,
        Lau and Zhou 2007, Stat Med 26:2170).
        """
        if not 0 < prevalence < 1:
            raise ValueError("the prevalence must be above 0 and below 1")
        odds = prevalence / (1 - prevalence)
        if positive:
            ratio = self.positive_likelihood_ratio(ci_level)
            ends = [ratio.ci_low * odds, ratio.value * odds, ratio.ci_high * odds]
        else:
            ratio = self.negative_likelihood_ratio(ci_level)
            ends = [1 / (odds * x) for x in (ratio.ci_high, ratio.value, ratio.ci_low)]
        low, value, high = (x / (1 + x) for x in ends)
        return WithInterval(value, low, high)


def _share(
    count: int, total: int, ci_level: float, interval: IntervalOfShare = "wilson"
) -> WithInterval:
    if total == 0:
        raise NotEstimableError("Nobody in this group has a test result.")
    low, high = proportion_confint(
        count, total, alpha=1 - ci_level, method=_STATSMODELS_NAME[interval]
    )
    share = count / total
    # Rounding takes the limit at 0 and 1 to the wrong side of the share.
    return WithInterval(share, min(float(low), share), max(float(high), share))


def _ratio(count: int, total: int, other: int, other_total: int, ci_level: float) -> WithInterval:
    """Ratio of two shares; interval on the log scale (Simel 1991, J Clin Epidemiol 44:763)."""
    if 0 in (total, other_total):
        raise NotEstimableError("Nobody in one of the groups has a test result.")
    if 0 in (count, other):
        raise NotEstimableError(UNDEFINED)
    ratio = (count / total) / (other / other_total)
    se = np.sqrt(1 / count - 1 / total + 1 / other - 1 / other_total)
    reach = np.exp(stats.norm.ppf(0.5 + ci_level / 2) * se)
    return WithInterval(ratio, float(ratio / reach), float(ratio * reach))
