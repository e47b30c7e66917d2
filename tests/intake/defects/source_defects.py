"""Defects that the rules of schemas.rules.file_rules have to find."""

import json
import random
from typing import Any

from defects.defect import XLSX, Defect, Planted
from defects.lab import Lab, csv_bytes

BLOCK_ROWS = 6
"""Rows from one block to the next: head, blank, headings, two legs, blank."""


def _in_blocks(lab: Lab) -> None:
    """The strength sheet as one block of cells per person."""
    rows: list[list[Any]] = []
    for _, *pair in _by_person(lab.tables["strength"]):
        rows += [
            ["Participant:", pair[0][0], None],
            [None, None, None],
            ["Leg", "Trial", "Strength"],
            *([leg, trial, value] for _, leg, trial, value in pair),
            [None, None, None],
        ]
    lab.tables["strength"] = rows


def _by_person(rows: list[list[Any]]) -> list[list[Any]]:
    people: dict[str, list[Any]] = {}
    for row in rows[1:]:
        people.setdefault(row[0], [row[0]]).append(row)
    return list(people.values())


def _undeclared_blocks(lab: Lab, draw: random.Random) -> Planted:
    _in_blocks(lab)
    label = draw.choice(("Participant:", "Subject", "ID:", "Patient no."))
    for top in range(0, len(lab.tables["strength"]), BLOCK_ROWS):
        lab.tables["strength"][top][0] = label
    return Planted("strength", "A1")


def _declared_blocks(lab: Lab) -> None:
    _in_blocks(lab)
    lab.study += """\
tables:
  strength:
    file: cohort.xlsx
    sheet: strength
    blocks: {begins_with: Participant, cells: {participant_id: B1}, table: A3}
    columns: {leg: Leg, trial: Trial, abd_strength_n_kg: Strength}
"""


def _odd_block(lab: Lab, draw: random.Random) -> Planted:
    _declared_blocks(lab)
    top = BLOCK_ROWS * draw.randrange(1, 6)
    lab.tables["strength"][top + 2][2] = draw.choice(("Kraft", "Strength (N)", "Force"))
    return Planted("strength", f"C{top + 3}")


def _misspelt_block(lab: Lab, draw: random.Random) -> Planted:
    _declared_blocks(lab)
    top = BLOCK_ROWS * draw.randrange(1, 6)
    lab.tables["strength"][top][0] = draw.choice(("Particpant:", "Patricipant:", "Subject:", "ID"))
    return Planted("strength", f"A{top + 1}")


def _shifted_head(lab: Lab, draw: random.Random) -> Planted:
    _declared_blocks(lab)
    lab.study = lab.study.replace("{participant_id: B1}", "{participant_id: B1, visit: B2}")
    rows = lab.tables["strength"]
    for top in range(0, len(rows), BLOCK_ROWS):
        rows[top + 1][:2] = ["Visit:", "baseline"]
    top = BLOCK_ROWS * draw.randrange(1, 6)
    rows[top + 1][:2] = draw.choice((["Remark:", "tired"], [None, None]))
    return Planted("strength", f"A{top + 2}")


def _redcap_export(lab: Lab, redcap: str) -> list[list[Any]]:
    """Strength as a REDCap export with a repeating instrument; the caller writes the file."""
    rows: list[list[Any]] = [
        [
            "record_id",
            "redcap_event_name",
            "redcap_repeat_instrument",
            "redcap_repeat_instance",
            "leg",
            "abd_strength_n_kg",
            "strength_complete",
        ]
    ]
    for person, *pair in _by_person(lab.tables.pop("strength")):
        rows.append([person, "baseline_arm_1", None, None, None, None, 0])
        for instance, (_, leg, _, value) in enumerate(pair, start=1):
            rows.append([person, "baseline_arm_1", "strength", instance, leg, value, 2])
    lab.study += f"""\
tables:
  strength:
    file: export.csv
    redcap: {redcap}
    columns: {{participant_id: record_id}}
"""
    return rows


def _understood(lab: Lab, draw: random.Random) -> Planted:
    lab.files["export.csv"] = csv_bytes(_redcap_export(lab, "{form: strength}"))
    return Planted("", "", file="export.csv")


def _second_event(lab: Lab, draw: random.Random) -> Planted:
    rows = _redcap_export(lab, "{form: strength, events: {baseline_arm_1: baseline}}")
    row = draw.choice([i for i, row in enumerate(rows) if row[2] == "strength"])
    rows[row][1] = "month_6_arm_1"
    lab.files["export.csv"] = csv_bytes(rows)
    return Planted("", f"B{row + 1}", file="export.csv")


def _other_form(lab: Lab, draw: random.Random) -> Planted:
    form = draw.choice(("strenght", "hip_strength", "demographics"))
    lab.files["export.csv"] = csv_bytes(_redcap_export(lab, f"{{form: {form}}}"))
    return Planted("", "", file="export.csv")


def _marked_identifier(lab: Lab, draw: random.Random) -> Planted:
    rows = _redcap_export(lab, "{form: strength, dictionary: dictionary.csv}")
    name = draw.choice(("hospital", "insurer", "record_no_old"))
    for i, row in enumerate(rows):
        row.insert(4, name if i == 0 else "Q-4711")
    dictionary: list[list[Any]] = [
        ["Variable / Field Name", "Form Name", "Field Type", "Field Label", "Identifier?"],
        ["record_id", "strength", "text", "Record ID", None],
        [name, "strength", "text", "Where", "y"],
        ["leg", "strength", "text", "Leg", None],
        ["abd_strength_n_kg", "strength", "text", "Strength", None],
    ]
    lab.files |= {"export.csv": csv_bytes(rows), "dictionary.csv": csv_bytes(dictionary)}
    return Planted("", "E1", file="export.csv")


def _write_bids(lab: Lab, about: dict[str, Any]) -> None:
    rows = lab.tables.pop("participants")
    filled = [["n/a" if value is None else value for value in row] for row in rows]
    lab.files["participants.tsv"] = csv_bytes(filled, "\t")
    lab.files["participants.json"] = json.dumps(about).encode()


def _capped_age(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("participants", draw)
    cell = lab.put("participants", "age_years", row, draw.choice(("89+", "90 +")))
    _write_bids(lab, {"age_years": {"Units": "years"}})
    return Planted("", cell, file="participants.tsv", also=("EXPORT-01",))


def _odd_unit(lab: Lab, draw: random.Random) -> Planted:
    name = draw.choice(("height_cm", "mass_kg", "age_years"))
    _write_bids(lab, {name: {"Units": draw.choice(("mV", "furlong", "N"))}})
    return Planted("", "", file="participants.json")


SOURCE_DEFECTS: tuple[Defect, ...] = (
    Defect("BLOCK-01", "blocks per person", _undeclared_blocks),
    Defect("BLOCK-02", "another heading in a block", _odd_block, (XLSX,)),
    Defect("BLOCK-02", "a label that begins no block", _misspelt_block, (XLSX,)),
    Defect("BLOCK-02", "another label in a head", _shifted_head, (XLSX,)),
    Defect("REDCAP-01", "an event without a visit", _second_event),
    Defect("REDCAP-02", "a form that is not there", _other_form),
    Defect("REDCAP-03", "a field marked as identifier", _marked_identifier),
    Defect("EXPORT-01", "a REDCap export", _understood),
    Defect("BIDS-01", "a capped age", _capped_age),
    Defect("BIDS-02", "a unit that does not fit", _odd_unit),
)
