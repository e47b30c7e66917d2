"""Real plates: a held stance on two plates, and sway of the Human Balance Evaluation data set."""

import numpy as np
import pytest
from scipy.signal import butter, filtfilt

from pipeline.signals.cohort.measure import measure_recording
from pipeline.signals.force.sway import prediction_ellipse_area
from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import Request
from schemas.emg_settings import EmgSettings

HIP = {"force_left": ("plate 2 Fz",), "force_right": ("plate 1 Fz",)}
COP = {"cop_total_x": ("COPx",), "cop_total_y": ("COPy",)}
MOMENTS = {"moment_total_x": ("Mx",), "moment_total_y": ("My",)}


def of_hip(real_data, channels, leg="right"):
    path = real_data("btk_sls_functional_left_hip") / "FunctionalLHip_redacted.c3d"
    settings = EmgSettings(channels=channels, cop_ml_axis="x")
    return measure_recording(path, Request("task", leg), settings)


def test_the_held_stance_and_its_sway(real_data):
    found = of_hip(real_data, HIP)
    force, cop = found.force, found.cop
    assert 12.605 <= force.hold_s <= 12.64
    assert force.is_lower_bound
    assert force.verdict == "high"
    assert force.body_weight_n == pytest.approx(600, abs=5)
    by_rule = {rule.rule: rule.touchdown_s for rule in force.rules}
    assert by_rule["20_n"] == pytest.approx(12.638, abs=0.002)
    assert cop.end_s - cop.start_s == pytest.approx(force.hold_s, abs=0.01)
    # The plate is 1200 mm long and the foot about 250: hips are moved on purpose in this trial.
    assert 5 < cop.rms_ap_mm < cop.rms_ml_mm < 15
    assert 50 < cop.velocity_mm_s < 100
    assert cop.note == ""


def test_the_raw_channel_of_a_plate_leads_to_its_centre_of_pressure(real_data):
    raw = {"force_left": ("PF2Fz",), "force_right": ("PF1Fz",)}
    assert of_hip(real_data, raw).cop == of_hip(real_data, HIP).cop


def test_swapped_feet_are_named_and_unmapped_ones_suggested(real_data):
    swapped = {"force_left": ("plate 1 Fz",), "force_right": ("plate 2 Fz",)}
    assert "swapped" in of_hip(real_data, swapped).force.note
    assert "swapped" in of_hip(real_data, HIP, leg="left").force.note
    note = of_hip(real_data, {}).force.note
    assert "map force_right to plate 1 Fz and force_left to plate 2 Fz" in note


def test_a_plate_nobody_stood_on_is_said(real_data):
    third = {"force_left": ("plate 3 Fz",), "force_right": ("plate 1 Fz",)}
    found = of_hip(real_data, third)
    assert "never loaded" in found.force.note
    assert found.force.hold_s is None


@pytest.mark.parametrize("name", ["BDS00001", "BDS00004"])
@pytest.mark.parametrize("roles", [COP, MOMENTS])
def test_sway_of_quiet_standing_is_what_the_text_book_computes(real_data, name, roles):
    """Against the published CoP columns with filtfilt of scipy, written out here."""
    path = real_data("hbe_santos_duarte") / "BDS" / "data" / f"{name}.txt"
    settings = EmgSettings(channels={"force_total": ("Fz",), **roles}, cop_ml_axis="y")
    found = measure_recording(path, Request("task", "right", 0.0, 60.0), settings).cop
    published = {c.label: c.samples for c in read_recording(path, EmgSettings()).channels}
    cop_mm = 10 * np.stack([published["COPx"], published["COPy"]]).astype(float)
    # 10 Hz at -3 dB after two passes of order 2 is 12.2 Hz at -3 dB of one pass at 100 Hz.
    b, a = butter(2, 100 / np.pi * np.arctan(np.tan(np.pi / 10) / (2**0.5 - 1) ** 0.25), fs=100)
    smooth = filtfilt(b, a, cop_mm, padlen=30)
    path_mm = np.hypot(*np.diff(smooth, axis=1)).sum()
    assert found.path_mm == pytest.approx(path_mm, rel=1e-3)
    assert found.velocity_mm_s == pytest.approx(path_mm / 59.99, rel=1e-3)
    assert found.rms_ml_mm == pytest.approx(smooth[1].std(), rel=1e-3)
    assert found.range_ap_mm == pytest.approx(np.ptp(smooth[0]), rel=1e-3)
    assert found.ellipse_95_area_mm2 == pytest.approx(prediction_ellipse_area(smooth), rel=1e-3)


def test_quiet_standing_has_no_lift_off(real_data):
    path = real_data("hbe_santos_duarte") / "BDS" / "data" / "BDS00001.txt"
    settings = EmgSettings(channels={"force_total": ("Fz",), **COP})
    found = measure_recording(path, Request("task", "right"), settings)
    assert found.force.verdict == "none"
    assert "does not show a change from two feet to one" in found.force.note
    assert "start_s and end_s" in found.cop.note
