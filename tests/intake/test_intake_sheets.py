"""What only a workbook can hold: titles, merged, hidden, coloured, calculated cells, stray cells."""

import datetime as dt
import tracemalloc

import pytest
from defects.lab import WORKBOOK, Lab
from defects.workbook_xml import SHEETS, edit_members, make_formula
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from pipeline.intake.cohort import read_cohort


def written(tmp_path, change=None, lab=None):
    lab = lab or Lab()
    if change is not None:
        lab.decorate.append(change)
    return read_cohort(lab.write(tmp_path, "xlsx"))


def only(read):
    (finding,) = read.findings.fillna("").to_dict(orient="records")
    return finding


class TestHeadings:
    def test_titles_above_the_headings_may_be_merged(self, tmp_path):
        lab = Lab()
        lab.tables["hold_times"][:0] = [["Balance study of Måns Öberg"], ["", "who", "", "what"]]
        read = written(tmp_path, lambda book: book["hold_times"].merge_cells("A1:F1"), lab)
        finding = only(read)
        assert (finding["rule_id"], finding["cell"]) == ("FILE-04", "row 3")
        assert "rows 1, 2 is not read" in finding["why"]
        assert "Öberg" not in " ".join(read.findings.fillna("").to_numpy().ravel())
        assert len(read.tables["hold_times"]) == 24

    def test_headings_are_not_looked_for_below_the_tenth_row(self, tmp_path):
        lab = Lab()
        lab.tables["strength"][:0] = [["x"]] * 10
        assert "COL-01" in set(written(tmp_path, None, lab).findings["rule_id"])

    def test_declared_headings_are_found_below_titles_too(self, tmp_path):
        lab = Lab()
        lab.tables["strength"][0] = ["Kode", "Bein", "Versuch", "Kraft"]
        lab.tables["strength"][:0] = [["Kraft", "2024"]]
        lab.study += (
            "tables:\n  strength:\n    file: cohort.xlsx\n    sheet: strength\n    columns: "
            "{participant_id: Kode, leg: Bein, trial: Versuch, abd_strength_n_kg: Kraft}\n"
        )
        read = written(tmp_path, None, lab)
        assert read.findings["rule_id"].tolist() == ["FILE-04"]
        assert len(read.tables["strength"]) == 12


class TestMerged:
    def test_all_ranges_are_one_finding_with_the_way_to_unmerge_them(self, tmp_path):
        def merge(book):
            for cells in ("A6:A9", "A2:A5", "B2:B3"):
                book["hold_times"].merge_cells(cells)

        finding = only(written(tmp_path, merge))
        assert (finding["rule_id"], finding["cells"]) == ("SHEET-01", "A2:A5 B2:B3 A6:A9")
        assert finding["fix"].startswith("Unmerge A2:A5, B2:B3, A6:A9")

    def test_merged_cells_below_and_beside_the_table_do_not_matter(self, tmp_path):
        def merge(book):
            for cells in ("A40:F41", "K2:K9"):
                book["hold_times"].merge_cells(cells)

        assert written(tmp_path, merge).findings.empty


class TestHidden:
    def test_rows_are_named_and_read(self, tmp_path):
        def hide(book):
            for row in (7, 9, 10, 11, 300):
                book["hold_times"].row_dimensions[row].hidden = True

        read = written(tmp_path, hide)
        finding = only(read)
        assert "4 rows are hidden: 7, 9 to 11." in finding["why"]
        assert finding["cells"] == "A7:F7 A9:F9 A10:F10 A11:F11"
        assert len(read.tables["hold_times"]) == 24

    def test_empty_hidden_columns_do_not_matter(self, tmp_path):
        def hide(book):
            book["hold_times"].column_dimensions.group("H", "J", hidden=True)

        assert written(tmp_path, hide).findings.empty

    def test_a_hidden_sheet_that_is_no_table_is_a_further_sheet(self, tmp_path):
        def add(book):
            sheet = book.create_sheet("keys")
            sheet.append(["a", "b"])
            sheet.append([1, 2])
            sheet.sheet_state = "hidden"

        assert only(written(tmp_path, add))["rule_id"] == "FILE-07"


