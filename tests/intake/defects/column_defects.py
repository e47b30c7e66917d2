"""Defects that the rules of schemas.rules.cell_rules have to find."""

import random
from typing import Any

from openpyxl.utils import get_column_letter

from defects.defect import Defect, Planted
from defects.lab import Lab
from defects.shown import shown

REQUIRED_COLUMNS = (
    ("participants", "participant_id"),
    ("participants", "group"),
    ("hold_times", "participant_id"),
    ("hold_times", "leg"),
    ("hold_times", "hold_time_s"),
    ("strength", "leg"),
    ("clinical_test", "sls_test"),
)
VALUES = (("strength", "abd_strength_n_kg"), ("activation", "gmed_pct_mvic"))
SWAPS = (
    ("hold_times", "leg", "hold_time_s"),
    ("hold_times", "ended_by", "trial"),
    ("hold_times", "leg", "condition"),
    ("participants", "sex", "age_years"),
    ("participants", "group", "sex"),
    ("clinical_test", "leg", "sls_test"),
)
UNKNOWN = ("shoe size", "weather", "file name", "mood (1-5)", "remark")
PERSONAL = (
    "Patient Name",
    "E-mail (private)",
    "Vorname",
    "Geburtsdatum",
    "Fallnummer",
    "date_naissance",
    "Apellidos",
    "Codice fiscale",
    "Geboortedatum",
    "Telemóvel",
    "Personnummer",
    "Fødselsdato",
    "MRN",
)


def _any_table(lab: Lab, draw: random.Random) -> str:
    return draw.choice(list(lab.tables))


def _add_column(lab: Lab, table: str, heading: str, values: list[Any]) -> str:
    """A column at the right end; answers the address of its heading."""
    for row, value in zip(lab.tables[table], [heading, *values], strict=True):
        row.append(value)
    return f"{get_column_letter(len(lab.tables[table][0]))}1"


def _drop_column(lab: Lab, table: str, heading: str) -> None:
    place = lab.column(table, heading)
    for row in lab.tables[table]:
        del row[place]


def _required_missing(lab: Lab, draw: random.Random) -> Planted:
    table, heading = draw.choice(REQUIRED_COLUMNS)
    _drop_column(lab, table, heading)
    return Planted(table, "")


def _required_misspelt(lab: Lab, draw: random.Random) -> Planted:
    table, heading = draw.choice(REQUIRED_COLUMNS)
    lab.tables[table][0][lab.column(table, heading)] = f"{heading}x"
    return Planted(table, "")


def _twice(lab: Lab, draw: random.Random) -> Planted:
    table = _any_table(lab, draw)
    heading = draw.choice(lab.tables[table][0])
    written = draw.choice((heading, heading.upper(), f" {heading}", heading.replace("_", " ")))
    values = [lab.get(table, heading, row) for row in lab.rows(table)]
    return Planted(table, _add_column(lab, table, written, values))


def _unknown(lab: Lab, draw: random.Random) -> Planted:
    table = _any_table(lab, draw)
    values = [draw.randint(1, 9) for _ in lab.rows(table)]
    return Planted(table, _add_column(lab, table, draw.choice(UNKNOWN), values))


def _declared_but_absent(lab: Lab, draw: random.Random) -> Planted:
    heading = "Zeit in Sekunden"
    lab.study += "tables:\n  strength:\n    file: strength.csv\n"
    lab.study += f"    columns: {{abd_strength_n_kg: {heading}}}\n"
    return Planted("strength", "")


def _personal_heading(lab: Lab, draw: random.Random) -> Planted:
    table = _any_table(lab, draw)
    values = ["Xx Yy" for _ in lab.rows(table)]
    return Planted(table, _add_column(lab, table, draw.choice(PERSONAL), values))


def _swapped(lab: Lab, draw: random.Random) -> Planted:
    table, one, other = draw.choice(SWAPS)
    places = sorted((lab.column(table, one), lab.column(table, other)))
    headings = lab.tables[table][0]
    headings[places[0]], headings[places[1]] = headings[places[1]], headings[places[0]]
    return Planted(table, f"{get_column_letter(places[0] + 1)}1")


def _personal_cells(lab: Lab, draw: random.Random, values: list[str]) -> Planted:
    table = _any_table(lab, draw)
    n = len(lab.tables[table]) - 1
    letter = _add_column(lab, table, "remark", (values * n)[:n]).rstrip("1")
    return Planted(table, shown(letter, range(2, n + 2)))


def _emails(lab: Lab, draw: random.Random) -> Planted:
    return _personal_cells(lab, draw, ["a.b@example.org", "c@clinic.example.com"])


def _phones(lab: Lab, draw: random.Random) -> Planted:
    return _personal_cells(lab, draw, ["+49 151 1234567", "0151 7654321", "(555) 123-4567"])


def _birth_dates(lab: Lab, draw: random.Random) -> Planted:
    return _personal_cells(lab, draw, ["1961-03-04", "12.05.1988", "1974-11-30"])


def _names(lab: Lab, draw: random.Random) -> Planted:
    return _personal_cells(lab, draw, ["Mustermann, Erika", "O'Neill, Shaun", "Öberg, Måns"])


def _one_email(lab: Lab, draw: random.Random) -> Planted:
    table, heading = draw.choice((("hold_times", "hold_time_s"), ("participants", "group")))
    row = lab.any_row(table, draw)
    return Planted(table, lab.put(table, heading, row, "someone@example.org"))


def _names_as_codes(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("participants", draw)
    code = lab.get("participants", "participant_id", row)
    name = "Mustermann, Erika"
    for table in lab.tables:
        for i in lab.rows(table):
            if table == "participants" and lab.get(table, "participant_id", i) == code:
                lab.put(table, "participant_id", i, name)
    return Planted("participants", lab.cell("participants", "participant_id", row))


def _no_values(lab: Lab, draw: random.Random) -> Planted:
    _drop_column(lab, "strength", "abd_strength_n_kg")
    return Planted("strength", "")


def _no_heading(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(("hold_times", "strength"))
    rows = lab.tables[table]
    rows[0].append(None)
    for row in rows[1:]:
        row.append(round(draw.uniform(3, 25), 2))
    return Planted(table, f"{get_column_letter(len(rows[0]))}1")


COLUMN_DEFECTS: tuple[Defect, ...] = (
    Defect("COL-01", "a required column missing", _required_missing),
    Defect("COL-01", "a required column misspelt", _required_misspelt),
    Defect("COL-02", "a heading twice", _twice),
    Defect("COL-03", "an unknown column", _unknown),
    Defect("COL-04", "a declared heading absent", _declared_but_absent, ("csv",)),
    Defect("COL-05", "a heading that identifies", _personal_heading),
    Defect("COL-06", "swapped headings", _swapped),
    Defect("COL-07", "e-mail addresses", _emails),
    Defect("COL-07", "telephone numbers", _phones),
    Defect("COL-07", "birth dates", _birth_dates),
    Defect("COL-07", "names", _names),
    Defect("COL-07", "one e-mail address", _one_email),
    Defect("COL-07", "a name as a code", _names_as_codes),
    Defect("COL-08", "numbers under no heading", _no_heading, ("xlsx",)),
    Defect("TABLE-01", "no values", _no_values),
)
