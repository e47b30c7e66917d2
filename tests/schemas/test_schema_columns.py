"""Every column of every table says what it is, in which unit, and what to do about a wrong cell."""

from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest

from schemas.balance_tables import HoldTimes
from schemas.columns import column_rules, empty_table, validated
from schemas.estimates import Estimates
from schemas.intake_results import Findings, Flow
from schemas.participants import Participants
from schemas.tables import COHORT_TABLES

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "penney_like"
MODELS = [*(t.model for t in COHORT_TABLES.values()), Estimates, Findings, Flow]
UNIT_ENDINGS = {
    "_uv_s": "µV s", "_hz_per_s": "Hz/s", "_pct_per_s": "%/s", "_s": "s", "_ms": "ms", "_cm": "cm", "_kg": ("kg", "N/kg", "Nm/kg"), "_mm": "mm", "_uv": "µV",
    "_years": "years", "_db": "dB", "_pct_mvic": "%MVIC", "_n": "N", "_nm": "Nm",
}  # fmt: skip


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_columns_are_described_and_fixable(model):
    for rule in column_rules(model).values():
        assert rule.description.endswith("."), rule.name
        assert rule.facts["fix"].endswith("."), rule.name


@pytest.mark.parametrize("table", COHORT_TABLES.values(), ids=lambda t: t.name)
def test_units_stand_in_the_names_of_columns(table):
    for rule in column_rules(table.model).values():
        if rule.kind != "number" or (table.model is Participants and "_" not in rule.name):
            continue
        for ending, unit in UNIT_ENDINGS.items():
            longer = [e for e in UNIT_ENDINGS if e.endswith(ending) and e != ending]
            if rule.name.endswith(ending) and not any(rule.name.endswith(e) for e in longer):
                assert rule.facts["unit"] in unit, rule.name


@pytest.mark.parametrize("table", COHORT_TABLES.values(), ids=lambda t: t.name)
def test_key_columns_exist_and_are_marked(table):
    rules = column_rules(table.model)
    marked = {name for name, rule in rules.items() if rule.facts["identifies"]}
    assert set(table.key) == marked
    assert set(table.may_omit) <= set(rules)
    assert set(table.defaults) <= set(rules)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_an_empty_table_is_valid(model):
    model.validate(empty_table(model))


def _hold(**changes):
    row = {
        "participant_id": "001", "visit": "baseline", "task": "single_leg_stance", "leg": "left",
        "condition": "eyes_open", "trial": 1, "hold_time_s": 0.0, "ceiling_s": 30.0,
        "ended_by": "foot_touch", "hold_low_s": None, "hold_high_s": None,
    }  # fmt: skip
    return pd.DataFrame([{**row, **changes}])


def test_ids_keep_leading_zeros_and_zero_seconds_is_a_value():
    valid = HoldTimes.validate(_hold())
    assert valid["participant_id"].tolist() == ["001"]
    assert valid["hold_time_s"].tolist() == [0.0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"hold_time_s": -1.0},
        {"leg": "both"},
        {"ceiling_s": 0.0},
        {"trial": 0},
        {"ended_by": "tired"},
    ],
)
def test_impossible_rows_are_refused(wrong):
    with pytest.raises(pa.errors.SchemaErrors):
        HoldTimes.validate(_hold(**wrong), lazy=True)


def test_the_same_trial_twice_is_refused():
    with pytest.raises(pa.errors.SchemaErrors):
        HoldTimes.validate(pd.concat([_hold(), _hold()], ignore_index=True), lazy=True)


def _failures(check, table):
    """(column, value) of every cell that a check refuses."""
    try:
        check(table)
    except pa.errors.SchemaErrors as problem:
        cases = problem.failure_cases
        return sorted(map(str, zip(cases["column"], cases["failure_case"], strict=True)))
    return []


def _wrong(rule):
    """Values that break a rule, of the column's own type."""
    if rule.kind in ("number", "integer"):
        return [limit for limit in (rule.low and rule.low - 1, rule.high and rule.high + 1, -1e6)
                if limit is not None] + ([] if rule.nullable or rule.kind == "integer" else [None])  # fmt: skip
    return ["no such word", None]


@pytest.mark.parametrize("name", ["participants", "hold_times", "activation", "strength"])
@pytest.mark.parametrize("kind_of_fault", [0, -1])
def test_values_are_refused_with_and_without_conversion_alike(name, kind_of_fault):
    table = COHORT_TABLES[name]
    model, empty = table.model, empty_table(table.model)
    rows = pd.read_csv(GOLDEN / f"{name}.csv", dtype={"participant_id": str}).head(60)
    rows = rows[[column for column in empty if column in rows]].assign(**table.defaults)
    rows = pd.concat([empty, rows], ignore_index=True)
    for place, rule in enumerate(column_rules(model).values()):
        rows[rule.name] = rows[rule.name].astype(object)
        rows.loc[place, rule.name] = _wrong(rule)[kind_of_fault]
    rows = rows.astype(empty.dtypes)
    expected = _failures(lambda given: model.validate(given, lazy=True), rows)
    assert len(expected) > len(table.key)
    assert _failures(lambda given: validated(model, given), rows) == expected


@pytest.mark.parametrize("wrong_type", [False, True])
def test_a_table_comes_back_with_the_types_of_its_model(wrong_type):
    rows = pd.DataFrame(
        {
            "step": [1, 2],
            "stage": ["read", "set_aside"],
            "table": "hold_times",
            "group": "LBP",
            "reason": ["", "the hold is longer than its ceiling"],
            "n_rows": [12.0, 3.0] if wrong_type else [12, 3],
            "n_participants": [4, 1],
        }
    )
    expected = Flow.validate(rows, lazy=True)
    pd.testing.assert_frame_equal(validated(Flow, rows), expected)
