"""The data dictionary says of every column what the table models say, as CSV and as a page."""

import csv
import io
from html.parser import HTMLParser

import pytest

from pipeline.intake.templates.data_dictionary import (
    DICTIONARY_HEADINGS,
    TABLE_PURPOSES,
    dictionary_entries,
    dictionary_page,
    dictionary_text,
    range_in_words,
)
from schemas.columns import column_rules
from schemas.tables import INPUT_TABLES
from schemas.terms import BALANCE_TASKS, HOLD_ENDINGS


class Page(HTMLParser):
    """The text of a page, its tags, and its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = ""
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def rows() -> dict[tuple[str, str], dict[str, str]]:
    found = list(csv.DictReader(io.StringIO(dictionary_text())))
    return {(row["table"], row["column"]): row for row in found}


@pytest.fixture(scope="module")
def page() -> Page:
    return Page(dictionary_page("lyon-2026"))


def test_every_column_of_every_table_has_a_row(rows):
    assert list(rows) == [
        (name, column)
        for name, table in INPUT_TABLES.items()
        for column in column_rules(table.model)
    ]
    assert tuple(next(iter(rows.values()))) == DICTIONARY_HEADINGS


@pytest.mark.parametrize(
    ("table", "column", "field", "expected"),
    [
        ("participants", "height_cm", "range", "50 to 250"),
        ("participants", "height_cm", "unit", "cm"),
        ("participants", "height_cm", "plausible", "130 to 215"),
        (
            "participants",
            "height_cm",
            "plausible_because",
            "most adults are between 130 and 215 cm",
        ),
        ("participants", "group", "required", "yes"),
        (
            "participants",
            "odi_1",
            "required",
            "no; an answer from which Stance computes odi_pct",
        ),
        ("hold_times", "ceiling_s", "range", "above 0, at most 3600"),
        ("hold_times", "trial", "required", "no; without it: 1"),
        ("hold_times", "ceiling_s", "required", "no; without it: the ceiling of study.yaml"),
        (
            "hold_times",
            "hold_time_s",
            "required",
            "at least one of hold_time_s, hold_low_s, hold_high_s",
        ),
        ("hold_times", "hold_time_s", "example", "12.4"),
        ("clinical_test", "sls_test", "required", "yes; a cell may be empty"),
        ("activation", "gmed_rms_uv", "range", "at least 0"),
        ("activation", "onset_ms", "range", "from -10000 to 10000"),
        ("training_log", "date", "type", "date"),
        ("training_log", "date", "example", "2026-01-12"),
        ("training_log", "repetitions", "type", "whole number"),
    ],
)
def test_a_cell_of_the_dictionary(rows, table, column, field, expected):
    assert rows[table, column][field] == expected


def test_terms_come_with_their_meanings(rows):
    ended_by = rows["hold_times", "ended_by"]
    assert ended_by["terms"].split(" | ") == list(HOLD_ENDINGS)
    assert ended_by["meanings"].split(" | ") == [f"{t}: {m}" for t, m in HOLD_ENDINGS.items()]
    task = rows["hold_times", "task"]
    assert task["terms"].split(" | ") == list(BALANCE_TASKS)
    assert "kneel_lean_ball: Kneeling lean on a ball; goal 10 s" in task["meanings"]


def test_every_column_has_an_example_that_its_own_rule_accepts():
    for table in INPUT_TABLES.values():
        rules = column_rules(table.model)
        for entry in dictionary_entries(table):
            rule = rules[entry.column]
            assert entry.example, (table.name, entry.column)
            if rule.terms:
                assert entry.example in rule.terms
            if rule.kind in ("number", "integer"):
                number = float(entry.example)
                assert rule.low is None or rule.low <= number, range_in_words(rule)
                assert rule.high is None or number <= rule.high, range_in_words(rule)


def test_no_cell_of_the_csv_is_taken_for_a_formula(rows):
    for row in rows.values():
        for field, text in row.items():
            # The example -42 is a number and meant as one.
            assert field == "example" or not text.startswith(("=", "+", "-", "@", "\t")), text


def test_every_table_says_what_it_is_for(page):
    assert list(TABLE_PURPOSES) == list(INPUT_TABLES)
    for purpose in TABLE_PURPOSES.values():
        assert purpose in page.text


def test_the_page_says_what_the_csv_says(rows, page):
    for row in rows.values():
        for field in ("column", "label", "description", "range", "plausible", "example"):
            assert row[field].replace("`", "") in page.text, (row["column"], field)


def test_the_page_stands_alone_and_runs_nothing(page):
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not [value for name, value in page.attributes if name.startswith("on")]
    links = [value for name, value in page.attributes if name in ("href", "src")]
    assert links == [f"#{name}" for name in INPUT_TABLES]


def test_a_name_cannot_break_the_page():
    page = dictionary_page("<script>x</script>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_the_dictionary_has_no_words_of_programmers(page):
    words = page.text.casefold()
    for word in ("traceback", "dtype", "nan ", "nonetype", "coerce", "schema", "regex"):
        assert word not in words
