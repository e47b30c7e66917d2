"""Residuals and influence against what a second fit gives: leaving out, separate spreads, least squares."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS

from pipeline.statistics.diagnostics.of_measured_models import mixed_residuals
from pipeline.statistics.models.censored import participant_scores
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.censored.participant_scores import (
    influence_of_participants,
    shape_test,
    spread_by_group,
    spread_ratio,
)


def codes_of(design):
    return np.unique(design.rows["participant_id"], return_inverse=True)[1]


def test_without_a_ceiling_censored_residuals_are_those_of_least_squares(cohort, fitted):
    design = fitted("mixed_nested", cohort(5, 12))[1]
    y, x = design.rows["log_time"], design.exog.to_numpy(float)
    fit = CensoredNormal(y, y, x).fit()
    low, high = fit.standardised_bounds()
    residuals = OLS(y.to_numpy(), x).fit().resid
    np.testing.assert_allclose(low * fit.sigma["all"], residuals, atol=1e-7)
    np.testing.assert_array_equal(low, high)


def test_one_step_without_a_participant_is_close_to_fitting_without_it(cohort, fitted):
    fit, design = fitted("censored_lognormal", cohort(5, 15, "outlying participant"))
    codes, rows = codes_of(design), design.rows
    changes = influence_of_participants(fit, codes)[:, 1]
    exact = []
    for code in range(12):
        left = codes != code
        kept = rows[left]
        refit = CensoredNormal(kept["low"], kept["high"], design.exog.to_numpy(float)[left]).fit()
        exact.append(refit.params[1] - fit.params[1])
    np.testing.assert_allclose(changes[:12], exact, atol=0.06 * fit.bse[1])
    assert np.argmax(np.abs(changes)) == 0


def test_the_spread_ratio_of_one_step_is_close_to_that_of_a_fit(cohort, fitted):
    fit, design = fitted("censored_lognormal", cohort(6, 30))
    rows = design.rows
    step = spread_ratio(fit, (rows["group"] == "LBP").to_numpy(), codes_of(design), ci_level=0.95)
    found = spread_by_group(
        np.exp(rows["low"]),
        np.exp(rows["high"]),
        design.exog,
        rows["group"],
        case="LBP",
        reference="control",
        participants=rows["participant_id"],
    )
    assert np.exp(step.estimate) == pytest.approx(found.ratio, rel=0.05)
    assert step.p == pytest.approx(found.p, abs=0.05)


def test_the_shape_test_knows_that_the_parameters_were_estimated():
    """A participant's part is what the sum of the shapes loses when the rest is fitted alone."""
    rng, n = np.random.default_rng(3), 200
    codes = np.repeat(np.arange(n), 3)
    covariate, level = rng.normal(size=n)[codes], rng.normal(size=n)[codes]
    values = covariate + level + 0.8 * rng.normal(size=3 * n) ** 3 / 3
    low, high = np.minimum(values, 0.8), np.where(values > 0.8, np.inf, values)
    x = np.column_stack([np.ones(3 * n), covariate])

    def shapes(rows):
        fit = CensoredNormal(low[rows], high[rows], x[rows]).fit()
        return fit, participant_scores._shapes(fit.model, np.asarray(fit.params)).sum(axis=0)

    fit, whole = shapes(codes >= 0)
    parts = np.array([whole - shapes(codes != code)[1] for code in range(n)])
    mean, spread = whole / n, np.cov(parts, rowvar=False)
    f = n * mean @ np.linalg.solve(spread, mean) * (n - 2) / (2 * (n - 1))
    assert shape_test(fit, codes).statistic == pytest.approx(f, rel=0.04)


def test_the_shape_test_counts_participants_and_not_rows(cohort, fitted):
    fit, design = fitted("censored_lognormal", cohort(7, 20))
    once = shape_test(fit, codes_of(design))
    doubled = np.concatenate([design.exog.to_numpy(float)] * 2)
    low, high = (np.concatenate([design.rows[name]] * 2) for name in ("low", "high"))
    twice = shape_test(
        CensoredNormal(low, high, doubled).fit(), np.concatenate([codes_of(design)] * 2)
    )
    assert twice.statistic == pytest.approx(once.statistic, rel=1e-3)


def test_mixed_changes_are_generalised_least_squares_without_the_participant(cohort, fitted):
    fit, design = fitted("mixed_nested", cohort(8, 6))
    rows, x = design.rows, design.exog.to_numpy(float)
    legs = rows["participant_id"] + rows["leg"]
    found = mixed_residuals(
        fit.results, rows["log_time"], design.exog, rows["participant_id"], legs
    )
    same_person = rows["participant_id"].to_numpy()[:, None] == rows["participant_id"].to_numpy()
    same_leg = legs.to_numpy()[:, None] == legs.to_numpy()
    variances = fit.results.variances
    cov = (
        variances["residual"] * np.eye(len(rows))
        + variances["participant"] * same_person
        + variances["leg"] * same_leg
    )
    y = rows["log_time"].to_numpy()

    def gls(kept):
        inverse = np.linalg.inv(cov[np.ix_(kept, kept)])
        return np.linalg.solve(x[kept].T @ inverse @ x[kept], x[kept].T @ inverse @ y[kept])

    everyone = gls(np.arange(len(rows)))
    for code in range(3):
        change = gls(np.flatnonzero(found.codes != code)) - everyone
        np.testing.assert_allclose(found.changes[code], change, rtol=1e-6, atol=1e-9)
    levels = variances["participant"] * same_person @ np.linalg.inv(cov) @ (y - x @ everyone)
    np.testing.assert_allclose(found.levels[found.codes], levels, rtol=1e-6, atol=1e-9)


def test_regression_changes_are_those_of_a_fit_without_the_participant(cohort, fitted, checked):
    rows = cohort(9, 10)
    fit, design = fitted("ancova_hc3", rows)
    points = checked("ancova_hc3", rows)["influence"].points
    changes = dict(zip(points.participant_id, points.y * fit.bse["group"], strict=True))
    for at in range(3):
        left = design.rows.index != at
        refit = OLS(design.rows["log_time"][left], design.exog[left]).fit()
        change = refit.params["group"] - fit.params["group"]
        assert changes[design.rows["participant_id"][at]] == pytest.approx(change, rel=1e-6)
