"""Chi-squared and Fisher's exact test of two categories against R."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.two_groups.categories import (
    chi_squared,
    conditional_odds_ratio,
    fisher_p,
    smallest_expected,
)


def test_sex_by_group_is_r_chisq_test_and_fisher_test(derived, golden, tolerances):
    expected = golden["sex_by_group"]
    table = pd.crosstab(derived["group"], derived["sex"]).loc[
        ["control", "LBP"], ["female", "male"]
    ]
    assert table.to_dict("index") == expected["table"]
    found, rtol = chi_squared(table), tolerances["chi2"]
    assert (found.statistic, found.p) == pytest.approx(
        (expected["chi2"], expected["p"]), rel=rtol, abs=0
    )
    assert chi_squared(table, yates=True).p == pytest.approx(expected["p_yates"], rel=rtol, abs=0)
    assert fisher_p(table) == pytest.approx(expected["fisher_p"], rel=1e-9, abs=0)
    odds = conditional_odds_ratio(table)
    # R's own search for the ratio stops at 1e-4, its interval at 1e-7 and better.
    assert odds.value == pytest.approx(expected["fisher_or"], rel=tolerances["Fisher"], abs=0)
    assert [odds.ci_low, odds.ci_high] == pytest.approx(
        expected["fisher_ci"], rel=tolerances["Fisher"], abs=0
    )


def test_fisher_of_the_rating_is_r(golden):
    block = golden["diagnostic"]
    table = [[block["tp"], block["fp"]], [block["fn"], block["tn"]]]
    assert fisher_p(table) == pytest.approx(block["fisher_p"], rel=1e-9, abs=0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=4, max_size=4))
def test_swapping_the_groups_inverts_the_odds_ratio(cells):
    table = np.array(cells).reshape(2, 2)
    odds, swapped = conditional_odds_ratio(table), conditional_odds_ratio(table[::-1])
    assert swapped.value == pytest.approx(1 / odds.value, rel=1e-9, abs=0)
    assert swapped.ci_low == pytest.approx(1 / odds.ci_high, rel=1e-9, abs=0)
    assert odds.ci_low < odds.value < odds.ci_high
    assert chi_squared(table.T).p == pytest.approx(chi_squared(table).p, rel=1e-9, abs=0)
    assert fisher_p(table[:, ::-1]) == pytest.approx(fisher_p(table), rel=1e-6, abs=0)


def test_categories_that_cannot_be_compared_say_why():
    with pytest.raises(NotEstimableError, match="no participant"):
        chi_squared([[0, 0], [0, 0]])
    with pytest.raises(NotEstimableError, match="one group or in one category"):
        chi_squared([[5, 7], [0, 0]])
    with pytest.raises(NotEstimableError, match="one group or in one category"):
        fisher_p([[5, 0], [4, 0]])
    with pytest.raises(NotEstimableError, match="not defined"):
        conditional_odds_ratio([[5, 0], [4, 3]])
    assert fisher_p([[5, 0], [0, 5]]) == pytest.approx(2 / 252)
    assert smallest_expected([[5, 5], [1, 3]]) == pytest.approx(12 / 7)
    for wrong in ([[0.5, 1], [1, 1]], [1, 2], [[-1, 2], [3, 4]]):
        with pytest.raises(ValueError, match="counts"):
            chi_squared(wrong)
    with pytest.raises(ValueError, match="two groups and two"):
        fisher_p([[1, 2, 3], [4, 5, 6]])
