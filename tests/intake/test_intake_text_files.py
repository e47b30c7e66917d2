"""Text files as programs write them: encodings, separators, decimal marks; said when not the usual."""

import codecs

import pytest

from pipeline.intake.findings.messages import FileProblemError
from pipeline.intake.formats import csv_cells
from pipeline.intake.formats.csv_cells import read_text_table

ROWS = "participant_id,site\n001,Jülich\n002,Orléans\n"


def read(tmp_path, data: bytes, name: str = "t.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    return read_text_table(name, path)


def texts(grid) -> list[list[str]]:
    return [column.text.tolist() for column in grid.columns]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", "as UTF-16 text"),
        ("utf-16-le", "as UTF-16 text"),
        ("utf-16-be", "as UTF-16 text"),
        ("cp1252", "as Windows Western European text"),
    ],
)
def test_the_letters_come_out_right_and_an_unusual_encoding_is_said(tmp_path, encoding, said):
    grid, notes = read(tmp_path, ROWS.encode(encoding))
    assert texts(grid) == [["001", "002"], ["Jülich", "Orléans"]]
    assert grid.headings == ("participant_id", "site")
    assert len(notes) == bool(said)
    assert all(said in note.why for note in notes)


def test_an_old_encoding_shows_a_word_to_judge_it_by(tmp_path):
    _, (note,) = read(tmp_path, ROWS.encode("latin-1"))
    assert (note.rule_id, note.found) == ("FILE-04", '"Jülich"')


@pytest.mark.parametrize(
    ("mark", "name", "said"),
    [
        (",", "t.csv", ""),
        (";", "t.csv", "semicolons"),
        ("\t", "t.csv", "tabs"),
        ("\t", "t.tsv", ""),
    ],
)
def test_a_separator_that_the_name_does_not_promise_is_said(tmp_path, mark, name, said):
    grid, notes = read(tmp_path, ROWS.replace(",", mark).encode(), name)
    assert texts(grid)[0] == ["001", "002"]
    assert [said in note.why for note in notes] == [True] * bool(said)


def test_letters_cut_at_the_border_of_a_block_are_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.intake.formats.csv_cells.BLOCK_BYTES", 3)
    grid, notes = read(tmp_path, ("a\n" + "é" * 7 + "\n").encode())
    assert texts(grid) == [["é" * 7]]
    assert not notes


@pytest.mark.parametrize("data", [ROWS.encode("utf-16")[:-1], codecs.BOM_UTF16_LE + b"a"])
def test_utf_16_that_breaks_off_is_damaged(tmp_path, data):
    with pytest.raises(FileProblemError) as error:
        read(tmp_path, data)
    assert "breaks off" in error.value.findings[0].why


@pytest.mark.parametrize("chunk", [1, 2, 3, 1000])
def test_rows_keep_their_numbers_however_the_file_is_taken_apart(tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(csv_cells, "CHUNK_ROWS", chunk)
    text = '\n,\n a ,b\n1, x\n\n2,"y"\n,\n3,,\n" ",\n4,x'
    grid, _ = read(tmp_path, text.encode())
    assert grid.heading_row == 3
    assert grid.headings == ("a", "b")
    assert texts(grid) == [["1", "2", "3", "4"], ["x", "y", "", "x"]]
    assert grid.row_numbers.tolist() == [4, 6, 8, 10]


def test_rows_of_wrong_length_are_one_finding_per_length(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_cells, "CHUNK_ROWS", 2)
    with pytest.raises(FileProblemError) as error:
        read(tmp_path, b"a,b\n1\n1,2\n1,2,3\n2\n3\n")
    places = [(finding.cell, finding.found) for finding in error.value.findings]
    assert places == [("rows 2 to 6 (3 rows)", "1 cell"), ("row 4", "3 cells")]


def test_a_file_that_changes_while_it_is_read_is_said(tmp_path, monkeypatch):
    def vanishes(encoding):
        encoding.path.unlink()
        return ","

    monkeypatch.setattr(csv_cells, "_delimiter", vanishes)
    with pytest.raises(FileProblemError) as error:
        read(tmp_path, ROWS.encode())
    assert "changed while it was being read" in error.value.findings[0].why


class TestDecimalMarks:
    @pytest.fixture
    def german(self, cohort):
        for name, rows in cohort.tables.items():
            cohort.tables[name] = [[cell.replace(".", ",") for cell in row] for row in rows]
        return cohort

    def test_commas_throughout_are_read_and_said(self, german, cohort, make_cohort, read):
        result = read(german.write_csv(delimiter=";"))
        assert set(result.findings["rule_id"]) == {"FILE-04"}
        said = " ".join(result.findings["why"])
        assert "12,5 was read as 12.5" in said
        expected = read(make_cohort().write_csv()).tables
        for name, table in expected.items():
            assert result.tables[name].equals(table)

    def test_points_among_many_commas_stop(self, german, read):
        german.put("strength", "D2", "1.15")
        result = read(german.write_csv(delimiter=";"))
        stop = result.findings.iloc[0]
        assert (stop["rule_id"], stop["file"], result.stopped) == ("CELL-19", "strength.csv", True)
        assert "2 numbers have a decimal comma and 1 a decimal point" in stop["why"]

    def test_what_study_yaml_says_goes_before_what_the_file_looks_like(self, german, read):
        german.study += 'decimal: "."\n'
        result = read(german.write_csv(delimiter=";"))
        assert "CELL-02" in set(result.findings["rule_id"])
