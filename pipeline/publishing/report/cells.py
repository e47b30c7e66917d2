"""Cells and sentence parts made from estimates, with words where a number is missing."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeline.publishing.report.number_format import Num
from pipeline.publishing.report.numbers import Estimate, Numbers
from pipeline.publishing.report.report_model import (
    Cell,
    Footnote,
    Fragment,
    Paragraph,
    Ref,
    Row,
    Table,
    Value,
    Words,
)

NOT_ESTIMABLE = "not estimable"
EMPTY = Cell()

Piece = str | Num | Fragment | Iterable["Piece"]


def paragraph(*parts: Piece, kind: str = "text") -> Paragraph:
    """A paragraph from texts, numbers, pointers and (nested) sequences of them, in order."""
    return Paragraph(tuple(_fragments(parts)), kind)  # type: ignore[arg-type]


def _fragments(parts: Iterable[Piece]) -> Iterable[Fragment]:
    for part in parts:
        if isinstance(part, str):
            yield Words(part)
        elif isinstance(part, Num):
            yield Value(part)
        elif isinstance(part, Words | Value | Ref):
            yield part
        else:
            yield from _fragments(part)


def words(text: str) -> Cell:
    """A cell of text."""
    return Cell(words=text)


def number(num: Num | None) -> Cell:
    """A cell with one number, empty when there is none."""
    return EMPTY if num is None else Cell("number", (num,))


def heading_row(text: str, columns: int) -> Row:
    """A row that opens a block: text in the first column, the others empty."""
    return Row((words(text), *(EMPTY for _ in range(columns - 1))), "heading")


@dataclass
class Footnotes:
    """Collects the footnotes of one table while its rows are made; equal sentences share a letter."""

    _marks: dict[str, str] = field(default_factory=dict)

    def mark(self, sentence: str) -> str:
        """The letter of a sentence: a, b, ... z, aa, ab, ..."""
        if not sentence:
            return ""
        if sentence not in self._marks:
            self._marks[sentence] = _letters(len(self._marks))
        return self._marks[sentence]

    def notes(self, *general: str) -> tuple[Footnote, ...]:
        """The notes on the whole table, then the marked ones."""
        return (
            *(Footnote("", text) for text in general if text),
            *(Footnote(mark, sentence) for sentence, mark in self._marks.items()),
        )


def _letters(index: int) -> str:
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    first, last = divmod(index, len(alphabet))
    return (alphabet[first - 1] if first else "") + alphabet[last]


@dataclass(frozen=True)
class CellMaker:
    """Makes the cells of one table from estimates and collects their footnotes."""

    numbers: Numbers
    footnotes: Footnotes = field(default_factory=Footnotes)

    def estimate(self, row: Estimate | None) -> Cell:
        """Value with its confidence interval, value alone when it has none, or words.

        A note of the row becomes a footnote.
        """
        if row is None:
            return EMPTY
        if not row.is_estimated:
            return self.missing(row)
        mark, reason = self.footnotes.mark(row.reason), row.reason
        if row.has_interval:
            return Cell("estimate_ci", (row.value(), row.low(), row.high()), "", mark, reason)
        return Cell("number", (row.value(),), "", mark, reason)

    def missing(self, row: Estimate) -> Cell:
        """Words in place of a number that could not be estimated; the footnote says why."""
        return Cell(words=NOT_ESTIMABLE, mark=self.footnotes.mark(row.reason), reason=row.reason)

    def p(self, row: Estimate | None, *, adjusted: bool = False) -> Cell:
        """A P value, empty when the row has none."""
        return EMPTY if row is None else number(row.p_value(adjusted=adjusted))

    def statistic(
        self, outcome: str, contrast: str, model: str, *, unit: str | None = None
    ) -> Cell:
        """One descriptive statistic; `unit` chooses among those that share a model's name."""
        row = self.numbers.find(outcome, contrast, model, unit=unit)
        if row is None:
            return EMPTY
        return number(row.value()) if row.is_estimated else self.missing(row)

    def composed(self, form: str, outcome: str, contrast: str, *models: str) -> Cell:
        """Several statistics of one group in one cell, such as mean (SD)."""
        rows = [self.numbers.find(outcome, contrast, model) for model in models]
        known = [row for row in rows if row is not None]
        if not known:
            return EMPTY
        lost = next((row for row in known if not row.is_estimated), None)
        if lost is not None and lost is known[0]:
            return self.missing(lost)
        if lost is not None or len(known) < len(models):
            mark = self.footnotes.mark(lost.reason) if lost else ""
            return Cell("number", (known[0].value(),), "", mark, lost.reason if lost else "")
        return Cell(form, tuple(row.value() for row in known))


def with_shared_note(table: Table) -> Table:
    """The table with a footnote that marks every row turned into a note on the whole table."""
    marked = [note for note in table.footnotes if note.mark]
    if len(marked) != 1 or not all(any(cell.mark for cell in row.cells) for row in table.rows):
        return table
    rows = tuple(
        replace(row, cells=tuple(replace(cell, mark="") for cell in row.cells))
        for row in table.rows
    )
    notes = tuple(replace(note, mark="") for note in table.footnotes)
    return replace(table, rows=rows, footnotes=notes)


def interval_parts(row: Estimate) -> tuple[Piece, ...]:
    """The words of "95% CI 0.40 to 0.74" as sentence parts; empty when the row has no interval."""
    if not row.has_interval or row.ci_level is None:
        return ()
    return (row.level(), " CI ", row.low(), " to ", row.high())


def result_parts(row: Estimate) -> tuple[Piece, ...]:
    """The words of "0.54 (95% CI 0.40 to 0.74; P = .003)" as sentence parts, with the unit."""
    details: list[Piece] = [interval_parts(row)] if row.has_interval else []
    p = row.p_value(style="p_sentence")
    if p is not None:
        details.append(p)
    adjusted = row.p_value(adjusted=True, style="p_sentence")
    if adjusted is not None:
        details.append(("adjusted ", adjusted))
    joined: list[Piece] = []
    for index, detail in enumerate(details):
        joined += ["; " if index else "", detail]
    return (row.value(), unit_after(row.unit), *((" (", joined, ")") if joined else ()))


UNPRINTED_UNITS = frozenset(
    {
        "ratio",
        "share",
        "proportion",
        "probability",
        "z",
        "count",
        "participants",
        "trials",
        "legs",
        "correlation",
        "",
    }
)


def unit_after(unit: str) -> str:
    """The unit as it follows a number in a sentence; nothing for ratios, shares and counts."""
    return "" if unit in UNPRINTED_UNITS else f" {unit}"
