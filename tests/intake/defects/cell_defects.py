"""Defects that the rules of schemas.rules.cell_rules have to find."""

import random
from collections.abc import Callable, Sequence
from typing import Any

from defects.defect import CSV, XLSX, Defect, Planted
from defects.lab import Lab, Row, csv_bytes
from defects.shown import shown

TIMES = ("hold_times", "hold_time_s")
MEASURES = (
    TIMES,
    ("participants", "vas_mm"),
    ("participants", "age_years"),
    ("strength", "abd_strength_n_kg"),
    ("activation", "gmed_pct_mvic"),
)


def _typed(
    values: Sequence[Any], places: Sequence[tuple[str, str]] = MEASURES
) -> Callable[[Lab, random.Random], Planted]:
    """One of the values in one cell of one of the columns."""

    def plant(lab: Lab, draw: random.Random) -> Planted:
        table, column = draw.choice(places)
        row = lab.any_row(table, draw)
        if column == "hold_time_s":
            lab.put(table, "ended_by", row, "foot_touch")
        return Planted(table, lab.put(table, column, row, draw.choice(values)))

    return plant


def _empty_key(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(("hold_times", "strength", "activation"))
    return Planted(table, lab.put(table, "leg", lab.any_row(table, draw), None))


def _formula(lab: Lab, draw: random.Random) -> Planted:
    table, column = draw.choice((TIMES, ("strength", "abd_strength_n_kg")))
    row = lab.any_row(table, draw)
    return Planted(table, lab.put(table, column, row, draw.choice(("#DIV/0!", "#REF!"))))


def _date_cell(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("hold_times", draw)
    cell = lab.cell("hold_times", "hold_time_s", row)
    number_format = draw.choice(("dd.mm.yyyy", "d mmm", "hh:mm:ss"))
    serial = 0.5 if "h" in number_format else draw.randrange(45000, 46000)

    def edit(book: Any) -> None:
        book["hold_times"][cell] = serial
        book["hold_times"][cell].number_format = number_format

    lab.decorate.append(edit)
    return Planted("hold_times", cell)


def _percent_format(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("activation", draw)
    cell = lab.cell("activation", "gmed_pct_mvic", row)

    def edit(book: Any) -> None:
        book["activation"][cell] = draw.choice((0.45, 0.3))
        book["activation"][cell].number_format = "0%"

    lab.decorate.append(edit)
    return Planted("activation", cell)


def _many(rows: Sequence[int], column: str) -> str:
    return shown(column, rows)


def _whole_column(
    lab: Lab, table: str, heading: str, change: Callable[[Any], Any], rows: Sequence[int]
) -> Planted:
    for row in rows:
        lab.put(table, heading, row, change(lab.get(table, heading, row)))
    return Planted(table, _many(rows, lab.cell(table, heading, 1).rstrip("1")))


def _with_unit(lab: Lab, draw: random.Random) -> Planted:
    unit = draw.choice((" s", "s", " sec"))
    rows = list(lab.rows("hold_times"))
    return _whole_column(lab, *TIMES, lambda value: f"{value}{unit}", rows)


def _fractions(lab: Lab, _: random.Random) -> Planted:
    rows = list(lab.rows("activation"))
    return _whole_column(lab, "activation", "gmed_pct_mvic", lambda v: round(v / 100, 3), rows)


def _one_fraction(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("activation", draw)
    value = round(lab.get("activation", "gmed_pct_mvic", row) / 100, 3)
    return Planted("activation", lab.put("activation", "gmed_pct_mvic", row, value))


def _half_fractions(lab: Lab, draw: random.Random) -> Planted:
    start = draw.randrange(2, 7)
    rows = list(range(start, start + 6))
    return _whole_column(lab, "activation", "gmed_pct_mvic", lambda v: round(v / 100, 3), rows)


def _milliseconds(lab: Lab, _: random.Random) -> Planted:
    rows = list(lab.rows("hold_times"))
    return _whole_column(lab, *TIMES, lambda seconds: round(seconds * 1000), rows)


def _timed_in(factor: float) -> Callable[[Lab, random.Random], Planted]:
    """All times in another unit, one of them 0."""

    def plant(lab: Lab, draw: random.Random) -> Planted:
        rows = list(lab.rows("hold_times"))
        planted = _whole_column(lab, *TIMES, lambda seconds: round(seconds * factor, 5), rows)
        lab.put(*TIMES, draw.choice(rows[:12]), 0)
        return planted

    return plant


def _fine_unit_in_doubt(lab: Lab, draw: random.Random) -> Planted:
    _whole_column(lab, *TIMES, lambda value: f"{value} s", list(lab.rows("hold_times")))
    file = "hold_times.csv"
    lab.study += f"tables:\n  hold_times: {{file: {file}, units: {{hold_time_s: in cells}}}}\n"
    row = lab.any_row("hold_times", draw)
    lab.put("hold_times", "ended_by", row, "hop")
    typed = draw.choice(("12.400 ms", "12,400 ms", "8.250 msec"))
    return Planted("hold_times", lab.put("hold_times", "hold_time_s", row, typed))


def _unit_missing(lab: Lab, draw: random.Random) -> Planted:
    _whole_column(lab, *TIMES, lambda value: f"{value} s", list(lab.rows("hold_times")))
    file = "hold_times.csv"
    lab.study += f"tables:\n  hold_times: {{file: {file}, units: {{hold_time_s: in cells}}}}\n"
    row = lab.any_row("hold_times", draw)
    lab.put("hold_times", "ended_by", row, "hop")
    typed = draw.choice(("12.4", "12.4 parsecs", "12.4 kg"))
    return Planted("hold_times", lab.put("hold_times", "hold_time_s", row, typed))


def _renamed(lab: Lab, codes: Callable[[int], str]) -> None:
    """Give every person another code in every table."""
    names = {f"P{i:02d}": codes(i) for i in range(1, 7)}
    for rows in lab.tables.values():
        place = rows[0].index("participant_id")
        for row in rows[1:]:
            row[place] = names[row[place]]


def _lost_zeros(lab: Lab, draw: random.Random) -> Planted:
    one = draw.randrange(1, 7)
    _renamed(lab, lambda i: f"{i}" if i == one else f"{i:03d}")
    return Planted("participants", f"A{one + 1}")


def _exponent(lab: Lab, draw: random.Random) -> Planted:
    one = draw.randrange(1, 7)
    _renamed(lab, lambda i: f"{i}E5" if i == one else f"{i}00000")
    return Planted("participants", f"A{one + 1}")


def _word_processor_minus(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("activation", draw)
    typed = draw.choice(("\u221245", "\u201345", "-\u00a045"))
    return Planted("activation", lab.put("activation", "onset_ms", row, typed))


def _garbled(lab: Lab, draw: random.Random) -> Planted:
    people = lab.tables["participants"]
    people[0].append("site")
    for row in people[1:]:
        row.append("Zürich")
    row = lab.any_row("participants", draw)
    typed = draw.choice(("ZÃ¼rich", "Orl\u00c3\u00a9ans", "Krak\u00c3\u00b3w"))
    return Planted("participants", lab.put("participants", "site", row, typed))


def _two_marks(lab: Lab, draw: random.Random) -> Planted:
    rows = lab.tables["strength"]
    point = draw.randrange(2, len(rows))
    for number, row in enumerate(rows[1:], start=2):
        if number != point:
            row[-1] = f"{row[-1]:.2f}".replace(".", ",")
    lab.files["strength.csv"] = csv_bytes(rows, ";")
    others = [number for number in range(2, len(rows) + 1) if number != point]
    cell = shown("D", others)
    return Planted("strength", cell, also=("FILE-04",))


def _empty_wide_cell(lab: Lab, draw: random.Random) -> Planted:
    wide: list[Row] = [["participant_id", "left", "right"]]
    for i in range(1, 7):
        wide.append([f"P{i:02d}", round(draw.uniform(5, 25), 2), round(draw.uniform(5, 25), 2)])
    draw.choice(wide[1:])[draw.choice((1, 2))] = None
    lab.tables["hold_times"] = wide
    lab.study += (
        "tables:\n  hold_times:\n    file: hold_times.csv\n    wide:\n"
        "      left: {to: hold_time_s, leg: left}\n      right: {to: hold_time_s, leg: right}\n"
    )
    return Planted("hold_times", "")


NOT_NUMBERS = {
    "a word": ("long", "fell", "?"),
    "a stopped test": (">60", "60+", "≥60", "> 60 s"),
    "no value": ("NR", "n/a", "ND", ".", "refused", "n.a."),
    "a clock time": ("0:12", "00:00:12"),
    "an exponent": ("1e2", "1E1"),
    "no end": ("inf", "1e400", "-inf"),
    "another alphabet": ("１２",),
    "a percent sign": ("45%", "45 %"),
}

CELL_DEFECTS: tuple[Defect, ...] = (
    *(Defect("CELL-01", name, _typed(texts)) for name, texts in NOT_NUMBERS.items()),
    Defect("CELL-01", "a unit in every cell", _with_unit),
    Defect("CELL-01", "a percent format", _percent_format, (XLSX,)),
    Defect(
        "CELL-02",
        "one decimal comma",
        _typed(("12,5", "8,25", "0,5"), (TIMES, ("activation", "gmed_pct_mvic"))),
    ),
    Defect("CELL-03", "below 0", _typed((-3, -0.5))),
    Defect("CELL-03", "above the scale", _typed((101, 145), (("participants", "odi_pct"),))),
    Defect("CELL-04", "no leg", _empty_key),
    Defect(
        "CELL-05", "an unknown word", _typed(("fell", "foot_tuch"), (("hold_times", "ended_by"),))
    ),
    Defect("CELL-05", "an unknown sex", _typed(("woman", "w"), (("participants", "sex"),))),
    Defect("CELL-06", "a child", _typed((12, 9), (("participants", "age_years"),))),
    Defect("CELL-07", "an Excel error", _formula, (XLSX,)),
    Defect("CELL-08", "a cell turned into a date or a time", _date_cell, (XLSX,)),
    Defect("CELL-08", "a date as text", _typed(("12 Mar", "12.03.2026", "2026-03-12"))),
    Defect("CELL-09", "half a trial", _typed((1.5, 2.5), (("hold_times", "trial"),))),
    Defect("CELL-10", "a mark in doubt", _typed(("1,234", "1.234,5", "1'234", "1 234"))),
    Defect("CELL-11", "a cell without its unit", _unit_missing, (CSV,)),
    Defect("CELL-12", "an undeclared code", _typed((-99, -999, 999, -9), (TIMES,))),
    Defect("CELL-12", "an undeclared code of a score", _typed((-99, 999), MEASURES[1:])),
    Defect("CELL-06", "a hold in thousandths", _typed((0.012, 0.0082), (TIMES,))),
    Defect("CELL-10", "a fine unit in doubt", _fine_unit_in_doubt, (CSV,)),
    Defect("CELL-21", "all times in minutes", _timed_in(1 / 60)),
    Defect("CELL-21", "all times in thousandths", _timed_in(0.001)),
    Defect("CELL-13", "one time in milliseconds", _typed((12400, 8250, 1240), (TIMES,))),
    Defect("CELL-13", "all times in milliseconds", _milliseconds),
    Defect("CELL-14", "a column of fractions", _fractions),
    Defect("CELL-14", "one fraction", _one_fraction),
    Defect("CELL-15", "half a column of fractions", _half_fractions),
    Defect("CELL-16", "lost zeros", _lost_zeros),
    Defect("CELL-16", "a code like a number", _exponent),
    Defect("CELL-17", "a long minus", _word_processor_minus),
    Defect("CELL-18", "garbled letters", _garbled),
    Defect("CELL-19", "two decimal marks", _two_marks, (CSV,)),
    Defect("CELL-20", "an empty wide cell", _empty_wide_cell, (CSV,)),
)
