"""Censored regression with random intercepts against R, numerical derivatives and closed forms."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import logit
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.likelihood import DISTRIBUTIONS, CensoredRows
from pipeline.statistics.models.censored.random_intercept import (
    CensoredRandomIntercept,
    Nodes,
    ParticipantIntegral,
)
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts


def test_coefficients_errors_and_spreads_are_those_of_r(sets, golden, tolerances):
    holds = sets.hold_times
    rows = holds[holds["condition"] == "eyes_open"].reset_index(drop=True)
    exog = pd.DataFrame(
        {
            "const": 1.0,
            "group": (rows["group"] == "LBP").astype(float),
            "age_years": rows["age_years"],
            "sex": (rows["sex"] == "male").astype(float),
            "dom": rows["dom"],
        }
    )
    model = CensoredRandomIntercept(rows["low_s"], rows["high_s"], exog, rows["participant_id"])
    fit = model.fit()
    block = golden["censored"]["lognormal_random_intercept"]
    rtol = tolerances["Tobit RI"]
    np.testing.assert_allclose(
        fit.params, list(block["coef"].values()), rtol=rtol, atol=rtol * 1e-2
    )
    np.testing.assert_allclose(fit.bse, list(block["se"].values()), rtol=rtol)
    # R's is of the logarithms: without the Jacobian that compares distributions of times.
    of_logs = fit.llf + np.log(rows.loc[rows["high_s"] == rows["low_s"], "low_s"]).sum()
    assert of_logs == pytest.approx(block["loglik"], rel=rtol, abs=0)
    assert fit.sd_within == pytest.approx(block["sigma_e"], rel=rtol, abs=0)
    assert fit.sd_between == pytest.approx(block["sigma_u"], rel=rtol, abs=0)
    assert fit.icc == pytest.approx(block["icc"], rel=rtol, abs=0)
    assert fit.icc_ci[0] < fit.icc < fit.icc_ci[1]
    people = rows["participant_id"].nunique()
    assert set(fit.df) == {people - 4}  # constant, group, age and sex are between participants
    low, high = fit.conf_int().loc["group"]
    margin = stats.t.ppf(0.975, people - 4) * fit.bse["group"]
    assert (high - low) / 2 == pytest.approx(margin, rel=1e-10, abs=0)


def trials(people=30, sd_between=0.4, seed=0, ceiling_s=30.0):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 6)
    group = (person % 2).astype(float)
    own = sd_between * rng.normal(size=people)[person]
    time_s = np.exp(3.3 - 0.35 * group + own + 0.4 * rng.normal(size=len(person)))
    high = np.where(time_s < ceiling_s, time_s, np.inf)
    return np.minimum(time_s, ceiling_s), high, pd.DataFrame({"const": 1.0, "group": group}), person


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_score_and_information_are_the_derivatives_of_the_integral(distribution):
    low, high, exog, person = trials(people=8)
    low[0], high[1], high[2] = 0.0, 25.0, np.inf  # unable, within bounds, held on
    low[1] = 4.0
    with np.errstate(divide="ignore"):
        rows = CensoredRows(np.log(low), np.log(high))
    starts = np.flatnonzero(np.diff(person, prepend=-1))
    integral = ParticipantIntegral(
        rows, DISTRIBUTIONS[distribution].error, exog.to_numpy(), starts, Nodes.of(61)
    )
    at = np.array([3.1, -0.2, -0.8, -1.1])
    value, score, information = integral.evaluate(at)
    assert value == pytest.approx(integral.evaluate(at)[0], rel=1e-12, abs=0)
    numeric = approx_fprime(at, lambda p: integral.evaluate(p)[0], centered=True)
    np.testing.assert_allclose(score, numeric, rtol=1e-5, atol=1e-5)
    second = approx_hess(at, lambda p: integral.evaluate(p)[0])
    np.testing.assert_allclose(information, -second, rtol=1e-3, atol=1e-3)


def test_without_censoring_it_is_the_mixed_model():
    low, _, exog, person = trials()
    fit = CensoredRandomIntercept(
        np.log(low), np.log(low), exog, person, distribution="normal"
    ).fit()
    known = NestedIntercepts(np.log(low), exog, person).fit("satterthwaite")
    np.testing.assert_allclose(fit.params, known.params, rtol=1e-6)  # balanced: REML's are ML's
    assert fit.sd_within**2 == pytest.approx(known.variances["residual"], rel=1e-6, abs=0)


def test_rows_may_be_shuffled_and_participants_renamed():
    low, high, exog, person = trials()
    order = np.random.default_rng(1).permutation(len(low))
    names = np.array([f"P{97 - number}" for number in person])
    one = CensoredRandomIntercept(low, high, exog, person).fit()
    other = CensoredRandomIntercept(low[order], high[order], exog.iloc[order], names[order]).fit()
    pd.testing.assert_series_equal(other.params, one.params, rtol=1e-7)
    pd.testing.assert_series_equal(other.bse, one.bse, rtol=1e-7)


def test_swapping_groups_turns_the_sign_and_another_unit_moves_the_constant():
    low, high, exog, person = trials()
    one = CensoredRandomIntercept(low, high, exog, person).fit()
    swapped = exog.assign(group=1 - exog["group"])
    other = CensoredRandomIntercept(low * 1e3, high * 1e3, swapped, person).fit()
    assert other.params["group"] == pytest.approx(-one.params["group"], rel=1e-7, abs=0)
    shifted = one.params["const"] + one.params["group"] + np.log(1e3)
    assert other.params["const"] == pytest.approx(shifted, rel=1e-8, abs=0)
    assert other.icc == pytest.approx(one.icc, rel=1e-7, abs=0)
    n_exact = (low == high).sum()
    assert other.llf == pytest.approx(one.llf - n_exact * np.log(1e3), rel=1e-8, abs=0)


def test_participants_alike_are_the_model_without_intercept_and_say_so():
    low, high, exog, person = trials(sd_between=0.0, seed=4)
    fit = CensoredRandomIntercept(low, high, exog, person).fit()
    assert fit.on_boundary
    assert (fit.sd_between, fit.icc, fit.icc_ci) == (0.0, 0.0, None)
    plain = CensoredRandomIntercept(low, high, exog, person).plain.fit()
    np.testing.assert_allclose(fit.params, plain.params[:-1], rtol=1e-8)
    assert fit.llf == pytest.approx(plain.llf, rel=1e-10, abs=0)


def test_the_icc_is_that_of_the_simulation():
    fit = CensoredRandomIntercept(*trials(people=600, sd_between=0.4)).fit()
    assert fit.icc == pytest.approx(0.5, abs=0.05)
    assert fit.icc_ci[0] < 0.5 < fit.icc_ci[1]
    assert "No. Participants" in fit.summary().as_text()


def test_the_interval_of_the_icc_uses_t_of_participants():
    model = CensoredRandomIntercept(*trials(people=12))
    widths = [np.diff(logit(model.fit(ci_level=level).icc_ci))[0] for level in (0.95, 0.5)]
    expected = stats.t.ppf(0.975, 10) / stats.t.ppf(0.75, 10)  # constant and group are between
    assert widths[0] / widths[1] == pytest.approx(expected, rel=1e-6, abs=0)


def test_what_cannot_be_estimated_says_why():
    low, high, exog, person = trials()
    first = np.arange(0, len(low), 6)
    with pytest.raises(NotEstimableError, match="one trial"):
        CensoredRandomIntercept(low[first], high[first], exog.iloc[first], person[first]).fit()
    with pytest.raises(NotEstimableError, match="2 participants are too few"):
        CensoredRandomIntercept(low[:12], high[:12], exog[:12], person[:12]).fit()
    ceiling = (exog["group"] == 1).to_numpy()
    with pytest.raises(NotEstimableError, match="no stable solution"):
        CensoredRandomIntercept(
            np.where(ceiling, 30.0, low), np.where(ceiling, np.inf, high), exog, person
        ).fit()
    with pytest.raises(ValueError, match="one participant per row"):
        CensoredRandomIntercept(low, high, exog, person[1:])
