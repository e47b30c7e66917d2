"""What ends a hold and when: hops of the stance foot, and from samples to seconds.

A hold may be cut off by the recording.
"""

from dataclasses import dataclass, replace
from typing import Final

from scipy.ndimage import uniform_filter1d

from pipeline.signals.measured.force_features import ForceEvents
from pipeline.signals.samples.recording import Samples
from pipeline.signals.samples.runs import Run, runs_of

HOP_SHARE: Final = 0.1
"""Share of body weight below which the stance foot has left its plate. Declared by Stance."""

SHORTEST_HOP_S: Final = 0.03
LONGEST_FLIGHT_S: Final = 0.6
"""A stance plate that is empty for longer was left for good, or was reset. Declared by Stance."""

_FINE_WINDOW_S = 0.01


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


def departures(
    stance_n: Samples | None, body_weight_n: float | None, sampling_rate_hz: float
) -> list[Run]:
    """Samples in which the plate of the stance foot is empty for at least 30 ms.

    stance_n: force under the stance foot, N, shape (n_samples,) at sampling_rate_hz (Hz), None
    without its plate. body_weight_n: N.
    """
    if stance_n is None or body_weight_n is None:
        return []
    smooth = uniform_filter1d(stance_n, max(1, round(_FINE_WINDOW_S * sampling_rate_hz)))
    shortest = SHORTEST_HOP_S * sampling_rate_hz
    return [run for run in runs_of(smooth < HOP_SHARE * body_weight_n) if run.length >= shortest]


def hop_in_hold(empty: list[Run], hold: Run, sampling_rate_hz: float) -> tuple[int | None, str]:
    """(sample at which the stance foot leaves its plate during the hold, what to know).

    empty: `departures`. hold: samples from lift-off to touch-down.
    """
    left = next((run for run in empty if run.stop > hold.start and run.start < hold.stop), None)
    if left is None:
        return None, ""
    at = max(left.start, hold.start)
    if left.length > LONGEST_FLIGHT_S * sampling_rate_hz:
        return at, (
            f"From {at / sampling_rate_hz:.1f} s on the plate of the stance foot shows no load: the "
            "foot left it, or the plate was reset."
        )
    return at, "The stance foot left its plate: a hop ends the hold."
