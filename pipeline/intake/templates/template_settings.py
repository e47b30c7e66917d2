"""What `stance new` writes, and the commented study.yaml and plan.yaml among it: what stands at each key.

What a key is for and its default come from `schemas.study` and `schemas.plan`; here are only the examples.
"""

from pathlib import Path
from typing import Any, Final

from pipeline.intake.settings.yaml_text import yaml_value
from pipeline.intake.templates.commented_keys import (
    CommentedKeys,
    SwitchedOn,
    commented,
    explanation,
    on_one_line,
)
from pipeline.intake.templates.data_dictionary import dictionary_page, dictionary_text
from pipeline.intake.templates.template_workbook import DEFAULT_GROUPS, write_workbook
from pipeline.workspace.errors import UsageError
from schemas.model_entries.entry import Kind
from schemas.models import plannable_models, usual_sensitivity
from schemas.plan import (
    DEFAULT_PLAN,
    Plan,
    PlannedCorrelations,
    PlannedOutcome,
    contrast_of,
    kind_of,
)
from schemas.strength import STRENGTH_SCALES
from schemas.strict_model import settings_within
from schemas.study import Study
from schemas.table_sources import TableSource
from schemas.tables import COHORT_TABLES

DECLARED_NORMALISATION: Final = "mvc_isometric"
"""What a new study.yaml says that activation is divided by, the commonest; the study has to correct it."""

_STUDY_HEAD: Final = """\
study.yaml: what Stance has to know about the study. Check it with: stance check {name}
Lines that start with "# " explain. A line such as "#decimal:" is a setting that is switched off: remove the \
"#", and nothing else, to use it. A key that is not described here is reported as an error."""
_PLAN_HEAD: Final = """\
plan.yaml: the analysis plan. Decide on it before you look at the results: only what is named here is called \
primary or secondary in the report. These are the values that Stance uses when there is no plan.yaml. Lines \
that start with "# " explain; "#key:" is a setting that is switched off."""

_STUDY: Final[dict[str, Any]] = {
    "missing_codes": ["NR", "-99"],
    "formulas": "take stored values",
    "groups": {
        "case": {
            "label": SwitchedOn(DEFAULT_GROUPS.case.label),
            "spellings": SwitchedOn(["CLBP", "low back pain"]),
        },
        "reference": {
            "label": SwitchedOn(DEFAULT_GROUPS.reference.label),
            "spellings": SwitchedOn(["healthy", "CON"]),
        },
    },
    "leg_coding": {"strength": "dominance"},
    "holds": {
        "ceiling_s": 30,
        "ceilings_s": {"eyes_closed": 20, "kneel_lean_ball/eyes_open": 10},
    },
    "tasks": {
        "foam_stance": {
            "label": "Single-leg stance on foam",
            "goals_s": [10],
            "usual_ceiling_s": 30,
        }
    },
    "instruments": {
        "odi": {"version": "2.1a", "missing_items_allowed": 2, "total": "percent"},
        "strength": {"scale": STRENGTH_SCALES[0]},
    },
    "case_definition": {
        "minimum_symptom_weeks": 12,
        "control_pain_free_months": 12,
        "control_maximum_vas_mm": 10,
        "control_maximum_nprs": 1,
    },
    "matching": {"ratio": "1:1", "within": {"age_years": 5, "bmi": 2}, "same": ["sex"]},
    "training": {"weeks": 8, "days_per_week": 7},
    "emg": {
        "channels": {
            "gmed_left": ["GMed L", "L_GMED"],
            "gmed_right": ["GMed R", "R_GMED"],
            "force_left": ["Fz L"],
            "force_right": ["Fz R"],
        },
        "emg_unit": "uV",
        "force_unit": "N",
        "cop_unit": "mm",
        "moment_unit": "Nm",
        "sampling_rate_hz": 2000,
        "decimal": ",",
        "mvic": {"repeats": 3},
        "normalisation": SwitchedOn(DECLARED_NORMALISATION),
        "rest_s": [0.2, 1.5],
        "cop_ml_axis": "x",
        "plate_surface_mm": 0,
    },
}
"""Key of study.yaml -> an example; keys that are not here show their default."""

_SOURCES: Final[tuple[dict[str, Any], ...]] = (
    {
        "file": "emg_results.xlsx",
        "sheet": "results",
        "columns": {"participant_id": "Subject", "gmed_rms_uv": "GMed"},
        "values": {"leg": {"L": "left", "R": "right"}},
        "units": {"gmed_rms_uv": "mV", "hold_from_force_s": "in cells"},
        "constants": {"task": "single_leg_stance"},
        "rows": {"Muscle": ["GMed"]},
        "distinct": True,
    },
    {
        "file": "emg_wide.csv",
        "decimal": ",",
        "wide": {
            "GMed_L1": {"to": "gmed_rms_uv", "leg": "left", "trial": 1},
            "GMed_R1": {"to": "gmed_rms_uv", "leg": "right", "trial": 1},
        },
        "codes": {"visit": {"T0L": {"visit": "baseline", "leg": "left"}}},
    },
    {
        "file": "forms.xlsx",
        "sheet": "all people",
        "blocks": {
            "begins_with": "Participant:",
            "cells": {
                "Mass": {"cell": "C1", "after": "weight", "before": "kg"},
                "Subject": {"cell": "A1", "after": "Participant:"},
            },
            "table": "A3",
        },
    },
    {
        "file": "redcap_export.csv",
        "redcap": {
            "form": "emg",
            "dictionary": "redcap_dictionary.csv",
            "events": {"baseline_arm_1": "baseline", "screening_arm_1": ""},
            "missing_codes": ["-999"],
        },
    },
)
"""One table from four sources, which together have every key that a source can have."""


