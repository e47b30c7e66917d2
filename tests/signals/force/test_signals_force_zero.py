"""The zero of the plate under the lifted foot: offset, drift and the jump of a reset."""

import numpy as np
import pytest

from pipeline.signals.force.measure_force import stance_events
from pipeline.signals.force.unloaded_phase import plate_zero
from pipeline.signals.samples.runs import Run


def events(stance):
    return stance_events(
        lifted_n=stance.channels["Fz left"],
        stance_n=stance.channels["Fz right"],
        total_n=None,
        sampling_rate_hz=stance.rate_hz,
    )


def seconds(stance):
    return np.arange(stance.channels["Fz left"].size) / stance.rate_hz


@pytest.mark.parametrize("drift_n", [-18.0, 18.0])
def test_a_zero_that_drifts_is_no_touch(build, drift_n):
    stance = build.stance(hold_s=30.0)
    stance.channels["Fz left"] += drift_n * (seconds(stance) - stance.liftoff_s) / 30.0
    found = events(stance)
    assert found.verdict == "high"
    assert found.liftoff_s == pytest.approx(stance.liftoff_s, abs=0.04)
    assert found.touchdown_s == pytest.approx(stance.touchdown_s, abs=0.03)


@pytest.mark.parametrize("jump_n", [-15.0, 8.0, 15.0])
def test_a_zero_that_jumps_is_no_touch_and_is_said(build, jump_n):
    stance = build.stance(hold_s=10.0)
    stance.channels["Fz left"][seconds(stance) > stance.liftoff_s + 4.0] += jump_n
    found = events(stance)
    assert found.touchdown_s == pytest.approx(stance.touchdown_s, abs=0.03)
    assert found.hold_s == pytest.approx(10.0, abs=0.06)
    assert found.verdict == "low"
    assert f"jumped by {jump_n:+.0f} N at {stance.liftoff_s + 4:.1f} s" in found.note


def test_a_foot_that_rests_lightly_on_the_plate_is_a_touch(build):
    """A toe carries a force that varies, and a reset does not."""
    stance = build.stance(hold_s=10.0)
    rng = np.random.default_rng(3)
    later = seconds(stance) > stance.liftoff_s + 4.0
    slow = np.convolve(rng.normal(0, 1, later.sum() + 999), np.hanning(1000), mode="valid")
    stance.channels["Fz left"][later] += 15 + 4 * slow / slow.std()
    found = events(stance)
    assert found.touchdown_s == pytest.approx(stance.liftoff_s + 4.0, abs=0.05)
    assert "jumped" not in found.note


def test_a_touch_of_two_seconds_is_no_jump(build):
    stance = build.stance(hold_s=10.0)
    time_s = seconds(stance)
    stance.channels["Fz left"][(time_s > 6.0) & (time_s < 8.0)] += 15.0
    assert events(stance).touchdown_s == pytest.approx(6.0, abs=0.02)


def test_taps_do_not_move_the_zero(build):
    stance = build.stance(hold_s=10.0)
    time_s = seconds(stance)
    for at_s in (5.0, 6.5, 8.0, 9.5):
        stance.channels["Fz left"][(time_s > at_s) & (time_s < at_s + 0.3)] += 80.0
    found = events(stance)
    assert found.touchdown_s == pytest.approx(5.0, abs=0.02)
    assert found.taps == 4
    assert found.reload_s == pytest.approx(stance.touchdown_s, abs=0.03)
    assert found.threshold_n == pytest.approx(5.0)


def test_the_zero_is_held_outside_the_plateau():
    rng = np.random.default_rng(1)
    force_n = 3 + 0.5 * np.arange(20_000) / 1000 + rng.normal(0, 1, 20_000)
    zero = plate_zero(force_n, Run(5000, 15_000), 1000.0)
    track = zero.track_n
    assert zero.notes == ()
    assert track[10_000] == pytest.approx(8.0, abs=0.2)
    assert track[0] == track[5000] == pytest.approx(5.5, abs=0.3)
    assert track[-1] == track[15_000] == pytest.approx(10.5, abs=0.3)


def test_a_plateau_shorter_than_a_block_has_a_zero():
    zero = plate_zero(np.full(100, 4.0), Run(40, 42), 100.0)
    assert np.all(zero.track_n == 4.0)
    assert list(zero.rest) == [40, 41]
