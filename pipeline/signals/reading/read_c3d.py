"""Reads the analog channels and the vertical force of force plates from C3D files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.problem import SignalProblem
from pipeline.signals.reading.c3d_file import C3dFile, Parameter, is_unsigned, parse_c3d
from pipeline.signals.recording import Channel, Event, Recording
from schemas.study import EmgSettings

Values = npt.NDArray[np.float64]

LOADED_N: Final = 50.0
"""A plate that never shows this much was never stood on, so its sign cannot be known."""

LARGEST_SAMPLE: Final = 1e30
"""Samples beyond this come from damaged scales; they would not fit a stored sample either."""

FORCE_UNITS: Final = ("N", "kN")
VERTICAL: Final = re.compile(r"f\d*z|fz\d*", re.IGNORECASE)
"""Labels of vertical force: Fz, Fz1, F1Z, PF1Fz."""

PLATES_WITH_FZ: Final = (1, 2)
"""Force plate types (C3D.org user guide) whose third channel is vertical force in newton."""

PLATE_WITH_FOUR_SENSORS: Final = 3
PLATE_WITH_MATRIX: Final = 4


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
    channels = (*_analog_channels(file, analog), *_plates(file, analog))
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
        samples = _body_weight_up(values) if is_vertical else values
        yield _channel(label or f"channel {number}", unit or None, samples, file)


def _plates(file: C3dFile, analog: Values) -> Iterator[Channel]:
    channels = _table(file, "FORCE_PLATFORM:CHANNEL")
    types = np.nan_to_num(file.numbers("FORCE_PLATFORM:TYPE", channels.shape[-1], 0.0))
    for number, kind in enumerate(types.astype(int), 1):
        rows = channels[:, number - 1].astype(int) - 1
        force = _vertical_force(file, analog, rows, kind, number)
        if force is not None:
            # Plates measure what presses on them, along an axis that points down.
            yield _channel(f"plate {number} Fz", "N", _body_weight_up(-force), file)


def _table(file: C3dFile, name: str) -> Values:
    """A parameter of two dimensions (values, plates), without plates beyond USED."""
    numbers = file.parameters.get(name, Parameter()).numbers
    used = int(file.parameters.get("FORCE_PLATFORM:USED", Parameter()).number(0))
    if numbers is None or numbers.ndim != 2 or used < 0:
        return np.zeros((0, 0))
    return np.nan_to_num(numbers[:, :used], nan=0.0, posinf=0.0, neginf=0.0)


def _vertical_force(
    file: C3dFile, analog: Values, rows: npt.NDArray[np.int_], kind: int, number: int
) -> Values | None:
    """Force across a plate in its own axes, shape (n_samples,); None when it is not described."""
    needed = 8 if kind == PLATE_WITH_FOUR_SENSORS else 6
    rows = rows[:needed]
    if rows.size < needed or rows.min() < 0 or rows.max() >= len(analog):
        return None
    if kind in PLATES_WITH_FZ:
        pressed: Values = analog[rows[2]]
        return pressed
    if kind == PLATE_WITH_FOUR_SENSORS:
        force: Values = analog[rows[4:8]].sum(axis=0)
        return force
    matrix = file.parameters.get("FORCE_PLATFORM:CAL_MATRIX", Parameter()).numbers
    if kind != PLATE_WITH_MATRIX or matrix is None or matrix.ndim != 3:
        return None
    if matrix.shape[:2] != (6, 6) or matrix.shape[2] < number:
        return None
    row = matrix[2, :, number - 1]
    if not (np.abs(row) < LARGEST_SAMPLE / 1e3).all():
        return None
    calibrated: Values = row @ analog[rows]
    return calibrated if (np.abs(calibrated) < LARGEST_SAMPLE).all() else None


def _channel(label: str, unit: str | None, values: Values, file: C3dFile) -> Channel:
    return Channel(label, unit, file.sampling_rate_hz, values.astype(np.float32))


def _body_weight_up(force: Values) -> Values:
    """The force with its sign turned where its largest values are negative."""
    lowest, highest = float(np.min(force)), float(np.max(force))
    return -force if -lowest > highest and -lowest > LOADED_N else force


def _events(file: C3dFile) -> Iterator[Event]:
    """Marked moments; a C3D file holds minutes and seconds."""
    times = file.parameters.get("EVENT:TIMES", Parameter()).numbers
    if times is None or times.ndim != 2 or len(times) != 2:
        return
    labels = file.texts("EVENT:LABELS", times.shape[1])
    for minutes, seconds, label in zip(*times, labels, strict=True):
        yield Event(float(minutes * 60 + seconds), label)
