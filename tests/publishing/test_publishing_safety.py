"""Pages load nothing and run nothing; text from data stays text; templates hold no numbers."""

import ast
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import pipeline.publishing as publishing
from pipeline.publishing.build import build_report
from pipeline.publishing.fix_list.quality_summary import quality_summary_html
from pipeline.publishing.fix_list.write_fix_list import fix_list_csv, fix_list_html
from pipeline.publishing.writers.write_csv import neutral, write_csvs
from pipeline.publishing.writers.write_docx import write_docx
from pipeline.publishing.writers.write_plain_files import write_html, write_methods
from pipeline.publishing.writers.write_xlsx import write_xlsx
from schemas.methods import MethodSentence
from schemas.study import Study

FOLDER = Path(publishing.__file__).parent
CANARY = "<script>alert('x')</script>{{ 7*7 }}{% raw %}"
FORMULA = '=HYPERLINK("http://example.org","x")'
GROUP = "=1+1<b>{{7*7}}</b>$x^2$"


@pytest.fixture(scope="module")
def hostile(inputs):
    """Inputs whose title, group label, notes, reasons and sentences try to be code."""
    estimates = inputs.estimates.copy()
    for name in ("contrast",):
        estimates[name] = estimates[name].str.replace("LBP", GROUP, regex=False)
    estimates.loc[estimates["status"] != "ok", "note"] = CANARY + "\x00\x1b\u202e"
    flow = inputs.flow.copy()
    flow["group"] = flow["group"].replace("LBP", GROUP)
    flow.loc[flow["stage"] == "set_aside", "reason"] += " " + CANARY
    study = Study.model_validate(
        {
            "title": FORMULA + CANARY,
            "groups": {"case": {"label": GROUP}, "reference": {"label": "control"}},
        }
    )
    return replace(
        inputs,
        study=study,
        estimates=estimates,
        flow=flow,
        findings=inputs.findings.assign(found=FORMULA + CANARY, file="@x.xlsx"),
        curves=inputs.curves.assign(group=inputs.curves["group"].replace("LBP", GROUP)),
        participant_points=inputs.participant_points.assign(
            group=inputs.participant_points["group"].replace("LBP", GROUP)
        ),
        steps=(MethodSentence("statistics", "A sentence with " + CANARY + "."),),
        command=CANARY,
        software={CANARY: FORMULA},
    )


@pytest.fixture(scope="module")
def hostile_report(hostile):
    return build_report(hostile)


@pytest.fixture(scope="module")
def pages(hostile, hostile_report, report, inputs):
    return {
        "report": write_html(report),
        "hostile report": write_html(hostile_report),
        "hostile fix list": fix_list_html(hostile.findings, hostile.cohort),
        "hostile summary": quality_summary_html(hostile.findings, hostile.cohort, hostile.groups),
        "empty fix list": fix_list_html(inputs.findings.iloc[:0], inputs.cohort),
    }


def test_no_page_has_a_script_or_loads_anything(pages, reading):
    for name, page in pages.items():
        reader = reading.PageReader(page)
        tags = [tag for tag, _ in reader.tags]
        assert not {"script", "iframe", "link", "object", "embed", "form", "base"} & set(tags), name
        assert "<script" not in page.lower()
        for tag, attributes in reader.tags:
            for attribute in ("src", "href", "srcset", "action", "data", "poster"):
                target = attributes.get(attribute, "")
                assert target == "" or target.startswith(("#", "data:image/svg+xml;base64,")), tag
            assert not any(name.startswith("on") for name in attributes)
        assert "url(" not in page
        assert "@import" not in page


