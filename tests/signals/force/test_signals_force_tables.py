"""The tables of the force plates, and the sentences of the methods section, from measured features."""

from typing import get_args

import pandas as pd
import pytest

from pipeline.signals.cohort.measured_tables import (
    event_sensitivity_table,
    measured_fields,
    stance_force_table,
)
from pipeline.signals.cohort.method_sentences import force_sentences
from pipeline.signals.force.both_feet import RULE as BOTH_FEET_RULE
from pipeline.signals.force.event_rules import EVENT_RULES
from pipeline.signals.force.measure_force import with_force
from pipeline.signals.force.stance_foot import RULE as STANCE_FOOT_RULE
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.measured.force_features import CopFeatures, ForceEvents
from pipeline.signals.samples.recording import Request
from schemas.activation import ACTIVATION_KEY
from schemas.citations import CITATIONS
from schemas.emg_settings import ChannelRole, EmgSettings
from schemas.sensitivity import EventSensitivity
from schemas.stance_force import StanceForce


def key(role="task", trial=1):
    values = ("P1", "baseline", "single_leg_stance", "right", trial, role)
    return dict(zip([*ACTIVATION_KEY, "role"], values, strict=True))


@pytest.fixture(scope="module")
def held(build, plates):
    stance = build.stance(hold_s=8.0)
    cop_mm = plates.on_one_plate(stance)[1]
    columns = {
        ("L", "N"): stance.channels["Fz left"],
        ("R", "N"): stance.channels["Fz right"],
        ("X", "mm"): cop_mm[0],
        ("Y", "mm"): cop_mm[1],
    }
    roles = {
        "force_left": ("L",),
        "force_right": ("R",),
        "cop_right_x": ("X",),
        "cop_right_y": ("Y",),
    }
    recording = plates.recording(stance.rate_hz, columns)
    return with_force(
        RecordingFeatures(),
        recording,
        Request("task", "right"),
        EmgSettings(channels=roles, cop_ml_axis="x"),
        (0.0, recording.duration_s),
    )


def test_every_column_comes_from_a_feature():
    columns = set(StanceForce.to_schema().columns)
    assert columns == {*ACTIVATION_KEY, "file", *measured_fields(StanceForce)}


def test_a_stance_has_a_row_with_sway_and_its_rate_and_filter(held):
    found = stance_force_table([(key(), "a.csv"), (key("mvic"), "b.csv")], [held, held])
    assert len(found) == 1
    row = found.iloc[0]
    assert row["hold_from_force_s"] == pytest.approx(8.0, abs=0.06)
    assert row["hold_to_reload_s"] == pytest.approx(8.0, abs=0.06)
    assert row["liftoff_rule"] == "unloading_fit"
    assert row["threshold_pct_bw"] == pytest.approx(100 * row["threshold_n"] / row["body_weight_n"])
    assert row["cop_path_mm"] == held.cop.path_mm > 0
    assert row["prediction_ellipse_95_area_mm2"] == held.cop.ellipse_95_area_mm2
    assert (row["cop_sampling_rate_hz"], row["cop_low_pass_hz"]) == (100.0, 10.0)
    assert pd.isna(row["cop_note"])
    assert row["file"] == "a.csv"


def test_a_stance_without_plates_has_an_empty_row_that_says_why():
    features = RecordingFeatures(
        force=ForceEvents(note="No force channel."), cop=CopFeatures(note="No plate.")
    )
    row = stance_force_table([(key(), "a.csv")], [features]).iloc[0]
    assert pd.isna(row["liftoff_s"])
    assert row["force_verdict"] == "none"
    assert row["force_note"] == "No force channel."
    assert row["cop_note"] == "No plate."
    assert event_sensitivity_table([(key(), "a.csv")], [features]).empty


def test_every_rule_has_a_row_with_its_words_and_source(held):
    found = event_sensitivity_table([(key(), "a.csv"), (key(trial=2), "b.csv")], [held, held])
    assert len(found) == 2 * len(EVENT_RULES)
    one = found[found["trial"] == 1].set_index("rule")
    assert one["is_chosen"].sum() == 1
    assert one.loc["unloading_fit", "is_chosen"]
    assert one.loc["20_n", "threshold_n"] == 20.0
    assert one.loc["5_pct_bw", "threshold_pct_bw"] == pytest.approx(5.0)
    assert one.loc["10_n", "rule_source"].startswith("Tirosh and Sparrow")
    assert one.loc["20_n", "hold_s"] > one.loc["unloading_fit", "hold_s"]


@pytest.mark.parametrize(
    ("table", "model"),
    [(stance_force_table, StanceForce), (event_sensitivity_table, EventSensitivity)],
)
def test_no_recordings_give_an_empty_table_with_the_columns(table, model):
    assert list(table([], []).columns) == list(model.to_schema().columns)


def test_features_survive_being_stored(held):
    assert RecordingFeatures.from_json(held.as_json()) == held


def texts(*features):
    return " ".join(text for text, _ in force_sentences(features))


def test_only_what_ran_has_a_sentence(held):
    assert texts() == ""
    assert texts(RecordingFeatures()) == ""
    said = texts(held)
    assert "below 60 N" in said
    assert "at least 20 ms" in said
    assert "-3 dB at 10 Hz" in said
    assert "resampled to 100 Hz" in said
    assert "95 % prediction ellipse" in said
    assert "both feet" not in said
    by_threshold = RecordingFeatures(force=ForceEvents(rule="20_n"))
    assert "was above 20 N above" not in texts(by_threshold)
    assert "20 N" in texts(by_threshold)
    assert "ellipse" not in texts(by_threshold)
    assert "95 % of body weight" in texts(
        RecordingFeatures(force=ForceEvents(rule=STANCE_FOOT_RULE))
    )
    assert "both feet" in texts(RecordingFeatures(force=ForceEvents(rule=BOTH_FEET_RULE)))


def test_what_sentences_cite_is_in_the_list_of_works(held):
    assert all(cited in CITATIONS for _, cites in force_sentences([held]) for cited in cites)


def test_every_foot_has_the_same_roles():
    roles = [role for role in get_args(ChannelRole) if not role.startswith("gmed")]
    feet = {"left", "right", "total"}
    stems = {"_".join(part for part in role.split("_") if part not in feet) for role in roles}
    assert len(roles) == 3 * len(stems)
