"""`stance check` as a lab uses it: read, mend, check again; and what a run does with the same list."""

import io
import sys

import openpyxl
import pytest
from defects import Lab

from pipeline.cli import main
from pipeline.workspace.releases import latest_release


def _drop(workspace, lab, form="csv"):
    return lab.write(workspace / "data/cohorts/lyon", form)


def _spoilt() -> Lab:
    lab = Lab()
    lab.put("hold_times", "hold_time_s", 3, "much")
    lab.put("hold_times", "hold_time_s", 7, "more")
    lab.put("strength", "leg", 4, "lefft")
    return lab


@pytest.fixture
def check(tmp_path, capsys):
    """Runs the command in this process; answers exit code and what it printed."""

    def run():
        code = main(["check", "lyon", "--workspace", str(tmp_path)])
        return code, capsys.readouterr().out

    return run


@pytest.mark.parametrize(
    ("form", "copies"),
    [
        ("csv", ["hold_times_CHECKED.xlsx", "strength_CHECKED.xlsx"]),
        ("xlsx", ["cohort_CHECKED.xlsx"]),
    ],
)
def test_every_form_of_the_list_is_written_and_named(tmp_path, check, form, copies):
    folder = _drop(tmp_path, _spoilt(), form)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, said = check()
    assert code == 3
    written = tmp_path / "reports/lyon/check"
    for name in ["fix-list.html", "fix-list.csv", "quality-summary.html", *copies]:
        assert (written / name).is_file()
        assert name in said
    assert str(written) in said
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_mend_and_check_again(tmp_path, check):
    _drop(tmp_path, _spoilt())
    assert "since last time" not in check()[1]
    assert "Nothing changed since last time." in check()[1]
    mended = Lab()
    mended.put("hold_times", "hold_time_s", 7, "more")
    mended.put("strength", "leg", 5, "rigth")
    _drop(tmp_path, mended)
    assert "2 fixed since last time, 1 new, 1 still there." in check()[1]
    _drop(tmp_path, Lab())
    code, said = check()
    assert code == 0
    assert "2 fixed since last time, 0 new, 0 still there." in said
    assert not list((tmp_path / "reports/lyon/check").glob("*_CHECKED.xlsx"))


def test_no_colour_where_nobody_looks_or_nobody_wants_it(tmp_path, check, monkeypatch):
    _drop(tmp_path, _spoilt())
    assert "\x1b" not in check()[1]
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert "\x1b" in check()[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in check()[1]


def test_a_release_holds_the_marked_copies_and_no_history(tmp_path, check, stance_here):
    lab = _spoilt()
    lab.leave_out_untouched_tables()
    _drop(tmp_path, lab, "xlsx")
    check()
    ended = stance_here(tmp_path, "run", "lyon")
    assert ended.returncode in (0, 4), ended.stderr
    assert "Nothing changed since last time." in check()[1]
    release = latest_release(tmp_path / "reports/lyon")
    book = openpyxl.load_workbook(
        io.BytesIO((release / "internal/cohort_CHECKED.xlsx").read_bytes())
    )
    assert book.sheetnames[0] == "FIX LIST"
    for path in (release / "internal").glob("fix-list.*"):
        text = path.read_text(encoding="utf-8-sig")
        assert "still there" not in text
        assert "first_seen" not in text
        assert "first seen" not in text
    before = {path: path.read_bytes() for path in release.rglob("*") if path.is_file()}
    assert stance_here(tmp_path, "run", "lyon", "--again").returncode == ended.returncode
    assert {path: path.read_bytes() for path in release.rglob("*") if path.is_file()} == before
