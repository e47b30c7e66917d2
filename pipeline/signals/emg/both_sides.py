"""Reads the gluteus medius of the lifted leg beside that of the stance leg, from one recording."""

from dataclasses import asdict, replace
from typing import Final

import numpy as np

from pipeline.signals.channels.channel_roles import gmed_channel
from pipeline.signals.channels.signal_units import in_microvolt
from pipeline.signals.emg.co_activation import block_rms, packed
from pipeline.signals.measured.emg_features import BothSides
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.quality.limits import judge_signal
from pipeline.signals.quality.measure_quality import signal_metrics
from pipeline.signals.samples.filters import band_pass
from pipeline.signals.samples.recording import EmgPart, Recording, Request, SignalProblem, Window
from schemas.emg_settings import EmgSettings
from schemas.terms import LEGS

MARGIN_S: Final = 1.0
"""The filter starts up and runs out this far beyond the stance."""

_NO_OTHER: Final = "The file has no gluteus medius channel of the lifted leg."


def with_both_sides(
    features: RecordingFeatures,
    recording: Recording,
    emg: EmgPart,
    request: Request,
    settings: EmgSettings,
) -> RecordingFeatures:
    """The features with envelopes of both sides over the stance, or with the reason why there are none.

    features: of a stance trial, measured. emg: of its stance leg. The lifted leg is judged for what a
    signal without rest can show; a quiet muscle is no fault.
    """
    return replace(
        features,
        emg=replace(
            features.emg, both_sides=_both_sides(features, recording, emg, request, settings)
        ),
    )


def _both_sides(
    features: RecordingFeatures,
    recording: Recording,
    emg: EmgPart,
    request: Request,
    settings: EmgSettings,
) -> BothSides:
    if not features.is_usable:
        return BothSides(note="The signal is rejected.")
    if features.emg.window_from != "force":
        return BothSides(note="The stance is not known from force.")
    window = Window(features.emg.window_start_s or 0.0, features.emg.window_end_s or 0.0)
    other = next(leg for leg in LEGS if leg != request.leg)
    try:
        channel = gmed_channel(recording, other, settings)
        if channel.label == emg.channel.label:
            return BothSides(note=_NO_OTHER)
        part_s = (
            max(window.start_s - MARGIN_S, 0.0),
            min(window.end_s + MARGIN_S, channel.duration_s),
        )
        raw_uv = channel.part(in_microvolt(channel, settings.emg_unit), part_s)
        if not np.isfinite(raw_uv).all():
            return BothSides(note="The lifted leg's channel has missing samples.")
        filtered_uv = band_pass(
            raw_uv,
            channel.sampling_rate_hz,
            band_hz=settings.band_pass_hz,
            order=settings.filter_order,
        )
    except SignalProblem:
        return BothSides(note=_NO_OTHER)
    lifted = EmgPart(channel, raw_uv, filtered_uv, starts_at_s=part_s[0])
    lifted_uv = lifted.within(filtered_uv, window)
    metrics = signal_metrics(
        raw_uv=lifted.within(raw_uv, window),
        filtered_uv=lifted_uv,
        rest_raw_uv=None,
        rest_filtered_uv=None,
        sampling_rate_hz=channel.sampling_rate_hz,
        band_hz=settings.band_pass_hz,
    )
    verdict = judge_signal(asdict(metrics), request.role)
    if verdict.quality == "reject":
        return BothSides(note=f"The lifted leg's signal is rejected: {verdict.reasons[0]}.")
    stance_uv = emg.within(emg.filtered_uv, window)
    return BothSides(
        packed(block_rms(stance_uv, emg.channel.sampling_rate_hz)),
        packed(block_rms(lifted_uv, channel.sampling_rate_hz)),
    )
