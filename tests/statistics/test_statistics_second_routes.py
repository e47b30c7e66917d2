"""The second routes alone: each finds what the first computation, or a library, finds."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS

from pipeline.statistics.estimates.design import Design
from pipeline.statistics.estimates.errors import NoSolutionError
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.mixed import guarded_fit
from pipeline.statistics.models.mixed.guarded_fit import fit_guarded
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts
from pipeline.statistics.second_routes.plain_likelihood import plain_censored_fit
from pipeline.statistics.second_routes.plain_regressions import partial_fit
from pipeline.statistics.second_routes.routes import is_balanced, second_difference


@pytest.fixture(scope="module")
def trials():
    """40 people, 2 legs, 3 trials: exog, people, legs and a value per row."""
    rng = np.random.default_rng(8)
    people = np.repeat(np.arange(40), 6)
    leg = np.tile(np.repeat(["L", "R"], 3), 40)
    exog = pd.DataFrame(
        {
            "const": 1.0,
            "group": (people < 19).astype(float),
            "age_years": rng.normal(45, 10, 40)[people],
            "dom": (leg == "R").astype(float),
        }
    )
    values = 3 - 0.4 * exog["group"] + rng.normal(0, 0.5, 40)[people] + rng.normal(0, 0.4, 240)
    rows = pd.DataFrame({"participant_id": people.astype(str), "leg": leg, "value": values})
    return rows, exog


@pytest.mark.parametrize("unit", [1.0, 1e4])
def test_the_plain_likelihood_is_the_censored_regression_with_all_kinds_of_bounds(trials, unit):
    rows, exog = trials
    value = rows["value"].to_numpy() * unit
    low, high = value.copy(), value.copy()
    low[value > 3.2 * unit], high[value > 3.2 * unit] = 3.2 * unit, np.inf
    low[value < 2.2 * unit], high[value < 2.2 * unit] = -np.inf, 2.2 * unit
    between = (value > 2.8 * unit) & (value < 2.9 * unit)
    low[between], high[between] = 2.8 * unit, 2.9 * unit
    people = rows["participant_id"]
    first = CensoredNormal(low, high, exog).fit_clustered(people)
    second = plain_censored_fit(low, high, exog, people, "group")
    assert second.estimate == pytest.approx(first.params[1], rel=1e-9)
    assert second.se == pytest.approx(first.bse[1], rel=1e-6)


def test_the_plain_likelihood_refuses_what_has_no_maximum(trials):
    rows, exog = trials
    same = np.full(len(rows), 3.0)
    with pytest.raises(NoSolutionError):
        plain_censored_fit(same, same, exog, rows["participant_id"], "group")


def test_the_partial_regression_is_ordinary_least_squares(trials):
    rows, exog = trials
    found = partial_fit(rows["value"], exog, "group")
    fit = OLS(rows["value"].to_numpy(), exog.to_numpy()).fit()
    assert found.estimate == pytest.approx(fit.params[1], rel=1e-10)
    assert found.se == pytest.approx(fit.bse[1], rel=1e-10)
    assert found.se_hc3 == pytest.approx(fit.HC3_se[1], rel=1e-10)
    with pytest.raises(NoSolutionError, match="group"):
        partial_fit(rows["value"], exog.assign(control=1 - exog["group"]), "group")


def _opinion(rows, exog):
    design = Design(rows.reset_index(drop=True), exog.reset_index(drop=True), (), (), False)
    legs = rows["participant_id"] + rows["leg"]
    fit = fit_guarded(rows["value"], exog, rows["participant_id"], legs)
    return fit, second_difference("value", design, fit), is_balanced(design)


def test_a_balanced_design_has_a_closed_form_with_its_standard_error(trials):
    fit, second, balanced = _opinion(*trials)
    first = fit.coefficients.loc["group"]
    assert balanced and second.route == "balanced_means" and fit.errors == "cr2"
    assert second.estimate == pytest.approx(first["estimate"], rel=1e-9)
    assert second.se is None  # it is Kenward and Roger's
    by_model = replace(fit, coefficients=fit.kenward_roger, errors="kenward_roger")
    rows, exog = trials
    second = second_difference("value", Design(rows, exog, (), (), False), by_model)
    assert second.se == pytest.approx(fit.kenward_roger.loc["group", "se"], rel=1e-6)


def test_a_missing_trial_leaves_it_to_mixedlm(trials):
    rows, exog = trials
    fit, second, balanced = _opinion(rows.drop(index=7), exog.drop(index=7))
    assert not balanced and second.route == "statsmodels_mixedlm" and second.se is None
    first = fit.coefficients.loc["group"]
    assert second.estimate == pytest.approx(first["estimate"], abs=1e-4 * first["se"])


def test_a_leg_that_is_dominant_in_some_people_only_is_not_balanced(trials):
    rows, exog = trials
    exog = exog.assign(dom=exog["dom"].where(exog.index >= 6, 1.0))
    assert not is_balanced(Design(rows, exog, (), (), False))


@pytest.mark.parametrize("with_legs", [True, False])
def test_with_many_rows_the_sums_give_the_coefficients(trials, monkeypatch, with_legs):
    rows, exog = trials
    rows, exog = rows.drop(index=[3, 11, 40]), exog.drop(index=[3, 11, 40])
    monkeypatch.setattr(guarded_fit, "MOST_ROWS_TO_REFIT", 10)
    legs = rows["participant_id"] + rows["leg"] if with_legs else None
    fit = fit_guarded(rows["value"], exog, rows["participant_id"], legs)
    assert fit.confirmed_by.route == "likelihood_by_sums"
    exact = NestedIntercepts(rows["value"], exog, rows["participant_id"], legs).fit()
    assert fit.confirmed_by.params.tolist() == pytest.approx(exact.params.tolist(), rel=1e-7)


def test_one_row_each_is_solved_in_closed_form(trials):
    rows, exog = trials
    first_rows = rows.drop_duplicates("participant_id")
    own = exog.loc[first_rows.index, ["const", "group", "age_years"]]
    fit, second, _ = _opinion(first_rows, own)
    assert second.route == "closed_form"
    first = fit.coefficients.loc["group"]
    assert (second.estimate, second.se) == pytest.approx((first["estimate"], first["se"]), rel=1e-9)
