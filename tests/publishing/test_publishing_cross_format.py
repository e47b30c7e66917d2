"""Every number is the one of the estimates, and reads the same in every format."""

import json
import re

import pytest

from pipeline.publishing.report.number_format import Num
from pipeline.publishing.writers.write_csv import flat_table, write_csvs
from pipeline.publishing.writers.write_docx import write_docx
from pipeline.publishing.writers.write_plain_files import (
    bibtex_entry,
    write_citations,
    write_figures,
    write_html,
    write_methods,
    write_numbers,
)
from pipeline.publishing.writers.write_xlsx import write_xlsx
from schemas.citations import CITATIONS


@pytest.fixture(scope="module")
def page(report, reading):
    return reading.PageReader(write_html(report))


@pytest.fixture(scope="module")
def document(report):
    return write_docx(report)


@pytest.fixture(scope="module")
def book(report, reading):
    return reading.workbook(write_xlsx(report))


def _printed(table):
    """The rows of a table as every page format has to show them, footnote marks included."""
    rows = [[column.label for column in table.columns]]
    for row in table.rows:
        cells = row.cells[:1] if row.is_bare_heading else row.cells
        rows.append([cell.text + cell.mark for cell in cells])
    return rows


def test_every_printed_number_is_a_number_of_its_estimate(report):
    rows = {row["estimate_id"]: row for row in report.numbers.to_dict("records")}
    nums = [num for num in report.printed_numbers() if num.is_estimate]
    assert len(nums) > 250
    for num in nums:
        assert num.value in [v for v in rows[num.source].values() if isinstance(v, float)], num


def test_html_tables_show_the_numbers_of_the_report(report, page):
    assert page.tables == [_printed(table) for table in report.tables()]


def test_docx_tables_show_the_numbers_of_the_report(report, document, reading):
    assert reading.docx_tables(document) == [_printed(table) for table in report.tables()]


def test_the_text_is_the_same_in_html_and_docx(report, page, document, reading):
    text = reading.docx_text(document)
    for section in report.sections:
        for block in section.blocks:
            if hasattr(block, "fragments"):
                words = report.text_of(block)
                assert words in page.running_text
                assert words in text


def test_xlsx_cells_are_numbers_that_look_like_the_report(report, book, reading):
    assert book.sheetnames == [table.id for table in report.tables()] + ["estimates"]
    compared = 0
    for table in report.tables():
        sheet, flat = book[table.id], flat_table(table)
        for line, row in enumerate(flat.rows, start=3):
            for place, cell in enumerate(row, start=1):
                found = sheet.cell(line, place)
                if isinstance(cell, Num):
                    assert found.value == pytest.approx(cell.value, rel=1e-15)
                    assert reading.as_excel_shows(found) == cell.text
                    compared += 1
                else:
                    assert (found.value or None) == cell
    assert compared > 250


def test_csv_cells_are_the_unrounded_numbers(report, reading):
    files = write_csvs(report)
    assert set(files) == {f"{table.id}.csv" for table in report.tables()}
    for table in report.tables():
        flat = flat_table(table)
        found = reading.csv_rows(files[f"{table.id}.csv"])
        assert len(found) == len(flat.rows) + 1
        for written, row in zip(found[1:], flat.rows, strict=True):
            for text, cell in zip(written, row, strict=True):
                if isinstance(cell, Num):
                    assert float(text) == cell.value
                    assert Num(float(text), cell.style, cell.decimals).text == cell.text
                else:
                    assert text.lstrip("'") == (cell or "")


def test_a_spreadsheet_row_can_be_read_by_itself(report):
    table = next(t for t in report.tables() if t.id == "activation")
    flat = flat_table(table)
    assert flat.headings[:3] == ("Block", "Measure", "LBP")
    mean = next(
        row for row in flat.rows if row[:2] == ("Gluteus medius activation, %MVIC", "Mean (SD)")
    )
    values = dict(zip(flat.headings, mean, strict=True))
    assert values["LBP: mean"].value == 31.2
    assert values["control: SD"].value == 7.4


def test_numbers_json_has_every_estimate_once_and_names_those_in_print(report):
    content = json.loads(write_numbers(report))
    ids = [row["estimate_id"] for row in content["estimates"]]
    assert ids == list(report.numbers["estimate_id"])
    assert set(content["printed"]) <= set(ids)
    assert content["printed"]
    lost = next(row for row in content["estimates"] if row["status"] == "not_estimable")
    assert lost["estimate"] is None
    assert {row["on_boundary"] for row in content["estimates"]} == {False}
    assert b"NaN" not in write_numbers(report)


def test_figures_come_with_the_table_behind_them(report, reading):
    files = write_figures(report)
    for figure in report.figures():
        assert files[f"{figure.id}.svg"].startswith(b"<?xml")
        assert files[f"{figure.id}.png"].startswith(b"\x89PNG")
        rows = reading.csv_rows(files[f"{figure.id}.csv"])
        assert rows[0] == [str(name) for name in figure.data.columns]
        assert len(rows) == len(figure.data) + 1


def test_methods_cite_only_works_of_the_reference_list(report):
    text = write_methods(report).decode()
    assert "(Besomi et al. 2020; Merletti 1999)." in text
    keys = [key for step in report.steps for key in step.citations]
    bib = write_citations(report).decode()
    assert set(re.findall(r"^@\w+\{(\w+),$", bib, re.MULTILINE)) == set(keys)


def test_every_work_is_an_entry_that_reference_managers_take():
    for work in CITATIONS.values():
        entry = bibtex_entry(work)
        fields = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", entry, re.MULTILINE))
        journal = {"inproceedings": "booktitle", "book": "publisher"}.get(work.kind, "journal")
        assert {"author", "title", "year", journal} <= set(fields), work.key
        assert all(fields.values()), work.key
        assert entry.count("{") == entry.count("}"), work.key
        assert all(
            ", " in author or author in {"others", "Student"}
            for author in fields["author"].split(" and ")
        )
        assert fields.get("doi", "10.").startswith("10."), work.key
        assert str(work.year) in work.full
        assert work.short.split()[0] in work.full
