"""The C3D file format: header, parameters, analog samples (C3D.org, The C3D File Format user guide).

Own code, because damaged headers make the C libraries for C3D crash or hang the whole process;
here every length is checked before it is used. Compared with ezc3d on real files in the tests.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.recording import Samples, Samples32, SignalProblem

BLOCK: Final = 512
INTEL, DEC, MIPS = 84, 85, 86
SCALE_SIGN_BYTE: Final = {INTEL: 15, DEC: 13, MIPS: 12}
"""Processor type -> the header byte that holds the sign of the scale factor: it is negative when
samples are stored as real numbers."""

UNCOUNTED: Final = 0xFFFF
"""Last frame of recordings that are longer than the header can count."""

HIGHEST_RATE_HZ: Final = 1e6
"""No recorder of EMG or force samples faster; such a rate is a damaged one."""

_ITEM_BYTES = {-1: 1, 1: 1, 2: 2, 4: 4}


@dataclass(frozen=True, eq=False)
class Parameter:
    """One parameter: `texts` when it holds characters, else `numbers` in the shape of the file."""

    texts: tuple[str, ...] = ()
    numbers: Samples | None = None

    def number(self, default: float) -> float:
        """The first number, or `default` when there is none."""
        if self.numbers is None or self.numbers.size == 0:
            return default
        return float(self.numbers.ravel()[0])


@dataclass(frozen=True, eq=False)
class C3dFile:
    """Parameters as "GROUP:NAME", and raw analog samples of shape (n_channels, n_samples).

    analog_is_real: whether samples were stored as real numbers. starts_at_s: time of the first frame
    on the clock of the whole trial, which events count on.
    """

    parameters: Mapping[str, Parameter]
    analog: Samples32
    sampling_rate_hz: float
    analog_is_real: bool = True
    starts_at_s: float = 0.0

    def texts(self, name: str, count: int) -> list[str]:
        """`count` texts of a parameter and its continuations (LABELS, LABELS2 ...), "" if missing."""
        given = [text for part in self._parts(name) for text in part.texts]
        return (given + [""] * count)[:count]

    def numbers(self, name: str, count: int, default: float) -> Samples:
        """`count` numbers of a parameter and its continuations, `default` where it has fewer."""
        given = [p.numbers.ravel() for p in self._parts(name) if p.numbers is not None]
        values = np.concatenate([*given, np.full(count, default)])
        return values[:count]

    def _parts(self, name: str) -> list[Parameter]:
        names = [name, *(f"{name}{number}" for number in range(2, 10))]
        return [self.parameters[part] for part in names if part in self.parameters]


def damaged() -> SignalProblem:
    """The problem of a file that is not what a C3D file has to be."""
    return SignalProblem(
        "The file is damaged or is not a C3D file.", "Export or copy the recording again."
    )


def parse_c3d(content: bytes) -> C3dFile:
    """Parameters and analog samples of a C3D file of any processor type.

    content: the whole file. Raises SignalProblem when it is damaged or shorter than it says.
    """
    try:
        return _parsed(content)
    except (struct.error, IndexError, ValueError, OverflowError, MemoryError) as problem:
        raise damaged() from problem


def _parsed(content: bytes) -> C3dFile:
    if len(content) < 2 * BLOCK or content[1] != 0x50 or content[0] < 1:
        raise damaged()
    start = (content[0] - 1) * BLOCK
    processor = content[start + 3]
    if processor not in SCALE_SIGN_BYTE:
        raise damaged()
    order = ">" if processor == MIPS else "<"
    parameters = _parameters(content, start + 4, order, processor)
    points, per_frame, first, last = struct.unpack(f"{order}4H", content[2:10])
    (data_block,) = struct.unpack(f"{order}H", content[16:18])
    is_real = bool(content[SCALE_SIGN_BYTE[processor]] & 0x80)
    begin = (data_block - 1) * BLOCK
    frame_values = 4 * points + per_frame
    item = 4 if is_real else 2
    n_frames = last - first + 1
    if last == UNCOUNTED and frame_values:
        n_frames = _long_frames(parameters) or (len(content) - begin) // (frame_values * item)
    if data_block < 1 or n_frames < 1:
        raise damaged()
    if begin + n_frames * frame_values * item > len(content):
        raise SignalProblem(
            "The file is cut off: it is shorter than its header says.",
            "Copy or export the recording again.",
        )
    n_channels = int(parameters.get("ANALOG:USED", Parameter()).number(0))
    if n_channels < 1 or per_frame == 0:
        return C3dFile(parameters, np.zeros((0, 0), np.float32), 1.0)
    if per_frame % n_channels:
        raise damaged()
    point_rate_hz = parameters.get("POINT:RATE", Parameter()).number(0.0)
    kind = ("f4" if processor != DEC else "u4") if is_real else "i2"
    if not is_real and is_unsigned(parameters):
        kind = "u2"
    # One copy of the analog part, by channel; the points between them are never copied.
    frames = np.frombuffer(content, order + kind, n_frames * frame_values, begin)
    by_channel = frames.reshape(n_frames, frame_values)[:, 4 * points :].reshape(-1, n_channels).T
    analog = np.ascontiguousarray(by_channel)
    if is_real and processor == DEC:
        samples = _from_dec(analog)
    else:
        with np.errstate(invalid="ignore"):  # damaged bytes; readers check for that
            samples = analog.astype(np.float32)
    return C3dFile(
        parameters,
        samples,
        _analog_rate_hz(parameters, point_rate_hz * (per_frame // n_channels)),
        is_real,
        (first - 1) / point_rate_hz if point_rate_hz > 0 and first > 0 else 0.0,
    )


def _analog_rate_hz(parameters: Mapping[str, Parameter], by_points_hz: float) -> float:
    rate_hz = parameters.get("ANALOG:RATE", Parameter()).number(0.0)
    if not rate_hz > 0:
        rate_hz = by_points_hz
    if not (np.isfinite(rate_hz) and 0 < rate_hz < HIGHEST_RATE_HZ):
        raise SignalProblem(
            "The file gives no sampling rate for its analog channels.", "Export it again."
        )
    return rate_hz


def _long_frames(parameters: Mapping[str, Parameter]) -> int:
    """Number of frames of a long recording, 0 when the parameters do not say."""
    ends = [parameters.get(f"TRIAL:ACTUAL_{name}_FIELD") for name in ("START", "END")]
    counts = []
    for end in ends:
        if end is None or end.numbers is None or end.numbers.size < 2:
            break
        low, high = (int(word) & 0xFFFF for word in end.numbers.ravel()[:2])
        counts.append(low + 65536 * high)
    if len(counts) == 2:
        return max(counts[1] - counts[0] + 1, 0)
    frames = parameters.get("POINT:LONG_FRAMES", Parameter()).number(0.0)
    return int(frames) if UNCOUNTED <= frames < 2**31 else 0


def is_unsigned(parameters: Mapping[str, Parameter]) -> bool:
    """Whether integer samples and their offsets count from 0 to 65535."""
    texts = parameters.get("ANALOG:FORMAT", Parameter()).texts
    return bool(texts) and texts[0].upper() == "UNSIGNED"


def _from_dec(raw: npt.NDArray[np.uint32]) -> Samples32:
    """Real numbers of DEC processors, which swap halves and count in fours."""
    swapped = (raw >> np.uint32(16) | raw << np.uint32(16)).astype(np.uint32)
    return swapped.view(np.float32) * np.float32(0.25)


def _reals(content: bytes, order: str, processor: int) -> Samples:
    """Real numbers of parameters."""
    if processor == DEC:
        singles = _from_dec(np.frombuffer(content, "<u4"))
    else:
        singles = np.frombuffer(content, f"{order}f4")
    with np.errstate(invalid="ignore"):  # damaged bytes may be no numbers; readers check for that
        return singles.astype(np.float64)


def _parameters(content: bytes, position: int, order: str, processor: int) -> dict[str, Parameter]:
    """All parameters. Groups may stand before or after their parameters, so names come last."""
    groups: dict[int, str] = {}
    found: list[tuple[int, str, Parameter]] = []
    while position + 4 <= len(content):
        name_length, group = struct.unpack("2b", content[position : position + 2])
        if name_length == 0:
            break
        after_name = position + 2 + abs(name_length)
        name = content[position + 2 : after_name].decode("ascii", errors="replace").upper()
        (to_next,) = struct.unpack(f"{order}h", content[after_name : after_name + 2])
        if group < 0:
            groups[-group] = name
        else:
            found.append((group, name, _parameter(content, after_name + 2, order, processor)))
        if to_next == 0:
            break
        if to_next < 2:
            raise damaged()
        position = after_name + to_next
    return {f"{groups[group]}:{name}": value for group, name, value in found if group in groups}


def _parameter(content: bytes, position: int, order: str, processor: int) -> Parameter:
    kind, n_dimensions = struct.unpack("bB", content[position : position + 2])
    if kind not in _ITEM_BYTES or n_dimensions > 7:
        raise damaged()
    start = position + 2 + n_dimensions
    shape = tuple(content[position + 2 : start])
    count = prod(shape)
    data = content[start : start + count * _ITEM_BYTES[kind]]
    if len(shape) != n_dimensions or len(data) != count * _ITEM_BYTES[kind]:
        raise damaged()
    if kind == -1:
        width = shape[0] if shape else 1
        pieces = [data[i : i + width] for i in range(0, len(data), width)] if width else []
        # UTF-8 from new programs, a Windows code page from old ones; labels are matched by eye.
        return Parameter(
            texts=tuple(p.decode("utf-8", errors="replace").strip("\0 \t\r\n") for p in pieces)
        )
    if kind == 4:
        numbers = _reals(data, order, processor)
    else:
        numbers = np.frombuffer(data, f"{order}i{kind}").astype(np.float64)
    return Parameter(numbers=numbers.reshape(shape, order="F"))
