"""From samples to seconds, and from events to a hold that may be cut off by the recording."""

from dataclasses import dataclass, replace

from pipeline.signals.measured.force_features import ForceEvents
from pipeline.signals.samples.runs import Run


@dataclass(frozen=True)
class EventSamples:
    """Events as samples, None where there is none. seen: the stance as far as it was recorded."""

    liftoff: float | None
    touchdown: int | None
    reload: int | None
    hop: int | None
    seen: Run


def in_seconds(events: ForceEvents, samples: EventSamples, sampling_rate_hz: float) -> ForceEvents:
    """The events with times (s from the start of the force), hold, and a note on what is missing."""
    ends = [end for end in (samples.touchdown, samples.hop) if end is not None]
    first = samples.liftoff if samples.liftoff is not None else samples.seen.start
    last = min(ends, default=samples.seen.stop)
    missing = [
        text
        for text, is_missing in (
            ("starts after lift-off", samples.liftoff is None),
            ("ends before touch-down", not ends),
        )
        if is_missing
    ]
    notes = [events.note] if events.note else []
    if missing:
        notes.append(f"The recording {' and '.join(missing)}: the hold lasted at least this long.")
    if events.attempts > 1:
        notes.append(f"The foot was lifted {events.attempts} times; the first time counts.")

    def seconds(sample: float | None) -> float | None:
        return None if sample is None else sample / sampling_rate_hz

    return replace(
        events,
        liftoff_s=seconds(samples.liftoff),
        touchdown_s=seconds(samples.touchdown),
        reload_s=seconds(samples.reload),
        hop_s=seconds(samples.hop),
        hold_s=max(last - first, 0) / sampling_rate_hz,
        is_lower_bound=bool(missing),
        note=" ".join(notes),
    )
