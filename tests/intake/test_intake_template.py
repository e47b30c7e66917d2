"""What `stance new` writes agrees with the models, to the last key and heading."""

import re
from pathlib import Path
from typing import get_args

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from pydantic import BaseModel
from ruamel.yaml import YAML

from pipeline.intake.settings.yaml_text import yaml_value
from pipeline.intake.templates.settings_page import settings_page
from pipeline.intake.templates.template_settings import plan_text, write_new_cohort
from pipeline.intake.templates.template_workbook import template_columns
from pipeline.workspace.errors import UsageError
from schemas.emg_settings import EmgSettings, NormalisationMethod
from schemas.instrument_settings import CaseDefinition, Instruments
from schemas.plan import DEFAULT_PLAN, Plan, PlannedOutcome, plan_contradictions
from schemas.strict_model import settings_models
from schemas.study import HoldSettings, Limits, Study
from schemas.tables import COHORT_TABLES, INPUT_TABLES
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


def test_the_folder_holds_the_five_files(folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "data_dictionary.csv",
        "data_dictionary.html",
        "lyon-2026.xlsx",
        "plan.yaml",
        "study.yaml",
    ]


def test_study_yaml_is_valid_as_it_comes_and_changes_no_default(folder):
    study = Study.model_validate(yaml_of((folder / "study.yaml").read_text("utf-8")))
    assert study.groups.labels == ("LBP", "control")
    assert study.emg == EmgSettings(normalisation="mvc_isometric")
    assert study.holds == HoldSettings()
    assert study.instruments == Instruments()
    assert study.case_definition == CaseDefinition()
    assert study.limits == Limits()
    assert (study.matching, study.formulas) == (None, None)
    assert not study.simulated
    assert set(study.tables) == {"participants", "hold_times"}


def test_every_setting_that_is_switched_off_works_when_switched_on(folder):
    text = switched_on((folder / "study.yaml").read_text("utf-8"))
    # The long form for activation stands for the short one above it.
    text = re.sub(r"^  activation: \{.*\n", "", text, count=1, flags=re.MULTILINE)
    study = Study.model_validate(yaml_of(text))
    assert study.holds.ceiling_s == 30
    assert study.tasks["foam_stance"].usual_ceiling_s == 30
    assert set(study.tables) == set(INPUT_TABLES)
    narrow, wide, blocks, redcap = study.tables["activation"]
    assert narrow.distinct
    assert wide.wide["GMed_L1"].keys == {"leg": "left", "trial": 1}
    assert blocks.blocks is not None
    assert blocks.blocks.cells["Mass"].before == "kg"
    assert redcap.redcap is not None
    assert redcap.redcap.events == {"baseline_arm_1": "baseline", "screening_arm_1": ""}
    assert study.matching is not None
    assert study.matching.within == {"age_years": 5, "bmi": 2}
    assert study.emg.rest_s == (0.2, 1.5)


def as_one_line(text: str) -> str:
    """A commented file without comment marks and line breaks."""
    return " ".join(re.sub(r"^ *#", "", text, flags=re.MULTILINE).split())


@pytest.mark.parametrize("model", sorted(settings_models(Study), key=lambda m: m.__name__))
def test_every_key_of_study_yaml_is_there(folder, model: type[BaseModel]):
    text = (folder / "study.yaml").read_text("utf-8")
    for key in model.model_fields:
        assert re.search(rf"^ *#?(- )?(.*[{{ ])?{key}:", text, flags=re.MULTILINE), key


@pytest.mark.parametrize("model", sorted(settings_models(Study), key=lambda m: m.__name__))
def test_every_key_of_study_yaml_is_explained_by_its_field(folder, model: type[BaseModel]):
    text = as_one_line((folder / "study.yaml").read_text("utf-8"))
    for field in model.model_fields.values():
        first, *terms = field.description.splitlines()
        assert as_one_line(first) in text
        assert all(as_one_line(term) in text for term in terms)


def test_every_key_of_plan_yaml_is_explained_by_its_field(folder):
    text = as_one_line((folder / "plan.yaml").read_text("utf-8"))
    for model in settings_models(Plan):
        for field in model.model_fields.values():
            assert as_one_line(field.description) in text


def test_a_switched_off_line_never_looks_like_an_explanation(folder):
    for line in (folder / "study.yaml").read_text("utf-8").splitlines():
        assert len(line) <= 120
        assert re.match(r"^ *(# |#[^ ]|[\w-])|^$", line), line


