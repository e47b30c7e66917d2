"""The band that the methods text names is the band that the data went through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals.emg.amplitude import moving_rms, peak_rms, rms
from pipeline.signals.emg.filters import band_pass
from pipeline.signals.problem import SignalProblem

BAND_HZ = (20.0, 450.0)


def gain_db(frequency_hz, rate_hz, order):
    """Measured: amplitude of a sine after the filter over its amplitude before, in the middle."""
    time_s = np.arange(0, 6, 1 / rate_hz)
    sine = np.sin(2 * np.pi * frequency_hz * time_s)
    filtered = band_pass(sine, rate_hz, band_hz=BAND_HZ, order=order)
    middle = slice(round(2 * rate_hz), round(4 * rate_hz))
    return 20 * np.log10(rms(filtered[middle]) / rms(sine[middle]))


@pytest.mark.parametrize("rate_hz", [1000.0, 1259.0, 2000.0])
@pytest.mark.parametrize("order", [2, 3, 4])
@pytest.mark.parametrize("cutoff_hz", BAND_HZ)
def test_two_passes_together_are_minus_3_db_at_the_named_cutoffs(cutoff_hz, order, rate_hz):
    assert gain_db(cutoff_hz, rate_hz, order) == pytest.approx(-3.01, abs=0.02)


def test_the_middle_of_the_band_passes_and_movement_does_not():
    assert gain_db(100.0, 2000.0, 4) == pytest.approx(0.0, abs=0.01)
    assert gain_db(5.0, 2000.0, 4) < -60
    assert gain_db(900.0, 2000.0, 4) < -40


def test_the_filter_does_not_shift_the_signal_in_time():
    rate_hz = 2000.0
    time_s = np.arange(0, 2, 1 / rate_hz)
    burst = np.exp(-(((time_s - 1.0) / 0.02) ** 2)) * np.cos(2 * np.pi * 100 * (time_s - 1.0))
    filtered = band_pass(burst, rate_hz, band_hz=BAND_HZ, order=4)
    assert time_s[np.argmax(filtered)] == pytest.approx(1.0, abs=0.6 / rate_hz)


@pytest.mark.parametrize("rate_hz", [200.0, 500.0, 900.0])
def test_down_sampled_emg_is_refused_with_its_rate(rate_hz):
    with pytest.raises(SignalProblem, match=f"sampled at {rate_hz:g} Hz"):
        band_pass(np.ones(5000), rate_hz, band_hz=BAND_HZ, order=4)


def test_a_recording_shorter_than_the_filter_is_refused():
    with pytest.raises(SignalProblem, match="too short"):
        band_pass(np.ones(200), 2000.0, band_hz=BAND_HZ, order=4)


def test_rms_of_a_sine_is_its_amplitude_over_root_two():
    sine = 30.0 * np.sin(2 * np.pi * 100 * np.arange(0, 1, 1 / 2000))
    assert rms(sine) == pytest.approx(30.0 / np.sqrt(2), rel=1e-12)


def test_moving_rms_is_the_rms_of_every_window():
    samples = np.random.default_rng(3).normal(size=400)
    moving = moving_rms(samples, sampling_rate_hz=100, window_s=0.5)
    assert moving.shape == (351,)
    assert moving[[0, 17, 350]] == pytest.approx(
        [rms(samples[0:50]), rms(samples[17:67]), rms(samples[350:400])], rel=1e-12
    )


def test_the_peak_is_the_loudest_half_second():
    samples = np.ones(4000)
    samples[1000:2000] = 5.0  # half a second at 2 kHz
    assert peak_rms(samples, sampling_rate_hz=2000, window_s=0.5) == pytest.approx(5.0)
    assert peak_rms(samples, sampling_rate_hz=2000, window_s=1.0) == pytest.approx(np.sqrt(13))


def test_silence_after_a_loud_part_has_a_defined_rms():
    samples = np.concatenate([np.full(100, 1e6), np.zeros(300)])
    assert np.isfinite(moving_rms(samples, sampling_rate_hz=100, window_s=0.5)).all()


@settings(deadline=None, max_examples=30)
@given(factor=st.floats(1e-6, 1e6), seed=st.integers(0, 2**16))
def test_twice_the_microvolts_are_twice_the_amplitude(factor, seed):
    samples = np.random.default_rng(seed).normal(size=3000)
    one = peak_rms(
        band_pass(samples, 2000, band_hz=BAND_HZ, order=4), sampling_rate_hz=2000, window_s=0.5
    )
    other = peak_rms(
        band_pass(factor * samples, 2000, band_hz=BAND_HZ, order=4),
        sampling_rate_hz=2000,
        window_s=0.5,
    )
    assert other == pytest.approx(factor * one, rel=1e-9)
