"""Sheets with one block of cells per person: read with their true addresses, or recognised."""

from pathlib import Path

import openpyxl
import pytest

from pipeline.intake.cohort import read_cohort

STUDY = """\
title: Blocks per person
groups:
  case: {label: LBP}
  reference: {label: control}
holds: {ceiling_s: 30}
"""
PARTICIPANTS = """\
  participants:
    file: lab.xlsx
    sheet: SLS
    blocks: {begins_with: "Participant", cells: {participant_id: B1, group: D1}}
"""
HOLDS = """\
  hold_times:
    file: lab.xlsx
    sheet: SLS
    blocks: {begins_with: "Participant", cells: {participant_id: B1}, table: A3}
    columns: {trial: Trial}
    wide: {Left: {to: hold_time_s, leg: left}, Right: {to: hold_time_s, leg: right}}
    constants: {condition: eyes_open}
"""
TIMES = (12.31, 8.27, 15.44, 22.13, 19.86, 9.05)


def block(sheet, top: int, left: int, person: int) -> None:
    """Head in the first row, headings in the third, two trials below."""
    group = "LBP" if person < 3 else "control"
    for j, value in enumerate(("Participant:", f"P0{person + 1}", "Group:", group)):
        sheet.cell(top, left + j, value)
    for j, value in enumerate(("Trial", "Left", "Right")):
        sheet.cell(top + 2, left + j, value)
    for trial in (1, 2):
        sheet.cell(top + 2 + trial, left, trial)
        sheet.cell(top + 2 + trial, left + 1, TIMES[person] + trial / 4)
        sheet.cell(top + 2 + trial, left + 2, TIMES[person] - trial / 4)