def test_the_page_of_the_settings_is_the_generated_one():
    page = Path(__file__).resolve().parents[2] / "docs" / "study-file.md"
    rewrite = "python -m pipeline.intake.templates.settings_page docs/study-file.md"
    assert page.read_text(encoding="utf-8") == settings_page(), rewrite


def test_the_settings_that_are_looked_for_are_all_of_them():
    names = {model.__name__ for model in settings_models(Study)}
    assert {"Study", "Group", "HoldSettings", "StudyTask", "TableSource", "EmgSettings"} <= names
    assert {"WideColumn", "Blocks", "HeadCell", "RedcapExport", "Matching", "OdiSettings"} <= names


def test_the_template_names_every_normalisation_and_no_other(folder):
    text = (folder / "study.yaml").read_text("utf-8")
    for method in get_args(NormalisationMethod):
        assert method in text
    assert "m_wave" not in text
    assert text.count("groups cannot be compared") == 3


def test_plan_yaml_is_the_default_plan(folder):
    assert Plan.model_validate(yaml_of((folder / "plan.yaml").read_text("utf-8"))) == DEFAULT_PLAN


@pytest.mark.parametrize("model", [Plan, PlannedOutcome])
def test_every_key_of_plan_yaml_is_explained(folder, model: type[BaseModel]):
    text = (folder / "plan.yaml").read_text("utf-8")
    for key in model.model_fields:
        assert re.search(rf"^ *#?( *){key}:", text, flags=re.MULTILINE), key


def test_what_plan_yaml_switches_off_is_what_holds_without_it(folder):
    text = (folder / "plan.yaml").read_text("utf-8")
    switched_on = re.sub(r"^( +)#(\w+:)", r"\1\2", text, flags=re.MULTILINE)
    assert switched_on != text
    plan = Plan.model_validate(yaml_of(switched_on))
    assert not list(plan_contradictions(plan))
    for name in plan.outcomes:
        assert plan.model_of(name) == DEFAULT_PLAN.model_of(name)
        assert plan.trials_of(name) == DEFAULT_PLAN.trials_of(name)


def test_plan_yaml_follows_the_plan():
    plan = Plan(
        covariates=("bmi",),
        ci_level=0.9,
        outcomes={
            "onset_ms": PlannedOutcome(role="exploratory", covariates=("age_years",)),
            "gmed_pct_mvic": PlannedOutcome(
                role="secondary",
                model="ancova_hc3",
                estimand="Difference, in %MVIC.",
                contrast="case - reference",
                trials="first",
                sensitivity=(),
                equivalence_margin=3.0,
            ),
            "strength": PlannedOutcome(role="primary", family="F9", covariates=()),
        },
        families={"F9": "bh"},
        adjustment="hommel",
        maximum_share_at_ceiling=0.8,
        minimum_events_per_group=5,
    )
    assert Plan.model_validate(yaml_of(plan_text(plan))) == plan


def headings(sheet) -> list[str]:
    return [cell.value for cell in sheet[1]]


def test_the_workbook_has_one_sheet_per_table_with_our_headings_and_the_example(workbook):
    assert workbook.sheetnames == ["read me", *COHORT_TABLES, "vocabulary"]
    for name, table in COHORT_TABLES.items():
        sheet = workbook[name]
        assert headings(sheet) == [rule.name for rule in template_columns(table)]
        assert sheet.max_row == 2
        assert sheet["A2"].value == "EXAMPLE"
        assert sheet["A2"].font.italic
        assert sheet.freeze_panes == "B2"


def test_answers_of_questionnaires_are_in_the_dictionary_only(workbook):
    assert "odi_pct" in headings(workbook["participants"])
    assert "odi_1" not in headings(workbook["participants"])


def test_headings_explain_themselves(workbook):
    for name, table in COHORT_TABLES.items():
        for number, rule in enumerate(template_columns(table), start=1):
            comment = workbook[name].cell(1, number).comment.text
            assert rule.description in comment
            assert not rule.facts["unit"] or rule.facts["unit"] in comment
            assert all(term in comment for term in rule.terms)


def test_the_colour_of_a_heading_says_whether_it_is_needed(workbook):
    def colour(column: str) -> str:
        sheet = workbook["hold_times"]
        return sheet.cell(1, headings(sheet).index(column) + 1).fill.fgColor.rgb

    assert colour("participant_id") == colour("leg")
    assert colour("hold_time_s") == colour("hold_low_s")
    assert len({colour("leg"), colour("hold_time_s"), colour("visit")}) == 3


