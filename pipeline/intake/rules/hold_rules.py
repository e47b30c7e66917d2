"""Rules about hold times: ceilings, what ended the hold, bounds, rounding and heaping of digits.

A hold at the ceiling is known only to be longer; everything here keeps that apart from an exact time.
"""

from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding, make_finding, quoted
from pipeline.intake.rules.column_suspicions import check_short_holds
from schemas.study import Study

_SLACK_S = 1e-9
"""Times that differ by less are equal; far below a stopwatch's 0.01 s."""
EARLY_STOPS: Final = "holds stopped early at the ceiling"
WITHOUT_TIME: Final = "holds ended by the ceiling without a time"
OTHER_ENDINGS: Final = "holds at the ceiling that something else ended"
KEPT_ABOVE: Final = "holds kept above the ceiling"


def check_holds(holds: Draft, study: Study) -> tuple[list[Finding], int]:
    """Fill ceilings, judge every usable hold, and set late stops to the ceiling.

    Changes `holds`: ceiling_s is filled from study.yaml, a hold within the tolerance above the
    ceiling becomes the ceiling (also below it where ended_by is ceiling), ended_by becomes `ceiling` where it is empty and the hold is at the
    ceiling, an upper bound alone gets 0 s as lower bound, and a hold that ended by ceiling without a
    time gets the ceiling. A lower bound alone is kept as it is. `computed` counts what was set to the
    ceiling besides late stops (EARLY_STOPS, WITHOUT_TIME and KEPT_ABOVE) and OTHER_ENDINGS. Returns the findings of the HOLD rules and the number of late stops.
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
    otherwise = at_ceiling & ~unsaid & ~_rows(ended_by == "ceiling")
    findings = [
        *_per_ceiling(holds, "HOLD-01", above),
        *_per_ceiling(holds, "HOLD-03", below),
        *_unsaid_endings(holds, unsaid),
        *_per_ceiling(holds, "HOLD-10", otherwise, column="ended_by"),
    ]
    frame["hold_time_s"] = time_s.mask(at_ceiling, ceiling_s)
    frame["ended_by"] = ended_by.mask(unsaid, "ceiling")
    late = at_ceiling & _rows(time_s > ceiling_s + _SLACK_S)
    early = at_ceiling & _rows(time_s < ceiling_s - _SLACK_S)
    for what, rows in (
        (EARLY_STOPS, early),
        (WITHOUT_TIME, untimed),
        (KEPT_ABOVE, kept),
        (OTHER_ENDINGS, otherwise),
    ):
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


def _per_ceiling(
    holds: Draft, rule_id: str, rows: NDArray[np.bool_], column: str = "hold_time_s"
) -> list[Finding]:
    ceilings_s = holds.frame["ceiling_s"].to_numpy(dtype=np.float64)
    findings: list[Finding] = []
    for ceiling_s in np.unique(ceilings_s[rows]):
        same = rows & (ceilings_s == ceiling_s)
        findings += holds.findings(rule_id, column, same, {"limit": f"{ceiling_s:g}"})
    return findings


def _rows(condition: "pd.Series[bool]") -> NDArray[np.bool_]:
    return condition.fillna(False).to_numpy(dtype=bool)


FEWEST = 5
EXCESS = 0.1
LOG_CHANCE = log(0.001)
_NEIGHBOURHOOD_S = 2.5
_EVEN_FROM_S = 10.0
"""From here on times that lie close together are about equally frequent; short holds pile up near 0."""
_RESOLUTIONS_S = (1.0, 0.1, 0.01)
_CLOSE_S = 1e-6


@dataclass(frozen=True)
class _RoundTimes:
    """Times that are rounder than chance allows: which, in words, and how many chance would give."""

    rows: NDArray[np.bool_]
    what: str
    expected: str


def check_digits(holds: Draft) -> list[Finding]:
    """HOLD-08 (rounded times) or else HOLD-09 (one time too often), once per file column.

    Looks at usable holds above 0 s and below their ceiling. Where one time
    of 10 s or more stands out, rounding is judged without it as well, so that one unnoticed ceiling is
    not taken for a habit of rounding.
    """
    findings: list[Finding] = []
    time_s = holds.frame["hold_time_s"].to_numpy(dtype=np.float64)
    ceiling_s = holds.frame["ceiling_s"].to_numpy(dtype=np.float64)
    free = holds.usable & (time_s > 0) & (time_s < ceiling_s - _CLOSE_S)
    for number in np.unique(holds.addresses.source_number):
        here = free & (holds.addresses.source_number == number)
        if here.sum() < FEWEST:
            continue
        long_s = np.round(time_s[here & (time_s >= _EVEN_FROM_S)], 6)
        values, counts = np.unique(long_s, return_counts=True)
        most = values[int(np.argmax(counts))] if len(values) else np.nan
        rest = here & ~(np.abs(time_s - most) <= _CLOSE_S)
        counted = int(counts.max()) if len(values) else 0
        is_peak = counted > 0 and _is_peak(time_s[here], most, counted, len(values))
        rounded = _rounded(time_s, here)
        if rounded is not None and not (is_peak and _rounded(time_s, rest) is None):
            facts = {"rounded_times": rounded.what, "fewer": rounded.expected}
            findings += _once(holds, "HOLD-08", rounded.rows, facts)
        elif is_peak:
            what = f"{counted} of {int(here.sum())} holds below the ceiling are {most:g} s"
            findings += _once(holds, "HOLD-09", here & ~rest, {"one_time_too_often": what})
    return findings


def resolution_s(time_s: NDArray[np.float64]) -> float:
    """The step (s) that the times were written in: 1, 0.1 or 0.01; times finer than that count as 0.01."""
    return next(
        (step for step in _RESOLUTIONS_S if _multiples(time_s, step).all()), _RESOLUTIONS_S[-1]
    )


def _rounded(time_s: NDArray[np.float64], rows: NDArray[np.bool_]) -> _RoundTimes | None:
    times_s = time_s[rows]
    if not len(times_s):
        return None
    step_s = resolution_s(times_s)
    if step_s == 1.0:
        rows = rows & (time_s >= _EVEN_FROM_S)
        is_round, share, words = _multiples(time_s, 5.0), 0.2, "are multiples of 5 s"
        base = "times of 10 s or more"
    else:
        is_round, share, words = _multiples(time_s, 1.0), step_s, "are whole seconds"
        base = f"times taken to {step_s:g} s"
    n, k = int(rows.sum()), int((rows & is_round).sum())
    if not _is_too_many(k, n, share):
        return None
    return _RoundTimes(
        rows & is_round, f"{k} of {n} {base} {words}", f"about {round(n * share)} of {n}"
    )


def _is_too_many(k: int, n: int, share: float, n_looks: int = 1) -> bool:
    """Whether k of n is too many where each has this share by chance; n_looks: Bonferroni factor.

    The chance of k or more is bounded by Chernoff: exp(-n KL(k/n, share)), never below the exact tail.
    """
    if k < FEWEST or (k / n - share) / (1 - share) < EXCESS:
        return False
    got = k / n
    distance = got * log(got / share) + (0 if k == n else (1 - got) * log((1 - got) / (1 - share)))
    return log(n_looks) - n * distance < LOG_CHANCE


def _is_peak(times_s: NDArray[np.float64], most: float, count: int, n_values: int) -> bool:
    """Whether `most` stands out among the times within 2.5 s of it, at the resolution of the column."""
    if count / len(times_s) < EXCESS:
        return False
    near = np.abs(times_s - most) <= _NEIGHBOURHOOD_S
    step_s = resolution_s(times_s)
    n_places = 2 * round(_NEIGHBOURHOOD_S / step_s) + (0 if step_s == 1.0 else 1)
    return _is_too_many(count, int(near.sum()), 1 / n_places, n_values)


def _multiples(time_s: NDArray[np.float64], step_s: float) -> NDArray[np.bool_]:
    return np.asarray(np.abs(time_s - np.round(time_s / step_s) * step_s) < _CLOSE_S, dtype=bool)


def _once(
    holds: Draft, rule_id: str, rows: NDArray[np.bool_], facts: dict[str, str]
) -> list[Finding]:
    positions = np.flatnonzero(rows).tolist()
    found = [f"{len(positions)} times"] * len(positions)
    column = "hold_time_s"
    return cell_findings(rule_id, holds.addresses, column, positions, found, facts, run_length=1)
