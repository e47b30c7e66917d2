"""Every rule has a page, a passing fixture (the valid cohort), a failing one and a golden message."""

import random
from pathlib import Path

import pytest
from defects import DEFECTS
from defects.changing_defects import CHANGING_DEFECTS
from defects.signal_defects import SIGNAL_DEFECTS
from golden_messages import FOLDER, message_of

from pipeline.intake.rule_pages import LIST_PAGE, in_words, rule_pages, subjects
from schemas.rules import RULES

DOCS = Path(__file__).resolve().parents[2] / "docs" / "rules"
FORBIDDEN = (
    *("Traceback", "dtype", "NaN", "NoneType", "KeyError"),
    *("index", "coerce", "schema", "regex"),
)
REWRITE_PAGES = "rewrite the pages: python -m pipeline.intake.rule_pages docs/rules"
REWRITE_MESSAGES = "rewrite the messages: python tests/intake/golden_messages.py"


@pytest.fixture(scope="module")
def pages():
    """The pages as they are generated, by file name."""
    return rule_pages()


def test_the_folder_has_the_generated_pages_and_no_others(pages):
    assert {path.name for path in DOCS.iterdir()} == set(pages), REWRITE_PAGES


@pytest.mark.parametrize("name", [LIST_PAGE, *(f"{rule_id}.md" for rule_id in RULES)])
def test_a_page_is_the_generated_one(pages, name):
    assert (DOCS / name).read_text(encoding="utf-8") == pages[name], REWRITE_PAGES


def test_the_list_names_every_rule_once_under_its_subject(pages):
    listed = [rule.rule_id for rules in subjects().values() for rule in rules]
    assert sorted(listed) == sorted(RULES)
    page = pages[LIST_PAGE]
    assert all(f"[{rule_id}]({rule_id}.md)" in page for rule_id in RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.rule_id)
def test_a_rule_says_what_it_checks_and_shows_right_and_wrong(pages, rule):
    assert rule.checks.endswith(".")
    assert rule.good.strip()
    assert rule.bad.strip()
    assert rule.good != rule.bad
    page = pages[f"{rule.rule_id}.md"]
    words = page.replace("schemas/rules", "").replace("schemas.", "")
    assert not [word for word in FORBIDDEN if word in words]
    assert "{" not in in_words(rule.why).replace("{*", "")


def test_words_in_code_spans_and_at_the_start_of_sentences_read_well():
    assert in_words("{column} has {near}no {value}.") == "*The column* has no *what was found*."
    assert in_words("Set `units: {{{column}: mm}}`.") == "Set `units: {the column: mm}`."
    assert in_words("{problem}") == "*The finding says what is wrong.*"


@pytest.mark.parametrize("rule_id", RULES)
def test_a_rule_has_a_failing_fixture(rule_id):
    assert rule_id in {defect.rule_id for defect in (*DEFECTS, *SIGNAL_DEFECTS, *CHANGING_DEFECTS)}


@pytest.mark.parametrize("rule_id", sorted(RULES.keys() - {defect.rule_id for defect in DEFECTS}))
def test_the_message_of_a_rule_is_the_golden_one(rule_id, tmp_path):
    """The others are compared where their defects are planted, in test_intake_mutations."""
    golden = (FOLDER / f"{rule_id}.txt").read_text(encoding="utf-8")
    assert message_of(rule_id, tmp_path) == golden, REWRITE_MESSAGES


def test_every_rule_has_a_golden_message_in_the_words_of_a_lab():
    assert {path.stem for path in FOLDER.iterdir()} == set(RULES), REWRITE_MESSAGES
    for path in FOLDER.iterdir():
        message = path.read_text(encoding="utf-8")
        assert not [word for word in FORBIDDEN if word in message], path.name


@pytest.mark.parametrize("defect", SIGNAL_DEFECTS, ids=str)
def test_a_defect_in_a_signal_gives_one_finding_of_its_recording(defect, tmp_path):
    findings = defect.findings(tmp_path, random.Random(str(defect)))
    assert findings["rule_id"].tolist() == [defect.rule_id]
    assert findings["file"].tolist() == ["stance.csv"]
    assert findings["group"].tolist() == ["LBP"]
