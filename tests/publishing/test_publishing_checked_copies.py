"""The marked copies: the lab's own file, the wrong cells and only these marked, nothing else changed."""

import io
import random
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from defects import DEFECTS, Lab
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.cell import range_boundaries

from pipeline.intake.cohort import read_cohort
from pipeline.intake.files.lab_files import file_stamps, lab_files
from pipeline.publishing.fix_list.checked_copies import checked_copies
from pipeline.publishing.fix_list.findings_history import Changes, compare
from pipeline.publishing.fix_list.fix_entries import FixEntry, fix_entries
from pipeline.publishing.fix_list.mark_cells import LOOKS
from pipeline.publishing.fix_list.write_checked_text_table import checked_text_table
from pipeline.publishing.fix_list.write_checked_workbook import NoCopy, checked_workbook
from schemas.lab_files import LabFile, LabFiles, TextTable
from schemas.study import Limits

FILLS = {look.fill for look in LOOKS.values()}
ENTRY = FixEntry(
    finding_id="f1",
    rule_id="CELL-01",
    severity="SET ASIDE",
    file="cohort.xlsx",
    sheet="hold_times",
    cell="E5",
    cells="E5",
    column="hold_time_s",
    participant_id="P01",
    found='"much"',
    why="hold_time_s has to be a number.",
    fix="Type the number from the paper form.",
    status="open",
)


def no_names(_headings):
    return []


def loaded(content: bytes) -> openpyxl.Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return openpyxl.load_workbook(io.BytesIO(content), rich_text=True)


def marked(sheet) -> set[str]:
    """Cells that carry a look: its fill and its frame."""
    return {
        cell.coordinate
        for row in sheet
        for cell in row
        if cell.fill.fgColor.rgb[-6:] in FILLS and cell.border.left.style is not None
    }


def named(cells: str) -> set[str]:
    found = set()
    for piece in cells.split():
        left, top, right, bottom = range_boundaries(piece)
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                found.add(f"{openpyxl.utils.get_column_letter(column)}{row}")
    return found


def seen(sheet, cell: str) -> str:
    """The cell that a person sees: of merged cells the first one."""
    return next(
        (span.start_cell.coordinate for span in sheet.merged_cells.ranges if cell in span), cell
    )


def copies_of(folder: Path, changes: Changes | None = None):
    """Findings of a cohort and the marked copies of its files."""
    findings = read_cohort(folder).findings
    made = checked_copies(fix_entries(findings, changes or Changes()), lab_files(folder, Limits()))
    return findings, made


def text_lab(rows: list[list[str]]) -> LabFiles:
    width = max(len(row) for row in rows)
    columns = tuple(pd.Series([row[j] for row in rows], dtype="str") for j in range(width))
    table = TextTable(0, (), np.arange(1, len(rows) + 1), columns)
    return LabFiles(lambda _name: LabFile(table=table), no_names)


def spoilt() -> Lab:
    """A cohort with mistakes of several rules."""
    lab = Lab()
    lab.put("hold_times", "hold_time_s", 3, "12,5")
    lab.put("hold_times", "hold_time_s", 5, "much")
    lab.put("hold_times", "leg", 4, "lefft")
    lab.put("participants", "age_years", 3, 180)
    for row in range(10, 18):
        lab.put("hold_times", "ended_by", row, "fell")
    return lab


BY_RULE = {defect.rule_id: defect for defect in DEFECTS}


