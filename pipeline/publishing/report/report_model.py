"""The report as data: sections of paragraphs, tables, figures and notices, before any format.

Numbers stay numbers (`Num`) until a writer renders them, and each names where it comes from. No
writer, no template and no plotting here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import pandas as pd

from pipeline.publishing.report.number_format import FORMS, Num
from schemas.methods import MethodSentence

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Words:
    """A piece of text without numbers of its own."""

    text: str


@dataclass(frozen=True)
class Value:
    """A number inside a sentence."""

    num: Num


@dataclass(frozen=True)
class Ref:
    """A pointer to a table or figure by id; writers print its number, such as a caption does."""

    target: str


Fragment = Words | Value | Ref


@dataclass(frozen=True)
class Paragraph:
    """Running text. `kind` is text, lead (a key result), heading (inside a section) or code."""

    fragments: tuple[Fragment, ...]
    kind: Literal["text", "lead", "heading", "code", "reference"] = "text"


@dataclass(frozen=True)
class Notice:
    """A framed sentence. `kind` is info, caution or simulated."""

    text: str
    kind: Literal["info", "caution", "simulated"] = "info"


@dataclass(frozen=True)
class Column:
    """A column of a table. `unit` and `decimals` are given where all its numbers share them.

    `label` is the printed heading; it already names the unit where there is one.
    """

    id: str
    label: str
    type: Literal["text", "number"] = "number"
    unit: str = ""
    decimals: int | None = None

    @property
    def align(self) -> Align:
        """Numbers stand right, words left; the heading stands as its cells do."""
        return "left" if self.type == "text" else "right"


@dataclass(frozen=True)
class Cell:
    """One cell: words, or the numbers that a form of `FORMS` prints together.

    `words` is the text, or what stands in place of numbers that are missing. `mark` is the letter
    of a footnote and `reason` its sentence, so that formats without footnotes can print it.
    """

    form: str = "text"
    nums: tuple[Num, ...] = ()
    words: str = ""
    mark: str = ""
    reason: str = ""

    @property
    def text(self) -> str:
        """The cell as it is read, without the footnote mark."""
        if not self.nums:
            return self.words
        return FORMS[self.form].pattern.format(*(num.text for num in self.nums))


@dataclass(frozen=True)
class Row:
    """One row of cells. A heading row opens a block of rows and has one filled cell."""

    cells: tuple[Cell, ...]
    kind: Literal["body", "heading"] = "body"

    @property
    def is_bare_heading(self) -> bool:
        """Whether the row is a heading alone, so that its words may run over all columns."""
        return self.kind == "heading" and not any(cell.text for cell in self.cells[1:])


@dataclass(frozen=True)
class Footnote:
    """A note under a table; `mark` is empty for a note on the whole table."""

    mark: str
    text: str


@dataclass(frozen=True)
class Table:
    """A table with its caption. Every row has one cell per column."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[Footnote, ...] = ()

    def without_empty_columns(self) -> "Table":
        """The table without the number columns in which no row has anything."""
        kept = [
            place
            for place, column in enumerate(self.columns)
            if column.type == "text" or any(row.cells[place].text for row in self.rows)
        ]
        return replace(
            self,
            columns=tuple(self.columns[place] for place in kept),
            rows=tuple(
                replace(row, cells=tuple(row.cells[place] for place in kept)) for row in self.rows
            ),
        )


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure in two formats, with the words for people who cannot see it and the table behind it."""

    id: str
    caption: str
    alt: str
    svg: bytes
    png: bytes
    data: pd.DataFrame


Block = Paragraph | Table | Figure | Notice


@dataclass(frozen=True)
class Section:
    """A numbered part of the report; `id` is its anchor."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """A whole report.

    verdict: draft or final. banners: notices of the first page. numbers: the estimates table, whole.
    steps: sentences of the methods text, in the order in which the steps ran.
    """

    title: str
    subtitle: str
    cohort: str
    release: str
    verdict: str
    verdict_note: str
    banners: tuple[Notice, ...]
    sections: tuple[Section, ...]
    numbers: pd.DataFrame
    steps: tuple[MethodSentence, ...] = ()
    labels: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        labels: dict[str, str] = {}
        for number, table in enumerate(self.tables(), start=1):
            labels[table.id] = f"Table {number}"
        for number, figure in enumerate(self.figures(), start=1):
            labels[figure.id] = f"Figure {number}"
        object.__setattr__(self, "labels", labels)

    def blocks(self) -> Iterator[Block]:
        """Every block in reading order."""
        for section in self.sections:
            yield from section.blocks

    def tables(self) -> tuple[Table, ...]:
        """The tables in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Table))

    def figures(self) -> tuple[Figure, ...]:
        """The figures in reading order."""
        return tuple(block for block in self.blocks() if isinstance(block, Figure))

    def text_of(self, paragraph: Paragraph) -> str:
        """A paragraph as plain text, with the numbers of the tables and figures it points to."""
        return "".join(self.fragment_text(fragment) for fragment in paragraph.fragments)

    def fragment_text(self, fragment: Fragment) -> str:
        """One fragment as plain text. Raises KeyError for a pointer to nothing: a bug."""
        if isinstance(fragment, Words):
            return fragment.text
        if isinstance(fragment, Value):
            return fragment.num.text
        return self.labels[fragment.target]

    def anchor(self, target: str) -> str:
        """Where a table or figure stands on a page; never the anchor of a section."""
        return f"{self.labels[target].split()[0].lower()}-{target}"

    def printed_numbers(self) -> Iterator[Num]:
        """Every number that the report prints in text and tables, in reading order."""
        for block in self.blocks():
            if isinstance(block, Paragraph):
                yield from (f.num for f in block.fragments if isinstance(f, Value))
            elif isinstance(block, Table):
                for row in block.rows:
                    for cell in row.cells:
                        yield from cell.nums

    def used_ids(self) -> tuple[str, ...]:
        """The estimate ids that text and tables print, each once, in reading order."""
        return tuple(dict.fromkeys(n.source for n in self.printed_numbers() if n.is_estimate))
