"""Adjusted P values against R, and what a family is."""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.estimates.multiplicity import (
    METHODS,
    adjust_p_values,
    adjust_within_families,
    holm,
)

R_NAMES = {"bh": "BH", "by": "BY"}


@pytest.mark.parametrize("method", METHODS)
def test_adjusted_p_values_are_r_p_adjust(golden, tolerances, method):
    block = golden["multiplicity"]
    found = adjust_p_values(pd.Series(block["raw"]), method)
    assert dict(found) == pytest.approx(
        block[R_NAMES.get(method, method)], rel=tolerances["p.adjust"], abs=0
    )


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_tests_does_not_matter_and_no_adjusted_p_is_smaller(method):
    p = pd.Series([0.04, 0.001, 0.5, 0.03, 0.03], index=list("abcde"))
    found = adjust_p_values(p, method)
    assert (found >= p).all() and (found <= 1).all()
    shuffled = adjust_p_values(p[["d", "a", "e", "c", "b"]], method)
    assert dict(shuffled) == pytest.approx(dict(found), rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_family_is_an_answer(method):
    assert adjust_p_values(pd.Series(dtype=float), method).empty
    assert adjust_p_values(pd.Series([np.nan, np.nan]), method).isna().all()
    assert adjust_p_values(pd.Series([0.2]), method).tolist() == [pytest.approx(0.2)]
    rows = pd.DataFrame({"family": pd.Series(dtype=str), "p": pd.Series(dtype=float)})
    assert adjust_within_families(rows, method).empty


def test_a_missing_p_is_no_test():
    p = pd.Series([0.01, np.nan, 0.03, 0.03])
    assert holm(p).tolist() == pytest.approx([0.03, np.nan, 0.06, 0.06], nan_ok=True)
    assert adjust_p_values(p, "bh").tolist() == pytest.approx(
        [0.03, np.nan, 0.03, 0.03], nan_ok=True
    )


def test_each_family_can_have_its_own_method():
    rows = pd.DataFrame({"family": ["F1", "F3", "F1", "F3"], "p": [0.01, 0.01, 0.03, 0.03]})
    found = adjust_within_families(rows, {"F3": "bonferroni"})
    assert found.tolist() == pytest.approx([0.02, 0.02, 0.03, 0.06])
    with pytest.raises(ValueError, match="known: holm, hochberg"):
        adjust_within_families(rows, "sidak")


def test_rows_that_share_a_label_keep_their_own_p():
    found = adjust_p_values(pd.Series([0.01, 0.03], index=["x", "x"]))
    assert found.tolist() == pytest.approx([0.02, 0.03])


def test_families_are_adjusted_apart_and_other_rows_not_at_all():
    rows = pd.DataFrame({"family": ["F1", "F2", "F1", ""], "p": [0.01, 0.02, 0.03, 0.04]})
    found = adjust_within_families(rows)
    assert found.tolist() == pytest.approx([0.02, 0.02, 0.03, np.nan], nan_ok=True)


def test_a_comparison_that_failed_counts_in_its_family_with_a_p_of_one():
    rows = pd.DataFrame({"family": ["F1", "F1", "F1", "F2"], "p": [0.01, 0.03, np.nan, np.nan]})
    found = adjust_within_families(rows)
    assert found.tolist() == pytest.approx([0.03, 0.06, np.nan, np.nan], nan_ok=True)