class TestColours:
    def test_a_column_in_one_colour_says_nothing(self, tmp_path):
        def paint(book):
            for row in range(1, 26):
                book["hold_times"].cell(row, 1).fill = PatternFill("solid", fgColor="FFDDDDDD")

        assert written(tmp_path, paint).findings.empty

    def test_colours_and_comments_are_counted_together(self, tmp_path):
        def mark(book):
            sheet = book["hold_times"]
            sheet["E5"].fill = sheet["F7"].fill = PatternFill("solid", fgColor="FFFF0000")
            sheet["B9"].comment = Comment("Frau Öberg war krank", "x")
            sheet["B1"].comment = Comment("left or right", "x")

        read = written(tmp_path, mark)
        finding = only(read)
        assert "2 cells are coloured or struck through and 1 cell has a comment" in finding["why"]
        assert finding["cells"] == "B9 E5 F7"
        assert "krank" not in " ".join(read.findings.fillna("").to_numpy().ravel())


class TestFormulas:
    @pytest.fixture
    def calculated(self, tmp_path):
        """Writes a cohort in which strength D2:D9 are formulas with the stored value 1.5."""

        def write(study):
            lab = Lab()
            lab.study += study
            number = list(lab.tables).index("strength") + 1
            for row in range(2, 10):
                formula = f"C{row}*1.5"
                lab.after.append(
                    lambda folder, row=row, formula=formula: make_formula(
                        folder / WORKBOOK, number, f"D{row}", formula, "1.5"
                    )
                )
            return read_cohort(lab.write(tmp_path, "xlsx"))

        return write

    def test_stored_values_are_not_taken_unless_the_study_says_so(self, calculated):
        read = calculated("")
        finding = only(read)
        assert (finding["rule_id"], finding["cells"]) == ("CELL-07", "D2:D9")
        assert len(read.tables["strength"]) == 4

    def test_stored_values_are_taken_and_named_when_it_does(self, calculated):
        read = calculated("formulas: take stored values\n")
        finding = only(read)
        assert (finding["rule_id"], finding["cells"]) == ("SHEET-04", "D2:D9")
        assert read.tables["strength"]["abd_strength_n_kg"].tolist()[:8] == [1.5] * 8

    def test_a_formula_that_shows_nothing_is_an_empty_cell(self, tmp_path):
        lab = Lab()

        def empty(folder):
            make_formula(folder / WORKBOOK, 2, "F2", "IF(1,&quot;&quot;)", "")
            edit_members(
                folder / WORKBOOK,
                lambda name, content: content.replace(b'<c r="F2">', b'<c r="F2" t="str">'),
            )

        lab.after.append(empty)
        assert read_cohort(lab.write(tmp_path, "xlsx")).findings.empty

    @pytest.mark.parametrize("error", ["#DIV/0!", "#REF!", "#N/A"])
    def test_an_error_is_told_as_excel_shows_it(self, tmp_path, error):
        lab = Lab()
        lab.put("hold_times", "hold_time_s", 4, error)
        finding = only(written(tmp_path, None, lab))
        assert (finding["rule_id"], finding["found"]) == ("CELL-07", f'"{error}"')


class TestFurtherSheets:
    def test_a_sheet_that_study_yaml_chose_has_no_rival(self, tmp_path):
        lab = Lab()
        lab.study += "tables: {strength: {file: cohort.xlsx, sheet: strength}}\n"

        def copy(book):
            sheet = book.create_sheet("old")
            for row in book["strength"].iter_rows(values_only=True):
                sheet.append(row)

        finding = only(written(tmp_path, copy, lab))
        assert (finding["rule_id"], finding["sheet"]) == ("FILE-07", "old")

    @pytest.mark.parametrize("name", ["vocabulary", "FIX LIST", "Read me"])
    def test_sheets_of_templates_and_marked_copies_are_no_news(self, tmp_path, name):
        def add(book):
            sheet = book.create_sheet(name)
            sheet.append(["a", "b"])
            sheet.append([1, 2])

        assert written(tmp_path, add).findings.empty


