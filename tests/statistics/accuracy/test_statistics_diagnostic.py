"""Accuracy of a positive or negative test against R."""

import numpy as np
import pytest

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.accuracy.diagnostic import TwoByTwo


def test_the_diagnostic_table_is_r(golden, tolerances):
    expected = golden["diagnostic"]
    table = TwoByTwo(expected["tp"], expected["fp"], expected["fn"], expected["tn"])
    rtol = tolerances["Wilson"]
    for found, value, interval in [
        (table.sensitivity(), "sens", "sens_wilson"),
        (table.specificity(), "spec", "spec_wilson"),
        (table.positive_likelihood_ratio(), "lr_pos", "lr_pos_ci"),
        (table.negative_likelihood_ratio(), "lr_neg", "lr_neg_ci"),
    ]:
        assert found.value == pytest.approx(expected[value], rel=rtol, abs=0)
        assert [found.ci_low, found.ci_high] == pytest.approx(expected[interval], rel=rtol, abs=0)


def test_a_perfect_test_has_shares_but_no_ratio_without_an_end():
    table = TwoByTwo(case_positive=10, reference_positive=0, case_negative=0, reference_negative=12)
    assert table.sensitivity().value == 1
    assert table.sensitivity().ci_low < 0.75
    for ratio in (table.positive_likelihood_ratio, table.negative_likelihood_ratio):
        with pytest.raises(NotEstimableError, match="not defined"):
            ratio()


def test_exact_intervals_and_the_odds_ratio_are_r(golden, tolerances):
    expected = golden["diagnostic"]
    table = TwoByTwo(expected["tp"], expected["fp"], expected["fn"], expected["tn"])
    rtol = tolerances["Clopper"]
    for found, key in (
        (table.sensitivity(interval="exact"), "sens_cp"),
        (table.specificity(interval="exact"), "spec_cp"),
    ):
        assert (found.ci_low, found.ci_high) == pytest.approx(tuple(expected[key]), rel=rtol, abs=0)
    odds = table.diagnostic_odds_ratio()
    assert odds.value == pytest.approx(expected["dor"], rel=1e-12, abs=0)
    ratio = table.positive_likelihood_ratio().value / table.negative_likelihood_ratio().value
    assert odds.value == pytest.approx(ratio) and odds.ci_low < odds.value < odds.ci_high


def test_predictive_values_at_the_share_of_cases_are_those_of_the_sample(golden):
    expected = golden["diagnostic"]
    table = TwoByTwo(expected["tp"], expected["fp"], expected["fn"], expected["tn"])
    share = table.n_case / (table.n_case + table.n_reference)
    positive = table.positive_predictive_value(share)
    negative = table.negative_predictive_value(share)
    assert positive.value == pytest.approx(expected["ppv"], rel=1e-12, abs=0)
    assert negative.value == pytest.approx(expected["npv"], rel=1e-12, abs=0)
    # With a known prevalence the interval differs from Wilson's of the sample, but not by much.
    assert (positive.ci_low, positive.ci_high) == pytest.approx(
        tuple(expected["ppv_wilson"]), abs=0.1
    )


def test_predictive_values_follow_the_prevalence():
    table = TwoByTwo(
        case_positive=40, reference_positive=10, case_negative=10, reference_negative=40
    )
    rare, common = (table.positive_predictive_value(p) for p in (0.05, 0.6))
    assert rare.value == pytest.approx(0.8 * 0.05 / (0.8 * 0.05 + 0.2 * 0.95))
    assert rare.ci_low < rare.value < rare.ci_high < common.value
    mirrored = TwoByTwo(40, 10, 10, 40).negative_predictive_value(1 - 0.05)
    assert (mirrored.value, mirrored.ci_low) == pytest.approx((rare.value, rare.ci_low))
    logit_se = np.sqrt(1 / 40 - 1 / 50 + 1 / 10 - 1 / 50)
    width = np.log(rare.ci_high / (1 - rare.ci_high)) - np.log(rare.ci_low / (1 - rare.ci_low))
    assert width == pytest.approx(2 * 1.959963984540054 * logit_se)
    for prevalence in (0.0, 1.0):
        with pytest.raises(ValueError, match="prevalence"):
            table.positive_predictive_value(prevalence)
    with pytest.raises(NotEstimableError, match="not defined"):
        TwoByTwo(10, 0, 5, 12).positive_predictive_value(0.3)
    with pytest.raises(NotEstimableError, match="not defined"):
        TwoByTwo(10, 0, 5, 12).diagnostic_odds_ratio()
    with pytest.raises(NotEstimableError, match="Nobody in one of the groups"):
        TwoByTwo(0, 3, 0, 12).negative_predictive_value(0.3)
    with pytest.raises(NotEstimableError, match="Nobody in this group"):
        TwoByTwo(0, 3, 0, 12).sensitivity()
