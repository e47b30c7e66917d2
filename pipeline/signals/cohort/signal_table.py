"""The signals table: one row per recording of any role, with everything that was measured."""

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from pipeline.signals.measured.features import RecordingFeatures
from schemas.columns import empty_table
from schemas.recording_signals import RecordingSignals

FEATURE_OF: Final[Mapping[str, str]] = {
    "gmed_channel": "emg.gmed_channel",
    "emg_unit": "emg.unit",
    "sampling_rate_hz": "emg.sampling_rate_hz",
    "duration_s": "duration_s",
    "window_from": "emg.window_from",
    "window_start_s": "emg.window_start_s",
    "window_end_s": "emg.window_end_s",
    "rest_start_s": "emg.rest_start_s",
    "rest_end_s": "emg.rest_end_s",
    "liftoff_s": "force.liftoff_s",
    "touchdown_s": "force.touchdown_s",
    "reload_s": "force.reload_s",
    "hop_s": "force.hop_s",
    "hold_from_force_s": "force.hold_s",
    "hold_is_lower_bound": "force.is_lower_bound",
    "body_weight_n": "force.body_weight_n",
    "cop_path_mm": "cop.path_mm",
    "cop_mean_velocity_mm_s": "cop.velocity_mm_s",
    "prediction_ellipse_95_area_mm2": "cop.ellipse_95_area_mm2",
    "cop_sampling_rate_hz": "cop.sampling_rate_hz",
    "cop_low_pass_hz": "cop.low_pass_hz",
    "force_verdict": "force.verdict",
    "force_note": "force.note",
    "rms_uv": "metrics.rms_uv",
    "peak_rms_uv": "emg.peak_rms_uv",
    "peak_start_s": "emg.peak_start_s",
    "peak_end_s": "emg.peak_end_s",
    "median_rms_uv": "emg.median_rms_uv",
    "middle_rms_uv": "emg.middle_rms_uv",
    "iemg_uv_s": "emg.iemg.window_uv_s",
    "iemg_reference_uv_s": "emg.iemg.reference_uv_s",
    "median_frequency_slope_hz_per_s": "emg.fatigue.slope_hz_per_s",
    "median_frequency_windows": "emg.fatigue.n_windows",
    "baseline_rms_uv": "metrics.baseline_rms_uv",
    "snr_db": "metrics.snr_db",
    "mains_share": "metrics.mains_share",
    "window_mains_share": "metrics.window_mains_share",
    "low_frequency_share": "metrics.low_frequency_share",
    "motion_ratio_db": "metrics.motion_ratio_db",
    "clip_share": "metrics.clip_share",
    "flat_ms": "metrics.flat_ms",
    "flat_share": "metrics.flat_share",
    "spike_share": "metrics.spike_share",
    "largest_raw_uv": "metrics.largest_raw_uv",
    "one_sidedness": "metrics.one_sidedness",
    "interpolated_share": "metrics.interpolated_share",
    "median_frequency_hz": "metrics.median_frequency_hz",
    "deformation": "metrics.deformation",
    "drop_ratio_db": "metrics.drop_ratio_db",
    "upper_band_db": "metrics.upper_band_db",
    "heartbeat_autocorrelation": "metrics.heartbeat_autocorrelation",
    "heartbeat_kurtosis": "metrics.heartbeat_kurtosis",
    "onset_s": "onset.onset_s",
    "onset_low_s": "onset.low_s",
    "onset_high_s": "onset.high_s",
    "onset_sd_s": "onset.sd_s",
    "onset_evidence": "onset.evidence",
    "onset_step_s": "onset.step_s",
    "onset_snr_db": "onset.snr_db",
    "onset_note": "onset.note",
    "quality": "quality",
    "quality_reasons": "reasons",
    "problem": "problem",
    "fix": "fix",
}
"""Column of schemas.recording_signals.RecordingSignals -> where it stands in RecordingFeatures."""


def signal_table(
    keys: Sequence[tuple[Mapping[str, str | int], str]], measured: Sequence[RecordingFeatures]
) -> pd.DataFrame:
    """A RecordingSignals table, one row per (key, file) and its features, in the same order.

    keys: the columns of schemas.recordings.RECORDING_KEY, and the file as the recordings table names it.
    """
    empty = empty_table(RecordingSignals)
    if not keys:
        return empty
    rows = [
        {**key, "file": file, **{name: _value(features, path) for name, path in FEATURE_OF.items()}}
        for (key, file), features in zip(keys, measured, strict=True)
    ]
    return RecordingSignals.validate(pd.DataFrame(rows, columns=list(empty.columns)))


def _value(features: RecordingFeatures, path: str) -> object:
    """A feature as a cell: reasons become one text, an empty text is missing."""
    value: object = features
    for name in path.split("."):
        value = getattr(value, name)
    if isinstance(value, tuple):
        value = "; ".join(value)
    return None if value == "" else value
