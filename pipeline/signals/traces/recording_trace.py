"""The trace of one recording: raw EMG, envelope and force of the whole part and around lift-off."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.signals.emg.emg_part import EmgPart
from pipeline.signals.features import RecordingFeatures
from pipeline.signals.problem import SignalProblem
from pipeline.signals.reading.channel_roles import force_channel, gmed_channel
from pipeline.signals.reading.signal_units import in_microvolt, in_newton
from pipeline.signals.recording import Channel, Recording
from pipeline.signals.request import Request
from pipeline.signals.traces.decimation import NO_COLUMNS, Columns, Curve, Samples, band, line
from schemas.study import ChannelRole, EmgSettings
from schemas.terms import LEGS

WHOLE_COLUMNS: Final = 600
LIFTOFF_COLUMNS: Final = 240
"""Columns of the two views: one for each unit of a picture's width."""

WHOLE_ENVELOPE_S: Final = 0.1
LIFTOFF_ENVELOPE_S: Final = 0.025
"""Windows of the envelope (moving RMS). Around lift-off a longer one would draw activity before it
starts. For the eye only: no number is taken from an envelope."""

AROUND_SEARCH_S: Final = 0.2
"""How far the view around lift-off reaches beyond the window in which the onset is searched."""


@dataclass(frozen=True, eq=False)
class TraceView:
    """One view: a key of schemas.recording_traces.TRACE_VIEWS, from start_s to end_s (s in the file).

    raw (µV), lifted and stance (N) are bands, envelope (µV) is a line; see `decimation`.
    """

    view: str
    start_s: float
    end_s: float
    raw: Columns = NO_COLUMNS
    envelope: Columns = NO_COLUMNS
    lifted: Columns = NO_COLUMNS
    stance: Columns = NO_COLUMNS


RecordingTrace = tuple[TraceView, ...]
"""The views of one recording; none when it has neither EMG nor force that could be drawn."""


@dataclass(frozen=True, eq=False)
class _Curves:
    raw: Curve | None
    filtered: Curve | None
    lifted: Curve | None
    stance: Curve | None


def recording_trace(
    recording: Recording,
    request: Request,
    settings: EmgSettings,
    part_s: tuple[float, float],
    features: RecordingFeatures,
    emg: EmgPart | None,
) -> RecordingTrace:
    """What one recording looks like, whether or not it could be measured.

    part_s: start and end (s) of the part of the file that is used. features: as measured; lift-off
    gives the second view. emg: raw and band-passed EMG, None when it could not be filtered; the raw
    channel is then shown where there is one, because a picture says why it was refused.
    """
    curves = _curves(recording, request, settings, part_s, emg)
    if curves.raw is None and curves.lifted is None and curves.stance is None:
        return ()
    views = [_view("whole", part_s, curves, WHOLE_COLUMNS, WHOLE_ENVELOPE_S)]
    liftoff_s = features.force.liftoff_s
    if request.role == "task" and liftoff_s is not None and curves.raw is not None:
        from_s, to_s = settings.onset_search_s
        around_s = (
            max(part_s[0], liftoff_s + from_s - AROUND_SEARCH_S),
            min(part_s[1], liftoff_s + to_s + AROUND_SEARCH_S),
        )
        if around_s[0] < around_s[1]:
            views.append(_view("liftoff", around_s, curves, LIFTOFF_COLUMNS, LIFTOFF_ENVELOPE_S))
    return tuple(views)


def _curves(
    recording: Recording,
    request: Request,
    settings: EmgSettings,
    part_s: tuple[float, float],
    emg: EmgPart | None,
) -> _Curves:
    raw = filtered = None
    if emg is not None:
        rate_hz = emg.channel.sampling_rate_hz
        raw = Curve(emg.raw_uv, rate_hz, emg.starts_at_s)
        filtered = Curve(emg.filtered_uv, rate_hz, emg.starts_at_s)
    else:
        raw = _raw_curve(recording, request, settings, part_s)
    lifted = stance = None
    if request.role == "task":
        other = next(leg for leg in LEGS if leg != request.leg)
        lifted = _force_curve(recording, other, settings, part_s)
        stance = _force_curve(recording, request.leg, settings, part_s)
    return _Curves(raw, filtered, lifted, stance)


def _raw_curve(
    recording: Recording, request: Request, settings: EmgSettings, part_s: tuple[float, float]
) -> Curve | None:
    try:
        channel = gmed_channel(recording, request.leg, settings)
        samples = in_microvolt(channel, settings.emg_unit)
    except SignalProblem:
        return None
    return _part(channel, samples, part_s)


def _force_curve(
    recording: Recording, leg: str, settings: EmgSettings, part_s: tuple[float, float]
) -> Curve | None:
    role: ChannelRole = "force_left" if leg == "left" else "force_right"
    try:
        channel = force_channel(recording, role, settings)
        if channel is None:
            return None
        samples = in_newton(channel, settings.force_unit)
    except SignalProblem:
        return None
    return _part(channel, samples, part_s)


def _part(channel: Channel, samples: Samples, part_s: tuple[float, float]) -> Curve:
    return Curve(channel.part(samples, part_s), channel.sampling_rate_hz, part_s[0])


def _view(
    name: str, span_s: tuple[float, float], curves: _Curves, columns: int, envelope_s: float
) -> TraceView:
    def banded(curve: Curve | None) -> Columns:
        return NO_COLUMNS if curve is None else band(curve, *span_s, columns)

    envelope = NO_COLUMNS
    if curves.filtered is not None:
        envelope = line(_envelope(curves.filtered, envelope_s), *span_s, columns)
    return TraceView(
        name,
        *span_s,
        raw=banded(curves.raw),
        envelope=envelope,
        lifted=banded(curves.lifted),
        stance=banded(curves.stance),
    )


def _envelope(filtered: Curve, window_s: float) -> Curve:
    """Moving RMS, centred; at the ends over the part of the window that lies inside."""
    squares = np.square(filtered.samples)
    energy = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(squares), squares, 0.0))])
    half = max(1, round(window_s * filtered.sampling_rate_hz / 2))
    place = np.arange(squares.size)
    first, last = np.maximum(place - half, 0), np.minimum(place + half, squares.size)
    mean_square = np.maximum(energy[last] - energy[first], 0.0) / (last - first)
    return Curve(np.sqrt(mean_square), filtered.sampling_rate_hz, filtered.starts_at_s)
