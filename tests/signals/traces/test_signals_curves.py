"""Envelope and RMS in blocks are those of every sample, for all channels at once."""

import numpy as np
import pytest
from scipy import signal

from pipeline.signals.samples.filters import band_pass_float32
from pipeline.signals.samples.zero_phase import two_pass_correction
from pipeline.signals.traces.recording_trace import amplitude_curves, blocks_of

BAND_HZ = (20.0, 450.0)
RATES_HZ = [1000.0, 1259.259, 2000.0, 2148.148]


@pytest.fixture
def burst(build):
    """burst(rate_hz): three channels of muscle noise that swells and fades over 8 s."""

    def made(rate_hz, n_samples=None):
        rng = np.random.default_rng(4)
        n_samples = n_samples or round(8 * rate_hz)
        level = 5 + 40 * np.sin(np.pi * np.arange(n_samples) / n_samples) ** 2
        noise = [build.muscle_noise(rng, n_samples, rate_hz) for _ in range(3)]
        return (level * np.stack(noise)).astype(np.float32)

    return made


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_envelope_is_the_rectified_signal_through_a_zero_phase_low_pass(burst, rate_hz):
    filtered = band_pass_float32(burst(rate_hz), rate_hz, band_hz=BAND_HZ, order=4)
    blocks = blocks_of(filtered, rate_hz)
    cutoff = np.tan(np.pi * 6 / rate_hz) / two_pass_correction(2)
    sections = signal.butter(2, rate_hz / np.pi * np.arctan(cutoff), fs=rate_hz, output="sos")
    reference = signal.sosfiltfilt(sections, np.abs(filtered).astype(float), padlen=round(rate_hz))
    centres = (np.arange(blocks.rectified.shape[-1]) + 0.5) * blocks.block_s * rate_hz - 0.5
    inside = (centres > 0.5 * rate_hz) & (centres < filtered.shape[-1] - 0.5 * rate_hz)
    for channel, expected in zip(blocks.envelope(), reference, strict=True):
        at_centres = np.interp(centres, np.arange(expected.size), expected)
        # Means over 5 ms fold a little of the noise above 100 Hz into the envelope.
        off = channel[inside] - at_centres[inside]
        assert np.sqrt(np.mean(off**2)) < 0.005 * at_centres[inside].mean()
        assert np.abs(off).max() < 0.03 * at_centres[inside].mean()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("window_s", [0.025, 0.1, 0.5])
def test_the_rms_of_blocks_is_the_rms_of_their_samples(burst, rate_hz, window_s):
    filtered = band_pass_float32(burst(rate_hz), rate_hz, band_hz=BAND_HZ, order=4)
    blocks = blocks_of(filtered, rate_hz)
    per_block = round(blocks.block_s * rate_hz)
    half = round(window_s / blocks.block_s / 2)
    rms = blocks.rms(window_s)
    n_blocks = rms.shape[-1]
    for place in (0, 1, half, n_blocks // 2, n_blocks - 2, n_blocks - 1):
        first, last = max(place - half, 0), min(place + half + 1, n_blocks)
        part = filtered[:, first * per_block : last * per_block].astype(float)
        expected = np.sqrt(np.mean(part**2, axis=-1))
        assert rms[:, place] == pytest.approx(expected, rel=1e-4)


def test_a_window_longer_than_the_signal_is_the_whole_signal(burst):
    filtered = band_pass_float32(burst(2000.0), 2000.0, band_hz=BAND_HZ, order=4)
    rms = blocks_of(filtered, 2000.0).rms(100.0)
    whole = np.sqrt(np.mean(filtered.astype(float) ** 2, axis=-1, keepdims=True))
    assert rms == pytest.approx(np.broadcast_to(whole, rms.shape), rel=1e-4)


def test_silence_after_a_loud_part_has_a_defined_rms():
    signal_uv = np.concatenate([np.full(1000, 1e6), np.zeros(3000)]).astype(np.float32)
    rms = blocks_of(signal_uv, 2000.0).rms(0.1)
    assert np.isfinite(rms).all()
    assert rms[-1] == 0


def test_a_single_channel_and_many_give_the_same(burst):
    emg = burst(2000.0, 12_345)
    options = {"band_hz": BAND_HZ, "order": 4, "notch_hz": (50.0,)}
    together = amplitude_curves(emg, 2000.0, **options)
    alone = amplitude_curves(emg[1], 2000.0, **options)
    assert together.envelope.shape == together.rms.shape == (3, 1234)
    assert together.block_s == 0.005
    for name in ("filtered", "envelope", "rms"):
        one, other = getattr(together, name)[1], getattr(alone, name)
        assert one == pytest.approx(other, rel=1e-5, abs=1e-4)
        assert other.dtype == np.float32


def test_twice_the_microvolts_are_twice_the_curves(burst):
    emg = burst(2000.0)
    one = amplitude_curves(emg, 2000.0, band_hz=BAND_HZ, order=4)
    other = amplitude_curves(2 * emg, 2000.0, band_hz=BAND_HZ, order=4)
    assert other.envelope == pytest.approx(2 * one.envelope, rel=1e-5)
    assert other.rms == pytest.approx(2 * one.rms, rel=1e-5)
