"""The trace of one recording: raw EMG, envelope and force of the whole part and around lift-off.

Its amplitude over time is in blocks of 5 ms, many channels at once: for pictures, and for looking at a
recording as a whole. Published numbers come from `amplitude`, which takes every sample.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.channels.channel_roles import force_channel, gmed_channel
from pipeline.signals.channels.signal_units import body_weight_up, in_microvolt, in_newton
from pipeline.signals.measured.features import (
    PackedColumns,
    RecordingFeatures,
    RecordingTrace,
    TraceView,
)
from pipeline.signals.samples.filters import band_pass_float32
from pipeline.signals.samples.recording import (
    Channel,
    EmgPart,
    Recording,
    Request,
    Samples,
    Samples32,
    SignalProblem,
)
from pipeline.signals.samples.zero_phase import LowPass, zero_phase
from pipeline.signals.traces.curve_columns import (
    Curve,
    Reduction,
    columns,
    highest,
    lowest,
    mean,
    packed,
)
from schemas.emg_settings import ChannelRole, EmgSettings
from schemas.terms import LEGS

BLOCK_S: Final = 0.005
ENVELOPE_HZ: Final = 6.0
"""Cut-off of the linear envelope; declared by Stance, as no number is taken from an envelope."""

_ENVELOPE_ORDER: Final = 2

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
class AmplitudeCurves:
    """Band-passed channels and their amplitude over time.

    filtered: shape (..., n_samples), float32. envelope, rms: shape (..., n_blocks), in the unit of the
    samples; entry i belongs to the time (i + 1/2) block_s.
    """

    filtered: Samples32
    envelope: Samples32
    rms: Samples32
    block_s: float


@dataclass(frozen=True, eq=False)
class Blocks:
    """A band-passed signal in blocks of about 5 ms; samples behind the last full block are left out.

    rectified: mean of the absolute value, power: mean of the square, shape (..., n_blocks).
    """

    rectified: Samples32
    power: Samples32
    block_s: float

    def envelope(self, cutoff_hz: float = ENVELOPE_HZ) -> Samples32:
        """Linear envelope: the rectified signal through a zero-phase low-pass, -3 dB at cutoff_hz.

        Butterworth of order 2, once forwards and once backwards. Returns one value per block.
        """
        return zero_phase(self.rectified, 1 / self.block_s, LowPass(cutoff_hz, _ENVELOPE_ORDER))

    def rms(self, window_s: float) -> Samples32:
        """Root mean square over a window around every block, shorter at the ends of the signal."""
        n_blocks = self.power.shape[-1]
        half = min(round(window_s / self.block_s / 2), n_blocks - 1)
        # Zeros before the sums and the whole sum behind them stand for blocks beyond the ends.
        summed = np.empty((*self.power.shape[:-1], n_blocks + 2 * half + 1))
        first, last = half + 1, half + n_blocks
        summed[..., :first] = 0.0
        np.cumsum(self.power, axis=-1, dtype=np.float64, out=summed[..., first : last + 1])
        summed[..., last + 1 :] = summed[..., last : last + 1]
        in_window = summed[..., 2 * half + 1 :] - summed[..., :n_blocks]
        place = np.arange(n_blocks)
        n_in_window = np.minimum(place, half) + 1 + np.minimum(place[::-1], half)
        # Differences of a running sum may end a rounding error below zero in silent parts.
        rms: Samples32 = np.sqrt(np.maximum(in_window, 0.0) / n_in_window).astype(np.float32)
        return rms


def blocks_of(filtered: npt.NDArray[np.floating], sampling_rate_hz: float) -> Blocks:
    """A band-passed signal in blocks. filtered: shape (..., n_samples), one block at least."""
    per_block = max(1, round(BLOCK_S * sampling_rate_hz))
    n_blocks = filtered.shape[-1] // per_block
    channels = filtered[..., : n_blocks * per_block].reshape(-1, n_blocks * per_block)
    rectified, power = (np.empty((len(channels), n_blocks), np.float32) for _ in range(2))
    scratch = np.empty(n_blocks * per_block, np.float32)
    in_blocks = scratch.reshape(n_blocks, per_block)
    # A product with a vector is several times faster than a mean over a short axis, and one channel
    # at a time stays near the processor.
    mean = np.full(per_block, 1 / per_block, np.float32)
    for number, channel in enumerate(channels):
        np.abs(channel, out=scratch, casting="same_kind")
        np.dot(in_blocks, mean, out=rectified[number])
        np.square(scratch, out=scratch)
        np.dot(in_blocks, mean, out=power[number])
    shape = (*filtered.shape[:-1], n_blocks)
    return Blocks(rectified.reshape(shape), power.reshape(shape), per_block / sampling_rate_hz)


def amplitude_curves(
    emg_uv: Samples32,
    sampling_rate_hz: float,
    *,
    band_hz: tuple[float, float],
    order: int,
    notch_hz: tuple[float, ...] = (),
    rms_window_s: float = 0.5,
) -> AmplitudeCurves:
    """Band-pass, mains notch, rectification, linear envelope and moving RMS in one go.

    emg_uv: shape (..., n_samples), any unit, without missing samples. Raises SignalProblem as
    `band_pass` does.
    """
    filtered = band_pass_float32(
        emg_uv, sampling_rate_hz, band_hz=band_hz, order=order, notch_hz=notch_hz
    )
    blocks = blocks_of(filtered, sampling_rate_hz)
    return AmplitudeCurves(filtered, blocks.envelope(), blocks.rms(rms_window_s), blocks.block_s)


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
