"""Exact REML and its degrees of freedom against lme4, lmerTest and pbkrtest; the guarded fit."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.mixed import guarded_fit
from pipeline.statistics.models.mixed.guarded_fit import (
    FALLBACK,
    ONE_ROW_EACH,
    fit_guarded,
    reml_loglikelihood,
)
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts, profile_interval

TERMS = {
    "(Intercept)": "const",
    "groupLBP": "group",
    "age_years": "age_years",
    "sexmale": "sex",
    "dom": "dom",
    "groupLBP:dom": "group:dom",
    "trial": "trial",
}
BLOCKS = {
    "gmed_ri": "gmed_pct_mvic",
    "gmed_nested": "gmed_pct_mvic",
    "gmed_int": "gmed_pct_mvic",
    "onset_nested": "onset_ms",
    "loghold_naive": "log_hold",
}
SDS = {".sigma": "residual", ".sig01": "leg", ".sig02": "participant"}


def _design(rows, column):
    rows = rows[rows[column].notna()].reset_index(drop=True)
    exog = pd.DataFrame(
        {
            "const": 1.0,
            "group": (rows["group"] == "LBP").astype(float),
            "age_years": rows["age_years"],
            "sex": (rows["sex"] == "male").astype(float),
            "dom": rows["dom"],
        }
    )
    return rows, exog, rows["participant_id"] + " " + rows["leg"]


def _model(sets, block):
    """The model of a golden block, with the columns in R's order."""
    column = BLOCKS[block.removesuffix("_ml")]
    holds = sets.hold_times[sets.hold_times["condition"] == "eyes_open"]
    table = (
        holds.assign(log_hold=np.log(holds["capped_s"]))
        if column == "log_hold"
        else sets.activation
    )
    rows, exog, legs = _design(table, column)
    if block == "gmed_int":
        exog["group:dom"] = exog["group"] * exog["dom"]
    if block == "loghold_naive":
        exog["trial"] = rows["trial"].astype(float)
    is_nested = not block.startswith("gmed_ri")
    return NestedIntercepts(rows[column], exog, rows["participant_id"], legs if is_nested else None)


def _in_order_of(table, fit):
    return table.rename(index=TERMS).loc[fit.params.index]


@pytest.mark.parametrize(
    ("method", "key"), [("kenward_roger", "coef_kr"), ("satterthwaite", "coef_satt")]
)
@pytest.mark.parametrize("block", BLOCKS)
def test_estimates_errors_df_and_p_are_those_of_r(sets, golden, block, method, key):
    fit = _model(sets, block).fit(method)
    reference = golden["lmm"][block]
    _is_that_of_r(fit, reference, _in_order_of(pd.DataFrame(reference[key]).T, fit))


def test_maximum_likelihood_is_that_of_r(sets, golden):
    fit = _model(sets, "gmed_ri_ml").fit("satterthwaite", reml=False)
    reference = golden["lmm"]["gmed_ri_ml"]
    _is_that_of_r(fit, reference, _in_order_of(pd.DataFrame(reference["coef_satt"]).T, fit))
    with pytest.raises(ValueError, match="REML only"):
        _model(sets, "gmed_ri_ml").fit("kenward_roger", reml=False)


def _is_that_of_r(fit, reference, table):
    """tolerances.json, LMM: coefficients 1e-6, SE 1e-4, log-likelihood 1e-6, df 1e-4."""
    assert fit.n_rows == reference["n"]
    assert fit.n_groups == reference["n_groups"]["participant_id"]
    assert fit.llf == pytest.approx(reference["loglik"], rel=1e-6, abs=0)
    np.testing.assert_allclose(fit.params, table["Estimate"], rtol=1e-6)
    np.testing.assert_allclose(fit.bse, table["Std. Error"], rtol=1e-4)
    np.testing.assert_allclose(fit.df, table["df"], rtol=1e-4)
    np.testing.assert_allclose(fit.pvalues, table["Pr(>|t|)"], rtol=1e-3)
    variances = reference["vc"]
    assert fit.variances["residual"] == pytest.approx(variances["Residual"], rel=1e-5, abs=0)
    assert fit.variances["participant"] == pytest.approx(
        variances["participant_id"], rel=1e-5, abs=0
    )
    if "leg" in fit.variances:
        assert fit.variances["leg"] == pytest.approx(variances["legid"], rel=1e-5, abs=0)
    assert bool(fit.on_boundary) == reference["singular"]


