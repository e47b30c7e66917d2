"""decisions.csv as Stance writes it: the proposal to fill in, and the record inside a release."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.publishing.report.printable import printable
from pipeline.publishing.writers.write_csv import neutral
from pipeline.workspace.atomic import write_bytes
from schemas.decisions import FILLED_IN, FOR_THE_READER

PROPOSAL: Final = "check/decisions.csv"
UNSAVED: Final = "decisions-unsaved.csv"
"""Lies beside the proposal: lines that were filled in there, are not in the cohort folder and no longer
fit a finding."""
HEADINGS: Final = (*FILLED_IN, *FOR_THE_READER)


def write_proposal(
    reports: Path, decisions: pd.DataFrame, to_decide: pd.DataFrame, *, decimal: str = "."
) -> Path:
    """Write what was decided and what waits below the report folder of a cohort; answers the file.

    decisions: `Decisions`. to_decide: `ToDecide`. The file can be filled in and copied into the cohort
    folder. What somebody filled in and did not copy yet stays in it; such lines about findings that no
    longer wait go into decisions-unsaved.csv beside it. Raises EnvironmentProblem when the folder cannot
    be written.
    """
    path = reports / PROPOSAL
    carried, homeless = _filled_in(path, decisions, to_decide)
    if homeless:
        beside = path.with_name(UNSAVED)
        before = [line for _, line in _lines_of(beside)]
        kept = [*before, *(line for line in homeless if line not in before)]
        write_bytes(beside, csv_of(HEADINGS, kept, ";" if decimal == "," else ","))
    waiting = to_decide.astype(object)
    for name in FILLED_IN[1:]:
        texts = {i: line[HEADINGS.index(name)] for i, line in carried.items()}
        waiting[name] = [texts.get(finding_id, "") for finding_id in to_decide["finding_id"]]
    write_bytes(path, proposal_csv(decisions, waiting, decimal=decimal))
    return path


def proposal_csv(decisions: pd.DataFrame, to_decide: pd.DataFrame, *, decimal: str = ".") -> bytes:
    """All lines there are, in their order, then one line for everything that waits, worst first.

    decimal: mark of the study; a lab that writes decimal commas has a spreadsheet that wants semicolons.
    A line that was begun and cannot be used yet is there to be completed and gets no twin.
    """
    begun = decisions.drop_duplicates("finding_id", keep="last")
    to_complete = set(begun.loc[begun["state"] == "unsigned", "finding_id"].dropna())
    waiting = to_decide[~to_decide["finding_id"].isin(to_complete)]
    lines = [*_records(decisions.assign(file=_file_and_sheet(decisions))), *_records(waiting)]
    return csv_of(HEADINGS, lines, ";" if decimal == "," else ",")


def csv_of(headings: Sequence[str], lines: Iterable[Sequence[str]], delimiter: str) -> bytes:
    """Text as CSV with a byte-order mark; nothing in it can be run by a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([neutral(printable(cell)) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _file_and_sheet(decisions: pd.DataFrame) -> "pd.Series[str]":
    """The place as it is told of what waits: "holds.xlsx, sheet Left"."""
    return decisions["file"].mask(
        decisions["sheet"].notna(), decisions["file"] + ", sheet " + decisions["sheet"]
    )


def _records(table: pd.DataFrame) -> list[list[str]]:
    columns = [
        table[name].fillna("").astype(str).tolist() if name in table else [""] * len(table)
        for name in HEADINGS
    ]
    return [list(line) for line in zip(*columns, strict=True)]


def _filled_in(
    path: Path, decisions: pd.DataFrame, to_decide: pd.DataFrame
) -> tuple[dict[str, list[str]], list[list[str]]]:
    """Lines of the old proposal that a person filled in and that are not in the cohort folder yet.

    Returns those about findings that wait, by id, and all others.
    """
    saved = {_decided(line) for line in _records(decisions)}
    begun = decisions.loc[decisions["state"] == "unsigned", "finding_id"]
    waiting = set(to_decide["finding_id"]) - set(begun.dropna())
    carried: dict[str, list[str]] = {}
    others: list[list[str]] = []
    for finding_id, line in _lines_of(path):
        if not any(line[1 : len(FILLED_IN)]) or _decided(line) in saved:
            continue
        if finding_id in waiting and finding_id not in carried:
            carried[finding_id] = line
        else:
            others.append(line)
    return carried, others


def _decided(line: Sequence[str]) -> tuple[str, ...]:
    """Id, decision, reason and initials of a line; not the day, which spreadsheets write anew."""
    return tuple(neutral(printable(cell)).strip().casefold() for cell in line[:4])


def _lines_of(path: Path) -> list[tuple[str, list[str]]]:
    """Id and line, with the columns of HEADINGS, of a file of ours that a spreadsheet may have saved."""
    if not path.is_file():
        return []
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if not rows:
        return []
    names = [name.strip().casefold() for name in rows[0]]
    places = [names.index(name) if name in names else -1 for name in HEADINGS]
    lines = [[row[p].strip() if 0 <= p < len(row) else "" for p in places] for row in rows[1:]]
    return [(line[0].casefold(), [_as_typed(cell) for cell in line]) for line in lines if any(line)]


def _as_typed(cell: str) -> str:
    """A cell without the apostrophe of `neutral`, which is set again when it is written."""
    return cell[1:] if cell.startswith("'") and neutral(cell[1:]) == cell else cell
