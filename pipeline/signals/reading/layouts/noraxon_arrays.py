"""Noraxon MR3 and MR4 exported to MATLAB: record.movements.sources.signals.signal_1 ..."""

from pipeline.signals.reading.contents.array_tree import (
    Struct,
    fields,
    number,
    structs,
    text,
    vector,
)
from pipeline.signals.reading.contents.made_channel import made_channel
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Recording
from schemas.emg_settings import EmgSettings


def recognises(tree: Struct) -> bool:
    """Whether a struct has movements with sources."""
    return any("movements" in struct for _, struct in structs(tree, depth=2))


def recording(tree: Struct, settings: EmgSettings) -> Recording:
    """All signals with one row of numbers. Raises SignalProblem for none, or several movements."""
    record = next(struct for _, struct in structs(tree, depth=2) if "movements" in struct)
    movements = record["movements"]
    if isinstance(movements, list):
        if len(movements) != 1:
            raise SignalProblem(
                f"The file holds {len(movements)} movements.",
                "Export every movement to a file of its own.",
            )
        movements = movements[0]
    channels = []
    for _, struct in structs(movements):
        signal = fields(struct)
        values, rate_hz = vector(signal.get("data")), number(signal.get("frequency"))
        rate_hz = rate_hz or settings.sampling_rate_hz
        name = text(signal.get("name"))
        if values is None or not name:
            continue
        if rate_hz is None:
            raise SignalProblem(
                "The file does not say its sampling rate.",
                "Set sampling_rate_hz under emg in study.yaml.",
            )
        channels.append(made_channel(name, text(signal.get("units")) or None, rate_hz, values))
    if not channels:
        raise SignalProblem(
            "The record holds no signals.", "Export the EMG and force signals with MR3."
        )
    return Recording(tuple(channels))
