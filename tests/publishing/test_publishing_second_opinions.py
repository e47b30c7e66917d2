"""A second computation that disagrees is in the reader's way; one that agrees is in a table."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.publishing.build import build_report
from pipeline.publishing.sections.comparisons import result_sentence
from pipeline.publishing.sections.second_opinions import (
    disagreement_notice,
    second_opinion_blocks,
)
from pipeline.publishing.writers.write_docx import write_docx
from pipeline.publishing.writers.write_plain_files import write_html
from tests.publishing.invented_study import make_inputs

WITHOUT_FIGURES = {"curves": pd.DataFrame(), "participant_points": pd.DataFrame()}
OUTCOME = "hold_time_s/eyes_open"
SAID = (
    "On the scale of the logarithm, the first computation gave \u22120.61028 and the second one "
    "\u22120.51000; until the reason is found, neither should be cited."
)


def _inputs(**changed):
    """The invented study with cells of its first primary comparison changed."""
    inputs = make_inputs()
    rows = inputs.estimates.copy()
    main = (rows["outcome"] == OUTCOME) & (rows["role"] == "primary")
    assert main.sum() == 1
    for column, value in changed.items():
        rows.loc[main, column] = value
    return replace(inputs, **WITHOUT_FIGURES, estimates=rows)


@pytest.fixture(scope="module")
def disagreeing():
    note = "A second computation by another route (likelihood) does not agree with this number."
    return build_report(
        _inputs(second_opinion="disagrees", second_estimate=-0.51, status="flagged", note=note)
    )


def _texts(report, section_id):
    section = next(section for section in report.sections if section.id == section_id)
    return [report.text_of(block) for block in section.blocks if hasattr(block, "fragments")]


def test_a_disagreement_is_on_the_first_page_in_the_key_results_and_in_its_section(disagreeing):
    (banner,) = (notice for notice in disagreeing.banners if "second computation" in notice.text)
    assert banner.kind == "caution" and "eyes open" in banner.text.lower()
    for section in ("key-results", "hold-time"):
        (text,) = (text for text in _texts(disagreeing, section) if "second one" in text)
        assert SAID in text and "does not agree with this number" in text


def test_a_disagreement_opens_the_table_of_second_computations(disagreeing):
    table = next(table for table in disagreeing.tables() if table.id == "second_opinions")
    assert table.rows[0].cells[-1].text == "disagrees"
    assert all(row.cells[-1].text == "agrees" for row in table.rows[1:])
    assert any("Not all of them agree" in text for text in _texts(disagreeing, "sensitivity"))


def test_every_page_format_says_it(disagreeing, reading):
    html = reading.PageReader(write_html(disagreeing)).running_text
    assert SAID in html and SAID in reading.docx_text(write_docx(disagreeing))


def test_agreement_is_told_once_and_nobody_is_cautioned(report):
    assert not any("second computation" in notice.text for notice in report.banners)
    assert any("All of them agree" in text for text in _texts(report, "sensitivity"))
    table = next(table for table in report.tables() if table.id == "second_opinions")
    first = table.rows[0]
    assert first.cells[3].text == first.cells[4].text


def test_a_second_number_that_is_not_finite_is_said():
    inputs = _inputs(second_opinion="disagrees", second_estimate=float("nan"))
    (row,) = (row for row in inputs.numbers().rows if row.second_opinion == "disagrees")
    words = result_sentence(row, inputs).fragments
    assert any("gave no finite number" in getattr(part, "text", "") for part in words)


def test_without_second_computations_nothing_is_claimed():
    inputs = _inputs()
    rows = inputs.estimates.assign(second_opinion="", second_route="", second_estimate=None)
    inputs = replace(inputs, estimates=rows)
    assert second_opinion_blocks(inputs, inputs.numbers()) == []
    assert disagreement_notice(inputs, inputs.numbers()) is None


def test_a_primary_result_that_stands_on_one_computation_is_named():
    inputs = _inputs(second_opinion="", second_route="", second_estimate=None)
    text, _ = second_opinion_blocks(inputs, inputs.numbers())
    said = "".join(getattr(part, "text", "") for part in text.fragments)
    assert "stand on one computation: Hold time, eyes open (" in said
