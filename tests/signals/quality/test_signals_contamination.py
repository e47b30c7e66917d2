"""One fault at a time, of known size: the metric that is about it sees it, the verdict follows, clean is good."""

from dataclasses import asdict, fields

import numpy as np
import pytest

from pipeline.signals.measured.emg_features import SignalMetrics
from pipeline.signals.quality.limits import (
    RAW_LIMITS,
    SIGNAL_LIMITS,
    Limit,
    Verdict,
    judge,
    judge_signal,
)
from pipeline.signals.quality.measure_quality import signal_metrics
from pipeline.signals.samples.filters import band_pass
from pipeline.simulation.contamination import CONTAMINATIONS, quiet_then_active
from schemas.recording_signals import RecordingSignals

BAND_HZ = (20.0, 450.0)
RATES_HZ = (1000.0, 1259.0, 2000.0)
SEEDS = range(4)


def recorded(name, seed, rate_hz, muscle_uv=30.0, scale=1.0):
    rng = np.random.default_rng(seed)
    clean = quiet_then_active(rng, rate_hz, quiet_s=3.0, active_s=7.0, muscle_uv=muscle_uv)
    samples = scale * CONTAMINATIONS[name](clean, rng, rate_hz)
    filtered = band_pass(samples, rate_hz, band_hz=BAND_HZ, order=4)
    work = slice(round(3.3 * rate_hz), round(9.5 * rate_hz))
    rest = slice(round(0.4 * rate_hz), round(2.4 * rate_hz))
    return signal_metrics(
        raw_uv=samples[work],
        filtered_uv=filtered[work],
        rest_raw_uv=samples[rest],
        rest_filtered_uv=filtered[rest],
        sampling_rate_hz=rate_hz,
        band_hz=BAND_HZ,
    )


EXPECTED = {
    "clean": ("good", None),
    "mains 3 µV": ("good", None),
    "mains 10 µV": ("reject", "level at rest"),
    "mains 20 µV, 60 Hz": ("reject", "mains hum"),
    "motion": (("warn", "reject"), "below 20 Hz"),
    "clip": ("reject", "end of the amplifier's range"),
    "drop-out": ("warn", "stands still for 100 ms"),
    "long drop-out": ("reject", "stands still for"),
    "spike": (("warn", "reject"), "of the power lies within 20 ms"),
    "bad contact": ("reject", "level at rest"),
    "rectified": ("reject", "rectified"),
    "envelope": ("reject", "smoothed"),
    "drawn from 200 Hz": ("reject", "straight lines"),
    "resampled from 200 Hz": ("reject", "filtered, or sampled slower"),
}


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", EXPECTED)
def test_every_fault_gets_its_verdict_and_its_reason(name, rate_hz):
    verdicts, says = EXPECTED[name]
    for seed in SEEDS:
        verdict = judge_signal(asdict(recorded(name, seed, rate_hz)), "task")
        assert verdict.quality in verdicts, (seed, verdict)
        assert says is None or says in "; ".join(verdict.reasons), (seed, verdict)


def test_a_heartbeat_is_seen_in_nine_of_ten_and_never_where_there_is_none():
    seen = [
        [judge_signal(asdict(recorded(name, seed, 1000.0)), "task").reasons for seed in range(20)]
        for name in ("ecg", "clean", "mains 10 µV", "drop-out")
    ]
    beats = [sum("the heart is seen at rest" in reasons for reasons in found) for found in seen]
    assert beats[0] >= 18
    assert beats[1:] == [0, 0, 0]


@pytest.mark.parametrize("muscle_uv", [10.0, 30.0, 100.0, 300.0])
def test_a_clean_muscle_of_any_strength_is_blamed_for_its_closeness_to_rest_only(muscle_uv):
    blamed = [
        reason
        for rate_hz in RATES_HZ
        for seed in range(100, 108)
        for reason in judge_signal(
            asdict(recorded("clean", seed, rate_hz, muscle_uv)), "task"
        ).reasons
        if "above rest" not in reason
    ]
    assert blamed == []


def test_weak_hum_is_seen_at_rest_though_the_muscle_hides_it():
    clean, hum = (recorded(name, 1, 2000.0) for name in ("clean", "mains 3 µV"))
    assert hum.mains_share == pytest.approx(9.0 * 1.04 / 900, rel=0.15)
    assert clean.mains_share < hum.mains_share / 50
    assert clean.window_mains_share > hum.window_mains_share / 10


