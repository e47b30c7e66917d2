"""Problems of recordings as findings, so that one fix list holds everything."""

from collections.abc import Iterable
from typing import Protocol

import pandas as pd

from pipeline.intake.messages import findings_table, make_finding


class RecordingProblem(Protocol):
    """What the signal stage says about a recording; see `pipeline.signals.findings`."""

    @property
    def rule_id(self) -> str: ...  # noqa: D102
    @property
    def file(self) -> str: ...  # noqa: D102
    @property
    def participant_id(self) -> str: ...  # noqa: D102
    @property
    def found(self) -> str: ...  # noqa: D102
    @property
    def problem(self) -> str: ...  # noqa: D102
    @property
    def suggestion(self) -> str: ...  # noqa: D102
    @property
    def value(self) -> str: ...  # noqa: D102
    @property
    def other(self) -> str: ...  # noqa: D102
    @property
    def near(self) -> str: ...  # noqa: D102


def findings_of_signals(
    problems: Iterable[RecordingProblem], participants: pd.DataFrame
) -> pd.DataFrame:
    """A Findings table of the problems, with the group of every person.

    participants: the validated table.
    """
    findings = [
        make_finding(
            problem.rule_id,
            table="recordings",
            file=problem.file,
            participant_id=problem.participant_id,
            found=problem.found,
            facts={
                name: getattr(problem, name)
                for name in ("problem", "suggestion", "value", "other", "near")
            },
        )
        for problem in problems
    ]
    groups = dict(zip(participants["participant_id"], participants["group"], strict=True))
    return findings_table(findings, groups)
