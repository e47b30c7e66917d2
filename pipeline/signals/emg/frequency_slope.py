"""Whether the median frequency falls over a hold, as it does when a muscle tires."""

from typing import Final

import numpy as np

from pipeline.signals.measured.emg_features import FrequencySlope
from pipeline.signals.samples.spectrum import Spectra, median_frequency

SHORTEST_HOLD_S: Final = 5.0
"""Fewer than five windows of a second leave too few for a line and its standard error."""

LOWEST_SNR_DB: Final = 6.0
"""Closer to rest, white noise moves the median frequency by more than a tired muscle does."""


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
