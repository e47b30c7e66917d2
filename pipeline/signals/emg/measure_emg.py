"""Amplitude, spectrum and signal quality of one recording's gluteus medius, over its windows of stance and rest."""

from dataclasses import asdict, replace
from typing import Final

import numpy as np

from pipeline.signals.channels.channel_roles import gmed_channel
from pipeline.signals.channels.signal_units import in_microvolt
from pipeline.signals.emg.integrated_emg import integrated_emg, largest_area
from pipeline.signals.emg.mvic import middle_rms
from pipeline.signals.measured.emg_features import EmgFeatures, FrequencySlope, IntegratedEmg
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.quality.limits import judge_signal
from pipeline.signals.quality.measure_quality import signal_metrics
from pipeline.signals.samples.amplitude import moving_rms
from pipeline.signals.samples.filters import band_pass, check_sampling_rate
from pipeline.signals.samples.recording import (
    Channel,
    EmgPart,
    Recording,
    Request,
    Samples,
    SignalProblem,
    Window,
)
from pipeline.signals.samples.spectrum import Spectra, median_frequency, spectra
from schemas.emg_settings import EmgSettings

MEDIAN_STEP_S: Final = 0.005
"""The median is over windows this far apart: they overlap, and more of them would say the same."""

SHORTEST_WINDOW_S: Final = 0.25
"""Amplitudes of shorter stretches scatter by more than 10 %."""

SHORTEST_REST_S: Final = 0.5
LONGEST_REST_S: Final = 2.0
REST_ENDS_BEFORE_LIFTOFF_S: Final = 0.8
"""The weight shift, with its muscle activity, starts within this time before lift-off."""

EDGE_S: Final = 0.1
"""The filter's own start-up at the beginning of a recording."""

SHORTEST_HOLD_S: Final = 5.0
"""Fewer than five windows of a second leave too few for a line and its standard error."""

LOWEST_SNR_DB: Final = 6.0
"""Closer to rest, white noise moves the median frequency by more than a tired muscle does."""


def with_emg(
    features: RecordingFeatures,
    emg: EmgPart,
    request: Request,
    settings: EmgSettings,
    part_s: tuple[float, float],
) -> RecordingFeatures:
    """The features with amplitude and signal quality.

    features: with force events. emg: of the part of the file that is used, from start to end part_s
    (s). Raises SignalProblem when the part is too short.
    """
    window = measured_window(features, request, part_s)
    rate_hz = emg.channel.sampling_rate_hz
    raw_uv, filtered_uv = (emg.within(s, window) for s in (emg.raw_uv, emg.filtered_uv))
    rest, rest_note = rest_window(features, request, settings, part_s)
    found = spectra(raw_uv, rate_hz) if float(np.ptp(raw_uv)) > 0 else None
    metrics = signal_metrics(
        raw_uv=raw_uv,
        filtered_uv=filtered_uv,
        rest_raw_uv=None if rest is None else emg.within(emg.raw_uv, rest),
        rest_filtered_uv=None if rest is None else emg.within(emg.filtered_uv, rest),
        sampling_rate_hz=rate_hz,
        band_hz=settings.band_pass_hz,
        window_spectra=found,
    )
    amplitudes = _amplitudes(filtered_uv, rate_hz, window.start_s, request.role, settings)
    verdict = judge_signal(asdict(metrics), request.role)
    features = replace(
        features,
        emg=EmgFeatures(
            gmed_channel=emg.channel.label,
            unit=emg.channel.unit or settings.emg_unit,
            sampling_rate_hz=rate_hz,
            window_from=window.source,
            window_start_s=window.start_s,
            window_end_s=window.end_s,
            rest_start_s=rest.start_s if rest else None,
            rest_end_s=rest.end_s if rest else None,
            rest_note=rest_note,
            peak_rms_uv=amplitudes.get("peak_rms_uv"),
            peak_start_s=amplitudes.get("peak_start_s"),
            peak_end_s=amplitudes.get("peak_end_s"),
            median_rms_uv=amplitudes.get("median_rms_uv"),
            middle_rms_uv=amplitudes.get("middle_rms_uv"),
            iemg=_iemg(filtered_uv, rate_hz, request.role, settings, _from_liftoff(features)),
            fatigue=(
                frequency_slope(found, settings.band_pass_hz, metrics.snr_db)
                if request.role == "task"
                else FrequencySlope()
            ),
        ),
        metrics=metrics,
        quality=verdict.quality,
        reasons=verdict.reasons,
    )
    return _with_notes(_with_problem(features), request)


