"""Files that are missing, damaged, hostile, copied, or change while they are read."""

import os
import zipfile

import pytest
from defects.lab import WORKBOOK, Lab, csv_bytes
from defects.workbook_xml import SHEETS, add_member, edit_members

from pipeline.intake.cohort import read_cohort
from pipeline.intake.files import cohort_files
from pipeline.intake.files.left_alone import copied_name
from pipeline.intake.formats.table_formats import TABLE_FORMATS, open_table
from pipeline.workspace.hashing import input_hashes


def findings(folder, rule_id=None):
    found = read_cohort(folder).findings.fillna("")
    return found if rule_id is None else found[found["rule_id"] == rule_id]


def only(folder):
    (finding,) = findings(folder).to_dict(orient="records")
    return finding


def test_an_empty_folder_misses_the_required_tables_and_nothing_else(tmp_path):
    (tmp_path / "study.yaml").write_text(Lab().study)
    found = findings(tmp_path)
    assert found["rule_id"].tolist() == ["FILE-01", "FILE-01"]
    assert sorted(found["table"]) == ["hold_times", "participants"]


@pytest.mark.parametrize(
    ("suffix", "content", "says", "fix"),
    [
        (".xlsx", b"participant_id,leg\r\n", "text file with an Excel name", "rename it to .csv"),
        (".xls", b"\n<HTML><table>", "web page", "save it as Excel workbook"),
        (
            ".xls",
            b"\xd0\xcf\x11\xe0" + bytes(99),
            "old Excel workbook",
            "save it as Excel workbook",
        ),
        (".xlsx", bytes(5000), "nothing but zeros", "synchronised"),
        (".xlsx", b"%PDF-1.7 \x80\x02", "not an Excel workbook", "save it as .xlsx"),
        (".ods", b"", "no content", "Copy the file again"),
    ],
)
def test_a_file_says_what_it_is_whatever_its_name(tmp_path, suffix, content, says, fix):
    lab = Lab()
    del lab.tables["strength"]
    lab.files[f"strength{suffix}"] = content
    finding = only(lab.write(tmp_path, "csv"))
    assert (finding["rule_id"], finding["file"]) == ("FILE-03", f"strength{suffix}")
    assert says in finding["why"]
    assert fix in finding["fix"]


@pytest.mark.parametrize(
    ("member", "says"),
    [
        ("content.xml", "OpenDocument"),
        ("xl/workbook.bin", "xlsb"),
        ("word/document.xml", "Word document"),
        ("Index/Document.iwa", "Numbers"),
        ("a.txt", "not an Excel workbook"),
    ],
)
def test_other_programs_tables_are_told_apart(tmp_path, member, says):
    lab = Lab()
    del lab.tables["strength"]
    lab.write(tmp_path, "csv")
    with zipfile.ZipFile(tmp_path / "strength.xlsx", "w") as archive:
        archive.writestr(member, "x")
    assert says in only(tmp_path)["why"]


def test_a_workbook_under_an_old_name_is_to_be_renamed(tmp_path):
    lab = Lab()
    lab.write(tmp_path, "xlsx")
    (tmp_path / WORKBOOK).rename(tmp_path / "participants.xls")
    assert only(tmp_path)["fix"] == "Rename it to .xlsx."


