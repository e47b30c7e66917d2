"""SPSS (.sav) and Stata (.dta) files: bytes -> cells, with value labels and declared missing values."""

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.files.child_process import ChildProblemError, read_in_child
from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.findings.messages import (
    Finding,
    file_problem,
    listed,
    make_finding,
)
from pipeline.intake.formats import statistics_reading
from pipeline.intake.privacy.identifiers import identifying_places
from schemas.study import Limits

PROGRAMS: Final = {"sav": "SPSS", "dta": "Stata"}
_MAGIC: Final = {"sav": (b"$FL2", b"$FL3"), "dta": (b"<stata_dta>",)}
_OLD_STATA: Final = range(102, 116)  # first byte of the formats before Stata 13
_SECONDS_TO_READ: Final = 120
_LONGEST_TIME_S: Final = 1e9
_CALENDAR_ENDS: Final = (dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31))


_Values = pd.Series | NDArray[np.float64]


@dataclass(frozen=True)
class _Calendar:
    """Formats that count in this way: from when, in units of how many seconds."""

    pattern: re.Pattern[str]
    epoch: dt.datetime
    second: float
    cell_kind: CellKind = CellKind.DATE


_SPSS_EPOCH: Final = dt.datetime(1582, 10, 14)
_STATA_EPOCH: Final = dt.datetime(1960, 1, 1)
_CALENDARS: Final = {
    "sav": (
        _Calendar(re.compile(r"(A|E|J|S)?DATE[0-9]|DATETIME|YMDHMS"), _SPSS_EPOCH, 1.0),
        _Calendar(re.compile(r"(D|M)?TIME[0-9]"), _SPSS_EPOCH, 1.0, CellKind.TIME),
    ),
    "dta": (
        _Calendar(re.compile(r"%-?(td|d)"), _STATA_EPOCH, 86_400.0),
        _Calendar(re.compile(r"%-?tc"), _STATA_EPOCH, 0.001),
    ),
}
"""Date and time formats of both programs; a number with another format is a number."""
_FIXES: Final = {
    "damaged": ("is damaged or incomplete", "Copy the file again, or save it as CSV UTF-8."),
    "encoding": (
        "holds text in an encoding that cannot be told",
        "Save it as CSV UTF-8 in the program that it comes from.",
    ),
    "version": (
        "comes from a version of the program that cannot be read",
        "Save it as CSV UTF-8 in the program that it comes from.",
    ),
    "too large": ("unpacks to more than the memory it may have", "Save it as CSV UTF-8."),
}


def is_statistics_file(kind: str, start: bytes) -> bool:
    """Whether the first bytes are those of an SPSS ("sav") or Stata ("dta") file."""
    # Before Stata 13: version, byte order (1 or 2), then 1.
    is_old_stata = (
        kind == "dta"
        and len(start) > 2
        and start[0] in _OLD_STATA
        and start[1] in (1, 2)
        and start[2] == 1
    )
    return start.startswith(_MAGIC[kind]) or is_old_stata


def read_statistics_file(
    file: str, path: Path, kind: str, limits: Limits
) -> tuple[Grid, list[Finding]]:
    """Cells of an SPSS ("sav") or Stata ("dta") file and a note on how it was read.

    A cell shows its value label and keeps its code as the number; declared missing values are
    missing. Rows count from 1, as both programs count them. Raises FileProblemError when the file
    cannot be read.
    """
    with path.open("rb") as stream:
        start = stream.read(16)
    if not is_statistics_file(kind, start):
        raise file_problem(
            file,
            f"This is no {PROGRAMS[kind]} file, although its name says so.",
            f"Save it again in {PROGRAMS[kind]}, or give it the name of what it is.",
        )
    values, about = _read_apart(file, path, kind, limits)
    columns: list[Cells] = []
    labelled: list[str] = []
    user_missing: list[str] = []
    for j, name in enumerate(values):
        cells, uses_labels, uses_missing = _column(values[name], name, j + 1, kind, about)
        columns.append(cells)
        labelled += [name] if uses_labels else []
        user_missing += [name] if uses_missing else []
    headings = tuple(values)
    filled = np.zeros(len(columns[0].text) if columns else 0, dtype=bool)
    for cells in columns:
        filled |= (cells.text != "").to_numpy(dtype=bool)
    rows = np.flatnonzero(filled)
    grid = Grid(
        file=file,
        sheet=None,
        heading_row=0,
        headings=headings,
        row_numbers=(rows + 1).astype(np.int64),
        columns=tuple(cells.take(rows) for cells in columns),
    )
    hidden = {headings[j] for j in identifying_places(headings)}
    return grid, [_note(file, kind, about, labelled, user_missing, hidden)]


def _read_apart(
    file: str, path: Path, kind: str, limits: Limits
) -> tuple[dict[str, _Values], Mapping[str, Any]]:
    """The file as another process reads it: a crash or a hang there is a damaged file here."""
    memory_mb = int(2_000 + 20 * limits.unpacked_mb)
    reader = statistics_reading.__file__
    try:
        about, blobs = read_in_child(
            reader, kind, path, memory_mb=memory_mb, seconds=_SECONDS_TO_READ
        )
        return {
            name: pd.Series(json.loads(bytes(blob)), dtype="str")
            if is_text
            else np.frombuffer(blob, np.float64)
            for (name, is_text), blob in zip(about["columns"], blobs, strict=True)
        }, about
    except ChildProblemError as failed:
        problem, fix = _FIXES[failed.problem]
    except (ValueError, KeyError, TypeError):
        problem, fix = _FIXES["damaged"]
    raise file_problem(file, f"The {PROGRAMS[kind]} file {problem}.", fix)


