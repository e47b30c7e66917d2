"""Plates as laboratories have them: one, two, in kN, counted downwards, under both feet; hops."""

import numpy as np
import pytest

from pipeline.signals.force.measure_force import stance_events, with_force
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.samples.recording import Request
from schemas.emg_settings import EmgSettings

BOTH = {"force_left": ("L",), "force_right": ("R",)}


def measured(recording, channels=BOTH, *, part_s=None, request=None, **settings):
    return with_force(
        RecordingFeatures(),
        recording,
        request or Request("task", "right"),
        EmgSettings(channels=channels, **settings),
        part_s or (0.0, recording.duration_s),
    )


def two_plates(plates, stance, *, unit="N", factor=1.0, **more):
    columns = {
        ("L", unit): factor * stance.channels["Fz left"],
        ("R", unit): factor * stance.channels["Fz right"],
        **more,
    }
    return plates.recording(stance.rate_hz, columns)


@pytest.mark.parametrize(("unit", "factor"), [("N", 1.0), ("N", -1.0), ("kN", 1e-3), ("kN", -1e-3)])
@pytest.mark.parametrize("rate_hz", [100.0, 1000.0, 2000.0])
def test_units_signs_and_rates_give_the_same_events(build, plates, unit, factor, rate_hz):
    stance = build.stance(rate_hz=rate_hz, noise_n=0.5)
    force = measured(two_plates(plates, stance, unit=unit, factor=factor)).force
    assert force.verdict == "high"
    assert force.liftoff_s == pytest.approx(stance.liftoff_s, abs=0.045)
    assert force.touchdown_s == pytest.approx(stance.touchdown_s, abs=0.03)
    assert force.body_weight_n == pytest.approx(700.0, abs=2)


def test_times_count_from_the_start_of_the_file(build, plates):
    stance = build.stance()
    recording = two_plates(plates, stance)
    later = measured(recording, part_s=(1.0, recording.duration_s)).force
    whole = measured(recording).force
    assert later.liftoff_s == pytest.approx(whole.liftoff_s, abs=0.003)
    assert later.rules[1].liftoff_s == pytest.approx(whole.rules[1].liftoff_s, abs=0.003)


def test_plates_at_two_rates_are_refused_with_a_fix(build, plates):
    recording = two_plates(plates, build.stance())
    fewer = two_plates(plates, build.stance(rate_hz=1000.0))
    mixed = type(recording)((recording.channels[0], fewer.channels[1]))
    features = measured(mixed)
    assert "different rates" in features.force.note
    assert "different rates" in features.cop.note


def test_a_gap_in_the_force_is_said(build, plates):
    stance = build.stance()
    stance.channels["Fz left"][5000:5100] = np.nan
    assert "missing samples" in measured(two_plates(plates, stance)).force.note


def hopped(build, flight_s, *, at_s=6.0):
    stance = build.stance(hold_s=8.0)
    first, last = round(at_s * stance.rate_hz), round((at_s + flight_s) * stance.rate_hz)
    stance.channels["Fz right"][first:last] -= 700.0
    return stance


def test_a_hop_ends_the_hold(build, plates):
    stance = hopped(build, 0.2)
    force = measured(two_plates(plates, stance)).force
    assert force.hop_s == pytest.approx(6.0, abs=0.01)
    assert force.hold_s == pytest.approx(6.0 - stance.liftoff_s, abs=0.05)
    assert force.ended_s == force.hop_s
    assert force.touchdown_s == pytest.approx(stance.touchdown_s, abs=0.03)
    assert force.reload_s == pytest.approx(stance.touchdown_s, abs=0.03)
    assert not force.is_lower_bound
    assert "hop ends the hold" in force.note


def test_a_shaken_stance_plate_is_no_hop(build, plates):
    force = measured(two_plates(plates, hopped(build, 0.01))).force
    assert force.hop_s is None
    assert force.hold_s == pytest.approx(8.0, abs=0.05)


def test_a_stance_plate_that_goes_empty_for_good_is_said(build, plates):
    stance = hopped(build, 30.0)
    force = measured(two_plates(plates, stance)).force
    assert force.hop_s == pytest.approx(6.0, abs=0.01)
    assert force.verdict == "low"
    assert "the foot left it, or the plate was reset" in force.note


def test_stepping_down_is_no_hop(build, plates):
    """The other foot takes all the weight after the hold."""
    stance = build.stance()
    down = np.arange(stance.channels["Fz left"].size) / stance.rate_hz > stance.touchdown_s + 0.5
    stance.channels["Fz right"][down] -= 350.0
    stance.channels["Fz left"][down] += 350.0
    assert measured(two_plates(plates, stance)).force.hop_s is None


def one_plate(plates, stance, **options):
    total_n, cop_mm = plates.on_one_plate(stance, **options)
    columns = {("F", "N"): total_n, ("X", "mm"): cop_mm[0], ("Y", "mm"): cop_mm[1]}
    return plates.recording(stance.rate_hz, columns)


