"""Planted faults get the verdict and the sentence that fit them."""

from operator import attrgetter

import numpy as np
import pytest

from pipeline.signals.cohort.measure import measure_recording
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.quality.limits import RAW_LIMITS, SIGNAL_LIMITS, judge
from pipeline.signals.quality.reference_limits import MVIC_LIMITS, REFERENCE_LIMITS, TASK_LIMITS
from pipeline.signals.samples.filters import band_pass
from pipeline.signals.samples.recording import Request
from schemas.emg_settings import EmgSettings

EVERY_LIMIT = [*RAW_LIMITS, *SIGNAL_LIMITS, *MVIC_LIMITS, *TASK_LIMITS, *REFERENCE_LIMITS]


@pytest.fixture
def measured(build, write, tmp_path):
    """Measure a stance trial whose EMG went through `fault(samples, time_s, stance)`."""

    def measure(fault=None, settings=None, **stance_options):
        stance = build.stance(**stance_options)
        time_s = np.arange(stance.channels["R GMED"].size) / stance.rate_hz
        if fault is not None:
            stance.channels["R GMED"] = fault(stance.channels["R GMED"], time_s, stance)
        path = write(tmp_path / "trial.parquet", stance)
        return measure_recording(path, Request("task", "right"), settings or EmgSettings())

    return measure


def test_a_clean_signal_is_good(measured):
    features = measured()
    assert (features.quality, features.reasons) == ("good", ())
    assert features.metrics.snr_db == pytest.approx(20 * np.log10(40 / 2), abs=0.6)
    assert features.metrics.baseline_rms_uv == pytest.approx(2.0, rel=0.05)


def hum(rms_uv, hz=50.0):
    return lambda x, t, _: x + rms_uv * np.sqrt(2) * np.sin(2 * np.pi * hz * t)


def moving_cable(x, t, _):
    return x + 150 * np.sin(2 * np.pi * 3 * t)


def clipped(x, t, _):
    return np.clip(x, -80, 80)


def drop_out(x, t, stance):
    return np.where(np.abs(t - stance.liftoff_s - 3) < 0.05, x[0], x)


def long_drop_out(x, t, stance):
    return np.where(np.abs(t - stance.liftoff_s - 3) < 0.5, x[0], x)


def envelope(x, t, _):
    return np.sqrt(np.convolve(x**2, np.full(400, 1 / 400), mode="same"))


@pytest.mark.parametrize(
    ("fault", "verdict", "says"),
    [
        (hum(12.0), "reject", "level at rest"),
        (hum(30.0), "reject", "mains hum"),
        (hum(30.0, 60.0), "reject", "mains hum"),
        (moving_cable, "reject", "below 20 Hz"),
        (clipped, "reject", "end of the amplifier's range"),
        (drop_out, "warn", "stands still for 100 ms"),
        (long_drop_out, "reject", "stands still for"),
        (lambda x, t, _: np.abs(x), "reject", "rectified"),
        (lambda x, t, _: -np.abs(x), "reject", "rectified"),
        (lambda x, t, _: np.abs(x) - np.abs(x).mean(), "reject", "rectified"),
        (envelope, "reject", "was smoothed before export"),
        (lambda x, t, _: 0 * x, "reject", "dead"),
        (lambda x, t, _: 0 * x + 7.5, "reject", "dead"),
        (lambda x, t, _: 1e-3 * x, "reject", "unit is wrong"),
        (lambda x, t, _: 1e3 * x, "reject", "no muscle gives"),
    ],
)
def test_planted_faults_are_found(measured, fault, verdict, says):
    features = measured(fault)
    assert features.quality == verdict
    assert says in "; ".join(features.reasons)
    assert (says in features.problem) == (verdict == "reject")


def test_an_offset_of_the_converter_is_no_fault(measured):
    assert measured(lambda x, t, _: x + 5000).quality == "good"


