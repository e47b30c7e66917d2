"""Wrong cells in a workbook: filled, framed and commented."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Border, PatternFill, Side

from pipeline.publishing.fix_list.fix_entries import FixEntry
from schemas.terms import SEVERITIES

AUTHOR: Final = "Stance"
MAXIMUM_COMMENTS: Final = 2_000
"""Beyond this the marks stay and the comments end: a spreadsheet opens thousands of them slowly."""

_INK: Final = "1F2328"
_OF_THE_LAB: Final = "\n\n"
_COMMENT_WIDTH: Final = 330
_LINE_HEIGHT: Final = 17
_LETTERS_IN_A_LINE: Final = 48
_TALLEST_COMMENT: Final = 420


@dataclass(frozen=True)
class Look:
    """How the cells of a severity look: fill, colour and kind of the frame (not colour alone)."""

    fill: str
    edge: str
    frame: str


LOOKS: Final[dict[str, Look]] = {
    "STOP": Look("F9C6C2", "A4161A", "thick"),
    "SET ASIDE": Look("FCD9AE", "9A4A00", "medium"),
    "WARN": Look("FFF1B0", "6B5900", "mediumDashed"),
    "NOTE": Look("DDE5EE", "59636E", "dashed"),
}
_WORST: Final = {severity: place for place, severity in enumerate(SEVERITIES)}

Cells = dict[tuple[int, int], list[FixEntry]]
"""Row and column (from 1) -> what is wrong there, worst first."""


def wrong_cells(entries: Iterable[FixEntry]) -> Cells:
    """Every cell that the entries of one sheet name."""
    cells: Cells = {}
    for entry in entries:
        for span in entry.ranges:
            for row in range(span.first_row, span.last_row + 1):
                cells.setdefault((row, span.column), []).append(entry)
    for found in cells.values():
        found.sort(key=_how_bad)
    return cells


def mark_sheet(sheet: Any, cells: Cells, comments_left: int) -> int:
    """Mark cells of an openpyxl sheet; answers how many comments may still be written.

    The worst finding of a cell gives its look; the comment holds all of them, below the lab's own.
    """
    marked_styles: dict[tuple[bytes, str], Any] = {}
    for (row, column), found in sorted(_visible(sheet, cells).items()):
        cell = sheet.cell(row, column)
        severity = found[0].severity
        key = (b"" if cell._style is None else cell._style.tobytes(), severity)
        if key not in marked_styles:
            cell._style = copy(cell._style)  # many cells can share one style
            wear(cell, LOOKS[severity])
            marked_styles[key] = cell._style
        cell._style = copy(marked_styles[key])
        if comments_left > 0:
            add_comment(cell, "\n\n".join(_comment(entry) for entry in found))
            comments_left -= 1
    return comments_left


def _visible(sheet: Any, cells: Cells) -> Cells:
    """The cells, with the first one of merged cells in place of those that it covers."""
    seen: Cells = {}
    for (row, column), found in cells.items():
        place = (row, column)
        if isinstance(sheet.cell(row, column), MergedCell):
            place = next(
                (span.min_row, span.min_col)
                for span in sheet.merged_cells.ranges
                if span.min_row <= row <= span.max_row and span.min_col <= column <= span.max_col
            )
        known = seen.setdefault(place, [])
        known += [entry for entry in found if entry not in known]
        known.sort(key=_how_bad)
    return seen


def _how_bad(entry: FixEntry) -> int:
    return _WORST.get(entry.severity, len(_WORST))


def wear(cell: Any, look: Look) -> None:
    """Give a cell the look of a severity; its number format, alignment and font face stay."""
    side = Side(style=look.frame, color=look.edge)
    cell.fill = PatternFill("solid", fgColor=look.fill)
    cell.border = Border(left=side, right=side, top=side, bottom=side)
    font = copy(cell.font)
    font.color = _INK
    cell.font = font


def add_comment(cell: Any, text: str) -> None:
    """Add a comment to a cell, below the one that it has."""
    author = AUTHOR
    if cell.comment is not None:
        author = cell.comment.author or AUTHOR
        text = f"{cell.comment.text.rstrip()}{_OF_THE_LAB}{AUTHOR}:\n{text}"
    lines = sum(1 + len(line) // _LETTERS_IN_A_LINE for line in text.split("\n"))
    height = min(_LINE_HEIGHT * (lines + 1), _TALLEST_COMMENT)
    cell.comment = Comment(text, author, height=height, width=_COMMENT_WIDTH)


def show_marked(sheet: Any, cells: Cells) -> bool:
    """Show hidden rows, columns and sheets that hold a marked cell; answers whether any was hidden."""
    was_hidden = bool(sheet.sheet_state != "visible")
    sheet.sheet_state = "visible"
    for row in {row for row, _ in cells}:
        if row in sheet.row_dimensions and sheet.row_dimensions[row].hidden:
            sheet.row_dimensions[row].hidden = False
            was_hidden = True
    columns = {column for _, column in cells}
    for dimension in sheet.column_dimensions.values():
        dimension.reindex()
        span = range(dimension.min or 0, (dimension.max or 0) + 1)
        if dimension.hidden and any(column in span for column in columns):
            dimension.hidden = False
            was_hidden = True
    return was_hidden


def _comment(entry: FixEntry) -> str:
    pieces = (
        f"{entry.severity} [{entry.rule_id}]",
        entry.found and f"Found: {entry.found}",
        entry.why,
        f"How to mend it: {entry.fix}",
    )
    return "\n".join(piece for piece in pieces if piece)
