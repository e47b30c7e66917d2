"""One cohort, many ways in: the same tables; several files and sheets for one table."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from defects import Lab
from defects.lab import csv_bytes
from lab_exports import Dataset, write_blocks, write_statistics
from redcap_project import Project

from pipeline.intake.cohort import read_cohort

WAYS_IN: dict[str, Callable[[Path], Path]] = {
    "xlsx": lambda folder: Lab().write(folder, "xlsx"),
    "sav": lambda folder: write_statistics(folder, "sav"),
    "dta": lambda folder: write_statistics(folder, "dta"),
    "bids": lambda folder: Dataset().write(folder),
    "redcap raw": lambda folder: Project().write(folder),
    "redcap label": lambda folder: Project().write(folder, labels=True),
    "blocks": write_blocks,
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_every_way_in_gives_the_same_analysis_tables(way, tmp_path):
    plain = read_cohort(Lab().write(tmp_path / "csv", "csv"))
    read = read_cohort(WAYS_IN[way](tmp_path / "other"))
    assert set(read.findings["rule_id"]) <= {"EXPORT-01"}, read.findings["why"].tolist()
    for name in ("participants", "hold_times"):
        expected = plain.tables[name]
        if way == "bids":
            expected = expected.assign(participant_id="sub-" + expected["participant_id"])
        pd.testing.assert_frame_equal(read.tables[name], expected)


class Split:
    """The lab's cohort with its hold times in files of several kinds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lab = Lab()
        self.heading, *self.holds = self.lab.tables.pop("hold_times")
        self.sources: list[str] = []

    def of(self, *people: str) -> list[list]:
        return [row for row in self.holds if row[0] in people]

    def add(self, name: str, content: bytes, settings: str = "") -> None:
        self.lab.files[name] = content
        self.sources.append(f"    - {{file: {name}{settings}}}\n")

    def read(self, form: str = "csv"):
        self.lab.study += "tables:\n  hold_times:\n" + "".join(self.sources)
        return read_cohort(self.lab.write(self.folder, form))


def problems(read) -> list[tuple[str, str, str]]:
    rows = read.findings[read.findings["severity"] != "NOTE"].fillna("")
    return [tuple(row) for row in rows[["rule_id", "file", "cell"]].itertuples(index=False)]


def same_rows(read) -> None:
    plain = Lab()
    key = ["participant_id", "leg", "trial"]
    expected = pd.DataFrame(plain.tables["hold_times"][1:], columns=plain.tables["hold_times"][0])
    found = read.tables["hold_times"][[*key, "hold_time_s"]].sort_values(key, ignore_index=True)
    wanted = expected[[*key, "hold_time_s"]].sort_values(key, ignore_index=True)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


def with_commas(rows: list[list]) -> list[list]:
    return [[str(v).replace(".", ",") if isinstance(v, float) else v for v in row] for row in rows]


WIDE = """, columns: {participant_id: Code}, constants: {condition: eyes_open}, wide: {
      L1: {to: hold_time_s, leg: left, trial: 1}, L2: {to: hold_time_s, leg: left, trial: 2},
      R1: {to: hold_time_s, leg: right, trial: 1}, R2: {to: hold_time_s, leg: right, trial: 2},
      L1 end: {to: ended_by, leg: left, trial: 1}, L2 end: {to: ended_by, leg: left, trial: 2},
      R1 end: {to: ended_by, leg: right, trial: 1}, R2 end: {to: ended_by, leg: right, trial: 2}}"""


def wide_rows(holds: list[list]) -> list[list]:
    legs = {"left": "L", "right": "R"}
    names = [f"{leg}{trial}" for leg in "LR" for trial in (1, 2)]
    rows: list[list] = [["Code", *names, *(f"{name} end" for name in names)]]
    for person in dict.fromkeys(row[0] for row in holds):
        cells = {
            f"{legs[leg]}{trial}": (time, end)
            for who, leg, _, trial, time, end in holds
            if who == person
        }
        rows.append([person, *(cells[n][0] for n in names), *(cells[n][1] for n in names)])
    return rows


def split_cohort(folder: Path) -> Split:
    """Long with points, wide with decimal commas and semicolons, and a sheet with points."""
    split = Split(folder)
    split.add("long.csv", csv_bytes([split.heading, *split.of("P01", "P02")]))
    wide = with_commas(wide_rows(split.of("P03", "P04")))
    split.add("wide.csv", csv_bytes(wide, ";"), ', decimal: ","' + WIDE)
    book = openpyxl.Workbook()
    book.active.title = "notes"
    book.active.append(["Nothing to read here"])
    sheet = book.create_sheet("May")
    for row in (split.heading, *split.of("P05", "P06")):
        sheet.append(row)
    book.save(folder / "more.xlsx")
    split.sources.append("    - {file: more.xlsx, sheet: May}\n")
    return split


def test_long_wide_sheets_and_decimal_marks_may_be_mixed(tmp_path):
    read = split_cohort(tmp_path).read()
    assert problems(read) == []
    same_rows(read)


def test_how_each_file_was_read_is_said(tmp_path):
    split = split_cohort(tmp_path)
    split.lab.files["long.csv"] = split.lab.files["long.csv"].decode().encode("utf-16")
    read = split.read()
    same_rows(read)
    notes = read.findings[read.findings["rule_id"] == "FILE-04"].set_index("file")["why"]
    assert "UTF-16" in notes["long.csv"]
    assert "semicolons" in notes["wide.csv"]


def test_a_bad_cell_is_named_in_its_own_file(tmp_path):
    split = split_cohort(tmp_path)
    text = split.lab.files["wide.csv"].decode().split("\r\n")
    cells = text[2].split(";")
    cells[3] = "12,5 s"
    text[2] = ";".join(cells)
    split.lab.files["wide.csv"] = "\r\n".join(text).encode()
    assert problems(split.read()) == [("CELL-01", "wide.csv", "D3")]


@pytest.mark.parametrize("other", ["wide.csv", "more.xlsx"])
def test_a_row_that_stands_in_two_files_names_both_places(tmp_path, other):
    split = split_cohort(tmp_path)
    twice = split.of("P03" if other == "wide.csv" else "P05")[0]
    split.lab.files["long.csv"] = csv_bytes([split.heading, *split.of("P01", "P02"), twice])
    read = split.read()
    rows = read.findings[read.findings["severity"] == "SET ASIDE"]
    told = " ".join(rows["file"]) + " ".join(rows["why"]) + " ".join(rows["cell"])
    assert "long.csv" in told
    assert other in told
    assert len(rows) <= 2


def test_a_file_that_cannot_be_read_stops_the_whole_table(tmp_path):
    split = split_cohort(tmp_path)
    split.lab.files["long.csv"] = b""
    read = split.read()
    assert read.stopped
    assert problems(read) == [("FILE-03", "long.csv", "")]
