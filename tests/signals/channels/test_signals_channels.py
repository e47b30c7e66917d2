"""Which channel is gluteus medius, and what its numbers mean."""

import numpy as np
import pytest

from pipeline.signals.channels.channel_roles import force_channel, gmed_channel
from pipeline.signals.channels.signal_units import in_microvolt, in_newton, split_heading
from pipeline.signals.samples.recording import Channel, Recording, SignalProblem
from schemas.emg_settings import EmgSettings


def recording(*labels):
    return Recording(
        tuple(Channel(label, "uV", 2000.0, np.zeros(4, np.float32)) for label in labels)
    )


@pytest.mark.parametrize(
    ("label", "leg"),
    [
        ("GMed_R", "right"),
        ("RGMED", "right"),
        ("GLUTMEDR", "right"),
        ("RT GLUT. MED.", "right"),
        ("Ultium EMG-GLUT. MED. RT", "right"),
        ("Right Gluteus Medius", "right"),
        ("m. gluteus medius, right", "right"),
        ("LT GLUTEUS MED.", "left"),
        ("L GMED", "left"),
        ("Glut Med L", "left"),
        ("Glúteo medio izq", "left"),
        ("Glutaeus medius links", "left"),
        ("EMG 3: gmed left", "left"),
        ("gmed_left", "left"),
        ("R_GMED", "right"),
        ("GluteusMediusRight", "right"),
        ("Voltage.LGMed8", "left"),
        ("L.GlutMed", "left"),
        ("LGluteusMedius", "left"),
        ("L GLUTEUS MEDIUS: EMG 3", "left"),
        ("R GMED (1): dEMG.A 1", "right"),
        ("左中殿筋", "left"),
        ("右 臀中筋", "right"),
        ("중둔근 L", "left"),
        ("Moyen fessier droit", "right"),
        ("m. gluteus medius dx", "right"),
    ],
)
def test_spellings_of_gluteus_medius_are_known(label, leg):
    others = ("L VMO", "R VMO", "RT GLUT. MAX.", "LT GLUT. MAX.", "L GLAT", "Fz1", "TFL R")
    assert gmed_channel(recording(*others, label), leg, EmgSettings()).label == label
    other_leg = "left" if leg == "right" else "right"
    with pytest.raises(SignalProblem, match=f"gluteus medius {other_leg}"):
        gmed_channel(recording(*others, label), other_leg, EmgSettings())


@pytest.mark.parametrize("label", ["GM", "GM_L", "R_GM", "Left GM", "gluteus L"])
def test_gm_is_refused_with_the_candidate(label):
    with pytest.raises(SignalProblem, match="gluteus maximus or gastrocnemius") as caught:
        gmed_channel(recording(label, "TA L"), "left", EmgSettings())
    assert label in caught.value.what
    assert "gmed_left" in caught.value.fix


@pytest.mark.parametrize(
    "label", ["GLUT. MAX. L", "LGMAX", "L GMED: ACC X", "LGAS", "L GMIN", "TFL L"]
)
def test_other_muscles_and_other_signals_are_not_gluteus_medius(label):
    with pytest.raises(SignalProblem, match="No channel is gluteus medius left"):
        gmed_channel(recording(label), "left", EmgSettings())


def test_only_candidates_of_the_leg_are_listed():
    with pytest.raises(SignalProblem) as caught:
        gmed_channel(recording("GM_L", "GM_R", "GM"), "left", EmgSettings())
    assert caught.value.what.startswith("GM_L, GM may be")


@pytest.mark.parametrize(
    ("label", "muscle", "heading"),
    [
        ("EMG1", "left gluteus medius", ""),
        ("EMG1_L", "Gluteus medius", ""),
        ("EMG1", "", "Trigno - LGMED: EMG1"),
    ],
)
def test_the_muscle_may_stand_beside_the_label(label, muscle, heading):
    channel = Channel(label, "uV", 2000.0, np.zeros(4, np.float32), heading, muscle)
    found = gmed_channel(Recording((channel, *recording("EMG2").channels)), "left", EmgSettings())
    assert found is channel


def test_a_channel_that_its_data_set_rejects_is_refused():
    channel = Channel("L GMED", "uV", 2000.0, np.zeros(4, np.float32), fault="It is bad.")
    for settings in (EmgSettings(), EmgSettings(channels={"gmed_left": ("L GMED",)})):
        with pytest.raises(SignalProblem, match="It is bad"):
            gmed_channel(Recording((channel,)), "left", settings)