def _amplitudes(
    filtered_uv: Samples, rate_hz: float, start_s: float, role: str, settings: EmgSettings
) -> dict[str, float | None]:
    """Peak with its place, median and middle RMS of the window; none when it is below `mvic_window_s`."""
    if filtered_uv.size < settings.mvic_window_s * rate_hz:
        return {}
    running = moving_rms(filtered_uv, sampling_rate_hz=rate_hz, window_s=settings.mvic_window_s)
    middle_uv = None
    if role in ("mvic", "submaximal"):
        middle_uv = middle_rms(
            filtered_uv,
            sampling_rate_hz=rate_hz,
            window_s=settings.mvic_window_s,
            middle_s=settings.mvic.middle_s,
        )
    highest = int(running.argmax())
    peak_start_s = start_s + highest / rate_hz
    return {
        "peak_rms_uv": float(running[highest]),
        "peak_start_s": peak_start_s,
        "peak_end_s": peak_start_s + settings.mvic_window_s,
        "median_rms_uv": float(np.median(running[:: max(round(MEDIAN_STEP_S * rate_hz), 1)])),
        "middle_rms_uv": middle_uv,
    }


def _from_liftoff(features: RecordingFeatures) -> bool:
    return features.force.hold_s is not None and features.force.liftoff_s is not None


def _iemg(
    filtered_uv: Samples, rate_hz: float, role: str, settings: EmgSettings, from_liftoff: bool
) -> IntegratedEmg:
    if role == "task":
        return integrated_emg(
            filtered_uv,
            rate_hz,
            fixed_s=settings.iemg_window_s,
            starts_at_liftoff=from_liftoff,
        )
    if role == "mvic":
        reference_uv_s = largest_area(filtered_uv, rate_hz, settings.mvic_window_s)
        return IntegratedEmg(reference_uv_s=reference_uv_s, reference_s=settings.mvic_window_s)
    return IntegratedEmg()


def emg_part(
    recording: Recording, request: Request, settings: EmgSettings, part_s: tuple[float, float]
) -> EmgPart:
    """The gluteus medius of a leg, raw and band-passed, in the part of the file that is used.

    Raises SignalProblem when the channel cannot be found, has gaps in the part, or cannot be filtered.
    """
    channel = gmed_channel(recording, request.leg, settings)
    check_sampling_rate(channel.sampling_rate_hz, settings.band_pass_hz)
    whole_uv = in_microvolt(channel, settings.emg_unit)
    raw_uv = channel.part(whole_uv, part_s)
    if not np.isfinite(raw_uv).all():
        raise SignalProblem(
            f"The channel {channel.label} has missing samples "
            f"({int(np.sum(~np.isfinite(raw_uv)))} of {raw_uv.size}).",
            "Export the recording again, or choose a part without gaps with start_s and end_s.",
        )
    filtered_uv = channel.part(_filtered(whole_uv, channel, settings, part_s), part_s)
    return EmgPart(channel, raw_uv, filtered_uv, starts_at_s=part_s[0])


def _filtered(
    whole_uv: Samples, channel: Channel, settings: EmgSettings, part_s: tuple[float, float]
) -> Samples:
    """The band-passed channel, shape (n_samples,), missing beyond the gaps nearest to the part.

    Filtered before it is cut, so that the filter starts up outside the part wherever the file allows.
    """
    first, last = (round(time_s * channel.sampling_rate_hz) for time_s in part_s)
    gaps = np.flatnonzero(~np.isfinite(whole_uv))
    start = int(gaps[gaps < first].max(initial=-1)) + 1
    stop = int(gaps[gaps >= last].min(initial=whole_uv.size))
    filtered_uv = np.full(whole_uv.size, np.nan)
    filtered_uv[start:stop] = band_pass(
        whole_uv[start:stop],
        channel.sampling_rate_hz,
        band_hz=settings.band_pass_hz,
        order=settings.filter_order,
    )
    return filtered_uv


def _with_notes(features: RecordingFeatures, request: Request) -> RecordingFeatures:
    """Say beside the verdict where the window comes from when it does not come from force."""
    if request.role != "task":
        return features
    notes = [features.force.note] if features.force.note else []
    if features.emg.window_from != "force":
        span = (
            "from start_s to end_s"
            if features.emg.window_from == "table"
            else "the whole recording"
        )
        notes.append(f"The amplitude is of {span}, not of the stance by force.")
    return replace(features, reasons=features.reasons + tuple(note.rstrip(".") for note in notes))


