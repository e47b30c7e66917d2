"""Text files of samples: bytes -> head and columns, without a Python step for each line."""

import csv
import io
import multiprocessing
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from pipeline.signals.reading.contents.columns_of_samples import TableHead, TableShape
from pipeline.signals.reading.contents.numbers_as_text import DELIMITERS, Dialect, dialects
from pipeline.signals.samples.recording import AnySamples, SignalProblem

HEAD_BYTES: Final = (16_384, 262_144, 4_000_000)
"""Where headings are looked for: in the first part, and in a longer one when it has no samples."""

SNIFFED_LINES: Final = 12
_ROWS_OF_SAMPLES: Final = 4
_NUMBERS: Final = re.compile(r"[-+\d.,;\seE]*")
EMPTY_CELLS: Final = ("", " ", "NaN", " NaN", "nan", " nan", "NAN", "NA", "n/a", "-nan(ind)")
_LAST_ROW_BYTES: Final = 65_536
_BLOCK_BYTES: Final = 512_000
"""Small enough that a recording of a minute gives every core a share."""
_TEXT_ENDS: Final = (b"\n\r\n", b"\n\n", b"\n,,", b"\n;;", b"\n\t\t", b"\r\r")


@dataclass(frozen=True, eq=False)
class TextFile:
    """The bytes of a text file without byte order mark, in UTF-8 or a one-byte code page."""

    content: bytes
    lines: tuple[bytes, ...]

    def offset_of(self, line: int) -> int:
        """Position of the first byte of a line of the head."""
        return sum(len(content) for content in self.lines[:line])


def text_of(content: bytes) -> bytes:
    """The bytes of a text in UTF-8 or a one-byte code page. Raises SignalProblem for no text."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return content.decode("utf-16").encode()
        except UnicodeDecodeError as problem:
            raise SignalProblem(
                "The text in the file is damaged.", "Copy or export the recording again."
            ) from problem
    if b"\x00" in content[:4096]:
        raise SignalProblem("The file is not text.", "Check that the file is what its name says.")
    return content.removeprefix(b"\xef\xbb\xbf")


def with_tabs(content: bytes) -> bytes | None:
    """The text with a tab for every run of spaces, as programs align columns; None without such runs.

    Only for a text that is no table with any other delimiter.
    """
    if any(sign in content[: HEAD_BYTES[0]] for sign in (b";", b"\t")) or b" " not in content:
        return None
    return re.sub(rb" +", b"\t", re.sub(rb"(?m)^[ #]+| +(?=\r?$)", b"", content))


def heads(content: bytes) -> Iterable[tuple[TextFile, list[TableHead]]]:
    """The head of a text file, once for each dialect it may be in, likeliest first; then a longer head."""
    for n_bytes in HEAD_BYTES:
        lines = content[:n_bytes].splitlines(keepends=True)
        if len(content) > n_bytes:
            lines = lines[:-1]  # it may be half a line
        texts = tuple(_decoded(line) for line in lines)
        yield TextFile(content, tuple(lines)), _in_dialects(texts)
        if len(content) <= n_bytes:
            return


def _in_dialects(texts: tuple[str, ...]) -> list[TableHead]:
    filled = [text for text in texts if text.strip(" ;,\t")]
    last = max((n for n, text in enumerate(texts) if not _NUMBERS.fullmatch(text)), default=-1)
    texts = texts[: last + 1 + _ROWS_OF_SAMPLES]
    return [
        TableHead(texts, tuple(dialect.cells(text) for text in texts), width, dialect)
        for dialect, width in dialects(filled[-SNIFFED_LINES:])
    ]


def head_in_likely_dialect(lines: Sequence[bytes]) -> TableHead:
    """The head cut at the commonest delimiter, to say what is wrong with a text that is no table."""
    texts = tuple(_decoded(line) for line in lines)
    last = next((text for text in reversed(texts) if text.strip()), "")
    dialect = Dialect(max(DELIMITERS, key=last.count), ".")
    return TableHead(texts, tuple(dialect.cells(text) for text in texts), 1, dialect)


def _decoded(line: bytes) -> str:
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        # Recording programs on Western Windows write µV in this code page.
        return line.decode("cp1252", errors="replace").rstrip("\r\n")


def columns(
    file: TextFile, head: TableHead, shape: TableShape
) -> tuple[Callable[[int], AnySamples], Mapping[int, str]]:
    """Numbers of the columns that the shape uses, and the words of its column of events by row.

    Shape (n_rows,), float64. Raises SignalProblem with the first row that
    cannot be read.
    """
    begin = file.offset_of(shape.first_row)
    end = _end_of_table(file.content, begin) if shape.ends_at_gap else len(file.content)
    # Arrow parses float64 faster than float32 (measured: 77 and 98 ms of a 9 MB file).
    kinds = {column.position: pa.float64() for column in shape.samples}
    kinds |= {column.position: pa.float64() for column in shape.times}
    if shape.counter is not None:
        kinds[shape.counter.position] = pa.float64()
    if shape.event_position is not None:
        kinds[shape.event_position] = pa.binary()
    body = memoryview(file.content)[begin:end]
    frame = _numbers_alone(body, head) if _are_all_numbers(kinds, head.width) else None
    if frame is not None:
        return lambda position: frame[position].to_numpy(), {}
    names = {column.position: column.heading or column.label for column in shape.samples}
    table = _parsed(body, head, kinds, names)

    def numbers(position: int) -> AnySamples:
        found: AnySamples = table.column(str(position)).to_numpy(zero_copy_only=False)
        return found

    words = {}
    if shape.event_position is not None:
        marks = table.column(str(shape.event_position)).to_pylist()
        words = {row: _decoded(mark).strip() for row, mark in enumerate(marks) if mark}
    return numbers, {row: word for row, word in words.items() if word}


def _are_all_numbers(kinds: Mapping[int, pa.DataType], width: int) -> bool:
    """Whether a table of `width` columns has none that is left unread or holds words."""
    return len(kinds) == width and set(kinds.values()) == {pa.float64()}


def _numbers_alone(body: memoryview, head: TableHead) -> pd.DataFrame | None:
    """The columns of a table in which every cell is a number; None when a cell is empty or none.

    pandas reads such a table in three quarters of Arrow's time. It fills up short rows, which fails here
    because an empty cell is no number, so that what it does read is what `_parsed` would read. Channels
    that end early leave the last row with empty cells: then nothing is read in vain.
    """
    last_row = bytes(body[-_LAST_ROW_BYTES:]).rstrip(b"\r\n").rpartition(b"\n")[2]
    if not all(cell.strip() for cell in last_row.split(head.dialect.delimiter.encode())):
        return None
    try:
        frame = pd.read_csv(
            io.BytesIO(body),
            sep=head.dialect.delimiter,
            decimal=head.dialect.decimal,
            header=None,
            na_filter=False,
            dtype=np.float64,
        )
    except (ValueError, OverflowError):
        return None
    return frame if frame.shape[1] == head.width else None


def _end_of_table(content: bytes, begin: int) -> int:
    """Position of the first empty line, which ends a table, or the end of the file."""
    found = [content.find(sign, begin) for sign in _TEXT_ENDS]
    return min([place + 1 for place in found if place >= 0], default=len(content))


def _parsed(
    body: memoryview,
    head: TableHead,
    kinds: Mapping[int, pa.DataType],
    headings: Mapping[int, str],
) -> pa.Table:
    names = [str(position) for position in range(head.width)]
    used = [str(position) for position in sorted(kinds) if position < head.width]
    try:
        return pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(body)),
            read_options=pyarrow.csv.ReadOptions(
                column_names=names,
                # In a pool of processes, recordings are read side by side, one on each core.
                use_threads=multiprocessing.parent_process() is None,
                block_size=_BLOCK_BYTES,
            ),
            parse_options=pyarrow.csv.ParseOptions(delimiter=head.dialect.delimiter),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={str(position): kind for position, kind in kinds.items()},
                include_columns=used,
                null_values=list(EMPTY_CELLS),
                decimal_point=head.dialect.decimal,
                check_utf8=False,
            ),
        )
    except (pa.ArrowException, ValueError) as problem:
        raise _first_bad_row(bytes(body), head, kinds, headings) from problem


def _first_bad_row(
    body: bytes,
    head: TableHead,
    kinds: Mapping[int, pa.DataType],
    headings: Mapping[int, str],
) -> SignalProblem:
    """The problem of rows of samples that are no table of numbers, in the reader's terms."""
    text = body.decode("utf-8", errors="replace")
    try:
        for number, row in enumerate(
            csv.reader(io.StringIO(text), delimiter=head.dialect.delimiter), start=1
        ):
            problem = _problem_of(number, row, head, kinds, headings) if row else None
            if problem is not None:
                return problem
    except csv.Error:
        pass
    return SignalProblem("The samples cannot be read as a table.", "Export the recording again.")


