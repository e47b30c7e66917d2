"""The reference of a leg follows the declared rule, and says when it cannot be trusted."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals.cohort.activation_rows import activation_row, task_trial
from pipeline.signals.emg.mvic import middle_rms, mvic_reference
from pipeline.signals.emg.references import LegRecording, References, mvic_table, references
from pipeline.signals.measured.emg_features import EmgFeatures, SignalMetrics
from pipeline.signals.measured.features import RecordingFeatures
from schemas.emg_settings import EmgSettings
from schemas.mvic_references import MvicReferences

RIGHT = ("P1", "baseline", "right")
LEFT = ("P1", "baseline", "left")
TRIAL = {"participant_id": "P1", "visit": "baseline", "task": "single_leg_stance", "trial": 1}


def declared(term="mvc_isometric", **more):
    return EmgSettings.model_validate({"normalisation": term, **more})


def mvic(peak_uv, *, quality="good", middle_uv=None):
    emg = EmgFeatures(peak_rms_uv=peak_uv, middle_rms_uv=middle_uv)
    return RecordingFeatures(emg=emg, quality=quality)


def stance(rms_uv, *, peak_uv=None, rest_uv=None, quality="good"):
    return RecordingFeatures(
        emg=EmgFeatures(peak_rms_uv=peak_uv or 1.3 * rms_uv, median_rms_uv=0.9 * rms_uv),
        metrics=SignalMetrics(rms_uv=rms_uv, baseline_rms_uv=rest_uv),
        quality=quality,
    )


@pytest.mark.parametrize(
    ("rules", "expected_uv"),
    [
        ({}, 220.0),
        ({"over_repeats": "mean_of_two_highest"}, 210.0),
        ({"over_repeats": "median"}, 200.0),
        ({"statistic": "middle"}, 190.0),
        ({"statistic": "middle", "over_repeats": "median"}, 180.0),
    ],
)
def test_the_declared_rule_makes_the_reference(rules, expected_uv):
    repeats = [mvic(peak, middle_uv=peak - 30) for peak in (200.0, 220.0, 180.0)]
    repeats[2] = mvic(180.0, middle_uv=180.0)
    reference = mvic_reference(repeats, declared(mvic=rules))
    assert reference.reference_uv == pytest.approx(expected_uv)
    assert (reference.n_repeats, reference.n_usable) == (3, 3)
    assert reference.verdict.quality == "good"


def test_the_mean_of_the_two_highest_of_one_is_that_one():
    settings_ = declared(mvic={"over_repeats": "mean_of_two_highest"})
    assert mvic_reference([mvic(150.0)], settings_).reference_uv == 150.0


@pytest.mark.parametrize(
    ("repeats", "rules", "verdict", "says"),
    [
        ([mvic(25.0)], {}, "warn", "only 25 µV"),
        ([mvic(200.0), mvic(100.0)], {}, "warn", "scatter by 47 %"),
        ([mvic(200.0), mvic(100.0)], {"highest_cv_pct": 50}, "good", ""),
        ([mvic(200.0), mvic(190.0, quality="reject")], {"repeats": 2}, "warn", "1 of 2 MVIC"),
        ([mvic(200.0, quality="reject")], {}, "reject", "no MVIC recording of this leg is usable"),
        ([mvic(200.0)], {"statistic": "middle"}, "reject", "no MVIC recording"),
    ],
)
def test_a_doubtful_reference_says_why(repeats, rules, verdict, says):
    reference = mvic_reference(repeats, declared(mvic=rules))
    assert reference.verdict.quality == verdict
    assert says in "; ".join(reference.verdict.reasons)
    assert (reference.reference_uv is None) == (verdict == "reject")


def test_the_middle_is_that_of_the_contraction_not_of_the_file():
    rate_hz = 1000
    rng = np.random.default_rng(3)
    level_uv = np.concatenate([np.full(4000, 1.0), np.full(500, 150.0), np.full(2000, 100.0)])
    level_uv = np.concatenate([level_uv, np.full(500, 150.0), np.full(1000, 1.0)])
    samples = level_uv * rng.standard_normal(level_uv.size)
    options = {"sampling_rate_hz": rate_hz, "window_s": 0.25}
    assert middle_rms(samples, middle_s=1.0, **options) == pytest.approx(100.0, rel=0.08)
    assert middle_rms(samples, middle_s=3.2, **options) is None


def test_references_are_those_of_the_leg_and_the_table_holds_what_it_says():
    recordings = [
        LegRecording(RIGHT, "mvic", mvic(200.0)),
        LegRecording(RIGHT, "mvic", mvic(180.0)),
        LegRecording(LEFT, "mvic", mvic(90.0)),
        LegRecording(RIGHT, "task", stance(80.0)),
        LegRecording(LEFT, "task", stance(20.0)),
        LegRecording(("P2", "baseline", "left"), "mvic", mvic(90.0, quality="reject")),
    ]
    table = mvic_table(references(recordings, declared()), declared()).set_index(
        ["participant_id", "leg"]
    )
    right, left, none = (
        table.loc[key] for key in (("P1", "right"), ("P1", "left"), ("P2", "left"))
    )
    assert (right["reference_uv"], right["n_repeats"], right["statistic"]) == (
        200,
        2,
        "peak, highest",
    )
    assert right["cv_pct"] == pytest.approx(7.4, abs=0.1)
    assert right["highest_task_pct"] == pytest.approx(40.0)
    assert right["verdict"] == "warn"
    assert right["reasons"] == "the MVIC reference is only 2.5 times the highest stance trial"
    assert (left["verdict"], left["window_s"]) == ("good", 0.5)
    assert none["verdict"] == "reject"
    assert none[["reference_uv", "cv_pct", "highest_task_pct"]].isna().all()


def test_without_mvic_recordings_the_table_is_empty_and_valid():
    for term in ("none", "task_peak", "mvc_isometric"):
        MvicReferences.validate(mvic_table(References(), declared(term)))


def test_a_close_stance_marks_the_reference_but_not_the_trial():
    recordings = [
        LegRecording(RIGHT, "mvic", mvic(200.0)),
        LegRecording(RIGHT, "task", stance(80.0)),
    ]
    found = references(recordings, declared())
    assert found.mvic[RIGHT].verdict_with_tasks.quality == "warn"
    assert task_trial(stance(80.0), RIGHT, found, declared()).verdict.quality == "good"
    scattered = [LegRecording(RIGHT, "mvic", mvic(uv)) for uv in (200.0, 100.0)]
    trial = task_trial(stance(10.0), RIGHT, references(scattered, declared()), declared())
    assert trial.verdict.quality == "warn"
    assert "scatter" in trial.verdict.reasons[0]


def row_of(trial, settings_):
    return activation_row({**TRIAL, "leg": "right"}, "p1.edf", trial)


def test_every_percentage_stands_beside_its_microvolts():
    settings_ = declared()
    found = references([LegRecording(RIGHT, "mvic", mvic(200.0))], settings_)
    row = row_of(task_trial(stance(20.0, rest_uv=12.0), RIGHT, found, settings_), settings_)
    assert row["gmed_noise_corrected_rms_uv"] == pytest.approx(16.0)
    for name in ("", "_peak", "_median", "_noise_corrected"):
        percent, uv = row[f"gmed{name}_pct_mvic"], row[f"gmed{name}_rms_uv"]
        assert percent == pytest.approx(100 * uv / row["mvic_rms_uv"])
    assert (row["normalisation"], row["gmed_pct_mvic_from"]) == ("mvc_isometric", "rms")
    assert (row["gmed_pct_reference"], row["reference_rms_uv"]) == (None, None)


def test_a_study_may_ask_for_the_noise_corrected_mean():
    settings_ = declared(activation_from="noise_corrected_rms")
    found = references([LegRecording(RIGHT, "mvic", mvic(200.0))], settings_)
    row = row_of(task_trial(stance(20.0, rest_uv=12.0), RIGHT, found, settings_), settings_)
    assert row["gmed_pct_mvic"] == pytest.approx(8.0)
    assert row["gmed_rms_uv"] == 20.0
    assert row["gmed_pct_mvic_from"] == "noise_corrected_rms"
    unknown = row_of(task_trial(stance(20.0), RIGHT, found, settings_), settings_)
    assert unknown["gmed_pct_mvic"] is None
    assert "neither quiet standing nor" in unknown["noise_note"]


@pytest.mark.parametrize("rest_uv", [20.0, 25.0])
def test_nothing_is_left_of_a_stance_that_is_not_above_rest(rest_uv):
    trial = task_trial(stance(20.0, rest_uv=rest_uv), RIGHT, References(), declared())
    assert trial.corrected.rms_uv is None
    assert trial.corrected.noise_rms_uv == rest_uv
    assert "not above rest" in trial.corrected.note


def test_a_recording_of_rest_goes_before_quiet_standing():
    quiet = RecordingFeatures(metrics=SignalMetrics(rms_uv=3.0), quality="good")
    louder = replace(quiet, metrics=SignalMetrics(rms_uv=4.0))
    found = references([LegRecording(RIGHT, "rest", f) for f in (louder, quiet)], declared())
    assert task_trial(stance(5.0, rest_uv=4.9), RIGHT, found, declared()).corrected.rms_uv == 4.0
    other_leg = task_trial(stance(5.0, rest_uv=4.9), LEFT, found, declared()).corrected
    assert other_leg.noise_rms_uv == 4.9


@pytest.mark.parametrize(
    ("term", "reference_uv"),
    [("task_peak", 78.0), ("task_mean", 45.0), ("submaximal_task", 50.0)],
)
def test_a_reference_that_is_no_mvic_never_gives_pct_mvic(term, reference_uv):
    settings_ = declared(term)
    trials = [stance(30.0), stance(60.0), stance(500.0, quality="reject")]
    recordings = [
        *(LegRecording(RIGHT, "task", trial) for trial in trials),
        LegRecording(RIGHT, "mvic", mvic(200.0)),
        LegRecording(RIGHT, "submaximal", mvic(50.0)),
    ]
    row = row_of(
        task_trial(trials[0], RIGHT, references(recordings, settings_), settings_), settings_
    )
    assert row["reference_rms_uv"] == pytest.approx(reference_uv)
    assert row["gmed_pct_reference"] == pytest.approx(100 * 30 / reference_uv)
    assert {row[name] for name in row if name.endswith("pct_mvic")} == {None}
    assert row["mvic_rms_uv"] is None
    assert row["normalisation"] == term


@pytest.mark.parametrize("settings_", [EmgSettings(), declared("none")])
def test_without_a_declared_reference_there_are_microvolts_only(settings_):
    found = references([LegRecording(RIGHT, "mvic", mvic(200.0))], settings_)
    row = row_of(task_trial(stance(20.0), RIGHT, found, settings_), settings_)
    assert row["gmed_rms_uv"] == 20.0
    assert (row["gmed_pct_mvic"], row["mvic_rms_uv"]) == (None, None)
    assert row["normalisation"] == settings_.normalisation


@given(st.floats(0.01, 100), st.floats(1, 60), st.floats(70, 400))
@settings(deadline=None)
def test_another_gain_changes_microvolts_and_no_percentage(gain, rms_uv, mvic_uv):
    def rows(factor):
        settings_ = declared(mvic={"highest_cv_pct": 100})
        repeats = [
            LegRecording(RIGHT, "mvic", mvic(factor * uv)) for uv in (mvic_uv, 0.9 * mvic_uv)
        ]
        trial = stance(factor * rms_uv, rest_uv=factor * rms_uv / 3)
        return row_of(
            task_trial(trial, RIGHT, references(repeats, settings_), settings_), settings_
        )

    one, other = rows(1.0), rows(gain)
    for name in one:
        if name.endswith("pct_mvic") and one[name] is not None:
            assert other[name] == pytest.approx(one[name], rel=1e-9)
        if name.endswith("_uv") and one[name] is not None:
            assert other[name] == pytest.approx(gain * one[name], rel=1e-9)
