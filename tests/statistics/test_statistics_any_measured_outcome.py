"""Every measured column can be planned: it is compared between the groups, or the plan says why not."""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.columns import column_rules, empty_table
from schemas.outcomes import MEASURED_TABLES, OUTCOMES, near_outcomes, plannable_outcomes
from schemas.plan import Plan, plan_contradictions

PLANNED = [
    name
    for name, outcome in OUTCOMES.items()
    if outcome.kind == "measured" and not outcome.not_compared
]


def _plan(name: str) -> Plan:
    planned = {"role": "secondary", "sensitivity": []}
    return Plan.model_validate({"covariates": [], "outcomes": {name: planned}})


def _table(table: str, column: str, people: pd.DataFrame) -> pd.DataFrame:
    """Two trials of both legs of everybody with values in one column alone."""
    draw = np.random.default_rng(12)
    keys = [
        (p, leg, trial)
        for p in people["participant_id"]
        for leg in ("left", "right")
        for trial in (1, 2)
    ]
    rows = pd.DataFrame(keys, columns=["participant_id", "leg", "trial"])
    rows = rows.assign(
        visit="baseline", task="single_leg_stance", quality="good", force_verdict="high"
    )
    rows[column] = np.round(50 + draw.normal(size=len(rows)) * 5)
    wanted = empty_table(MEASURED_TABLES[table]).columns
    return rows.reindex(columns=wanted)


def test_every_number_of_the_measured_tables_is_an_outcome():
    for table, model in MEASURED_TABLES.items():
        for column, rule in column_rules(model).items():
            if rule.kind in ("number", "integer") and not rule.facts["identifies"]:
                assert table in OUTCOMES[column].tables
                assert column in plannable_outcomes(())


@pytest.mark.parametrize("name", PLANNED)
def test_a_planned_outcome_is_compared_with_its_unit(name, penney, study):
    outcome = OUTCOMES[name]
    table, column = outcome.tables[0], outcome.columns[0]
    people = penney["participants"]
    plan = _plan(name)
    assert not list(plan_contradictions(plan))
    sets = build_analysis_sets(
        {"participants": people, table: _table(table, column, people)}, study, plan
    )
    rows = analyse("any", sets, study, plan).estimates
    (row,) = rows[(rows["outcome"] == name) & (rows["role"] == "secondary")].to_dict("records")
    assert row["status"] != "not_estimable", row["note"]
    assert row["unit"] == outcome.unit_of(column)
    assert row["n_rows"] > 0
    assert (outcome.caution in row["note"]) and outcome.label and outcome.printed_as(column)


def test_what_is_not_for_comparisons_is_refused_with_the_reason():
    ((path, problem, why, _),) = plan_contradictions(_plan("gmed_pct_reference"))
    assert path == ("outcomes", "gmed_pct_reference")
    assert "not compared" in problem
    assert "no MVIC" in why


def test_a_misspelt_outcome_is_answered_with_names_like_it():
    assert "cop_mean_velocity_mm_s" in near_outcomes("sway_velocity", plannable_outcomes(()))
    assert "cop_path_mm" in near_outcomes("cop_path", plannable_outcomes(()))
