"""What is fixed, new and still there since the last check; never in a release."""

import json

import pandas as pd
import pytest

from pipeline.publishing.fix_list.findings_history import (
    compare,
    read_gone,
    read_history,
    write_history,
)
from pipeline.publishing.fix_list.fix_list_files import write_fix_list
from schemas.intake_results import Findings
from schemas.lab_files import LabFile, LabFiles

NOTHING_OPENS = LabFiles(lambda _name: LabFile(problem="Not here."), lambda _headings: [])
DAY = "2026-03-01"


@pytest.fixture
def made(invented):
    """Builds a findings table from finding numbers, or from whole rows."""

    def build(*findings):
        rows = [
            invented.finding(f, "HOLD-01", "SET ASIDE") if isinstance(f, int) else f
            for f in findings
        ]
        return Findings.validate(pd.DataFrame(rows, columns=list(Findings.to_schema().columns)))

    return build


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Checks findings one after the other, each on its day."""

    def run(findings, day=DAY):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(pd.Timestamp(day).timestamp())))
        return write_fix_list(tmp_path, "invented", findings, NOTHING_OPENS, ("LBP", "control"))

    return run


def test_the_first_check_compares_with_nothing(check, made):
    assert check(made(1, 2)).changes.sentence == ""


def test_fixed_new_and_still_there_are_counted(check, made):
    check(made(1, 2, 3, 4))
    changes = check(made(4, 5, 6)).changes
    assert changes.sentence == "3 fixed since last time, 2 new, 1 still there."
    assert changes.new == {"f5", "f6"}
    assert {finding.finding_id for finding in changes.fixed} == {"f1", "f2", "f3"}
    assert [changes.word(f"f{n}") for n in (4, 5)] == ["still there", "new"]


def test_twice_in_a_row_nothing_changed(check, made):
    check(made(1, 2))
    assert check(made(2, 1)).changes.sentence == "Nothing changed since last time."


def test_a_clean_cohort_says_what_was_fixed(check, made, reading, tmp_path):
    check(made(1))
    assert check(made()).changes.sentence == "1 fixed since last time, 0 new, 0 still there."
    page = reading.PageReader((tmp_path / "check/fix-list.html").read_text(encoding="utf-8"))
    assert "hold_times.xlsx, sheet Sheet1, D1: A hold above the ceiling" in page.text


def test_a_finding_keeps_the_day_on_which_it_was_first_seen(check, made):
    check(made(1), day="2026-03-01")
    changes = check(made(1, 2), day="2026-04-01").changes
    assert changes.first_seen == {"f1": "2026-03-01", "f2": "2026-04-01"}


def test_page_and_table_say_it_too(check, made, reading, tmp_path):
    check(made(1))
    check(made(1, 2), day="2026-04-01")
    rows = reading.csv_rows((tmp_path / "check/fix-list.csv").read_bytes())
    assert rows[0][-2:] == ["since_last_time", "first_seen"]
    assert [row[-2:] for row in rows[1:]] == [["still there", "2026-03-01"], ["new", "2026-04-01"]]
    page = reading.PageReader((tmp_path / "check/fix-list.html").read_text(encoding="utf-8"))
    assert "0 fixed since last time, 1 new, 1 still there." in page.text


def test_the_history_holds_no_value(check, made, invented, tmp_path):
    check(made(invented.finding(7, "CELL-01", "SET ASIDE", found='"Erika Muster"')))
    text = (tmp_path / "check/last-findings.json").read_text(encoding="utf-8")
    (kept,) = json.loads(text)["findings"]
    assert kept.keys() == {
        "finding_id", "rule_id", "severity", "file", "sheet", "cell", "first_seen",
    }  # fmt: skip
    assert "Muster" not in text
    assert "P07" not in text


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 99}', '{"format": 1, "findings": [{"x": 1}]}']
)
def test_a_damaged_history_is_like_a_first_check(check, made, tmp_path, content):
    check(made(1))
    (tmp_path / "check/last-findings.json").write_text(content)
    assert check(made(1)).changes.sentence == ""


STOPS = {
    "study.yaml": {"table": None, "file": "study.yaml", "sheet": None, "cell": "line 2"},
    "the participants": {"table": "participants", "file": "participants.csv", "sheet": None, "cell": None},
    "the same file": {"table": "hold_times", "cell": None, "sheet": None},
}  # fmt: skip


@pytest.mark.parametrize("place", STOPS)
def test_what_could_not_be_checked_is_not_called_fixed(check, made, invented, place):
    stop = invented.finding(9, "FILE-03", "STOP", **STOPS[place])
    check(made(1, 2), day="2026-03-01")
    stopped = check(made(stop), day="2026-04-01").changes
    assert stopped.fixed == ()
    assert "2 more could not be checked again" in stopped.sentence
    back = check(made(2), day="2026-05-01").changes
    assert back.sentence == "2 fixed since last time, 0 new, 1 still there."
    assert back.first_seen == {"f2": "2026-03-01"}


def test_a_stop_in_another_table_does_not_hide_what_was_fixed(check, made, invented):
    other = invented.finding(
        9, "COL-01", "STOP", table="strength", file="strength.csv", sheet=None, cell=None
    )
    check(made(1, 2))
    assert (
        check(made(1, other)).changes.sentence == "1 fixed since last time, 1 new, 1 still there."
    )


def test_a_stop_that_is_gone_is_fixed(check, made, invented):
    place = {"table": None, "file": "study.yaml", "sheet": None}
    first = invented.finding(1, "STUDY-01", "STOP", cell="line 2", **place)
    second = invented.finding(2, "STUDY-01", "STOP", cell="line 9", **place)
    check(made(first, second))
    assert check(made(second)).changes.sentence == "1 fixed since last time, 0 new, 1 still there."


def test_what_is_gone_is_remembered_until_it_comes_back(check, made, tmp_path):
    path = tmp_path / "check/last-findings.json"
    check(made(1, 2))
    check(made(2))
    check(made(2))
    assert [finding.finding_id for finding in read_gone(path)] == ["f1"]
    check(made(1, 2))
    assert read_gone(path) == ()


def test_history_survives_writing_and_reading(made, tmp_path):
    findings = made(1, 2)
    path = tmp_path / "last-findings.json"
    write_history(path, findings, compare(findings, None, DAY))
    past = read_history(path)
    assert [finding.finding_id for finding in past] == ["f1", "f2"]
    assert compare(findings, past, "2027-01-01").first_seen == {"f1": DAY, "f2": DAY}
