"""Recordings on force plates with known truth: two plates, one plate under both feet, sway."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from pipeline.signals.samples.recording import Channel, Recording

FEET_APART_MM = 180.0


def smooth_noise(rng, n_samples, rate_hz, cut_off_hz):
    """Noise below a frequency, with an SD of 1."""
    sections = butter(2, cut_off_hz, fs=rate_hz, output="sos")
    noise = sosfiltfilt(sections, rng.standard_normal(n_samples + round(4 * rate_hz)))
    noise = noise[round(2 * rate_hz) :][:n_samples]
    return noise / noise.std()


def as_recording(rate_hz, columns):
    """A recording from (label, unit) -> samples."""
    return Recording(
        tuple(
            Channel(label, unit, rate_hz, np.asarray(samples, dtype=np.float32))
            for (label, unit), samples in columns.items()
        )
    )


def on_one_plate(stance, *, seed=0, ml_sway_mm=6.0):
    """(total force in N, CoP in mm) of a stance with both feet on one plate; row 0 is mediolateral.

    The right foot stands at +90 mm and the left one at -90 mm; on one leg the CoP sways more.
    """
    rng = np.random.default_rng(seed)
    left_n, right_n = stance.channels["Fz left"], stance.channels["Fz right"]
    total_n = left_n + right_n
    on_one_leg = np.clip((right_n - left_n) / total_n, 0, 1)
    n, rate_hz = total_n.size, stance.rate_hz
    sway_mm = (1 + (ml_sway_mm - 1) * on_one_leg) * smooth_noise(rng, n, rate_hz, 2.0)
    ml_mm = FEET_APART_MM / 2 * (right_n - left_n) / total_n + sway_mm
    ap_mm = (3 + 4 * on_one_leg) * smooth_noise(rng, n, rate_hz, 1.0)
    return total_n, np.stack([ml_mm, ap_mm])


@pytest.fixture(scope="session")
def plates():
    """Builders: plates.recording(rate, columns), plates.on_one_plate(stance), plates.smooth_noise(...)."""

    class Builders:
        recording = staticmethod(as_recording)
        on_one_plate = staticmethod(on_one_plate)
        smooth_noise = staticmethod(smooth_noise)

    return Builders
