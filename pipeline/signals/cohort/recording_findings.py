"""What is wrong with recordings, as findings; the rules are in `schemas.rules`.

About the files themselves, trials beside their MVIC, and the stopwatch beside the force plate.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from pipeline.signals.cohort.activation_rows import TaskTrial
from pipeline.signals.cohort.recording_files import RecordingRow, Refusal
from pipeline.signals.measured.features import RecordingFeatures
from schemas.activation import ACTIVATION_KEY
from schemas.rules import RULES

AGREEMENT_S: Final = 0.3
"""Reaction time with the stopwatch at both ends of a hold."""


@dataclass(frozen=True)
class SignalFinding:
    """One problem of one recording.

    rule_id: REC-01 (file missing), REC-02 (cannot be used), REC-03 (no MVIC reference), REC-04
    (stopwatch and force plate disagree) or REC-05 (does not fit its MVIC reference). file: as the recordings table names it. participant_id:
    code of the person. found: what the file or cell holds. problem, suggestion: sentences, for rules
    that take them. value, other: the two numbers of REC-04. near: a similar file name for REC-01, as
    a sentence with a leading space, or "". row: index of the row in the recordings table.
    """

    rule_id: str
    file: str
    participant_id: str
    found: str
    problem: str = ""
    suggestion: str = ""
    severity: str = ""
    value: str = ""
    other: str = ""
    near: str = ""
    row: int | None = None


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


def compare_holds(signals: pd.DataFrame, hold_times: pd.DataFrame) -> list[SignalFinding]:
    """REC-04 findings for stance trials whose two hold times differ by more than 0.3 s.

    signals: SignalsResult.signals. hold_times: schemas.balance_tables.HoldTimes. Trials are matched by
    participant, visit, task, leg and trial where exactly one timed hold has this key. A hold that
    the recording shows only in part, or that the clock stopped at the ceiling, contradicts a time
    on one side only.
    """
    timed = hold_times[hold_times["hold_time_s"].notna()]
    timed = timed[~timed.duplicated(ACTIVATION_KEY, keep=False)]
    forced = signals[(signals["role"] == "task") & signals["hold_from_force_s"].notna()]
    both = forced.merge(
        timed[[*ACTIVATION_KEY, "hold_time_s", "ended_by"]],
        on=ACTIVATION_KEY,
        how="inner",
        validate="one_to_one",
    )
    return [
        _hold_finding(row)
        for row in both.to_dict(orient="records")
        if _disagree(
            row["hold_time_s"],
            row["hold_from_force_s"],
            clock_stopped=row["ended_by"] == "ceiling",
            force_is_lower_bound=bool(row["hold_is_lower_bound"]),
        )
    ]


def _disagree(
    stopwatch_s: float, force_s: float, *, clock_stopped: bool, force_is_lower_bound: bool
) -> bool:
    if force_s > stopwatch_s + AGREEMENT_S:
        return not clock_stopped
    return force_s < stopwatch_s - AGREEMENT_S and not force_is_lower_bound


def _hold_finding(row: Mapping[Hashable, Any]) -> SignalFinding:
    value, other = f"{row['hold_time_s']:.2f}", f"{row['hold_from_force_s']:.2f}"
    return SignalFinding(
        rule_id="REC-04",
        file=str(row["file"]),
        participant_id=str(row["participant_id"]),
        found=f"{value} s and {other} s",
        problem=RULES["REC-04"].why.format(value=value, other=other),
        suggestion=RULES["REC-04"].fix,
        severity=RULES["REC-04"].severity,
        value=value,
        other=other,
    )
