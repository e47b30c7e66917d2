"""The fast likelihood against plain formulas; what must not change a mixed model; where it has none."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.mixed import guarded_fit
from pipeline.statistics.models.mixed.guarded_fit import FALLBACK, fit_guarded, reml_loglikelihood
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts, profile_interval
from pipeline.statistics.models.mixed.sufficient_blocks import sufficient_blocks
from pipeline.statistics.models.mixed.variance_components import derivatives, solve


def trials(people=30, seed=0, sds=(3.0, 2.0, 4.0), missing=0.3):
    """Three trials of two legs, some missing: values, columns, participants, legs."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 6)
    leg = np.tile([0, 0, 0, 1, 1, 1], people)
    own = sds[0] * rng.normal(size=people)[person]
    of_leg = sds[1] * rng.normal(size=2 * people)[2 * person + leg]
    exog = pd.DataFrame(
        {
            "const": 1.0,
            "group": (person % 2).astype(float),
            "age_years": rng.normal(45, 12, people)[person],
            "dom": leg.astype(float),
        }
    )
    y = (
        exog.to_numpy() @ [22.0, 5.0, 0.05, -0.5]
        + own
        + of_leg
        + sds[2] * rng.normal(size=len(leg))
    )
    keep = rng.random(len(y)) > missing
    names = np.array([f"P{number:03d}" for number in person])
    sides = np.where(leg == 0, "left", "right")
    return y[keep], exog[keep].reset_index(drop=True), names[keep], sides[keep]


