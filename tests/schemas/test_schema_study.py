"""study.yaml and plan.yaml: strict, readable, with the sign of every contrast fixed by the labels."""

from typing import get_args

import pytest
from pydantic import ValidationError

from schemas.emg_settings import NormalisationMethod
from schemas.normalisation import NORMALISATIONS
from schemas.plan import DEFAULT_PLAN, Plan
from schemas.rules import RULES
from schemas.study import Study
from schemas.terms import BALANCE_TASKS, SEVERITIES

MINIMAL = {
    "title": "A study",
    "groups": {"case": {"label": "LBP", "spellings": ["CLBP"]}, "reference": {"label": "control"}},
}


def test_six_balance_tasks_with_their_goals_from_easiest_to_hardest():
    ladder = sorted(BALANCE_TASKS.values(), key=lambda task: task.rung)
    assert [(t.term, t.goals_s) for t in ladder] == [
        ("two_leg_hip_shift", ()),
        ("kneeling_balance", ()),
        ("kneel_lean_ball", (10.0,)),
        ("lateral_stairs", ()),
        ("single_leg_stance", (15.0,)),
        ("single_leg_deadlift", (5.0, 10.0)),
    ]


def test_a_misspelt_key_is_an_error_and_named():
    with pytest.raises(ValidationError) as problem:
        Study.model_validate({**MINIMAL, "cieling_s": 30})
    assert problem.value.errors()[0]["loc"] == ("cieling_s",)


def test_spellings_ignore_case_and_spaces_but_nothing_else():
    groups = Study.model_validate(MINIMAL).groups
    assert groups.resolve(" clbp ") == "LBP"
    assert groups.resolve("Control") == "control"
    assert groups.resolve("ctrl") is None


def test_both_groups_must_not_accept_one_spelling():
    shared = {"case": {"label": "LBP"}, "reference": {"label": "control", "spellings": ["lbp"]}}
    with pytest.raises(ValidationError, match="both groups"):
        Study.model_validate({**MINIMAL, "groups": shared})


def test_the_most_specific_ceiling_counts():
    holds = {
        "ceiling_s": 30,
        "ceilings_s": {"eyes_closed": 20, "single_leg_stance/eyes_closed": 15},
    }
    study = Study.model_validate({**MINIMAL, "holds": holds})
    assert study.ceiling_for("single_leg_stance", "eyes_open") == 30
    assert study.ceiling_for("single_leg_stance", "eyes_closed") == 15
    assert study.ceiling_for("lateral_stairs", "eyes_closed") == 20


def test_no_ceiling_is_assumed():
    assert Study.model_validate(MINIMAL).ceiling_for("single_leg_stance", "eyes_open") is None


@pytest.mark.parametrize(
    "file", ["/etc/passwd", "../other/people.csv", "C:/people.csv", "a\\..\\b.csv"]
)
def test_tables_lie_inside_the_cohort_folder(file):
    with pytest.raises(ValidationError, match="inside the cohort folder"):
        Study.model_validate({**MINIMAL, "tables": {"participants": file}})


def test_a_table_may_be_named_in_short():
    study = Study.model_validate({**MINIMAL, "tables": {"participants": "people.csv"}})
    assert study.tables["participants"][0].file == "people.csv"


def test_a_study_may_add_tasks_of_its_own():
    study = Study.model_validate({**MINIMAL, "tasks": {"tandem": {"label": "Tandem stance"}}})
    assert set(study.balance_tasks()) == {*BALANCE_TASKS, "tandem"}


def test_windows_run_forward():
    with pytest.raises(ValidationError, match="band_pass_hz"):
        Study.model_validate({**MINIMAL, "emg": {"band_pass_hz": [450, 20]}})


def test_the_default_plan_adjusts_for_age_sex_and_dominant_leg():
    assert DEFAULT_PLAN.covariates == ("age_years", "sex", "dom")
    assert Plan.model_validate(DEFAULT_PLAN.model_dump()) == DEFAULT_PLAN


def test_every_rule_has_a_severity_a_reason_and_a_fix():
    for rule_id, rule in RULES.items():
        assert rule.rule_id == rule_id
        assert rule.severity in SEVERITIES
        assert rule.title and rule.why and rule.fix


def test_an_m_wave_is_refused_with_the_reason():
    with pytest.raises(ValidationError, match="needs recordings with nerve stimulation"):
        Study.model_validate({**MINIMAL, "emg": {"normalisation": "m_wave"}})


def test_normalisation_has_no_default_and_every_term_is_accepted():
    assert Study.model_validate(MINIMAL).emg.method is None
    assert set(get_args(NormalisationMethod)) == set(NORMALISATIONS)
    for term in NORMALISATIONS:
        study = Study.model_validate({**MINIMAL, "emg": {"normalisation": term}})
        assert study.emg.method is NORMALISATIONS[term]


def test_only_an_mvic_supports_percentages_that_are_compared():
    assert {term for term, method in NORMALISATIONS.items() if method.is_mvic} == {
        "mvc_same_task",
        "mvc_isometric",
    }
    assert {term for term, method in NORMALISATIONS.items() if method.warning} == {
        "submaximal_task",
        "task_peak",
        "task_mean",
    }


def test_titles_name_every_file_that_a_rule_is_about():
    assert "plan.yaml" in RULES["STUDY-01"].title
    assert RULES["FILE-04"].title == "How a file was read"
    assert {RULES["HOLD-07"].severity, RULES["COL-05"].severity} == {"SET ASIDE", "STOP"}
