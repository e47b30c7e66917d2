"""Welch, Student, Hedges g, standardised difference and TOST against R, and what they promise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import infer
from pipeline.statistics.models.two_groups.effect_size import (
    hedges_g,
    pooled_t,
    standardised_difference,
    welch,
)
from pipeline.statistics.models.two_groups.equivalence import tost, tost_of

VARIABLES = [
    "hold_mean", "hold_best", "gmed", "onset", "strength", "age_years", "bmi", "vas_mm", "odi_pct",
]  # fmt: skip

variables = pytest.mark.parametrize("variable", VARIABLES)


@variables
def test_welch_is_r_t_test(groups, golden, tolerances, variable):
    expected = golden["two_group"][variable]["welch"]
    found, rtol = welch(*groups(variable)), tolerances["Welch t"]
    names = {"estimate": "diff", "se": "se", "statistic": "t", "df": "df", "p": "p"}
    for name, key in names.items():
        assert getattr(found, name) == pytest.approx(expected[key], rel=rtol, abs=0), name
    assert [found.ci_low, found.ci_high] == pytest.approx(expected["ci"], rel=rtol, abs=0)


@variables
def test_the_pooled_test_is_r_t_test_with_equal_variances(groups, golden, tolerances, variable):
    expected = golden["two_group"][variable]["pooled"]
    found, rtol = pooled_t(*groups(variable)), tolerances["Welch t"]
    for name, key in {"statistic": "t", "df": "df", "p": "p"}.items():
        assert getattr(found, name) == pytest.approx(expected[key], rel=rtol, abs=0), name
    assert [found.ci_low, found.ci_high] == pytest.approx(expected["ci"], rel=rtol, abs=0)


@variables
def test_hedges_g_and_its_interval_are_r_effectsize(groups, golden, tolerances, variable):
    expected, rtol = golden["two_group"][variable]["hedges_g"], tolerances["Hedges g CI"]
    found = hedges_g(*groups(variable))
    assert found.g == pytest.approx(expected["g"], rel=1e-12, abs=0)
    assert [found.ci_low, found.ci_high] == pytest.approx(expected["ci_nct"], rel=rtol, abs=0)
    assert found.g / found.correction == pytest.approx(expected["cohens_d"], rel=1e-12, abs=0)
    cohen = [found.ci_low / found.correction, found.ci_high / found.correction]
    assert cohen == pytest.approx(expected["d_ci_nct"], rel=rtol, abs=0)
    unpooled = hedges_g(*groups(variable), pooled=False)
    assert unpooled.g == pytest.approx(expected["g_unpooled"], rel=1e-10, abs=0)
    assert [unpooled.ci_low, unpooled.ci_high] == pytest.approx(
        expected["g_unpooled_ci"], rel=rtol, abs=0
    )


@variables
def test_the_weight_of_a_study_is_r_metafor(groups, golden, variable):
    expected = golden["two_group"][variable]["hedges_g"]
    found = hedges_g(*groups(variable))
    assert (found.g, found.variance) == pytest.approx(
        (expected["metafor_g"], expected["metafor_var"]), rel=1e-12, abs=0
    )
    normal = infer(found.g, np.sqrt(found.variance), df=None, ci_level=0.95)
    assert [normal.ci_low, normal.ci_high] == pytest.approx(expected["metafor_ci"], rel=1e-9, abs=0)


@variables
def test_the_standardised_difference_of_table_1_is_r(groups, golden, variable):
    found = standardised_difference(*groups(variable))
    assert found == pytest.approx(golden["two_group"][variable]["smd_table1"], rel=1e-12, abs=0)


@variables
def test_equivalence_is_r_two_one_sided_tests(groups, golden, tolerances, variable):
    case, reference = groups(variable)
    expected, rtol = golden["two_group"][variable]["tost_sd05"], tolerances["TOST"]
    margin = 0.5 * np.sqrt((case.var(ddof=1) + reference.var(ddof=1)) / 2)
    assert margin == pytest.approx(expected["bound"], rel=rtol, abs=0)
    found = tost(case, reference, margin)
    for key in ("p_lower", "p_upper", "p", "t_lower", "t_upper"):
        assert getattr(found, key) == pytest.approx(expected[key], rel=rtol, abs=0), key
    assert [found.ci_low, found.ci_high] == pytest.approx(expected["ci90"], rel=rtol, abs=0)
    assert found.is_equivalent == (-margin < found.ci_low and found.ci_high < margin)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3), st.floats(0.1, 100))
def test_g_changes_sign_with_the_groups_and_not_with_the_unit(seed, shift, scale):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(shift, 1, 9), rng.normal(0, 1, 12)
    for pooled in (True, False):
        g, mirrored, scaled = (
            hedges_g(*pair, pooled=pooled) for pair in ((x, y), (y, x), (scale * x, scale * y))
        )
        assert (mirrored.g, mirrored.ci_low) == pytest.approx((-g.g, -g.ci_high), rel=1e-9, abs=0)
        assert (scaled.g, scaled.ci_low) == pytest.approx((g.g, g.ci_low), rel=1e-6, abs=0)
        assert g.ci_low < g.g < g.ci_high


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.floats(0.1, 100))
def test_a_difference_follows_unit_and_sign_and_not_the_order_of_rows(seed, shift, scale):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(shift, 1, 9), rng.normal(0, 2, 12)
    for test in (welch, pooled_t):
        found, mirrored = test(x, y), test(y, x)
        shuffled = test(scale * rng.permutation(x), scale * rng.permutation(y))
        assert mirrored.estimate == pytest.approx(-found.estimate, rel=1e-9, abs=1e-12)
        assert mirrored.p == pytest.approx(found.p, rel=1e-9, abs=0)
        assert shuffled.ci_low == pytest.approx(scale * found.ci_low, rel=1e-9, abs=0)
        assert shuffled.p == pytest.approx(found.p, rel=1e-7, abs=0)
    alike, swapped = tost(x, y, 1.0), tost(scale * y, scale * x, scale)
    assert (swapped.p_lower, swapped.p_upper) == pytest.approx((alike.p_upper, alike.p_lower))


def test_equivalence_takes_any_estimate_with_its_degrees_of_freedom():
    x, y = np.array([1.0, 2, 4, 4]), np.array([2.0, 2, 3, 5, 6])
    assert tost_of(welch(x, y), 3.0) == tost(x, y, 3.0)
    normal = tost_of(infer(0.0, 1.0, df=None, ci_level=0.95), 2.0)
    assert normal.p == pytest.approx(0.022750131948179195)
    with pytest.raises(ValueError, match="above 0"):
        tost(x, y, 0.0)
    with pytest.raises(NotEstimableError, match="no standard error"):
        tost_of(infer(1.0, 0.0, df=3, ci_level=0.95), 2.0)


@pytest.mark.parametrize(
    "function", [hedges_g, welch, pooled_t, standardised_difference, lambda x, y: tost(x, y, 1.0)]
)
def test_two_groups_need_two_values_that_vary(function):
    with pytest.raises(NotEstimableError, match="At least two"):
        function(np.array([1.0]), np.array([1.0, 2.0]))
    with pytest.raises(NotEstimableError, match="At least two"):
        function(np.array([]), np.array([1.0, 2.0]))
    with pytest.raises(NotEstimableError, match="do not vary"):
        function(np.array([3.0, 3.0]), np.array([1.0, 1.0]))
    with pytest.raises(NotEstimableError, match="do not vary"):
        function(np.array([0.3, 0.1 + 0.2]), np.array([1.0, 1.0]))
    with pytest.raises(ValueError, match="missing"):
        function(np.array([3.0, np.nan]), np.array([1.0, 2.0]))
