"""The report as a Word document whose tables can be pasted into a manuscript."""

import datetime as dt
import io
from typing import Any, Final

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt, RGBColor

from pipeline.publishing.report.report_model import (
    Cell,
    Figure,
    Footnote,
    Notice,
    Paragraph,
    Report,
    Row,
    Table,
)
from pipeline.publishing.writers.docx_parts import (
    add_field,
    describe_picture,
    fitted_size_and_widths,
    fix_widths,
    never_split,
    repeat_as_header,
    set_cell_border,
    set_cell_margins,
    with_fixed_dates,
)

FIXED_DATE: Final = dt.datetime(2000, 1, 1)
_FACE: Final = "Arial"
_TEXT_WIDTH_CM: Final = 17.0
_CELL_SIDE_CM: Final = 0.12
_TABLE_SIZES_PT: Final = (9.5, 9.0, 8.5, 8.0, 7.5, 7.0)
_ROWS_KEPT_WHOLE: Final = 16
_QUIET: Final = RGBColor(0x59, 0x63, 0x6E)
_THICK, _THIN = 12, 6


def write_docx(report: Report) -> bytes:
    """The document: A4, numbered captions, repeated table headings, page numbers, alt texts."""
    document = Document()
    _prepare(document, report)
    _front(document, report)
    for section in report.sections:
        document.add_heading(section.title, level=1)
        for block in section.blocks:
            if isinstance(block, Table):
                _add_table(document, block, report)
            elif isinstance(block, Figure):
                _add_figure(document, block, report)
            elif isinstance(block, Notice):
                _add_notice(document, block)
            else:
                _add_text(document, block, report)
    target = io.BytesIO()
    document.save(target)
    return with_fixed_dates(target.getvalue())


