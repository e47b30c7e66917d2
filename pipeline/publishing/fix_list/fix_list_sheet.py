"""The sheet FIX LIST of a marked copy: every finding of the file, worst first, with links to the cells."""

from collections.abc import Sequence
from typing import Any, Final

from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink

from pipeline.publishing.fix_list.fix_entries import FixEntry, counted_entries
from pipeline.publishing.fix_list.mark_cells import LOOKS, wear
from pipeline.publishing.report.printable import printable
from pipeline.publishing.writers.write_csv import STARTS_A_FORMULA
from schemas.terms import SEVERITIES

SHEET_NAME: Final = "FIX LIST"
_LONGEST_TEXT: Final = 32_000
"""A cell holds 32,767 characters at most."""

_POINTS_OF_A_LINE: Final = 15
_TALLEST_ROW: Final = 400.0
_WRAPPED_EARLY: Final = 1.15
"""Lines break between words, so they hold fewer letters than the column is wide."""

_COLUMNS: Final = (
    ("Urgency", 12),
    ("Where", 30),
    ("Heading", 18),
    ("Participant", 13),
    ("Found", 22),
    ("Why it matters", 48),
    ("How to mend it", 48),
    ("Since last time", 14),
    ("First seen", 12),
    ("Decision", 11),
    ("Rule", 11),
    ("Finding", 12),
)
_FACE: Final = "Calibri"
_INTERNAL: Final = "Internal: this workbook contains values of participants. Keep it in the lab."
_PURPOSE: Final = (
    "A copy for finding the cells. Correct the cells in your own file, then run the check again; "
    "this copy is made anew each time."
)


def add_fix_list_sheet(
    book: Any, file: str, entries: Sequence[FixEntry], notes: Sequence[str], since: str
) -> None:
    """Put the sheet in front of an openpyxl workbook and open the workbook there.

    entries: the findings of the file, worst first. notes: what is different in this copy. since:
    sentence about the last check, "" for none.
    """
    places = {sheet.title for sheet in book.worksheets}
    sheet = book.create_sheet(_free_name(book.sheetnames), 0)
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
    book.active = 0
    head = [f"{SHEET_NAME}: {file}", _counts(entries), since, _INTERNAL, _PURPOSE, *notes]
    row = 0
    for row, line in enumerate((line for line in head if line), start=1):
        write_text_cell(sheet, row, 1, line).font = Font(
            name=_FACE, bold=row == 1, size=14 if row == 1 else 11
        )
    top = row + 2
    for place, (severity, meaning) in enumerate(SEVERITIES.items(), start=top):
        wear(write_text_cell(sheet, place, 1, severity), LOOKS[severity])
        write_text_cell(sheet, place, 2, f"{meaning}; marked cells look like this")
    _write_table(sheet, top + len(SEVERITIES) + 1, entries, places)
    for place, (_, width) in enumerate(_COLUMNS):
        sheet.column_dimensions["ABCDEFGHIJKL"[place]].width = width
    # A release and a first check have nothing to compare with.
    sheet.column_dimensions["H"].hidden = not any(entry.since for entry in entries)
    sheet.column_dimensions["I"].hidden = not any(entry.since for entry in entries)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def write_text_cell(sheet: Any, row: int, column: int, text: str) -> Any:
    """Write text that no spreadsheet takes for a formula, a number or a date; answers the cell."""
    cell = sheet.cell(row, column)
    as_text(cell, printable(text)[:_LONGEST_TEXT])
    return cell


def as_text(cell: Any, text: str) -> None:
    """Make an openpyxl cell hold exactly this text."""
    cell.value = text
    cell.data_type = "s"
    if text.startswith(STARTS_A_FORMULA):
        cell.quotePrefix = True


def _write_table(sheet: Any, top: int, entries: Sequence[FixEntry], places: set[str]) -> None:
    line = Side(style="thin", color="B5BEC8")
    for column, (heading, _) in enumerate(_COLUMNS, start=1):
        cell = write_text_cell(sheet, top, column, heading)
        cell.font = Font(name=_FACE, bold=True)
        cell.border = Border(bottom=Side(style="medium", color="1F2328"))
        cell.alignment = Alignment(vertical="bottom", wrap_text=True)
    for row, entry in enumerate(entries, start=top + 1):
        where = entry.cell or ("whole sheet" if entry.sheet else "whole file")
        texts = (
            entry.severity,
            f"{entry.sheet}, {where}" if entry.sheet else where,
            entry.column,
            entry.participant_id,
            entry.found,
            entry.why,
            entry.fix,
            entry.since,
            entry.first_seen,
            "" if entry.status == "open" else entry.status,
            entry.rule_id,
            entry.finding_id,
        )
        for column, text in enumerate(texts, start=1):
            cell = write_text_cell(sheet, row, column, text)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.border = Border(bottom=line)
        sheet.row_dimensions[row].height = _height(texts)
        wear(sheet.cell(row, 1), LOOKS[entry.severity])
        target = _target(entry, places)
        if target:
            link = sheet.cell(row, 2)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=target)
            link.font = Font(name=_FACE, color="0B5C8A", underline="single")
    if entries:
        sheet.auto_filter.ref = f"A{top}:L{top + len(entries)}"
    sheet.print_title_rows = f"{top}:{top}"


def _height(texts: Sequence[str]) -> float:
    """Height in points of a row whose cells wrap; not every program works it out by itself."""
    lines = max(
        -(-len(text) * _WRAPPED_EARLY // width)
        for text, (_, width) in zip(texts, _COLUMNS, strict=True)
    )
    return min(_POINTS_OF_A_LINE * max(lines, 1) + 2, _TALLEST_ROW)


def _target(entry: FixEntry, places: set[str]) -> str:
    """Place in this workbook that a link leads to; "" for a finding without a cell here."""
    if not entry.first_cell or entry.sheet not in places:
        return ""
    return f"{quote_sheetname(entry.sheet)}!{entry.first_cell}"


def _counts(entries: Sequence[FixEntry]) -> str:
    n = len(entries)
    return f"{n} {'finding' if n == 1 else 'findings'}: {counted_entries(entries)}."


def _free_name(taken: Sequence[str]) -> str:
    """FIX LIST, or the next name that the lab's workbook does not have."""
    used = {name.casefold() for name in taken}
    names = (SHEET_NAME, *(f"{SHEET_NAME} {number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name.casefold() not in used)
