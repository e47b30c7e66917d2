"""Reads reports back: the visible text and the tables of HTML, DOCX, XLSX and CSV."""

import csv
import io
import re
from html.parser import HTMLParser

import docx
import openpyxl

VOID = {"meta", "img", "br", "link", "input"}


class PageReader(HTMLParser):
    """Collects tags, visible text and tables of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.tables: list[list[list[str]]] = []
        self._hidden = 0
        self._cell: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag in {"style", "script"}:
            self._hidden += 1
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in {"td", "th"}:
            self._cell = []

    def handle_endtag(self, tag):
        if tag in {"style", "script"}:
            self._hidden -= 1
        if tag in {"td", "th"}:
            self.tables[-1][-1].append("".join(self._cell or []).strip())
            self._cell = None

    def handle_data(self, data):
        if self._hidden:
            return
        self.texts.append(data)
        if self._cell is not None:
            self._cell.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    @property
    def running_text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.texts))


def docx_text(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [c.text for t in document.tables for row in t.rows for c in row.cells]
    lines += [p.text for p in document.sections[0].footer.paragraphs]
    return "\n".join(lines)


def docx_tables(content: bytes) -> list[list[list[str]]]:
    document = docx.Document(io.BytesIO(content))
    tables = []
    for table in document.tables:
        rows = []
        for row in table.rows:
            rows.append(
                [
                    "".join(node.text or "" for node in tc.iter() if node.tag.endswith("}t"))
                    for tc in row._tr.tc_lst
                ]
            )
        tables.append(rows)
    return tables


def workbook(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def as_excel_shows(cell) -> str:
    """What a spreadsheet prints for the few number formats that we write."""
    if not isinstance(cell.value, int | float):
        return "" if cell.value is None else str(cell.value)
    look, value = cell.number_format, float(cell.value)
    if re.fullmatch(r'"[^"]*"', look):
        return look.strip('"')
    positive = look.split(";")[0]
    digits = len(positive.rstrip("%").partition(".")[2])
    scaled = abs(value) * (100 if positive.endswith("%") else 1)
    text = f"{float(repr(round(scaled + 1e-12, digits))):.{digits}f}"
    if positive.startswith("."):
        text = text[1:]
    if positive.endswith("%"):
        text += "%"
    negative = value < 0 and float(text.rstrip("%")) != 0
    if negative:
        assert ";" in look, "a negative number needs a format of its own"
        return look.split(";")[1].split('"')[1] + text
    return text


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