class TestStrayCells:
    def test_a_stray_cell_in_the_last_row_costs_a_note_and_little_memory(self, tmp_path):
        def stray(book):
            book["hold_times"].cell(1_048_576, 3).value = " "

        folder = Lab()
        folder.decorate.append(stray)
        place = folder.write(tmp_path, "xlsx")
        tracemalloc.start()
        try:
            read = read_cohort(place)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert "1,048,551 empty rows below row 25 are ignored" in only(read)["why"]
        assert len(read.tables["hold_times"]) == 24
        assert peak < 40_000_000

    def test_a_value_in_the_last_cell_of_the_sheet_is_a_row_and_a_column(self, tmp_path):
        def stray(book):
            book["hold_times"].cell(1_048_576, 16_384).value = "x"

        found = written(tmp_path, stray).findings
        assert "XFD1" in set(found["cell"])
        assert "A1048576" in set(found["cell"])


@pytest.mark.parametrize("epoch", [dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)])
def test_dates_are_those_that_excel_shows(tmp_path, epoch):
    lab = Lab()
    lab.tables["training_log"] = [
        ["participant_id", "date", "task", "leg", "repetitions"],
        ["P01", dt.date(2024, 3, 31), "single_leg_stance", "left", 5],
    ]
    read = written(tmp_path, lambda book: setattr(book, "epoch", epoch), lab)
    assert read.findings.empty
    assert str(read.tables["training_log"]["date"].iloc[0].date()) == "2024-03-31"


@pytest.mark.parametrize(
    "edit",
    [
        lambda c: c.replace(b'r="A2"', b'r="A3"', 1),
        lambda c: c.replace(b'r="A2"', b'r="B2"', 1),
        lambda c: c.replace(b'<row r="2"', b'<row r="0"', 1),
        lambda c: c.replace(b'<row r="2"', b'<row r="1048577"', 1),
        lambda c: c.replace(b'r="A2"', b'r="XFE2"', 1),
        lambda c: c.replace(b"</worksheet>", b""),
    ],
)
def test_sheets_that_no_program_writes_are_damaged(tmp_path, edit):
    lab = Lab()
    lab.after.append(
        lambda folder: edit_members(
            folder / WORKBOOK,
            lambda name, content: edit(content) if name == SHEETS.format(2) else content,
        )
    )
    finding = only(read_cohort(lab.write(tmp_path, "xlsx")))
    assert (finding["rule_id"], finding["file"]) == ("FILE-03", WORKBOOK)


def test_other_writers_of_workbooks_are_read(tmp_path):
    """No row numbers, no cell addresses, other prefixes, absolute paths: all are allowed."""
    lab = Lab()

    def strip(name, content):
        if not name.startswith("xl/worksheets/sheet"):
            return content
        rows = list(lab.tables.values())[int(name[-5]) - 1]
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        cells = "".join(
            "<x:row>"
            + "".join(
                "<x:c/>"
                if value is None
                else f"<x:c><x:v>{value}</x:v></x:c>"
                if not isinstance(value, str)
                else f'<x:c t="inlineStr"><x:is><x:r><x:t>{value[:1]}</x:t></x:r><x:r><x:t>'
                f"{value[1:]}</x:t></x:r></x:is></x:c>"
                for value in row
            )
            + "</x:row>"
            for row in rows
        )
        return f'<x:worksheet xmlns:x="{space}"><x:sheetData>{cells}</x:sheetData></x:worksheet>'.encode()

    lab.after.append(lambda folder: edit_members(folder / WORKBOOK, strip))
    read = read_cohort(lab.write(tmp_path, "xlsx"))
    assert read.findings.empty, read.findings.to_string()
    assert len(read.tables["hold_times"]) == 24
