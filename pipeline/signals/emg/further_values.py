"""What stands in the activation table beside the amplitude: integrated EMG with its durations, fatigue."""

from pipeline.signals.measured.emg_features import EmgFeatures
from schemas.emg_settings import EmgSettings


def further_values(
    emg: EmgFeatures, iemg_mvic_uv_s: float | None, settings: EmgSettings
) -> dict[str, str | float | None]:
    """Columns of schemas.activation.Activation from one stance and the integrated EMG of its MVIC (µV s).

    Integrated EMG in percent depends on both durations, which stand beside it; the mean rectified value
    in percent is the same without them.
    """
    iemg, fatigue, mvic_s = emg.iemg, emg.fatigue, settings.mvic_window_s
    area_pct = mean_pct = None
    if iemg.window_uv_s is not None and iemg.window_s and iemg_mvic_uv_s:
        area_pct = 100 * iemg.window_uv_s / iemg_mvic_uv_s
        mean_pct = area_pct * mvic_s / iemg.window_s
    return {
        "gmed_arv_pct_mvic": mean_pct,
        "iemg_uv_s": iemg.window_uv_s,
        "iemg_window_s": iemg.window_s,
        "iemg_fixed_uv_s": iemg.fixed_uv_s,
        "iemg_fixed_window_s": iemg.fixed_s,
        "iemg_mvic_uv_s": iemg_mvic_uv_s,
        "iemg_mvic_window_s": mvic_s if iemg_mvic_uv_s else None,
        "iemg_pct": area_pct,
        "iemg_note": iemg.note or None,
        "median_frequency_start_hz": fatigue.start_hz,
        "median_frequency_slope_hz_per_s": fatigue.slope_hz_per_s,
        "median_frequency_slope_se_hz_per_s": fatigue.slope_se_hz_per_s,
        "median_frequency_slope_pct_per_s": fatigue.slope_pct_per_s,
        "median_frequency_note": fatigue.note or None,
    }
