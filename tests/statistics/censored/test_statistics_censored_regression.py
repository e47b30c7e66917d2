"""CensoredNormal against R's survreg, against numerical derivatives, and where it has no answer."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.censored_regression import (
    CensoredNormal,
    CensoredRegression,
)
from pipeline.statistics.models.censored.likelihood import DISTRIBUTIONS, CensoredRows

TERMS = ["(Intercept)", "groupLBP", "age_years", "sexmale", "dom"]


@pytest.fixture
def eyes_open(sets):
    holds = sets.hold_times
    rows = holds[holds["condition"] == "eyes_open"].reset_index(drop=True)
    exog = np.column_stack(
        [
            np.ones(len(rows)),
            rows["group"] == "LBP",
            rows["age_years"],
            rows["sex"] == "male",
            rows["dom"],
        ]
    ).astype(float)
    return rows, exog


R_NAMES = {
    "normal": "gaussian",
    "lognormal": "lognormal",
    "weibull": "weibull",
    "loglogistic": "loglogistic",
}


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_model_and_cluster_standard_errors_are_those_of_r(
    eyes_open, golden, tolerances, distribution
):
    rows, exog = eyes_open
    block = golden["censored"][R_NAMES[distribution]]
    model = CensoredRegression(rows["low_s"], rows["high_s"], exog, distribution=distribution)
    plain = model.fit()
    rtol = tolerances["Tobit"]
    expected = [block["model"]["coef"][term] for term in TERMS]
    np.testing.assert_allclose(plain.params[:-1], expected, rtol=rtol)
    np.testing.assert_allclose(plain.sigma["all"], block["model"]["scale"], rtol=rtol)
    np.testing.assert_allclose(plain.bse, list(block["model"]["se"].values()), rtol=rtol)
    np.testing.assert_allclose(plain.llf, block["model"]["loglik"], rtol=rtol)
    assert plain.aic == pytest.approx(-2 * block["model"]["loglik"] + 2 * 6, rel=rtol, abs=0)
    assert len(model.rows.exact) == block["model"]["events"]
    assert plain.df_of(np.eye(len(plain.params))[1]) is None
    as_r = model.fit_clustered(rows["participant_id"], covariance="CR0")
    np.testing.assert_allclose(as_r.bse, list(block["cluster"]["se"].values()), rtol=rtol)
    assert not as_r.use_t
    people = rows["participant_id"].nunique()
    factor = people / (people - 1) * (len(rows) - 1) / (len(rows) - 6)
    corrected = model.fit_clustered(rows["participant_id"], covariance="CR1")
    np.testing.assert_allclose(corrected.bse, as_r.bse * np.sqrt(factor), rtol=1e-10)
    assert corrected.df_of(np.eye(len(corrected.params))[1]) == people - 1
    published = model.fit_clustered(rows["participant_id"], ceiling=rows["ceiling_s"])
    np.testing.assert_allclose(published.params, as_r.params, rtol=rtol)
    assert people / 2 < published.df_of(np.eye(len(published.params))[1]) < people - 1
    ratio = published.bse / corrected.bse
    assert ((ratio > 0.95) & (ratio < 1.15)).all()


def test_normal_regression_of_logarithms_is_the_lognormal_one(eyes_open):
    rows, exog = eyes_open
    of_logs = CensoredNormal(rows["log_low"], rows["log_high"], exog)
    of_times = CensoredRegression(rows["low_s"], rows["high_s"], exog)
    people = rows["participant_id"]
    one, other = of_logs.fit_clustered(people), of_times.fit_clustered(people)
    np.testing.assert_allclose(one.params, other.params, rtol=1e-10)
    np.testing.assert_allclose(one.bse, other.bse, rtol=1e-10)


def test_one_trial_per_participant_is_r_too(derived, golden, tolerances):
    ceiling = {43: 30.0, 120: 45.0}[len(derived)]
    held = derived["dom_best"].to_numpy(float)
    ended = derived["dom_event"].to_numpy() == 1
    assert held[~ended].min() == ceiling
    exog = np.column_stack(
        [np.ones(len(held)), derived["lbp"], derived["age_years"], derived["sex"] == "male"]
    ).astype(float)
    fit = CensoredRegression(held, np.where(ended, held, np.inf), exog).fit()
    block = golden["censored"]["participant_lognormal"]
    np.testing.assert_allclose(
        fit.params[:-1], list(block["coef"].values()), rtol=tolerances["Tobit"]
    )
    np.testing.assert_allclose(fit.bse, list(block["se"].values()), rtol=tolerances["Tobit"])
    assert fit.llf == pytest.approx(block["loglik"], rel=tolerances["Tobit"], abs=0)


def test_another_package_of_r_agrees_with_its_own_stopping_rule(eyes_open, golden):
    rows, exog = eyes_open
    fit = CensoredRegression(rows["low_s"], rows["high_s"], exog, distribution="normal").fit()
    block = golden["censored"]["aer_tobit"]
    np.testing.assert_allclose(fit.params[:-1], list(block["coef"].values()), rtol=1e-7)
    np.testing.assert_allclose(fit.bse, list(block["se"].values()), rtol=1e-7)
    assert fit.sigma["all"] == pytest.approx(block["scale"], rel=1e-7, abs=0)
    assert fit.llf == pytest.approx(block["loglik"], rel=1e-10, abs=0)


def _mixed_rows(seed=0, n=80):
    """Rows of all four kinds: exact, right-, left- and interval-censored."""
    rng = np.random.default_rng(seed)
    exog = np.column_stack([np.ones(n), rng.integers(0, 2, n), rng.normal(size=n)])
    y = exog @ [2.0, -0.5, 0.3] + 0.6 * rng.normal(size=n)
    low, high, kind = y.copy(), y.copy(), np.arange(n) % 4
    high[kind == 1] = np.inf
    low[kind == 2] = -np.inf
    low[kind == 3] -= 0.4
    high[kind == 3] += 0.9
    return low, high, exog


def _model(distribution, keep=slice(None), **options):
    """All four kinds of rows; times where the distribution is of times."""
    low, high, exog = (values[keep] for values in _mixed_rows())
    if DISTRIBUTIONS[distribution].on_log_scale:
        low, high = np.exp(low), np.exp(high)
    return CensoredRegression(low, high, exog, distribution=distribution, **options)


@pytest.mark.parametrize("point", [[1.8, -0.3, 0.2, -0.2], [2.4, 0.5, -0.4, 0.6]])
@pytest.mark.parametrize("kind", [0, 1, 2, 3, None])
@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_score_and_hessian_are_the_derivatives_of_the_likelihood(distribution, kind, point):
    model = _model(distribution, slice(None) if kind is None else slice(kind, None, 4))
    at = np.array(point)
    numeric = approx_fprime(at, model.loglike, centered=True)
    np.testing.assert_allclose(model.score(at), numeric, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(model.score_obs(at).sum(axis=0), model.score(at), rtol=1e-12)
    np.testing.assert_allclose(
        model.hessian(at), approx_hess(at, model.loglike), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_with_a_spread_per_group_too(distribution):
    model = _model(distribution, spread_groups=np.repeat(["a", "b"], 40))
    at = np.array([1.9, -0.3, 0.2, -0.4, 0.3])
    numeric = approx_fprime(at, model.loglike, centered=True)
    np.testing.assert_allclose(model.score(at), numeric, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(
        model.hessian(at), approx_hess(at, model.loglike), rtol=1e-4, atol=1e-4
    )
    solution = model.fit()
    assert np.abs(model.score(solution.params)).max() < 1e-8
    assert list(solution.sigma.index) == ["a", "b"]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_score_is_zero_at_the_solution_with_all_kinds_of_rows(distribution):
    model = _model(distribution)
    solution = model.fit()
    assert np.abs(model.score(solution.params)).max() < 1e-8
    assert np.linalg.eigvalsh(model.hessian(solution.params)).max() < 0


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_derivatives_stay_finite_far_out_in_both_tails(distribution):
    far = {"normal": 1e3, "lognormal": 1e3, "loglogistic": 1e3, "weibull": 300.0}[distribution]
    bounds = np.array([-far, far, -0.7 * far, 0.7 * far, 30.0])
    rows = CensoredRows(
        np.concatenate([bounds, np.full(5, -np.inf), bounds]),
        np.concatenate([np.full(5, np.inf), bounds, bounds + 1e-3]),
    )
    error = DISTRIBUTIONS[distribution].error
    found = rows.derivatives(error, np.zeros(15), 1.0)
    for values in (found.loglike, found.g, found.h, found.gg, found.gh, found.hh):
        assert np.isfinite(values).all()


def test_without_censoring_it_is_least_squares():
    low, _, exog = _mixed_rows()
    low = np.nan_to_num(low, neginf=1.0)
    np.testing.assert_allclose(
        CensoredNormal(low, low, exog).fit().params[:-1], OLS(low, exog).fit().params, rtol=1e-9
    )


def test_narrow_intervals_are_nearly_exact():
    low, _, exog = _mixed_rows()
    low = np.nan_to_num(low, neginf=1.0)
    exact = CensoredNormal(low, low, exog).fit().params
    narrow = CensoredNormal(low - 5e-6, low + 5e-6, exog).fit().params
    np.testing.assert_allclose(narrow, exact, rtol=1e-5)


def test_a_group_that_was_never_seen_to_end_has_no_estimate():
    low = np.log([5.0, 6, 8, 9, 30, 30, 30, 30])
    high = np.where(low < np.log(30), low, np.inf)
    exog = np.column_stack([np.ones(8), np.repeat([1.0, 0.0], 4)])
    with pytest.raises(NotEstimableError, match="no stable solution"):
        CensoredNormal(low, high, exog).fit()


def test_only_zero_and_ceiling_has_no_estimate():
    zero, ceiling = (-np.inf, 0.0), (np.log(20), np.inf)
    rows = np.array([zero, ceiling, ceiling, ceiling, zero, zero, ceiling, zero])
    exog = np.column_stack([np.ones(8), np.repeat([1.0, 0.0], 4)])
    with pytest.raises(NotEstimableError):
        CensoredNormal(rows[:, 0], rows[:, 1], exog).fit()


@pytest.mark.parametrize(
    ("low", "high", "why"),
    [
        ([2.0], [1.0], "above high"),
        ([-np.inf], [np.inf], "finite bound"),
        ([np.nan], [1.0], "bound"),
    ],
)
def test_bounds_that_say_nothing_are_refused(low, high, why):
    with pytest.raises(ValueError, match=why):
        CensoredNormal(low, high, np.ones((1, 1)))


def test_clusters_need_a_participant_per_row():
    model = CensoredNormal(*_mixed_rows())
    with pytest.raises(ValueError, match="one participant per row"):
        model.fit_clustered(np.arange(3))
