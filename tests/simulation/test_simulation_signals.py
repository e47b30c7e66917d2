"""A simulated recording is what its truth says: forces, onset, amplitude, and the same in every format."""

from dataclasses import replace
from pathlib import Path

import ezc3d
import numpy as np
import pandas as pd
import pytest
from edfio import read_edf
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.simulation.noise import emg_noise, in_band, rms, white_noise
from pipeline.simulation.recording_files import write_recording
from pipeline.simulation.signals import (
    Faults,
    MvicSpec,
    SimulatedStance,
    StanceSpec,
    simulate_mvic,
    simulate_stance,
)

QUIET = StanceSpec("left", force_noise_n=0.0, floor_rms_uv=0.01, faults=Faults(mains_rms_uv=0.0))


def time_s(recording: SimulatedStance) -> np.ndarray:
    return np.arange(recording.channels["force_left"].size) / recording.rate_hz


@pytest.mark.parametrize("make", [emg_noise, white_noise])
def test_noise_has_an_rms_of_one_in_the_emg_band(make):
    noise = make(np.random.default_rng(1), 400_000, rate_hz=2000)
    assert rms(in_band(noise, rate_hz=2000)) == pytest.approx(1, abs=0.01)


def test_emg_noise_has_the_spectrum_of_the_onset_bench():
    """Median frequency 95 Hz and 1.7% of the power below 20 Hz, as the research notes give them."""
    noise = emg_noise(np.random.default_rng(2), 1_000_000, rate_hz=2000)
    power = np.abs(np.fft.rfft(noise)) ** 2
    freqs_hz = np.fft.rfftfreq(noise.size, 1 / 2000)
    share = np.cumsum(power) / power.sum()
    assert freqs_hz[np.searchsorted(share, 0.5)] == pytest.approx(95, abs=2)
    assert share[np.searchsorted(freqs_hz, 20)] == pytest.approx(0.017, abs=0.002)


@settings(deadline=None, max_examples=25)
@given(
    leg=st.sampled_from(["left", "right"]),
    hold_s=st.floats(0.5, 12),
    unloading_s=st.floats(0.2, 0.8),
    weight_n=st.floats(400, 1100),
)
def test_the_lifted_foot_carries_nothing_between_lift_off_and_touch_down(
    leg, hold_s, unloading_s, weight_n
):
    spec = replace(QUIET, leg=leg, hold_s=hold_s, unloading_s=unloading_s, body_weight_n=weight_n)
    made = simulate_stance(np.random.default_rng(3), spec)
    lifted = made.channels["force_right" if leg == "left" else "force_left"]
    stance = made.channels[f"force_{leg}"]
    when = time_s(made)
    inside = (when >= made.truth.lift_off_s) & (when < made.truth.touch_down_s)
    assert np.abs(lifted[inside]).max() < 1e-9
    step = 1 / made.rate_hz
    # Minimum jerk leaves the ground slowly: 20 ms before the event the foot still carries something.
    assert lifted[round((made.truth.lift_off_s - 0.02) / step)] > 0
    assert lifted[round((made.truth.touch_down_s + 0.02) / step)] > 0
    assert lifted + stance == pytest.approx(np.full(when.size, weight_n))
    assert lifted[0] == pytest.approx(weight_n / 2)
    assert lifted[-1] == pytest.approx(weight_n / 2)
    assert made.truth.hold_s == pytest.approx(hold_s, abs=step)


def test_plates_show_their_offset_and_noise_and_nothing_more():
    spec = replace(QUIET, plate_offsets_n=(-7.0, 4.0), force_noise_n=2.0)
    made = simulate_stance(np.random.default_rng(4), spec)
    when = time_s(made)
    inside = (when >= made.truth.lift_off_s) & (when < made.truth.touch_down_s)
    assert made.channels["force_right"][inside].mean() == pytest.approx(4, abs=0.1)
    assert made.channels["force_right"][inside].std() == pytest.approx(2, rel=0.05)
    assert made.channels["force_left"][inside].mean() == pytest.approx(700 - 7, abs=0.1)


def test_stance_rms_measured_between_the_events_is_the_true_one():
    measured, expected, realised = [], [], []
    for seed in range(20):
        made = simulate_stance(np.random.default_rng(seed), StanceSpec("right", stance_rms_uv=60))
        when = time_s(made)
        inside = (when >= made.truth.lift_off_s) & (when < made.truth.touch_down_s)
        measured.append(rms(in_band(made.channels["gmed_right"], rate_hz=made.rate_hz)[inside]))
        expected.append(made.truth.gmed_rms_uv)
        realised.append(made.truth.realised_rms_uv)
    assert np.mean(measured) == pytest.approx(np.mean(expected), rel=0.01)
    # The floor and the hum add at most their own power to what was drawn.
    assert np.allclose(measured, realised, rtol=0.005)


def test_the_muscle_is_quiet_before_the_onset_and_builds_up_over_the_ramp():
    levels = []
    for seed in range(60):
        spec = replace(QUIET, onset_ms=-150.0, ramp_s=0.2, stance_rms_uv=100.0, tonic_rms_uv=2.0)
        made = simulate_stance(np.random.default_rng(seed), spec)
        onset = round(made.truth.onset_s * made.rate_hz)
        emg = made.channels["gmed_left"] - np.median(made.channels["gmed_left"])
        levels.append([rms(part) for part in np.split(emg[onset - 400 : onset + 800], 6)])
        assert made.truth.onset_s == pytest.approx(made.truth.lift_off_s - 0.15)
    before, just_before, first, second, after, _ = np.mean(levels, axis=0)
    # 100 ms parts: two quiet ones, the two halves of the 200 ms ramp, the full level.
    assert before < 4
    assert just_before < 4
    assert first == pytest.approx(100 / np.sqrt(12), rel=0.1)
    assert second == pytest.approx(100 * np.sqrt(7 / 12), rel=0.1)
    assert after == pytest.approx(100, rel=0.05)


