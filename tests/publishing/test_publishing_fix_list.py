"""The fix list as a page and as a table."""

import re

import pandas as pd
import pytest

from pipeline.publishing.fix_list.checked_copies import CheckedCopies
from pipeline.publishing.fix_list.fix_entries import severity_counts, worst_first
from pipeline.publishing.fix_list.write_fix_list import fix_list_csv, fix_list_html
from schemas.intake_results import Findings
from schemas.rules import RULES


def _findings(invented, *rows):
    return Findings.validate(pd.DataFrame(list(rows), columns=list(Findings.to_schema().columns)))


def test_files_and_lines_stand_worst_first_and_row_ten_after_row_nine(invented):
    made = invented.finding
    findings = _findings(
        invented,
        made(3, "COL-03", "NOTE", file="a.csv"),
        made(10, "HOLD-01", "SET ASIDE", file="b.csv"),
        made(9, "HOLD-01", "SET ASIDE", file="b.csv"),
        made(5, "CELL-06", "WARN", file="b.csv"),
        made(1, "FILE-03", "STOP", file="c.csv", cell=None),
    )
    ordered = worst_first(findings)
    assert list(ordered["file"]) == ["c.csv", "b.csv", "b.csv", "b.csv", "a.csv"]
    assert list(ordered["cell"].fillna("")) == ["", "D9", "D10", "D5", "D3"]
    shuffled = worst_first(findings.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(ordered, shuffled)


def test_every_finding_shows_where_what_why_and_how(inputs, reading):
    page = reading.PageReader(fix_list_html(inputs.findings, inputs.cohort))
    assert "Fix list of invented" in page.text
    for row in inputs.findings.to_dict("records"):
        for column in ("found", "why", "fix", "rule_id"):
            assert row[column] in page.running_text
        assert f"cell {row['cell']}" in page.running_text
    headings = page.tables[0][0]
    assert headings == ["Urgency", "Where", "Found", "Why it matters", "How to mend it"]


def test_counts_stand_on_top(inputs, reading):
    counts = severity_counts(inputs.findings["severity"])
    assert [(count.severity, count.n) for count in counts] == [
        ("SET ASIDE", 3),
        ("WARN", 1),
        ("NOTE", 1),
    ]
    text = reading.PageReader(fix_list_html(inputs.findings, inputs.cohort)).text
    assert text.index("the row leaves the analysis") < text.index("hold_times.xlsx")


def test_the_page_says_that_it_is_internal(inputs, reading):
    text = reading.PageReader(fix_list_html(inputs.findings, inputs.cohort)).text
    assert "Internal: this page contains values of participants." in text


def test_an_empty_list_is_good_news(inputs, reading):
    text = reading.PageReader(fix_list_html(inputs.findings.iloc[:0], "x")).text
    assert "Nothing to mend" in text
    assert "<table" not in text


def test_a_decision_that_was_taken_is_shown(invented, reading):
    kept = _findings(invented, invented.finding(1, "HOLD-01", "SET ASIDE", status="kept"))
    assert "HOLD-01 · kept" in reading.PageReader(fix_list_html(kept, "x")).running_text


def test_the_table_of_the_fix_list_has_the_same_lines_in_the_same_order(inputs, reading):
    rows = reading.csv_rows(fix_list_csv(inputs.findings))
    assert rows[0] == list(Findings.to_schema().columns)
    place = rows[0].index("finding_id")
    assert [row[place] for row in rows[1:]] == list(worst_first(inputs.findings)["finding_id"])


def test_settings_to_type_look_like_settings(invented):
    fix = 'Set `decimal: ","` in study.yaml, or write `<b>` or a lone ` mark.'
    page = fix_list_html(_findings(invented, invented.finding(1, "CELL-02", "WARN", fix=fix)), "x")
    assert "<code>decimal: &#34;,&#34;</code>" in page
    assert "<code>&lt;b&gt;</code>" in page
    assert "<b>`" not in page


def test_every_line_has_an_anchor_and_its_rule_is_explained_once(inputs, reading):
    page = reading.PageReader(fix_list_html(inputs.findings, inputs.cohort))
    anchors = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(anchors) == len(set(anchors))
    assert {f"f-{finding_id}" for finding_id in inputs.findings["finding_id"]} <= set(anchors)
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert {link.removeprefix("#") for link in links} <= set(anchors)
    for rule_id in inputs.findings["rule_id"].unique():
        assert f"rule-{rule_id}" in anchors
        assert page.text.count(RULES[rule_id].title) == 1
        assert f"docs/rules/{rule_id}.md" in page.text


def test_a_rule_is_not_explained_with_holes_in_its_sentence(inputs, reading):
    page = fix_list_html(inputs.findings, inputs.cohort)
    assert not re.search(r"\{\w+\}", reading.PageReader(page).text)


def test_the_page_names_the_marked_copies_and_says_why_one_is_missing(inputs, reading):
    copies = CheckedCopies(
        {"hold_times.xlsx": ("hold_times_CHECKED.xlsx", b"")},
        {"participants.csv": "The file cannot be opened."},
    )
    page = reading.PageReader(fix_list_html(inputs.findings, inputs.cohort, copies=copies))
    assert "With the cells marked: hold_times_CHECKED.xlsx" in page.running_text
    assert "No marked copy: The file cannot be opened." in page.running_text


@pytest.mark.parametrize("name", ["participant_id", "found", "file", "sheet", "column", "cell"])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\x00", "\x00=", "＝"])
def test_no_text_of_the_lab_becomes_a_formula_in_the_table(invented, reading, name, start):
    findings = _findings(
        invented, invented.finding(1, "CELL-01", "SET ASIDE", **{name: start + "1+1"})
    )
    for row in reading.csv_rows(fix_list_csv(findings)):
        for cell in row:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝")), cell
