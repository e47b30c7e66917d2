"""Traces: no spike is lost, nothing is invented, and what is stored comes back as it was."""

import json
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from pipeline.signals.cohort.measured_tables import trace_table
from pipeline.signals.measured.features import RecordingFeatures, RecordingTrace
from pipeline.signals.measured.force_features import ForceEvents
from pipeline.signals.samples.recording import Channel, EmgPart, Recording, Request
from pipeline.signals.traces.curve_columns import (
    Curve,
    columns,
    highest,
    lowest,
    mean,
    packed,
    steps_of,
)
from pipeline.signals.traces.recording_trace import WHOLE_COLUMNS, recording_trace
from schemas.emg_settings import EmgSettings
from schemas.recording_traces import STEP_OF, RecordingTraces
from schemas.terms import MISSING_STEP

TASK = Request("task", "right")
KEY = {
    "participant_id": "001",
    "visit": "baseline",
    "task": "single_leg_stance",
    "leg": "right",
    "trial": 1,
    "role": "task",
}
sizes, seeds = st.integers(2, 3000), st.integers(0, 2**32 - 1)


def _samples(size, seed):
    """Samples of any scale, with spikes, flat stretches and gaps."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, size) * 10.0 ** rng.integers(-6, 7) + rng.choice([0.0, 2500.0])
    values[rng.random(size) < 0.01] *= 1000
    for fill in (0.0, np.nan):
        start = rng.integers(0, size)
        values[start : start + rng.integers(0, size)] = fill
    return values


def _column_of(n_samples, n_columns):
    return np.arange(n_samples) * n_columns // n_samples


def _stored(curve, reduction, rounding, *view):
    """Columns as they are stored, in the unit of the curve, and the size of a step."""
    kept = packed(columns(curve, reduction, *view), rounding=rounding)
    steps = steps_of(kept)
    return np.where(steps == MISSING_STEP, np.nan, steps * kept.step), kept.step


@settings(deadline=None)
@given(
    size=sizes,
    seed=seeds,
    most=st.integers(2, 700),
    rate_hz=st.sampled_from([100.0, 999.0, 2000.0]),
)
def test_every_sample_lies_in_the_band_of_its_column(size, seed, most, rate_hz):
    values = _samples(size, seed)
    view = (0.0, values.size / rate_hz, most)
    low, low_step = _stored(Curve(values, rate_hz, 0.0), lowest, np.floor, *view)
    high, high_step = _stored(Curve(values, rate_hz, 0.0), highest, np.ceil, *view)
    assert low.size == high.size == min(most, values.size)
    place = _column_of(values.size, low.size)
    is_there = np.isfinite(values)
    assert (values[is_there] >= low[place][is_there]).all()
    assert (values[is_there] <= high[place][is_there]).all()
    for column in range(low.size):
        inside = values[(place == column) & is_there]
        if inside.size:
            assert inside.min() - low[column] <= low_step
            assert high[column] - inside.max() <= high_step
        else:
            assert np.isnan(low[column])
            assert np.isnan(high[column])


@settings(deadline=None)
@given(size=sizes, seed=seeds, most=st.integers(2, 700))
def test_a_mean_is_the_mean_of_its_column(size, seed, most):
    values = _samples(size, seed)
    found, step = _stored(Curve(values, 1000.0, 0.0), mean, np.rint, 0.0, values.size / 1000, most)
    place = _column_of(values.size, found.size)
    for column in range(found.size):
        inside = values[(place == column) & np.isfinite(values)]
        if inside.size:
            assert abs(found[column] - inside.mean()) <= step
        else:
            assert np.isnan(found[column])


def test_one_spike_in_a_minute_is_in_the_picture():
    curve = Curve(np.zeros(120_000), 2000.0, 0.0)
    curve.samples[77_777] = -5000.0
    low, _ = _stored(curve, lowest, np.floor, 0.0, 60.0, WHOLE_COLUMNS)
    assert np.flatnonzero(low).tolist() == [77_777 * WHOLE_COLUMNS // 120_000]
    assert low.min() <= -5000.0


def test_a_view_beyond_the_curve_has_columns_without_samples():
    curve = Curve(np.full(100, 3.0), 100.0, 1.0)
    shown = np.isfinite(columns(curve, lowest, 0.5, 2.5, 20))
    assert shown.tolist() == [False] * 5 + [True] * 10 + [False] * 5
    assert columns(curve, lowest, 3.0, 4.0, 20) is None


def _recording(stance):
    return Recording(
        tuple(
            Channel(name, "uV" if "GMED" in name else "N", stance.rate_hz, x.astype(np.float32))
            for name, x in stance.channels.items()
        )
    )


def _trace(recording, request=TASK, *, liftoff_s=None, emg=None, start_s=0.0):
    features = RecordingFeatures(force=ForceEvents(liftoff_s=liftoff_s))
    part_s = (start_s, recording.duration_s)
    return recording_trace(recording, request, EmgSettings(), part_s, features, emg)


def _values(kept):
    return steps_of(kept) * kept.step


def test_a_stance_has_two_views_and_both_feet(build):
    stance = build.stance()
    recording = _recording(stance)
    whole, liftoff = _trace(recording, liftoff_s=stance.liftoff_s)
    assert (whole.view, whole.start_s, whole.end_s) == ("whole", 0.0, recording.duration_s)
    assert liftoff.view == "liftoff"
    assert (liftoff.start_s, liftoff.end_s) == pytest.approx((2.0, 3.8))
    kept = (whole.raw_low, whole.raw_high, whole.lifted_high, whole.stance_low)
    assert {steps_of(one).size for one in kept} == {WHOLE_COLUMNS}
    lifted_n, stance_n = stance.channels["Fz left"], stance.channels["Fz right"]
    assert _values(whole.lifted_high).max() == pytest.approx(lifted_n.max(), abs=1)
    assert _values(whole.stance_low).min() == pytest.approx(stance_n.min(), abs=1)
    assert whole.envelope is None  # nothing was filtered


def test_no_sample_of_a_recording_lies_outside_what_its_trace_shows(build):
    stance = build.stance()
    (whole,) = _trace(_recording(stance))
    raw_uv = stance.channels["R GMED"].astype(np.float32)
    place = _column_of(raw_uv.size, WHOLE_COLUMNS)
    assert (_values(whole.raw_low)[place] <= raw_uv).all()
    assert (_values(whole.raw_high)[place] >= raw_uv).all()
    assert (
        _values(whole.lifted_high)[place] >= stance.channels["Fz left"].astype(np.float32)
    ).all()
    assert (
        _values(whole.stance_low)[place] <= stance.channels["Fz right"].astype(np.float32)
    ).all()


def test_the_envelope_is_the_level_of_the_filtered_emg(build):
    stance = build.stance(stance_uv=40.0)
    recording = _recording(stance)
    channel = recording.channels[0]
    steady_uv = np.where(np.arange(channel.samples.size) % 2, 30.0, -30.0)
    emg = EmgPart(channel, channel.samples.astype(float), steady_uv, starts_at_s=0.0)
    for view in _trace(recording, liftoff_s=stance.liftoff_s, emg=emg):
        np.testing.assert_allclose(_values(view.envelope), 30.0, atol=0.1)


def test_the_envelope_rises_where_the_muscle_does(build):
    stance = build.stance()
    recording = _recording(stance)
    channel = recording.channels[0]
    filtered_uv = np.zeros(channel.samples.size)
    filtered_uv[6000:] = 50.0
    emg = EmgPart(channel, channel.samples.astype(float), filtered_uv, starts_at_s=0.0)
    _, liftoff = _trace(recording, liftoff_s=stance.liftoff_s, emg=emg)
    values = _values(liftoff.envelope)
    first = np.flatnonzero(values > 50 * np.sqrt(0.5))[0]
    risen_s = liftoff.start_s + first / values.size * (liftoff.end_s - liftoff.start_s)
    assert risen_s == pytest.approx(3.0, abs=0.01)


def test_the_other_leg_shows_the_other_foot_as_lifted(build):
    recording = _recording(build.stance())
    (whole,) = _trace(recording, Request("task", "left"))
    right_n = recording.channels[3].samples
    assert _values(whole.lifted_high).max() == pytest.approx(right_n.max(), abs=1)


def test_an_mvic_shows_no_force_and_a_file_without_both_gives_no_trace(build):
    stance = build.stance()
    (mvic,) = _trace(_recording(stance), Request("mvic", "right"), liftoff_s=stance.liftoff_s)
    assert steps_of(mvic.raw_low).size == WHOLE_COLUMNS
    assert mvic.lifted_high is None
    assert mvic.stance_low is None
    assert _trace(Recording((Channel("Trigger", "V", 100.0, np.zeros(500, np.float32)),))) == ()


def test_a_gap_in_the_emg_is_a_gap_in_the_picture(build):
    stance = build.stance()
    stance.channels["R GMED"][4000:6000] = np.nan
    recording = _recording(stance)
    (whole,) = _trace(recording)
    steps = steps_of(whole.raw_low)
    gap = np.flatnonzero(steps == MISSING_STEP) / WHOLE_COLUMNS * recording.duration_s
    assert gap.min() == pytest.approx(2.0, abs=0.04)
    assert gap.max() == pytest.approx(3.0, abs=0.04)


def test_a_trace_is_plain_and_small(build):
    trace = _trace(_recording(build.stance()), liftoff_s=3.0, start_s=0.5)
    text = json.dumps([asdict(view) for view in trace])
    assert len(text) < 10_000
    again = TypeAdapter(RecordingTrace).validate_python(tuple(json.loads(text)))
    assert again == trace


def test_damaged_columns_are_refused(build):
    (whole,) = _trace(_recording(build.stance()))
    with pytest.raises(ValueError):
        steps_of(replace(whole.raw_low, packed=whole.raw_low.packed[:-8]))


def test_the_table_of_traces_survives_parquet(build, tmp_path):
    traces = [_trace(_recording(build.stance(seed=seed)), liftoff_s=3.0) for seed in (1, 2)]
    table = trace_table(zip([KEY, {**KEY, "trial": 2}], traces, strict=True))
    assert table[["trial", "view"]].values.tolist() == [
        [1, "whole"], [1, "liftoff"], [2, "whole"], [2, "liftoff"],
    ]  # fmt: skip
    table.to_parquet(tmp_path / "traces.parquet", index=False)
    again = RecordingTraces.validate(pd.read_parquet(tmp_path / "traces.parquet"))
    for name in STEP_OF:
        for was, now in zip(table[name], again[name], strict=True):
            np.testing.assert_array_equal(was, now)
    np.testing.assert_array_equal(again["raw_low"][0], steps_of(traces[0][0].raw_low))


def test_without_traces_the_table_has_its_columns():
    table = trace_table([(KEY, ())])
    assert table.empty
    assert list(table.columns) == list(RecordingTraces.to_schema().columns)