def test_only_the_stance_leg_works():
    made = simulate_stance(np.random.default_rng(5), StanceSpec("left", stance_rms_uv=80))
    inside = slice(round(3 * made.rate_hz), round(12 * made.rate_hz))
    band = {
        leg: in_band(made.channels[f"gmed_{leg}"], rate_hz=made.rate_hz)
        for leg in ("left", "right")
    }
    assert rms(band["left"][inside]) > 10 * rms(band["right"][inside])


def test_mvic_plateau_has_the_true_rms():
    measured = []
    for seed in range(20):
        made = simulate_mvic(np.random.default_rng(seed), MvicSpec("left", mvic_rms_uv=250))
        band = in_band(made.channels["gmed_left"], rate_hz=made.rate_hz)
        inside = slice(
            round(made.truth.plateau_start_s * made.rate_hz),
            round(made.truth.plateau_end_s * made.rate_hz),
        )
        measured.append(rms(band[inside]))
        assert rms(band[inside]) == pytest.approx(made.truth.realised_rms_uv, rel=0.001)
        assert made.truth.highest_500ms_rms_uv > made.truth.realised_rms_uv
        assert rms(in_band(made.channels["gmed_right"], rate_hz=made.rate_hz)) < 4
    assert np.mean(measured) == pytest.approx(250, rel=0.015)


@pytest.mark.parametrize(
    ("faults", "shows"),
    [
        (Faults(is_dead=True), lambda emg: not emg.any()),
        (Faults(clip_uv=60.0), lambda emg: np.mean(np.abs(emg) == 60.0) > 0.05),
        (Faults(mains_rms_uv=40.0), lambda emg: hum_share(emg) > 0.3),
        (Faults(), lambda emg: hum_share(emg) < 0.02 and np.abs(emg).max() > 100),
    ],
    ids=["dead", "clipped", "hum", "none"],
)
def test_faults_show_in_the_emg_of_the_stance_leg(faults, shows):
    made = simulate_stance(np.random.default_rng(6), StanceSpec("left", faults=faults))
    assert shows(made.channels["gmed_left"][6000:24000])
    assert made.channels["gmed_right"].std() < 6


def hum_share(emg: np.ndarray) -> float:
    """Share of the power within 1 Hz of 50 Hz."""
    power = np.abs(np.fft.rfft(emg - emg.mean())) ** 2
    freqs_hz = np.fft.rfftfreq(emg.size, 1 / 2000)
    return float(power[np.abs(freqs_hz - 50) < 1].sum() / power.sum())


def test_every_format_holds_the_same_signal(tmp_path: Path):
    made = simulate_stance(np.random.default_rng(7), StanceSpec("left"))
    for suffix in (".edf", ".parquet", ".csv", ".c3d"):
        write_recording(tmp_path / f"a{suffix}", made.channels, rate_hz=made.rate_hz)
    edf = {signal.label: signal for signal in read_edf(tmp_path / "a.edf").signals}
    csv = pd.read_csv(tmp_path / "a.csv")
    parquet = pd.read_parquet(tmp_path / "a.parquet")
    c3d = ezc3d.c3d(str(tmp_path / "a.c3d"))
    rows = dict(
        zip(c3d["parameters"]["ANALOG"]["LABELS"]["value"], c3d["data"]["analogs"][0], strict=True)
    )
    truth_uv, truth_n = made.channels["gmed_left"], made.channels["force_right"]
    assert edf["GMed L"].sampling_frequency == made.rate_hz
    assert edf["GMed L"].physical_dimension == "uV"
    # Half a step of a 16-bit converter, and half a unit in the last printed place.
    assert np.abs(edf["GMed L"].data - truth_uv).max() < 0.5 * 10_000 / 65_535 + 1e-9
    assert np.abs(edf["Fz R"].data - truth_n).max() < 0.5 * 6_000 / 65_535 + 1e-9
    for table in (csv, parquet):
        assert np.abs(table["GMed L"] - truth_uv).max() < 0.0051
        assert np.abs(table["Fz R"] - truth_n).max() < 0.0051
        assert np.diff(table["time_s"]) == pytest.approx(1 / made.rate_hz)
    assert np.abs(rows["L_GMED"] * 1e6 - truth_uv).max() < 0.001
    assert np.abs(rows["Fz2"] - truth_n).max() < 0.001
    assert list(c3d["parameters"]["ANALOG"]["UNITS"]["value"]) == ["N", "N", "V", "V"]
    assert c3d["parameters"]["ANALOG"]["RATE"]["value"][0] == made.rate_hz


def test_unknown_legs_suffixes_and_onsets_before_the_start_are_refused(tmp_path: Path):
    rng = np.random.default_rng(8)
    with pytest.raises(ValueError, match="leg is 'both'"):
        simulate_stance(rng, StanceSpec("both"))
    with pytest.raises(ValueError, match="leg is 'both'"):
        simulate_mvic(rng, MvicSpec("both"))
    with pytest.raises(ValueError, match="before the start"):
        simulate_stance(rng, StanceSpec("left", onset_ms=-4000))
    with pytest.raises(ValueError, match=r"a\.mat: expected one of"):
        write_recording(tmp_path / "a.mat", {}, rate_hz=2000)