def _column(
    values: _Values, name: str, number: int, kind: str, about: Mapping[str, Any]
) -> tuple[Cells, bool, bool]:
    """Cells of a variable; whether a value label and whether a declared missing value was met."""
    labels = about["labels"].get(name, [])
    ranges = about["missing"].get(name, [])
    if isinstance(values, pd.Series):
        text = values.str.strip()
        cells = Cells.of_text(text, number)
        met = text.isin([str(code).strip() for code, _ in labels])
        words = {str(code).strip(): label for code, label in labels}
        shown = text.where(~met, text.map(words)).astype("str")
        missing = _in_ranges(text.to_numpy(dtype=object), ranges)
        cells = Cells(shown, cells.kind, cells.number, cells.column_number)
    else:
        numbers = values
        cells = _number_cells(numbers, number, kind, str(about["formats"].get(name, "")))
        words_by_code = {float(code): str(label).strip() for code, label in labels}
        codes = pd.Series(numbers)
        met = codes.isin(list(words_by_code))
        shown = cells.text.where(~met, codes.map(words_by_code)).astype("str")
        missing = _in_ranges(numbers, ranges)
        cells = Cells(shown, cells.kind, cells.number, cells.column_number)
    state = cells.kind.copy()
    state[missing] = CellKind.MISSING
    cells = Cells(cells.text, state, cells.number, cells.column_number)
    return cells, bool((met.to_numpy(dtype=bool) & ~missing).any()), bool(missing.any())


def _number_cells(numbers: NDArray[np.float64], number: int, kind: str, form: str) -> Cells:
    """Cells of a numeric variable; those with a date format are dates, with a time format times."""
    given = np.isfinite(numbers)
    counts = next((entry for entry in _CALENDARS[kind] if entry.pattern.match(form)), None)
    if counts is None:
        codes, values = pd.factorize(np.where(given, numbers, np.nan), use_na_sentinel=True)
        words = np.array([*(_plain_number(value) for value in values), ""], dtype=object)
        shown = words[codes]
        state = np.where(given, CellKind.NUMBER, CellKind.PLAIN)
    else:
        shown, is_moment = _moments(numbers, given, counts)
        state = np.where(is_moment, counts.cell_kind, CellKind.PLAIN)
    columns = np.full(len(numbers), number, dtype=np.int32)
    is_number = np.where(state == CellKind.NUMBER, numbers, np.nan)
    return Cells(pd.Series(shown, dtype="str"), state.astype(np.int8), is_number, columns)


def _plain_number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _moments(
    numbers: NDArray[np.float64], given: NDArray[np.bool_], counts: "_Calendar"
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Dates and times as text, and where they are; a number outside of the calendar stays a number."""
    seconds = np.where(given, numbers, 0.0) * counts.second
    shown = np.full(len(numbers), "", dtype=object)
    if counts.cell_kind == CellKind.TIME:
        inside = given & (np.abs(seconds) < _LONGEST_TIME_S)
        shown[inside] = [str(dt.timedelta(seconds=value)) for value in seconds[inside].tolist()]
    else:
        low, high = ((end - counts.epoch).total_seconds() for end in _CALENDAR_ENDS)
        inside = given & (seconds >= low) & (seconds <= high)
        moments = np.datetime64(counts.epoch, "s") + seconds[inside].astype("timedelta64[s]")
        texts = np.datetime_as_string(moments, unit="s")
        whole = moments.astype("datetime64[D]").astype("datetime64[s]") == moments
        days = np.datetime_as_string(moments, unit="D")
        shown[inside] = np.where(whole, days, np.char.replace(texts, "T", " "))
    outside = given & ~inside
    shown[outside] = [_plain_number(value) for value in numbers[outside].tolist()]
    return shown, inside


def _in_ranges(values: NDArray[Any], ranges: Sequence[Mapping[str, Any]]) -> NDArray[np.bool_]:
    """Whether each value lies in a range of declared missing values."""
    inside = np.zeros(len(values), dtype=bool)
    for limits in ranges:
        low, high = limits["lo"], limits["hi"]
        if isinstance(low, str) or isinstance(high, str):
            inside |= np.isin(values.astype(str), [str(low).strip(), str(high).strip()])
        elif values.dtype != object:
            inside |= (values >= float(low)) & (values <= float(high))
    return inside


def _note(
    file: str,
    kind: str,
    about: Mapping[str, Any],
    labelled: Sequence[str],
    user_missing: Sequence[str],
    hidden: set[str],
) -> Finding:
    encoding = about["encoding"]
    text = f"in {encoding}" if encoding else "in the encoding of its version, as it names none"
    parts = [f"This is a file of {PROGRAMS[kind]}; its text is {text}."]
    labelled = [name for name in labelled if name not in hidden]
    user_missing = [name for name in user_missing if name not in hidden]
    if labelled:
        parts.append(f"Value labels are read in place of codes in: {listed(labelled)}.")
    if user_missing:
        parts.append(f"Values that the file declares missing are empty in: {listed(user_missing)}.")
    return make_finding("EXPORT-01", file=file, facts={"problem": " ".join(parts)})
