"""Reads the analog channels and the vertical force of force plates from C3D files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.signals.reading.c3d_file import C3dFile, Parameter, is_unsigned, parse_c3d
from pipeline.signals.reading.c3d_plates import LARGEST_SAMPLE, plate_channels
from pipeline.signals.samples.recording import Channel, Event, Recording, Samples32, SignalProblem
from schemas.emg_settings import EmgSettings


def read_c3d(path: Path, settings: EmgSettings) -> Recording:
    """The analog channels of a C3D file, and `plate 1 Fz`, `plate 2 Fz` ... in newton.

    Analog samples are scaled by the file's own scales; units and labels are the file's. Plates of
    types 1 to 4 are read; of other types only their channels. Events count from the first frame of
    the file. settings: not used. Raises SignalProblem for damaged or cut-off files.
    """
    file = parse_c3d(path.read_bytes())
    if file.analog.size == 0:
        raise SignalProblem(
            "The file has no analog channels.", "Export the EMG and force channels into the file."
        )
    analog: npt.NDArray[Any] = _scaled(file)
    if not (analog.max() < LARGEST_SAMPLE and analog.min() > -LARGEST_SAMPLE):
        raise SignalProblem(
            "The file holds samples that are no numbers, so it is damaged.",
            "Export or copy the recording again.",
        )
    channels = (*_analog_channels(file, analog), *plate_channels(file, analog))
    return Recording(channels, tuple(_events(file)))


def _scaled(file: C3dFile) -> Samples32:
    """Analog samples in their units, shape (n_channels, n_samples). Raises SignalProblem."""
    count = len(file.analog)
    if not file.analog_is_real and "ANALOG:SCALE" not in file.parameters:
        raise SignalProblem(
            "The file holds counts of the converter without the scales that turn them into units.",
            "Export the recording again from the program that recorded it.",
        )
    offset = file.numbers("ANALOG:OFFSET", count, 0.0)
    if is_unsigned(file.parameters):
        offset = np.where(offset < 0, offset + 65536, offset)
    scale = file.numbers("ANALOG:SCALE", count, 1.0)
    general = file.parameters.get("ANALOG:GEN_SCALE", Parameter()).number(1.0)
    scaled = file.analog
    with np.errstate(all="ignore"):  # scales of a damaged file; the caller refuses the result
        if offset.any():
            scaled = scaled - offset[:, np.newaxis].astype(np.float32)
        if (scale * general != 1.0).any():
            scaled = scaled * (scale * general)[:, np.newaxis].astype(np.float32)
    return scaled


def _analog_channels(file: C3dFile, analog: Samples32) -> Iterator[Channel]:
    labels = file.texts("ANALOG:LABELS", len(analog))
    units = file.texts("ANALOG:UNITS", len(analog))
    for number, (label, unit, samples) in enumerate(zip(labels, units, analog, strict=True), 1):
        yield Channel(label or f"channel {number}", unit or None, file.sampling_rate_hz, samples)


def _events(file: C3dFile) -> Iterator[Event]:
    """Marked moments of the part of the trial that is in the file; C3D writes minutes and seconds."""
    times = file.parameters.get("EVENT:TIMES", Parameter()).numbers
    if times is None or times.ndim != 2 or len(times) != 2:
        return
    labels = file.texts("EVENT:LABELS", times.shape[1])
    sides = file.texts("EVENT:CONTEXTS", times.shape[1])
    for minutes, seconds, side, label in zip(*times, sides, labels, strict=True):
        time_s = float(minutes * 60 + seconds) - file.starts_at_s
        if np.isfinite(time_s) and time_s >= 0:
            yield Event(time_s, f"{side} {label}".strip())