@pytest.mark.parametrize("block", BLOCKS)
def test_the_adjusted_group_difference_is_that_of_emmeans(sets, golden, block):
    model = _model(sets, block)
    fit = model.fit("satterthwaite")
    weights = {"group": 1.0}
    if block == "gmed_int":  # both legs equally, as emmeans averages a column of two values
        weights["group:dom"] = 0.5
    found = fit.contrast(weights)
    known = golden["lmm"][block]["emm_contrast"]
    assert found.estimate == pytest.approx(known["estimate"], rel=1e-6, abs=0)
    assert found.se == pytest.approx(known["SE"], rel=1e-4, abs=0)
    assert found.df == pytest.approx(known["df"], rel=1e-4, abs=0)
    assert found.ci_low == pytest.approx(known["lower.CL"], rel=1e-4, abs=0)
    assert found.ci_high == pytest.approx(known["upper.CL"], rel=1e-4, abs=0)
    assert found.p == pytest.approx(known["p.value"], rel=1e-3, abs=0)
    with pytest.raises(ValueError, match="terms of the model"):
        fit.contrast({"groups": 1.0})


def test_degrees_of_freedom_by_stratum_are_those_of_nlme(sets, golden):
    fit = _model(sets, "gmed_ri").fit("within_strata")
    table = _in_order_of(pd.DataFrame(golden["lmm"]["gmed_ri_nlme_between_within"]).T, fit)
    np.testing.assert_allclose(fit.params, table["Value"], rtol=1e-6)
    np.testing.assert_allclose(fit.bse, table["Std.Error"], rtol=1e-4)
    np.testing.assert_array_equal(fit.df, table["DF"])
    np.testing.assert_allclose(fit.pvalues, table["p-value"], rtol=1e-3)


def test_three_strata_share_the_units_between_them(sets):
    fit = _model(sets, "loghold_naive").fit("within_strata")
    legs = len(np.unique(_model(sets, "loghold_naive").nested))
    assert fit.df["group"] == fit.n_groups - 4
    assert fit.df["dom"] == legs - fit.n_groups - 1
    assert fit.df["trial"] == fit.n_rows - legs - 1


@pytest.mark.parametrize("block", [*BLOCKS, "gmed_ri_ml"])
def test_profile_intervals_are_those_of_r(sets, golden, block):
    model = _model(sets, block)
    sds = SDS if model.nested is not None else {".sigma": "residual", ".sig01": "participant"}
    for name, known in golden["lmm"][block]["profile_ci"].items():
        low, high = profile_interval(model, sds.get(name) or TERMS[name])
        # R interpolates its profile by splines: 1e-5 of the width, 4e-4 near a variance of 0.
        width = known["97.5 %"] - known["2.5 %"]
        assert low == pytest.approx(known["2.5 %"], abs=1e-3 * width)
        assert high == pytest.approx(known["97.5 %"], abs=1e-3 * width)


def test_the_interval_and_summary_follow_the_coefficients(sets):
    results = _model(sets, "gmed_nested").fit("satterthwaite")
    found = results.contrast({"group": 1.0})
    np.testing.assert_allclose(results.conf_int().loc["group"], [found.ci_low, found.ci_high])
    assert "group" in results.summary().as_text()


def test_df_between_participants_are_capped(sets):
    rows, exog, legs = _design(sets.activation, "onset_ms")
    model = NestedIntercepts(rows["onset_ms"], exog, rows["participant_id"], legs)
    people = rows["participant_id"].nunique()
    assert model.between_terms() == [True, True, True, True, False]
    capped = model.fit("satterthwaite", cap_df=True)
    assert capped.df["group"] <= people - 4
    assert capped.df["dom"] == model.fit("satterthwaite").df["dom"]


