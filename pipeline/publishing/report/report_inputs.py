"""What a report is made from, and small questions that every section asks of it."""

from dataclasses import dataclass, field, replace

import pandas as pd

from pipeline.publishing.report.labels import outcome_label
from pipeline.publishing.report.number_format import Num
from pipeline.publishing.report.numbers import Numbers
from pipeline.publishing.report.printable import printable, printable_frame, with_true_minus
from schemas.columns import empty_table
from schemas.decisions import Decisions, Exclusions
from schemas.diagnostics import DiagnosticPoints, ModelDiagnostics
from schemas.methods import MethodSentence
from schemas.plan import Plan
from schemas.study import Group, Groups, Study, StudyTask


@dataclass(frozen=True, eq=False)
class ReportInputs:
    """Everything a report is made from.

    estimates, flow, findings: tables of `schemas`. curves: the step curves of hold time, see
    `pipeline.publishing.figures.hold_survival`. participant_points: outcome, group, leg, value;
    one row per person and leg, without names or codes. signal_summary: group, verdict,
    n_recordings; None when no recordings were processed. steps: sentences of the methods text.
    software: package -> version. command: how the run was started. verdict: final or draft.
    caution: why no comparison is possible, else "". decisions, exclusions: tables of
    `schemas.decisions`. diagnostics, diagnostic_points: tables of `schemas.diagnostics`.
    """

    cohort: str
    release: str
    study: Study
    plan: Plan
    plan_is_default: bool
    estimates: pd.DataFrame
    flow: pd.DataFrame
    findings: pd.DataFrame
    curves: pd.DataFrame
    participant_points: pd.DataFrame
    signal_summary: pd.DataFrame | None
    steps: tuple[MethodSentence, ...]
    software: dict[str, str]
    command: str
    verdict: str
    caution: str = ""
    decisions: pd.DataFrame = field(default_factory=lambda: empty_table(Decisions))
    exclusions: pd.DataFrame = field(default_factory=lambda: empty_table(Exclusions))
    diagnostics: pd.DataFrame = field(default_factory=lambda: empty_table(ModelDiagnostics))
    diagnostic_points: pd.DataFrame = field(default_factory=lambda: empty_table(DiagnosticPoints))

    def cleaned(self) -> "ReportInputs":
        """The same inputs with text that every format can hold."""
        frames = {
            name: printable_frame(getattr(self, name))
            for name in (
                *("estimates", "flow", "findings", "curves", "participant_points"),
                *("decisions", "exclusions", "diagnostics", "diagnostic_points"),
            )
        }
        frames["estimates"]["note"] = [
            with_true_minus(note) if isinstance(note, str) else note
            for note in frames["estimates"]["note"]
        ]
        summary = self.signal_summary
        return replace(
            self,
            **frames,  # type: ignore[arg-type]
            study=_printable_study(self.study),
            signal_summary=None if summary is None else printable_frame(summary),
            steps=tuple(
                replace(step, text=with_true_minus(printable(step.text))) for step in self.steps
            ),
        )

    @property
    def case(self) -> str:
        """Label of the case group."""
        return self.study.groups.case.label

    @property
    def reference(self) -> str:
        """Label of the reference group."""
        return self.study.groups.reference.label

    @property
    def groups(self) -> tuple[str, str]:
        """Both group labels, case first."""
        return (self.case, self.reference)

    @property
    def ratio(self) -> str:
        """Name of the contrast case divided by reference."""
        return f"{self.case} / {self.reference}"

    @property
    def difference(self) -> str:
        """Name of the contrast case minus reference."""
        return f"{self.case} - {self.reference}"

    @property
    def contrasts(self) -> tuple[str, str]:
        """The two names under which group comparisons stand in the estimates."""
        return (self.ratio, self.difference)

    @property
    def ci_label(self) -> str:
        """The words "95% CI" with the level of the plan."""
        digits = 0 if float(100 * self.plan.ci_level).is_integer() else 1
        return f"{Num(self.plan.ci_level, 'percent', digits, 'plan').text} CI"

    def label(self, outcome: str) -> str:
        """Name of an outcome in print."""
        return outcome_label(outcome, self.study)

    def planned(self, role: str) -> tuple[str, ...]:
        """Outcomes of a role, in the order of the plan."""
        return tuple(name for name, planned in self.plan.outcomes.items() if planned.role == role)

    def handed_in(self, *tables: str) -> bool:
        """Whether at least one row of one of these tables was read."""
        read = self.flow[self.flow["stage"].eq("read") & self.flow["table"].isin(tables)]
        return bool(read["n_rows"].sum() > 0)

    def flow_count(self, table: str, stage: str, group: str, column: str) -> Num | None:
        """A count of the flow table over all reasons, None when there is no such row."""
        flow = self.flow
        rows = flow[flow["table"].eq(table) & flow["stage"].eq(stage) & flow["group"].eq(group)]
        return Num(int(rows[column].sum()), "count", 0, "flow") if len(rows) else None

    def numbers(self) -> Numbers:
        """The estimates, ready for looking up."""
        return Numbers(self.estimates)


def absent(what: str) -> str:
    """The sentence of a section whose data were not handed in; it says on `what` there are no data."""
    return f"No data on {what} were part of the tables handed in, so there are no results to show."


def _printable_study(study: Study) -> Study:
    groups = study.groups
    return study.model_copy(
        update={
            "title": printable(study.title),
            "description": printable(study.description),
            "groups": Groups(
                case=_printable_group(groups.case), reference=_printable_group(groups.reference)
            ),
            "tasks": {
                name: StudyTask(
                    label=printable(task.label),
                    goals_s=task.goals_s,
                    usual_ceiling_s=task.usual_ceiling_s,
                )
                for name, task in study.tasks.items()
            },
        }
    )


def _printable_group(group: Group) -> Group:
    return Group(label=printable(group.label) or "group", spellings=())
