"""Closed-form power against R's pwr, and sizes that reach what they promise."""

import pytest

from pipeline.statistics.planning.exact_power import (
    UnreachablePowerError,
    correlation_n,
    correlation_power,
    groups_n_per_group,
    regression_residual_df,
    shares_n_per_group,
    t_test_detectable_d,
    t_test_n_per_group,
    t_test_power,
)


@pytest.fixture
def golden(golden_of):
    return golden_of("common")["power"]


@pytest.fixture
def rtol(tolerances):
    return tolerances["power"]


def test_the_t_test_is_r_pwr(golden, rtol):
    assert t_test_n_per_group(0.5) == pytest.approx(golden["t_n_d05_p80"], rel=rtol)
    assert t_test_power(0.8, 21, 22) == pytest.approx(golden["t_power_21_22_d08"], rel=rtol)
    assert t_test_detectable_d(21, 22) == pytest.approx(golden["t_d_21_22_p80"], rel=rtol)


def test_two_shares_are_r_pwr(golden, rtol):
    assert shares_n_per_group(0.7, 0.4) == pytest.approx(golden["prop_n_h"], rel=rtol)


def test_the_correlation_is_r_pwr(golden, rtol):
    assert correlation_n(0.5) == pytest.approx(golden["r_n"], rel=rtol)
    assert correlation_power(0.5, 21) == pytest.approx(golden["r_power_21"], rel=rtol)


def test_f_tests_are_r_pwr(golden, rtol):
    assert groups_n_per_group(3, 0.25) == pytest.approx(golden["anova_n"], rel=rtol)
    assert regression_residual_df(1, 0.15) == pytest.approx(golden["f2"], rel=rtol)


def test_a_tiny_effect_has_a_sentence_and_no_size():
    with pytest.raises(UnreachablePowerError, match="too small"):
        t_test_n_per_group(1e-6)


def test_the_direction_of_an_effect_does_not_matter():
    assert t_test_power(-0.8, 21, 22) == t_test_power(0.8, 22, 21)
    assert t_test_power(0.0, 21, 22) == pytest.approx(0.05)
