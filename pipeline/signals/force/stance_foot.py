"""Lift-off and touch-down from the plate of the stance foot alone: the indirect way."""

from typing import Final

import numpy as np
from scipy.ndimage import uniform_filter1d

from pipeline.signals.force.event_times import EventSamples, in_seconds
from pipeline.signals.measured.force_features import ForceEvents
from pipeline.signals.samples.recording import Samples
from pipeline.signals.samples.runs import Run, runs_of

RULE: Final = "stance_foot_95_pct_bw"

LIFTED_SHARE: Final = 0.95
DOWN_SHARE: Final = 0.85
"""Share of body weight on the stance foot at which the other foot counts as lifted, and as down."""

MIN_LOAD_N: Final = 50.0
SETTLED_S: Final = 0.1
_SLOW_WINDOW_S = 0.1


def stance_foot_events(stance_n: Samples, sampling_rate_hz: float) -> ForceEvents:
    """Low-confidence events: a lifted foot that carries less than 5 % of body weight is not seen.

    stance_n: vertical force in N, body weight up, shape (n_samples,) at sampling_rate_hz (Hz).
    """
    smooth = uniform_filter1d(stance_n, max(1, round(_SLOW_WINDOW_S * sampling_rate_hz)))
    top = float(np.quantile(smooth, 0.98))
    if top < MIN_LOAD_N:
        return ForceEvents(note="The plate of the stance foot was never loaded.")
    body_weight_n = float(np.median(smooth[smooth > 0.85 * top]))
    settled = SETTLED_S * sampling_rate_hz
    lifts = [r for r in runs_of(smooth > LIFTED_SHARE * body_weight_n) if r.length >= settled]
    if not lifts:
        return ForceEvents(note="The stance foot never carried the whole body weight.")
    start = lifts[0].start
    drops = [
        start + run.start
        for run in runs_of(smooth[start:] < DOWN_SHARE * body_weight_n)
        if run.length >= settled
    ]
    touchdown = drops[0] if drops else None
    events = ForceEvents(
        attempts=1,
        verdict="low",
        rule=RULE,
        threshold_n=LIFTED_SHARE * body_weight_n,
        body_weight_n=body_weight_n,
        note="Only the plate of the stance foot is known: lift-off is when it carries "
        f"{100 * LIFTED_SHARE:.0f} % of body weight and may be wrong by some tenths of a second.",
    )
    samples = EventSamples(
        start if start > 0 else None, touchdown, touchdown, None, Run(start, stance_n.size)
    )
    return in_seconds(events, samples, sampling_rate_hz)
