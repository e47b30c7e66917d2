"""Names of outcomes: the one used in plans and estimates, and the one a sentence prints."""

from dataclasses import dataclass

from schemas.outcomes import HOLD_TIME, OUTCOMES, Outcome
from schemas.study import Study
from schemas.terms import CONDITIONS, DEFAULT_TASK


@dataclass(frozen=True)
class Measure:
    """One measurement to analyse. unit: printed unit; printed: name inside a sentence."""

    outcome: str
    printed: str
    unit: str


def hold_measure(task: str, condition: str, study: Study) -> Measure:
    """Hold time of one task and condition; the single-leg stance goes without its name."""
    hold = OUTCOMES[HOLD_TIME]
    where = ", ".join((*_task_words(task, study), CONDITIONS[condition]))
    return Measure(hold.named(task, condition), f"{hold.printed} ({where})", hold.unit)


def column_measure(outcome: Outcome, column: str, task: str, study: Study) -> Measure:
    """A measured outcome in one task; column: of those of the outcome, the one that is analysed."""
    words = _task_words(task, study) if outcome.by_task else ()
    printed = f"{outcome.printed_as(column)}{''.join(f' ({label})' for label in words)}"
    return Measure(outcome.named(task), printed, outcome.unit_of(column))


def _task_words(task: str, study: Study) -> tuple[str, ...]:
    """What a task is called, nothing for the single-leg stance."""
    if task == DEFAULT_TASK:
        return ()
    known = study.balance_tasks().get(task)
    return (known.label.lower() if known else task,)
