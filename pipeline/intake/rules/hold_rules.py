"""Rules about hold times: ceilings, what ended the hold, bounds.

A hold at the ceiling is known only to be longer; everything here keeps that apart from an exact time.
"""

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding, make_finding, quoted
from pipeline.intake.rules.column_suspicions import check_short_holds
from pipeline.intake.rules.hold_digits import check_digits
from schemas.study import Study

_SLACK_S = 1e-9
"""Times that differ by less are equal; far below a stopwatch's 0.01 s."""
EARLY_STOPS: Final = "holds stopped early at the ceiling"
WITHOUT_TIME: Final = "holds ended by the ceiling without a time"
KEPT_ABOVE: Final = "holds kept above the ceiling"


def check_holds(holds: Draft, study: Study) -> tuple[list[Finding], int]:
    """Fill ceilings, judge every usable hold, and set late stops to the ceiling.

    Changes `holds`: ceiling_s is filled from study.yaml, a hold within the tolerance above the
    ceiling becomes the ceiling (also below it where ended_by is ceiling), ended_by becomes `ceiling` where it is empty and the hold is at the
    ceiling, an upper bound alone gets 0 s as lower bound, and a hold that ended by ceiling without a
    time gets the ceiling. A lower bound alone is kept as it is. `computed` counts what was set to the
    ceiling besides late stops: EARLY_STOPS, WITHOUT_TIME and KEPT_ABOVE. Returns HOLD-01 to HOLD-07
    findings and the number of late stops.
    """
    findings = _fill_ceilings(holds, study)
    findings += check_short_holds(holds, study)
    findings += _check_bounds(holds)
    findings += _check_not_done(holds)
    findings += _check_times_given(holds)
    more, n_late_stops = _check_against_ceiling(holds, study.holds.ceiling_tolerance_s)
    return [*findings, *more, *check_digits(holds)], n_late_stops


def _fill_ceilings(holds: Draft, study: Study) -> list[Finding]:
    frame = holds.frame
    needed = frame["ceiling_s"].isna() & ~holds.broken["ceiling_s"]
    pairs = frame.loc[needed, ["task", "condition"]].drop_duplicates()
    findings: list[Finding] = []
    for task, condition in pairs.itertuples(index=False):
        same = needed & (frame["task"] == task) & (frame["condition"] == condition)
        ceiling_s = study.ceiling_for(str(task), str(condition))
        if ceiling_s is not None:
            frame.loc[same, "ceiling_s"] = ceiling_s
            continue
        usable = same.to_numpy(dtype=bool) & holds.usable
        if usable.any():
            findings.append(_no_ceiling(holds, usable, f"{task}, {condition}"))
    return findings


def _no_ceiling(holds: Draft, rows: NDArray[np.bool_], what: str) -> Finding:
    position = int(np.flatnonzero(rows)[0])
    source = holds.addresses.sources[int(holds.addresses.source_number[position])]
    has_column = "ceiling_s" in holds.shown
    return make_finding(
        "HOLD-06",
        table=holds.table.name,
        file=source.file,
        sheet=source.sheet,
        cell=holds.addresses.cell(position, "ceiling_s") if has_column else "",
        column="ceiling_s",
        found=quoted(what),
        row=int(holds.addresses.row_number[position]) if has_column else 0,
        facts={"task_and_condition": what},
    )


def _check_bounds(holds: Draft) -> list[Finding]:
    frame = holds.frame
    low_s, high_s = frame["hold_low_s"], frame["hold_high_s"]
    # No hold is shorter than 0 s, so an upper bound alone still says something.
    only_high = high_s.notna() & low_s.isna() & ~holds.broken["hold_low_s"]
    frame["hold_low_s"] = low_s.mask(only_high, 0.0)
    crossed = _rows(frame["hold_low_s"] >= high_s) & holds.usable
    holds.leave(crossed, "HOLD-05")
    return _findings_with_values(holds, "HOLD-05", crossed)


def _findings_with_values(holds: Draft, rule_id: str, rows: NDArray[np.bool_]) -> list[Finding]:
    column = "hold_low_s" if "hold_low_s" in holds.shown else "hold_high_s"
    return holds.findings(rule_id, column, rows, {})


def _check_not_done(holds: Draft) -> list[Finding]:
    frame = holds.frame
    timed, bounded = _rows(frame["hold_time_s"].notna()), _is_bounded(frame)
    not_done = _rows(frame["ended_by"] == "not_done") & holds.usable
    holds.leave(not_done & (timed | bounded), "HOLD-07")
    return [
        *holds.findings("HOLD-07", "hold_time_s", not_done & timed, {}),
        *_findings_with_values(holds, "HOLD-07", not_done & bounded & ~timed),
    ]


