"""Cox regression against R's coxph, cox.zph and concordance, and against statsmodels' PHReg."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.tools.numdiff import approx_fprime, approx_hess

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.survival import log_rank as concordances
from pipeline.statistics.models.survival.cox import (
    CoxRegression,
    PartialLikelihood,
    RiskSets,
    concordance,
)

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
TERMS = {"groupLBP": "group", "age_years": "age_years", "sexmale": "sex", "dom": "dom"}


@pytest.fixture
def eyes_open(sets):
    holds = sets.hold_times
    rows = holds[holds["condition"] == "eyes_open"].reset_index(drop=True)
    exog = pd.DataFrame(
        {
            "group": (rows["group"] == "LBP").astype(float),
            "age_years": rows["age_years"],
            "sex": (rows["sex"] == "male").astype(float),
            "dom": rows["dom"],
        }
    )
    return rows["capped_s"], rows["censoring"] != "ceiling", exog, rows["participant_id"]


def _in_order(block, fit):
    return pd.Series(block).rename(TERMS)[fit.params.index]


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_coefficients_and_errors_are_those_of_coxph(eyes_open, golden, tolerances, ties):
    times, ended, exog, people = eyes_open
    block = golden["cox"][ties]
    rtol = tolerances[f"Cox {ties}"]
    fit = CoxRegression(times, ended, exog, ties=ties).fit_clustered(people, small_sample=False)
    np.testing.assert_allclose(fit.params, _in_order(block["coef"], fit), rtol=rtol)
    np.testing.assert_allclose(fit.naive_se, _in_order(block["naive_se"], fit), rtol=rtol)
    np.testing.assert_allclose(fit.bse, _in_order(block["robust_se"], fit), rtol=rtol)
    assert fit.llf == pytest.approx(block["loglik"], rel=rtol, abs=0)
    assert (fit.n_rows, fit.n_ended) == (block["n"], block["events"])
    assert fit.concordance.estimate == pytest.approx(block["concordance"], rel=rtol, abs=0)
    assert fit.concordance.se == pytest.approx(block["concordance_se"], rel=rtol, abs=0)
    assert np.isinf(fit.df).all()
    people = people.nunique()
    published = CoxRegression(times, ended, exog, ties=ties).fit_clustered(eyes_open[3])
    np.testing.assert_allclose(published.bse, fit.bse * np.sqrt(people / (people - 1)), rtol=1e-10)
    assert set(published.df) == {people - 1}


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_proportional_hazards_are_tested_as_by_cox_zph(eyes_open, golden, ties):
    times, ended, exog, people = eyes_open
    fit = CoxRegression(times, ended, exog, ties=ties).fit_clustered(people)
    _is_zph(fit, golden["cox"][ties]["zph"])


def _is_zph(fit, block):
    found = fit.proportional_hazards_test()
    known = pd.DataFrame(block).T.loc[found.index]
    np.testing.assert_allclose(found["chisq"], known["chisq"], rtol=1e-8)
    np.testing.assert_array_equal(found["df"], known["df"])
    np.testing.assert_allclose(found["p"], known["p"], rtol=1e-7)


def test_one_hold_per_participant_is_that_of_coxph(derived, golden, tolerances):
    exog = pd.DataFrame(
        {
            "group": derived["lbp"].astype(float),
            "age_years": derived["age_years"].astype(float),
            "sex": (derived["sex"] == "male").astype(float),
        }
    )
    fit = CoxRegression(derived["dom_best"], derived["dom_event"] == 1, exog, ties="efron").fit()
    block = golden["cox"]["participant_efron"]
    rtol = tolerances["Cox efron"]
    np.testing.assert_allclose(fit.params, _in_order(block["coef"], fit), rtol=rtol)
    np.testing.assert_allclose(fit.bse, _in_order(block["se"], fit), rtol=rtol)
    assert fit.llf == pytest.approx(block["loglik"], rel=rtol, abs=0)
    bounds = pd.DataFrame(block["ci_hr"]).T.rename(index=TERMS).loc[fit.params.index]
    found = fit.hazard_ratios()
    np.testing.assert_allclose(found["ci_low"], bounds["2.5 %"], rtol=1e-7)
    np.testing.assert_allclose(found["ci_high"], bounds["97.5 %"], rtol=1e-7)
    _is_zph(fit, block["zph"])


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_heavy_ties_of_whole_seconds(tolerances, ties):
    data = pd.read_csv(GOLDEN / "ties_cox.csv")
    block = json.loads((GOLDEN / "ties_cox.json").read_text())[ties]
    model = CoxRegression(data["t"], data["ev"] == 1, data[["x"]].astype(float), ties=ties)
    fit = model.fit_clustered(data["id"], small_sample=False)
    rtol = tolerances[f"Cox {ties}"]
    assert fit.params["x"] == pytest.approx(block["coef"], rel=rtol, abs=0)
    assert fit.naive_se["x"] == pytest.approx(block["naive_se"], rel=rtol, abs=0)
    assert fit.bse["x"] == pytest.approx(block["robust_se"], rel=rtol, abs=0)
    assert fit.llf == pytest.approx(block["loglik"], rel=rtol, abs=0)


def holds(people=40, seed=0, whole_seconds=True):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 4)
    group = (person % 2).astype(float)
    held = np.exp(
        3.0 - 0.5 * group + 0.3 * rng.normal(size=people)[person] + rng.normal(size=len(person)) / 2
    )
    held = np.ceil(held) if whole_seconds else held
    exog = pd.DataFrame({"group": group, "age_years": rng.normal(45, 10, people)[person]})
    return np.minimum(held, 30.0), held < 30, exog, np.array([f"P{p:02d}" for p in person])


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_statsmodels_finds_the_same(ties):
    times, ended, exog, people = holds()
    fit = CoxRegression(times, ended, exog, ties=ties).fit_clustered(people, small_sample=False)
    known = PHReg(times, exog, status=ended, ties=ties)
    np.testing.assert_allclose(fit.params, known.fit().params, rtol=1e-8)
    np.testing.assert_allclose(fit.naive_se, known.fit().bse, rtol=1e-8)
    assert fit.llf == pytest.approx(known.fit().llf, rel=1e-10, abs=0)
    if ties == "breslow":  # PHReg's cluster-robust error of Efron's ties is built from Breslow's
        np.testing.assert_allclose(fit.bse, known.fit(groups=people).bse, rtol=1e-8)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_score_information_and_residuals_belong_to_the_likelihood(ties):
    times, ended, exog, _ = holds()
    sets, matrix = RiskSets(times, ended, ties), exog.to_numpy()
    at = np.array([0.3, 0.02])

    def loglike(point):
        return PartialLikelihood.at(sets, matrix, point).loglike

    found = PartialLikelihood.at(sets, matrix, at)
    np.testing.assert_allclose(found.score, approx_fprime(at, loglike, centered=True), rtol=1e-6)
    np.testing.assert_allclose(found.information(), -approx_hess(at, loglike), rtol=1e-3)
    np.testing.assert_allclose(found.score_residuals().sum(axis=0), found.score, rtol=1e-9)


def test_what_must_not_change_does_not_and_what_must_does():
    times, ended, exog, people = holds()
    one = CoxRegression(times, ended, exog).fit_clustered(people)
    order = np.random.default_rng(1).permutation(len(times))
    renamed = np.array([f"{97 - int(name[1:])}" for name in people])
    swapped = exog.assign(group=1 - exog["group"], age_years=exog["age_years"] * 12 + 7)
    other = CoxRegression(times[order] / 60, ended[order], swapped.iloc[order]).fit_clustered(
        renamed[order]
    )
    assert other.params["group"] == pytest.approx(-one.params["group"], rel=1e-7, abs=0)
    assert other.params["age_years"] * 12 == pytest.approx(one.params["age_years"], rel=1e-7, abs=0)
    np.testing.assert_allclose(other.bse["group"], one.bse["group"], rtol=1e-7)
    assert other.concordance.se == pytest.approx(one.concordance.se, rel=1e-8, abs=0)
    assert other.llf == pytest.approx(one.llf, rel=1e-10, abs=0)
    np.testing.assert_allclose(
        other.proportional_hazards_test(), one.proportional_hazards_test(), rtol=1e-6
    )
    assert "Breslow" in one.summary().as_text()


def test_a_hazard_ratio_that_changes_with_time_is_seen():
    rng = np.random.default_rng(2)
    group = np.repeat([0.0, 1.0], 300)
    held = np.where(group == 1, 15 * rng.weibull(3.0, 600), 15 * rng.weibull(0.8, 600))
    exog = pd.DataFrame({"group": group})
    fit = CoxRegression(np.minimum(held, 30), held < 30, exog).fit()
    assert fit.proportional_hazards_test().loc["group", "p"] < 1e-6


def test_concordance_of_a_small_table_by_hand():
    # pairs: (1, 2) right, (1, 3) tied risk, (2, 3) wrong; the last never ended
    found = concordance([5.0, 6.0, 7.0], [True, True, False], [2.0, 1.0, 2.0])
    assert (found.estimate, found.n_pairs) == (0.5, 3)
    with pytest.raises(NotEstimableError, match="No two holds"):
        concordance([5.0, 6.0], [False, False], [1.0, 2.0])


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_concordance_counts_every_pair(monkeypatch, rows):
    monkeypatch.setattr(concordances, "_ROWS_AT_ONCE", rows)
    rng = np.random.default_rng(4)
    times, ended = rng.integers(1, 12, 150).astype(float), rng.random(150) < 0.6
    risk = rng.integers(0, 6, 150).astype(float)
    later = ended[:, None] & (
        (times[:, None] < times) | ((times[:, None] == times) & ~ended[None, :])
    )
    right = later * (0.5 * (1 + np.sign(risk[:, None] - risk)))
    found = concordance(times, ended, risk)
    assert found.n_pairs == later.sum()
    assert found.estimate == pytest.approx(right.sum() / later.sum(), rel=1e-12, abs=0)
    own, all_own = right.sum(0) + right.sum(1), later.sum(0) + later.sum(1)
    influence = (own - found.estimate * all_own) / later.sum()
    assert found.se == pytest.approx(np.sqrt((influence**2).sum()), rel=1e-12, abs=0)


def test_what_cannot_be_estimated_says_why():
    times, ended, exog, people = holds()
    none_ended = ended & (exog["group"] == 1).to_numpy()
    with pytest.raises(NotEstimableError, match="no stable solution"):
        CoxRegression(times, none_ended, exog).fit()
    with pytest.raises(NotEstimableError, match="0 holds that ended"):
        CoxRegression(times, np.zeros(len(times), bool), exog).fit()
    with pytest.raises(NotEstimableError, match="constant or determined"):
        CoxRegression(times, ended, exog.assign(group=1.0)).fit()
    with pytest.raises(NotEstimableError, match="constant or determined"):
        CoxRegression(times, ended, exog.assign(months=exog["age_years"] * 12 + 1)).fit()
    with pytest.raises(NotEstimableError, match="2 participants are too few"):
        CoxRegression(times[:8], np.ones(8, bool), exog[:8]).fit_clustered(people[:8])
    with pytest.raises(ValueError, match="one participant per row"):
        CoxRegression(times, ended, exog).fit_clustered(people[1:])
    with pytest.raises(ValueError, match="missing"):
        CoxRegression(np.where(ended, np.nan, times), ended, exog)
