"""Reads the analog channels and the vertical force of force plates from C3D files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.problem import SignalProblem
from pipeline.signals.reading.c3d_file import C3dFile, Parameter, is_unsigned, parse_c3d
from pipeline.signals.reading.c3d_plates import LARGEST_SAMPLE, body_weight_up, plate_channels
from pipeline.signals.recording import Channel, Event, Recording
from schemas.study import EmgSettings

Values = npt.NDArray[np.float64]

FORCE_UNITS: Final = ("N", "kN")
VERTICAL: Final = re.compile(r"f\d*z|fz\d*", re.IGNORECASE)
"""Labels of vertical force: Fz, Fz1, F1Z, PF1Fz."""


def read_c3d(path: Path, settings: EmgSettings) -> Recording:
    """The analog channels of a C3D file, and `plate 1 Fz`, `plate 2 Fz` ... in newton.

    Analog samples are scaled by the file's own scales; units and labels are the file's. Vertical
    force is turned so that body weight is positive (files differ between the force on the plate and
    the force on the foot). Plates of types 1 to 4 are read; of other types only their channels.
    settings: not used. Raises SignalProblem for damaged or cut-off files.
    """
    file = parse_c3d(path.read_bytes())
    if file.analog.size == 0:
        raise SignalProblem(
            "The file has no analog channels.", "Export the EMG and force channels into the file."
        )
    analog = _scaled(file)
    if not (np.abs(analog) < LARGEST_SAMPLE).all():
        raise SignalProblem(
            "The file holds samples that are no numbers, so it is damaged.",
            "Export or copy the recording again.",
        )
    channels = (*_analog_channels(file, analog), *plate_channels(file, analog))
    return Recording(channels, tuple(_events(file)))


def _scaled(file: C3dFile) -> Values:
    """Analog samples in their units, shape (n_channels, n_samples)."""
    count = len(file.analog)
    offset = file.numbers("ANALOG:OFFSET", count, 0.0)
    if is_unsigned(file.parameters):
        offset = np.where(offset < 0, offset + 65536, offset)
    scale = file.numbers("ANALOG:SCALE", count, 1.0)
    general = file.parameters.get("ANALOG:GEN_SCALE", Parameter()).number(1.0)
    with np.errstate(
        all="ignore"
    ):  # scales of a damaged file; the caller refuses what is not finite
        scaled: Values = (file.analog - offset[:, np.newaxis]) * (scale * general)[:, np.newaxis]
    return scaled


def _analog_channels(file: C3dFile, analog: Values) -> Iterator[Channel]:
    labels = file.texts("ANALOG:LABELS", len(analog))
    units = file.texts("ANALOG:UNITS", len(analog))
    for number, (label, unit, values) in enumerate(zip(labels, units, analog, strict=True), 1):
        is_vertical = unit in FORCE_UNITS and VERTICAL.search(label) is not None
        samples = body_weight_up(values) if is_vertical else values
        yield _channel(label or f"channel {number}", unit or None, samples, file)


def _channel(label: str, unit: str | None, values: Values, file: C3dFile) -> Channel:
    return Channel(label, unit, file.sampling_rate_hz, values.astype(np.float32))


def _events(file: C3dFile) -> Iterator[Event]:
    """Marked moments; a C3D file holds minutes and seconds."""
    times = file.parameters.get("EVENT:TIMES", Parameter()).numbers
    if times is None or times.ndim != 2 or len(times) != 2:
        return
    labels = file.texts("EVENT:LABELS", times.shape[1])
    for minutes, seconds, label in zip(*times, labels, strict=True):
        yield Event(float(minutes * 60 + seconds), label)
