"""What python-docx lacks: fields, bookmarks, repeated headings, and columns as wide as their words need."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from pipeline.publishing.report.report_model import Table

_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
TWIPS_PER_CM: Final = 567


def element(tag: str, **attributes: str) -> Any:
    """A new XML element with attributes of the Word namespace."""
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def add_field(paragraph: Any, instruction: str, shown: str, *, bold: bool = False) -> None:
    """A field such as SEQ or PAGE with the text that stands there until Word updates it."""
    for kind, text in (
        ("begin", ""),
        ("", instruction),
        ("separate", ""),
        ("text", shown),
        ("end", ""),
    ):
        run = paragraph.add_run()
        run.bold = bold or None
        if kind == "text":
            run.text = text
        elif kind:
            run._r.append(element("w:fldChar", fldCharType=kind))
        else:
            code = element("w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {text} "
            run._r.append(code)


def repeat_as_header(row: Any) -> None:
    """The row is printed again at the top of every page that the table reaches."""
    row._tr.get_or_add_trPr().append(element("w:tblHeader"))


def never_split(row: Any) -> None:
    """The row stays on one page."""
    row._tr.get_or_add_trPr().append(element("w:cantSplit"))


def set_cell_border(cell: Any, **edges: int) -> None:
    """Lines of a cell: top, bottom in eighths of a point; 0 takes the line away."""
    properties = cell._tc.get_or_add_tcPr()
    borders = properties.find(qn("w:tcBorders"))
    if borders is None:
        borders = element("w:tcBorders")
        properties.append(borders)
    # The order of the edges is fixed by the file format.
    for edge in ("top", "bottom"):
        if edge in edges:
            kind = "single" if edges[edge] else "nil"
            borders.append(
                element(f"w:{edge}", val=kind, sz=str(edges[edge]), space="0", color="1F2328")
            )


def fix_widths(table: Any, widths_cm: list[float]) -> None:
    """A fixed layout: Word and LibreOffice use these widths and none of their own."""
    table.autofit = False
    properties = table._tbl.tblPr
    for width in properties.findall(qn("w:tblW")):
        properties.remove(width)
    total = sum(round(width * TWIPS_PER_CM) for width in widths_cm)
    properties.insert(1, element("w:tblW", w=str(total), type="dxa"))
    for column, width in zip(table._tbl.tblGrid.findall(qn("w:gridCol")), widths_cm, strict=True):
        column.set(qn("w:w"), str(round(width * TWIPS_PER_CM)))
    for row in table.rows:
        first = 0
        for cell in row._tr.tc_lst:
            width = sum(widths_cm[first : first + cell.grid_span])
            first += cell.grid_span
            cell_width = cell.get_or_add_tcPr().get_or_add_tcW()
            cell_width.set(qn("w:w"), str(round(width * TWIPS_PER_CM)))
            cell_width.set(qn("w:type"), "dxa")


def set_cell_margins(table: Any, *, side_cm: float, vertical_cm: float) -> None:
    """Space between the text of a cell and its edges."""
    margins = element("w:tblCellMar")
    for edge, width in (
        ("top", vertical_cm),
        ("left", side_cm),
        ("bottom", vertical_cm),
        ("right", side_cm),
    ):
        margins.append(element(f"w:{edge}", w=str(round(width * TWIPS_PER_CM)), type="dxa"))
    table._tbl.tblPr.append(margins)


def describe_picture(picture: Any, title: str, alt: str) -> None:
    """Words for people who cannot see the picture."""
    properties = picture._inline.docPr
    properties.set("descr", alt)
    properties.set("title", title)


def with_fixed_dates(docx: bytes) -> bytes:
    """The same archive with one fixed date on every part, so that equal content gives equal bytes."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as rewritten,
    ):
        for name in source.namelist():
            part = zipfile.ZipInfo(name, date_time=_ZIP_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            rewritten.writestr(part, source.read(name))
    return target.getvalue()


_CM_PER_POINT: Final = 2.54 / 72
_BOLD: Final = 1.1
_SAFETY: Final = 0.5
"""Added to every line, in letters, because the reader's typeface is not known."""

_LONGEST_LINE: Final = 42
"""Letters after which text is expected to wrap."""

_LONGEST_LABEL: Final = 26
"""Letters up to which a label is kept on one line where the page allows it."""

_SMALLEST_FOR_LABELS_PT: Final = 8.5
"""Below this size it is better to wrap labels than to shrink the table further."""

_LETTER_GROUPS: Final = (
    (" .,:;'|!()[]ijlrtfI/-", 0.40),
    ("mwMW%@<>=" + "\N{MINUS SIGN}" + "→←", 0.92),
    ("ABCDEFGHKNOQRSUVXYZ", 0.73),
)
_OTHER_LETTER: Final = 0.63
_LETTERS: Final = {letter: width for letters, width in _LETTER_GROUPS for letter in letters}


def text_width(text: str, *, bold: bool = False) -> float:
    """Width of a line in units of the letter size, for the widest of the usual sans-serif faces."""
    width = sum(_LETTERS.get(letter, _OTHER_LETTER) for letter in text)
    return width * (_BOLD if bold else 1)


def fitted_size_and_widths(
    table: Table, total_cm: float, margin_cm: float, sizes_pt: Sequence[float]
) -> tuple[float, list[float]]:
    """The largest letter size at which nothing breaks that must not, and the widths (cm).

    margin_cm: space on both sides of the text of a cell together. Labels stay on one line where
    that is possible at a size that reads well, else they wrap between words. Columns share what is left
    by the length of their text. A table too wide even at the smallest size shrinks in proportion.
    """
    places = range(len(table.columns))
    large = [size for size in sizes_pt if size >= _SMALLEST_FOR_LABELS_PT]
    small = [size for size in sizes_pt if size <= _SMALLEST_FOR_LABELS_PT] or list(sizes_pt)
    for sizes, wraps in ((large, False), (small, True)):
        for size in sizes:
            em = size * _CM_PER_POINT
            least = [_least(table, place, wraps=wraps) * em + margin_cm for place in places]
            if sum(least) <= total_cm:
                wanted = [
                    max(_wish_in_letters(table, place) * em + margin_cm, least[place])
                    for place in places
                ]
                return size, _share_out(least, wanted, total_cm)
    return sizes_pt[-1], [width * total_cm / sum(least) for width in least]


def _share_out(least: list[float], wanted: list[float], total_cm: float) -> list[float]:
    """Every column its least width and a share of the rest by what it wants beyond."""
    if sum(wanted) <= total_cm:
        return wanted
    hunger = [want - need for want, need in zip(wanted, least, strict=True)]
    spare = (total_cm - sum(least)) / sum(hunger)
    return [need + spare * more for need, more in zip(least, hunger, strict=True)]


def _least(table: Table, place: int, *, wraps: bool) -> float:
    """Width of the longest piece that must not break: a number, a word, or a short label."""
    column = table.columns[place]
    pieces = [text_width(word, bold=True) for word in column.label.split()]
    for row in table.rows:
        cell = row.cells[place]
        bold = row.kind == "heading"
        if row.is_bare_heading and place == 0:
            continue
        if cell.nums or (not wraps and len(cell.words) <= _LONGEST_LABEL):
            pieces.append(text_width(cell.text + cell.mark, bold=bold) + (place == 0))
        else:
            pieces += [text_width(word, bold=bold) + (place == 0) for word in cell.words.split()]
    return max(pieces, default=1.0) + _SAFETY


def _wish_in_letters(table: Table, place: int) -> float:
    """Width of the longest line that reads well without wrapping."""
    if table.columns[place].type == "number":
        return _least(table, place, wraps=False) + 1
    lines = [text_width(table.columns[place].label, bold=True)]
    lines += [
        text_width(row.cells[place].text + row.cells[place].mark)
        for row in table.rows
        if not (row.is_bare_heading and place == 0)
    ]
    return min(max(lines), _LONGEST_LINE * _OTHER_LETTER) + 1 + _SAFETY