@pytest.mark.parametrize(
    "rule_id",
    [
        pytest.param(rule_id, marks=[pytest.mark.slow] if place % 2 else [])
        for place, rule_id in enumerate(sorted(BY_RULE))
    ],
)
def test_exactly_the_cells_of_the_findings_are_marked(rule_id, tmp_path):
    defect = BY_RULE[rule_id]
    draw = random.Random(rule_id)
    form = draw.choice(defect.forms)
    lab = Lab()
    defect.plant(lab, draw)
    lab.leave_out_untouched_tables()
    findings, made = copies_of(lab.write(tmp_path, form))
    with_cells = findings[findings["cells"].notna()]
    settings = with_cells["file"].str.endswith((".yaml", ".yml"))
    files = set(with_cells.loc[~settings, "file"])
    assert made.copies.keys() | made.missing.keys() >= files
    for file, (_, content) in made.copies.items():
        book = loaded(content)
        fix_list, *sheets = book.worksheets
        of_file = with_cells[with_cells["file"] == file]
        for sheet in sheets:
            here = of_file
            if file.endswith(".xlsx"):
                here = of_file[of_file["sheet"] == sheet.title]
            wanted = {seen(sheet, c) for cells in here["cells"] for c in named(cells)}
            assert marked(sheet) == wanted
            assert all(sheet[cell].comment is not None for cell in wanted)
        texts = {str(cell.value) for row in fix_list for cell in row}
        assert set(findings.loc[findings["file"] == file, "finding_id"]) <= texts


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_every_link_leads_to_a_marked_cell(form, tmp_path):
    _, made = copies_of(spoilt().write(tmp_path, form))
    n_links = 0
    for _, content in made.copies.values():
        book = loaded(content)
        for cell in (cell for row in book.worksheets[0] for cell in row if cell.hyperlink):
            assert cell.hyperlink.target is None
            sheet, address = cell.hyperlink.location.rsplit("!", 1)
            assert address in marked(book[sheet.strip("'")])
            n_links += 1
    assert n_links == 5


def test_a_comment_says_what_why_how_and_the_rule(tmp_path):
    findings, made = copies_of(spoilt().write(tmp_path, "xlsx"))
    book = loaded(made.copies["cohort.xlsx"][1])
    row = findings.set_index("cell").loc["E5"]
    said = book["hold_times"]["E5"].comment.text
    for name in ("severity", "rule_id", "found", "why", "fix"):
        assert row[name] in said


def test_the_rest_of_the_workbook_is_as_it_was(tmp_path):
    def decorate(book):
        sheet = book["hold_times"]
        sheet["H1"] = "double"
        sheet["H2"] = "=E2*2"
        sheet["E6"].font = Font(bold=True, name="Arial")
        sheet["E6"].number_format = "0.00"
        sheet["F6"].fill = PatternFill("solid", fgColor="00FF00")
        sheet.freeze_panes = "A2"
        sheet.column_dimensions["A"].width = 33
        notes = book.create_sheet("our notes")
        notes["A1"] = "=SUM(hold_times!E2:E4)"
        notes["B2"] = "keep me"

    lab = spoilt()
    lab.decorate.append(decorate)
    folder = lab.write(tmp_path, "xlsx")
    _, made = copies_of(folder)
    before = openpyxl.load_workbook(folder / "cohort.xlsx")
    after = loaded(made.copies["cohort.xlsx"][1])
    assert after.sheetnames == ["FIX LIST", *before.sheetnames]
    assert after.active.title == "FIX LIST"
    for sheet in before.worksheets:
        same = after[sheet.title]
        for row in sheet:
            for cell in row:
                assert same[cell.coordinate].value == cell.value
                assert same[cell.coordinate].number_format == cell.number_format
                if cell.coordinate not in marked(same):
                    assert repr(same[cell.coordinate].fill) == repr(cell.fill)
                    assert repr(same[cell.coordinate].font) == repr(cell.font)
    assert after["hold_times"].freeze_panes == "A2"
    assert after["hold_times"].column_dimensions["A"].width == 33


def test_a_comment_of_the_lab_stays_and_ours_follows(tmp_path):
    lab = spoilt()
    lab.decorate.append(
        lambda book: setattr(book["hold_times"]["E5"], "comment", Comment("ask Ana", "Ben"))
    )
    _, made = copies_of(lab.write(tmp_path, "xlsx"))
    comment = loaded(made.copies["cohort.xlsx"][1])["hold_times"]["E5"].comment
    assert comment.text.startswith("ask Ana\n")
    assert "[CELL-01]" in comment.text
    assert comment.author == "Ben"


