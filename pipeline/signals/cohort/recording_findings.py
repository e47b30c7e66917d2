"""What is wrong with recordings, as findings: with the files themselves, and with trials beside their MVIC."""

from collections.abc import Iterable, Sequence

from pipeline.signals.cohort.activation_rows import TaskTrial
from pipeline.signals.cohort.findings import SignalFinding
from pipeline.signals.cohort.recording_files import Refusal
from pipeline.signals.cohort.recording_row import RecordingRow
from pipeline.signals.measured.features import RecordingFeatures
from schemas.rules import RULES


def reading_findings(
    rows: Sequence[RecordingRow],
    measured: Sequence[RecordingFeatures],
    refusals: Sequence[Refusal | None],
) -> list[SignalFinding]:
    """REC-01 and REC-02: files that are not there or not opened, recordings that cannot be used."""
    findings = []
    for row, features, refusal in zip(rows, measured, refusals, strict=True):
        if refusal is not None:
            findings.append(
                _finding(
                    refusal.rule_id,
                    row,
                    problem=refusal.what,
                    suggestion=refusal.fix,
                    near=refusal.near,
                )
            )
        elif features.problem:
            findings.append(
                _finding("REC-02", row, problem=features.problem, suggestion=features.fix)
            )
    return findings


def trial_findings(
    trials: Iterable[tuple[RecordingRow, TaskTrial]], *, expects_mvic: bool
) -> list[SignalFinding]:
    """REC-03 and REC-05: stance trials without an MVIC reference, or with one that does not fit.

    expects_mvic: whether the study normalises to an MVIC.
    """
    return [
        finding
        for row, trial in trials
        for finding in _of_trial(row, trial, expects_mvic=expects_mvic)
    ]


def _of_trial(row: RecordingRow, trial: TaskTrial, *, expects_mvic: bool) -> list[SignalFinding]:
    if trial.misfits_reference:
        own = trial.features.reasons
        reasons = "; ".join(reason for reason in trial.verdict.reasons if reason not in own)
        problem = f"The trial does not fit its MVIC reference: {reasons}."
        fix = (
            "Check that the MVIC recording belongs to this leg and that it was maximal; microvolts "
            "and onset are reported without it."
        )
        return [_finding("REC-05", row, problem=problem, suggestion=fix)]
    if expects_mvic and trial.mvic_rms_uv is None and trial.is_usable:
        return [_finding("REC-03", row, problem=RULES["REC-03"].why)]
    return []


def _finding(
    rule_id: str, row: RecordingRow, *, problem: str = "", suggestion: str = "", near: str = ""
) -> SignalFinding:
    return SignalFinding(
        rule_id=rule_id,
        file=row.file,
        participant_id=row.participant_id,
        found=f"{row.role} of the {row.leg} leg, trial {row.trial}",
        problem=problem,
        suggestion=suggestion,
        severity=RULES[rule_id].severity,
        near=near,
        row=row.index,
    )
