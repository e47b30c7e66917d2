"""The same data typed in another way give the same analysis tables; findings keep their ids."""

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from defects import Lab
from defects.lab import csv_bytes

from pipeline.intake.cohort import CohortIntake, read_cohort
from schemas.tables import COHORT_TABLES

LEGGED = ("hold_times", "strength", "activation", "clinical_test")
SEEDS = range(3)


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> dict[str, pd.DataFrame]:
    """The analysis tables of the valid cohort, in the order of their keys."""
    return tables_of(read_cohort(Lab().write(tmp_path_factory.mktemp("plain"), "csv")))


def tables_of(read: CohortIntake) -> dict[str, pd.DataFrame]:
    assert not read.stopped, read.findings[["rule_id", "cell", "why"]].to_string()
    return {
        name: table.sort_values(list(COHORT_TABLES[name].key), ignore_index=True)
        for name, table in read.tables.items()
    }


def assert_same(left: dict[str, pd.DataFrame], right: dict[str, pd.DataFrame]) -> None:
    assert set(left) == set(right)
    for name, table in left.items():
        pd.testing.assert_frame_equal(table, right[name])


def every_cell(lab: Lab, table: str, heading: str, change: Callable[[object], object]) -> None:
    for row in lab.rows(table):
        lab.put(table, heading, row, change(lab.get(table, heading, row)))


def source(table: str, more: str) -> str:
    return f"tables: {{{table}: {{file: {table}.csv, {more}}}}}\n"


def shuffle(lab: Lab, draw: random.Random) -> None:
    for name, (heading, *rows) in lab.tables.items():
        lab.tables[name] = [heading, *draw.sample(rows, len(rows))]


def reorder_columns(lab: Lab, draw: random.Random) -> None:
    for name, rows in lab.tables.items():
        order = draw.sample(range(len(rows[0])), len(rows[0]))
        lab.tables[name] = [[row[i] for i in order] for row in rows]


def decimal_commas(lab: Lab, draw: random.Random) -> None:
    lab.study += 'decimal: ","\n'
    for name, rows in lab.tables.items():
        typed = [[str(v).replace(".", ",") if isinstance(v, float) else v for v in r] for r in rows]
        lab.files[f"{name}.csv"] = csv_bytes(typed, ";")


def tabs(lab: Lab, draw: random.Random) -> None:
    for name, rows in lab.tables.items():
        lab.files[f"{name}.csv"] = csv_bytes(rows, "\t")


def utf_16(lab: Lab, draw: random.Random) -> None:
    for name, rows in lab.tables.items():
        lab.files[f"{name}.csv"] = csv_bytes(rows).decode().encode("utf-16")


def short_legs(lab: Lab, draw: random.Random) -> None:
    for table in LEGGED:
        every_cell(
            lab, table, "leg", lambda leg: draw.choice((leg[0], leg[0].upper(), leg.upper()))
        )


def dominance(lab: Lab, draw: random.Random) -> None:
    dominant = {row[0]: row[7] for row in lab.tables["participants"][1:]}
    assert lab.tables["participants"][0][7] == "dominant_leg"
    words = (("dominant", "non-dominant"), ("Dom", "nondominant"), ("DOMINANT", "Non Dominant"))
    for table in LEGGED:
        for row in lab.rows(table):
            side = dominant[lab.get(table, "participant_id", row)]
            lab.put(table, "leg", row, draw.choice(words)[lab.get(table, "leg", row) != side])
    lab.study += "leg_coding: dominance\n"


def dominance_in_one_table(lab: Lab, draw: random.Random) -> None:
    others = {name: lab.tables[name] for name in LEGGED if name != "strength"}
    rows = {name: [list(row) for row in table] for name, table in others.items()}
    dominance(lab, draw)
    lab.tables |= rows
    lab.study = lab.study.replace("leg_coding: dominance", "leg_coding: {strength: dominance}")


def milliseconds(lab: Lab, draw: random.Random) -> None:
    every_cell(lab, "hold_times", "hold_time_s", lambda s: round(s * 1000))
    lab.study += source("hold_times", "units: {hold_time_s: ms}")


def centimetres_of_pain(lab: Lab, draw: random.Random) -> None:
    every_cell(lab, "participants", "vas_mm", lambda mm: mm / 10)
    lab.study += source("participants", "units: {vas_mm: cm}")


def metres(lab: Lab, draw: random.Random) -> None:
    every_cell(lab, "participants", "height_cm", lambda cm: round(cm / 100, 4))
    lab.study += source("participants", "units: {height_cm: m}")


def other_words(lab: Lab, draw: random.Random) -> None:
    words = {"LBP": ("CLBP", "clbp", " lbp "), "control": ("Control", "CONTROL ", "control")}
    every_cell(lab, "participants", "group", lambda group: draw.choice(words[group]))
    every_cell(lab, "participants", "sex", lambda sex: draw.choice((sex[0], sex.upper())))


def spaces_around(lab: Lab, draw: random.Random) -> None:
    for rows in lab.tables.values():
        for row in rows:
            row[:] = [f" {v} " if isinstance(v, str) else v for v in row]


def other_headings(lab: Lab, draw: random.Random) -> None:
    place = lab.column("hold_times", "hold_time_s")
    lab.tables["hold_times"][0][place] = "Time"
    lab.tables["strength"][0] = [h.replace("_", " ").title() for h in lab.tables["strength"][0]]
    lab.study += source("hold_times", "columns: {hold_time_s: Time}")


