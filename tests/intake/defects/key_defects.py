"""Defects that the rules of schemas.rules.key_rules have to find."""

import random
from collections.abc import Callable

from defects.defect import Defect, Planted
from defects.lab import Lab
from defects.shown import shown

STRANGERS = ("X77", "P001", "pilot 3", "0815")
TABLES = ("hold_times", "strength", "activation", "clinical_test")
MEASUREMENTS = TABLES  # all of them have a leg

Plant = Callable[[Lab, random.Random], Planted]


def cells(lab: Lab, table: str, heading: str, rows: list[int]) -> str:
    """The address of one cell, or of the run of cells as a finding names it."""
    return shown(lab.cell(table, heading, 1).rstrip("1"), rows)


def rows_of(lab: Lab, table: str, code: str) -> list[int]:
    """Rows of a person."""
    return [row for row in lab.rows(table) if lab.get(table, "participant_id", row) == code]


def any_person(lab: Lab, draw: random.Random) -> str:
    """A code of the participants table."""
    return str(lab.get("participants", "participant_id", lab.any_row("participants", draw)))


def remove_column(lab: Lab, table: str, heading: str) -> None:
    """Take a column out of a table."""
    place = lab.column(table, heading)
    for row in lab.tables[table]:
        del row[place]


def _insert_copy(lab: Lab, table: str, row: int, draw: random.Random) -> tuple[list[int], int]:
    """Copy a row to a random place; answers where the two stand, and the copy."""
    place = draw.randint(2, len(lab.tables[table]) + 1)
    lab.tables[table].insert(place - 1, list(lab.tables[table][row - 1]))
    return sorted((place, row + (place <= row))), place