class TestUnpacking:
    def test_a_bomb_is_refused_by_its_ratio(self, tmp_path):
        Lab().write(tmp_path, "xlsx")
        add_member(tmp_path / WORKBOOK, "xl/media/a.xml", bytes(50_000_000))
        assert "times its size" in only(tmp_path)["why"]

    def test_a_small_workbook_may_pack_as_well_as_it_likes(self, tmp_path):
        Lab().write(tmp_path, "xlsx")
        add_member(tmp_path / WORKBOOK, "xl/media/a.xml", bytes(9_000_000))
        assert findings(tmp_path).empty

    def test_the_limit_is_that_of_the_study(self, tmp_path):
        lab = Lab()
        lab.study += "limits: {unpacked_mb: 0.01}\n"
        finding = only(lab.write(tmp_path, "xlsx"))
        assert finding["rule_id"] == "FILE-03"
        assert "unpacked_mb" in finding["fix"]

    @pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/styles.xml", SHEETS.format(1)])
    def test_entities_are_never_defined(self, tmp_path, member):
        entities = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c SYSTEM "file:///etc/hostname">]>'

        def edit(name, content):
            head, mark, rest = content.partition(b"?>")
            body = entities + (rest if mark else content)
            return content if name != member else head * bool(mark) + mark + body

        Lab().write(tmp_path, "xlsx")
        edit_members(tmp_path / WORKBOOK, edit)
        assert only(tmp_path)["rule_id"] == "FILE-03"

    def test_nothing_outside_of_the_workbook_is_read(self, tmp_path):
        Lab().write(tmp_path, "xlsx")
        relation = (
            b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            b'<Relationship Id="r9" TargetMode="External" Target="file:///etc/hostname" '
            b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"/>'
            b"</Relationships>"
        )
        add_member(tmp_path / WORKBOOK, "xl/worksheets/_rels/sheet1.xml.rels", relation)
        assert findings(tmp_path).empty


class TestNoPlainFile:
    @pytest.mark.parametrize("target", ["/dev/zero", "/etc/hostname", "strength.csv", "nowhere"])
    def test_a_link_is_refused_by_name(self, tmp_path, target):
        lab = Lab()
        del lab.tables["strength"]
        lab.write(tmp_path, "csv")
        (tmp_path / "strength.csv").symlink_to(target)
        finding = only(tmp_path)
        assert (finding["rule_id"], finding["file"]) == ("FILE-03", "strength.csv")
        assert "link" in finding["why"]

    def test_a_folder_that_is_a_link_is_refused(self, tmp_path, tmp_path_factory):
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        lab = Lab()
        (elsewhere / "s.csv").write_bytes(csv_bytes(lab.tables.pop("strength")))
        lab.study += "tables: {strength: data/s.csv}\n"
        lab.write(tmp_path, "csv")
        (tmp_path / "data").symlink_to(elsewhere)
        assert "link" in only(tmp_path)["why"]

    def test_study_yaml_is_no_link(self, tmp_path):
        Lab().write(tmp_path, "csv")
        (tmp_path / "study.yaml").unlink()
        (tmp_path / "study.yaml").symlink_to("/etc/passwd")
        finding = only(tmp_path)
        assert (finding["rule_id"], finding["file"]) == ("STUDY-01", "study.yaml")
        assert "root" not in f"{finding['found']} {finding['why']}"

    def test_a_pipe_called_study_yaml_keeps_nobody_waiting(self, tmp_path):
        Lab().write(tmp_path, "csv")
        (tmp_path / "study.yaml").unlink()
        os.mkfifo(tmp_path / "study.yaml")
        assert only(tmp_path)["rule_id"] == "STUDY-02"

    def test_a_link_that_is_led_elsewhere_is_another_input(self, tmp_path):
        Lab().write(tmp_path, "csv")
        link = tmp_path / "r.csv"
        link.symlink_to("strength.csv")
        before = input_hashes(tmp_path)
        link.unlink()
        link.symlink_to("activation.csv")
        after = input_hashes(tmp_path)
        assert {name for name in before if before[name] != after[name]} == {"r.csv"}


@pytest.mark.parametrize(
    "name", ["../strength.csv", "/etc/passwd", "C:\\s.csv", "a/../../s.csv", "\\\\host\\s.csv"]
)
def test_names_that_lead_out_of_the_folder_are_refused(tmp_path, name):
    lab = Lab()
    lab.study += f"tables:\n  strength: '{name}'\n"
    assert only(lab.write(tmp_path, "csv"))["rule_id"] == "STUDY-01"


