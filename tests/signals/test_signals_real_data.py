"""Public recordings that nobody made for this program (see ../shared/real/README.md)."""

from itertools import pairwise

import ezc3d
import numpy as np
import pandas as pd
import pytest

from pipeline.signals.channels.channel_roles import gmed_channel
from pipeline.signals.channels.signal_units import in_microvolt
from pipeline.signals.cohort.batch import process_recordings
from pipeline.signals.cohort.measure import measure_recording
from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.amplitude import rms
from pipeline.signals.samples.filters import band_pass
from pipeline.signals.samples.recording import Request, SignalProblem
from schemas.emg_settings import EmgSettings
from schemas.recordings import Recordings

PLATES = {"force_left": ("plate 2 Fz",), "force_right": ("plate 1 Fz",)}


@pytest.mark.parametrize("gmed", [None, "EMG1"])
def test_a_hold_from_force_survives_dead_emg(real_data, gmed):
    folder = real_data("btk_sls_functional_left_hip")
    channels = dict(PLATES) if gmed is None else {**PLATES, "gmed_right": (gmed,)}
    rows = pd.DataFrame(
        [("B1", "baseline", "single_leg_stance", "right", 1, "task")],
        columns=["participant_id", "visit", "task", "leg", "trial", "role"],
    ).assign(file="FunctionalLHip_redacted.c3d", start_s=np.nan, end_s=np.nan)
    result = process_recordings(
        Recordings.validate(rows), folder, EmgSettings(channels=channels), cache=None
    )
    row = result.activation.iloc[0]
    assert row["hold_from_force_s"] == pytest.approx(12.64, abs=0.05)
    assert pd.isna(row["liftoff_s"])  # the recording starts on one leg
    assert row["touchdown_s"] == pytest.approx(12.64, abs=0.05)
    assert row["quality"] == "reject"
    assert pd.isna(row["gmed_rms_uv"])
    assert "at least this long" in row["quality_reasons"]
    expected = "No channel is gluteus medius" if gmed is None else "no muscle gives"
    assert expected in row["quality_reasons"]
    assert [f.rule_id for f in result.findings] == ["REC-02"]


def test_the_stance_plate_carries_body_weight(real_data):
    path = real_data("btk_sls_functional_left_hip") / "FunctionalLHip_redacted.c3d"
    channels = {c.label: c for c in read_recording(path, EmgSettings()).channels}
    held = slice(0, 12 * 1080)
    assert np.median(channels["plate 1 Fz"].samples[held]) == pytest.approx(597, abs=5)
    assert np.abs(channels["plate 2 Fz"].samples[held]).max() < 20
    # The raw channel holds the force on the plate, negative; it is turned as the plates are.
    assert np.median(channels["PF1Fz"].samples[held]) == pytest.approx(597, abs=5)


@pytest.mark.parametrize("name", ["formats/c3d", "formats/edf_bdf", "formats/bids_emg"])
def test_real_files_are_read_and_measured_without_a_crash(real_data, name):
    files = [
        p for p in sorted(real_data(name).rglob("*.*")) if p.suffix in (".c3d", ".edf", ".bdf")
    ]
    assert files
    for path in files:
        recording = read_recording(path, EmgSettings())
        # An empty plate has no centre of pressure.
        measured = [c for c in recording.channels if " CoP " not in c.label]
        assert all(np.isfinite(channel.samples).all() for channel in measured)
        first = recording.channels[0].label
        settings = EmgSettings(channels={"gmed_right": (first,)})
        features = measure_recording(path, Request("task", "right"), settings)
        assert features.quality == "reject"  # none of them is a single-leg stance
        assert features.problem


