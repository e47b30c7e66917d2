"""The header of EDF and BDF files, checked before a library believes it (Kemp and Olivan 2003)."""

from typing import Final

from pipeline.signals.samples.problem import SignalProblem

MOST_SIGNALS: Final = 2_000
HIGHEST_RATE_HZ: Final = 1e6
SAMPLE_BYTES: Final = {".edf": 2, ".bdf": 3}
AGAIN: Final = "Export or copy the recording again."
_FIXED: Final = 256
_PER_SIGNAL: Final = 256


def check_edf_header(content: bytes, sample_bytes: int) -> None:
    """Raise SignalProblem for a header that is impossible or does not fit the size of the file.

    content: the whole file. sample_bytes: 2 for EDF, 3 for BDF.
    """
    n_signals = _whole(content[252:256], "number of signals")
    header_bytes = _whole(content[184:192], "length")
    n_records = _whole(content[236:244], "number of records")
    duration_s = _number(content[244:252], "duration of a record")
    if not 1 <= n_signals <= MOST_SIGNALS or header_bytes != _FIXED + _PER_SIGNAL * n_signals:
        raise _impossible("number of signals")
    if len(content) < header_bytes:
        raise SignalProblem("The file is cut off within its header.", AGAIN)
    if n_records == -1:
        raise SignalProblem(
            "The recording was not closed: its header does not say how long it is.",
            "Open and save the file in the program that recorded it.",
        )
    if n_records < 1:
        raise SignalProblem("The file holds no signal samples.", AGAIN)
    if duration_s < 0:
        raise _impossible("duration of a record")
    first = _FIXED + 216 * n_signals
    counts = [
        _whole(content[place : place + 8], "number of samples")
        for place in range(first, first + 8 * n_signals, 8)
    ]
    if min(counts) < 0 or sum(counts) == 0:
        raise _impossible("number of samples")
    is_annotation = [
        content[_FIXED + 16 * n : _FIXED + 16 * n + 15] in (b"EDF Annotations", b"BDF Annotations")
        for n in range(n_signals)
    ]
    if duration_s == 0 and not all(is_annotation):
        raise _impossible("duration of a record")
    if duration_s and max(counts) / duration_s > HIGHEST_RATE_HZ:
        raise _impossible("number of samples")
    expected = header_bytes + n_records * sum(counts) * sample_bytes
    if len(content) != expected:
        is_short = len(content) < expected
        raise SignalProblem(
            f"The file is {'cut off: it is shorter' if is_short else 'longer'} than its header says.",
            AGAIN,
        )


def _whole(text: bytes, what: str) -> int:
    value = _number(text, what)
    if not value.is_integer():
        raise _impossible(what)
    return int(value)


def _number(text: bytes, what: str) -> float:
    try:
        value = float(text.decode("ascii").strip("\0 "))
    except ValueError as problem:
        raise _impossible(what) from problem
    if not abs(value) < 1e12:
        raise _impossible(what)
    return value


def _impossible(what: str) -> SignalProblem:
    return SignalProblem(
        f"The file is damaged or is not an EDF or BDF file: the {what} in its header is impossible.",
        AGAIN,
    )
