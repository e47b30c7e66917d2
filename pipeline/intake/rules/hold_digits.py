"""Rounding and heaping in a column of hold times: what single cells cannot show.

The thresholds and their reasons stand on the pages of HOLD-08 and HOLD-09.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding

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