def test_two_findings_in_a_cell_show_the_worse_one_and_both_comments():
    content = _workbook({"hold_times": [["a"] * 5] * 6})
    note = replace(ENTRY, finding_id="f2", severity="NOTE", rule_id="COL-03")
    book = loaded(checked_workbook(content, "cohort.xlsx", [note, ENTRY], "", no_names))
    cell = book["hold_times"]["E5"]
    assert cell.fill.fgColor.rgb.endswith(LOOKS["SET ASIDE"].fill)
    assert cell.comment.text.index("CELL-01") < cell.comment.text.index("COL-03")


def test_severities_differ_by_more_than_colour():
    assert len({look.frame for look in LOOKS.values()}) == len(LOOKS)
    for look in LOOKS.values():
        channels = [int(look.fill[i : i + 2], 16) for i in (0, 2, 4)]
        assert min(channels) > 0xA0  # dark text stays readable on it


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_same_files_give_the_same_bytes(form, tmp_path):
    _, first = copies_of(spoilt().write(tmp_path / "a", form))
    _, again = copies_of(spoilt().write(tmp_path / "b", form))
    assert first.copies == again.copies
    _, twice = copies_of(tmp_path / "a")
    assert twice.copies == first.copies
    for _, content in first.copies.values():
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {member.date_time[0] for member in archive.infolist()} == {1980}
            assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_cohort_folder_is_not_touched(form, tmp_path):
    folder = spoilt().write(tmp_path, form)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    copies_of(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_cells_of_a_text_file_are_text_in_their_places(tmp_path):
    folder = spoilt().write(tmp_path, "csv")
    _, made = copies_of(folder)
    sheet = loaded(made.copies["hold_times.csv"][1])["hold_times"]
    lines = (folder / "hold_times.csv").read_text(encoding="utf-8").splitlines()
    assert sheet["E2"].value == lines[1].split(",")[4]
    assert {cell.data_type for row in sheet for cell in row if cell.value is not None} == {"s"}


FORMULAS = ('=HYPERLINK("http://example.org")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1")


@pytest.mark.parametrize("text", FORMULAS)
def test_nothing_that_is_written_becomes_a_formula(text, tmp_path):
    rows = [["participant_id", text], [text, "x"], ["P01", "much"]]
    entry = replace(
        ENTRY,
        file="t.csv",
        cell="B3",
        cells="B3",
        column=text,
        participant_id=text,
        found=text,
        why=text,
        fix=text,
        status=text,
    )
    made = checked_copies([entry], text_lab(rows))
    book = loaded(made.copies["t.csv"][1])
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    copied = [cell for cell in cells if text.strip() in str(cell.value)]
    assert len(copied) >= 7
    risky = [cell for cell in copied if cell.value[0] in "=+-@＝"]
    assert risky or text[0] == "\t"  # a tab is taken out, and a space starts no formula
    assert all(cell.quotePrefix for cell in risky)


@pytest.mark.parametrize(
    "name", ["=cmd().csv", "-x.csv", "a[b]:c?.csv", "'.csv", "x" * 90 + ".csv"]
)
def test_odd_file_names_make_valid_workbooks(name):
    made = checked_copies([replace(ENTRY, file=name, cells="A2")], text_lab([["h"], ["x"]]))
    copy_name, content = made.copies[name]
    assert not set('\\/:*?"<>|') & set(copy_name)
    assert marked(loaded(content).worksheets[1]) == {"A2"}


def test_two_files_of_one_name_get_two_copies():
    entries = [replace(ENTRY, file=name, cells="A2") for name in ("a.csv", "a.tsv", "A.CSV")]
    made = checked_copies(entries, text_lab([["h"], ["x"]]))
    names = [name.casefold() for name, _ in made.copies.values()]
    assert len(set(names)) == 3


def test_a_column_that_identifies_people_is_empty_in_the_copy(tmp_path):
    lab = Lab()
    lab.tables["participants"][0].append("Patient name")
    for number, row in enumerate(lab.tables["participants"][1:]):
        row.append(f"Muster{number}")

    def decorate(book):
        sheet = book["participants"]
        column = len(lab.tables["participants"][0])
        sheet.cell(3, column).comment = Comment("Muster's sister", "Ben")
        contacts = book.create_sheet("contacts")
        contacts.append(["code", "e-mail"])
        contacts.append(["P01", "muster@example.org"])
        contacts.append(["Name: Muster", "x"])
        contacts.append(["Name:", "Muster", "Erika Muster"])

    lab.decorate.append(decorate)
    for form in ("csv", "xlsx"):
        findings, made = copies_of(lab.write(tmp_path / form, form))
        assert "COL-05" in set(findings["rule_id"])
        for _, content in made.copies.values():
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                everything = b"".join(archive.read(name) for name in archive.namelist())
            assert b"uster" not in everything
            assert b"Patient name" in everything
        assert made.copies


def test_cells_that_identify_people_take_their_column_with_them():
    rows = [["participant_id", "remark"], ["P01", "Muster, Erika"], ["P02", "Muster, Max"]]
    entry = replace(
        ENTRY, rule_id="COL-07", file="t.csv", column="remark", cell="B2", cells="B2", found=""
    )
    book = loaded(checked_copies([entry], text_lab(rows)).copies["t.csv"][1])
    sheet = book.worksheets[1]
    assert [cell.value for cell in sheet["B"]] == ["remark", None, None]
    assert marked(sheet) == {"B2"}


def test_names_in_broken_rows_are_not_copied():
    rows = [["participant_id", "Name", "x"], ["P01", "Muster", "Erika"], ["P02", "5", ""]]
    heading = replace(ENTRY, rule_id="COL-05", severity="STOP", file="t.csv", cell="B1", cells="B1")
    broken = replace(ENTRY, rule_id="ROW-01", severity="STOP", file="t.csv", cell="row 2", cells="")
    made = checked_copies([heading, broken], text_lab(rows))
    assert made.copies == {}
    assert "identify people" in made.missing["t.csv"]


def test_hidden_rows_columns_and_sheets_with_marks_are_shown():
    def hide(book):
        book["people"].sheet_state = "hidden"
        book["unread"].sheet_state = "hidden"
        book["hold_times"].row_dimensions[5].hidden = True
        book["hold_times"].row_dimensions[6].hidden = True
        book["hold_times"].column_dimensions["E"].hidden = True
        book["hold_times"].column_dimensions["D"].hidden = True

    rows = [["a"] * 5] * 6
    content = _workbook({"hold_times": rows, "people": rows, "unread": rows}, hide)
    entries = [ENTRY, replace(ENTRY, sheet="people", finding_id="f2")]
    book = loaded(checked_workbook(content, "cohort.xlsx", entries, "", no_names))
    assert [sheet.sheet_state for sheet in book] == ["visible", "visible", "visible", "hidden"]
    sheet = book["hold_times"]
    assert [sheet.row_dimensions[row].hidden for row in (5, 6)] == [False, True]
    assert [sheet.column_dimensions[column].hidden for column in "ED"] == [False, True]
    assert "are shown in this copy" in _all_text(book.worksheets[0])


def test_of_merged_cells_the_visible_one_is_marked():
    content = _workbook(
        {"hold_times": [["a"] * 5] * 6}, lambda b: b["hold_times"].merge_cells("E4:E6")
    )
    book = loaded(checked_workbook(content, "cohort.xlsx", [ENTRY], "", no_names))
    assert marked(book["hold_times"]) == {"E4"}  # the cell that a person sees
    assert "[CELL-01]" in book["hold_times"]["E4"].comment.text


def test_a_sheet_of_the_labs_own_called_fix_list_stays():
    content = _workbook({"hold_times": [["a"] * 5] * 6, "fix list": [["ours"]]})
    book = loaded(checked_workbook(content, "cohort.xlsx", [ENTRY], "", no_names))
    assert book.sheetnames == ["FIX LIST 2", "hold_times", "fix list"]
    assert book["fix list"]["A1"].value == "ours"


def test_charts_are_left_out_and_that_is_said():
    def draw(book):
        chart = BarChart()
        chart.add_data(Reference(book["hold_times"], min_col=1, min_row=1, max_row=3))
        book["hold_times"].add_chart(chart, "H2")

    content = _workbook({"hold_times": [["a"] * 5] * 6}, draw)
    copied = checked_workbook(content, "cohort.xlsx", [ENTRY], "", no_names)
    with zipfile.ZipFile(io.BytesIO(copied)) as archive:
        assert not [name for name in archive.namelist() if "chart" in name]
    assert "Not in this copy, although your workbook has them: charts" in _all_text(
        loaded(copied).worksheets[0]
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a workbook", b"a,b\n1,2\n"])
def test_a_workbook_that_cannot_be_opened_gets_a_sentence(content):
    lab = LabFiles(lambda _name: LabFile(workbook=content), no_names)
    made = checked_copies([ENTRY], lab)
    assert made.copies == {}
    assert made.missing == {"cohort.xlsx": "The workbook cannot be carried into a copy."}


def test_a_file_that_changed_after_the_check_is_not_marked(tmp_path):
    folder = spoilt().write(tmp_path, "csv")
    stamps = file_stamps(folder)
    findings = read_cohort(folder).findings
    path = folder / "hold_times.csv"
    path.write_text("participant_id\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "participants.csv").unlink()
    made = checked_copies(fix_entries(findings, Changes()), lab_files(folder, Limits(), stamps))
    assert made.copies == {}
    assert "changed after it was checked" in made.missing["hold_times.csv"]
    assert "not in the cohort folder any more" in made.missing["participants.csv"]


def test_a_large_workbook_gets_no_copy(monkeypatch):
    content = _workbook({"hold_times": [["a"] * 5] * 6})
    monkeypatch.setattr("pipeline.publishing.fix_list.write_checked_workbook.MOST_ROWS", 5)
    with pytest.raises(NoCopy, match="more than 5 rows"):
        checked_workbook(content, "cohort.xlsx", [ENTRY], "", no_names)
    monkeypatch.setattr(
        "pipeline.publishing.fix_list.write_checked_workbook.LARGEST_COPY_BYTES", 100
    )
    with pytest.raises(NoCopy, match="no marked copy is made"):
        checked_workbook(content, "cohort.xlsx", [ENTRY], "", no_names)


@pytest.mark.parametrize("heading_row", [0, 1])
def test_of_a_large_text_table_only_rows_with_findings_are_shown_in_their_places(
    monkeypatch, heading_row
):
    monkeypatch.setattr("pipeline.publishing.fix_list.write_checked_text_table.MOST_ROWS", 100)
    first = 1 if heading_row == 0 else 2
    values = pd.Series([f"v{number}" for number in range(first, 301)], dtype="str")
    table = TextTable(heading_row, ("h",) if heading_row else (), np.arange(first, 301), (values,))
    entries = [replace(ENTRY, cells="A7"), replace(ENTRY, finding_id="f2", cells="A200:A202 A250")]
    book = loaded(checked_text_table(table, "big.csv", entries, "", no_names))
    sheet = book.worksheets[1]
    wanted = {"A7", "A200", "A201", "A202", "A250"}
    assert marked(sheet) == wanted
    filled = {cell.coordinate: cell.value for row in sheet for cell in row if cell.value}
    assert filled == {
        "A1": "h" if heading_row else "v1",
        **{cell: f"v{cell[1:]}" for cell in wanted},
    }
    assert sheet.sheet_format.zeroHeight
    assert "shows only the heading row and rows with findings" in _all_text(book.worksheets[0])


def test_of_very_many_rows_with_findings_some_of_each_are_shown(monkeypatch):
    monkeypatch.setattr("pipeline.publishing.fix_list.write_checked_text_table.MOST_ROWS", 100)
    monkeypatch.setattr("pipeline.publishing.fix_list.write_checked_text_table.MOST_SHOWN_ROWS", 3)
    monkeypatch.setattr(
        "pipeline.publishing.fix_list.write_checked_text_table.FIRST_ROWS_OF_A_FINDING", 1
    )
    values = pd.Series([f"v{number}" for number in range(2, 301)], dtype="str")
    table = TextTable(1, ("h",), np.arange(2, 301), (values,))
    late = replace(ENTRY, finding_id="f2", cells="A290")
    entries = [replace(ENTRY, cells="A5:A299"), late]
    book = loaded(checked_text_table(table, "big.csv", entries, "", no_names))
    assert marked(book.worksheets[1]) == {"A5", "A6", "A290"}
    assert len([c for row in book.worksheets[0] for c in row if c.hyperlink]) == 2
    assert "Only 3 of these rows are shown" in _all_text(book.worksheets[0])


def test_beyond_a_limit_cells_are_marked_without_a_comment(monkeypatch):
    monkeypatch.setattr("pipeline.publishing.fix_list.write_checked_workbook.MAXIMUM_COMMENTS", 2)
    content = _workbook({"hold_times": [["a"] * 5] * 6})
    entry = replace(ENTRY, cells="E2:E6")
    book = loaded(checked_workbook(content, "cohort.xlsx", [entry], "", no_names))
    sheet = book["hold_times"]
    assert marked(sheet) == {f"E{row}" for row in range(2, 7)}
    assert [row for row in range(2, 7) if sheet[f"E{row}"].comment] == [2, 3]
    assert "Only the first 2 marked cells have a comment" in _all_text(book.worksheets[0])


def test_the_sheet_says_what_is_new_and_what_was_fixed(tmp_path):
    folder = spoilt().write(tmp_path, "csv")
    findings = read_cohort(folder).findings
    before = compare(findings.iloc[:1], None, "2026-03-01")
    assert before.compared is False
    changes = compare(findings, (), "2026-04-01")
    entries = fix_entries(findings, changes)
    made = checked_copies(entries, lab_files(folder, Limits()), changes.sentence)
    text = _all_text(loaded(made.copies["hold_times.csv"][1]).worksheets[0])
    assert "0 fixed since last time, 5 new, 0 still there." in text
    assert " new " in text
    assert "2026-04-01" in text


def test_an_address_after_a_blank_line_and_a_cell_of_two_lines_still_holds(tmp_path):
    lab = Lab()
    rows = lab.tables["hold_times"]
    rows[0].append("remark")
    for row in rows[1:]:
        row.append('said: "wait"\nand stopped')
    lab.put("hold_times", "hold_time_s", 9, "much")
    folder = lab.write(tmp_path, "csv")
    head, rest = (folder / "hold_times.csv").read_bytes().split(b"\r\n", 1)
    (folder / "hold_times.csv").write_bytes(head + b"\r\n\r\n" + rest)
    findings, made = copies_of(folder)
    (cell,) = findings.loc[findings["rule_id"] == "CELL-01", "cells"]
    sheet = loaded(made.copies["hold_times.csv"][1])["hold_times"]
    assert sheet[cell].value == "much"
    assert cell in marked(sheet)


def _workbook(sheets: dict[str, list[list[str]]], change=lambda _book: None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _all_text(sheet) -> str:
    return " ".join(str(cell.value) for row in sheet for cell in row if cell.value is not None)