@pytest.mark.parametrize(
    ("stance_uv", "says"),
    [
        (8.0, "the stance is only"),
        (3.0, "noise makes the RMS too large, see the corrected one"),
        (1.0, "an onset cannot be relied on"),
    ],
)
def test_a_muscle_that_is_hardly_used_is_warned_of_but_kept(measured, stance_uv, says):
    features = measured(stance_uv=stance_uv)
    assert features.quality == "warn"
    (reason,) = features.reasons
    assert says in reason
    assert features.metrics.rms_uv is not None


def test_a_stance_below_rest_is_rejected(measured):
    def quiet_stance(x, t, stance):
        return np.where(t < stance.liftoff_s - 0.4, 4 * x, x)

    features = measured(quiet_stance, stance_uv=0.5)
    assert features.quality == "reject"
    assert "not above rest" in features.problem


def test_missing_samples_are_refused_but_not_outside_the_part_in_use(build, write, tmp_path):
    stance = build.stance()
    stance.channels["R GMED"][100:110] = np.nan
    path = write(tmp_path / "trial.parquet", stance)
    features = measure_recording(path, Request("task", "right"), EmgSettings())
    assert "10 of" in features.problem
    assert features.force.hold_s == pytest.approx(6.0, abs=0.15)
    later = measure_recording(path, Request("task", "right", start_s=0.2), EmgSettings())
    assert later.quality == "good"
    assert later.force.liftoff_s == pytest.approx(features.force.liftoff_s, abs=0.002)


def test_down_sampled_emg_is_refused_and_the_hold_is_kept(build, write, tmp_path):
    path = write(tmp_path / "trial.parquet", build.stance(rate_hz=200.0))
    features = measure_recording(path, Request("task", "right"), EmgSettings())
    assert "sampled at 200 Hz" in features.problem
    assert features.force.hold_s == pytest.approx(6.0, abs=0.15)


def test_the_onset_is_relative_to_the_file_and_carries_an_interval(measured):
    features = measured()
    assert features.onset.low_s < features.onset.onset_s < features.onset.high_s
    assert features.onset.onset_s == pytest.approx(3.0 - 0.08, abs=0.015)
    assert features.onset.note == ""


def test_a_later_start_of_the_part_moves_no_time(build, write, tmp_path):
    path = write(tmp_path / "trial.parquet", build.stance())
    whole = measure_recording(path, Request("task", "right"), EmgSettings())
    part = measure_recording(path, Request("task", "right", start_s=0.7), EmgSettings())
    for name in (
        "force.liftoff_s",
        "force.touchdown_s",
        "onset.onset_s",
        "onset.low_s",
        "emg.rest_end_s",
    ):
        value = attrgetter(name)
        assert value(part) == pytest.approx(value(whole), abs=0.003)
    assert part.metrics.rms_uv == pytest.approx(whole.metrics.rms_uv, rel=1e-3)


def test_the_edges_of_a_part_are_filtered_with_what_lies_beside_it(build, write, tmp_path):
    contraction = build.mvic()
    time_s = np.arange(contraction.channels["R GMED"].size) / contraction.rate_hz
    contraction.channels["R GMED"] += 60 * np.sin(2 * np.pi * 5 * time_s)
    path = write(tmp_path / "mvic.parquet", contraction)
    samples = contraction.channels["R GMED"].astype(np.float32)
    settings = EmgSettings()
    whole = band_pass(samples, contraction.rate_hz, band_hz=settings.band_pass_hz, order=4)
    expected = np.sqrt(np.mean(whole[round(3.05 * 2000) : round(3.6 * 2000)] ** 2))
    part = measure_recording(path, Request("mvic", "right", 3.05, 3.6), settings)
    assert part.metrics.rms_uv == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("start_s", "end_s", "says"),
    [
        (None, 11.0, "ends at 11 s, but the recording ends at 10 s"),
        (1.0, 10.02, "ends at 10.02 s, but the recording ends at 10 s"),
        (10.0, None, "starts at 10 s, but the recording ends at 10 s"),
        (5.0, 4.0, "starts at 5 s, which is not before its end at 4 s"),
        (5.0, 5.0, "starts at 5 s, which is not before its end at 5 s"),
    ],
)
def test_a_part_outside_the_file_is_a_problem(build, write, tmp_path, start_s, end_s, says):
    path = write(tmp_path / "trial.parquet", build.stance())
    features = measure_recording(path, Request("task", "right", start_s, end_s), EmgSettings())
    assert says in features.problem
    assert "start_s and end_s" in features.fix
    assert features.quality == "reject"


