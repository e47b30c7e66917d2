"""Reads recordings from text files: one heading line, then one row per sample."""

import csv
import io
import re
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.csv

from pipeline.signals.problem import SignalProblem
from pipeline.signals.reading.columns_of_samples import recording_of_columns
from pipeline.signals.recording import Recording
from schemas.study import EmgSettings

DELIMITERS: Final = (";", "\t", ",")
EMPTY_CELLS: Final = ("", " ", "NaN", "nan", "NAN")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")


def read_csv(path: Path, settings: EmgSettings) -> Recording:
    """The channels of a CSV or TSV file.

    The first line that is not empty and does not start with # holds the headings, with units in
    brackets (`L GMED (mV)`). Delimiter: semicolon, tab or comma, by the heading line. Decimal mark:
    `settings.decimal`. Rate: the time column, else `settings.sampling_rate_hz`. Raises SignalProblem
    when the text is not such a table.
    """
    lines = _text(path).splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip() and line[0] != "#"), None)
    if start is None or start + 1 >= len(lines):
        raise SignalProblem("The file has no rows of samples.", "Export the recording again.")
    delimiter = max(DELIMITERS, key=lines[start].count)
    headings = _headings(lines[start], delimiter)
    if delimiter == "," and settings.decimal == ",":
        raise SignalProblem(
            "The columns are separated by commas and study.yaml says that decimals are commas too.",
            "Export with semicolons or tabs between the columns.",
        )
    body = "\n".join(line for line in lines[start + 1 :] if line.strip())
    table = _table(body, headings, delimiter, settings.decimal)
    columns = {
        heading: table.column(heading).to_numpy(zero_copy_only=False) for heading in headings
    }
    return recording_of_columns(columns, declared_rate_hz=settings.sampling_rate_hz)


def _text(path: Path) -> str:
    content = path.read_bytes()
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif b"\x00" in content[:4096]:
        raise SignalProblem("The file is not text.", "Check that the file is what its name says.")
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        # Recording programs on Western Windows write µV in this code page.
        return content.decode("cp1252", errors="replace")


def _headings(line: str, delimiter: str) -> list[str]:
    headings = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    if all(_NUMBER.fullmatch(heading) for heading in headings if heading):
        raise SignalProblem(
            "The file starts with numbers, so its columns have no names.",
            "Export it with one heading line, such as: time (s), L GMED (uV), R GMED (uV).",
        )
    twice = sorted({heading for heading in headings if heading and headings.count(heading) > 1})
    if twice:
        raise SignalProblem(
            f"Two columns are called {twice[0]}.", "Give every channel a name of its own."
        )
    # Many programs end each line with a delimiter, which makes a column without name and content.
    return [heading or f"column {i + 1}" for i, heading in enumerate(headings)]


def _table(body: str, headings: list[str], delimiter: str, decimal: str) -> pa.Table:
    try:
        return pyarrow.csv.read_csv(
            io.BytesIO(body.encode()),
            read_options=pyarrow.csv.ReadOptions(column_names=headings, use_threads=False),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(headings, pa.float64()),
                null_values=list(EMPTY_CELLS),
                decimal_point=decimal,
            ),
        )
    except pa.ArrowInvalid as problem:
        raise _first_bad_row(body, headings, delimiter, decimal) from problem


def _first_bad_row(body: str, headings: list[str], delimiter: str, decimal: str) -> SignalProblem:
    """Say in the reader's terms which row cannot be read."""
    for number, row in enumerate(csv.reader(io.StringIO(body), delimiter=delimiter), start=1):
        if len(row) != len(headings):
            return SignalProblem(
                f"Row {number} of samples has {len(row)} cells, but there are {len(headings)} "
                "headings.",
                "Export with exactly one heading line above the samples; with decimal commas, put "
                "semicolons between the columns.",
            )
        for heading, cell in zip(headings, row, strict=True):
            text = cell.strip()
            if text in EMPTY_CELLS or _is_number(text, decimal):
                continue
            hint = (
                f'Set decimal: "{_other_mark(decimal)}" under emg in study.yaml.'
                if _NUMBER.fullmatch(text)
                else "Export the samples as plain numbers under one heading line."
            )
            return SignalProblem(
                f"Row {number} of samples has {text[:20]!r} under {heading}, which is not a number.",
                hint,
            )
    return SignalProblem("The samples cannot be read as a table.", "Export the recording again.")


def _is_number(text: str, decimal: str) -> bool:
    return _NUMBER.fullmatch(text) is not None and _other_mark(decimal) not in text


def _other_mark(decimal: str) -> str:
    return "," if decimal == "." else "."
