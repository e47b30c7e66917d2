"""What outcomes, models, steps and rules are called in print."""

from dataclasses import dataclass
from typing import Final

import pandas as pd
import pandera.pandas as pa

from schemas.activation import Activation
from schemas.balance_tables import ClinicalTest
from schemas.columns import column_rules
from schemas.instruments import IPAQ_CATEGORIES
from schemas.models import ANALYSIS_MODELS
from schemas.outcomes import HOLD_TIME, in_sentence, lower_first, outcome_of
from schemas.participants import Participants
from schemas.rules import RULES
from schemas.strength import STRENGTH_SCALES, Strength
from schemas.study import Study
from schemas.terms import CONDITIONS, DEFAULT_TASK, SEVERITIES

HOLD_PREFIX: Final = f"{HOLD_TIME}/"


@dataclass(frozen=True)
class Direction:
    """What it is called when the case group has a lower or a higher value of an outcome."""

    below: str
    above: str


LOWER_HIGHER: Final = Direction("lower", "higher")

_OWN_LABELS: Final[dict[str, str]] = {
    "sls_test": "SLS rating",
    "highest_task": "Highest task reached",
    "training_days": "Days with training",
    "training_days_per_week": "Days with 5 to 10 repetitions on each leg, per week",
    "training_adherence_pct": "Adherence, 5 to 10 repetitions on each leg",
    "training_adherence_left_pct": "Adherence, left leg alone",
    "training_adherence_right_pct": "Adherence, right leg alone",
    "training_dose_s_per_day": "Time held in training",
}

_STATISTIC_LABELS: Final[dict[str, str]] = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "lr_positive": "Positive likelihood ratio",
    "lr_negative": "Negative likelihood ratio",
    "goal_reached": "Reached",
    "goal_reached_by_legs": "Legs that reached",
    "goal_after_previous": "Reached",
    "highest_task_ranks": "Lower on the ladder in the case group",
}
"""Names of statistics; one that is not listed is printed with its words apart."""

CENSORED_NOTE: Final = "Censored: held to the ceiling, known only within bounds, or 0 s."

_LEVEL_LABELS: Final[dict[str, str]] = {
    "painful_side/none": "No pain",
    **{f"ipaq_category/{level}": f"Activity {level} (IPAQ)" for level in IPAQ_CATEGORIES},
}

_REASON_TEXTS: Final[dict[str, str]] = {
    "participant set aside": "The participant's own row was set aside",
}

TABLE_LABELS: Final[dict[str, str]] = {
    "participants": "Participants",
    "hold_times": "Hold times",
    "activation": "Stance trials with EMG",
    "stance_force": "Stance trials on force plates",
    "recordings": "Recordings",
    "strength": "Hip abductor strength",
    "clinical_test": "Observer ratings",
    "training_log": "Training log",
}


def _column_labels() -> dict[str, str]:
    tables: tuple[type[pa.DataFrameModel], ...] = (Strength, ClinicalTest, Activation, Participants)
    return {
        name: rule.facts["label"]
        for table in tables
        for name, rule in column_rules(table).items()
        if name not in STRENGTH_SCALES
    }


_COLUMN_LABELS: Final = _column_labels()


def outcome_label(outcome: str, study: Study) -> str:
    """Name of an outcome in print: "Hold time, eyes open" for hold_time_s/eyes_open.

    Of the register where it is there; else one without a name of its own is printed as its columns are
    called, words apart.
    """
    return ", ".join((_own_label(outcome), *_details(outcome, study)))


def outcome_in_sentence(outcome: str, study: Study) -> str:
    """The name of an outcome inside a sentence: "hold time with eyes open"."""
    details = _details(outcome, study)
    if outcome_of(outcome) is not None:
        first = in_sentence(_own_label(outcome))
    else:
        first, *more = lower_first(_own_label(outcome)).split(", ")
        details = (*more, *details)
    if not details:
        return first
    in_brackets = f" ({', '.join(details[1:])})" if details[1:] else ""
    return f"{first} with {details[0]}{in_brackets}"


def _own_label(outcome: str) -> str:
    """The label without condition and task."""
    name = outcome.split("/")[0]
    known = outcome_of(name)
    if known is not None:
        return known.label
    return _OWN_LABELS.get(name) or _COLUMN_LABELS.get(name) or _spaced(name)


def _details(outcome: str, study: Study) -> tuple[str, ...]:
    """What follows the label: condition and task, the single-leg stance without its name."""
    tasks = study.balance_tasks()
    found = []
    for detail in outcome.split("/")[1:]:
        if detail in CONDITIONS:
            found.append(CONDITIONS[detail])
        elif detail not in tasks:
            found.append(_spaced(detail).lower())
        elif detail != DEFAULT_TASK:
            found.append(lower_first(tasks[detail].label))
    return tuple(found)


def level_label(outcome: str) -> str:
    """Name of one level of a category in print: "Female" for sex/female."""
    return _LEVEL_LABELS.get(outcome) or _spaced(outcome.split("/", 1)[1])


def table_label(table: str) -> str:
    """Name of a cohort table in print."""
    return TABLE_LABELS.get(table) or _spaced(table)


def reason_text(reason: str) -> str:
    """Why rows left the analysis, as it stands after the stage: "Set aside: ..."."""
    return _REASON_TEXTS.get(reason, reason)


def counted(n: int, noun: str) -> str:
    """A noun as it follows a count: "finding" after 1, "findings" after any other number."""
    return noun if n == 1 else f"{noun}s"


def model_label(model: str, variant: str = "") -> str:
    """Name of an analysis or statistic in print, with what its variant changed."""
    known = ANALYSIS_MODELS.get(model)
    if known and variant in known.short_labels:
        return known.short_labels[variant]
    label = known.label if known else _STATISTIC_LABELS.get(model) or _spaced(model)
    return f"{label}, {variant}" if variant else label


def quantity_label(model: str, variant: str) -> str:
    """What the number of an analysis is called inside a sentence: "adjusted time ratio"."""
    known = ANALYSIS_MODELS.get(model)
    quantity = known.quantity if known else lower_first(model_label(model))
    return f"{variant} {quantity}" if variant in ("adjusted", "unadjusted") else quantity


def direction(outcome: str) -> Direction:
    """The words for lower and higher values of an outcome."""
    known = outcome_of(outcome)
    return LOWER_HIGHER if known is None else Direction(known.below, known.above)


def _spaced(name: str) -> str:
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def rule_counts(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings per severity and rule, worst first: columns severity, rule_id, title, n."""
    worst_first = {severity: place for place, severity in enumerate(SEVERITIES)}
    counts = findings.groupby(["severity", "rule_id"], as_index=False).size()
    counts = counts.rename(columns={"size": "n"})
    counts["title"] = [rule_title(rule_id) for rule_id in counts["rule_id"]]
    counts["place"] = counts["severity"].map(worst_first)
    return counts.sort_values(["place", "rule_id"], ignore_index=True).drop(columns="place")


def rule_title(rule_id: str) -> str:
    """Title of a rule; the id itself when this version does not know it."""
    return RULES[rule_id].title if rule_id in RULES else rule_id
