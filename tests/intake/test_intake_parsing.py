"""Cells to values: limits belong to the range, and what is not plainly a number is not one."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.intake.cells.grid import Cells
from pipeline.intake.cells.parsing import NumberForm, parse_column
from pipeline.intake.cells.units import unit_factor
from schemas.balance_tables import HoldTimes
from schemas.columns import column_rules
from schemas.participants import Participants

PEOPLE = column_rules(Participants)
HOLDS = column_rules(HoldTimes)


def parse(rule, *typed: str, decimal: str = "."):
    cells = Cells.of_text(pd.Series(typed, dtype="str"), 1)
    parsed = parse_column(cells, rule, NumberForm(decimal), required=False)
    return parsed.column.tolist(), parsed.problems.tolist()


@pytest.mark.parametrize(
    ("rule", "inside", "outside"),
    [
        (PEOPLE["vas_mm"], ["0", "100"], ["-0.1", "100.1"]),
        (PEOPLE["pcs"], ["0", "52"], ["-0.1", "52.1"]),
        (HOLDS["trial"], ["1", "100"], ["0", "101"]),
        (HOLDS["ceiling_s"], ["0.1", "900"], ["0", "-0.1"]),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_the_limits_belong_to_the_range(rule, inside, outside):
    assert parse(rule, *inside) == ([float(v) for v in inside], ["", ""])
    assert parse(rule, *outside)[1] == ["CELL-03", "CELL-03"]


@pytest.mark.parametrize(
    ("typed", "decimal", "value", "problem"),
    [
        ("12.5", ".", 12.5, ""),
        (" 12.5 ", ".", 12.5, ""),
        (".5", ".", 0.5, ""),
        ("+5", ".", 5, ""),
        ("12,5", ",", 12.5, ""),
        ("12.5", ",", 12.5, ""),
        ("12,5", ".", None, "CELL-02"),
        ("1,234", ".", None, "CELL-10"),
        ("1.234,5", ".", None, "CELL-10"),
        ("1.234", ",", None, "CELL-10"),
        ("1.234,5", ",", None, "CELL-10"),
        ("1,234.5", ".", None, "CELL-10"),
        ("1 234", ".", None, "CELL-10"),
        ("1\u00a0234", ".", None, "CELL-10"),
        ("1'234", ".", None, "CELL-10"),
        ("12,345", ",", 12.345, ""),
        ("12.3.2026", ".", None, "CELL-08"),
        ("2026-03-12", ".", None, "CELL-08"),
        ("12. Mär", ".", None, "CELL-08"),
        ("12 Mar 2026", ",", None, "CELL-08"),
        ("\u221212.5", ".", None, "CELL-03"),
        ("\uff11\uff12", ".", None, "CELL-01"),
        ("1e400", ".", None, "CELL-01"),
        ("inf", ".", None, "CELL-01"),
        ("1_0", ".", None, "CELL-01"),
        ("0x1", ".", None, "CELL-01"),
        ("-", ".", None, "CELL-01"),
        (".", ".", None, "CELL-01"),
    ],
)
def test_what_a_number_looks_like(typed, decimal, value, problem):
    values, problems = parse(HOLDS["hold_time_s"], typed, decimal=decimal)
    assert problems == [problem]
    assert pd.isna(values[0]) if value is None else values == [value]


def test_an_empty_cell_is_missing_and_zero_is_not():
    values, problems = parse(HOLDS["hold_time_s"], "", "0")
    assert pd.isna(values[0])
    assert values[1] == 0
    assert problems == ["", ""]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 360_000), min_size=1, max_size=20))
def test_point_and_comma_files_give_the_same_numbers(hundredths):
    typed = [f"{n / 100:.2f}" for n in hundredths]
    comma = [text.replace(".", ",") for text in typed]
    expected = [n / 100 for n in hundredths]
    assert parse(HOLDS["hold_time_s"], *typed)[0] == expected
    assert parse(HOLDS["hold_time_s"], *comma, decimal=",")[0] == expected


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 3_600_000), min_size=1, max_size=20))
def test_milliseconds_with_their_unit_give_the_seconds(milliseconds):
    cells = Cells.of_text(pd.Series([str(n) for n in milliseconds], dtype="str"), 1)
    form = NumberForm(factor=0.001)
    parsed = parse_column(cells, HOLDS["hold_time_s"], form, required=False)
    assert parsed.column.tolist() == [n / 1000 for n in milliseconds]


def test_units_that_do_not_fit_have_no_factor():
    assert unit_factor("cm", "kg") is None
    assert unit_factor("", "s") is None
    assert unit_factor("mm", "CM") == 10
    assert unit_factor("s", "Sek.") == 1
    assert unit_factor("years", "J") == unit_factor("years", "años") == 1
    assert unit_factor("weeks", "Monate") is None
    assert unit_factor("µV", "μV") == 1