def test_a_band_that_the_recording_has_is_enough():
    rng = np.random.default_rng(5)
    clean = quiet_then_active(rng, 500.0, quiet_s=3.0, active_s=7.0, muscle_uv=30.0)
    samples = CONTAMINATIONS["resampled from 200 Hz"](clean, rng, 500.0)
    options = {"sampling_rate_hz": 500.0, "rest_raw_uv": None, "rest_filtered_uv": None}
    work = samples[round(3.5 * 500) :]
    wide = signal_metrics(raw_uv=work, filtered_uv=work, band_hz=(20.0, 220.0), **options)
    narrow = signal_metrics(raw_uv=work, filtered_uv=work, band_hz=(20.0, 95.0), **options)
    assert judge_signal(asdict(wide), "task").quality == "reject"
    assert narrow.upper_band_db > -20


def test_the_drop_in_density_needs_two_kilohertz():
    assert recorded("clean", 0, 1259.0).drop_ratio_db is None
    assert recorded("clean", 0, 2000.0).drop_ratio_db == pytest.approx(23, abs=1.5)


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_the_unit_changes_no_metric_without_a_unit(scale):
    one, other = (asdict(recorded("ecg", 2, 1000.0, scale=s)) for s in (1.0, scale))
    for name, value in one.items():
        if not name.endswith("_uv") and value is not None:
            assert other[name] == pytest.approx(value, rel=1e-4, abs=1e-6), name


def test_a_window_of_a_moment_and_a_short_rest_are_measured_as_far_as_they_go():
    rng = np.random.default_rng(3)
    short = 30 * rng.standard_normal(260)
    metrics = signal_metrics(
        raw_uv=short,
        filtered_uv=short,
        rest_raw_uv=short[:2] / 10,
        rest_filtered_uv=short[:2] / 10,
        sampling_rate_hz=1000.0,
        band_hz=BAND_HZ,
    )
    assert metrics.mains_share is None
    assert metrics.heartbeat_autocorrelation is None
    assert metrics.median_frequency_hz == pytest.approx(235, abs=60)


def test_every_metric_that_a_limit_names_exists_and_is_published():
    names = {field.name for field in fields(SignalMetrics)}
    limited = {limit.metric for limit in (*RAW_LIMITS, *SIGNAL_LIMITS)}
    conditions = {limit.only_if[0] for limit in (*RAW_LIMITS, *SIGNAL_LIMITS) if limit.only_if}
    assert limited | conditions <= names
    assert names - {"positive_share"} <= set(RecordingSignals.to_schema().columns)


def test_one_matter_gives_one_reason_the_worst():
    limits = (
        Limit("hum", "a", "a is {value:g}", warn=1.0, reject=None, source="test"),
        Limit("hum", "b", "b is {value:g}", warn=1.0, reject=2.0, source="test"),
        Limit("gaps", "c", "c is {value:g}", warn=1.0, reject=None, source="test"),
    )
    verdict = judge({"a": 5.0, "b": 3.0, "c": 4.0}, limits)
    assert verdict == Verdict("reject", ("b is 3", "c is 4"))
    assert judge({"a": 5.0, "b": 1.5}, limits).reasons == ("a is 5",)
    assert judge({"a": None}, limits) == Verdict("good")


def test_a_short_clean_window_is_not_said_to_stand_at_the_end_of_the_range():
    rng = np.random.default_rng(5)
    rest_uv, window_uv = rng.normal(0, 2, 2000), rng.normal(0, 40, 600)
    clipped_uv = np.clip(window_uv, -60, 60)

    def share(raw_uv):
        return signal_metrics(
            raw_uv=raw_uv,
            filtered_uv=raw_uv,
            rest_raw_uv=rest_uv,
            rest_filtered_uv=rest_uv,
            sampling_rate_hz=1000.0,
            band_hz=(20.0, 450.0),
        ).clip_share

    assert share(window_uv) == 0.0
    n_clipped = np.sum(np.abs(window_uv) >= 60)
    assert share(clipped_uv) == pytest.approx((n_clipped - 2) / 600)
