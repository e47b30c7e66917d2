"""The band that the methods text names is the band that the data went through."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from pipeline.signals.samples.amplitude import moving_rms, peak_rms, rms
from pipeline.signals.samples.filters import band_pass, band_pass_float32, band_pass_sections
from pipeline.signals.samples.recording import SignalProblem
from pipeline.signals.samples.zero_phase import NOTCH_QUALITY, BandPass, LowPass, zero_phase

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


def drifting(rng, n_samples, rate_hz, hum_uv=0.0):
    """Noise with an offset, slow drift and hum, as amplifiers give it."""
    time_s = np.arange(n_samples) / rate_hz
    drift = 500 + 200 * np.sin(2 * np.pi * 0.4 * time_s) + 300 * time_s / time_s[-1]
    return rng.normal(0, 20, n_samples) + drift + hum_uv * np.sin(2 * np.pi * 50 * time_s)


def by_scipy(samples, rate_hz, order, notch_hz):
    """The reference: scipy's own filters, forwards and backwards, with the same continuation."""
    band = BandPass(BAND_HZ, order, notch_hz)
    sections = [band_pass_sections(rate_hz, BAND_HZ, order)]
    sections += [signal.tf2sos(*signal.iirnotch(f, NOTCH_QUALITY, rate_hz)) for f in notch_hz]
    padding = min(int(band.padding_s * rate_hz), samples.shape[-1] - 1)
    centred = samples - samples.mean(axis=-1, keepdims=True)
    return signal.sosfiltfilt(np.vstack(sections), centred, padlen=padding)


@pytest.mark.parametrize("rate_hz", [1000.0, 1259.259, 2000.0, 2148.148, 4000.0])
@pytest.mark.parametrize("n_samples", [7919, 20001, 20480])
@pytest.mark.parametrize(("order", "notch_hz"), [(2, ()), (4, ()), (8, ()), (4, (50.0, 150.0))])
def test_the_spectrum_does_what_scipy_does_forwards_and_backwards(
    rate_hz, n_samples, order, notch_hz
):
    rng = np.random.default_rng(n_samples)
    samples = drifting(rng, n_samples, rate_hz, hum_uv=20.0 if notch_hz else 0.0)
    expected = by_scipy(samples, rate_hz, order, notch_hz)
    options = {"band_hz": BAND_HZ, "order": order, "notch_hz": notch_hz}
    double = band_pass(samples, rate_hz, **options)
    single = band_pass_float32(samples.astype(np.float32), rate_hz, **options)
    inside = slice(round(0.5 * rate_hz), -round(0.5 * rate_hz))
    sd = expected.std()
    assert np.abs(double - expected)[inside].max() < (1e-4 if notch_hz else 1e-6) * sd
    assert np.abs(single - expected)[inside].max() < (1e-4 if notch_hz else 1e-5) * sd
    assert np.abs(double - expected).max() < 0.05 * sd
    assert np.abs(single - double).max() < 1e-5 * sd
    assert (single.dtype, double.dtype) == (np.float32, np.float64)


def test_a_recording_that_is_hardly_longer_than_the_filter_is_filtered():
    samples = drifting(np.random.default_rng(1), 320, 2000.0)
    for notch_hz in ((), (50.0,)):
        filtered = band_pass(samples, 2000.0, band_hz=BAND_HZ, order=4, notch_hz=notch_hz)
        assert np.isfinite(filtered).all()
        assert rms(filtered) < 40


def test_channels_are_filtered_each_for_itself():
    rng = np.random.default_rng(2)
    channels = np.stack([drifting(rng, 5001, 2000.0) for _ in range(6)]).reshape(2, 3, 5001)
    together = band_pass(channels, 2000.0, band_hz=BAND_HZ, order=4)
    assert together.shape == channels.shape
    alone = band_pass(channels[1, 2], 2000.0, band_hz=BAND_HZ, order=4)
    assert together[1, 2] == pytest.approx(alone, rel=1e-12, abs=1e-12)


def test_a_notch_takes_out_its_line_and_no_more():
    rate_hz = 2000.0
    time_s = np.arange(0, 10, 1 / rate_hz)
    middle = slice(round(3 * rate_hz), round(7 * rate_hz))

    def left_of(frequency_hz):
        sine = np.sin(2 * np.pi * frequency_hz * time_s)
        filtered = band_pass(sine, rate_hz, band_hz=BAND_HZ, order=4, notch_hz=(50.0,))
        return rms(filtered[middle]) / rms(sine[middle])

    assert left_of(50.0) < 1e-3
    assert left_of(47.0) == pytest.approx(left_of(53.0), abs=0.05)
    assert left_of(45.0) > 0.95
    assert left_of(150.0) > 0.99


@settings(deadline=None, max_examples=30)
@given(factor=st.floats(1e-6, 1e6), seed=st.integers(0, 2**16))
def test_single_precision_does_not_care_for_the_unit(factor, seed):
    samples = drifting(np.random.default_rng(seed), 3000, 2000.0).astype(np.float32)
    options = {"band_hz": BAND_HZ, "order": 4, "notch_hz": (50.0,)}
    one = band_pass_float32(samples, 2000.0, **options)
    other = band_pass_float32(samples * np.float32(factor), 2000.0, **options)
    scaled = other / np.float32(factor)
    assert np.abs(scaled - one).max() < 2e-5 * one.std()


@pytest.mark.parametrize("cutoff_hz", [3.0, 6.0, 10.0])
def test_a_low_pass_keeps_the_level_and_is_minus_3_db_at_its_cutoff(cutoff_hz):
    time_s = np.arange(0, 30, 1 / 200)
    sine = 7 + np.sin(2 * np.pi * cutoff_hz * time_s)
    filtered = zero_phase(sine, 200.0, LowPass(cutoff_hz, 2))
    middle = filtered[1000:5000]
    assert middle.mean() == pytest.approx(7, abs=1e-3)
    assert np.ptp(middle) / 2 == pytest.approx(2**-0.5, abs=2e-3)


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
