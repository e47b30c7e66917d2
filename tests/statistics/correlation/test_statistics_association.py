"""Correlations against R, within groups and at equal covariates."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.correlation.association import (
    correlations_by_group,
    kendall,
    partial,
    pearson,
    spearman,
)

PAIRS = {
    "lbp_gmed_vas": ("gmed", "vas_mm", True),
    "lbp_gmed_odi": ("gmed", "odi_pct", True),
    "all_gmed_vas": ("gmed", "vas_mm", False),
    "all_gmed_hold": ("gmed", "hold_mean", False),
}


def _values(derived, x, y, within_cases, *more):
    rows = derived.loc[derived["group"].eq("LBP") | (not within_cases)]
    return rows[[x, y, *more]].dropna().to_numpy(float).T


@pytest.mark.parametrize("key", PAIRS)
def test_correlations_are_r_cor_test(derived, golden, tolerances, key):
    x, y = _values(derived, *PAIRS[key])
    expected, rtol = golden["cor"][key], tolerances["correlation"]
    r, rho, tau = pearson(x, y), spearman(x, y), kendall(x, y)
    assert (r.n, r.r, r.p) == pytest.approx(
        (expected["n"], expected["r"], expected["p"]), rel=rtol, abs=0
    )
    assert [r.ci_low, r.ci_high] == pytest.approx(expected["ci"], rel=rtol, abs=0)
    assert (rho.r, rho.p) == pytest.approx((expected["rho"], expected["rho_p"]), rel=rtol, abs=0)
    assert (tau.r, tau.p) == pytest.approx((expected["tau"], expected["tau_p"]), rel=rtol, abs=0)
    width = np.arctanh(rho.ci_high) - np.arctanh(rho.ci_low)
    bonett_wright = 2 * 1.959963984540054 * np.sqrt((1 + rho.r**2 / 2) / (rho.n - 3))
    assert width == pytest.approx(bonett_wright, rel=1e-9, abs=0)
    assert tau.ci_low < tau.r < tau.ci_high and tau.df is None


def test_partial_correlation_is_r(derived, golden, tolerances):
    x, y, age = _values(derived, "gmed", "vas_mm", True, "age_years")
    expected = golden["cor"]["partial_lbp_gmed_vas_age"]
    found = partial(x, y, pd.DataFrame({"age_years": age}))
    assert (found.r, found.df, found.p) == pytest.approx(
        (expected["r"], expected["df"], expected["p"]), rel=tolerances["partial corr"], abs=0
    )


def test_partial_correlation_is_the_recursion_and_the_regression_coefficient():
    rng = np.random.default_rng(5)
    z = rng.normal(size=50)
    x, y = z + rng.normal(size=50), z + rng.normal(size=50)
    a, b, c = (np.corrcoef(*pair)[0, 1] for pair in ((x, y), (x, z), (y, z)))
    by_hand = (a - b * c) / np.sqrt((1 - b**2) * (1 - c**2))
    found = partial(x, y, pd.DataFrame({"z": z}))
    assert found.r == pytest.approx(by_hand)
    assert found.ci_low < 0 < found.ci_high or found.p < 0.05
    ranked = partial(x, y, pd.DataFrame({"z": z}), method="spearman")
    assert ranked.r == pytest.approx(
        partial(*(stats.rankdata(v) for v in (x, y)), pd.DataFrame({"z": stats.rankdata(z)})).r
    )


def test_a_pooled_correlation_holds_the_groups_and_those_within_do_not():
    rng = np.random.default_rng(6)
    groups = np.repeat(["LBP", "control"], 60)
    shift = np.where(groups == "LBP", 3.0, 0.0)
    x, y = shift + rng.normal(size=120), shift + rng.normal(size=120)
    found = correlations_by_group(x, y, groups)
    assert found.across.r > 0.5
    assert abs(found.pooled_within.r) < 0.2
    assert all(abs(one.r) < 0.25 for one in found.within.values())
    assert found.pooled_within.df == 117 and not found.reasons
    lonely = correlations_by_group(x[:62], y[:62], groups[:62])
    assert list(lonely.within) == ["LBP"]
    assert "participants with both values is 2" in lonely.reasons["control"]
    empty = correlations_by_group(np.array([]), np.array([]), [])
    assert empty.across is None and len(empty.reasons) == 2
    assert correlations_by_group(x, y, groups, method="kendall").pooled_within is None


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-5, 3.0, 1e4]))
def test_order_units_and_the_sides_of_a_pair_do_not_matter(seed, scale):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(30, 5, 20), 1)
    y = np.round(x + rng.normal(0, 5, 20), 0)
    order = rng.permutation(20)
    for function in (pearson, spearman, kendall):
        found, swapped = function(x, y), function(y, x)
        moved = function(scale * x[order] + 5 * scale, y[order])
        mirrored = function(-x, y)
        for other, sign in ((swapped, 1), (moved, 1), (mirrored, -1)):
            assert other.r == pytest.approx(sign * found.r, rel=1e-7, abs=1e-12)
            assert other.p == pytest.approx(found.p, rel=1e-6, abs=0)
        assert mirrored.ci_low == pytest.approx(-found.ci_high)
    covariate = pd.DataFrame({"z": rng.normal(size=20)})
    one = partial(x, y, covariate)
    other = partial(y[order], scale * x[order], 7 * covariate.iloc[order])
    assert (other.r, other.ci_low) == pytest.approx((one.r, one.ci_low), rel=1e-7, abs=1e-10)


def test_kendall_has_a_p_value_where_scipy_has_zero():
    x = np.arange(2000.0)
    y = x + np.where(np.arange(2000) % 7 == 0, 40, 0)
    assert 0 < kendall(x, y).p < 1e-300


def test_correlations_that_cannot_be_say_why():
    with pytest.raises(NotEstimableError, match="at least 4"):
        pearson(np.arange(3.0), np.array([1.0, 5, 2]))
    with pytest.raises(NotEstimableError, match="at least 5"):
        kendall(np.arange(4.0), np.array([1.0, 5, 2, 3]))
    with pytest.raises(NotEstimableError, match="at least 5"):
        partial(np.arange(4.0), np.array([1.0, 5, 2, 3]), pd.DataFrame({"z": [1.0, 2, 2, 1]}))
    for function in (pearson, spearman, kendall):
        with pytest.raises(NotEstimableError, match="same value"):
            function(np.ones(6), np.arange(6.0))
        with pytest.raises(NotEstimableError, match="same value"):
            function(np.array([0.3, 0.1 + 0.2] * 3), np.arange(6.0))
        with pytest.raises(NotEstimableError, match="exactly"):
            function(np.arange(6.0), np.arange(6.0))
    x, y = np.array([1.0, 4, 2, 6, 3, 5, 9]), np.array([2.0, 1, 5, 3, 8, 4, 4])
    with pytest.raises(NotEstimableError, match="z cannot be told apart"):
        partial(x, y, pd.DataFrame({"z": np.ones(7)}))
    with pytest.raises(NotEstimableError, match="leave nothing"):
        partial(x, y, pd.DataFrame({"z": 3 * x + 1}))
    with pytest.raises(ValueError, match="one value per participant"):
        pearson(x, y[:5])
