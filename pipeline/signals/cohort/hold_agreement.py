"""Whether the stopwatch and the force plate agree about a hold."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

import pandas as pd

from pipeline.signals.cohort.findings import SignalFinding
from schemas.activation import ACTIVATION_KEY
from schemas.rules import RULES

AGREEMENT_S: Final = 0.3
"""Reaction time with the stopwatch at both ends of a hold."""


def compare_holds(signals: pd.DataFrame, hold_times: pd.DataFrame) -> list[SignalFinding]:
    """REC-04 findings for stance trials whose two hold times differ by more than 0.3 s.

    signals: SignalsResult.signals. hold_times: schemas.hold_times.HoldTimes. Trials are matched by
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
        _finding(row)
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


def _finding(row: Mapping[Hashable, Any]) -> SignalFinding:
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