def test_a_measure_says_its_unit_and_range_while_it_is_typed(workbook):
    (entry,) = validations(workbook["participants"], "height_cm").values()
    assert (entry.promptTitle, entry.prompt) == (
        "Height, in cm",
        "Standing height. Range: 50 to 250 cm.",
    )


def test_no_prompt_or_question_is_longer_than_excel_shows(workbook):
    for table in COHORT_TABLES:
        for entry in workbook[table].data_validations.dataValidation:
            for title in (entry.promptTitle, entry.errorTitle):
                assert len(title or "") <= 32
            for message in (entry.prompt, entry.error):
                assert len(message or "") <= 255


def validations(sheet, column: str) -> dict[str, DataValidation]:
    """Excel's rules for a column of the template: rows -> rule."""
    letter = get_column_letter(headings(sheet).index(column) + 1)
    return {
        str(entry.sqref): entry
        for entry in sheet.data_validations.dataValidation
        if str(entry.sqref).startswith(letter) and str(entry.sqref)[len(letter)].isdigit()
    }


def test_columns_with_terms_have_a_drop_down_of_these_terms(workbook):
    vocabulary = workbook["vocabulary"]
    own = {"task": tuple(BALANCE_TASKS), "group": ("LBP", "control")}
    for name, table in COHORT_TABLES.items():
        for rule in template_columns(table):
            expected = own.get(rule.name, rule.terms)
            if not expected:
                continue
            (entry,) = validations(workbook[name], rule.name).values()
            assert entry.type == "list"
            cells = vocabulary[entry.formula1.split("!")[1].replace("$", "")]
            assert tuple(row[0].value for row in cells) == expected
            # A study may have groups, tasks and names of legs of its own, but no other terms.
            is_asked = rule.name in (*own, "leg")
            assert entry.errorStyle == ("warning" if is_asked else None)


@pytest.mark.parametrize(
    ("table", "column", "kind", "low", "high"),
    [
        ("participants", "height_cm", "decimal", "50", "250"),
        ("hold_times", "trial", "whole", "1", "100"),
        ("activation", "onset_ms", "decimal", "-10000", "10000"),
        ("training_log", "repetitions", "whole", "0", "500"),
    ],
)
def test_a_number_out_of_range_is_asked_about_and_not_refused(
    workbook, table, column, kind, low, high
):
    (entry,) = validations(workbook[table], column).values()
    assert (entry.type, entry.formula1, entry.formula2) == (kind, low, high)
    assert entry.errorStyle == "warning"


def test_a_date_has_to_be_a_date(workbook):
    (entry,) = validations(workbook["training_log"], "date").values()
    assert (entry.type, entry.operator, entry.errorStyle) == (
        "date",
        "greaterThanOrEqual",
        "warning",
    )


def test_a_code_stands_once_in_participants_and_is_offered_everywhere_else(workbook):
    here = validations(workbook["participants"], "participant_id")
    assert here["A3:A2000"].formula1 == "COUNTIF($A$2:$A$2000,A3)=1"
    for name in COHORT_TABLES:
        if name != "participants":
            there = validations(workbook[name], "participant_id")
            assert there["A3:A2000"].formula1.startswith("OFFSET(participants!$A$3,")


def test_typing_over_the_example_row_is_asked_about(workbook):
    for name in COHORT_TABLES:
        entry = validations(workbook[name], "participant_id")["A2"]
        assert (entry.formula1, entry.errorStyle) == ('EXACT(A2,"EXAMPLE")', "warning")


def test_only_the_vocabulary_is_locked_and_without_a_password(workbook):
    assert [s.title for s in workbook if s.protection.sheet] == ["vocabulary"]
    assert workbook["vocabulary"].protection.password is None


def test_the_vocabulary_says_what_the_terms_mean(workbook):
    rows = {(row[0], row[1]): row[2] for row in workbook["vocabulary"].iter_rows(values_only=True)}
    for term, meaning in HOLD_ENDINGS.items():
        assert rows["ended_by", term] == meaning
    assert rows["task", "single_leg_deadlift"] == "Single-leg deadlift; goal 5 and 10 s"


def test_codes_are_text_cells_so_that_their_zeros_stay(workbook):
    assert workbook["participants"].column_dimensions["A"].number_format == "@"


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