def _prepare(document: Any, report: Report) -> None:
    """Page, styles, footer and properties."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2)
    page.top_margin = page.bottom_margin = Cm(2)
    for name, size, before, after in (
        ("Normal", 10, 0, 6),
        ("Title", 20, 0, 2),
        ("Heading 1", 14, 16, 4),
        ("Heading 2", 11.5, 10, 2),
        ("Caption", 10, 8, 4),
    ):
        style = document.styles[name]
        style.font.name, style.font.size = _FACE, Pt(size)
        style.element.rPr.rFonts.attrib.clear()
        style.font.name = _FACE
        style.font.color.rgb = RGBColor(0x1F, 0x23, 0x28)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
    document.styles["Caption"].font.bold = False
    footer = page.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run(f"{report.cohort} · {report.release} · {report.verdict} · ")
    add_field(footer, "PAGE", "1")
    properties = document.core_properties
    properties.title, properties.author, properties.comments = report.title, "Stance", ""
    properties.created = properties.modified = FIXED_DATE
    properties.last_modified_by, properties.revision = "Stance", 1


def _front(document: Any, report: Report) -> None:
    document.add_paragraph(report.title, style="Title")
    document.add_paragraph(report.subtitle)
    facts = document.add_paragraph()
    _quiet(facts.add_run(f"Cohort {report.cohort} · release {report.release}"))
    verdict = document.add_paragraph()
    verdict.add_run(f"{report.verdict.capitalize()}. ").bold = True
    verdict.add_run(report.verdict_note)
    for banner in report.banners:
        _add_notice(document, banner)


def _quiet(run: Any, size_pt: float | None = None) -> None:
    run.font.color.rgb = _QUIET
    if size_pt is not None:
        run.font.size = Pt(size_pt)


def _add_notice(document: Any, notice: Notice) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(0.5)
    paragraph.add_run(notice.text).bold = True


def _add_text(document: Any, block: Paragraph, report: Report) -> None:
    if block.kind == "heading":
        document.add_heading(report.text_of(block), level=2)
        return
    paragraph = document.add_paragraph()
    if block.kind == "lead":
        paragraph.paragraph_format.left_indent = Cm(0.5)
    if block.kind == "reference":
        paragraph.paragraph_format.left_indent = Cm(0.7)
        paragraph.paragraph_format.first_line_indent = Cm(-0.7)
    run = paragraph.add_run(report.text_of(block))
    if block.kind == "code":
        run.font.name, run.font.size = "Courier New", Pt(9)


def _add_caption(document: Any, label: str, caption: str, *, above: bool) -> None:
    """A caption that Word counts by itself; it stays with what it names."""
    kind, number = label.rsplit(" ", 1)
    paragraph = document.add_paragraph(style="Caption")
    paragraph.add_run(f"{kind} ").bold = True
    add_field(paragraph, f"SEQ {kind} \\* ARABIC", number, bold=True)
    paragraph.add_run(". ").bold = True
    paragraph.add_run(caption)
    paragraph.paragraph_format.keep_with_next = above
    paragraph.paragraph_format.keep_together = True


def _add_figure(document: Any, figure: Figure, report: Report) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_before = Pt(8)
    picture = paragraph.add_run().add_picture(io.BytesIO(figure.png), width=Cm(14.5))
    describe_picture(picture, report.labels[figure.id], figure.alt)
    _add_caption(document, report.labels[figure.id], figure.caption, above=False)


def _add_table(document: Any, table: Table, report: Report) -> None:
    _add_caption(document, report.labels[table.id], table.caption, above=True)
    size_pt, widths = fitted_size_and_widths(
        table, _TEXT_WIDTH_CM, 2 * _CELL_SIDE_CM, _TABLE_SIZES_PT
    )
    made = document.add_table(rows=len(table.rows) + 1, cols=len(table.columns))
    made.alignment = WD_TABLE_ALIGNMENT.LEFT
    set_cell_margins(made, side_cm=_CELL_SIDE_CM, vertical_cm=0.03)
    lines = list(made.rows)
    _fill_header(lines[0], table, size_pt)
    together = _kept_with_next(table)
    for line, row, keep in zip(lines[1:], table.rows, together, strict=True):
        _fill_row(line, row, table, size_pt, keep_with_next=keep)
    fix_widths(made, widths)
    for line in lines:
        never_split(line)
    for cell in lines[-1].cells:
        set_cell_border(cell, bottom=_THICK)
    _add_footnotes(document, table.footnotes)


def _kept_with_next(table: Table) -> list[bool]:
    """Which rows stay on the page of the next one: short tables whole, long ones block by block.

    The last row stays with the footnotes.
    """
    rows = table.rows
    is_short = len(rows) <= _ROWS_KEPT_WHOLE
    has_blocks = any(row.kind == "heading" for row in rows)
    kept = [
        is_short or (has_blocks and rows[place + 1].kind != "heading")
        for place in range(len(rows) - 1)
    ]
    return [*kept, bool(table.footnotes)] if rows else []


def _fill_header(line: Any, table: Table, size_pt: float) -> None:
    repeat_as_header(line)
    for target, column in zip(line.cells, table.columns, strict=True):
        paragraph = _cell_paragraph(target, column.align, keep_with_next=True)
        run = paragraph.add_run(column.label)
        run.bold, run.font.size = True, Pt(size_pt)
        set_cell_border(target, top=_THICK, bottom=_THIN)


def _fill_row(line: Any, row: Row, table: Table, size_pt: float, *, keep_with_next: bool) -> None:
    cells = list(line.cells)
    if row.is_bare_heading:
        cells[0].merge(cells[-1])
        _fill_cell(cells[0], row.cells[0], "left", size_pt, bold=True, keep_with_next=True)
        return
    is_block = any(other.kind == "heading" for other in table.rows)
    for place, (target, cell) in enumerate(zip(cells, row.cells, strict=True)):
        align = table.columns[place].align
        bold = row.kind == "heading"
        paragraph = _fill_cell(
            target, cell, align, size_pt, bold=bold, keep_with_next=keep_with_next
        )
        if place == 0 and is_block and not bold:
            paragraph.paragraph_format.left_indent = Cm(0.3)


def _fill_cell(
    target: Any, cell: Cell, align: str, size_pt: float, *, bold: bool, keep_with_next: bool
) -> Any:
    paragraph = _cell_paragraph(target, align, keep_with_next=keep_with_next)
    run = paragraph.add_run(cell.text)
    run.font.size, run.bold = Pt(size_pt), bold or None
    if cell.mark:
        mark = paragraph.add_run(cell.mark)
        mark.font.size, mark.font.superscript = Pt(size_pt), True
    return paragraph


def _cell_paragraph(target: Any, align: str, *, keep_with_next: bool) -> Any:
    paragraph = target.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(1)
    paragraph.paragraph_format.space_before = Pt(1)
    paragraph.paragraph_format.keep_with_next = keep_with_next
    if align == "right":
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return paragraph


def _add_footnotes(document: Any, footnotes: tuple[Footnote, ...]) -> None:
    for place, note in enumerate(footnotes):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(3 if place == 0 else 0)
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.keep_with_next = place < len(footnotes) - 1
        if note.mark:
            mark = paragraph.add_run(note.mark)
            mark.font.superscript = True
            _quiet(mark, 8.5)
        _quiet(paragraph.add_run(f"{' ' if note.mark else ''}{note.text}"), 8.5)
    spacer = document.add_paragraph()
    spacer.paragraph_format.space_after = Pt(4)
