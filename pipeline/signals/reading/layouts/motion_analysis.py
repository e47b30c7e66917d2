"""Motion Analysis `.anc`: counts of the converter, with the range of each channel in millivolt."""

import re
from typing import Final

from pipeline.signals.reading.contents.columns_of_samples import (
    SampleColumn,
    TableHead,
    TableShape,
    TimeColumn,
)
from pipeline.signals.reading.layouts.headings import number_of, padded, without_trailing_blanks
from pipeline.signals.samples.recording import SignalProblem

_FILE_TYPE: Final = "analog r/c ascii"
_FACT: Final = re.compile(r"([^\t:]+):\t([^\t]*)")


def recognises(head: TableHead) -> bool:
    """Whether the first line says that this is an analog file of Motion Analysis."""
    return bool(head.lines) and _FILE_TYPE in head.lines[0].casefold()


def shape(head: TableHead) -> TableShape:
    """Channels in volt at the converter: counts x 2 range / (2^bits - 1), as C3D files of the system.

    Raises SignalProblem for a damaged head.
    """
    rows = {
        row[0].casefold(): n for n, row in reversed(list(enumerate(head.rows))) if row and row[0]
    }
    facts = {
        name.strip().casefold(): value.strip()
        for line in head.lines[: rows.get("name", 0)]
        for name, value in _FACT.findall(line)
    }
    if not {"name", "rate", "range"} <= rows.keys():
        raise _damaged()
    names, rates, ranges = (head.rows[rows[key]] for key in ("name", "rate", "range"))
    bits = number_of(facts.get("bitdepth", ""))
    is_bipolar = facts.get("polarity", "").casefold() != "unipolar"
    if bits is None or not 1 <= bits <= 32:
        raise _damaged()
    n_columns = len(without_trailing_blanks(names))
    rates, ranges = padded(rates, n_columns), padded(ranges, n_columns)
    samples = []
    for position in range(1, n_columns):
        rate_hz, range_mv = number_of(rates[position]), number_of(ranges[position])
        if rate_hz is None or range_mv is None:
            raise _damaged()
        span_v = range_mv / 1000 * (2 if is_bipolar else 1)
        samples.append(
            SampleColumn(
                position,
                names[position],
                "V",
                "",
                rate_hz,
                time_position=0,
                factor=span_v / (2 ** int(bits) - 1),
            )
        )
    duration_s = number_of(facts.get("duration(sec.)", ""))
    expected = None
    if duration_s is not None and samples:
        expected = round(duration_s * max(column.sampling_rate_hz or 0 for column in samples))
    return TableShape(rows["range"] + 1, tuple(samples), (TimeColumn(0),), expected_rows=expected)


def _damaged() -> SignalProblem:
    return SignalProblem("The head of the .anc file is damaged.", "Export the recording again.")