_KINDS: Final[dict[Kind, str]] = {"hold": "hold times", "measured": "others"}


def study_text(name: str) -> str:
    """study.yaml of a new cohort: every key explained, the groups ready to be changed."""
    keys = CommentedKeys()
    title = {"title": SwitchedOn(f"Single-leg stance study {name}")}
    lines: list[str] = []
    for key, field in Study.model_fields.items():
        if settings_within(field.annotation) is not None:
            lines.append("")
        if key == "tables":
            lines += [*commented(explanation(field)), "tables:", *_tables(name, keys)]
        else:
            lines += keys.lines(Study, title | _STUDY, only=key)
    head = commented(_STUDY_HEAD.format(name=name))
    return "\n".join([*head, "", *lines, ""])


def _tables(name: str, keys: CommentedKeys) -> list[str]:
    """A line for every sheet of the template, and every key that a source can have."""
    lines = [
        f"  {'' if table.required else '#'}{table.name}: "
        f"{on_one_line({'file': f'{name}.xlsx', 'sheet': table.name})}"
        for table in COHORT_TABLES.values()
    ]
    lines += [
        *commented(
            "Means that are printed somewhere can be checked for figures that cannot be true.", "  "
        ),
        "  #group_summaries: {file: printed_means.csv}",
        *commented(
            "A table of your own making can be read as it is, and may come from several files. Here the one "
            "for activation, in place of its line above:",
            "  ",
        ),
        "  #activation:",
    ]
    for source in _SOURCES:
        lines += keys.examples(TableSource, source, indent="      ", item="- ")
    return lines


def plan_text(plan: Plan = DEFAULT_PLAN) -> str:
    """plan.yaml with the values of `plan`, by default those that hold without a plan.yaml."""
    keys = CommentedKeys()
    of_correlations = {
        key: SwitchedOn(getattr(plan.correlations, key)) for key in PlannedCorrelations.model_fields
    }
    shown: dict[str, Any] = {
        key: SwitchedOn(getattr(plan, key)) for key in Plan.model_fields if key != "correlations"
    }
    shown |= {"correlations": of_correlations}
    if not plan.families:
        shown |= {"families": {"F2": "bh"}}
    lines: list[str] = []
    for key in Plan.model_fields:
        if key != "outcomes":
            lines += keys.lines(Plan, shown, only=key)
    lines += [
        "",
        *commented(explanation(Plan.model_fields["outcomes"])),
        *_of_an_outcome(),
        "outcomes:",
    ]
    return "\n".join([*commented(_PLAN_HEAD), "", *lines, _outcomes(plan), ""])


def _of_an_outcome() -> list[str]:
    """What every key of an outcome is for; models by kind of outcome."""
    lines: list[str] = []
    for key, field in PlannedOutcome.model_fields.items():
        lines += commented(f"  {key}: {explanation(field)}")
        if key == "model":
            for kind, says in _KINDS.items():
                lines += commented(f"    {says}: {', '.join(plannable_models(kind))}")
    return lines


def _outcomes(plan: Plan) -> str:
    lines: list[str] = []
    for name, outcome in plan.outcomes.items():
        lines += [f"  {name}:", f"    role: {outcome.role}"]
        settings: list[tuple[str, object, object]] = [
            ("family", outcome.family or None, None),
            ("model", outcome.model or None, plan.model_of(name)),
            ("estimand", outcome.estimand or None, None),
            ("contrast", outcome.contrast, contrast_of(plan.model_of(name))),
            ("covariates", outcome.covariates, None),
            ("trials", outcome.trials, plan.trials_of(name)),
            ("sensitivity", outcome.sensitivity, usual_sensitivity(kind_of(name))),
            ("equivalence_margin", outcome.equivalence_margin, None),
        ]
        for key, value, usual in settings:
            if value is not None:
                lines.append(f"    {key}: {yaml_value(value)}")
            elif usual is not None:
                lines.append(f"    #{key}: {yaml_value(usual)}")
    return "\n".join(lines)


def write_new_cohort(folder: Path, name: str) -> None:
    """Write the files of a new cohort: study.yaml, plan.yaml, `<name>.xlsx`, data_dictionary.html and .csv.

    folder: made if it is not there; has to be empty. name: name of the cohort. The same name gives the same
    bytes. Errors: UsageError for a folder that is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty.", "Name a new cohort or empty the folder.")
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "study.yaml": study_text(name),
        "plan.yaml": plan_text(),
        "data_dictionary.html": dictionary_page(name),
        "data_dictionary.csv": dictionary_text(),
    }
    for file, text in texts.items():
        # Excel only reads a CSV file as UTF-8 when it starts with this mark.
        encoding = "utf-8-sig" if file.endswith(".csv") else "utf-8"
        (folder / file).write_text(text, encoding=encoding, newline="")
    write_workbook(folder / f"{name}.xlsx", name)