def _problem_of(
    number: int,
    row: list[str],
    head: TableHead,
    kinds: Mapping[int, pa.DataType],
    headings: Mapping[int, str],
) -> SignalProblem | None:
    if len(row) != head.width:
        return SignalProblem(
            f"Row {number} of samples has {len(row)} cells, but the others have {head.width}.",
            "Export or copy the recording again; with decimal commas, put semicolons between the "
            "columns.",
        )
    for position, kind in kinds.items():
        cell = row[position].strip()
        if kind == pa.binary() or cell in EMPTY_CELLS or head.dialect.is_number(cell):
            continue
        name = headings.get(position, "time")
        return SignalProblem(
            f"Row {number} of samples has {cell[:20]!r} under {name}, which is not a number.",
            "Export the samples as plain numbers, with one decimal mark throughout, under one "
            "heading line.",
        )
    return None


def check_declared(dialect: Dialect, head: TableHead, first_row: int, declared: str | None) -> None:
    """Raise SignalProblem where study.yaml declares another decimal mark than the file has."""
    if declared is None or dialect.decimal == declared:
        return
    if declared == dialect.delimiter:
        raise SignalProblem(
            "The columns are separated by commas and study.yaml says that decimals are commas too.",
            "Export with semicolons or tabs between the columns.",
        )
    cells = [cell for row in head.rows[first_row:] for cell in row]
    if not any(dialect.decimal in cell for cell in cells):
        return  # whole numbers only
    words = {".": "points", ",": "commas"}
    raise SignalProblem(
        f"The file writes decimals with {words[dialect.decimal]}, but study.yaml says {words[declared]}.",
        f'Leave out decimal: "{declared}" under emg in study.yaml; Stance finds the mark itself.',
    )
