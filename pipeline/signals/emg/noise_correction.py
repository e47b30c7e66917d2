"""The amplitude of the muscle without the noise that is there at rest as well."""

import math
from dataclasses import dataclass

from pipeline.signals.measured.emg_features import SignalMetrics


@dataclass(frozen=True)
class NoiseCorrected:
    """rms_uv: RMS (µV) without noise, None with a reason in `note`. noise_rms_uv: level taken away (µV)."""

    rms_uv: float | None
    noise_rms_uv: float | None
    note: str


def noise_corrected(metrics: SignalMetrics, rest_recording_uv: float | None) -> NoiseCorrected:
    """The square root of window power minus rest power: powers of independent signals add up.

    metrics: of the stance. rest_recording_uv: level (µV) of the leg's recordings of quiet rest; without
    one the quiet standing before lift-off is taken, and activity of quiet standing goes with the noise.
    The correction matters where activation is low: noise at 6 dB makes the RMS 12 % too large, at 3 dB
    22 %, at 0 dB 41 % (sqrt(1 + 10**(-dB/10)) - 1, dB of the muscle over the noise).
    """
    rms_uv = metrics.rms_uv
    if rms_uv is None:
        return NoiseCorrected(None, None, "There is no amplitude.")
    noise_uv = metrics.baseline_rms_uv if rest_recording_uv is None else rest_recording_uv
    if noise_uv is None:
        return NoiseCorrected(
            None, None, "There is neither quiet standing nor a recording of rest to take away."
        )
    if noise_uv >= rms_uv:
        return NoiseCorrected(
            None, noise_uv, "The stance is not above rest, so nothing is left without the noise."
        )
    return NoiseCorrected(math.sqrt(rms_uv**2 - noise_uv**2), noise_uv, "")
