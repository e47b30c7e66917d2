"""Every detector by name: same question, same kind of answer."""

from typing import get_args

import numpy as np
import pytest

from pipeline.signals import detect_onset, onset_sensitivity
from pipeline.signals.cohort.method_sentences import onset_sentence
from pipeline.signals.onset.detectors import DETECTORS
from pipeline.signals.onset.sensitivity import onset_grid
from schemas.emg_settings import EmgSettings, OnsetMethod

REST_S = (0.05, 0.75)
SEARCH_S = (0.8, 2.5)
ONSET_S = 1.4


def loud(build, *, seed=31, rate_hz=2000.0, snr_db=15):
    """3.5 s of white noise with a muscle that switches on at 1.4 s."""
    rng = np.random.default_rng(seed)
    n_samples = round(3.5 * rate_hz)
    is_on = np.arange(n_samples) / rate_hz >= ONSET_S
    muscle = build.muscle_noise(rng, n_samples, rate_hz)
    return build.white_noise(rng, n_samples, rate_hz) + 10 ** (snr_db / 20) * is_on * muscle


def test_study_settings_offer_exactly_the_detectors_there_are():
    assert set(get_args(OnsetMethod)) == set(DETECTORS)


@pytest.mark.parametrize("method", DETECTORS)
@pytest.mark.parametrize("rate_hz", [1000.0, 2000.0, 1259.259, 1925.926, 2148.148])
def test_a_clear_onset_is_found_by_every_method_at_every_rate(build, method, rate_hz):
    signal = loud(build, rate_hz=rate_hz)
    onset = detect_onset(signal, rate_hz, REST_S, SEARCH_S, method)
    assert onset.found
    assert onset.method == method
    assert onset.reason == ""
    assert onset.onset_s == pytest.approx(ONSET_S, abs=0.035)


@pytest.mark.parametrize("method", DETECTORS)
@pytest.mark.parametrize("factor", [-1.0, 1e-6, 1e6])
def test_no_method_depends_on_the_unit_or_the_sign(build, method, factor):
    signal = loud(build, snr_db=8)
    one = detect_onset(signal, 2000.0, REST_S, SEARCH_S, method)
    other = detect_onset(factor * signal, 2000.0, REST_S, SEARCH_S, method)
    assert other.onset_s == one.onset_s
    assert other.evidence == pytest.approx(one.evidence, rel=1e-6)


@pytest.mark.parametrize("method", DETECTORS)
def test_noise_alone_is_no_onset_and_says_why(build, method):
    rng = np.random.default_rng(5)
    answers = [
        detect_onset(build.white_noise(rng, 7000), 2000.0, REST_S, SEARCH_S, method)
        for _ in range(40)
    ]
    assert sum(onset.found for onset in answers) <= 4
    missing = next(onset for onset in answers if not onset.found)
    assert missing.onset_s is None
    assert missing.low_s is None
    assert "does not rise" in missing.reason


def test_lists_and_single_precision_are_signals_too(build):
    signal = loud(build)
    one = detect_onset(signal, 2000, REST_S, SEARCH_S)
    assert detect_onset(list(signal), 2000, list(REST_S), list(SEARCH_S)) == one
    single = detect_onset(signal.astype(np.float32), 2000, REST_S, SEARCH_S)
    assert single.onset_s == one.onset_s


def test_the_sensitivity_table_has_every_method_with_all_its_parameters(build):
    table = onset_sensitivity(loud(build), 2000.0, REST_S, SEARCH_S)
    assert list(dict.fromkeys(table["method"])) == list(DETECTORS)
    assert not table.duplicated(["method", "parameters"]).any()
    assert table["found"].all()
    own = table[table["parameters"] == "threshold 3 SD, window 25 ms, low pass 50 Hz"]
    expected = detect_onset(loud(build), 2000.0, REST_S, SEARCH_S, "hodges_bui")
    assert list(own["onset_s"]) == [expected.onset_s]


@pytest.mark.parametrize("method", DETECTORS)
def test_an_answer_that_is_known_already_changes_no_other(build, method):
    signal = (loud(build, snr_db=8), 2000.0, REST_S, SEARCH_S)
    known = detect_onset(*signal, method)
    assert onset_grid(*signal, known=known) == onset_grid(*signal)


@pytest.mark.parametrize("method", DETECTORS)
def test_the_methods_section_names_the_detector_that_was_used(method):
    text = onset_sentence(EmgSettings(onset_method=method))
    assert "-800 to +600 ms" in text
    if method == "ramp_bayes":
        assert "unknown ramp" in text
    elif method != "profile_likelihood":
        assert method in text
        assert "no interval" in text
