"""Pieces of WordprocessingML that python-docx has no words for: fields, borders, widths, alt text."""

import io
import zipfile
from typing import Any, Final

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

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