def test_published_df_never_exceed_participants_minus_parameters():
    rng = np.random.default_rng(4)  # noise whose Kenward-Roger df would be 6.66 for 8 people
    people, y = np.repeat(np.arange(8), 6), rng.normal(size=48)
    keep = rng.random(48) < 0.7
    exog = pd.DataFrame({"const": 1.0, "group": (people >= 4) * 1.0})[keep]
    assert NestedIntercepts(y[keep], exog, people[keep]).fit().df["group"] > 6.5
    fit = fit_guarded(y[keep], exog, people[keep])
    assert fit.model == "mixed_model"
    assert fit.coefficients.loc["group", "df"] == 6


def test_the_published_fit_is_the_exact_one_with_kenward_roger_beside_it(sets, golden):
    rows, exog, legs = _design(sets.activation, "gmed_pct_mvic")
    fit = fit_guarded(rows["gmed_pct_mvic"], exog, rows["participant_id"], legs)
    expected = golden["lmm"]["gmed_nested"]["coef_kr"]["groupLBP"]
    assert (fit.model, fit.factors, fit.caution) == ("mixed_model", ("participant", "leg"), "")
    assert fit.coefficients.loc["group", "estimate"] == pytest.approx(
        expected["Estimate"], rel=1e-6, abs=0
    )
    of_r = fit.kenward_roger.loc["group"]
    assert of_r["estimate"] == fit.coefficients.loc["group", "estimate"]
    assert of_r["se"] == pytest.approx(expected["Std. Error"], rel=1e-4, abs=0)
    assert of_r["df"] == pytest.approx(expected["df"], rel=1e-4, abs=0)
    assert fit.errors == "cr2"


class _ZeroEffects:
    """What issue statsmodels#10239 gives: all effects exactly 0, and no complaint."""

    def __init__(self, endog, exog, **_):
        self.terms = exog.shape[1]
        self.llf = 0.0

    def fit(self, **_):
        self.fe_params = np.zeros(self.terms)
        return self


class _Singular:
    def __init__(self, *_, **__):
        pass

    def fit(self, **_):
        raise np.linalg.LinAlgError("Singular matrix")


class _OtherMaximum(MixedLM):
    """Right effects at another point of the likelihood: its standard errors would be wrong."""

    def fit(self, **options):
        found = super().fit(**options)
        found.llf = found.llf - 0.01
        return found


@pytest.mark.parametrize("broken", [_ZeroEffects, _Singular, _OtherMaximum])
def test_a_fit_that_two_computations_disagree_on_is_not_published(sets, monkeypatch, broken):
    rows, exog, legs = _design(sets.activation, "gmed_pct_mvic")
    monkeypatch.setattr(guarded_fit, "MixedLM", broken)
    fit = fit_guarded(rows["gmed_pct_mvic"], exog, rows["participant_id"], legs)
    assert (fit.model, fit.caution) == ("participant_means", FALLBACK)
    assert fit.coefficients.loc["group", "estimate"] > 4
    assert fit.coefficients.loc["group", "df"] == rows["participant_id"].nunique() - len(
        fit.coefficients
    )


