"""Accuracy of a positive or negative test against R."""

import pytest

from pipeline.statistics.errors import NotEstimableError
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
        assert found.value == pytest.approx(expected[value], rel=rtol)
        assert [found.ci_low, found.ci_high] == pytest.approx(expected[interval], rel=rtol)


def test_a_perfect_test_has_shares_but_no_ratio_without_an_end():
    table = TwoByTwo(case_positive=10, reference_positive=0, case_negative=0, reference_negative=12)
    assert table.sensitivity().value == 1
    assert table.sensitivity().ci_low < 0.75
    for ratio in (table.positive_likelihood_ratio, table.negative_likelihood_ratio):
        with pytest.raises(NotEstimableError, match="not defined"):
            ratio()
