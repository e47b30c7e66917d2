"""Planned comparisons are computed a second time, and a disagreement is never hidden."""

import math

import pytest

from pipeline.statistics.estimates.errors import NoSolutionError
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.second_routes import routes as second_routes
from pipeline.statistics.second_routes.plain_likelihood import PlainFit
from pipeline.statistics.second_routes.second_opinion import (
    ROUTES,
    SecondNumber,
    with_second_opinion,
)
from schemas.plan import Plan, PlannedOutcome

RATIO = "hold_time_s/eyes_open:time_ratio:adjusted"


def test_every_planned_comparison_has_a_second_opinion_that_agrees(result):
    rows = result.estimates
    planned = rows[
        rows["role"].isin(["primary", "secondary"]) & (rows["status"] != "not_estimable")
    ]
    assert len(planned) >= 4
    assert (planned["second_opinion"] == "agrees").all()
    assert set(planned["second_route"]) <= {route.words for route in ROUTES.values()}
    first = planned["log_estimate"].fillna(planned["estimate"])
    assert ((planned["second_estimate"] - first).abs() <= 1e-5 * planned["se"]).all()
    assert all(route.reason for route in ROUTES.values())


def test_numbers_without_a_second_route_say_nothing(result):
    rows = result.estimates[result.estimates["second_opinion"] == ""]
    assert (rows["second_route"] == "").all() and rows["second_estimate"].isna().all()


def test_models_that_a_plan_can_name_instead_have_one_too(penney, run):
    outcomes = {
        "hold_time_s/eyes_open": PlannedOutcome(
            role="primary", sensitivity=("cox_breslow", "rmst", "censored_normal")
        ),
        "gmed_pct_mvic": PlannedOutcome(role="primary", sensitivity=("ancova_hc3", "ols_cluster")),
    }
    tables = {name: penney[name] for name in ("participants", "hold_times", "activation")}
    rows = run(tables, Plan(outcomes=outcomes)).query("second_opinion != ''")
    asked = {name for planned in outcomes.values() for name in planned.sensitivity}
    assert asked <= set(rows["model"])
    assert (rows["second_opinion"] == "agrees").all()


@pytest.fixture
def holds(penney):
    return {name: penney[name] for name in ("participants", "hold_times")}


UNADJUSTED = Plan(covariates=())


@pytest.mark.parametrize(("shift", "factor"), [(0.01, 1.0), (0.0, 1.01)])
def test_a_disagreement_in_estimate_or_error_is_said(holds, run, monkeypatch, shift, factor):
    right = second_routes.plain_censored_fit

    def wrong(*given, **more):
        found = right(*given, **more)
        return PlainFit(found.estimate + shift, found.se * factor)

    monkeypatch.setattr(second_routes, "plain_censored_fit", wrong)
    row = run(holds, UNADJUSTED).loc[RATIO]
    assert (row["second_opinion"], row["status"]) == ("disagrees", "flagged")
    assert "(likelihood of single trials, maximised by SciPy) does not agree" in row["note"]
    assert row["second_estimate"] == pytest.approx(row["log_estimate"] + shift)
    assert row["estimate"] == pytest.approx(math.exp(row["log_estimate"]))


def test_a_second_route_without_a_solution_is_said(holds, run, monkeypatch):
    def nothing(*_, **__):
        raise NoSolutionError("none")

    monkeypatch.setattr(second_routes, "plain_censored_fit", nothing)
    row = run(holds, UNADJUSTED).loc[RATIO]
    assert (row["second_opinion"], row["status"]) == ("", "flagged")
    assert "stands on one computation" in row["note"]


def test_nothing_is_computed_twice_for_a_number_that_was_not_estimated():
    row = EstimateRow("a:b", "a", "LBP - control", "mixed_nested", "primary", "s")
    refused = row.not_estimable("No value.")
    assert with_second_opinion(refused, lambda: pytest.fail("computed")) is refused


def test_the_tolerance_is_that_of_the_route():
    row = EstimateRow(
        "a:b", "a", "LBP - control", "mixed_nested", "primary", "s", estimate=1.0, se=0.5
    )
    for name, route in ROUTES.items():
        near = SecondNumber(name, 1.0 + 0.4 * route.of_se)
        far = SecondNumber(name, 1.0 + 0.6 * route.of_se)
        assert with_second_opinion(row, lambda near=near: near).second_opinion == "agrees"
        assert with_second_opinion(row, lambda far=far: far).second_opinion == "disagrees"
    lost = with_second_opinion(row, lambda: SecondNumber("closed_form", math.nan))
    assert (lost.second_opinion, lost.second_estimate) == ("disagrees", None)