def one_column_per_leg(lab: Lab, draw: random.Random) -> None:
    rows = lab.tables["strength"][1:]
    force = {(row[0], row[1]): row[3] for row in rows}
    people = dict.fromkeys(row[0] for row in rows)
    wide = [
        ["participant_id", "L", "R"],
        *([p, force[p, "left"], force[p, "right"]] for p in people),
    ]
    lab.tables["strength"] = wide
    to = "to: abd_strength_n_kg"
    lab.study += source("strength", f"wide: {{L: {{{to}, leg: left}}, R: {{{to}, leg: right}}}}")


WAYS = {
    way.__name__: way
    for way in (
        *(shuffle, reorder_columns, decimal_commas, tabs, utf_16, short_legs, dominance),
        *(dominance_in_one_table, milliseconds, centimetres_of_pain, metres, other_words),
        *(spaces_around, other_headings, one_column_per_leg),
    )
}
SAYS_THAT_IT_READ_SO = {"FILE-04"}


@pytest.mark.parametrize("way", WAYS)
def test_another_way_to_type_the_data_gives_the_same_tables(way, plain, tmp_path):
    lab = Lab()
    WAYS[way](lab, random.Random(way))
    read = read_cohort(lab.write(tmp_path, "csv"))
    assert set(read.findings["rule_id"]) <= SAYS_THAT_IT_READ_SO
    assert_same(tables_of(read), plain)


def test_a_workbook_gives_the_tables_of_the_text_files(plain, tmp_path):
    read = read_cohort(Lab().write(tmp_path, "xlsx"))
    assert read.findings.empty
    assert_same(tables_of(read), plain)


@pytest.mark.parametrize("seed", SEEDS)
def test_several_ways_at_once_give_the_same_tables(seed, plain, tmp_path):
    draw, lab = random.Random(seed), Lab()
    for way in (dominance, other_words, shuffle, reorder_columns):
        way(lab, draw)
    assert_same(tables_of(read_cohort(lab.write(tmp_path, draw.choice(("csv", "xlsx"))))), plain)


@pytest.mark.parametrize("seed", SEEDS)
def test_other_codes_change_only_the_codes(seed, plain, tmp_path):
    draw, lab = random.Random(seed), Lab()
    codes = [f"P{i + 1:02d}" for i in range(6)]
    new = draw.sample(["A-1", "007", "1E5", "NA", "null", "Ö9", "x y", "P01"], 6)
    renamed = dict(zip(codes, new, strict=True))
    for table in lab.tables:
        every_cell(lab, table, "participant_id", lambda code: renamed[code])
    read = read_cohort(lab.write(tmp_path, draw.choice(("csv", "xlsx"))))
    back = {name: t.assign(participant_id=t["participant_id"].map(dict(zip(new, codes, strict=True))))
            for name, t in read.tables.items()}  # fmt: skip
    for name, table in back.items():
        table["participant_id"] = table["participant_id"].astype(
            plain[name]["participant_id"].dtype
        )
        ordered = table.sort_values(list(COHORT_TABLES[name].key), ignore_index=True)
        pd.testing.assert_frame_equal(ordered, plain[name])


def test_unknown_columns_change_nothing_but_a_note(plain, tmp_path):
    lab = Lab()
    for rows in lab.tables.values():
        for number, row in enumerate(rows):
            row.insert(1, "shoe colour" if number == 0 else f"blue {number}")
    read = read_cohort(lab.write(tmp_path, "csv"))
    assert set(read.findings["rule_id"]) == {"COL-03"}
    assert_same(tables_of(read), plain)


def put_mistakes(lab: Lab) -> None:
    lab.put("hold_times", "hold_time_s", 3, "much")
    lab.put("hold_times", "hold_time_s", 8, 61)
    lab.put("hold_times", "ended_by", 8, "hop")
    lab.put("hold_times", "leg", 12, None)
    lab.put("participants", "group", 4, "Kontrolle")
    lab.put("strength", "participant_id", 5, "X1")
    lab.tables["activation"].append(list(lab.tables["activation"][4]))


def ids_of(folder: Path) -> dict[str, str]:
    findings = read_cohort(folder).findings
    return dict(zip(findings["finding_id"], findings["rule_id"], strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_findings_keep_their_ids_when_rows_are_sorted_anew(seed, tmp_path):
    first, second = Lab(), Lab()
    for lab in (first, second):
        put_mistakes(lab)
    shuffle(second, random.Random(seed))
    before = ids_of(first.write(tmp_path / "first", "csv"))
    after = ids_of(second.write(tmp_path / "second", "csv"))
    assert len(before) >= 6
    # A leg that is empty leaves the row without a full key; its finding is known by its cell.
    assert {i: r for i, r in before.items() if r != "CELL-04"} == {
        i: r for i, r in after.items() if r != "CELL-04"
    }


def test_swapped_group_labels_swap_the_groups_and_nothing_else(plain, tmp_path):
    lab = Lab()
    lab.study = lab.study.replace("label: LBP", "label: tmp").replace(
        "label: control", "label: LBP"
    )
    lab.study = lab.study.replace("label: tmp", "label: control").replace("spellings: [CLBP]", "")
    read = read_cohort(lab.write(tmp_path, "csv"))
    assert read.study is not None
    assert read.study.groups.labels == ("control", "LBP")
    assert_same(tables_of(read), plain)
