"""Detectors against their definitions, written down plainly, and properties of their answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats

from pipeline.signals import detect_onset
from pipeline.signals.onset.detect import read_signal
from pipeline.signals.onset.detectors import DETECTORS
from pipeline.signals.onset.ramp_bayes import _levinson, log_likelihood_over_rest, past_samples
from pipeline.signals.onset.step_likelihood import quantile, step_likelihood
from pipeline.signals.samples.recording import SignalProblem

REST_S = (0.05, 0.75)
SEARCH_S = (0.8, 2.5)


def signal_of(build, seed, *, rate_hz=1000.0, snr_db=10, onset_s=1.4, ramp_s=0.0):
    rng = np.random.default_rng(seed)
    n_samples = round(3.5 * rate_hz)
    gain = np.clip((np.arange(n_samples) / rate_hz - onset_s) / max(ramp_s, 1 / rate_hz), 0, 1)
    muscle = build.muscle_noise(rng, n_samples, rate_hz)
    return build.white_noise(rng, n_samples, rate_hz) + 10 ** (snr_db / 20) * gain * muscle


def searched_of(signal):
    return read_signal(signal, 1000.0, REST_S, SEARCH_S, band_hz=None)


def test_the_step_likelihood_is_that_of_gaussian_samples(build):
    searched = searched_of(signal_of(build, 1))
    steps = step_likelihood(searched)
    before = searched.rest_samples(searched.samples)
    after = searched.samples[800:2800]

    def log_likelihood(samples):
        return stats.norm.logpdf(samples, scale=np.sqrt(np.mean(samples**2))).sum()

    at = np.array([100, 599, 600, 601, 1500])
    expected = [
        log_likelihood(np.r_[before, after[:i]])
        + log_likelihood(after[i:])
        - log_likelihood(np.r_[before, after])
        for i in at
    ]
    # Half of the samples count as independent at 1 kHz.
    np.testing.assert_allclose(steps.log_ratio[at], 0.5 * np.array(expected), rtol=1e-6)


def test_predictors_are_those_of_a_toeplitz_solver():
    rows = np.array([[1.0, 0.5, 0.1, -0.2], [2.0, 1.8, 1.3, 0.9]])
    filters, variances = _levinson(rows)
    for row, found, variance in zip(rows, filters, variances, strict=True):
        expected = -linalg.solve_toeplitz(row[:-1], row[1:])
        np.testing.assert_allclose(found, np.r_[1.0, expected], atol=1e-12)
        assert variance == pytest.approx(row[0] + row[1:] @ expected)


def test_each_loudness_is_most_likely_where_it_is_true(build):
    rng = np.random.default_rng(3)
    rest, other = (build.white_noise(rng, 3000, 1000.0) for _ in range(2))
    muscle = 3 * build.muscle_noise(rng, 3000, 1000.0)
    levels_db = np.array([-20.0, -10.0, 0.0, 10.0])

    def ratios(samples):
        running = log_likelihood_over_rest(
            samples,
            rest=rest,
            active=other + muscle,
            levels_db=levels_db,
            sampling_rate_hz=1000.0,
        )
        assert running.shape == (4, 3001 - past_samples(1000.0))
        return running[:, -1]

    assert np.argmax(ratios(other + 10 ** (-10 / 20) * muscle)) == 1
    assert np.argmax(ratios(other + muscle)) == 2
    assert (ratios(rest)[1:] < 0).all()


def test_cusum_is_the_sum_that_starts_again_at_zero(build):
    searched = searched_of(signal_of(build, 4, snr_db=6))
    detector = DETECTORS["cusum"]
    rise = 10 ** (detector.parameters["expected_rise_db"] / 10)
    height, start = 0.0, 0
    for i, energy in enumerate(searched.energy[: searched.n_candidates]):
        height += 0.5 * 0.5 * (energy * (1 - 1 / rise) - np.log(rise))
        if height <= 0:
            height, start = 0.0, i + 1
        if height >= detector.parameters["alarm"]:
            break
    assert detector.read(searched).onset_s == pytest.approx(0.8 + start / 1000, abs=1e-9)


def test_hodges_bui_is_the_first_window_above_the_threshold(build):
    searched = searched_of(signal_of(build, 5))
    smooth = searched.low_passed(np.abs(searched.samples), 50.0)
    rest = smooth[50:750]
    threshold = rest.mean() + 3 * rest.std()
    first = next(i for i in range(800, 2500) if smooth[i : i + 25].mean() > threshold)
    assert DETECTORS["hodges_bui"].read(searched).onset_s == pytest.approx(first / 1000)


@given(st.lists(st.floats(0.01, 1), min_size=3, max_size=30), st.floats(0.01, 0.99))
@settings(max_examples=50, deadline=None)
def test_a_quantile_lies_within_the_distribution_and_mirrors(weights, probability):
    density = np.array(weights) / sum(weights)
    at = quantile(density, probability)
    assert -0.5 <= at <= density.size - 0.5
    mirrored = quantile(density[::-1], 1 - probability)
    assert at == pytest.approx(density.size - 1 - mirrored, abs=1e-6)


@given(
    seed=st.integers(0, 10_000),
    exponent=st.floats(-6, 6),
    sign=st.sampled_from([-1.0, 1.0]),
    offset=st.floats(-1e4, 1e4),
    ramp_s=st.sampled_from([0.0, 0.05, 0.2]),
)
@settings(max_examples=15, deadline=None)
def test_unit_sign_and_offset_do_not_move_an_onset(build, seed, exponent, sign, offset, ramp_s):
    signal = signal_of(build, seed, ramp_s=ramp_s)
    one = detect_onset(signal, 1000.0, REST_S, SEARCH_S)
    other = detect_onset(sign * 10**exponent * (signal + offset), 1000.0, REST_S, SEARCH_S)
    for name in ("onset_s", "low_s", "high_s", "step_s"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), abs=2e-4)


@given(seed=st.integers(0, 10_000), later=st.integers(1, 900))
@settings(max_examples=10, deadline=None)
def test_a_later_signal_gives_an_onset_that_is_later_by_as_much(build, seed, later):
    signal = signal_of(build, seed, snr_db=15)
    shift_s = later / 1000
    moved = detect_onset(
        np.concatenate([np.random.default_rng(seed).normal(size=later), signal]),
        1000.0,
        (REST_S[0] + shift_s, REST_S[1] + shift_s),
        (SEARCH_S[0] + shift_s, SEARCH_S[1] + shift_s),
    )
    one = detect_onset(signal, 1000.0, REST_S, SEARCH_S)
    assert moved.onset_s == pytest.approx(one.onset_s + shift_s, abs=1e-3)


@pytest.mark.parametrize(("snr_db", "ramp_s"), [(10, 0.0), (20, 0.0), (15, 0.1)])
def test_half_the_sampling_rate_gives_the_same_onset(build, snr_db, ramp_s):
    differences_ms = []
    for seed in range(12):
        fine = signal_of(build, seed, rate_hz=2000.0, snr_db=snr_db, ramp_s=ramp_s)
        spectrum = np.fft.rfft(fine)
        coarse = np.fft.irfft(spectrum[: fine.size // 4 + 1], fine.size // 2) / 2
        two = detect_onset(fine, 2000.0, REST_S, SEARCH_S)
        one = detect_onset(coarse, 1000.0, REST_S, SEARCH_S)
        differences_ms.append(1000 * (two.onset_s - one.onset_s))
    assert abs(np.median(differences_ms)) <= 0.2
    # Cutting a spectrum off wraps the ends of a signal, which moves one of many by more than 1 ms.
    assert np.sum(np.abs(differences_ms) > 1.0) <= 1


def test_an_answer_has_both_readings_in_order(build):
    for seed in range(10):
        onset = detect_onset(signal_of(build, seed, ramp_s=0.1), 1000.0, REST_S, SEARCH_S)
        assert onset.low_s < onset.onset_s < onset.high_s
        assert onset.ramp_s == onset.onset_s
        assert onset.step_s >= onset.ramp_s - 0.005
        assert 0 <= onset.build_up_s <= 0.4


def test_a_signal_sampled_too_slowly_has_no_onset():
    onset = detect_onset(np.random.default_rng(1).normal(size=700), 200.0, REST_S, SEARCH_S)
    assert not onset.found
    assert "200 Hz" in onset.reason


def test_missing_samples_are_refused():
    signal = np.random.default_rng(1).normal(size=3500)
    signal[5] = np.nan
    with pytest.raises(SignalProblem, match="missing samples"):
        detect_onset(signal, 1000.0, REST_S, SEARCH_S)


@pytest.mark.parametrize(
    ("name", "start_s", "rest_s", "search_s"),
    [
        ("train", 10.25, (6.0, 8.5), (8.5, 12.0)),
        # Labelled 20.5 s; the raw samples leave their hum with a potential at 20.247 s.
        ("train", 20.247, (17.0, 19.0), (19.0, 22.5)),
        ("test", 3.25, (0.5, 2.0), (2.0, 5.0)),
        ("test", 13.5, (10.0, 12.0), (12.0, 15.5)),
    ],
)
@pytest.mark.parametrize("method", ["ramp_bayes", "profile_likelihood"])
def test_real_contractions_are_found_where_they_start(
    real_data, method, name, start_s, rest_s, search_s
):
    signal = np.load(real_data("bsnb_labelled_fist_emg") / f"emg_{name}.npy").ravel()
    onset = detect_onset(signal, 1000.0, rest_s, search_s, method)
    assert onset.found
    assert onset.onset_s == pytest.approx(start_s, abs=0.1)