ONE = {"force_total": ("F",), "cop_total_x": ("X",), "cop_total_y": ("Y",)}


def test_one_plate_under_both_feet_shows_the_stance_by_its_centre_of_pressure(build, plates):
    errors_s = []
    for seed in range(12):
        stance = build.stance(seed=seed, rate_hz=200.0, hold_s=8.0, quiet_s=3.0, after_s=3.0)
        force = measured(one_plate(plates, stance, seed=seed), ONE).force
        assert force.verdict == "low"
        assert "one plate under both feet" in force.note.casefold().replace("force ", "")
        assert force.body_weight_n == pytest.approx(700.0, abs=3)
        errors_s.append(
            (force.liftoff_s - stance.liftoff_s, force.touchdown_s - stance.touchdown_s)
        )
    errors_s = np.array(errors_s)
    assert np.abs(np.median(errors_s, axis=0)).max() < 0.2
    assert np.abs(errors_s).max() < 0.5


@pytest.mark.parametrize("turned", [lambda c: c[::-1], lambda c: -c])
def test_its_axes_need_not_be_known(build, plates, turned):
    stance = build.stance(rate_hz=200.0, hold_s=8.0)
    total_n, cop_mm = plates.on_one_plate(stance)

    def events(cop):
        return stance_events(
            lifted_n=None, stance_n=None, total_n=total_n, total_cop_mm=cop, sampling_rate_hz=200.0
        )

    assert events(turned(cop_mm)).liftoff_s == pytest.approx(events(cop_mm).liftoff_s, abs=0.006)


def test_the_faster_sway_tells_which_part_is_the_stance(build, plates):
    """A recording that starts on one leg ends on two, and not the other way round."""
    stance = build.stance(rate_hz=200.0, hold_s=8.0, after_s=4.0, start_s=4.0)
    force = measured(one_plate(plates, stance), ONE).force
    assert force.liftoff_s is None
    assert force.is_lower_bound
    assert force.touchdown_s == pytest.approx(stance.touchdown_s, abs=0.4)


def test_quiet_standing_on_two_legs_is_no_stance(plates):
    rng = np.random.default_rng(4)
    sway = np.stack([plates.smooth_noise(rng, 6000, 200.0, 1.0) * s for s in (3.0, 5.0)])
    found = stance_events(
        lifted_n=None,
        stance_n=None,
        total_n=np.full(6000, 700.0),
        total_cop_mm=sway,
        sampling_rate_hz=200.0,
    )
    assert found.verdict == "none"
    assert found.hold_s is None
    assert "does not show" in found.note


def test_a_hop_on_one_plate_ends_the_hold(build, plates):
    stance = build.stance(rate_hz=200.0, hold_s=8.0, quiet_s=3.0, after_s=3.0)
    total_n, cop_mm = plates.on_one_plate(stance)
    total_n[round(7.0 * 200) : round(7.2 * 200)] = 5.0
    cop_mm[:, total_n < 20] = np.nan
    found = stance_events(
        lifted_n=None, stance_n=None, total_n=total_n, total_cop_mm=cop_mm, sampling_rate_hz=200.0
    )
    assert found.hop_s == pytest.approx(7.0, abs=0.02)


def test_plates_that_nobody_mapped_are_named_and_which_is_probably_which(build, plates):
    stance = build.stance()
    columns = {
        ("plate 1 Fz", "N"): stance.channels["Fz right"],
        ("plate 2 Fz", "N"): stance.channels["Fz left"],
        ("plate 3 Fz", "N"): np.random.default_rng(0).normal(0, 1, 20_000),
    }
    note = measured(plates.recording(stance.rate_hz, columns), {}).force.note
    assert "map force_right to plate 1 Fz and force_left to plate 2 Fz" in note
    columns[("plate 1 Fz", "N")] = columns[("plate 2 Fz", "N")] + 200
    note = measured(plates.recording(stance.rate_hz, columns), {}).force.note
    assert "plate 1 Fz, plate 2 Fz, plate 3 Fz" in note


def test_a_file_without_plates_says_that_no_force_is_mapped(build, plates):
    recording = plates.recording(2000.0, {("GMED", "uV"): np.zeros(100)})
    features = measured(recording, {})
    assert features.force.note == "No force channel is mapped, so lift-off is not known."
    assert features.force.rules == ()


@pytest.mark.parametrize("offset_n", [-15.0, 15.0])
def test_body_weight_is_above_the_zero_of_a_plate_that_is_empty_at_some_time(
    build, plates, offset_n
):
    stance = build.stance(quiet_s=3.0)
    stance.channels["Fz right"][: round(0.6 * stance.rate_hz)] = 0.0
    stance.channels["Fz left"][: round(0.6 * stance.rate_hz)] = 0.0
    stance.channels["Fz right"] += offset_n
    force = measured(two_plates(plates, stance)).force
    assert force.body_weight_n == pytest.approx(700.0, abs=2)
    assert force.liftoff_s == pytest.approx(stance.liftoff_s, abs=0.04)
