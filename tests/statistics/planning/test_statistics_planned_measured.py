"""Sizes for measured outcomes: trials and legs count by how alike they are."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics.planning.continuous import MeasuredAssumptions
from pipeline.statistics.planning.exact_power import t_test_n_per_group

USUAL = MeasuredAssumptions(difference=5.0, sd=10.0, icc=0.6, icc_same_leg=0.8, trials=3, legs=2)


def test_the_mean_of_trials_has_the_variance_of_its_correlations():
    leg = np.full((3, 3), 0.8)
    correlation = np.block([[leg, np.full((3, 3), 0.6)], [np.full((3, 3), 0.6), leg]])
    np.fill_diagonal(correlation, 1.0)
    assert USUAL.sd_of_mean**2 == pytest.approx(100 * correlation.mean())


def test_one_trial_is_the_t_test():
    single = MeasuredAssumptions(difference=5.0, sd=10.0, icc=0.6, trials=1, legs=1)
    assert single.n_per_group(power=0.8, alpha=0.05) == np.ceil(t_test_n_per_group(0.5))


def test_trials_that_are_all_the_same_add_nothing():
    alike = replace(USUAL, icc=1.0, icc_same_leg=1.0)
    assert alike.sd_of_mean == pytest.approx(10.0)
    independent = replace(USUAL, icc=0.0, icc_same_leg=0.0)
    assert independent.sd_of_mean == pytest.approx(10.0 / np.sqrt(6))


def test_the_size_is_the_smallest_that_reaches_the_power():
    n = USUAL.n_per_group(power=0.9, alpha=0.01)
    assert USUAL.power(n, alpha=0.01) >= 0.9 > USUAL.power(n - 1, alpha=0.01)


@pytest.mark.parametrize(
    "wrong", [{"sd": 0.0}, {"icc": 1.2}, {"icc_same_leg": 0.5}, {"legs": 3}, {"trials": 0}]
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"deviation|correlation|trial"):
        replace(USUAL, **wrong)
