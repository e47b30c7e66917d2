"""A measured value is declared once, in its table; the record that holds it and the table cannot part ways."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pytest

from pipeline.signals.cohort.activation_rows import TaskTrial
from pipeline.signals.cohort.measured_tables import measured_fields
from pipeline.signals.emg.co_activation import CO_ACTIVATION_FORMULAS
from pipeline.signals.measured.features import RecordingFeatures
from schemas.activation import ACTIVATION_KEY, Activation
from schemas.columns import column_rules
from schemas.recording_signals import RecordingSignals
from schemas.recordings import RECORDING_KEY
from schemas.stance_force import StanceForce

ROOT = Path(__file__).resolve().parents[3]
TABLES = [
    (RecordingSignals, RecordingFeatures, RECORDING_KEY),
    (StanceForce, RecordingFeatures, ACTIVATION_KEY),
    (Activation, TaskTrial, ACTIVATION_KEY),
]
NOT_IN_A_TABLE = {
    "trace",  # a table of its own, as are the next two
    "onset.by_method",
    "force.rules",
    "emg.both_sides.stance",  # envelopes, from which co-activation is computed
    "emg.both_sides.lifted",
    "emg.both_sides.note",
    "emg.rest_note",  # said by the onset
    "emg.iemg.reference_s",
    "onset.is_confident",  # as yes or no on the clock of lift-off
    "onset.was_tried",
    "force.attempts",
    "metrics.positive_share",  # says only when another limit applies
}
"""Measured, and shown in no column of these tables."""


def kind_of(record, way):
    """The type at the end of a way through fields and properties."""
    for name in way:
        if get_origin(record) is Mapping:
            record = get_args(record)[1]
            continue
        member = getattr(record, name, None)
        record = (
            get_type_hints(member.fget)["return"]
            if isinstance(member, property)
            else get_type_hints(record)[name]
        )
    return record


def leaves(record, before=""):
    for field in fields(record):
        kind = get_type_hints(record)[field.name]
        if is_dataclass(kind):
            yield from leaves(kind, f"{before}{field.name}.")
        else:
            yield f"{before}{field.name}"


@pytest.mark.parametrize(("model", "record", "key"), TABLES)
def test_every_column_is_filled_from_a_field_of_its_kind(model, record, key):
    rules = column_rules(model)
    assert set(rules) == {*key, "file", *measured_fields(model)}
    of_text = {"text": {str, tuple}, "number": {float, int}, "integer": {int}}
    for column, way in measured_fields(model).items():
        kind = kind_of(record, way)
        kinds = {get_origin(one) or one for one in (get_args(kind) or (kind,))} - {type(None)}
        if get_origin(kind) is tuple:
            kinds = {tuple}
        if kinds != {bool}:
            assert kinds & of_text[rules[column].kind] or get_origin(kind) is not None, column


def test_every_measured_value_is_in_a_table():
    shown = {
        ".".join(way[1:] if way[0] in ("usable", "features") else way)
        for model, _, _ in TABLES
        for way in measured_fields(model).values()
    }
    assert set(leaves(RecordingFeatures)) - shown == NOT_IN_A_TABLE


def test_every_formula_of_co_activation_has_its_column():
    declared = {
        way[-1] for way in measured_fields(Activation).values() if way[0] == "co_activation"
    }
    assert declared == {formula.column for formula in CO_ACTIVATION_FORMULAS}


def test_a_worker_that_measures_loads_no_tables_no_models_and_no_plots(tmp_path):
    (tmp_path / "a.csv").write_text(
        "time (s),R GMED (uV)\n" + "".join(f"{n / 2000},{(-1) ** n * 20}\n" for n in range(4000))
    )
    code = (
        "import sys; from pathlib import Path;"
        "from pipeline.engine import processes;"
        "from pipeline.signals.cohort.participant_unit import *;"
        "from pipeline.signals.reading.formats import Content, stamps_of;"
        "path = Path(sys.argv[1]);"
        "file = FileToMeasure(path, Content('ab' * 32, stamps_of(path)), (Request('mvic', 'right'),));"
        "unit = ParticipantUnit((file,), EmgSettings(), path.parent / 'cache');"
        "assert measure_unit(unit).from_file == 1;"
        "heavy = {'pandera', 'statsmodels', 'matplotlib', 'dagster'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.csv")],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