class Lab:
    """Six blocks, under each other or two side by side, before the workbook is saved."""

    def __init__(self, folder: Path, *, per_row: int = 1) -> None:
        self.folder = folder
        self.book = openpyxl.Workbook()
        self.sheet = self.book.active
        self.sheet.title = "SLS"
        for person in range(6):
            block(self.sheet, 1 + 6 * (person // per_row), 1 + 5 * (person % per_row), person)

    def put(self, cell: str, value) -> None:
        self.sheet[cell].value = value

    def read(self, tables: str = PARTICIPANTS + HOLDS):
        self.book.save(self.folder / "lab.xlsx")
        (self.folder / "study.yaml").write_text(STUDY + "tables:\n" + tables)
        return read_cohort(self.folder)


@pytest.fixture
def lab(tmp_path) -> Lab:
    return Lab(tmp_path)


def rows_of(read, table: str, *columns: str) -> list[tuple]:
    assert not read.stopped, read.findings[["rule_id", "why"]].to_string()
    return [tuple(row) for row in read.tables[table][list(columns)].itertuples(index=False)]


def places(read) -> list[tuple[str, str]]:
    return [tuple(row) for row in read.findings[["rule_id", "cell"]].itertuples(index=False)]


@pytest.mark.parametrize("per_row", [1, 2, 3])
def test_blocks_under_and_beside_each_other_give_the_same_tables(tmp_path, per_row):
    read = Lab(tmp_path, per_row=per_row).read()
    assert places(read) == []
    assert rows_of(read, "participants", "participant_id", "group") == [
        (f"P0{i + 1}", "LBP" if i < 3 else "control") for i in range(6)
    ]
    holds = sorted(rows_of(read, "hold_times", "participant_id", "leg", "trial", "hold_time_s"))
    assert len(holds) == 24
    assert holds[:4] == [
        ("P01", "left", 1, 12.56),
        ("P01", "left", 2, 12.81),
        ("P01", "right", 1, 12.06),
        ("P01", "right", 2, 11.81),
    ]


def test_a_bad_cell_in_the_third_block_is_named_where_it_stands(lab):
    lab.put("C17", "twelve")
    finding = lab.read().findings.iloc[0]
    assert (finding["rule_id"], finding["cell"], finding["column"]) == ("CELL-01", "C17", "Right")
    assert finding["participant_id"] == "P03"


def test_a_bad_head_cell_is_one_finding_however_many_rows_it_serves(lab):
    lab.put("B13", None)
    read = lab.read(PARTICIPANTS + HOLDS)
    assert set(places(read)) == {("CELL-04", "B13")}
    by_table = read.findings.groupby("table").size()
    assert by_table.max() == 1


def test_label_and_value_may_share_a_cell(lab):
    for person in range(6):
        row = 1 + 6 * person
        group = "LBP" if person < 3 else "control"
        lab.put(f"A{row}", f"Participant: P0{person + 1} | Group: {group}")
        for column in "BCD":
            lab.sheet[f"{column}{row}"].value = None
    head = 'participant_id: {cell: A1, after: "Participant:", before: "|"}'
    people = PARTICIPANTS.replace("participant_id: B1", head).replace(
        "group: D1", '{}: {{cell: A1, after: "Group:"}}'.format("group")
    )
    read = lab.read(people + HOLDS.replace("participant_id: B1", head))
    assert places(read) == []
    assert rows_of(read, "participants", "participant_id", "group")[3] == ("P04", "control")


def test_a_missing_label_is_named_at_its_cell(lab):
    head = 'participant_id: {cell: A1, after: "Participant:"}'
    for row in range(1, 32, 6):
        lab.put(f"A{row}", f"Participant: P{row}")
    lab.put("A7", "Participant P07")
    read = lab.read(PARTICIPANTS + HOLDS.replace("participant_id: B1", head))
    assert places(read) == [("BLOCK-02", "A7")]


@pytest.mark.parametrize(
    ("cell", "value", "found_at"),
    [("C9", "Links", "C9"), ("C9", None, "A9"), ("D9", "Both", "D9")],
)
def test_a_block_with_other_headings_stops_the_table(lab, cell, value, found_at):
    lab.sheet[cell].value = value
    if cell == "C9" and value is None:
        lab.sheet["C10"].value = lab.sheet["C11"].value = None
    assert places(lab.read()) == [("BLOCK-02", found_at)]


def test_a_block_without_rows_stops_the_table(lab):
    for cell in ("A10", "B10", "C10", "A11", "B11", "C11"):
        lab.sheet[cell].value = None
    assert places(lab.read()) == [("BLOCK-02", "A9")]


def test_columns_in_another_order_are_read_by_their_heading(lab):
    lab.put("B9", "Right")
    lab.put("C9", "Left")
    read = lab.read()
    assert places(read) == []
    holds = rows_of(read, "hold_times", "participant_id", "leg", "trial", "hold_time_s")
    assert ("P02", "right", 1, TIMES[1] + 0.25) in holds


def test_no_block_at_all_is_said(lab):
    read = lab.read(PARTICIPANTS.replace('"Participant"', '"Subject"'))
    assert "BLOCK-02" in set(read.findings["rule_id"])
    assert (
        'begins with "Subject"'
        in read.findings.loc[read.findings["rule_id"] == "BLOCK-02", "why"].iloc[0]
    )


def test_nothing_declared_shows_the_declaration_that_works(lab):
    plain = (
        "  participants: {file: lab.xlsx, sheet: SLS}\n  hold_times: {file: lab.xlsx, sheet: SLS}\n"
    )
    read = lab.read(plain)
    assert places(read) == [("BLOCK-01", "A1")]
    parts = read.findings["fix"].iloc[0].split("`")
    assert parts[3] == (
        'participants: {file: lab.xlsx, sheet: SLS, blocks: {begins_with: "Participant:", '
        "cells: {participant_id: B1, group: D1}}}"
    )
    assert parts[5] == (
        'hold_times: {file: lab.xlsx, sheet: SLS, blocks: {begins_with: "Participant:", '
        "cells: {participant_id: B1}, table: A3}}"
    )
    rest = HOLDS.partition("    columns:")
    mapped = "columns:" + rest[2].rstrip().replace("\n    ", ", ")
    again = lab.read(f"  {parts[3]}\n  {parts[5][:-1]}, {mapped}}}\n")
    assert places(again) == []


def test_a_label_that_names_a_person_stops_and_is_not_echoed(lab):
    lab.put("E7", "Name: Ada Example")
    read = lab.read()
    assert set(places(read)) == {("COL-05", "E7")}
    assert "Ada" not in read.findings.to_string()


def test_a_csv_file_may_be_laid_out_in_blocks(tmp_path):
    lines: list[str] = []
    for person in range(6):
        group = "LBP" if person < 3 else "control"
        lines += [f"Participant:;P0{person + 1};Group:;{group}", "", "Trial;Left;Right"]
        lines += [f"{t};{TIMES[person] + t / 4};{TIMES[person] - t / 4}" for t in (1, 2)]
        lines.append("")
    lines[21] = lines[21].replace(";", ";x", 1)
    (tmp_path / "lab.csv").write_text("\n".join(lines))
    tables = (PARTICIPANTS + HOLDS).replace("lab.xlsx", "lab.csv").replace("    sheet: SLS\n", "")
    (tmp_path / "study.yaml").write_text(STUDY + "tables:\n" + tables)
    read = read_cohort(tmp_path)
    assert [rule for rule, _ in places(read)] == ["CELL-01", "FILE-04"]
    assert places(read)[0] == ("CELL-01", "B22")
    assert "semicolons" in read.findings["why"].iloc[1]
    assert len(read.tables["hold_times"]) == 23


def test_merged_heads_are_read_and_hidden_rows_are_said(lab):
    for row in range(1, 32, 6):
        lab.sheet.merge_cells(f"B{row}:C{row}")
    lab.sheet.row_dimensions[4].hidden = True
    read = lab.read()
    assert [rule for rule, _ in places(read)] == ["SHEET-02"]
    assert len(read.tables["hold_times"]) == 24


def test_merged_heads_do_not_hide_that_it_is_a_sheet_in_blocks(lab):
    for row in range(1, 32, 6):
        lab.sheet.merge_cells(f"B{row}:C{row}")
    plain = (
        "  participants: {file: lab.xlsx, sheet: SLS}\n  hold_times: {file: lab.xlsx, sheet: SLS}\n"
    )
    assert set(places(lab.read(plain))) == {("BLOCK-01", "A1")}


def test_formula_errors_and_units_in_a_block_are_named_where_they_stand(lab):
    lab.put("B10", "=1/0")
    lab.put("C22", "12.3 s")
    read = lab.read()
    assert sorted(places(read)) == [("CELL-01", "C22"), ("CELL-07", "B10")]


def test_blocks_and_redcap_cannot_stand_together(lab):
    both = PARTICIPANTS.replace("blocks:", "redcap: {form: people}\n    blocks:")
    finding = lab.read(both).findings.iloc[0]
    assert finding["rule_id"] == "STUDY-01"
    assert "cannot stand together" in finding["why"]


@pytest.mark.parametrize("label", ["Particpant:", "Patient:", "Subject"])
@pytest.mark.parametrize("per_row", [1, 2])
def test_a_block_without_its_label_stops_once_and_hands_no_trial_to_the_person_above(
    tmp_path, label, per_row
):
    lab = Lab(tmp_path, per_row=per_row)
    row = 1 + 6 * (4 // per_row)
    lab.put(f"A{row}", label)
    read = lab.read()
    assert places(read) == [("BLOCK-02", f"A{row}")]
    assert read.stopped


def test_headings_that_stand_again_stop_where_the_label_is_no_label_at_all(lab):
    lab.put("A19", "xyz")
    assert places(lab.read()) == [("BLOCK-02", "A21")]


def test_headings_twice_beside_each_other_stop_the_block(tmp_path):
    lab = Lab(tmp_path, per_row=2)
    for row in (1, 7, 13):
        lab.put(f"F{row}", "xyz")
    read = lab.read()
    assert set(places(read)) == {("BLOCK-02", f"F{row + 2}") for row in (1, 7, 13)}


def test_a_second_label_of_a_person_that_all_blocks_have_is_layout(lab):
    for row in range(1, 32, 6):
        lab.put(f"A{row + 1}", "ID:")
        lab.put(f"B{row + 1}", f"S{row}")
    assert places(lab.read()) == []


AGED = PARTICIPANTS.replace("group: D1", "group: D1, age_years: B2")


def with_age(lab: Lab) -> None:
    """Age in the second row of every block."""
    for person in range(6):
        lab.put(f"A{2 + 6 * person}", "Age:")
        lab.put(f"B{2 + 6 * person}", 30 + person)


@pytest.mark.parametrize("there", [("Shoe:", 27), (None, None), ("Remark", "tired")])
def test_another_label_beside_a_head_cell_stops_at_that_block(lab, there):
    with_age(lab)
    lab.put("A14", there[0])
    lab.put("B14", there[1])
    read = lab.read(AGED + HOLDS)
    assert places(read) == [("BLOCK-02", "A14")]
    assert "age_years would be read from another line" in read.findings["why"].iloc[0]


def test_usual_labels_are_read_whatever_their_case_and_marks(lab):
    with_age(lab)
    lab.put("A14", "age")
    read = lab.read(AGED + HOLDS)
    assert places(read) == []
    assert read.tables["participants"]["age_years"].tolist() == [30, 31, 32, 33, 34, 35]


def test_a_head_cell_that_lacks_its_own_label_is_not_taken_for_an_empty_one(lab):
    for person in range(6):
        lab.put(f"A{2 + 6 * person}", f"Age: {30 + person}")
    lab.put("A14", None)
    aged = AGED.replace("age_years: B2", 'age_years: {cell: A2, after: "Age:"}')
    assert places(lab.read(aged + HOLDS)) == [("BLOCK-02", "A14")]


def test_values_beside_a_head_cell_are_no_labels(lab):
    people = PARTICIPANTS.replace("group: D1", "group: D1, sex: E1")
    for person in range(6):
        lab.put(f"C{1 + 6 * person}", "LBP" if person < 4 else "control")
        lab.put(f"E{1 + 6 * person}", "female")
    assert places(lab.read(people + HOLDS)) == []


def test_a_folder_with_nothing_but_blocks_is_one_finding(lab):
    lab.book.save(lab.folder / "forms.xlsx")
    (lab.folder / "study.yaml").write_text(STUDY)
    read = read_cohort(lab.folder)
    assert places(read) == [("BLOCK-01", "A1")]
    fix = read.findings["fix"].iloc[0]
    assert "`participants: {file: forms.xlsx" in fix
    assert "`hold_times: {file: forms.xlsx" in fix


def test_a_plain_file_with_words_such_as_patient_is_not_taken_for_blocks(tmp_path):
    words = ["patient", "healthy", "healthy", "healthy"] * 2
    rows = "".join(f"X{i},{word}\n" for i, word in enumerate(words))
    (tmp_path / "list.csv").write_text("code,kind\n" + rows)
    (tmp_path / "study.yaml").write_text(STUDY)
    assert set(read_cohort(tmp_path).findings["rule_id"]) == {"FILE-01"}