def test_an_end_that_is_rounded_up_is_the_end_of_the_file(build, write, tmp_path):
    stance = build.stance()
    stance.channels = {name: samples[:-4] for name, samples in stance.channels.items()}
    path = write(tmp_path / "trial.parquet", stance)
    features = measure_recording(path, Request("task", "right", None, 10.0), EmgSettings())
    assert features.quality == "good"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"onset_ms": -5000.0}, "does not rise"),
        ({"quiet_s": 0.6}, "half a second of quiet"),
        ({"start_s": 4.0}, "Lift-off is not known"),
    ],
)
def test_no_onset_comes_with_a_reason(measured, options, says):
    features = measured(**options)
    assert features.onset.onset_s is None
    assert says in features.onset.note or features.quality == "reject"


def test_a_rest_window_of_the_study_is_used(measured):
    features = measured(settings=EmgSettings(rest_s=(0.5, 1.5)))
    assert (features.emg.rest_start_s, features.emg.rest_end_s) == (0.5, 1.5)
    without = measured()
    assert without.emg.rest_end_s == pytest.approx(without.force.liftoff_s - 0.8)
    assert without.emg.rest_end_s - without.emg.rest_start_s == pytest.approx(2.0, abs=0.01)


def test_without_force_the_window_is_said(build, write, tmp_path):
    stance = build.stance()
    stance.channels = {"R GMED": stance.channels["R GMED"]}
    path = write(tmp_path / "trial.parquet", stance)
    whole = measure_recording(path, Request("task", "right"), EmgSettings())
    part = measure_recording(path, Request("task", "right", 3.5, 8.5), EmgSettings())
    assert (whole.emg.window_from, part.emg.window_from) == ("file", "table")
    assert "the whole recording" in whole.reasons[-1]
    assert part.metrics.rms_uv == pytest.approx(40, rel=0.03)
    assert (part.emg.window_start_s, part.emg.window_end_s) == (3.5, 8.5)
    assert whole.onset.note == "Lift-off is not known."


@pytest.mark.parametrize("limit", EVERY_LIMIT, ids=lambda x: x.metric)
def test_every_limit_has_a_source_and_is_applied_on_the_right_side(limit):
    assert limit.source
    strictest = limit.warn if limit.warn is not None else limit.reject
    step = -1e-9 if limit.is_floor else 1e-9
    role = limit.roles[0]
    holds = {} if limit.only_if is None else {limit.only_if[0]: limit.only_if[1] + 1}
    assert judge({limit.metric: strictest, **holds}, [limit], role).quality == "good"
    beyond = judge({limit.metric: strictest + step, **holds}, [limit], role)
    assert beyond.quality == ("warn" if limit.warn is not None else "reject")
    assert beyond.reasons
    if limit.warn is not None and limit.reject is not None:
        assert judge({limit.metric: limit.reject + step}, [limit], role).quality == "reject"
    if limit.only_if is not None:
        off = {limit.metric: strictest + step, limit.only_if[0]: limit.only_if[1]}
        assert judge(off, [limit], role).quality == "good"


def test_features_survive_storage(measured):
    features = measured()
    assert RecordingFeatures.from_json(features.as_json()) == features
    with pytest.raises(ValueError, match="other names"):
        RecordingFeatures.from_json({**features.as_json(), "old_name": 1})