def test_a_map_may_name_the_unit_that_the_file_keeps_elsewhere():
    settings = EmgSettings(channels={"gmed_left": ("EMG 1 (mV)",)})
    assert gmed_channel(recording("EMG 1"), "left", settings).label == "EMG 1"


def test_a_map_settles_what_gm_means():
    settings = EmgSettings(channels={"gmed_left": ("GM",)})
    assert gmed_channel(recording("GM", "GMed left"), "left", settings).label == "GM"


def test_a_channel_without_side_is_refused():
    with pytest.raises(SignalProblem, match="GMed does not say which leg"):
        gmed_channel(recording("GMed", "TA"), "left", EmgSettings())


def test_two_channels_that_fit_are_refused():
    with pytest.raises(SignalProblem, match="Several channels"):
        gmed_channel(recording("GMED L", "LT GLUT MED"), "left", EmgSettings())


def test_a_map_prefers_the_exact_spelling_then_ignores_case_and_spaces():
    settings = EmgSettings(channels={"gmed_left": ("emg 1",)})
    assert gmed_channel(recording("EMG1", "emg 1"), "left", settings).label == "emg 1"
    assert gmed_channel(recording("EMG1", "EMG2"), "left", settings).label == "EMG1"


def test_a_map_that_fits_nothing_is_an_error_and_not_a_guess():
    settings = EmgSettings(channels={"gmed_left": ("EMG 9",)})
    with pytest.raises(SignalProblem, match="maps gmed_left to EMG 9") as caught:
        gmed_channel(recording("GMED L"), "left", settings)
    assert "GMED L" in caught.value.what


def test_two_channels_of_one_name_are_refused():
    settings = EmgSettings(channels={"gmed_left": ("EMG",)})
    with pytest.raises(SignalProblem, match="2 channels called EMG"):
        gmed_channel(recording("EMG", "EMG"), "left", settings)


def test_force_channels_by_map_or_by_name():
    plates = recording("Fz left", "Fz right", "plate 1 Fz")
    assert force_channel(plates, "force_left", EmgSettings()).label == "Fz left"
    mapped = EmgSettings(channels={"force_left": ("plate 1 Fz",)})
    assert force_channel(plates, "force_left", mapped).label == "plate 1 Fz"
    assert force_channel(recording("plate 1 Fz"), "force_left", EmgSettings()) is None


@pytest.mark.parametrize(
    ("unit", "microvolt"),
    [("uV", 1), ("µV", 1), ("μV", 1), ("mV", 1e3), ("V", 1e6), ("Volts", 1e6)],
)
def test_emg_is_converted_to_microvolt(unit, microvolt):
    channel = Channel("L GMED", unit, 2000.0, np.array([2.0], np.float32))
    assert in_microvolt(channel, None) == pytest.approx([2 * microvolt])


def test_the_unit_in_the_file_goes_before_the_declared_one():
    said = Channel("L GMED", "mV", 2000.0, np.array([2.0], np.float32))
    silent = Channel("L GMED", None, 2000.0, np.array([2.0], np.float32))
    assert in_microvolt(said, "V") == pytest.approx([2e3])
    assert in_microvolt(silent, "V") == pytest.approx([2e6])


def test_unknown_units_are_refused_and_never_guessed():
    silent = Channel("L GMED", None, 2000.0, np.ones(4, np.float32))
    with pytest.raises(SignalProblem, match="does not say the unit") as caught:
        in_microvolt(silent, None)
    assert "emg_unit" in caught.value.fix
    with pytest.raises(SignalProblem, match="is in %"):
        in_microvolt(Channel("L GMED", "%", 2000.0, np.ones(4, np.float32)), "uV")
    with pytest.raises(SignalProblem, match="is in V"):
        in_newton(Channel("Fz", "V", 1000.0, np.ones(4, np.float32)), "N")


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("L GMED (mV)", ("L GMED", "mV")),
        ("Avanti sensor 3: EMG 3 [V]", ("Avanti sensor 3: EMG 3", "V")),
        ("RT GLUT. MED., uV", ("RT GLUT. MED.", "uV")),
        ("force_left_n", ("force_left", "n")),
        ("gmed_left_uv", ("gmed_left", "uv")),
        ("GMed (left)", ("GMed (left)", None)),
        ("gmed_left", ("gmed_left", None)),
        ("(mV)", ("(mV)", None)),
    ],
)
def test_units_in_headings(heading, expected):
    assert split_heading(heading) == expected