def _with_problem(features: RecordingFeatures) -> RecordingFeatures:
    if features.is_usable:
        return features
    reasons = "; ".join(features.reasons)
    return replace(
        features,
        problem=f"The EMG signal is rejected: {reasons}.",
        fix="Look at the signal in the recording program; leave the file out, or correct unit, "
        "channel and part in study.yaml and the recordings table.",
    )


def measured_window(
    features: RecordingFeatures, request: Request, part_s: tuple[float, float]
) -> Window:
    """The part whose amplitude is measured: the stance by force, else start_s to end_s, else all.

    features: with force events. part_s: the part of the file in use. Raises SignalProblem when the
    window is too short for an amplitude.
    """
    is_table = request.start_s is not None or request.end_s is not None
    window = Window(*part_s, "table" if is_table else "file")
    if features.force.hold_s is not None:
        window = Window(
            part_s[0] if features.force.liftoff_s is None else features.force.liftoff_s,
            part_s[1] if features.force.ended_s is None else features.force.ended_s,
            "force",
        )
    if window.length_s < SHORTEST_WINDOW_S:
        raise SignalProblem(
            f"The part to measure lasts {window.length_s:.2f} s, too short for an amplitude.",
            "Check the file, and start_s and end_s in the recordings table.",
        )
    return window


def rest_window(
    features: RecordingFeatures,
    request: Request,
    settings: EmgSettings,
    part_s: tuple[float, float],
) -> tuple[Window | None, str]:
    """(rest window, "") or (None, why there is none).

    A rest recording is rest throughout, a reference contraction has none. A stance trial has `settings.rest_s`, or
    the last two seconds of quiet standing that end 0.8 s before lift-off (or where the onset search
    starts, if that is earlier).
    """
    if request.role == "rest":
        return Window(*part_s), ""
    if request.role in ("mvic", "submaximal"):
        return None, ""
    if settings.rest_s is not None:
        start_s, end_s = max(settings.rest_s[0], part_s[0]), min(settings.rest_s[1], part_s[1])
        if features.force.liftoff_s is not None:
            end_s = min(end_s, features.force.liftoff_s)
    elif features.force.liftoff_s is not None:
        margin_s = max(REST_ENDS_BEFORE_LIFTOFF_S, -settings.onset_search_s[0])
        end_s = features.force.liftoff_s - margin_s
        start_s = max(part_s[0] + EDGE_S, end_s - LONGEST_REST_S)
    else:
        return None, "Lift-off is not known, so the quiet standing before it is not known either."
    if end_s - start_s < SHORTEST_REST_S - 1e-9:
        return None, "There is less than half a second of quiet standing before the weight shift."
    return Window(start_s, end_s), ""


def frequency_slope(
    found: Spectra | None, band_hz: tuple[float, float], snr_db: float | None
) -> FrequencySlope:
    """The line of least squares through the median frequencies of consecutive windows.

    found: spectra of the raw hold, half overlapping; every second one is used, so that the windows are
    independent and the standard error is right. None: the hold has no spectrum. band_hz: the power that
    counts. snr_db: of the hold. Holds differ in length, and so does the standard error: weight by it.
    """
    if found is None:
        return FrequencySlope(note="There is no spectrum.")
    rows = found.density[::2]
    if rows.shape[0] * found.piece_s < SHORTEST_HOLD_S - 0.5 * found.piece_s:
        return FrequencySlope(
            note=f"The hold is shorter than {SHORTEST_HOLD_S:g} s, too short for a slope."
        )
    if snr_db is not None and snr_db < LOWEST_SNR_DB:
        return FrequencySlope(note="The muscle is too close to rest for a slope.")
    middle_hz = median_frequency(found.frequency_hz, rows, band_hz)
    if not np.isfinite(middle_hz).all():
        return FrequencySlope(note="A window of the hold has no power.")
    time_s = (np.arange(middle_hz.size) + 0.5) * found.piece_s
    centred_s = time_s - time_s.mean()
    spread = float(np.square(centred_s).sum())
    slope = float((centred_s * middle_hz).sum()) / spread
    start_hz = float(middle_hz.mean()) - slope * float(time_s.mean())
    left = middle_hz - (start_hz + slope * time_s)
    variance = float(np.square(left).sum()) / (middle_hz.size - 2)
    return FrequencySlope(
        start_hz=start_hz,
        slope_hz_per_s=slope,
        slope_se_hz_per_s=float(np.sqrt(variance / spread)),
        slope_pct_per_s=100 * slope / start_hz if start_hz > 0 else None,
        n_windows=middle_hz.size,
    )
