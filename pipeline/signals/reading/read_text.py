"""Reads recordings from text files (CSV, TSV, TXT, ANC) in the layouts of many programs."""

from pathlib import Path

from pipeline.signals.reading.contents.columns_of_samples import (
    TableHead,
    TableShape,
    recording_of_table,
)
from pipeline.signals.reading.layouts import plain, table_layouts
from pipeline.signals.reading.text_table import (
    TextFile,
    check_declared,
    columns,
    head_in_likely_dialect,
    heads,
    text_of,
    with_tabs,
)
from pipeline.signals.samples.recording import Recording, SignalProblem
from schemas.emg_settings import EmgSettings


def read_text(path: Path, settings: EmgSettings) -> Recording:
    """The channels of a text file.

    Delimiter, decimal mark and layout are found in the file itself; `settings.decimal` may say the
    mark, and a file that contradicts it is refused. Rate: the file's own, else the time column, else
    `settings.sampling_rate_hz`. Raises SignalProblem when the text is no table of samples.
    """
    file, head, shape = _head_and_shape(text_of(path.read_bytes()))
    check_declared(head.dialect, head, shape.first_row, settings.decimal)
    numbers, words = columns(file, head, shape)
    return recording_of_table(
        shape, numbers, declared_rate_hz=settings.sampling_rate_hz, words=words
    )


def _head_and_shape(content: bytes) -> tuple[TextFile, TableHead, TableShape]:
    """The first dialect in which a layout fits; else the problem of the likeliest one."""
    problems: list[SignalProblem] = []
    lines: list[bytes] = []
    for file, in_dialects in heads(content):
        lines = list(file.lines)
        for head in in_dialects:
            try:
                return file, head, table_layouts.shape_of(head)
            except SignalProblem as problem:
                problems.append(problem)
    if problems:
        raise problems[0]
    aligned = with_tabs(content)
    if aligned is not None:
        return _head_and_shape(aligned)
    raise plain.no_samples(head_in_likely_dialect(lines))
