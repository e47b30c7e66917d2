"""Onset on simulated signals with a known onset, and on signals without one."""

import numpy as np
import pytest

from pipeline.signals.onset.detect import detect_onset

REST_S = (0.05, 0.75)
SEARCH_S = (0.75, 2.5)
N_SIGNALS = 60


def simulated(build, rng, *, rate_hz, snr_db, ramp_s, baseline="white"):
    """(signal, onset in s): 3.5 s, baseline RMS 1, muscle at snr_db above it from a random time on."""
    n_samples = round(3.5 * rate_hz)
    time_s = np.arange(n_samples) / rate_hz
    onset_s = rng.uniform(1.0, 2.0)
    gain = np.clip((time_s - onset_s) / max(ramp_s, 1 / rate_hz), 0, 1)
    noise = {"white": build.white_noise, "tonic": build.muscle_noise}[baseline]
    signal = noise(rng, n_samples, rate_hz)
    if snr_db is not None:
        signal = signal + 10 ** (snr_db / 20) * gain * build.muscle_noise(rng, n_samples, rate_hz)
    return signal, onset_s


def onsets(build, seed, **signal):
    rng = np.random.default_rng(seed)
    pairs = [simulated(build, rng, **signal) for _ in range(N_SIGNALS)]
    return [
        (detect_onset(x, signal["rate_hz"], rest_s=REST_S, search_s=SEARCH_S), truth)
        for x, truth in pairs
    ]


def errors_ms(answers):
    return np.array([1000 * (onset.onset_s - truth) for onset, truth in answers])


@pytest.mark.parametrize(
    ("rate_hz", "snr_db", "ramp_s", "median_ms"),
    [
        (2000.0, 10, 0.0, 3.0),
        (1000.0, 10, 0.0, 3.0),
        (2000.0, 20, 0.0, 2.0),
        (2000.0, 6, 0.0, 8.0),
        (2000.0, 10, 0.1, 15.0),
        (2000.0, 20, 0.1, 7.0),
        (2000.0, 10, 0.03, 14.0),
    ],
)
def test_the_onset_is_found_as_closely_as_promised(build, rate_hz, snr_db, ramp_s, median_ms):
    answers = onsets(build, 60, rate_hz=rate_hz, snr_db=snr_db, ramp_s=ramp_s)
    assert all(onset.found for onset, _ in answers)
    assert np.median(np.abs(errors_ms(answers))) <= median_ms


@pytest.mark.parametrize("snr_db", [3, 6, 10])
@pytest.mark.parametrize("ramp_s", [0.0, 0.1])
def test_the_interval_covers_the_true_onset(build, snr_db, ramp_s):
    answers = onsets(build, 21, rate_hz=2000.0, snr_db=snr_db, ramp_s=ramp_s)
    covered = np.mean([onset.low_s <= truth <= onset.high_s for onset, truth in answers])
    assert covered >= 0.82  # 90 % promised, 60 signals


@pytest.mark.parametrize("baseline", ["white", "tonic"])
def test_a_signal_without_onset_gets_none(build, baseline):
    answers = onsets(build, 22, rate_hz=2000.0, snr_db=None, ramp_s=0.0, baseline=baseline)
    found = [onset for onset, _ in answers if onset.found]
    assert len(found) <= 0.08 * N_SIGNALS
    missing = next(onset for onset, _ in answers if not onset.found)
    assert missing.onset_s is None
    assert missing.low_s is None
    assert "does not rise" in missing.reason


@pytest.mark.parametrize("factor", [1e-6, 1e-3, 7.3, 1e6])
def test_volts_and_microvolts_give_the_same_onset(build, factor):
    signal, _ = simulated(build, np.random.default_rng(23), rate_hz=2000.0, snr_db=8, ramp_s=0.05)
    one = detect_onset(signal, 2000.0, rest_s=REST_S, search_s=SEARCH_S)
    other = detect_onset(factor * signal, 2000.0, rest_s=REST_S, search_s=SEARCH_S)
    assert (other.onset_s, other.low_s, other.high_s) == (one.onset_s, one.low_s, one.high_s)
    assert other.evidence == pytest.approx(one.evidence, rel=1e-6)


def test_a_later_signal_gives_a_later_onset(build):
    signal, _ = simulated(build, np.random.default_rng(24), rate_hz=2000.0, snr_db=10, ramp_s=0.0)
    before = (
        np.random.default_rng(25).normal(size=1000) * 50
    )  # half a second that nobody asks about
    one = detect_onset(signal, 2000.0, rest_s=REST_S, search_s=SEARCH_S, band_hz=None)
    later = detect_onset(
        np.concatenate([before, signal]),
        2000.0,
        rest_s=(REST_S[0] + 0.5, REST_S[1] + 0.5),
        search_s=(SEARCH_S[0] + 0.5, SEARCH_S[1] + 0.5),
        band_hz=None,
    )
    assert later.onset_s == pytest.approx(one.onset_s + 0.5, abs=1e-9)


def test_a_sudden_onset_has_an_interval_of_at_least_2_ms_to_each_side(build):
    for onset, _ in onsets(build, 26, rate_hz=2000.0, snr_db=20, ramp_s=0.0)[:10]:
        assert onset.low_s <= onset.onset_s - 0.002 + 1e-12
        assert onset.high_s >= onset.onset_s + 0.002 - 1e-12


def test_the_signal_to_noise_ratio_is_power_after_over_power_at_rest(build):
    answers = onsets(build, 27, rate_hz=2000.0, snr_db=15, ramp_s=0.0)
    assert np.median([onset.snr_db for onset, _ in answers]) == pytest.approx(15.1, abs=0.5)


def test_a_short_rest_has_no_onset(build):
    signal, _ = simulated(build, np.random.default_rng(24), rate_hz=2000.0, snr_db=10, ramp_s=0.0)
    onset = detect_onset(signal, 2000.0, rest_s=(0.2, 0.25), search_s=SEARCH_S)
    assert not onset.found
    assert "less than 0.1 s" in onset.reason


def test_a_dead_rest_has_no_onset():
    signal = np.concatenate([np.zeros(2000), np.random.default_rng(1).normal(size=5000)])
    onset = detect_onset(signal, 2000.0, rest_s=(0.1, 0.8), search_s=(0.8, 2.0), band_hz=None)
    assert not onset.found
    assert "zero at rest" in onset.reason


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"method": "by_eye"}, "by_eye"),
        ({"rest_s": (0.7, 0.2)}, "rest_s"),
        ({"rest_s": (7.0, 8.0)}, "rest window"),
        ({"search_s": (8.0, 9.0)}, "search window"),
    ],
)
def test_a_wrong_call_is_an_error(arguments, says):
    signal = np.random.default_rng(1).normal(size=7000)
    call = {"rest_s": REST_S, "search_s": SEARCH_S, **arguments}
    with pytest.raises(ValueError, match=says):
        detect_onset(signal, 2000.0, **call)
