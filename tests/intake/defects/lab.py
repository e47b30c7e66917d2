"""A valid cohort as a lab has it on its desk: tables as rows of values, study.yaml as text.

Every value is what is typed into a cell: text, a number, or None. Row 1 holds the headings. All
columns that rules look at are filled, so that any of them can be broken.
"""

import csv
import io
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

STUDY = """\
title: A valid cohort
groups:
  case:
    label: LBP
    spellings: [CLBP]
  reference:
    label: control
holds:
  ceiling_s: 30
emg:
  normalisation: mvc_isometric
"""

WORKBOOK = "cohort.xlsx"
FEWEST_TABLES = ("participants", "hold_times")

Row = list[Any]


def _participants() -> list[Row]:
    rows: list[Row] = [
        [
            "participant_id",
            "group",
            "age_years",
            "sex",
            "height_cm",
            "mass_kg",
            "bmi",
            "dominant_leg",
            "painful_side",
            "symptom_months",
            "vas_mm",
            "nprs",
            "odi_pct",
            "rmdq",
            "tsk",
            "pcs",
        ]
    ]
    heights_cm = (170, 181.5, 159, 174, 166.5, 178)
    masses_kg = (66.3, 80, 58.2, 71, 60, 77.4)
    for i in range(6):
        case = i < 3
        bmi = round(masses_kg[i] / (heights_cm[i] / 100) ** 2, 1)
        rows.append(
            [
                f"P{i + 1:02d}",
                "LBP" if case else "control",
                31 + 4 * i,
                "female" if i % 2 else "male",
                heights_cm[i],
                masses_kg[i],
                bmi,
                "left" if i == 4 else "right",
                ("left", "right", "bilateral")[i] if case else "none",
                15 + i if case else None,
                31 + 3 * i if case else i - 3,
                4 if case else 0,
                18 + 2 * i if case else 2,
                6 + i if case else 0,
                39 + i,
                17 + i,
            ]
        )
    return rows


def _hold_times() -> list[Row]:
    rows: list[Row] = [["participant_id", "leg", "condition", "trial", "hold_time_s", "ended_by"]]
    draw = random.Random(20)  # values of the fixture, nothing secret
    for i in range(6):
        for leg in ("left", "right"):
            for trial in (1, 2):
                at_ceiling = i >= 3 and leg == "right"
                hold_time_s = 30 if at_ceiling else round(draw.uniform(4, 27), 2)
                ended_by = "ceiling" if at_ceiling else draw.choice(("foot_touch", "hop"))
                rows.append([f"P{i + 1:02d}", leg, "eyes_open", trial, hold_time_s, ended_by])
    return rows


def _strength() -> list[Row]:
    rows: list[Row] = [["participant_id", "leg", "trial", "abd_strength_n_kg"]]
    draw = random.Random(21)
    for i in range(6):
        for leg in ("left", "right"):
            rows.append([f"P{i + 1:02d}", leg, 1, round(draw.uniform(0.8, 2.1), 2)])
    return rows


def _activation() -> list[Row]:
    rows: list[Row] = [["participant_id", "leg", "trial", "gmed_pct_mvic", "onset_ms"]]
    draw = random.Random(22)
    for i in range(6):
        for leg in ("left", "right"):
            gmed_pct_mvic = round(draw.uniform(12, 48), 1)
            rows.append([f"P{i + 1:02d}", leg, 1, gmed_pct_mvic, round(draw.uniform(-90, 60))])
    return rows


def _clinical_test() -> list[Row]:
    rows: list[Row] = [["participant_id", "leg", "rater", "session", "sls_test"]]
    for i in range(6):
        for leg in ("left", "right"):
            rows.append([f"P{i + 1:02d}", leg, "R1", 1, "positive" if i == 1 else "negative"])
    return rows


@dataclass
class Lab:
    """The valid cohort; defects change it before it is written.

    tables: name -> rows of values. study: text of study.yaml. files: further files, relative path ->
    content; they replace what would be written under that name. after: run on the written folder.
    decorate: run on the openpyxl workbook before it is saved (XLSX only).
    """

    tables: dict[str, list[Row]] = field(
        default_factory=lambda: {
            "participants": _participants(),
            "hold_times": _hold_times(),
            "strength": _strength(),
            "activation": _activation(),
            "clinical_test": _clinical_test(),
        }
    )
    study: str = STUDY
    files: dict[str, bytes] = field(default_factory=dict)
    after: list[Callable[[Path], None]] = field(default_factory=list)
    decorate: list[Callable[[openpyxl.Workbook], None]] = field(default_factory=list)

    def column(self, table: str, heading: str) -> int:
        """Place (from 0) of a heading."""
        return self.tables[table][0].index(heading)

    def cell(self, table: str, heading: str, row: int) -> str:
        """Address of a cell; row counts as Excel does (1 is the heading row)."""
        return f"{get_column_letter(self.column(table, heading) + 1)}{row}"

    def get(self, table: str, heading: str, row: int) -> Any:
        """The value of a cell."""
        return self.tables[table][row - 1][self.column(table, heading)]

    def put(self, table: str, heading: str, row: int, value: Any) -> str:
        """Type a value into a cell; answers its address."""
        self.tables[table][row - 1][self.column(table, heading)] = value
        return self.cell(table, heading, row)

    def rows(self, table: str) -> range:
        """Rows with data, as Excel counts them."""
        return range(2, len(self.tables[table]) + 1)

    def any_row(self, table: str, draw: random.Random) -> int:
        """A random row with data."""
        return draw.choice(self.rows(table))

    def write(self, folder: Path, form: str) -> Path:
        """Write the cohort as one CSV file per table ("csv") or as one workbook ("xlsx")."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "study.yaml").write_text(self.study, encoding="utf-8")
        if form == "csv":
            for name, rows in self.tables.items():
                (folder / f"{name}.csv").write_bytes(csv_bytes(rows))
        else:
            book = openpyxl.Workbook()
            book.remove(book.active)
            for name, rows in self.tables.items():
                sheet = book.create_sheet(name)
                for row in rows:
                    sheet.append(row)
            for change in self.decorate:
                change(book)
            book.save(folder / WORKBOOK)
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        for change_folder in self.after:
            change_folder(folder)
        return folder

    def leave_out_untouched_tables(self) -> None:
        """Leave only the tables that a defect changed, where nothing else can refer to the others.

        What the defect gives stays the same, and reading takes half the time.
        """
        valid = Lab()
        if self.tables.keys() != valid.tables.keys():
            return  # a table that is gone: the others stand in the message
        if self.study != valid.study or self.files or self.after or self.decorate:
            return
        for name, rows in valid.tables.items():
            if name not in FEWEST_TABLES and self.tables.get(name) == rows:
                del self.tables[name]

    @staticmethod
    def place(table: str, form: str) -> tuple[str, str]:
        """File and sheet in which a table stands; the sheet of a CSV file is ""."""
        return (f"{table}.csv", "") if form == "csv" else (WORKBOOK, table)


def csv_bytes(rows: list[Row], delimiter: str = ",") -> bytes:
    """Rows as the bytes of a CSV file; None is an empty cell."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
