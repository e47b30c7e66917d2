"""What `stance new` writes agrees with the models, to the last key and heading."""

import csv
import re
from pathlib import Path
from typing import get_args

import openpyxl
import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from pipeline.intake.template import write_new_cohort
from pipeline.intake.template_settings import plan_text, yaml_value
from pipeline.workspace.errors import UsageError
from schemas.columns import column_rules
from schemas.plan import DEFAULT_PLAN, Plan, PlannedOutcome
from schemas.study import (
    EmgSettings,
    Group,
    HoldSettings,
    NormalisationMethod,
    Study,
    StudyTask,
    TableSource,
)
from schemas.tables import COHORT_TABLES
from schemas.terms import BALANCE_TASKS, HOLD_ENDINGS


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("new") / "lyon-2026"
    write_new_cohort(folder, "lyon-2026")
    return folder


@pytest.fixture(scope="module")
def workbook(folder):
    return openpyxl.load_workbook(folder / "lyon-2026.xlsx")


def yaml_of(text: str) -> object:
    return YAML(typ="safe").load(text)


def switched_on(text: str) -> str:
    """The text with every switched-off setting on: "#key" becomes "key", "# words" stay."""
    return re.sub(r"^( *)#(?=[^ ])", r"\1", text, flags=re.MULTILINE)


def test_the_folder_holds_the_four_files(folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "data_dictionary.csv",
        "lyon-2026.xlsx",
        "plan.yaml",
        "study.yaml",
    ]


def test_study_yaml_is_valid_as_it_comes_and_changes_no_default(folder):
    study = Study.model_validate(yaml_of((folder / "study.yaml").read_text("utf-8")))
    assert study.groups.labels == ("LBP", "control")
    assert study.emg == EmgSettings()
    assert study.holds == HoldSettings()
    assert not study.simulated
    assert set(study.tables) == {"participants", "hold_times"}


def test_every_setting_that_is_switched_off_works_when_switched_on(folder):
    text = switched_on((folder / "study.yaml").read_text("utf-8"))
    # The long form for activation stands for the short one above it.
    text = re.sub(r"^  activation: \{.*\n", "", text, count=1, flags=re.MULTILINE)
    study = Study.model_validate(yaml_of(text))
    assert study.holds.ceiling_s == 30
    assert study.tasks["foam_stance"].usual_ceiling_s == 30
    assert set(study.tables) == set(COHORT_TABLES)
    narrow, wide = study.tables["activation"]
    assert narrow.distinct
    assert wide.wide["GMed_L1"].keys == {"leg": "left", "trial": 1}
    assert study.emg.rest_s == (0.2, 1.5)


@pytest.mark.parametrize("model", [Study, Group, HoldSettings, StudyTask, TableSource, EmgSettings])
def test_every_key_of_study_yaml_is_there(folder, model: type[BaseModel]):
    text = (folder / "study.yaml").read_text("utf-8")
    for key in model.model_fields:
        assert re.search(rf"^ *#?(- )?{key}:", text, flags=re.MULTILINE), key


def test_the_template_names_every_normalisation_and_no_other(folder):
    text = (folder / "study.yaml").read_text("utf-8")
    for method in get_args(NormalisationMethod):
        assert method in text
    assert not [m for m in ("submaximal_task", "task_peak", "m_wave") if m in text]


def test_plan_yaml_is_the_default_plan(folder):
    assert Plan.model_validate(yaml_of((folder / "plan.yaml").read_text("utf-8"))) == DEFAULT_PLAN


def test_plan_yaml_follows_the_plan():
    plan = Plan(
        covariates=("bmi",),
        ci_level=0.9,
        outcomes={
            "onset_ms": PlannedOutcome(role="exploratory", covariates=("age_years",)),
            "strength": PlannedOutcome(role="primary", family="F9", covariates=()),
        },
        maximum_share_at_ceiling=0.8,
        minimum_events_per_group=5,
    )
    assert Plan.model_validate(yaml_of(plan_text(plan))) == plan


