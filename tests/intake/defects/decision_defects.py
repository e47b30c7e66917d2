"""Defects that the rules of schemas.rules.study_rules have to find.

A decision is about a finding, so that most of these cohorts have a hold above the ceiling as well.
"""

import io
import random
from pathlib import Path

import openpyxl

from defects.defect import Defect, Planted
from defects.lab import Lab
from pipeline.intake.cohort import read_cohort

_ABOVE = "HOLD-01"
_HEADINGS = ["finding_id", "decision", "reason", "initials", "date"]


def _decided(
    lab: Lab, draw: random.Random, *lines: list[str], headings: list[str] | None = None
) -> None:
    """A hold above the ceiling, and decisions.csv; the word ID in a line stands for its finding."""
    row = lab.any_row("hold_times", draw)
    lab.put("hold_times", "ended_by", row, "foot_touch")
    lab.put("hold_times", "hold_time_s", row, 61.2)

    def write(folder: Path) -> None:
        findings = read_cohort(folder).findings
        found = findings.loc[findings["rule_id"] == _ABOVE, "finding_id"].iloc[0]
        rows = [headings or _HEADINGS, *lines]
        text = "\n".join(
            ",".join(found if cell == "ID" else cell for cell in line) for line in rows
        )
        (folder / "decisions.csv").write_text(text + "\n", encoding="utf-8")

    lab.after.append(write)


def _at(cell: str) -> Planted:
    return Planted("", cell, "decisions.csv", also=(_ABOVE,))


def _unsigned(lab: Lab, draw: random.Random) -> Planted:
    line = ["ID", "accept", "form lost", "AB", "2026-03-31"]
    place = draw.choice((1, 2, 3, 4))
    line[place] = ""
    _decided(lab, draw, line)
    return _at(f"{'ABCDE'[place]}2")


def _another_word(lab: Lab, draw: random.Random) -> Planted:
    word = draw.choice(("yes", "accepted", "exclude", "ok"))
    _decided(lab, draw, ["ID", word, "form lost", "AB", "2026-03-31"])
    return _at("B2")


def _unknown_id(lab: Lab, draw: random.Random) -> Planted:
    unknown = f"f{draw.randrange(16**10):010x}"
    lab.files["decisions.csv"] = (
        f"{','.join(_HEADINGS)}\n{unknown},accept,form lost,AB,2026-03-31\n".encode()
    )
    return Planted("", "A2", "decisions.csv")


def _not_corrected(lab: Lab, draw: random.Random) -> Planted:
    _decided(lab, draw, ["ID", "corrected", "typed again", "AB", "2026-03-31"])
    return _at("B2")


def _nothing_to_accept(lab: Lab, draw: random.Random) -> Planted:
    """accept on a remark: nothing is out that could stay out."""
    row = lab.any_row("participants", draw)
    lab.put("participants", "age_years", row, 97)

    def write(folder: Path) -> None:
        findings = read_cohort(folder).findings
        line = f"{findings['finding_id'].iloc[0]},accept,is 97,AB,2026-03-31"
        (folder / "decisions.csv").write_text(f"{','.join(_HEADINGS)}\n{line}\n")

    lab.after.append(write)
    return Planted("", "B2", "decisions.csv", also=("CELL-06",))


def _two_decisions(lab: Lab, draw: random.Random) -> Planted:
    _decided(
        lab,
        draw,
        ["ID", "keep", "clock ran on", "AB", "2026-03-31"],
        ["ID", "accept", "form lost", draw.choice(("AB", "CD")), "2026-04-02"],
    )
    return _at("B3")


def _sorted_file(lab: Lab, draw: random.Random) -> Planted:
    _decided(
        lab,
        draw,
        ["ID", "accept", "form lost", "CD", "2026-04-02"],
        ["ID", "keep", "clock ran on", "AB", "2026-03-31"],
    )
    return _at("B3")


def _unclear_date(lab: Lab, draw: random.Random) -> Planted:
    day = draw.choice(("03/04/2026", "31.02.2026", "March 2026", "31.03.26"))
    _decided(lab, draw, ["ID", "accept", "form lost", "AB", day])
    return _at("E2")


def _another_file(lab: Lab, draw: random.Random) -> Planted:
    name = draw.choice(("decisions.xlsx", "decisions (1).csv", "Decisions copy.csv"))
    book = openpyxl.Workbook()
    book.active.append(_HEADINGS)
    content = io.BytesIO()
    book.save(content)
    lab.files[name] = content.getvalue() if name.endswith("x") else b"finding_id,decision\n"
    return Planted("", "", name)


def _missing_column(lab: Lab, draw: random.Random) -> Planted:
    lost = draw.choice(_HEADINGS)
    headings = [heading for heading in _HEADINGS if heading != lost]
    lab.files["decisions.csv"] = (",".join(headings) + "\n").encode()
    return Planted("", "", "decisions.csv")


def _lopsided(lab: Lab, draw: random.Random) -> Planted:
    """Eight more cases than controls lose a hold; every lost hold is a finding of its own."""
    people, holds = lab.tables["participants"], lab.tables["hold_times"]
    for i in range(40):
        code = f"P{i + 101}"
        people.append([code, *people[1 if i < 20 else 4][1:]])
        for leg in ("left", "right"):
            time_s = 4.03 + (7.31 * i + 3.7 * (leg == "left")) % 22
            holds.append([code, leg, "eyes_open", 1, round(time_s, 2), "hop"])
    for i in draw.sample(range(20), 9):
        lab.put("hold_times", "hold_time_s", len(holds) - 80 + 2 * i + 1, 61.2 + i)
    return Planted("hold_times", "", also=(_ABOVE,))


DECISION_DEFECTS: tuple[Defect, ...] = (
    Defect("DEC-01", "an entry is missing", _unsigned),
    Defect("DEC-02", "another word", _another_word),
    Defect("DEC-03", "an id that nobody knows", _unknown_id),
    Defect("DEC-04", "said to be corrected", _not_corrected),
    Defect("DEC-05", "nothing to accept", _nothing_to_accept),
    Defect("DEC-06", "two people decided", _two_decisions),
    Defect("DEC-07", "the file was sorted", _sorted_file),
    Defect("DEC-08", "an unclear date", _unclear_date),
    Defect("DEC-09", "decisions in another file", _another_file),
    Defect("DEC-10", "a missing column", _missing_column),
    Defect("FLOW-01", "one group loses more", _lopsided),
)
