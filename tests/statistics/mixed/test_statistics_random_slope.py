"""Random intercept and slope: published models of real data, statsmodels, and the boundary."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.mixed import random_slope
from pipeline.statistics.models.mixed.random_slope import RandomSlope

PUBLISHED = {  # Kishimoto et al. 2021, J Appl Physiol: Stata's mixed, maximum likelihood
    "lnemgSO": (0.0271955, 0.0010012, -5.314455, 0.0844523, -137.05809, 0.0038757, 0.3790253, -0.7617332, 0.366052),
    "lnemgMG": (0.0250428, 0.0013551, -5.511724, 0.0853287, -73.903386, 0.0062441, 0.3969122, -0.6807163, 0.2593214),
    "lnemgLG": (0.0277987, 0.00106, -5.827858, 0.0658869, -80.265904, 0.0047215, 0.2976843, -0.6115012, 0.2773501),
    "torques": (1.006494, 0.0306598, -0.9951851, 0.7899034, -869.24287, 0.1418854, 2.012237, 1.0, 6.690624),
}  # fmt: skip


@pytest.mark.parametrize("outcome", PUBLISHED)
def test_published_models_of_real_data_are_reproduced(real_data, outcome):
    folder = real_data("kishimoto2021_emg_activation_mixedmodel")
    data = pd.read_csv(folder / "subjects_data.csv")
    if outcome == "lnemgMG":
        data = data[data["subject"] != "sub17"]
    exog = pd.DataFrame({"const": 1.0, "activations": data["activations"]})
    fit = RandomSlope(data[outcome], exog, data["subject"], "activations").fit(reml=False)
    slope, slope_se, constant, constant_se, llf, sd_slope, sd_own, correlation, residual = (
        PUBLISHED[outcome]
    )
    # Printed with seven digits; Stata stops within 1e-5 of the solution, the torques' flat one 1e-3.
    flat = 3e-3 if outcome == "torques" else 2e-5
    assert fit.params["activations"] == pytest.approx(slope, rel=1e-5, abs=0)
    assert fit.bse["activations"] == pytest.approx(slope_se, rel=1e-4, abs=0)
    assert fit.params["const"] == pytest.approx(constant, rel=1e-4, abs=0)
    assert fit.bse["const"] == pytest.approx(constant_se, rel=1e-4, abs=0)
    assert fit.llf == pytest.approx(llf, abs=1e-4)
    assert fit.sds["slope"] == pytest.approx(sd_slope, rel=flat, abs=0)
    assert fit.sds["intercept"] == pytest.approx(sd_own, rel=flat, abs=0)
    assert fit.correlation == pytest.approx(correlation, rel=flat, abs=0)
    assert fit.residual_sd == pytest.approx(residual, rel=1e-4, abs=0)
    assert bool(fit.on_boundary) == (outcome == "torques")


def lines(n_groups=20, seed=0, sd=(2.0, 0.3), rho=-0.4, rows=8):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n_groups), rows)
    x = np.tile(np.linspace(0, 10, rows), n_groups) + rng.normal(0, 0.1, n_groups * rows)
    cov = np.array([[sd[0] ** 2, rho * sd[0] * sd[1]], [rho * sd[0] * sd[1], sd[1] ** 2]])
    own = rng.multivariate_normal([0, 0], cov, n_groups)
    group = (person % 2).astype(float)
    y = 5 + group + (1 + own[person, 1]) * x + own[person, 0] + rng.normal(size=len(x))
    return y, pd.DataFrame({"const": 1.0, "group": group, "x": x}), person


@pytest.mark.parametrize("reml", [True, False])
def test_statsmodels_finds_the_same(reml):
    y, exog, person = lines()
    fit = RandomSlope(y, exog, person, "x").fit(reml=reml)
    known = MixedLM(y, exog, groups=person, exog_re=exog[["const", "x"]]).fit(reml=reml)
    assert fit.llf == pytest.approx(known.llf, abs=1e-6)
    np.testing.assert_allclose(fit.params, known.fe_params, rtol=1e-5)
    # MixedLM inverts the information of means and variances together; Stata and lme4 do not.
    np.testing.assert_allclose(fit.bse, known.bse_fe, rtol=5e-3)
    np.testing.assert_allclose(fit.random_cov, known.cov_re, rtol=2e-3)
    assert fit.on_boundary == ""
    assert "Random intercept and slope" in fit.summary().as_text()


@pytest.mark.parametrize("reml", [True, False])
def test_gradient_and_information_in_the_factor_are_derivatives(reml):
    y, exog, person = lines()
    blocks = random_slope._blocks(y, exog.to_numpy(), person, exog["x"].to_numpy())
    at = np.array([0.2, 1.5, -0.1, 0.4])

    def loglike(point):
        return random_slope._in_factor(blocks, point, reml=reml)[0].llf

    _, gradient, information = random_slope._in_factor(blocks, at, reml=reml)
    np.testing.assert_allclose(gradient, approx_fprime(at, loglike, centered=True), rtol=1e-5)
    np.testing.assert_allclose(information, -approx_hess(at, loglike), rtol=1e-3, atol=1e-2)


def test_units_and_order_of_rows_and_names_change_nothing_else():
    y, exog, person = lines()
    one = RandomSlope(y, exog, person, "x").fit()
    order = np.random.default_rng(1).permutation(len(y))
    names = np.array([f"P{97 - number}" for number in person])
    in_ms = exog.assign(x=exog["x"] * 1000)
    other = RandomSlope(1e6 * y[order], in_ms.iloc[order], names[order], "x").fit()
    assert other.params["group"] == pytest.approx(1e6 * one.params["group"], rel=1e-7, abs=0)
    assert other.params["x"] == pytest.approx(1e3 * one.params["x"], rel=1e-7, abs=0)
    assert other.bse["x"] == pytest.approx(1e3 * one.bse["x"], rel=1e-6, abs=0)
    assert other.sds["slope"] == pytest.approx(1e3 * one.sds["slope"], rel=1e-5, abs=0)


def test_slopes_that_do_not_differ_are_said():
    y, exog, person = lines(sd=(2.0, 0.0), seed=6)
    fit = RandomSlope(y, exog, person, "x").fit()
    assert fit.on_boundary
    assert np.isfinite(fit.bse).all()


def test_too_few_rows_and_no_variation_have_no_answer():
    y, exog, person = lines(rows=2)
    with pytest.raises(NotEstimableError, match="too few"):
        RandomSlope(y, exog, person, "x").fit()
    y, exog, person = lines(n_groups=3)
    with pytest.raises(NotEstimableError, match="too few"):
        RandomSlope(y, exog, person, "x").fit()
    y, exog, person = lines()
    with pytest.raises(NotEstimableError, match="do not vary"):
        RandomSlope(exog.to_numpy() @ [1.0, 2.0, 3.0], exog, person, "x").fit()
    with pytest.raises(NotEstimableError, match="determined by the others"):
        RandomSlope(y, exog.assign(twice=exog["x"] * 2), person, "x").fit()
