"""The trace of one recording: raw EMG, envelope and force of the whole part and around lift-off."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.signals.channels.channel_roles import force_channel, gmed_channel
from pipeline.signals.channels.signal_units import in_microvolt, in_newton
from pipeline.signals.channels.vertical_force import body_weight_up
from pipeline.signals.measured.features import (
    PackedColumns,
    RecordingFeatures,
    RecordingTrace,
    TraceView,
)
from pipeline.signals.samples.emg_part import EmgPart
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Channel, Recording
from pipeline.signals.samples.request import Request
from pipeline.signals.traces.curves import blocks_of
from pipeline.signals.traces.decimation import (
    Curve,
    Reduction,
    Samples,
    columns,
    highest,
    lowest,
    mean,
)
from pipeline.signals.traces.packing import packed
from schemas.emg_settings import ChannelRole, EmgSettings
from schemas.terms import LEGS

WHOLE_COLUMNS: Final = 600
LIFTOFF_COLUMNS: Final = 240
"""Columns of the two views: one for each unit of a picture's width."""

WHOLE_ENVELOPE_S: Final = 0.1
LIFTOFF_ENVELOPE_S: Final = 0.05
"""Windows of the envelope (moving RMS). Around lift-off a longer one would draw activity before it
starts. For the eye only: no number is taken from an envelope."""

AROUND_SEARCH_S: Final = 0.2
"""How far the view around lift-off reaches beyond the window in which the onset is searched."""


@dataclass(frozen=True, eq=False)
class _Curves:
    raw: Curve | None
    filtered: Curve | None
    lifted: Curve | None
    stance: Curve | None


@dataclass(frozen=True)
class _View:
    name: str
    span_s: tuple[float, float]
    most_columns: int
    envelope_s: float


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
    views = [_View("whole", part_s, WHOLE_COLUMNS, WHOLE_ENVELOPE_S)]
    liftoff_s = features.force.liftoff_s
    if request.role == "task" and liftoff_s is not None and curves.raw is not None:
        from_s, to_s = settings.onset_search_s
        around_s = (
            max(part_s[0], liftoff_s + from_s - AROUND_SEARCH_S),
            min(part_s[1], liftoff_s + to_s + AROUND_SEARCH_S),
        )
        views.append(_View("liftoff", around_s, LIFTOFF_COLUMNS, LIFTOFF_ENVELOPE_S))
    return tuple(_traced(view, curves) for view in views if view.span_s[0] < view.span_s[1])


def _curves(
    recording: Recording,
    request: Request,
    settings: EmgSettings,
    part_s: tuple[float, float],
    emg: EmgPart | None,
) -> _Curves:
    if emg is not None:
        rate_hz = emg.channel.sampling_rate_hz
        raw: Curve | None = Curve(emg.raw_uv, rate_hz, emg.starts_at_s)
        filtered: Curve | None = Curve(emg.filtered_uv, rate_hz, emg.starts_at_s)
    else:
        raw, filtered = _raw_curve(recording, request, settings, part_s), None
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
        samples = body_weight_up(in_newton(channel, settings.force_unit))
    except SignalProblem:
        return None
    return _part(channel, samples, part_s)


def _part(channel: Channel, samples: Samples, part_s: tuple[float, float]) -> Curve:
    return Curve(channel.part(samples, part_s), channel.sampling_rate_hz, part_s[0])


def _traced(view: _View, curves: _Curves) -> TraceView:
    def of(
        curve: Curve | None, reduction: Reduction, rounding: np.ufunc = np.rint
    ) -> PackedColumns | None:
        if curve is None:
            return None
        values = columns(curve, reduction, *view.span_s, view.most_columns)
        return None if values is None else packed(values, rounding=rounding)

    envelope = None if curves.filtered is None else _envelope(curves.filtered, view)
    return TraceView(
        view.name,
        *view.span_s,
        raw_low=of(curves.raw, lowest, np.floor),
        raw_high=of(curves.raw, highest, np.ceil),
        envelope=of(envelope, mean),
        lifted_high=of(curves.lifted, highest, np.ceil),
        stance_low=of(curves.stance, lowest, np.floor),
    )


def _envelope(filtered: Curve, view: _View) -> Curve:
    """Moving RMS, centred, of the view; at the ends over the part of the window that lies inside."""
    rate_hz = filtered.sampling_rate_hz
    half = max(1, round(view.envelope_s * rate_hz / 2))
    first, last = (round((time_s - filtered.starts_at_s) * rate_hz) for time_s in view.span_s)
    first = max(first - half, 0)
    blocks = blocks_of(np.nan_to_num(filtered.samples[first : max(last + half, 0)]), rate_hz)
    starts_at_s = filtered.starts_at_s + first / rate_hz + blocks.block_s / 2
    rms = blocks.rms(view.envelope_s).astype(np.float64)
    return Curve(rms, 1 / blocks.block_s, starts_at_s)
