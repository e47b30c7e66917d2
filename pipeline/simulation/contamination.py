"""What can go wrong with the EMG of an electrode, one fault at a time: for tests and the quality bench.

Each fault takes a clean signal in µV, shape (n_samples,), and gives back the signal as it would have been
recorded. What is random in it comes from the generator that is handed in.
"""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from scipy import signal

from pipeline.simulation.noise import Floats, emg_noise, white_noise

Fault = Callable[[Floats, np.random.Generator, float], Floats]
"""(clean signal in µV, random generator, sampling rate in Hz) -> recorded signal in µV."""

FLOOR_UV: Final = 2.0
"""Noise of a good electrode and amplifier, RMS from 20 to 450 Hz."""


def quiet_then_active(
    rng: np.random.Generator, rate_hz: float, *, quiet_s: float, active_s: float, muscle_uv: float
) -> Floats:
    """A muscle that rests and then works at a constant level, RMS in µV, over the floor of its electrode."""
    n_samples = round((quiet_s + active_s) * rate_hz)
    works = np.arange(n_samples) >= round(quiet_s * rate_hz)
    muscle = emg_noise(rng, n_samples, rate_hz=rate_hz) * works * muscle_uv
    recorded: Floats = muscle + FLOOR_UV * white_noise(rng, n_samples, rate_hz=rate_hz)
    return recorded


def mains(rms_uv: float, line_hz: float = 50.0) -> Fault:
    """Hum with a fifth of it at three times the frequency."""

    def add(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
        turns = line_hz * np.arange(clean_uv.size) / rate_hz + rng.random()
        hum = np.sin(2 * np.pi * turns) + 0.2 * np.sin(2 * np.pi * 3 * turns)
        recorded: Floats = clean_uv + np.sqrt(2) * rms_uv * hum
        return recorded

    return add


def heartbeat(peak_uv: float) -> Fault:
    """An electrocardiogram of 55 to 95 beats a minute that vary by 4 %."""
    waves = ((0.0, 1.0, 0.010), (-0.03, -0.15, 0.008), (0.03, -0.25, 0.010), (0.25, 0.2, 0.04))

    def add(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
        time_s = np.arange(clean_uv.size) / rate_hz
        every_s = 60 / rng.uniform(55, 95)
        recorded = clean_uv.copy()
        beat_s = rng.uniform(0, every_s)
        while beat_s < time_s[-1] + 0.5:
            for after_s, height, width_s in waves:
                bump = np.exp(-0.5 * ((time_s - beat_s - after_s) / width_s) ** 2)
                recorded += peak_uv * height * bump
            beat_s += every_s * (1 + 0.04 * rng.standard_normal())
        return recorded

    return add


def moving_cables(rms_uv: float) -> Fault:
    """Slow random voltages from 1 to 12 Hz."""

    def add(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
        sections = signal.butter(2, (1.0, 12.0), btype="bandpass", fs=rate_hz, output="sos")
        slow = signal.sosfiltfilt(sections, rng.standard_normal(clean_uv.size))
        moved: Floats = clean_uv + rms_uv * slow / slow.std()
        return moved

    return add


def clipped(at_uv: float) -> Fault:
    """An amplifier that saturates."""
    return lambda clean_uv, rng, rate_hz: np.clip(clean_uv, -at_uv, at_uv)


def drop_out(length_s: float) -> Fault:
    """A radio link that holds its last value once, in the second half of the signal."""

    def hold(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
        start = round(clean_uv.size * rng.uniform(0.5, 0.8))
        recorded = clean_uv.copy()
        recorded[start : start + round(length_s * rate_hz)] = recorded[start]
        return recorded

    return hold


def spike(height_uv: float) -> Fault:
    """One sample that a knock at the electrode or a switch throws up, in the second half of the signal."""

    def add(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
        recorded = clean_uv.copy()
        recorded[round(clean_uv.size * rng.uniform(0.5, 0.8))] += height_uv
        return recorded

    return add


def bad_contact(noise_uv: float) -> Fault:
    """An electrode that lifts off the skin: white noise, RMS from 20 to 450 Hz."""
    return lambda clean_uv, rng, rate_hz: (
        clean_uv + noise_uv * white_noise(rng, clean_uv.size, rate_hz=rate_hz)
    )


def rectified(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
    """Exported after rectification and removal of the mean."""
    whole: Floats = np.abs(clean_uv) - np.abs(clean_uv).mean()
    return whole


def envelope(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
    """Exported as a moving RMS of 100 ms."""
    width = round(0.1 * rate_hz)
    power = np.convolve(np.square(clean_uv), np.full(width, 1 / width), mode="same")
    smooth: Floats = np.sqrt(power)
    return smooth


def drawn_from(slow_hz: float) -> Fault:
    """Sampled at `slow_hz` once, and brought back to its rate along straight lines."""

    def draw(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
        time_s = np.arange(clean_uv.size) / rate_hz
        kept_s = np.arange(0, time_s[-1], 1 / slow_hz)
        drawn: Floats = np.interp(time_s, kept_s, np.interp(kept_s, time_s, clean_uv))
        return drawn

    return draw


def resampled_from(slow_hz: float) -> Fault:
    """Sampled at `slow_hz` once, and brought back to its rate without images."""

    def resample(clean_uv: Floats, rng: np.random.Generator, rate_hz: float) -> Floats:
        slow = signal.resample(clean_uv, round(clean_uv.size * slow_hz / rate_hz))
        again: Floats = signal.resample(slow, clean_uv.size)
        return again

    return resample


CONTAMINATIONS: Final[Mapping[str, Fault]] = {
    "clean": lambda clean_uv, rng, rate_hz: clean_uv,
    "mains 3 µV": mains(3.0),
    "mains 10 µV": mains(10.0),
    "mains 20 µV, 60 Hz": mains(20.0, 60.0),
    "motion": moving_cables(40.0),
    "clip": clipped(60.0),
    "drop-out": drop_out(0.1),
    "long drop-out": drop_out(1.0),
    "spike": spike(4000.0),
    "ecg": heartbeat(15.0),
    "bad contact": bad_contact(13.0),
    "rectified": rectified,
    "envelope": envelope,
    "drawn from 200 Hz": drawn_from(200.0),
    "drawn from 500 Hz": drawn_from(500.0),
    "resampled from 200 Hz": resampled_from(200.0),
}
"""By name; the sizes fit a muscle of 30 µV."""
