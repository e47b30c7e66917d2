"""What the stages before publishing made of a cohort: one field for each of their tables."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final, get_type_hints

import pandas as pd

from schemas.methods import MethodSentence
from schemas.plan import Plan
from schemas.study import Study

StepRecords = list[dict[str, Any]]
"""Sentences of the methods text as they are stored: stage, text, citations."""

_INTERNAL: Final = (
    "activation",
    "recording_signals",
    "mvic_references",
    "stance_force",
    "event_sensitivity",
    "onset_sensitivity",
    "analysed_participants",
    "analysed_hold_times",
    "analysed_activation",
    "analysed_strength",
    "analysed_clinical_test",
    "settled_decisions",
)
"""Tables with codes of participants that a release keeps, so that a number can be followed to its rows."""

_SHORT_NAMES: Final = {"recording_signals": "recordings", "settled_decisions": "decisions"}


@dataclass(frozen=True, eq=False)
class CohortResults:
    """Everything that a report is made from, under the names that the stages give it.

    study: study.yaml and plan.yaml as they were understood, with the hashes of the inputs. Tables are
    those of `schemas` with the same name; one that can be None was not handed in.
    """

    study: dict[str, Any]
    findings: pd.DataFrame
    intake_flow: pd.DataFrame
    participants: pd.DataFrame
    recording_signals: pd.DataFrame
    mvic_references: pd.DataFrame
    stance_force: pd.DataFrame
    event_sensitivity: pd.DataFrame
    onset_sensitivity: pd.DataFrame
    recording_traces: pd.DataFrame
    activation: pd.DataFrame
    signal_findings: pd.DataFrame
    to_decide: pd.DataFrame
    settled_decisions: pd.DataFrame
    exclusions: pd.DataFrame
    flow_findings: pd.DataFrame
    signal_methods: StepRecords
    analysed_participants: pd.DataFrame
    analysed_hold_times: pd.DataFrame | None
    analysed_activation: pd.DataFrame | None
    analysed_strength: pd.DataFrame | None
    analysed_clinical_test: pd.DataFrame | None
    analysis_flow: pd.DataFrame
    estimates: pd.DataFrame
    survival_curves: pd.DataFrame
    model_diagnostics: pd.DataFrame
    diagnostic_points: pd.DataFrame
    participant_points: pd.DataFrame
    signal_summary: pd.DataFrame | None
    statistics_methods: StepRecords

    @classmethod
    def types(cls) -> dict[str, Any]:
        """Name -> type of every result, in the order of the stages."""
        hints = get_type_hints(cls)
        return {field.name: hints[field.name] for field in fields(cls)}

    @property
    def settings(self) -> Study:
        """The study's own settings."""
        return Study.model_validate(self.study["study"])

    @property
    def plan(self) -> Plan:
        """The analysis plan."""
        return Plan.model_validate(self.study["plan"])

    @property
    def all_findings(self) -> pd.DataFrame:
        """Findings in the tables, in the recordings, and on how the groups lost participants.

        The last know every way out of the analysis; of a table that they name, what intake counted is part
        of it and is not said twice.
        """
        again = self.findings["rule_id"].isin(self.flow_findings["rule_id"])
        again &= self.findings["table"].isin(self.flow_findings["table"])
        return pd.concat(
            [self.findings.loc[~again], self.signal_findings, self.flow_findings], ignore_index=True
        )

    @property
    def flow(self) -> pd.DataFrame:
        """Rows by table, group and reason, from the files to the analysis."""
        return pd.concat([self.intake_flow, self.analysis_flow], ignore_index=True)

    @property
    def groups(self) -> dict[str, str]:
        """Participant -> group."""
        people = self.participants
        return dict(zip(people["participant_id"], people["group"], strict=True))

    def steps(self) -> Iterator[MethodSentence]:
        """Sentences of the methods text, in the order in which the stages ran."""
        for stage in (self.study["steps"], self.signal_methods, self.statistics_methods):
            for step in stage:
                yield MethodSentence(step["stage"], step["text"], tuple(step["citations"]))

    def internal_tables(self) -> dict[str, pd.DataFrame]:
        """File name without ending -> table that stays in the lab; those handed in."""
        tables = {_SHORT_NAMES.get(name, name): getattr(self, name) for name in _INTERNAL}
        return {name: table for name, table in tables.items() if table is not None}
