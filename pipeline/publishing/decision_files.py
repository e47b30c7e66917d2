"""decisions.csv as Stance writes it: the proposal to fill in, and the record inside a release."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.publishing.printable import printable
from pipeline.publishing.write_csv import neutral
from pipeline.workspace.atomic import write_bytes
from schemas.decisions import FILLED_IN, FOR_THE_READER

PROPOSAL: Final = "check/decisions.csv"
HEADINGS: Final = (*FILLED_IN, *FOR_THE_READER)


def write_proposal(
    reports: Path, decisions: pd.DataFrame, to_decide: pd.DataFrame, *, decimal: str = "."
) -> Path:
    """Write what was decided and what waits below the report folder of a cohort; answers the file.

    decisions: `Decisions`. to_decide: `ToDecide`. The file can be filled in and copied into the cohort
    folder. Raises EnvironmentProblem when the folder cannot be written.
    """
    path = reports / PROPOSAL
    write_bytes(path, proposal_csv(decisions, to_decide, decimal=decimal))
    return path


def proposal_csv(decisions: pd.DataFrame, to_decide: pd.DataFrame, *, decimal: str = ".") -> bytes:
    """All lines there are, in their order, then one line for everything that waits, worst first.

    decimal: mark of the study; a lab that writes decimal commas has a spreadsheet that wants semicolons.
    A line that was begun and cannot be used yet is there to be completed and gets no twin.
    """
    begun = decisions.drop_duplicates("finding_id", keep="last")
    to_complete = set(begun.loc[begun["state"] == "unsigned", "finding_id"].dropna())
    waiting = to_decide[~to_decide["finding_id"].isin(to_complete)]
    lines = [*_records(decisions), *_records(waiting)]
    return csv_of(HEADINGS, lines, ";" if decimal == "," else ",")


def csv_of(headings: Sequence[str], lines: Iterable[Sequence[str]], delimiter: str) -> bytes:
    """Text as CSV with a byte-order mark; nothing in it can be run by a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([neutral(printable(cell)) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _records(table: pd.DataFrame) -> list[list[str]]:
    columns = [
        table[name].fillna("").astype(str).tolist() if name in table else [""] * len(table)
        for name in HEADINGS
    ]
    return [list(line) for line in zip(*columns, strict=True)]