class TestChanges:
    """A file that changes while it is read: the change happens when reading it is over."""

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    @pytest.mark.parametrize("how", ["longer", "same size", "gone", "damaged"])
    def test_what_changed_while_it_was_read_is_not_used(self, tmp_path, monkeypatch, form, how):
        folder = Lab().write(tmp_path, form)
        victim = folder / ("hold_times.csv" if form == "csv" else WORKBOOK)
        content = victim.read_bytes()

        def change():
            if how == "gone":
                victim.unlink()
            elif how == "same size":
                stamp = victim.stat()
                victim.write_bytes(content[:-9] + b"1" + content[-8:])
                os.utime(victim, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
            else:
                victim.write_bytes(content + b"\r\n" if how == "longer" else b"")

        def open_and_change(file, path, reading):
            opened = open_table(file, path, reading)
            if file == victim.name:
                change()
            return opened

        monkeypatch.setattr(cohort_files, "open_table", open_and_change)
        finding = only(folder) if form == "xlsx" else findings(folder, "FILE-08").iloc[0]
        assert (finding["rule_id"], finding["file"]) == ("FILE-08", victim.name)

    def test_a_change_between_two_sheets_is_noticed(self, tmp_path, monkeypatch):
        folder = Lab().write(tmp_path, "xlsx")
        reads = []

        def counted(opened):
            def read(sheet):
                reads.append(sheet)
                if len(reads) == 2:
                    (folder / WORKBOOK).write_bytes((folder / WORKBOOK).read_bytes() + b" ")
                return opened.read(sheet)

            return type(opened)(opened.sheets, read, opened.rows_up_to, opened.whole)

        monkeypatch.setattr(cohort_files, "open_table", lambda *args: counted(open_table(*args)))
        assert set(findings(folder)["rule_id"]) == {"FILE-08"}


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("hold_times (1).csv", "hold_times.csv"),
        ("Kopie von hold_times.csv", "hold_times.csv"),
        ("Copy of hold_times.xlsx", "hold_times.xlsx"),
        ("Copie de cohort.xlsx", "cohort.xlsx"),
        ("Copia de cohort.xlsx", "cohort.xlsx"),
        ("hold_times - Copy (2).csv", "hold_times.csv"),
        ("hold_times - Kopie.csv", "hold_times.csv"),
        ("hold_times copy.csv", "hold_times.csv"),
        ("hold_times (A's conflicted copy 2026-01-05).csv", "hold_times.csv"),
        ("hold_times.csv", None),
        ("copyright.csv", None),
        ("visit_1.csv", None),
    ],
)
def test_names_of_copies(name, original):
    assert copied_name(name) == original


def test_a_copy_that_study_yaml_names_is_read(tmp_path):
    lab = Lab()
    lab.files["strength (1).csv"] = csv_bytes(lab.tables.pop("strength"))
    lab.study += "tables: {strength: strength (1).csv}\n"
    read = read_cohort(lab.write(tmp_path, "csv"))
    assert read.findings.empty
    assert len(read.tables["strength"]) == 12


@pytest.mark.parametrize(("rows", "says"), [(None, "holds the same"), (3, "something else")])
def test_a_copy_says_whether_it_differs(tmp_path, rows, says):
    lab = Lab()
    lab.files["hold_times - Kopie.csv"] = csv_bytes(lab.tables["hold_times"][:rows])
    finding = only(lab.write(tmp_path, "csv"))
    assert (finding["rule_id"], finding["severity"]) == ("FILE-07", "NOTE")
    assert says in finding["why"]


def test_a_sheet_named_for_a_text_file_is_reported(tmp_path):
    lab = Lab()
    lab.study += "tables:\n  strength:\n    file: strength.csv\n    sheet: Sheet1\n"
    finding = only(lab.write(tmp_path, "csv"))
    assert (finding["rule_id"], finding["cell"]) == ("STUDY-01", "line 15")
    assert "has no sheets" in finding["why"]


def test_every_suffix_belongs_to_one_format():
    suffixes = [suffix for entry in TABLE_FORMATS for suffix in entry.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix == suffix.casefold() for suffix in suffixes)