def test_every_page_forbids_everything_but_its_own_pictures_and_style(pages, reading):
    for page in pages.values():
        policies = [
            attributes["content"]
            for tag, attributes in reading.PageReader(page).tags
            if attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        assert len(policies) == 1
        for rule in ("default-src 'none'", "img-src data:", "style-src 'unsafe-inline'"):
            assert rule in policies[0]
        assert "script-src" not in policies[0]


def test_hostile_text_stays_text_in_html(pages, reading):
    for name in ("hostile report", "hostile fix list"):
        text = reading.PageReader(pages[name]).running_text
        assert CANARY in text
        assert "49" not in text.replace("7*7", "")[:2000]
    assert GROUP in reading.PageReader(pages["hostile report"]).running_text


def test_hostile_text_stays_text_in_word_and_markdown(hostile_report, reading):
    text = reading.docx_text(write_docx(hostile_report))
    assert FORMULA in text
    assert CANARY in text
    assert GROUP in text
    assert "<script>" not in write_methods(hostile_report).decode().replace("\\<script\\>", "")


def test_control_characters_and_direction_overrides_are_taken_out(hostile_report, reading):
    everything = reading.docx_text(write_docx(hostile_report)) + write_html(hostile_report)
    assert not any(character in everything for character in "\x00\x1b\u202e")


def test_no_workbook_cell_is_a_formula_or_a_link(hostile_report, reading):
    book = reading.workbook(write_xlsx(hostile_report))
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert kinds <= {"s", "n"}
    assert not any(cell.hyperlink for sheet in book for row in sheet for cell in row)
    assert FORMULA in {cell.value for cell in book["software"]["B"]}


def test_no_csv_cell_starts_a_formula(hostile, hostile_report, reading):
    files = {**write_csvs(hostile_report), "fix.csv": fix_list_csv(hostile.findings)}
    seen_neutralised = 0
    for content in files.values():
        for row in reading.csv_rows(content):
            for cell in row:
                number = re.fullmatch(r"-?\d+(\.\d+)?(e[-+]\d+)?", cell)
                assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")), cell
                seen_neutralised += cell.startswith(("'=", "'@"))
    assert seen_neutralised > 5


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_could_be_a_formula_gets_an_apostrophe(text):
    assert neutral(text) == "'" + text
    assert neutral("x" + text) == "x" + text


def test_figures_take_a_formula_like_label_as_it_stands(hostile_report):
    figure = next(f for f in hostile_report.figures() if f.id == "activation_points")
    assert GROUP in set(figure.data["group"])
    for drawn in hostile_report.figures():
        assert b"<script" not in drawn.svg


def _text_nodes(template: str) -> str:
    without_code = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", template, flags=re.S)
    return re.sub(r"<[^>]*>", " ", without_code)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("templates/*.j2")), ids=lambda p: p.name)
def test_templates_hold_no_numbers(path):
    assert not re.search(r"\d", _text_nodes(path.read_text(encoding="utf-8")))


def _sentences(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) not in docstrings and " " in node.value.strip():
                yield node.value
        # A string on a line of its own describes the constant above it.
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            docstrings.add(id(node.value))


def test_sentences_in_code_hold_no_numbers():
    paths = [FOLDER / "build.py", FOLDER / "report" / "cells.py", *FOLDER.glob("sections/*.py")]
    paths += FOLDER.glob("figures/*.py")
    sentences = [(path.name, text) for path in paths for text in _sentences(path)]
    assert len(sentences) > 100
    assert [found for found in sentences if re.search(r"\d", found[1])] == []


def test_quality_summary_holds_no_value_and_no_code_of_a_person(inputs, reading):
    text = reading.PageReader(
        quality_summary_html(inputs.findings, inputs.cohort, inputs.groups)
    ).text
    for column in ("participant_id", "found", "file", "cell", "column"):
        for value in inputs.findings[column].dropna().unique():
            assert not re.search(rf"\b{re.escape(value)}\b", text), (column, value)
    assert "HOLD-01" in text


def test_a_group_label_outside_the_study_is_not_in_the_quality_summary(inputs):
    strange = inputs.findings.assign(group="Anna Muster")
    page = quality_summary_html(strange, inputs.cohort, inputs.groups)
    assert "Anna" not in page


def test_the_report_holds_no_code_of_a_person(report, inputs, reading):
    text = reading.PageReader(write_html(report)).text
    for code in inputs.findings["participant_id"].dropna():
        assert not re.search(rf"\b{code}\b", text)
    assert isinstance(report.figures()[0].data, pd.DataFrame)
