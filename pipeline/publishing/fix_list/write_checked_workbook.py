"""The lab's own workbook with its wrong cells marked: a copy, never the workbook itself.

A copy has the same bytes for the same content, whenever and wherever it is written.
"""

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.packaging.core import DocumentProperties
from openpyxl.packaging.custom import CustomPropertyList
from openpyxl.utils.exceptions import InvalidFileException

from pipeline.publishing.fix_list.fix_entries import FixEntry
from pipeline.publishing.fix_list.fix_list_sheet import add_fix_list_sheet
from pipeline.publishing.fix_list.identifying_cells import Identifying, empty_identifying
from pipeline.publishing.fix_list.mark_cells import (
    AUTHOR,
    MAXIMUM_COMMENTS,
    mark_sheet,
    show_marked,
    wrong_cells,
)

LARGEST_COPY_BYTES: Final = 20_000_000
LARGEST_UNPACKED_BYTES: Final = 200_000_000
MOST_ROWS: Final = 100_000

_EMPTY_DRAWING: Final = (
    b'<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"/>'
)
_LEFT_OUT: Final = (
    ("xl/charts/", "charts"),
    ("xl/media/", "pictures"),
    ("xl/drawings/drawing", "drawings"),
    ("xl/chartsheets/", "chart sheets"),
    ("xl/pivotTables/", "pivot tables"),
    ("xl/slicers/", "slicers"),
    ("xl/ctrlProps/", "form controls"),
    ("xl/threadedComments/", "threads of replies to comments"),
    ("xl/connections", "data connections"),
)
"""Start of a part's name -> what people call it; these are not carried into the copy."""

_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    InvalidFileException,
    ParseError,
    EOFError,
    OSError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
)
"""What openpyxl and zipfile raise on workbooks that they cannot carry."""


class NoCopy(Exception):
    """A marked copy cannot be made; the message is a sentence for the lab."""


def checked_workbook(
    content: bytes, file: str, entries: Sequence[FixEntry], since: str, identifying: Identifying
) -> bytes:
    """A workbook of the lab with its wrong cells marked and a sheet FIX LIST in front.

    entries: the findings of this file, worst first. since: sentence about the last check. Formulas,
    styles and other sheets stay. Raises NoCopy when the workbook is too large or cannot be carried.
    """
    try:
        left_out = _refuse_too_large(content)
        with warnings.catch_warnings():
            # openpyxl warns about what it does not carry; the sheet FIX LIST says it.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(_without_drawings(content)), rich_text=True)
            return marked_book(book, file, entries, since, identifying, _notes(left_out))
    except _BROKEN:
        raise NoCopy("The workbook cannot be carried into a copy.") from None


def marked_book(
    book: Any,
    file: str,
    entries: Sequence[FixEntry],
    since: str,
    identifying: Identifying,
    notes: Sequence[str] = (),
) -> bytes:
    """An openpyxl workbook, marked and with the sheet FIX LIST, as bytes that never vary.

    notes: what is different in this copy, one sentence each.
    """
    notes = [*notes]
    _take_out(book)
    n_emptied, any_hidden, comments_left = 0, False, MAXIMUM_COMMENTS
    for sheet in book.worksheets:
        of_sheet = [entry for entry in entries if entry.sheet in ("", sheet.title)]
        of_sheet = of_sheet if len(book.worksheets) == 1 else [e for e in of_sheet if e.sheet]
        n_emptied += empty_identifying(sheet, of_sheet, identifying)
        cells = wrong_cells(of_sheet)
        any_hidden |= bool(cells) and show_marked(sheet, cells)
        comments_left = mark_sheet(sheet, cells, comments_left)
    if n_emptied:
        notes.append(
            f"Left empty in this copy, because they identify people: the cells under or beside "
            f"{n_emptied} {'heading' if n_emptied == 1 else 'headings'}. A name in any other place "
            "would still be here."
        )
    if any_hidden:
        notes.append("Hidden rows, columns or sheets with marked cells are shown in this copy.")
    if comments_left == 0:
        notes.append(
            f"Only the first {MAXIMUM_COMMENTS:,} marked cells have a comment; this sheet lists all."
        )
    add_fix_list_sheet(book, file, entries, notes, since)
    book.properties = DocumentProperties(creator=AUTHOR, title="Marked copy")
    target = io.BytesIO()
    book.save(target)
    return stable(target.getvalue())


def _refuse_too_large(content: bytes) -> list[str]:
    """What the copy will lack. Raises NoCopy before anything is unpacked that is too large."""
    limit = LARGEST_COPY_BYTES // 1_000_000
    if len(content) > LARGEST_COPY_BYTES:
        raise NoCopy(f"The workbook is larger than {limit} MB, so no marked copy is made.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED_BYTES:
            raise NoCopy("The workbook unpacks too large for a marked copy.")
        names = archive.namelist()
        sheets = [name for name in names if name.startswith("xl/worksheets/")]
        if sum(archive.read(name).count(b"<row ") for name in sheets) > MOST_ROWS:
            raise NoCopy(f"The workbook has more than {MOST_ROWS:,} rows.")
    return [what for start, what in _LEFT_OUT if any(name.startswith(start) for name in names)]


def _notes(left_out: Sequence[str]) -> list[str]:
    if not left_out:
        return []
    return [f"Not in this copy, although your workbook has them: {', '.join(left_out)}."]


def _without_drawings(content: bytes) -> bytes:
    """The workbook with empty drawings: pictures and charts come back changed, or show people."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if not any(name.startswith("xl/drawings/drawing") for name in archive.namelist()):
            return content

    def empty_drawing(name: str, part: bytes) -> bytes:
        is_drawing = name.startswith("xl/drawings/drawing") and name.endswith(".xml")
        return _EMPTY_DRAWING if is_drawing else part

    return rewritten(content, empty_drawing)


def _take_out(book: Any) -> None:
    """Remove what openpyxl cannot carry whole, and stored copies of values from elsewhere."""
    for sheet in book.chartsheets:
        book.remove(sheet)
    for sheet in book.worksheets:
        sheet._pivots = []
    for link in book._external_links:
        if link.externalBook is not None:
            link.externalBook.sheetDataSet = None
    book.custom_doc_props = CustomPropertyList()


_CORE: Final = "docProps/core.xml"
_DATES: Final = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_FIXED_DAY: Final = rb"\g<1>2000-01-01T00:00:00Z\g<3>"
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip archive can hold."""

Change = Callable[[str, bytes], bytes]
"""Name and content of a part -> its content."""


def stable(workbook: bytes) -> bytes:
    """The workbook without the time at which it was saved."""
    return rewritten(
        workbook, lambda name, part: _DATES.sub(_FIXED_DAY, part) if name == _CORE else part
    )


def rewritten(archive: bytes, change: Change) -> bytes:
    """A zip archive whose parts went through `change`, in the same order, with fixed times."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for member in source.infolist():
            fixed = zipfile.ZipInfo(member.filename, _FIXED_TIME)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.create_system = 0
            fixed.external_attr = 0
            copy.writestr(fixed, change(member.filename, source.read(member)))
    return target.getvalue()
