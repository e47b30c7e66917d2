"""Residual quantiles: a straight line for the right distribution, a bent one for a wrong one."""

import numpy as np
import pytest

from pipeline.statistics.diagnostics.of_hold_models import residual_quantiles
from pipeline.statistics.models.censored.censored_regression import CensoredRegression
from pipeline.statistics.models.censored.likelihood import DISTRIBUTIONS


def held(distribution, n=4000):
    rng = np.random.default_rng(3)
    group = np.repeat([0.0, 1.0], n // 2)
    values = 3.0 - 0.5 * group + 0.4 * DISTRIBUTIONS[distribution].error.quantile(rng.random(n))
    times = np.exp(values) if DISTRIBUTIONS[distribution].on_log_scale else values
    ceiling = np.quantile(times, 0.6)
    high = np.where(times < ceiling, times, np.inf)
    return np.minimum(times, ceiling), high, np.column_stack([np.ones(n), group])


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_right_distribution_gives_a_straight_line(distribution):
    fit = CensoredRegression(*held(distribution), distribution=distribution).fit()
    points = residual_quantiles(fit)
    middle = points[points["share_below"].between(0.05, 0.55)]
    np.testing.assert_allclose(middle["residual"], middle["expected"], atol=0.12)


def test_a_wrong_distribution_bends_and_has_a_higher_aic():
    rows = held("weibull")
    right = CensoredRegression(*rows, distribution="weibull").fit()
    wrong = CensoredRegression(*rows, distribution="lognormal").fit()
    lowest = residual_quantiles(wrong).iloc[20]
    assert lowest["residual"] < lowest["expected"] - 0.3
    assert right.aic < wrong.aic - 10


def test_trials_within_bounds_and_unable_are_placed_too():
    low, high, exog = held("lognormal")
    low[:300], high[:300] = 0.0, 12.0
    low[300:600], high[300:600] = 5.0, 40.0
    points = residual_quantiles(CensoredRegression(low, high, exog).fit())
    assert points["share_below"].is_monotonic_increasing
    assert points["share_below"].between(0, 1).all()


def test_without_a_ceiling_the_shares_are_those_of_a_plain_qq_plot():
    _, _, exog = held("lognormal", n=40)
    values = 3.0 + np.random.default_rng(1).normal(size=40)
    fit = CensoredRegression(values, values, exog, distribution="normal").fit()
    points = residual_quantiles(fit)
    np.testing.assert_allclose(points["share_below"], (np.arange(40) + 0.5) / 40, atol=1e-6)
    residuals = np.sort((values - exog @ fit.params[:-1]) / fit.sigma["all"])
    np.testing.assert_allclose(points["residual"], residuals, rtol=1e-8)
