"""A small valid cohort that tests write as CSV or XLSX, and break in one place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from pipeline.intake.cohort import CohortIntake, read_cohort

STUDY = """\
title: A small cohort
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

PARTICIPANTS = """\
participant_id group age_years sex height_cm mass_kg dominant_leg vas_mm
001 LBP 41 female 170 65.5 right 35
002 CLBP 52 male 181 80 left 48
003 control 44 F 165 60 R 0
004 control 39 male 178 77 right 2
"""

HOLD_TIMES = """\
participant_id leg condition trial hold_time_s ended_by
001 left eyes_open 1 12.5 foot_touch
001 right eyes_open 1 30 ceiling
002 left eyes_open 1 8.25 hop
002 right eyes_open 1 0 foot_touch
003 left eyes_open 1 30 ceiling
003 right eyes_open 1 28.75 arm_support
004 left eyes_open 1 30 ceiling
004 right eyes_open 1 21 foot_touch
"""

STRENGTH = """\
participant_id leg trial abd_strength_n_kg
001 left 1 1.151
001 right 1 1.26
003 left 1 1.6
004 right 1 1.734
"""


def _rows(text: str) -> list[list[str]]:
    return [line.split(" ") for line in text.splitlines()]


@dataclass
class CohortBuilder:
    """A cohort in the making: tables as rows of text with the heading row first."""

    folder: Path
    study: str = STUDY
    tables: dict[str, list[list[str]]] = field(
        default_factory=lambda: {
            "participants": _rows(PARTICIPANTS),
            "hold_times": _rows(HOLD_TIMES),
            "strength": _rows(STRENGTH),
        }
    )

    def put(self, table: str, cell: str, value: str) -> None:
        """Type a value into a cell such as E3."""
        row, column = openpyxl.utils.cell.coordinate_to_tuple(cell)
        self.tables[table][row - 1][column - 1] = value

    def drop_column(self, table: str, heading: str) -> None:
        place = self.tables[table][0].index(heading)
        self.tables[table] = [row[:place] + row[place + 1 :] for row in self.tables[table]]

    def write_study(self) -> None:
        (self.folder / "study.yaml").write_text(self.study, encoding="utf-8")

    def write_csv(self, *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
        self.write_study()
        for name, rows in self.tables.items():
            text = "".join(delimiter.join(row) + "\r\n" for row in rows)
            (self.folder / f"{name}.csv").write_bytes(text.encode(encoding))
        return self.folder

    def write_xlsx(self, name: str = "data.xlsx") -> Path:
        """One workbook with a sheet per table; numbers are numbers except in codes."""
        self.write_study()
        book = openpyxl.Workbook()
        book.remove(book.active)
        for table, rows in self.tables.items():
            sheet = book.create_sheet(table)
            for row in rows:
                sheet.append([row[0], *(_native(value) for value in row[1:])])
        book.save(self.folder / name)
        return self.folder


def _native(value: str) -> str | float | None:
    if value == "":
        return None
    try:
        return float(value)
    except ValueError:
        return value


@pytest.fixture
def cohort(tmp_path: Path) -> CohortBuilder:
    """A small valid cohort, not yet written."""
    return CohortBuilder(tmp_path)


@pytest.fixture
def make_cohort(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], CohortBuilder]:
    """For tests that need several cohorts: each call gives one in a folder of its own."""
    return lambda: CohortBuilder(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def only_finding() -> Callable[[Path], pd.Series]:
    """Read a cohort and return its single finding; fails when there are none or several."""

    def read(folder: Path) -> pd.Series:
        findings = read_cohort(folder).findings
        assert len(findings) == 1, findings[["rule_id", "file", "cell", "found", "why"]].to_string()
        return findings.fillna("").iloc[0]

    return read


@pytest.fixture
def read() -> Callable[[Path], CohortIntake]:
    return read_cohort
