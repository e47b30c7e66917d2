"""Measures what can be wrong with an EMG signal: hum, movement, heartbeat, clipping, drop-outs, processed data."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft

from pipeline.signals.measured.emg_features import SignalMetrics
from pipeline.signals.quality.spectral_shape import (
    deformation,
    drop_ratio_db,
    low_frequency_share,
    mains_power,
    motion_ratio_db,
    upper_band_db,
)
from pipeline.signals.samples.amplitude import decibel, rms
from pipeline.signals.samples.recording import Samples
from pipeline.signals.samples.runs import runs_of
from pipeline.signals.samples.spectrum import Spectra, median_frequency, spectra

FLAT_S: Final = 0.02
"""A value held for longer is a drop-out; clipped muscle signals stand still for a few ms at most."""

STRAIGHT: Final = 0.002
"""A sample that deviates less from the line between its neighbours than this share of the usual does."""

SPIKE_S: Final = 0.02
"""An electrode that is knocked or a potential of the mains switch; the filter draws it out to some 10 ms."""

SHORTEST_FOR_SPIKES_S: Final = 1.0
"""In a shorter window a burst of the muscle may well hold much of the power."""

ENOUGH_FOR_TAILS: Final = 20_000
"""Samples that are looked at for the tails: 200 in each."""

_TAILS = (0.01, 0.5, 0.99)

BEAT_S: Final = (0.4, 1.4)
"""Times between two beats: 43 to 150 per minute."""

BEAT_BAND_HZ: Final = (10.0, 40.0)
SPIKE_BAND_HZ: Final = (10.0, 60.0)
SHORTEST_S: Final = 1.2
"""A shorter rest has one beat; two are needed to see that they return."""

LONGEST_LAG_SHARE: Final = 0.75
"""At longer delays so little overlaps that noise looks like a beat."""


def signal_metrics(
    *,
    raw_uv: Samples,
    filtered_uv: Samples,
    rest_raw_uv: Samples | None,
    rest_filtered_uv: Samples | None,
    sampling_rate_hz: float,
    band_hz: tuple[float, float],
    window_spectra: Spectra | None = None,
) -> SignalMetrics:
    """Numbers about one window of an EMG signal.

    raw_uv, filtered_uv: shape (n_samples,), µV, as recorded and band-passed to band_hz (Hz).
    rest_raw_uv, rest_filtered_uv: the same at rest, None when there is no rest window; weak hum hides
    under the muscle and is then only seen when it is strong. sampling_rate_hz: Hz. window_spectra: of
    raw_uv, when the caller has them already.
    """
    window_power = float(np.mean(np.square(filtered_uv)))
    rest_rms_uv = None if rest_filtered_uv is None else rms(rest_filtered_uv)
    has_ratio = rest_rms_uv is not None and rest_rms_uv > 0 and window_power > 0
    flat_samples = _held_samples(raw_uv)
    flat_s = max(flat_samples, default=0) / sampling_rate_hz
    long_flat = sum(n for n in flat_samples if n > FLAT_S * sampling_rate_hz)
    is_constant = float(np.ptp(raw_uv)) == 0.0
    found = None if is_constant else window_spectra or spectra(raw_uv, sampling_rate_hz)
    beat = Heartbeat() if rest_raw_uv is None else heartbeat(rest_raw_uv, sampling_rate_hz)
    return SignalMetrics(
        rms_uv=float(np.sqrt(window_power)),
        baseline_rms_uv=rest_rms_uv,
        snr_db=decibel(window_power / rest_rms_uv**2) if has_ratio and rest_rms_uv else None,
        mains_share=_rest_mains_share(rest_raw_uv, sampling_rate_hz, window_power),
        clip_share=_share_at_ends(raw_uv),
        flat_ms=1000 * flat_s,
        flat_share=long_flat / raw_uv.size,
        spike_share=_spike_share(filtered_uv, sampling_rate_hz),
        largest_raw_uv=float(np.max(np.abs(raw_uv - raw_uv.mean()))),
        positive_share=float(np.mean(raw_uv >= 0)),
        one_sidedness=_one_sidedness(raw_uv),
        interpolated_share=_interpolated_share(raw_uv),
        heartbeat_autocorrelation=beat.autocorrelation,
        heartbeat_kurtosis=beat.kurtosis,
        **({} if found is None else _of_spectra(found, sampling_rate_hz, band_hz, window_power)),
    )


def _of_spectra(
    found: Spectra, sampling_rate_hz: float, band_hz: tuple[float, float], window_power: float
) -> dict[str, float | None]:
    middle_hz = float(median_frequency(found.frequency_hz, found.mean, band_hz)[0])
    hum = mains_power(found, sampling_rate_hz)
    return {
        "window_mains_share": hum / window_power if window_power > 0 else None,
        "low_frequency_share": low_frequency_share(found),
        "motion_ratio_db": motion_ratio_db(found),
        "median_frequency_hz": middle_hz if np.isfinite(middle_hz) else None,
        "deformation": deformation(found, band_hz),
        "drop_ratio_db": drop_ratio_db(found, sampling_rate_hz),
        "upper_band_db": upper_band_db(found, band_hz),
    }


def _rest_mains_share(
    rest_raw_uv: Samples | None, sampling_rate_hz: float, window_power: float
) -> float | None:
    if rest_raw_uv is None or rest_raw_uv.size < 4 or window_power <= 0:
        return None
    hum = mains_power(spectra(rest_raw_uv, sampling_rate_hz), sampling_rate_hz)
    return hum / window_power


def _spike_share(filtered_uv: Samples, sampling_rate_hz: float) -> float | None:
    """Share of the power in the strongest SPIKE_S; None for short windows and without power."""
    if filtered_uv.size < SHORTEST_FOR_SPIKES_S * sampling_rate_hz:
        return None
    width = round(SPIKE_S * sampling_rate_hz)
    so_far = np.concatenate([[0.0], np.cumsum(np.square(filtered_uv))])
    return float(np.max(so_far[width:] - so_far[:-width]) / so_far[-1]) if so_far[-1] > 0 else None


def _share_at_ends(raw_uv: Samples) -> float:
    """Share of samples that stand at the lowest or the highest value beside the one that reaches it.

    Every signal has one of each, which is a lot of a short window. 0 when all samples are the same.
    """
    low, high = float(raw_uv.min()), float(raw_uv.max())
    if low == high:
        return 0.0
    slack = 1e-6 * (high - low)
    at_low, at_high = (raw_uv <= low + slack), (raw_uv >= high - slack)
    return float(at_low.sum() + at_high.sum() - 2) / raw_uv.size


def _one_sidedness(raw_uv: Samples) -> float | None:
    """Reach of the lowest and of the highest 1 % from the median, the smaller over the larger."""
    some_uv = raw_uv[:: max(raw_uv.size // ENOUGH_FOR_TAILS, 1)]
    low, middle, high = np.quantile(some_uv, _TAILS)
    below, above = float(middle - low), float(high - middle)
    return min(below, above) / max(below, above) if max(below, above) > 0 else None


def _interpolated_share(raw_uv: Samples) -> float | None:
    """Share of samples that say nothing new: copies of a neighbour, or straight between two.

    Stretches that stand still for longer than a few samples are drop-outs, and are left out.
    """
    bend = np.diff(raw_uv, n=2)
    step = np.diff(raw_uv)
    still = (step[:-1] == 0) & (step[1:] == 0)
    typical = float(np.sqrt(np.mean(np.square(bend)))) if bend.size else 0.0
    if typical == 0.0 or still.all():
        return None
    says_nothing = (np.abs(bend) < STRAIGHT * typical) | (step[1:] == 0)
    return float(np.mean(says_nothing[~still]))


def _held_samples(raw_uv: Samples) -> list[int]:
    """Lengths (samples) of all stretches in which the value does not change."""
    return [run.length + 1 for run in runs_of(np.diff(raw_uv) == 0)]


@dataclass(frozen=True)
class Heartbeat:
    """How much a rest beats; None where not measurable.

    autocorrelation: highest one of the envelope (10 to 40 Hz) at the time of a beat, 1 for a perfect
    return. kurtosis: excess kurtosis (10 to 60 Hz), 0 for noise, large for spikes.
    """

    autocorrelation: float | None = None
    kurtosis: float | None = None


def heartbeat(rest_uv: Samples, sampling_rate_hz: float) -> Heartbeat:
    """How much a signal at rest, shape (n_samples,), beats; sampling_rate_hz: Hz."""
    if rest_uv.size < SHORTEST_S * sampling_rate_hz or float(np.ptp(rest_uv)) == 0.0:
        return Heartbeat()
    envelope = np.abs(_analytic(rest_uv, sampling_rate_hz, BEAT_BAND_HZ))
    squares = np.square(_analytic(rest_uv, sampling_rate_hz, SPIKE_BAND_HZ).real)
    return Heartbeat(
        autocorrelation=_returning(envelope, sampling_rate_hz),
        kurtosis=float(np.mean(np.square(squares)) / np.mean(squares) ** 2 - 3),
    )


def _analytic(
    samples: Samples, sampling_rate_hz: float, band_hz: tuple[float, float]
) -> npt.NDArray[np.complex128]:
    """The analytic signal of a band."""
    frequency = fft.fftfreq(samples.size, 1 / sampling_rate_hz)
    spectrum = fft.fft(samples - samples.mean())
    spectrum[(frequency < band_hz[0]) | (frequency > band_hz[1])] = 0.0
    analytic: npt.NDArray[np.complex128] = 2 * fft.ifft(spectrum)
    return analytic


def _returning(envelope: Samples, sampling_rate_hz: float) -> float:
    """Highest autocorrelation at the time of a beat, corrected for the part that still overlaps."""
    n_samples = envelope.size
    centred = envelope - envelope.mean()
    power = np.square(np.abs(fft.rfft(centred, 2 * n_samples)))
    products = fft.irfft(power, 2 * n_samples)[:n_samples]
    first = round(BEAT_S[0] * sampling_rate_hz)
    last = min(round(BEAT_S[1] * sampling_rate_hz), round(LONGEST_LAG_SHARE * n_samples))
    lags = np.arange(first, last)
    return float(np.max(products[lags] / products[0] * n_samples / (n_samples - lags)))