def _is_bounded(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the bounds say anything; every hold lasts at least 0 s."""
    return _rows(frame["hold_high_s"].notna() | (frame["hold_low_s"] > 0))


def _check_times_given(holds: Draft) -> list[Finding]:
    frame = holds.frame
    said = _rows(frame["ended_by"].isin(("ceiling", "not_done")))
    known = _rows(frame["hold_time_s"].notna()) | _is_bounded(frame) | said
    unknown = ~known & holds.usable
    holds.leave(unknown, "HOLD-04")
    return holds.findings("HOLD-04", "hold_time_s", unknown, {})


def _check_against_ceiling(holds: Draft, tolerance_s: float) -> tuple[list[Finding], int]:
    frame = holds.frame
    time_s, ceiling_s, ended_by = frame["hold_time_s"], frame["ceiling_s"], frame["ended_by"]
    longest_s = ceiling_s + tolerance_s + _SLACK_S
    above = (_rows(time_s > longest_s) | _rows(frame["hold_low_s"] > longest_s)) & holds.usable
    holds.leave(above, "HOLD-01")
    # Kept by a decision of the data manager: the clock ran on, and the hold reached the ceiling.
    kept = above & holds.usable
    time_s, ended_by = time_s.mask(kept, ceiling_s), ended_by.mask(kept, "ceiling")
    for bound in ("hold_low_s", "hold_high_s"):
        frame[bound] = frame[bound].mask(kept)
    # Without a time, an upper bound says how long the hold was at most.
    longest_known_s = time_s.fillna(frame["hold_high_s"])
    by_ceiling = _rows(ended_by == "ceiling")
    earliest_s = ceiling_s - tolerance_s - _SLACK_S
    below = by_ceiling & _rows(longest_known_s < earliest_s) & holds.usable
    holds.leave(below, "HOLD-03")
    untimed = _rows((ended_by == "ceiling") & time_s.isna()) & holds.usable
    time_s = time_s.mask(untimed, ceiling_s)
    # A clock stopped a little early at the ceiling is as common as one stopped a little late.
    early = by_ceiling & _rows(time_s >= earliest_s)
    at_ceiling = (early | _rows(time_s >= ceiling_s - _SLACK_S)) & holds.usable
    unsaid = at_ceiling & _rows(ended_by.isna())
    findings = [
        *_per_ceiling(holds, "HOLD-01", above),
        *_per_ceiling(holds, "HOLD-03", below),
        *_unsaid_endings(holds, unsaid),
    ]
    frame["hold_time_s"] = time_s.mask(at_ceiling, ceiling_s)
    frame["ended_by"] = ended_by.mask(unsaid, "ceiling")
    late = at_ceiling & _rows(time_s > ceiling_s + _SLACK_S)
    early = at_ceiling & _rows(time_s < ceiling_s - _SLACK_S)
    for what, rows in ((EARLY_STOPS, early), (WITHOUT_TIME, untimed), (KEPT_ABOVE, kept)):
        holds.computed[what] = int(rows.sum())
    return findings, int(late.sum())


def _unsaid_endings(holds: Draft, rows: NDArray[np.bool_]) -> list[Finding]:
    """HOLD-02 at every cell, or once for the column where the table does not have ended_by at all."""
    if "ended_by" in holds.shown:
        no_ending = "nothing in ended_by"
        return holds.findings("HOLD-02", "hold_time_s", rows, {"no_ending": no_ending})
    positions = np.flatnonzero(rows).tolist()
    return cell_findings(
        "HOLD-02",
        holds.addresses,
        "hold_time_s",
        positions,
        ["no ended_by column"] * len(positions),
        {"no_ending": "no column ended_by in the table"},
        run_length=1,
    )


def _per_ceiling(holds: Draft, rule_id: str, rows: NDArray[np.bool_]) -> list[Finding]:
    ceilings_s = holds.frame["ceiling_s"].to_numpy(dtype=np.float64)
    findings: list[Finding] = []
    for ceiling_s in np.unique(ceilings_s[rows]):
        same = rows & (ceilings_s == ceiling_s)
        findings += holds.findings(rule_id, "hold_time_s", same, {"limit": f"{ceiling_s:g}"})
    return findings


def _rows(condition: "pd.Series[bool]") -> NDArray[np.bool_]:
    return condition.fillna(False).to_numpy(dtype=bool)
