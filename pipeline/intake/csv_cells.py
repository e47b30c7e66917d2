"""Text tables (CSV, TSV): bytes -> cells. Decides encoding and delimiter, nothing else."""

import csv
import io
import re
from dataclasses import replace
from itertools import islice

import numpy as np
import pandas as pd

from pipeline.intake.cells import Cells, Grid
from pipeline.intake.identifiers import identifying_columns
from pipeline.intake.messages import (
    FileProblemError,
    Finding,
    file_problem,
    make_finding,
    quoted,
)

DELIMITERS = (",", ";", "\t")
SNIFFED_ROWS = 20
CHUNK_ROWS = 50_000
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_QUOTED = re.compile(r'"[^"]*"')

Line = tuple[int, list[str]]


def read_text_table(file: str, data: bytes) -> tuple[Grid, list[Finding]]:
    """Cells of a text table and notes on how it was read.

    file: name for messages. data: the file's bytes. Raises FileProblemError when the file is no
    text, is empty, or a row has another number of cells than the heading row.
    """
    text, notes = _decode(file, data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    row_number, blocks, numbers = 0, [], []
    headings: list[str] = []
    heading_row = 0
    odd_rows: list[Line] = []
    try:
        while rows := list(islice(reader, CHUNK_ROWS)):
            numbered = [
                (row_number + i, row)
                for i, row in enumerate(rows, start=1)
                if any(cell and not cell.isspace() for cell in row)
            ]
            row_number += len(rows)
            if not headings and numbered:
                heading_row, first = numbered.pop(0)
                headings = _without_empty_tail([cell.strip() for cell in first])
            even, odd = _even_rows(numbered, len(headings))
            odd_rows += odd
            if even:
                columns = zip(*(row for _, row in even), strict=True)
                blocks.append([pd.Series(column, dtype="str") for column in columns])
                numbers += [number for number, _ in even]
    except csv.Error:
        raise file_problem(
            file,
            f"The quotation marks near row {row_number + 1} or below do not match, so cells run "
            "into each other.",
            'Open the file in Excel and save it again, or correct the marks (").',
        ) from None
    if not headings:
        raise file_problem(file, "The file is empty.", "Fill in the table or remove the file.")
    identifying = identifying_columns(file, None, heading_row, headings)
    if odd_rows:
        problems = _uneven(file, odd_rows, len(headings))
        raise FileProblemError([*identifying, *_without_values(problems, identifying)])
    notes = _without_values(notes, identifying)
    return Grid(
        file=file,
        sheet=None,
        heading_row=heading_row,
        headings=tuple(headings),
        row_numbers=np.array(numbers, dtype=np.int64),
        columns=_columns(blocks, len(headings)),
    ), notes


def _decode(file: str, data: bytes) -> tuple[str, list[Finding]]:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise file_problem(
            file,
            "This is an Excel workbook with the name of a text file.",
            "Rename it to .xlsx, or save it as CSV UTF-8 in Excel.",
        )
    encoding = next(
        (name for mark, name in _BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8"
    )
    notes: list[Finding] = []
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise file_problem(
                file, "The file is damaged: its text breaks off.", "Copy the file again."
            ) from None
        text = data.decode("cp1252", errors="replace")
        notes.append(_old_encoding_note(file, text))
    if "\x00" in text:
        raise file_problem(
            file,
            "The file holds zero bytes, so it is no text file or it is damaged.",
            "Export the table again as CSV UTF-8.",
        )
    return text, notes


def _old_encoding_note(file: str, text: str) -> Finding:
    words = [word for word in re.split(r"[\s,;]+", text) if not word.isascii()]
    return make_finding(
        "FILE-04",
        file=file,
        found=quoted(words[0] if words else ""),
        facts={"problem": "The file is not UTF-8; it was read as Windows Western European."},
    )


def _delimiter(text: str) -> str:
    """The mark that stands in the heading row and equally often in the rows below it."""
    lines = [_QUOTED.sub("", line) for line in text[:200_000].splitlines() if line.strip()]
    lines = lines[: SNIFFED_ROWS + 1]
    if not lines:
        return DELIMITERS[0]

    def fitness(delimiter: str) -> tuple[bool, float, int]:
        in_heading = lines[0].count(delimiter)
        agreeing = sum(line.count(delimiter) == in_heading for line in lines)
        return in_heading > 0, agreeing / len(lines), in_heading

    return max(DELIMITERS, key=fitness)


def _without_empty_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _even_rows(rows: list[Line], width: int) -> tuple[list[Line], list[Line]]:
    """Rows as wide as the heading row, and the others; empty cells at the right end do not count."""
    even: list[Line] = []
    odd: list[Line] = []
    for number, row in rows:
        if len(row) > width:
            row = [*row[:width], *_without_empty_tail(row[width:])]
        (even if len(row) == width else odd).append((number, row))
    return even, odd


def _without_values(findings: list[Finding], identifying: list[Finding]) -> list[Finding]:
    """The findings; in a file with names they do not repeat what rows hold."""
    return [replace(finding, found="") for finding in findings] if identifying else findings


def _uneven(file: str, rows: list[Line], width: int) -> list[Finding]:
    by_length: dict[int, list[int]] = {}
    for number, row in rows:
        by_length.setdefault(len(row), []).append(number)
    return [
        make_finding(
            "ROW-01",
            file=file,
            cell=(
                f"row {numbers[0]}"
                if len(numbers) == 1
                else f"rows {numbers[0]} to {numbers[-1]} ({len(numbers)} rows)"
            ),
            found=quoted(next(" | ".join(row) for number, row in rows if number == numbers[0])),
            row=numbers[0],
            facts={"value": str(length), "other": str(width)},
        )
        for length, numbers in by_length.items()
    ]


def _columns(blocks: list[list["pd.Series[str]"]], width: int) -> tuple[Cells, ...]:
    if not blocks:
        return tuple(Cells.of_text(pd.Series([], dtype="str"), j + 1) for j in range(width))
    return tuple(
        Cells.of_text(pd.concat([block[j] for block in blocks], ignore_index=True), j + 1)
        for j in range(width)
    )
