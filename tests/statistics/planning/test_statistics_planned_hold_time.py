"""Simulated power of hold time: the estimator is the primary model, and limits that are known."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.planning.censored_two_groups import CohortSums, fit_log_ratios
from pipeline.statistics.planning.exact_power import UnreachablePowerError, t_test_power
from pipeline.statistics.planning.hold_time import (
    HoldAssumptions,
    plan_hold_time,
    simulated_power,
)

USUAL = HoldAssumptions(
    median_s=25.0,
    ratio=0.7,
    sd_participants=0.6,
    sd_legs=0.2,
    sd_trials=0.4,
    ceiling_s=30.0,
    trials=3,
    legs=2,
)


@pytest.mark.parametrize("ceiling_s", [8.0, 30.0, 1e6])
def test_every_cohort_is_solved_as_the_primary_model_solves_it(ceiling_s):
    rng = np.random.default_rng(4)
    shape = (3, 2, 12, 6)
    ln_times = 3 + rng.normal(0, 0.5, (*shape[:3], 1)) + rng.normal(0, 0.4, shape)
    bound = np.log(ceiling_s)
    found = fit_log_ratios(CohortSums.of(ln_times, bound))
    exog = np.column_stack([np.ones(144), np.repeat([0.0, 1.0], 72)])
    for cohort in range(3):
        times = ln_times[cohort].ravel()
        low, high = np.minimum(times, bound), np.where(times < bound, times, np.inf)
        fit = CensoredNormal(low, high, exog).fit_clustered(
            np.repeat(np.arange(24), 6), ceiling=np.full(144, bound)
        )
        assert found.log_ratio[cohort] == pytest.approx(fit.params[1], abs=1e-9)
        assert found.se[cohort] == pytest.approx(fit.bse[1], rel=1e-8)
        assert found.df[cohort] == pytest.approx(fit.df_of([0, 1, 0]), rel=1e-6)


def test_a_cohort_without_an_end_in_a_group_has_no_solution():
    ln_times = np.random.default_rng(5).normal(3, 0.5, (2, 2, 8, 3))
    ln_times[0, 1] = 9.0
    found = fit_log_ratios(CohortSums.of(ln_times, 4.0))
    assert np.isnan(found.log_ratio[0])
    assert np.isfinite(found.log_ratio[1])


def test_without_ceiling_and_trials_the_power_is_that_of_the_t_test():
    single = replace(USUAL, ceiling_s=1e9, trials=1, legs=1)
    found = simulated_power(single, 40, replicates=4_000, seed=1)
    exact = t_test_power(np.log(0.7) / single.sd_of_trial, 40, 40)
    assert found.power == pytest.approx(exact, abs=4 * found.se)
    assert found.mean_ratio == pytest.approx(0.7, abs=0.02)


def test_groups_that_do_not_differ_are_told_apart_as_often_as_alpha():
    found = simulated_power(replace(USUAL, ratio=1.0), 40, replicates=4_000, seed=2)
    assert found.power == pytest.approx(0.05, abs=4 * found.se)


def test_the_size_reaches_the_power_and_can_be_made_again():
    plan = plan_hold_time(USUAL, replicates=400, seed=3)
    assert plan.n_low <= plan.n_per_group <= plan.n_high
    assert plan.at.power == pytest.approx(0.8, abs=4 * plan.at.se)
    assert plan == plan_hold_time(USUAL, replicates=400, seed=3)


def test_a_lower_ceiling_asks_for_more_participants():
    low, high = (
        plan_hold_time(replace(USUAL, ceiling_s=ceiling), replicates=400, seed=3).n_per_group
        for ceiling in (12.0, 120.0)
    )
    assert low > 1.1 * high


def test_no_size_helps_when_everybody_holds_on():
    with pytest.raises(UnreachablePowerError, match=r"does not rise|not simulated"):
        plan_hold_time(replace(USUAL, ceiling_s=1.0), replicates=200, seed=3)


def test_a_ratio_of_one_is_nothing_to_detect():
    with pytest.raises(UnreachablePowerError, match="ratio of 1"):
        plan_hold_time(replace(USUAL, ratio=1.0), seed=3)
