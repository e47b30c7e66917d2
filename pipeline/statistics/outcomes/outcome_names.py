"""Names of outcomes: the one used in plans and estimates, and the one a sentence prints."""

from dataclasses import dataclass

from schemas.activation import Activation
from schemas.columns import column_rules
from schemas.strength import Strength
from schemas.study import Study
from schemas.terms import CONDITIONS, DEFAULT_TASK

HOLD_TIME = "hold_time_s"


@dataclass(frozen=True)
class Measure:
    """One measurement to analyse. unit: printed unit; printed: name inside a sentence."""

    outcome: str
    printed: str
    unit: str


def hold_measure(task: str, condition: str, study: Study) -> Measure:
    """Hold time of one task and condition; the single-leg stance goes without its name."""
    eyes = CONDITIONS[condition]
    if task == DEFAULT_TASK:
        return Measure(f"{HOLD_TIME}/{condition}", f"hold time ({eyes})", "s")
    known = study.balance_tasks().get(task)
    label = known.label.lower() if known else task
    return Measure(f"{HOLD_TIME}/{condition}/{task}", f"hold time ({label}, {eyes})", "s")


def activation_measure(column: str, task: str, study: Study) -> Measure:
    """One column of the activation table in one task."""
    facts = column_rules(Activation)[column].facts
    if task == DEFAULT_TASK:
        return Measure(column, facts["label"], facts["unit"])
    known = study.balance_tasks().get(task)
    label = known.label.lower() if known else task
    return Measure(f"{column}/{task}", f"{facts['label']} ({label})", facts["unit"])


def strength_measure(scale: str) -> Measure:
    """The strength scale that the cohort has, under the name that plans use."""
    facts = column_rules(Strength)[scale].facts
    return Measure("strength", facts["label"].lower(), facts["unit"])