def _measurement_twice(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    rows, copy = _insert_copy(lab, table, lab.any_row(table, draw), draw)
    if table == "hold_times" and draw.random() < 0.5:
        lab.put(table, "hold_time_s", copy, 11.17)
        lab.put(table, "ended_by", copy, "hop")
    return Planted(table, cells(lab, table, "participant_id", rows))


def _participant_twice(lab: Lab, draw: random.Random) -> Planted:
    rows, copy = _insert_copy(lab, "participants", lab.any_row("participants", draw), draw)
    code = lab.get("participants", "participant_id", copy)
    typed = draw.choice((code, code.lower(), f"{code} ", f" {code.lower()}"))
    lab.put("participants", "participant_id", copy, typed)
    return Planted("participants", cells(lab, "participants", "participant_id", rows))


def _stranger(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(TABLES)
    row = lab.any_row(table, draw)
    return Planted(table, lab.put(table, "participant_id", row, draw.choice(STRANGERS)))


def _one_code_mistyped_throughout(lab: Lab, draw: random.Random) -> Planted:
    code = any_person(lab, draw)
    rows = rows_of(lab, "hold_times", code)
    for row in rows:
        lab.put("hold_times", "participant_id", row, code.replace("P", "P-"))
    return Planted("hold_times", cells(lab, "hold_times", "participant_id", rows))


def _participant_forgotten(lab: Lab, draw: random.Random) -> Planted:
    code = any_person(lab, draw)
    lab.tables["participants"].pop(rows_of(lab, "participants", code)[0] - 1)
    rows = rows_of(lab, "hold_times", code)
    return Planted("hold_times", cells(lab, "hold_times", "participant_id", rows))


def _no_holds(lab: Lab, draw: random.Random) -> Planted:
    code = any_person(lab, draw)
    lab.tables["hold_times"] = [r for r in lab.tables["hold_times"] if r[0] != code]
    row = rows_of(lab, "participants", code)[0]
    return Planted("participants", lab.cell("participants", "participant_id", row))


def _no_trial_column(lab: Lab, draw: random.Random) -> Planted:
    remove_column(lab, "hold_times", "trial")
    rows = list(lab.rows("hold_times"))
    return Planted("hold_times", cells(lab, "hold_times", "participant_id", rows))


def _trials_not_numbered(lab: Lab, draw: random.Random) -> Planted:
    code, leg = any_person(lab, draw), draw.choice(("left", "right"))
    rows = [r for r in rows_of(lab, "hold_times", code) if lab.get("hold_times", "leg", r) == leg]
    for row in rows:
        lab.put("hold_times", "trial", row, None)
    return Planted("hold_times", cells(lab, "hold_times", "trial", rows))


def _in_both_groups(lab: Lab, draw: random.Random) -> Planted:
    case, control = draw.choice((2, 3, 4)), draw.choice((5, 6, 7))
    kept, copied = draw.sample((case, control), 2)
    rows, copy = _insert_copy(lab, "participants", copied, draw)
    kept += copy <= kept
    code = lab.get("participants", "participant_id", kept)
    lab.put("participants", "participant_id", copy, draw.choice((code, code.lower())))
    rows = sorted((kept, copy))
    return Planted("participants", cells(lab, "participants", "group", rows))


def _group_typed_as(words: tuple[str | int, ...]) -> Plant:
    def plant(lab: Lab, draw: random.Random) -> Planted:
        row = lab.any_row("participants", draw)
        return Planted("participants", lab.put("participants", "group", row, draw.choice(words)))

    return plant


def _group_missing(lab: Lab, draw: random.Random) -> Planted:
    gone = draw.choice(("LBP", "control"))
    codes = {row[0] for row in lab.tables["participants"][1:] if row[1] == gone}
    for name, rows in lab.tables.items():
        lab.tables[name] = [row for row in rows if row[0] not in codes]
    return Planted("participants", "")


def _no_group_known(lab: Lab, draw: random.Random) -> Planted:
    words = draw.choice((("arm A", "arm B"), ("yes", "no"), ("?", "x")))
    for row in lab.rows("participants"):
        is_case = lab.get("participants", "group", row) == "LBP"
        lab.put("participants", "group", row, words[0 if is_case else 1])
    return Planted("participants", "", also=("GROUP-01",))


def _groups_as_numbers(lab: Lab, draw: random.Random) -> Planted:
    case, control = draw.choice(((1, 0), (0, 1), (1, 2), (2, 1)))
    rows = list(lab.rows("participants"))
    for row in rows:
        is_case = lab.get("participants", "group", row) == "LBP"
        lab.put("participants", "group", row, case if is_case else control)
    return Planted("participants", cells(lab, "participants", "group", rows))


def _by_dominance(lab: Lab, table: str, words: tuple[str, str]) -> None:
    """Write all legs of a table as dominant (first word) and non-dominant."""
    dominant = {row[0]: row[lab.column("participants", "dominant_leg")] for row in _people(lab)}
    for row in lab.rows(table):
        side = dominant[lab.get(table, "participant_id", row)]
        lab.put(table, "leg", row, words[lab.get(table, "leg", row) != side])


def _people(lab: Lab) -> list[list[object]]:
    return lab.tables["participants"][1:]


WORDS = (("dominant", "non-dominant"), ("Dominant", "Nondominant"), ("dom", "non dom"))


def _a_leg_by_dominance(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(MEASUREMENTS)
    row = lab.any_row(table, draw)
    word = draw.choice(draw.choice(WORDS))
    return Planted(table, lab.put(table, "leg", row, word))


def _all_legs_by_dominance(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(MEASUREMENTS)
    _by_dominance(lab, table, draw.choice(WORDS))
    return Planted(table, cells(lab, table, "leg", list(lab.rows(table))))


def _a_side_among_dominance(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(MEASUREMENTS)
    _by_dominance(lab, table, draw.choice(WORDS))
    lab.study += f"leg_coding: {{{table}: dominance}}\n"
    row = lab.any_row(table, draw)
    return Planted(table, lab.put(table, "leg", row, draw.choice(("left", "R", "rechts"))))


def _dominant_leg_not_known(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(MEASUREMENTS)
    _by_dominance(lab, table, draw.choice(WORDS))
    lab.study += f"leg_coding: {{{table}: dominance}}\n"
    code = any_person(lab, draw)
    lab.put("participants", "dominant_leg", rows_of(lab, "participants", code)[0], None)
    return Planted(table, cells(lab, table, "leg", rows_of(lab, table, code)))


def _date_in_another_order(lab: Lab, draw: random.Random) -> Planted:
    rows = [["participant_id", "date", "leg", "repetitions"]]
    rows += [[f"P{i + 1:02d}", f"2026-03-{10 + i}", "left", 8] for i in range(6)]
    lab.tables["training_log"] = rows
    row = lab.any_row("training_log", draw)
    typed = draw.choice(
        ("03/04/26", "31.03.2026", "2026-02-30", "2026-13-01", "1 March", "46000 d")
    )
    return Planted("training_log", lab.put("training_log", "date", row, typed))


def _summary_below(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice(("participants", "hold_times"))
    word = draw.choice(
        ("Mean", "MW", "SD", "Mittelwert", "MW LBP", "Mean control", "n = 6", "Total", "moyenne")
    )
    rows = lab.tables[table]
    likeness = list(draw.choice(rows[1:]))
    rows.append([word, *likeness[1:]])
    return Planted(table, lab.cell(table, "participant_id", len(rows)))


def _summaries_below(lab: Lab, draw: random.Random) -> Planted:
    rows = lab.tables["participants"]
    start = len(rows) + 1
    for words in (("Mean", "LBP"), ("SD", None), ("max", "control")):
        rows.append([*words, *(draw.choice((None, 1.5)) for _ in rows[0][2:])])
    return Planted(
        "participants", cells(lab, "participants", "participant_id", [start, start + 1, start + 2])
    )


def _zeros_lost_in_one_table(lab: Lab, _: random.Random) -> Planted:
    for name, rows in lab.tables.items():
        for row in rows[1:]:
            row[0] = row[0][1:].lstrip("0") if name == "participants" else f"0{row[0][1:]}"
    lab.tables = {name: lab.tables[name] for name in ("participants", "hold_times")}
    rows = list(lab.rows("hold_times"))
    return Planted("hold_times", cells(lab, "hold_times", "participant_id", rows))


def _a_second_visit(lab: Lab, draw: random.Random) -> Planted:
    rows = lab.tables["hold_times"]
    again = [list(row) for row in rows[1:]]
    draw.shuffle(again)
    rows += again
    every = list(lab.rows("hold_times"))
    return Planted("hold_times", cells(lab, "hold_times", "participant_id", every))


KEY_DEFECTS: tuple[Defect, ...] = (
    Defect("KEY-06", "a summary below the table", _summary_below),
    Defect("KEY-06", "summaries of everything", _summaries_below),
    Defect("KEY-02", "leading zeros lost in one table", _zeros_lost_in_one_table),
    Defect("KEY-04", "a second visit", _a_second_visit),
    Defect("KEY-01", "a row of measurements twice", _measurement_twice),
    Defect("KEY-01", "a participant twice", _participant_twice),
    Defect("KEY-02", "a code that nobody has", _stranger),
    Defect("KEY-02", "a code mistyped in all rows", _one_code_mistyped_throughout),
    Defect("KEY-02", "a participant forgotten", _participant_forgotten),
    Defect("KEY-03", "no holds", _no_holds),
    Defect("KEY-04", "no trial column", _no_trial_column),
    Defect("KEY-04", "trials not numbered", _trials_not_numbered),
    Defect("KEY-05", "a person in both groups", _in_both_groups),
    Defect(
        "GROUP-01",
        "a usual word that is not declared",
        _group_typed_as(("Kontrolle", "HC", "patient", "Ctrl", "healthy", "pain")),
    ),
    Defect("GROUP-01", "a typo", _group_typed_as(("contrl", "LPB", "Controll", "C", "?"))),
    Defect("GROUP-01", "a number", _group_typed_as((0, 1, 2))),
    Defect("GROUP-02", "a group without people", _group_missing),
    Defect("GROUP-03", "groups as numbers", _groups_as_numbers),
    Defect("GROUP-04", "no group is known", _no_group_known),
    Defect("LEG-01", "a leg by dominance", _a_leg_by_dominance),
    Defect("LEG-01", "all legs by dominance", _all_legs_by_dominance),
    Defect("LEG-02", "a side among dominance", _a_side_among_dominance),
    Defect("LEG-03", "dominant leg not known", _dominant_leg_not_known),
    Defect("DATE-01", "a date in another order", _date_in_another_order),
)