def _plain_loglike(y, exog, factors, variances, *, reml):
    """The multivariate normal density of all rows, written out."""
    covariance = variances[0] * np.eye(len(y))
    for variance, factor in zip(variances[1:], factors, strict=True):
        covariance += variance * (factor[:, None] == factor[None, :])
    inverse = np.linalg.inv(covariance)
    information = exog.T @ inverse @ exog
    residual = y - exog @ np.linalg.solve(information, exog.T @ inverse @ y)
    total = np.linalg.slogdet(covariance)[1] + residual @ inverse @ residual
    free = len(y)
    if reml:
        total += np.linalg.slogdet(information)[1]
        free -= exog.shape[1]
    return -0.5 * (total + free * np.log(2 * np.pi))


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("n_factors", [1, 2, 3])
def test_the_compressed_likelihood_is_that_of_the_rows(n_factors, reml):
    y, exog, people, sides = trials()
    person = pd.factorize(people)[0]
    leg = 2 * person + (sides == "right")
    factors = [person // 3, person, leg] if n_factors == 3 else [person, leg][:n_factors]
    variances = np.array([15.0, 4.0, 7.0, 2.0])[: n_factors + 1]
    blocks = sufficient_blocks(y, exog.to_numpy(), list(factors))
    plain = _plain_loglike(y, exog.to_numpy(), factors, variances, reml=reml)
    assert solve(blocks, variances, reml=reml)[0] == pytest.approx(plain, rel=1e-12, abs=0)
    fit, gradient = derivatives(blocks, variances, reml=reml)

    def loglike(at):
        return solve(blocks, at, reml=reml)[0]

    numeric = approx_fprime(variances, loglike, centered=True)
    np.testing.assert_allclose(gradient, numeric, rtol=1e-5, atol=1e-6)
    second = approx_hess(variances, loglike)
    np.testing.assert_allclose(fit.observed_information, -second, rtol=1e-3, atol=1e-4)


def test_participants_of_one_design_are_held_in_few_blocks():
    y, exog, people, sides = trials(people=500, missing=0.0)
    blocks = sufficient_blocks(y, exog.to_numpy(), [people, sides])
    assert len(blocks.endog) == 2 * 5 + 5  # legs * columns of one design, and deviations
    unequal = trials(people=500)
    blocks = sufficient_blocks(unequal[0], unequal[1].to_numpy(), list(unequal[2:]))
    assert len(blocks.counts) <= 10  # pairs of 1 to 3 trials, one leg only, and deviations


@pytest.mark.parametrize("with_legs", [True, False])
def test_the_likelihood_by_sums_is_that_of_statsmodels_and_of_the_fit(with_legs):
    y, exog, people, sides = trials()
    person = pd.factorize(people)[0]
    leg = pd.factorize(2 * person + (sides == "right"))[0]
    fit = NestedIntercepts(y, exog, people, sides if with_legs else None).fit()
    variances = fit.variances.to_numpy()
    factors = [person, leg] if with_legs else [person]
    by_sums = reml_loglikelihood(y, exog.to_numpy(), factors, variances)
    assert by_sums == pytest.approx(fit.llf, rel=1e-10, abs=0)
    if not with_legs:
        known = MixedLM(y, exog, groups=people).fit()
        assert by_sums == pytest.approx(known.llf, abs=1e-5)


def test_many_rows_are_confirmed_by_sums_and_a_disagreement_is_not_published(monkeypatch):
    y, exog, people, sides = trials(people=400, missing=0.1)
    monkeypatch.setattr(guarded_fit, "MixedLM", None)  # not asked
    fit = fit_guarded(y, exog, people, sides)
    assert (fit.model, fit.caution) == ("mixed_model", "")
    assert (
        fit.results.contrast({"group": 1.0}).estimate == fit.coefficients.loc["group", "estimate"]
    )
    elsewhere = lambda *rows: reml_loglikelihood(*rows) + 0.01  # noqa: E731
    monkeypatch.setattr(guarded_fit, "reml_loglikelihood", elsewhere)
    assert fit_guarded(y, exog, people, sides).caution == FALLBACK
    rising = lambda *rows: reml_loglikelihood(*rows) + 10 * abs(rows[-1][1] - at)  # noqa: E731
    at = fit.variances["participant"]
    monkeypatch.setattr(guarded_fit, "reml_loglikelihood", rising)
    assert fit_guarded(y, exog, people, sides).caution == FALLBACK


def test_rows_may_be_shuffled_and_participants_and_legs_renamed():
    y, exog, people, sides = trials()
    one = NestedIntercepts(y, exog, people, sides).fit()
    order = np.random.default_rng(1).permutation(len(y))
    renamed = np.array([f"{97 - int(name[1:]):02d}" for name in people])
    legs = np.char.add(renamed, np.where(sides == "left", "b", "a"))
    other = NestedIntercepts(y[order], exog.iloc[order], renamed[order], legs[order]).fit()
    for values in ("params", "bse", "df", "variances"):
        pd.testing.assert_series_equal(getattr(other, values), getattr(one, values), rtol=1e-7)


def test_swapping_groups_turns_the_sign_and_another_unit_scales_everything():
    y, exog, people, sides = trials()
    one = NestedIntercepts(y, exog, people, sides).fit()
    swapped = exog.assign(group=1 - exog["group"])
    other = NestedIntercepts(1e6 + 1e-3 * y, swapped, people, sides).fit()
    assert other.params["group"] == pytest.approx(-1e-3 * one.params["group"], rel=1e-5, abs=0)
    assert other.bse["group"] == pytest.approx(1e-3 * one.bse["group"], rel=1e-5, abs=0)
    assert other.df["group"] == pytest.approx(one.df["group"], rel=1e-4, abs=0)


def test_components_that_the_data_do_not_show_are_named():
    y, exog, people, sides = trials(people=200, sds=(0.0, 0.0, 4.0), missing=0.0, seed=9)
    fit = NestedIntercepts(y, exog, people, sides).fit(cap_df=True)
    assert set(fit.on_boundary) <= {"participant", "leg"}
    assert fit.on_boundary
    assert fit_guarded(y, exog, people, sides).on_boundary == fit.on_boundary
    assert fit.df["group"] <= 200 - 3
    shown = trials(people=200)
    assert NestedIntercepts(*shown).fit().on_boundary == ()


def test_a_profile_interval_is_lopsided_for_spreads_and_near_wald_for_terms():
    y, exog, people, sides = trials(people=60)
    model = NestedIntercepts(y, exog, people, sides)
    fit = model.fit("satterthwaite", reml=False)
    low, high = profile_interval(model, "group")
    assert low == pytest.approx(fit.params["group"] - 1.96 * fit.bse["group"], rel=0.05, abs=0)
    low, high = profile_interval(model, "participant")
    sd = float(np.sqrt(fit.variances["participant"]))
    assert 0 <= low < sd < high
    assert (high - sd) / (sd - low) != pytest.approx(1.0, rel=0.01, abs=0)


def test_what_cannot_be_estimated_says_why():
    y, exog, people, sides = trials()
    with pytest.raises(NotEstimableError, match="determined by the others"):
        NestedIntercepts(y, exog.assign(months=exog["age_years"] * 12), people, sides).fit()
    with pytest.raises(NotEstimableError, match="determined by the others"):
        NestedIntercepts(y, exog.assign(group=1.0), people, sides).fit()  # one group
    with pytest.raises(NotEstimableError, match="determined by the others"):
        NestedIntercepts(y[:3], exog[:3], people[:3], sides[:3]).fit()  # fewer rows than terms
    with pytest.raises(NotEstimableError, match="do not vary"):
        NestedIntercepts(exog.to_numpy() @ [1.0, 2.0, 3.0, 4.0], exog, people, sides).fit()
    few = np.isin(people, ["P000", "P001", "P002", "P003"])
    with pytest.raises(NotEstimableError, match="too few"):
        fit_guarded(y[few], exog[few], people[few], sides[few])


def test_a_group_of_one_participant_is_not_published_with_many_degrees_of_freedom():
    y, exog, people, sides = trials()
    keep = (exog["group"] == 0).to_numpy() | (people == "P001")
    fit = NestedIntercepts(y[keep], exog[keep], people[keep], sides[keep]).fit(cap_df=True)
    assert fit.df["group"] <= 16 - 3
