"""Plain arrays: one array for each channel and the rate beside them, or a matrix with its labels.

fs = 2000; L_GMED_uV = [...]; Fz = [...];
emg.fs = 2000; emg.data = [n x k]; emg.labels = {'L GMED', ...}; emg.units = {'uV', ...};
"""

from typing import Any, Final

import numpy as np

from pipeline.signals.channels.signal_units import split_heading
from pipeline.signals.reading.contents.array_tree import (
    Array,
    Struct,
    fields,
    made_channel,
    matrix,
    number,
    structs,
    text,
    texts,
    vector,
)
from pipeline.signals.reading.contents.columns_of_samples import rate_of_times
from pipeline.signals.reading.layouts.plain import is_time, seconds_per
from pipeline.signals.samples.recording import Channel, Recording, SignalProblem
from schemas.emg_settings import EmgSettings

RATES: Final = (
    *("fs", "sf", "sr", "srate", "rate", "ratehz", "freq", "frequency", "hz", "fshz", "samplerate"),
    *("samplingrate", "samplingratehz", "samplingfreq", "samplingfrequency", "fsample", "fsamp"),
)
"""Names of a sampling rate in Hz, without signs and in lower case."""
INTERVALS: Final = {"isi": 1e-3, "interval": 1.0, "dt": 1.0}
"""Names of a sampling interval and the seconds in its unit; BIOPAC writes `isi` in milliseconds."""
LABELS: Final = ("labels", "label", "channels", "channelnames", "channellabels", "names", "muscles")
MORE_LABELS: Final = ("description", "chnames", "chanlabels", "musclenames")
UNITS: Final = ("units", "unit", "channelunits")
FEWEST_SAMPLES: Final = 100
"""Shorter arrays are settings and results, not channels."""


def recognises(tree: Struct) -> bool:
    """Whether any struct has an array that is long enough to be a channel."""
    return any(_vectors(struct) or _matrices(struct) for _, struct in structs(tree))


def recording(tree: Struct, settings: EmgSettings) -> Recording:
    """The channels of all structs. Raises SignalProblem without names or a rate, or for twins."""
    outer_hz = _rate_of(tree)
    channels: list[Channel] = []
    for _, struct in structs(tree):
        rate_hz = _rate_of(struct) or outer_hz
        channels += _of_matrices(struct, rate_hz, settings)
        channels += _of_vectors(struct, rate_hz, settings)
    if not channels:
        raise SignalProblem(
            "The channels in the file have no names.",
            "Save one array for each channel, named as the channel, or the names as `labels`.",
        )
    return Recording(tuple(channels))


def _of_vectors(struct: Struct, rate_hz: float | None, settings: EmgSettings) -> list[Channel]:
    if any(name in fields(struct) for name in (*LABELS, *MORE_LABELS)) and _matrices(struct):
        return []  # vectors beside a labelled matrix describe it
    vectors = _vectors(struct)
    times = [name for name in vectors if is_time(name)]
    if times:
        seconds = seconds_per(split_heading(times[0])[1])
        time_s = np.asarray(vectors[times[0]], dtype=np.float64) * seconds
        rate_hz = rate_hz or rate_of_times(time_s)
    made = []
    for name, values in vectors.items():
        if name not in times:
            label, unit = split_heading(name)
            made.append(made_channel(label, unit, _known(rate_hz, settings), values))
    return made


def _of_matrices(struct: Struct, rate_hz: float | None, settings: EmgSettings) -> list[Channel]:
    about = fields(struct)
    labels = next((texts(about[name]) for name in (*LABELS, *MORE_LABELS) if name in about), [])
    units = next((texts(about[name]) for name in UNITS if name in about), [])
    made = []
    for values in _matrices(struct).values():
        if len(labels) not in values.shape or not all(labels) or not labels:
            continue
        by_channel = values if values.shape[0] == len(labels) else values.T
        every = (
            units if len(units) == len(labels) else units * len(labels) if len(units) == 1 else []
        )
        for number_, label in enumerate(labels):
            name, unit = split_heading(label)
            unit = (every[number_] if every else None) or unit
            made.append(made_channel(name, unit, _known(rate_hz, settings), by_channel[number_]))
    return made


def _vectors(struct: Struct) -> dict[str, Array]:
    found = {name: vector(part) for name, part in struct.items()}
    return {
        name: part
        for name, part in found.items()
        if part is not None and part.size >= FEWEST_SAMPLES
    }


def _matrices(struct: Struct) -> dict[str, Array]:
    found = {name: matrix(part) for name, part in struct.items()}
    return {
        name: part
        for name, part in found.items()
        if part is not None and max(part.shape) >= FEWEST_SAMPLES
    }


def _rate_of(struct: Struct) -> float | None:
    """The sampling rate (Hz) among the fields of a struct, None when it has none."""
    about: dict[str, Any] = fields(struct)
    for name in RATES:
        value = number(about.get(name))
        if value:
            return value
    for name, seconds in INTERVALS.items():
        value = number(about.get(name))
        if value:
            unit = text(about.get(f"{name}units"))
            return 1 / (value * (seconds_per(unit) if unit else seconds))
    return None


def _known(rate_hz: float | None, settings: EmgSettings) -> float:
    rate_hz = rate_hz or settings.sampling_rate_hz
    if rate_hz is None:
        raise SignalProblem(
            "The file does not say its sampling rate.",
            "Save it beside the channels as `fs` in Hz, or set sampling_rate_hz under emg in study.yaml.",
        )
    return rate_hz
