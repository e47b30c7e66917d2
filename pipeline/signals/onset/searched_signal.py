"""What every detector is given and answers: a band-passed signal with its two windows, and the onset."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from scipy import signal

from pipeline.signals.samples.recording import Samples
from pipeline.signals.samples.runs import Run

NO_RISE = "the signal does not rise above its rest level in the search window"

BIN_S: Final = 0.001
"""Energy is summed over bins of one millisecond (or one sample, when samples are longer)."""

TAIL_S: Final = 0.3
"""How far behind the search window a detector may look."""

SHORTEST_REST_S: Final = 0.1
SHORTEST_ACTIVE_S: Final = 0.05
"""What has to remain of the signal behind the last moment at which an onset can be."""

SNR_WINDOW_S: Final = (0.03, 0.3)
"""Where the active level is read, behind the onset."""

INDEPENDENT_PER_S: Final = 500.0
"""Independent values per second of 20 to 450 Hz EMG (410 for Stulen-De Luca spectra, more for white
noise). Neighbouring samples are correlated, so likelihoods are tempered to this rate."""


@dataclass(frozen=True)
class Reading:
    """What one detector found. Times in seconds from the start of the signal.

    onset_s: None when there is no onset, and then `reason` says why. evidence: the detector's own
    decision statistic (`detectors.DETECTORS` says which); it has no unit and grows with the onset.
    low_s, high_s, sd_s: 90 % interval and standard deviation, None for a detector that has none.
    step_s: when the signal would have switched on if it switched on at once; ramp_s: when it starts
    to build up; None for a detector that does not tell them apart. build_up_s: mean length of the
    build-up.
    """

    onset_s: float | None
    evidence: float
    reason: str = ""
    low_s: float | None = None
    high_s: float | None = None
    sd_s: float | None = None
    step_s: float | None = None
    ramp_s: float | None = None
    build_up_s: float | None = None


@dataclass(frozen=True)
class Onset:
    """An onset, or the reason why there is none. Times in seconds from the start of the signal.

    onset_s: None when no onset was found. low_s, high_s: 90 % interval; sd_s: standard deviation;
    both None for a method without an interval. evidence: the decision statistic of the method (see
    `detectors.DETECTORS`). snr_db: power just behind the onset over power at rest (without an onset,
    over the whole search window). reason: why there is no onset, "" when there is one. step_s: the
    sudden onset that fits best, close to the first motor unit; ramp_s: the start of the build-up;
    build_up_s: how long the build-up lasts; None for a method that does not tell them apart.
    """

    onset_s: float | None
    low_s: float | None
    high_s: float | None
    sd_s: float | None
    evidence: float
    snr_db: float
    found: bool
    method: str
    reason: str = ""
    step_s: float | None = None
    ramp_s: float | None = None
    build_up_s: float | None = None


@dataclass(frozen=True, eq=False)
class SearchedSignal:
    """samples: shape (n_samples,), band-passed, any unit. rest, search: windows, in samples."""

    samples: Samples
    sampling_rate_hz: float
    rest: Run
    search: Run

    @property
    def samples_per_bin(self) -> int:
        """Samples in a bin."""
        return max(1, round(BIN_S * self.sampling_rate_hz))

    @property
    def bin_s(self) -> float:
        """Length of a bin in seconds."""
        return self.samples_per_bin / self.sampling_rate_hz

    @property
    def weight_per_bin(self) -> float:
        """Independent values in a bin."""
        return min(float(self.samples_per_bin), INDEPENDENT_PER_S * self.bin_s)

    @property
    def n_candidates(self) -> int:
        """Bins of the search window: an onset may be at the start of any of them."""
        return max(1, self.search.length // self.samples_per_bin)

    @cached_property
    def rest_power(self) -> float:
        """Mean square of the rest window, in the unit squared."""
        return float(np.mean(np.square(self.rest_samples(self.samples))))

    def rest_samples(self, samples: Samples) -> Samples:
        """The part of `samples`, shape (n_samples,), that lies in the rest window."""
        return samples[self.rest.start : self.rest.stop]

    @property
    def n_rest_bins(self) -> float:
        """Length of the rest window in bins."""
        return self.rest.length / self.samples_per_bin

    @cached_property
    def energy(self) -> Samples:
        """Mean square per bin over `rest_power`, shape (n_bins,).

        From the start of the search window to TAIL_S behind its end.
        """
        stop = self.search.stop + round(TAIL_S * self.sampling_rate_hz)
        part = self.samples[self.search.start : stop]
        n_bins = part.size // self.samples_per_bin
        squares = np.square(part[: n_bins * self.samples_per_bin])
        per_bin: Samples = squares.reshape(n_bins, self.samples_per_bin).mean(axis=1)
        return per_bin / self.rest_power

    def time_of_bin(self, position: float) -> float:
        """Seconds from the start of the signal to a bin counted from the start of the search window."""
        return self.search.start / self.sampling_rate_hz + position * self.bin_s

    def time_of_sample(self, index: float) -> float:
        """Seconds from the start of the signal to a sample counted from the start of the search window."""
        return (self.search.start + index) / self.sampling_rate_hz

    def low_passed(self, samples: Samples, cutoff_hz: float) -> Samples:
        """`samples`, shape (n_samples,), after a zero-phase low-pass (Butterworth of order 2, two passes)."""
        sections = _low_pass_sections(cutoff_hz, self.sampling_rate_hz)
        smooth: Samples = signal.sosfiltfilt(sections, samples)
        return smooth

    def snr_db(self, onset_s: float | None) -> float:
        """Power behind an onset over power at rest, in dB; without an onset, of the search window."""
        rate_hz = self.sampling_rate_hz
        start, stop = self.search.start, self.search.stop
        if onset_s is not None:
            latest = self.samples.size - round(SHORTEST_ACTIVE_S * rate_hz)
            start = min(round((onset_s + SNR_WINDOW_S[0]) * rate_hz), latest)
            stop = round((onset_s + SNR_WINDOW_S[1]) * rate_hz)
        power = float(np.mean(np.square(self.samples[start:stop])))
        return float(10 * np.log10(max(power / self.rest_power, 1e-12)))


@lru_cache(maxsize=32)
def _low_pass_sections(cutoff_hz: float, sampling_rate_hz: float) -> Samples:
    """Designed once: that takes longer than the filtering of a stance."""
    sections: Samples = signal.butter(2, cutoff_hz, fs=sampling_rate_hz, output="sos")
    return sections


def searched_signal(
    samples: Samples,
    sampling_rate_hz: float,
    rest_s: tuple[float, float],
    search_s: tuple[float, float],
) -> SearchedSignal:
    """The signal with its windows in samples; the search starts behind the rest.

    samples: shape (n_samples,), band-passed. rest_s, search_s: (start, end) in seconds from the start
    of the signal. Raises ValueError for windows that run backwards or do not lie in the signal.
    """
    for name, (start_s, end_s) in (("rest_s", rest_s), ("search_s", search_s)):
        if not start_s < end_s:
            raise ValueError(f"{name} is {(start_s, end_s)}; its start has to be below its end")
    n_samples = samples.size
    rest = _window(rest_s, sampling_rate_hz, n_samples)
    search = _window(search_s, sampling_rate_hz, n_samples)
    last = n_samples - round(SHORTEST_ACTIVE_S * sampling_rate_hz)
    search = Run(max(rest.stop, search.start), min(last, search.stop))
    if rest.stop <= rest.start:
        raise ValueError(f"the rest window {rest_s} s lies outside the signal")
    if search.stop <= search.start:
        raise ValueError(f"the search window {search_s} s lies outside the signal or in the rest")
    return SearchedSignal(samples, sampling_rate_hz, rest, search)


def _window(window_s: tuple[float, float], sampling_rate_hz: float, n_samples: int) -> Run:
    first, last = (round(time_s * sampling_rate_hz) for time_s in window_s)
    return Run(min(max(first, 0), n_samples), min(max(last, 0), n_samples))