def test_the_workbook_has_one_sheet_per_table_with_our_headings_and_no_rows(workbook):
    assert workbook.sheetnames == [*COHORT_TABLES, "vocabulary"]
    for name, table in COHORT_TABLES.items():
        rows = list(workbook[name].iter_rows(values_only=True))
        assert [list(row) for row in rows] == [list(column_rules(table.model))]
        assert workbook[name].freeze_panes == "A2"


def test_headings_explain_themselves(workbook):
    for name, table in COHORT_TABLES.items():
        for number, rule in enumerate(column_rules(table.model).values(), start=1):
            comment = workbook[name].cell(1, number).comment.text
            assert rule.description in comment
            assert not rule.facts["unit"] or rule.facts["unit"] in comment
            assert all(term in comment for term in rule.terms)


def test_columns_with_terms_have_a_drop_down_of_these_terms(workbook):
    vocabulary = workbook["vocabulary"]
    for name, table in COHORT_TABLES.items():
        offered = {
            str(rule.sqref): rule.formula1
            for rule in workbook[name].data_validations.dataValidation
        }
        for number, rule in enumerate(column_rules(table.model).values(), start=1):
            letter = openpyxl.utils.get_column_letter(number)
            source = offered.pop(f"{letter}2:{letter}2000", None)
            expected = rule.terms
            if rule.name == "task":
                expected = tuple(BALANCE_TASKS)
            if rule.name == "group":
                expected = ("LBP", "control")
            if not expected:
                assert source is None
                continue
            assert source is not None, (name, rule.name)
            cells = vocabulary[source.split("!")[1].replace("$", "")]
            assert tuple(row[0].value for row in cells) == expected
        assert offered == {}
    assert HOLD_ENDINGS  # the longest list; it would not fit into a list typed into the cell rule


def test_codes_are_text_cells_so_that_their_zeros_stay(workbook):
    assert workbook["participants"].column_dimensions["A"].number_format == "@"


def test_the_data_dictionary_has_every_column_of_every_table(folder):
    with (folder / "data_dictionary.csv").open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["table"], row["column"]) for row in rows] == [
        (name, column)
        for name, table in COHORT_TABLES.items()
        for column in column_rules(table.model)
    ]
    by_key = {(row["table"], row["column"]): row for row in rows}
    assert by_key["participants", "height_cm"]["range"] == "50 to 250"
    assert by_key["participants", "height_cm"]["unit"] == "cm"
    assert by_key["hold_times", "ceiling_s"]["range"] == "above 0, at most 3600"
    assert by_key["hold_times", "ended_by"]["terms"].split(" | ") == list(HOLD_ENDINGS)
    assert by_key["hold_times", "trial"]["required"] == "no; without it: 1"
    assert by_key["participants", "group"]["required"] == "yes"
    assert by_key["clinical_test", "sls_test"]["required"] == "yes; a cell may be empty"
    assert by_key["activation", "gmed_rms_uv"]["range"] == "at least 0"
    assert by_key["training_log", "date"]["type"] == "date"
    assert by_key["training_log", "repetitions"]["type"] == "whole number"


def test_the_same_name_gives_the_same_bytes(folder, tmp_path):
    write_new_cohort(tmp_path, "lyon-2026")
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_short_name_still_gives_a_valid_study(tmp_path):
    write_new_cohort(tmp_path, "a")
    Study.model_validate(yaml_of((tmp_path / "study.yaml").read_text("utf-8")))


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        write_new_cohort(tmp_path, "lyon-2026")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "value", [True, 3, 0.5, "holm", "2026-01-01", "no way", "1e5", (1.0, 2.0), ("a", "b")]
)
def test_values_survive_being_written_as_yaml(value):
    back = yaml_of(f"key: {yaml_value(value)}")["key"]
    assert back == (list(value) if isinstance(value, tuple) else value)


def test_values_that_no_settings_file_holds_are_refused():
    with pytest.raises(TypeError, match="no way to write"):
        yaml_value({"a": 1})
