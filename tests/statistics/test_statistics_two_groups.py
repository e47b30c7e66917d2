"""Closed forms against R: Welch, Hedges g, correlation, 2 x 2 table, Kaplan-Meier, Holm."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.models.accuracy.diagnostic import TwoByTwo
from pipeline.statistics.models.correlation.association import pearson, spearman
from pipeline.statistics.models.survival.kaplan_meier import kaplan_meier, median_time_s
from pipeline.statistics.models.two_groups.effect_size import (
    hedges_g,
    standardised_difference,
    welch,
)
from pipeline.statistics.multiplicity import adjust_within_families, holm
from pipeline.statistics.p_values import SMALLEST_P, infer, two_sided_p

VARIABLES = [
    "hold_mean", "hold_best", "gmed", "onset", "strength", "age_years", "bmi", "vas_mm", "odi_pct",
]  # fmt: skip


def _groups(derived, variable):
    values = derived[["group", variable]].dropna()
    return tuple(
        values.loc[values["group"] == g, variable].to_numpy(float) for g in ("LBP", "control")
    )


@pytest.mark.parametrize("variable", VARIABLES)
def test_welch_is_r_t_test(derived, golden, tolerances, variable):
    expected = golden["two_group"][variable]["welch"]
    found = welch(*_groups(derived, variable))
    rtol = tolerances["Welch t"]
    for name, key in {
        "estimate": "diff",
        "se": "se",
        "statistic": "t",
        "df": "df",
        "p": "p",
    }.items():
        assert getattr(found, name) == pytest.approx(expected[key], rel=rtol), name
    assert [found.ci_low, found.ci_high] == pytest.approx(expected["ci"], rel=rtol)


@pytest.mark.parametrize("variable", VARIABLES)
def test_hedges_g_and_its_interval_are_r_effectsize(derived, golden, tolerances, variable):
    expected = golden["two_group"][variable]["hedges_g"]
    found = hedges_g(*_groups(derived, variable))
    assert found.g == pytest.approx(expected["g"], rel=1e-12)
    assert [found.ci_low, found.ci_high] == pytest.approx(
        expected["ci_nct"], rel=tolerances["Hedges g CI"]
    )
    smd = standardised_difference(*_groups(derived, variable))
    assert smd == pytest.approx(golden["two_group"][variable]["smd_table1"], rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.1, 100))
def test_g_changes_sign_with_the_groups_and_not_with_the_unit(seed, shift, scale):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(shift, 1, 9), rng.normal(0, 1, 12)
    g, mirrored, scaled = hedges_g(x, y), hedges_g(y, x), hedges_g(scale * x, scale * y)
    assert (mirrored.g, mirrored.ci_low) == pytest.approx((-g.g, -g.ci_high), rel=1e-9)
    assert (scaled.g, scaled.ci_low) == pytest.approx((g.g, g.ci_low), rel=1e-6)
    assert g.ci_low < g.g < g.ci_high


@pytest.mark.parametrize("function", [hedges_g, welch, standardised_difference])
def test_two_groups_need_two_values_that_vary(function):
    with pytest.raises(NotEstimableError, match="At least two"):
        function(np.array([1.0]), np.array([1.0, 2.0]))
    with pytest.raises(NotEstimableError, match="do not vary"):
        function(np.array([3.0, 3.0]), np.array([1.0, 1.0]))


@pytest.mark.parametrize(
    ("score", "key"), [("vas_mm", "lbp_gmed_vas"), ("odi_pct", "lbp_gmed_odi")]
)
def test_correlations_are_r_cor_test(derived, golden, tolerances, score, key):
    pairs = derived.loc[derived["group"] == "LBP", ["gmed", score]].dropna().to_numpy(float)
    expected, rtol = golden["cor"][key], tolerances["correlation"]
    r, rho = pearson(*pairs.T), spearman(*pairs.T)
    assert (r.n, r.r, r.p) == pytest.approx((expected["n"], expected["r"], expected["p"]), rel=rtol)
    assert [r.ci_low, r.ci_high] == pytest.approx(expected["ci"], rel=rtol)
    assert (rho.r, rho.p) == pytest.approx((expected["rho"], expected["rho_p"]), rel=rtol)
    width = np.arctanh(rho.ci_high) - np.arctanh(rho.ci_low)
    bonett_wright = 2 * 1.959963984540054 * np.sqrt((1 + rho.r**2 / 2) / (rho.n - 3))
    assert width == pytest.approx(bonett_wright, rel=1e-9)


def test_correlations_that_cannot_be_say_why():
    with pytest.raises(NotEstimableError, match="at least 4"):
        pearson(np.arange(3.0), np.array([1.0, 5, 2]))
    with pytest.raises(NotEstimableError, match="same value"):
        spearman(np.ones(6), np.arange(6.0))
    with pytest.raises(NotEstimableError, match="exactly"):
        pearson(np.arange(6.0), np.arange(6.0))


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


@pytest.mark.parametrize("group", ["LBP", "control"])
def test_the_curve_and_its_median_are_r_survfit(derived, golden, tolerances, group):
    people = derived[(derived["group"] == group) & derived["dom_best"].notna()]
    expected = golden["km"]["loglog"][group]
    curve = kaplan_meier(people["dom_best"], people["dom_event"] == 1)
    at = expected["at"]
    found = [float(curve.loc[curve["time_s"] <= t, "survival"].iloc[-1]) for t in at["time"]]
    assert found == pytest.approx(at["surv"], rel=tolerances["KM S"])
    assert curve["n_at_risk"].iloc[0] == len(people) == expected["n"]
    assert curve["n_censored"].sum() == len(people) - expected["events"]
    if expected["median"] is None:
        with pytest.raises(NotEstimableError, match="More than half"):
            median_time_s(curve)
    else:
        assert median_time_s(curve) == pytest.approx(
            expected["median"], rel=tolerances["KM median"]
        )


def test_a_curve_in_small():
    curve = kaplan_meier([0, 4, 4, 10, 10], [True, True, False, True, False])
    assert curve["time_s"].tolist() == [0, 4, 10]
    assert curve["survival"].tolist() == pytest.approx([0.8, 0.6, 0.3])
    assert curve["n_at_risk"].tolist() == [5, 4, 2]
    assert curve["n_censored"].tolist() == [0, 1, 1]
    assert median_time_s(curve) == 10


def test_a_curve_where_nobody_came_down():
    curve = kaplan_meier([30, 30], [False, False])
    assert curve["survival"].tolist() == [1, 1]
    with pytest.raises(NotEstimableError):
        kaplan_meier([], [])


def test_holm_is_r_p_adjust(golden, tolerances):
    block = golden["multiplicity"]
    found = holm(pd.Series(block["raw"]))
    assert dict(found) == pytest.approx(block["holm"], rel=tolerances["p.adjust"])


def test_a_missing_p_is_no_test():
    found = holm(pd.Series([0.01, np.nan, 0.03, 0.03]))
    assert found.tolist() == pytest.approx([0.03, np.nan, 0.06, 0.06], nan_ok=True)


def test_families_are_adjusted_apart_and_other_rows_not_at_all():
    rows = pd.DataFrame({"family": ["F1", "F2", "F1", ""], "p": [0.01, 0.02, 0.03, 0.04]})
    found = adjust_within_families(rows)
    assert found.tolist() == pytest.approx([0.02, 0.02, 0.03, np.nan], nan_ok=True)


def test_a_comparison_that_failed_counts_in_its_family_with_a_p_of_one():
    rows = pd.DataFrame({"family": ["F1", "F1", "F1", "F2"], "p": [0.01, 0.03, np.nan, np.nan]})
    found = adjust_within_families(rows)
    assert found.tolist() == pytest.approx([0.03, 0.06, np.nan, np.nan], nan_ok=True)


def test_p_is_never_zero_and_never_above_one():
    assert two_sided_p(1e6, 400) == SMALLEST_P > 0
    assert two_sided_p(60.0) == SMALLEST_P
    assert two_sided_p(0.0, 10) == 1
    assert two_sided_p(10.0) == pytest.approx(1.523970604832105e-23, rel=1e-10)
    assert infer(2.0, 1.0, df=None, ci_level=0.95).ci_low == pytest.approx(2 - 1.959963984540054)
