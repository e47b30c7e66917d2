"""How wide the columns of a printed table have to be, weighted by what stands in them."""

from collections.abc import Sequence
from typing import Final

from pipeline.publishing.report.report_model import Table

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
                    max(_wanted(table, place) * em + margin_cm, least[place]) for place in places
                ]
                return size, _shared(least, wanted, total_cm)
    return sizes_pt[-1], [width * total_cm / sum(least) for width in least]


def _shared(least: list[float], wanted: list[float], total_cm: float) -> list[float]:
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


def _wanted(table: Table, place: int) -> float:
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