def test_the_second_optimiser_is_asked_when_the_first_stops_short(sets, monkeypatch):
    asked = []

    class _StopsShortOnce(MixedLM):
        def fit(self, **options):
            asked.append(options.get("method"))
            found = super().fit(**options)
            if options.get("method") is None:
                found.fe_params = found.fe_params * 0
            return found

    rows, exog, legs = _design(sets.activation, "gmed_pct_mvic")
    monkeypatch.setattr(guarded_fit, "MixedLM", _StopsShortOnce)
    assert (
        fit_guarded(rows["gmed_pct_mvic"], exog, rows["participant_id"], legs).model
        == "mixed_model"
    )
    assert asked == [None, None, "nm"]


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_a_wrong_solution_is_seen_although_the_second_computation_starts_there(
    sets, monkeypatch, factor
):
    class _WrongVariance(NestedIntercepts):
        """Another point of the likelihood, with the likelihood's value there."""

        def fit(self, *args, **options):
            found = super().fit(*args, **options)
            variances = found.variances * [1.0, factor, 1.0]
            there = reml_loglikelihood(
                self.endog - self.exog @ found.params.to_numpy(),
                self.exog,
                self.factors,
                variances.to_numpy(),
            )
            assert there < found.llf - 0.01
            return replace(found, variances=variances, llf=there)

    rows, exog, legs = _design(sets.activation, "gmed_pct_mvic")
    monkeypatch.setattr(guarded_fit, "NestedIntercepts", _WrongVariance)
    fit = fit_guarded(rows["gmed_pct_mvic"], exog, rows["participant_id"], legs)
    assert fit.model == "participant_means"


def test_one_row_per_participant_is_hc3_regression_as_in_r(derived, golden, tolerances):
    people = derived[derived["gmed"].notna()].reset_index(drop=True)
    exog = pd.DataFrame(
        {
            "const": 1.0,
            "group": people["lbp"].astype(float),
            "age_years": people["age_years"].astype(float),
            "sex": (people["sex"] == "male").astype(float),
            "bmi": people["bmi"],
        }
    )
    fit = fit_guarded(people["gmed"], exog, people["participant_id"], people["participant_id"])
    table = pd.DataFrame(golden["ancova"]["gmed"]["hc3"]["coef"]).T
    assert fit.caution == ONE_ROW_EACH
    rtol = tolerances["HC3"]
    np.testing.assert_allclose(fit.coefficients["estimate"], table["Estimate"], rtol=rtol)
    np.testing.assert_allclose(fit.coefficients["se"], table["Std. Error"], rtol=rtol)
    assert set(fit.coefficients["df"]) == {float(golden["ancova"]["gmed"]["df_resid"])}


def test_an_intercept_that_the_rows_cannot_show_is_left_out(sets):
    rows, exog, legs = _design(sets.activation, "gmed_pct_mvic")
    single = rows[rows["leg"] == "left"].index
    fit = fit_guarded(
        rows.loc[single, "gmed_pct_mvic"],
        exog.loc[single].drop(columns="dom"),
        rows.loc[single, "participant_id"],
        legs[single],
    )
    assert fit.factors == ("participant",)


def test_too_few_participants_and_no_variation_say_so():
    exog = pd.DataFrame({"const": np.ones(8), "group": np.repeat([0.0, 1.0], 4)})
    people = np.repeat(["a", "b", "c", "d"], 2)
    with pytest.raises(NotEstimableError, match="do not vary"):
        fit_guarded(np.repeat([2.0, 3.0], 4), exog, people)
    with pytest.raises(NotEstimableError, match="too few"):
        fit_guarded(np.arange(8.0), exog, np.repeat(["a", "b"], 4))


def test_data_too_small_for_kenward_roger_go_to_participant_means():
    people = np.array(["a", "b", "c", "c", "d", "e"])
    exog = pd.DataFrame({"const": 1.0, "group": [0.0, 0, 0, 0, 1, 1]})
    values = np.array([1.0, 4.0, 2.0, 2.1, 7.0, 9.0])
    fit = fit_guarded(values, exog, people)
    assert fit.coefficients.loc["group", "estimate"] > 4
    assert np.isfinite(fit.coefficients.to_numpy()).all()


def test_one_participant_who_determines_a_coefficient_gives_no_hc3():
    exog = pd.DataFrame({"const": 1.0, "group": [0.0, 0, 0, 1, 1], "sex": [0.0, 0, 0, 0, 1]})
    with pytest.raises(NotEstimableError, match="alone determines"):
        fit_guarded(np.array([1.0, 3, 2, 5, 9]), exog, np.arange(5))
