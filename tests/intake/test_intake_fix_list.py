"""The fix list on the console: one screen, worst first, the same problem once."""

import pandas as pd
import pytest

from pipeline.intake.findings.fix_list import LINES, fix_list_text
from pipeline.intake.findings.messages import Finding, findings_table, make_finding


def _finding(number: int, rule_id: str = "CELL-01", **more) -> Finding:
    facts = {"column": "hold_time_s", "value": "x", "terms": "a, b", "low": "0", "high": "9"}
    facts |= {"unit": "s", "suggestion": "Do it.", "problem": "It is so.", "expected": "a file"}
    given = {"file": "hold_times.csv", "cell": f"E{number}", "column": "hold_time_s"}
    given |= {"found": f'"v{number}"', "participant_id": f"P{number}", "row": number}
    return make_finding(rule_id, facts=facts, **(given | more))


def _table(*findings: Finding) -> pd.DataFrame:
    return findings_table(findings, {})


def test_no_finding_says_so_and_what_was_fixed():
    assert fix_list_text(_table()) == "No problems were found."
    text = fix_list_text(_table(), since="2 fixed since last time, 0 new, 0 still there.")
    assert text.splitlines()[1].startswith("2 fixed")


def test_a_single_finding_says_where_what_why_how_and_the_rule():
    text = fix_list_text(_table(_finding(3)))
    assert text.startswith("1 finding: 1 SET ASIDE.")
    assert 'hold_times.csv  E3  hold_time_s  "v3"  participant P3' in text
    assert "has to be a number" in text
    assert "[CELL-01]" in text


def test_the_same_problem_of_a_column_stands_once_with_its_count_and_first_cells():
    text = fix_list_text(_table(*(_finding(number) for number in range(2, 9))))
    assert text.count("[CELL-01]") == 1
    assert "7 x" in text
    assert "E2, E3, E4, E5 and 3 more" in text
    assert '"v2", "v3", "v4" and 4 more' in text


def test_worse_comes_first_and_within_a_severity_more_cells():
    few = _finding(2, column="leg", cell="B2")
    many = _finding(3, cell="E3:E40 (38 cells)", cells="E3:E40")
    note = _finding(4, "COL-03", cell="H1")
    stop = _finding(5, "FILE-03", cell="", column="")
    text = fix_list_text(_table(few, many, note, stop))
    places = [text.index(words) for words in ("[FILE-03]", "E3:E40", "B2  leg", "[COL-03]")]
    assert places == sorted(places)


def test_it_fits_on_about_one_screen_and_counts_the_rest():
    findings = [_finding(2, column=f"column {number}") for number in range(60)]
    text = fix_list_text(_table(*findings))
    shown = text.count("[CELL-01]")
    assert 5 <= shown < 60
    assert len(text.splitlines()) <= LINES + 3
    assert text.endswith(f"... and {60 - shown} more in the fix list.")


def test_a_mild_finding_is_never_shown_in_place_of_a_worse_one():
    worse = [_finding(2, column=f"column {number}") for number in range(60)]
    text = fix_list_text(_table(*worse, _finding(4, "COL-03", cell="H1")))
    assert "[COL-03]" not in text
    assert "1 NOTE" in text


def test_one_problem_is_shown_however_small_the_screen():
    assert "[CELL-01]" in fix_list_text(_table(_finding(2), _finding(3, "CELL-02")), lines=1)


@pytest.mark.parametrize("name", ["file", "sheet", "column", "found", "cell"])
def test_no_text_of_the_lab_steers_the_terminal(name):
    text = fix_list_text(_table(_finding(2, **{name: "a\x1b[2J\x07\u202eb"})))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_colour_is_only_used_when_asked_for():
    findings = _table(_finding(2), _finding(5, "FILE-03", cell=""))
    plain = fix_list_text(findings)
    assert "\x1b" not in plain
    coloured = fix_list_text(findings, colour=True)
    assert "\x1b[" in coloured
    assert all(line.endswith("\x1b[0m") for line in coloured.splitlines() if "\x1b" in line)


def test_the_same_sentence_about_several_files_stands_once():
    notes = [
        make_finding(
            "FILE-04", file=f"t{number}.csv", facts={"problem": "It was read as UTF-16 text."}
        )
        for number in range(3)
    ]
    text = fix_list_text(_table(*notes))
    assert text.count("UTF-16") == 1
    assert "t0.csv, t1.csv, t2.csv" in text
