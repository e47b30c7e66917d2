"""Defects that the rules of schemas.rules.study_rules have to find."""

import random
from pathlib import Path

from defects.defect import Defect, Planted
from defects.lab import Lab

STUDY_FILE, PLAN_FILE = "study.yaml", "plan.yaml"

Edit = tuple[str, str, int]
"""Text of the valid study.yaml, what stands there instead, line of the finding."""

MISTAKES: tuple[Edit, ...] = (
    ("    label: LBP", "    lable: LBP", 4),
    ("  ceiling_s: 30", "  ceiling: 30", 9),
    ("  ceiling_s: 30", "  ceiling_s: 30 s", 9),
    ("  ceiling_s: 30", "  ceiling_s: -30", 9),
    ("holds:", "holds: {}\nholds:", 9),
    ("    label: control", "    label: LBP", 2),
    ("spellings: [CLBP]", "spellings: CLBP", 5),
    ("title: A valid cohort", "title: A", 1),
    ("title: A valid cohort", "title: A valid cohort\ndecimal: ;", 2),
    ("title: A valid cohort", "title: *valid", 1),
    ("  ceiling_s: 30", "  ceiling_s: 30\n  ceilings_s: {eyes_shut: 20}", 10),
    ("  ceiling_s: 30", "  ceiling_s: 30\nleg_coding: {hold_times: sides}", 10),
    ("  ceiling_s: 30", "  ceiling_s: 30\nmissing_codes: -99", 10),
)


def _mistake_in_study(lab: Lab, draw: random.Random) -> Planted:
    right, wrong, line = draw.choice(MISTAKES)
    lab.study = lab.study.replace(right, wrong)
    return Planted("", f"line {line}", STUDY_FILE)


def _mistake_in_plan(lab: Lab, draw: random.Random) -> Planted:
    text, line = draw.choice(
        (
            ("covariates: [age]\n", 1),
            ("covariates:\n  - sex\n  - mood\n", 3),
            ("outcomes:\n  hold_time: {role: primary}\n", 2),
            ("ci_level: 95\n", 1),
            ("ci_level: 0.95\noutcome: {}\n", 2),
        )
    )
    lab.files[PLAN_FILE] = text.encode()
    return Planted("", f"line {line}", PLAN_FILE)


def _no_study_file(lab: Lab, draw: random.Random) -> Planted:
    other = draw.choice((None, "study.yml", "Study_old.yaml"))

    def remove(folder: Path) -> None:
        (folder / STUDY_FILE).unlink() if other is None else (folder / STUDY_FILE).rename(
            folder / other
        )

    lab.after.append(remove)
    return Planted("", "", STUDY_FILE)


def _covariate_not_there(lab: Lab, draw: random.Random) -> Planted:
    name = draw.choice(("site", "pair_id"))
    text, line = draw.choice(
        (
            (f"covariates: [age_years, {name}]\n", 1),
            (f"ci_level: 0.9\ncovariates:\n  - age_years\n  - {name}\n", 4),
            (f"outcomes:\n  strength:\n    role: primary\n    covariates: [{name}]\n", 4),
        )
    )
    lab.files[PLAN_FILE] = text.encode()
    return Planted("", f"line {line}", PLAN_FILE)


def _covariate_without_values(lab: Lab, draw: random.Random) -> Planted:
    for row in lab.rows("participants"):
        lab.put("participants", "dominant_leg", row, None)
    lab.files[PLAN_FILE] = b"covariates: [sex, dom]\n"
    return Planted("", "line 1", PLAN_FILE)


def _empty_plan(lab: Lab, draw: random.Random) -> Planted:
    text = draw.choice(("", "\n", "# to be written\n", "covariates:\n"))
    lab.files[PLAN_FILE] = text.encode()
    return Planted("", "", PLAN_FILE)


DECLARED = "emg:\n  normalisation: mvc_isometric\n"


def _normalisation_not_declared(lab: Lab, draw: random.Random) -> Planted:
    instead, place = draw.choice((("", ""), ("emg:\n  filter_order: 4\n", "line 10")))
    lab.study = lab.study.replace(DECLARED, instead)
    return Planted("", place, STUDY_FILE)


def _percentages_of_nothing(lab: Lab, draw: random.Random) -> Planted:
    lab.study = lab.study.replace("mvc_isometric", "none")
    return Planted("", "line 11", STUDY_FILE)


def _groups_cannot_be_compared(lab: Lab, draw: random.Random) -> Planted:
    term = draw.choice(("submaximal_task", "task_peak", "task_mean"))
    lab.study = lab.study.replace("mvc_isometric", term)
    return Planted("", "line 11", STUDY_FILE)


STUDY_DEFECTS: tuple[Defect, ...] = (
    Defect("STUDY-01", "a mistake in study.yaml", _mistake_in_study),
    Defect("STUDY-01", "a mistake in plan.yaml", _mistake_in_plan),
    Defect("STUDY-02", "no study file", _no_study_file),
    Defect("STUDY-03", "a normalisation not declared", _normalisation_not_declared),
    Defect("STUDY-03", "percentages of nothing", _percentages_of_nothing),
    Defect("STUDY-04", "a submaximal normalisation", _groups_cannot_be_compared),
    Defect("PLAN-01", "a covariate that is not there", _covariate_not_there),
    Defect("PLAN-01", "a covariate without values", _covariate_without_values),
    Defect("PLAN-02", "an empty plan", _empty_plan),
)
