"""The zero-phase band-pass of all EMG amplitudes and onsets. No windows and no amplitudes here."""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal

from pipeline.signals.samples.recording import Samples, Samples32, SignalProblem
from pipeline.signals.samples.zero_phase import BandPass, Real, two_pass_correction, zero_phase

NYQUIST_MARGIN: Final = 1.1
"""The sampling rate has to be above twice the upper cut-off by this factor: anti-alias filters of
recorders start to act before half the sampling rate, and a bilinear band-pass cannot reach it."""


def check_sampling_rate(sampling_rate_hz: float, band_hz: tuple[float, float]) -> None:
    """Refuse a signal that was sampled too slowly for the pass band.

    sampling_rate_hz, band_hz: Hz. Raises SignalProblem: down-sampled EMG has lost the power above
    half its sampling rate, and no filter brings it back.
    """
    needed_hz = 2 * band_hz[1] * NYQUIST_MARGIN
    # A crystal that is a hair slow (999.9 Hz) is not a down-sampled recording.
    if sampling_rate_hz < needed_hz * 0.999:
        raise SignalProblem(
            f"The EMG is sampled at {sampling_rate_hz:g} Hz, but a pass band up to "
            f"{band_hz[1]:g} Hz needs at least {needed_hz:g} Hz.",
            "Export the recording at its original sampling rate; a down-sampled file cannot be "
            "repaired.",
        )


@lru_cache(maxsize=32)
def band_pass_sections(
    sampling_rate_hz: float, band_hz: tuple[float, float], order: int
) -> Samples:
    """Second-order sections whose forward and backward pass together is -3.01 dB at `band_hz`.

    sampling_rate_hz, band_hz: Hz. order: order of the Butterworth low-pass prototype of one pass.
    Returns shape (order, 6).

    Two passes of a Butterworth filter are -6 dB at its own cut-offs (Winter 2009, Biomechanics and
    Motor Control of Human Movement, section 2.4.4.2, for the low-pass). For a band-pass the
    prototype frequency of one pass has to be C = (sqrt(2) - 1)^(1 / (2 order)) at the wanted
    cut-offs, which keeps the geometric centre and widens the band by 1 / C in warped frequency.
    """
    low, high = (float(np.tan(np.pi * f / sampling_rate_hz)) for f in band_hz)
    half_width = (high - low) / two_pass_correction(order) / 2
    centre = np.sqrt(half_width**2 + low * high)
    edges_hz = [
        sampling_rate_hz / np.pi * float(np.arctan(edge))
        for edge in (centre - half_width, centre + half_width)
    ]
    sections: Samples = signal.butter(
        order, edges_hz, btype="bandpass", fs=sampling_rate_hz, output="sos"
    )
    return sections


def band_pass(
    emg_uv: npt.ArrayLike,
    sampling_rate_hz: float,
    *,
    band_hz: tuple[float, float],
    order: int,
    notch_hz: tuple[float, ...] = (),
) -> Samples:
    """Zero-phase Butterworth band-pass, true -3 dB points at `band_hz`.

    emg_uv: shape (..., n_samples), any unit, without missing samples. notch_hz: mains lines to take
    out as well, Hz. Returns the same shape and unit. Raises SignalProblem when the channel is
    sampled too slowly or is shorter than the filter's own start-up.

    What scipy's `sosfiltfilt` gives with `band_pass_sections`, at several times its speed; the tests
    hold the two together to 1e-6 of the signal's SD half a second from the ends (1e-4 with a notch).
    """
    samples = np.asarray(emg_uv, dtype=np.float64)
    return _band_passed(samples, sampling_rate_hz, BandPass(band_hz, order, notch_hz))


def band_pass_float32(
    emg_uv: Samples32,
    sampling_rate_hz: float,
    *,
    band_hz: tuple[float, float],
    order: int,
    notch_hz: tuple[float, ...] = (),
) -> Samples32:
    """`band_pass` in single precision: twice as fast, and within 1e-5 of the signal's SD of it."""
    samples = np.asarray(emg_uv, dtype=np.float32)
    return _band_passed(samples, sampling_rate_hz, BandPass(band_hz, order, notch_hz))


def _band_passed(
    samples: npt.NDArray[Real], sampling_rate_hz: float, band: BandPass
) -> npt.NDArray[Real]:
    check_sampling_rate(sampling_rate_hz, band.band_hz)
    n_samples = samples.shape[-1]
    # Without three periods of the lower cut-off nothing lies outside the filter's own start-up.
    if n_samples <= int(3 * sampling_rate_hz / band.band_hz[0]):
        raise SignalProblem(
            f"The recording lasts {n_samples / sampling_rate_hz:.2g} s, too short to be filtered.",
            "Check that the right file was exported and that start_s and end_s are right.",
        )
    return zero_phase(samples, sampling_rate_hz, band)
