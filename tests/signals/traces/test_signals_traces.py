"""Traces: no spike is lost, nothing is invented, and what is stored comes back as it was."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.signals.features import RecordingFeatures
from pipeline.signals.force.force_events import ForceEvents
from pipeline.signals.recording import Channel, Recording
from pipeline.signals.request import Request
from pipeline.signals.traces.decimation import Curve, band, line
from pipeline.signals.traces.recording_trace import WHOLE_COLUMNS, recording_trace
from pipeline.signals.traces.trace_table import (
    CURVES,
    trace_as_json,
    trace_from_json,
    trace_table,
)
from schemas.recording_traces import MISSING_STEP, RecordingTraces
from schemas.study import EmgSettings

TASK = Request("task", "right")
KEY = {
    "participant_id": "001",
    "visit": "baseline",
    "task": "single_leg_stance",
    "leg": "right",
    "trial": 1,
    "role": "task",
}
samples = arrays(
    np.float64,
    st.integers(2, 3000),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False) | st.just(float("nan")),
    fill=st.floats(-50, 50),
)


def _column_of(n_samples, n_columns):
    return np.arange(n_samples) * n_columns // n_samples


@given(values=samples, most=st.integers(2, 700), rate_hz=st.sampled_from([100.0, 999.0, 2000.0]))
def test_every_sample_lies_in_the_band_of_its_column_and_the_band_is_tight(values, most, rate_hz):
    curve = Curve(values, rate_hz, 0.0)
    columns = band(curve, 0.0, values.size / rate_hz, most)
    n_columns = columns.low.size
    assert n_columns == min(most, values.size)
    place = _column_of(values.size, n_columns)
    is_there = np.isfinite(values)
    low, high = columns.low * columns.step, columns.high * columns.step
    assert (values[is_there] >= low[place][is_there]).all()
    assert (values[is_there] <= high[place][is_there]).all()
    for column in range(n_columns):
        inside = values[(place == column) & is_there]
        if inside.size:
            assert inside.min() - low[column] <= columns.step
            assert high[column] - inside.max() <= columns.step
        else:
            assert columns.low[column] == columns.high[column] == MISSING_STEP


@given(values=samples, most=st.integers(2, 700))
def test_a_line_holds_the_mean_of_each_column(values, most):
    columns = line(Curve(values, 1000.0, 0.0), 0.0, values.size / 1000, most)
    place = _column_of(values.size, columns.high.size)
    for column in range(columns.high.size):
        inside = values[(place == column) & np.isfinite(values)]
        if inside.size:
            assert abs(columns.high[column] * columns.step - inside.mean()) <= columns.step
        else:
            assert columns.high[column] == MISSING_STEP


def test_one_spike_in_a_minute_is_in_the_picture():
    curve = Curve(np.zeros(120_000), 2000.0, 0.0)
    curve.samples[77_777] = -5000.0
    columns = band(curve, 0.0, 60.0, WHOLE_COLUMNS)
    assert np.flatnonzero(columns.low).tolist() == [77_777 * WHOLE_COLUMNS // 120_000]
    assert columns.low.min() * columns.step <= -5000.0


def test_a_view_beyond_the_curve_has_columns_without_samples():
    columns = band(Curve(np.full(100, 3.0), 100.0, 1.0), 0.5, 2.5, 20)
    assert columns.low.size == 20
    shown = columns.low != MISSING_STEP
    assert shown.tolist() == [False] * 5 + [True] * 10 + [False] * 5
    assert band(Curve(np.ones(100), 100.0, 1.0), 3.0, 4.0, 20).low.size == 0


def _recording(stance, **more):
    return Recording(
        tuple(
            Channel(name, "uV" if "GMED" in name else "N", stance.rate_hz, x.astype(np.float32))
            for name, x in {**stance.channels, **more}.items()
        )
    )


def _features(stance):
    return RecordingFeatures(force=ForceEvents(liftoff_s=stance.liftoff_s))


def test_a_stance_has_two_views_and_both_feet(build):
    stance = build.stance()
    recording = _recording(stance)
    part_s = (0.0, recording.duration_s)
    trace = recording_trace(recording, TASK, EmgSettings(), part_s, _features(stance), None)
    whole, liftoff = trace
    assert (whole.view, whole.start_s, whole.end_s) == ("whole", *part_s)
    assert liftoff.view == "liftoff"
    assert (liftoff.start_s, liftoff.end_s) == pytest.approx((2.0, 3.8))
    assert whole.raw.low.size == whole.lifted.low.size == whole.stance.high.size == WHOLE_COLUMNS
    lifted_n = stance.channels["Fz left"]
    assert whole.lifted.high.max() * whole.lifted.step == pytest.approx(lifted_n.max(), abs=1)
    assert whole.envelope.high.size == 0  # nothing was filtered


def test_the_other_leg_shows_the_other_foot_as_lifted(build):
    recording = _recording(build.stance())
    part_s = (0.0, recording.duration_s)
    request = Request("task", "left")
    (whole,) = recording_trace(recording, request, EmgSettings(), part_s, RecordingFeatures(), None)
    right_n = recording.channels[3].samples
    assert whole.lifted.high.max() * whole.lifted.step == pytest.approx(right_n.max(), abs=1)


def test_an_mvic_shows_no_force_and_a_file_without_both_gives_no_trace(build):
    stance = build.stance()
    recording = _recording(stance)
    part_s = (0.0, recording.duration_s)
    request = Request("mvic", "right")
    (mvic,) = recording_trace(recording, request, EmgSettings(), part_s, _features(stance), None)
    assert mvic.raw.low.size == WHOLE_COLUMNS
    assert mvic.lifted.low.size == mvic.stance.low.size == 0
    bare = Recording((Channel("Trigger", "V", 100.0, np.zeros(500, np.float32)),))
    assert recording_trace(bare, TASK, EmgSettings(), (0.0, 5.0), RecordingFeatures(), None) == ()


def test_a_gap_in_the_emg_is_a_gap_in_the_picture(build):
    stance = build.stance()
    stance.channels["R GMED"][4000:6000] = np.nan
    recording = _recording(stance)
    part_s = (0.0, recording.duration_s)
    whole = recording_trace(recording, TASK, EmgSettings(), part_s, RecordingFeatures(), None)[0]
    gap = np.flatnonzero(whole.raw.low == MISSING_STEP) / WHOLE_COLUMNS * recording.duration_s
    assert gap.min() == pytest.approx(2.0, abs=0.04)
    assert gap.max() == pytest.approx(3.0, abs=0.04)


def _trace(build, seed):
    recording = _recording(build.stance(seed=seed))
    features = RecordingFeatures(force=ForceEvents(liftoff_s=3.0))
    return recording_trace(
        recording, TASK, EmgSettings(), (0.5, recording.duration_s), features, None
    )


def test_a_stored_trace_is_the_trace(build):
    trace = _trace(build, 1)
    text = json.dumps(trace_as_json(trace))
    assert len(text) < 16_000
    again = trace_from_json(json.loads(text))
    for before, after in zip(trace, again, strict=True):
        assert (before.view, before.start_s, before.end_s) == (
            after.view,
            after.start_s,
            after.end_s,
        )
        for name in CURVES:
            was, now = getattr(before, name), getattr(after, name)
            assert was.step == now.step
            np.testing.assert_array_equal(was.low, now.low)
            np.testing.assert_array_equal(was.high, now.high)


def test_a_damaged_store_is_refused(build):
    stored = trace_as_json(_trace(build, 1))
    stored[0]["raw"]["steps"] = stored[0]["raw"]["steps"][:-8]
    with pytest.raises(ValueError):
        trace_from_json(stored)


def test_the_table_of_traces_survives_parquet(build, tmp_path):
    table = trace_table([KEY, {**KEY, "trial": 2}], [_trace(build, 1), _trace(build, 2)])
    assert table[["trial", "view"]].values.tolist() == [
        [1, "whole"], [1, "liftoff"], [2, "whole"], [2, "liftoff"],
    ]  # fmt: skip
    table.to_parquet(tmp_path / "traces.parquet", index=False)
    again = RecordingTraces.validate(pd.read_parquet(tmp_path / "traces.parquet"))
    for name in ("raw_low", "envelope", "stance_high"):
        for was, now in zip(table[name], again[name], strict=True):
            np.testing.assert_array_equal(was, now)


def test_without_traces_the_table_has_its_columns():
    table = trace_table([KEY], [()])
    assert table.empty
    assert list(table.columns) == list(RecordingTraces.to_schema().columns)
