"""Spike2 exported to MATLAB: one struct for each channel, with its interval, units and values."""

from pipeline.signals.reading.contents.array_tree import (
    Struct,
    fields,
    made_channel,
    number,
    text,
    vector,
)
from pipeline.signals.reading.contents.columns_of_samples import SAME_START_S
from pipeline.signals.samples.recording import Event, Recording, SignalProblem
from schemas.emg_settings import EmgSettings


def recognises(tree: Struct) -> bool:
    """Whether a struct has an interval and values."""
    return any(_is_waveform(part) for part in tree.values())


def recording(tree: Struct, settings: EmgSettings) -> Recording:
    """Waveforms as channels, event channels as events. Raises SignalProblem for channels apart in time."""
    channels = []
    events = []
    starts = []
    for name, part in tree.items():
        if not isinstance(part, dict):
            continue
        about = fields(part)
        label = text(about.get("title")) or name
        if _is_waveform(part):
            interval_s = number(about["interval"]) or 0.0
            starts.append(number(about.get("start")) or 0.0)
            unit = text(about.get("units")) or None
            channels.append(made_channel(label, unit, 1 / interval_s, vector(about["values"])))
        elif "times" in about:
            times = vector(about["times"])
            single = number(about["times"])
            found = [single] if single is not None else [] if times is None else times.tolist()
            events += [Event(float(time_s), label) for time_s in found]
    if starts and max(starts) - min(starts) > SAME_START_S:
        raise SignalProblem(
            "The channels do not start at the same time.",
            "Export all channels from the same moment on.",
        )
    return Recording(tuple(channels), tuple(sorted(events, key=lambda event: event.time_s)))


def _is_waveform(part: object) -> bool:
    if not isinstance(part, dict):
        return False
    about = fields(part)
    interval_s = number(about.get("interval"))
    return interval_s is not None and interval_s > 0 and vector(about.get("values")) is not None