@pytest.mark.parametrize(
    "name", ["1123x01EMG.c3d", "Gait.c3d", "Res16bits.c3d", "FunctionalLHip_redacted.c3d"]
)
def test_c3d_files_are_read_as_ezc3d_reads_them(real_data, name):
    """Intel and DEC files, whole and real numbers, unsigned offsets, plates of types 2 and 4."""
    is_hip = name.startswith("Functional")
    folder = real_data("btk_sls_functional_left_hip" if is_hip else "formats/c3d")
    theirs = ezc3d.c3d(str(folder / name), extract_forceplat_data=True)
    ours = read_recording(folder / name, EmgSettings()).channels
    analogs = theirs["data"]["analogs"][0]
    parameters = theirs["parameters"]["ANALOG"]
    for channel, values, label, unit in zip(
        ours, analogs, parameters["LABELS"]["value"], parameters["UNITS"]["value"], strict=False
    ):
        assert channel.label == label.strip() or not label.strip()
        assert channel.unit == unit
        assert channel.sampling_rate_hz == parameters["RATE"]["value"][0]
        sign = -1 if label.endswith(("Fz", "Z")) and values.min() < -50 else 1
        largest = np.abs(values).max()
        np.testing.assert_allclose(channel.samples, sign * values, rtol=0, atol=1e-6 * largest)
    plates = {c.label: c.samples for c in ours[len(analogs) :] if c.label.endswith("Fz")}
    assert len(plates) == len(theirs["data"].get("platform", []))
    for number, plate in enumerate(theirs["data"].get("platform", []), 1):
        np.testing.assert_allclose(plates[f"plate {number} Fz"], plate["force"][2], atol=1e-3)


def test_the_sine_of_a_generated_bdf_has_its_amplitude(real_data):
    path = real_data("formats/edf_bdf") / "test_generator.bdf"
    sine = read_recording(path, EmgSettings()).channels[0]
    assert (sine.label, sine.unit, sine.sampling_rate_hz) == ("sine 5Hz", "uV", 1000.0)
    assert rms(sine.samples) == pytest.approx(1000 / np.sqrt(2), rel=1e-4)


@pytest.fixture
def gait(real_data, tmp_path):
    """(CSV file, stance windows, swing windows) of treadmill walking; times from the first sample.

    cycles: V1 = touch-down and V2 = lift-off of the foot, in s on the recording's own clock. Stance
    is V1 to V2; swing is V2 to the next V1.
    """
    rdata = pytest.importorskip("rdata")
    path = real_data("musclesyneRgies_gmed_gait") / "RAW_DATA.RData"
    with pytest.warns(UserWarning, match="Missing constructor"):
        walk = rdata.read_rda(path)["RAW_DATA"]["ID0012_TW_01"]
    csv = tmp_path / "walk.csv"
    walk["emg"].to_csv(csv, index=False)
    cycles = walk["cycles"].to_numpy() - walk["emg"]["time"].iloc[0]
    stance = [tuple(cycle) for cycle in cycles]
    swing = [(off, on) for (_, off), (on, _) in pairwise(cycles)]
    return csv, stance, swing


def test_gluteus_medius_in_walking_has_the_published_amplitude(gait):
    csv, stance, swing = gait
    settings = EmgSettings(channels={"gmed_left": ("ME",), "gmed_right": ("ME",)}, emg_unit="uV")
    channel = gmed_channel(read_recording(csv, settings), "right", settings)
    assert channel.label == "ME"
    assert channel.sampling_rate_hz == 1000.0
    filtered_uv = band_pass(
        in_microvolt(channel, settings.emg_unit), 1000.0, band_hz=(20.0, 450.0), order=4
    )

    def pooled_rms(windows):
        return rms(np.concatenate([channel.part(filtered_uv, window) for window in windows]))

    # 77.3 and 18.9 µV come from a filter whose -3 dB points are a little inside 20 and 450 Hz.
    assert pooled_rms(stance) == pytest.approx(77.3, rel=0.01)
    assert pooled_rms(swing) == pytest.approx(18.9, rel=0.01)


def test_one_stance_of_walking_through_the_whole_measurement(gait):
    csv, stance, _ = gait
    settings = EmgSettings(channels={"gmed_right": ("ME",)}, emg_unit="uV")
    start_s, end_s = stance[1]
    features = measure_recording(csv, Request("task", "right", start_s, end_s), settings)
    assert features.emg.window_from == "table"
    assert features.metrics.rms_uv == pytest.approx(77, rel=0.25)  # one of six steps
    assert features.onset.note == "Lift-off is not known."


def test_gm_alone_is_not_taken_for_gluteus_medius(gait):
    csv, _, _ = gait
    with pytest.raises(SignalProblem, match="gastrocnemius") as caught:
        gmed_channel(read_recording(csv, EmgSettings()), "right", EmgSettings())
    assert "GM" in caught.value.what


def test_the_unit_of_the_walking_data_has_to_be_declared(gait):
    csv, _, _ = gait
    settings = EmgSettings(channels={"gmed_right": ("ME",)})
    features = measure_recording(csv, Request("task", "right"), settings)
    assert "does not say the unit" in features.problem
