"""Sway: path, velocity, RMS, range and the exact 95 % prediction ellipse, after filter and resampling."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pipeline.signals.force.measure_force import with_force
from pipeline.signals.force.sway import at_cop_rate, prediction_ellipse_area, sway
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.samples.recording import Request
from schemas.emg_settings import EmgSettings

FORCE_AND_COP = {"force_right": ("R",), "cop_right_x": ("X",), "cop_right_y": ("Y",)}


def known_curve(rate_hz, lasts_s=30.0):
    """A curve of slow sines, mm; its length follows from a thousand points per second."""
    time_s = np.arange(round(lasts_s * rate_hz)) / rate_hz
    return np.stack(
        [
            8 * np.sin(2 * np.pi * 0.31 * time_s) + 2 * np.sin(2 * np.pi * 1.3 * time_s),
            5 * np.sin(2 * np.pi * 0.23 * time_s + 1) + 3 * np.sin(2 * np.pi * 0.9 * time_s),
        ]
    )


def length_mm(curve):
    return float(np.hypot(*np.diff(curve, axis=1)).sum())


@pytest.mark.parametrize("noise_mm", [0.1, 0.5])
@pytest.mark.parametrize("rate_hz", [100.0, 1000.0, 1080.0, 2000.0])
def test_noise_makes_a_path_longer_and_the_filter_takes_it_out(rate_hz, noise_mm):
    rng = np.random.default_rng(3)
    clean = known_curve(rate_hz)
    noisy = clean + rng.normal(0, noise_mm, clean.shape)
    truth_mm = length_mm(known_curve(1000.0))
    found = sway(noisy, rate_hz)
    # At 100 Hz a fifth of the noise's power lies in the pass band, at 1 kHz a fiftieth.
    tolerance = 0.02 if noise_mm == 0.1 else 0.08 if rate_hz >= 1000 else 0.2
    assert found.path_mm == pytest.approx(truth_mm, rel=tolerance)
    assert found.velocity_mm_s == pytest.approx(found.path_mm / 29.99, rel=1e-3)
    if rate_hz >= 1000:
        assert length_mm(noisy) > 3 * truth_mm


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 200.0, 1000.0, 1259.259])
def test_the_rate_of_the_recording_does_not_matter(rate_hz):
    wanted = sway(known_curve(2000.0), 2000.0)
    found = sway(known_curve(rate_hz), rate_hz)
    assert found.path_mm == pytest.approx(wanted.path_mm, rel=0.01)
    assert found.ellipse_95_area_mm2 == pytest.approx(wanted.ellipse_95_area_mm2, rel=0.005)
    assert found.rms_mm == pytest.approx(wanted.rms_mm, rel=0.005)
    assert found.range_mm == pytest.approx(wanted.range_mm, rel=0.01)


def test_rms_and_range_of_a_sine_are_those_of_the_books():
    time_s = np.arange(6000) / 100
    curve = 40 + np.stack([10 * np.sin(2 * np.pi * 0.5 * time_s), np.zeros(6000)])
    found = sway(curve, 100.0)
    assert found.rms_mm == pytest.approx((10 / np.sqrt(2), 0.0), abs=0.02)
    assert found.range_mm == pytest.approx((20.0, 0.0), abs=0.02)
    assert found.path_mm == pytest.approx(4 * 10 * 30, rel=0.01)


@pytest.mark.parametrize("rate_hz", [100.0, 1000.0])
@pytest.mark.parametrize(("frequency_hz", "gain"), [(1.0, 1.0), (10.0, 0.7079), (40.0, 0.0)])
def test_the_filter_is_3_db_down_at_10_hz_after_both_passes_and_moves_nothing(
    rate_hz, frequency_hz, gain
):
    time_s = np.arange(round(20 * rate_hz)) / rate_hz
    wave = np.cos(2 * np.pi * frequency_hz * (time_s - 10))
    filtered = at_cop_rate(np.stack([wave, wave]), rate_hz)[0]
    assert filtered[1000] == pytest.approx(gain, abs=0.03)
    if frequency_hz == 1.0:
        assert np.argmax(filtered[950:1051]) == 50


@pytest.mark.parametrize("n", [20, 100, 600])
def test_the_ellipse_holds_the_next_point_in_95_of_100(n):
    rng = np.random.default_rng(n)
    mixing = np.array([[5.0, 0.0], [2.0, 3.0]])
    inside = []
    for _ in range(2000):
        points = mixing @ rng.standard_normal((2, n))
        new = mixing @ rng.standard_normal(2)
        away = new - points.mean(axis=1)
        distance = away @ np.linalg.solve(np.cov(points), away)
        # The area is pi * k * sqrt(det S) for the ellipse of all points within distance k.
        k = prediction_ellipse_area(points) / (np.pi * np.sqrt(np.linalg.det(np.cov(points))))
        inside.append(distance <= k)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.015)


def test_the_ellipse_is_the_exact_one_and_not_its_usual_relatives():
    points = np.random.default_rng(1).standard_normal((2, 20))
    root = np.sqrt(np.linalg.det(np.cov(points)))
    exact = 2 * np.pi * stats.f.ppf(0.95, 2, 18) * 21 * 19 / (20 * 18) * root
    assert prediction_ellipse_area(points) == pytest.approx(exact, rel=1e-12)
    chi_square = np.pi * stats.chi2.ppf(0.95, 2) * root
    assert chi_square / exact == pytest.approx(0.76, abs=0.005)


@given(
    seed=st.integers(0, 1000),
    turn_rad=st.floats(0, 6.3),
    shift_mm=st.floats(-500, 500),
    scale=st.floats(0.1, 10),
)
@settings(max_examples=40, deadline=None)
def test_turning_and_moving_the_plate_changes_no_measure_without_direction(
    seed, turn_rad, shift_mm, scale
):
    rng = np.random.default_rng(seed)
    curve = np.cumsum(rng.normal(0, 0.2, (2, 1500)), axis=1)
    turn = np.array([[np.cos(turn_rad), -np.sin(turn_rad)], [np.sin(turn_rad), np.cos(turn_rad)]])
    plain, turned = sway(curve, 100.0), sway(scale * (turn @ curve) + shift_mm, 100.0)
    assert turned.path_mm == pytest.approx(scale * plain.path_mm, rel=1e-6)
    assert turned.velocity_mm_s == pytest.approx(scale * plain.velocity_mm_s, rel=1e-6)
    assert turned.ellipse_95_area_mm2 == pytest.approx(
        scale**2 * plain.ellipse_95_area_mm2, rel=1e-5
    )
    assert np.hypot(*turned.rms_mm) == pytest.approx(scale * np.hypot(*plain.rms_mm), rel=1e-6)


def held(build, plates, *, hold_s=10.0, rate_hz=1000.0, unit="mm", factor=1.0):
    """(recording with two plates and the CoP of the stance foot, its truth, the CoP in mm)."""
    stance = build.stance(hold_s=hold_s, rate_hz=rate_hz)
    rng = np.random.default_rng(5)
    n = stance.channels["Fz left"].size
    cop_mm = np.stack([plates.smooth_noise(rng, n, rate_hz, 2.0) * s for s in (6.0, 9.0)])
    columns = {
        ("L", "N"): stance.channels["Fz left"],
        ("R", "N"): stance.channels["Fz right"],
        ("X", unit): factor * cop_mm[0],
        ("Y", unit): factor * cop_mm[1],
    }
    return plates.recording(rate_hz, columns), stance, cop_mm


def measured(recording, channels, *, request=None, part_s=None, **chosen):
    features = with_force(
        RecordingFeatures(),
        recording,
        request or Request("task", "right"),
        EmgSettings(channels=channels, **chosen),
        part_s or (0.0, recording.duration_s),
    )
    return features.cop


TWO = {"force_left": ("L",), **FORCE_AND_COP}


def test_sway_is_measured_from_lift_off_to_touch_down(build, plates):
    recording, stance, cop_mm = held(build, plates)
    found = measured(recording, TWO, cop_ml_axis="x")
    assert found.start_s == pytest.approx(stance.liftoff_s, abs=0.03)
    assert found.end_s == pytest.approx(stance.touchdown_s, abs=0.03)
    inside = cop_mm[:, round(found.start_s * 1000) : round(found.end_s * 1000)]
    assert found.rms_ml_mm == pytest.approx(inside[0].std(), rel=0.01)
    assert found.rms_ap_mm == pytest.approx(inside[1].std(), rel=0.01)
    assert found.range_ml_mm == pytest.approx(np.ptp(inside[0]), rel=0.02)
    assert (found.sampling_rate_hz, found.low_pass_hz) == (100.0, 10.0)
    assert found.source == "X and Y"
    assert found.note == ""


def test_the_mediolateral_axis_has_to_be_declared(build, plates):
    recording, _, _ = held(build, plates)
    declared = measured(recording, TWO, cop_ml_axis="y")
    assert measured(recording, TWO, cop_ml_axis="x").rms_ml_mm == declared.rms_ap_mm
    for axis in (None, "z"):
        found = measured(recording, TWO, cop_ml_axis=axis)
        assert found.rms_ml_mm is found.rms_ap_mm is found.range_ml_mm is found.range_ap_mm is None
        assert found.path_mm == declared.path_mm
        assert found.ellipse_95_area_mm2 == declared.ellipse_95_area_mm2
        assert "cop_ml_axis" in found.note


@pytest.mark.parametrize(("unit", "factor"), [("cm", 0.1), ("m", 0.001)])
def test_positions_are_turned_into_millimetre(build, plates, unit, factor):
    wanted = measured(held(build, plates)[0], TWO).path_mm
    found = measured(held(build, plates, unit=unit, factor=factor)[0], TWO).path_mm
    assert found == pytest.approx(wanted, rel=1e-4)


def test_a_position_in_another_unit_is_refused_and_events_stay(build, plates):
    recording, _, _ = held(build, plates, unit="V")
    features = with_force(
        RecordingFeatures(),
        recording,
        Request("task", "right"),
        EmgSettings(channels=TWO),
        (0.0, recording.duration_s),
    )
    assert features.cop.path_mm is None
    assert "cannot be turned into millimetre" in features.cop.note
    assert features.force.hold_s == pytest.approx(10.0, abs=0.06)


@pytest.mark.parametrize("height_mm", [0.0, -45.0])
def test_forces_and_moments_give_the_same_as_the_centre_of_pressure(build, plates, height_mm):
    recording, stance, cop_mm = held(build, plates)
    rng = np.random.default_rng(6)
    up_n = stance.channels["Fz right"]
    shear_n = 15 * np.stack([plates.smooth_noise(rng, up_n.size, 1000.0, 3.0) for _ in "xy"])
    columns = {
        ("L", "N"): stance.channels["Fz left"],
        ("R", "N"): up_n,
        ("Fx", "N"): shear_n[0],
        ("Fy", "N"): shear_n[1],
        # Moment of the force about an origin `height_mm` away: r x F.
        ("Mx", "Nm"): (cop_mm[1] * up_n - height_mm * shear_n[1]) / 1000,
        ("My", "Nm"): (height_mm * shear_n[0] - cop_mm[0] * up_n) / 1000,
    }
    wanted = measured(recording, TWO, cop_ml_axis="x")
    roles = {"moment_right_x": ("Mx",), "moment_right_y": ("My",)}
    shear = {"shear_right_x": ("Fx",), "shear_right_y": ("Fy",)}
    feet = {"force_left": ("L",), "force_right": ("R",)}
    found = measured(
        plates.recording(1000.0, columns),
        {**feet, **roles, **shear},
        cop_ml_axis="x",
        plate_surface_mm=height_mm,
    )
    for name in ("path_mm", "rms_ml_mm", "rms_ap_mm", "ellipse_95_area_mm2"):
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-3)
    assert "Mx and My over R" in found.source
    if height_mm:
        without = measured(
            plates.recording(1000.0, columns), {**feet, **roles}, plate_surface_mm=height_mm
        )
        assert "shear_right_x" in without.note


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hold_s": 4.0}, "less than 5 s"),
        ({"rate_hz": 40.0}, "below 50 Hz"),
    ],
)
def test_what_is_too_short_or_too_slow_is_not_measured_and_says_so(build, plates, change, reason):
    found = measured(held(build, plates, **change)[0], TWO)
    assert found.path_mm is None
    assert found.sampling_rate_hz is None
    assert reason in found.note


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda x: np.where(np.arange(x.size) == 8000, np.nan, x), "missing samples"),
        (np.zeros_like, "stands still"),
    ],
)
def test_a_centre_of_pressure_with_gaps_or_without_life_is_not_measured(
    build, plates, spoil, reason
):
    recording, _, _ = held(build, plates)
    x = recording.channels[2]
    x.samples[:] = spoil(x.samples)
    assert reason in measured(recording, TWO).note


def test_without_lift_off_the_part_of_the_table_is_measured(build, plates):
    recording, _, _ = held(build, plates)
    only_cop = {"force_total": ("R",), "cop_total_x": ("X",), "cop_total_y": ("Y",)}
    nothing = measured(recording, only_cop)
    assert "start_s and end_s" in nothing.note
    request = Request("task", "right", 4.0, 11.0)
    found = measured(recording, only_cop, request=request, part_s=(4.0, 11.0))
    assert (found.start_s, found.end_s) == (4.0, 11.0)
    assert found.path_mm > 0


def test_a_lifted_foot_alone_has_no_sway(build, plates):
    recording, _, _ = held(build, plates)
    assert "under the stance foot" in measured(recording, {"force_left": ("L",)}).note


def test_half_a_map_is_refused(build, plates):
    recording, _, _ = held(build, plates)
    half = {k: v for k, v in TWO.items() if k != "cop_right_y"}
    assert "Only one of cop_right_x and cop_right_y" in measured(recording, half).note
