"""CensoredNormal against R's survreg, against numerical derivatives, and where it has no answer."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.models.censored.censored_regression import CensoredNormal

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


@pytest.mark.parametrize("distribution", ["lognormal", "gaussian"])
def test_model_and_cluster_standard_errors_are_those_of_r(
    eyes_open, golden, tolerances, distribution
):
    rows, exog = eyes_open
    if distribution == "lognormal":
        low, high = rows["log_low"], rows["log_high"]
    else:
        low, high = rows["low_s"], rows["high_s"]
    block = golden["censored"][distribution]
    model = CensoredNormal(low, high, exog)
    plain = model.fit()
    rtol = tolerances["Tobit"]
    expected = [block["model"]["coef"][term] for term in TERMS]
    np.testing.assert_allclose(plain.params[:-1], expected, rtol=rtol)
    np.testing.assert_allclose(np.exp(plain.params[-1]), block["model"]["scale"], rtol=rtol)
    np.testing.assert_allclose(plain.bse, list(block["model"]["se"].values()), rtol=rtol)
    if distribution == "gaussian":  # R adds the Jacobian of the logarithm to the other one
        np.testing.assert_allclose(plain.llf, block["model"]["loglik"], rtol=rtol)
    as_r = model.fit_clustered(rows["participant_id"], small_sample=False)
    np.testing.assert_allclose(as_r.bse, list(block["cluster"]["se"].values()), rtol=rtol)
    assert not as_r.use_t
    people = rows["participant_id"].nunique()
    factor = people / (people - 1) * (len(rows) - 1) / (len(rows) - 6)
    published = model.fit_clustered(rows["participant_id"])
    np.testing.assert_allclose(published.bse, as_r.bse * np.sqrt(factor), rtol=1e-10)
    assert published.df_resid_inference == people - 1


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


@pytest.mark.parametrize("point", [[1.8, -0.3, 0.2, -0.2], [2.4, 0.5, -0.4, 0.6]])
@pytest.mark.parametrize("kind", [0, 1, 2, 3, None])
def test_score_and_hessian_are_the_derivatives_of_the_likelihood(kind, point):
    low, high, exog = _mixed_rows()
    keep = np.ones(len(low), bool) if kind is None else np.arange(len(low)) % 4 == kind
    model = CensoredNormal(low[keep], high[keep], exog[keep])
    at = np.array(point)
    numeric = approx_fprime(at, model.loglike, centered=True)
    np.testing.assert_allclose(model.score(at), numeric, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(model.score_obs(at).sum(axis=0), model.score(at), rtol=1e-12)
    np.testing.assert_allclose(
        model.hessian(at), approx_hess(at, model.loglike), rtol=1e-4, atol=1e-4
    )


def test_the_score_is_zero_at_the_solution_with_all_kinds_of_rows():
    model = CensoredNormal(*_mixed_rows())
    solution = model.fit()
    assert np.abs(model.score(solution.params)).max() < 1e-8
    assert np.linalg.eigvalsh(model.hessian(solution.params)).max() < 0


def test_the_derivatives_stay_finite_far_out_in_both_tails():
    bounds = np.array([-1e3, 1e3, -700.0, 700.0, 30.0])
    low = np.concatenate([bounds, np.full(5, -np.inf), bounds])
    high = np.concatenate([np.full(5, np.inf), bounds, bounds + 1e-3])
    model = CensoredNormal(low, high, np.ones((15, 1)))
    at = np.array([0.0, 0.0])
    assert np.isfinite(model.loglikeobs(at)).all()
    assert np.isfinite(model.score_obs(at)).all()
    assert np.isfinite(model.hessian(at)).all()


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
