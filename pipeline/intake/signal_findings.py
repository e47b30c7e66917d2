"""Problems of recordings as findings, so that one fix list holds everything."""

from collections.abc import Iterable
from typing import Protocol

import pandas as pd

from pipeline.intake.deciding.rulings import decidable_in, rule_on
from pipeline.intake.deciding.single_rows import base_id
from pipeline.intake.deciding.status_tables import lines_of, with_finding, with_status
from pipeline.intake.findings.messages import findings_table, make_finding
from schemas.decisions import DECISION_FILE


class RecordingProblem(Protocol):
    """What the signal stage says about a recording; see `pipeline.signals.cohort.recording_findings`."""

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


def settle_signals(
    found: pd.DataFrame, decisions: pd.DataFrame, known: Iterable[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply the decisions that intake could not place to the findings about recordings.

    found: Findings of `findings_of_signals`. decisions: `Decisions` as intake left them. known: ids of
    the findings of intake. Returns the findings with their status, followed by what is wrong with these
    decisions, and all decisions with their final state. A recording that cannot be used cannot be kept;
    remarks can.
    """
    of_intake = set(known)
    is_ours = ~decisions["finding_id"].fillna("").map(base_id).isin(of_intake)
    is_ours &= decisions["rule_id"].isna()  # a row of a run of cells: intake knows its rule
    ours = decisions[is_ours]
    ruling = rule_on(DECISION_FILE, lines_of(ours), decidable_in(found))
    settled = decisions.copy()
    settled.loc[is_ours, "state"] = list(ruling.states)
    settled = with_finding(settled, found)
    wrong = findings_table(ruling.findings, {})
    all_findings = pd.concat([with_status(found, ruling), wrong], ignore_index=True)
    return all_findings, settled
