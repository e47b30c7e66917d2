"""The tables of what was measured: signals, force, its rules, onsets by every method, and traces.

A value is declared once, as a column of its table with the field that holds it (`schemas`); the columns
are filled from there. Tables only; nothing is measured here.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pa

from pipeline.signals.force.event_rules import EVENT_RULES
from pipeline.signals.measured.features import (
    PackedColumns,
    RecordingFeatures,
    RecordingTrace,
    TraceView,
)
from pipeline.signals.traces.curve_columns import steps_of
from schemas.activation import ACTIVATION_KEY
from schemas.columns import column_rules, empty_table
from schemas.recording_signals import RecordingSignals
from schemas.recording_traces import STEP_OF, RecordingTraces
from schemas.sensitivity import EventSensitivity, OnsetSensitivity
from schemas.stance_force import StanceForce

Key = Mapping[str, str | int]


@cache
def measured_fields(model: type[pa.DataFrameModel]) -> Mapping[str, tuple[str, ...]]:
    """Column -> the way through the fields of a measurement to its value, for all that is measured."""
    return {
        name: tuple(rule.facts["measured"].split("."))
        for name, rule in column_rules(model).items()
        if rule.facts["measured"]
    }


def measured_cells(model: type[pa.DataFrameModel], measured: object) -> dict[str, object]:
    """The measured columns of one row. measured: the record whose fields the model's columns name.

    Reasons become one text, an empty text is missing.
    """
    return {name: _cell(measured, fields) for name, fields in measured_fields(model).items()}


def _cell(value: object, fields: tuple[str, ...]) -> object:
    for name in fields:
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name)
    if isinstance(value, tuple):
        value = "; ".join(value)
    return None if value == "" else value


def signal_table(
    keys: Sequence[tuple[Key, str]], measured: Sequence[RecordingFeatures]
) -> pd.DataFrame:
    """A RecordingSignals table, one row per (key, file) and its features, in the same order.

    keys: the columns of schemas.recordings.RECORDING_KEY, and the file as the recordings table names it.
    """
    rows = (
        {**key, "file": file, **measured_cells(RecordingSignals, features)}
        for (key, file), features in zip(keys, measured, strict=True)
    )
    return _table(rows, RecordingSignals)


def stance_force_table(
    keys: Sequence[tuple[Key, str]], measured: Sequence[RecordingFeatures]
) -> pd.DataFrame:
    """A StanceForce table, one row per stance recording, in the order of the recordings.

    keys: (columns of schemas.recordings.RECORDING_KEY, file) of all recordings; measured: their features.
    """
    rows = (
        {**_trial(key), **measured_cells(StanceForce, features), "file": file}
        for (key, file), features in zip(keys, measured, strict=True)
        if key["role"] == "task"
    )
    return _table(rows, StanceForce)


def event_sensitivity_table(
    keys: Sequence[tuple[Key, str]], measured: Sequence[RecordingFeatures]
) -> pd.DataFrame:
    """An EventSensitivity table: every stance recording with a plate under the lifted foot by every rule."""
    rows = []
    for (key, _), features in zip(keys, measured, strict=True):
        if key["role"] != "task":
            continue
        weight_n = features.force.body_weight_n
        for found in features.force.rules:
            in_pct = None
            if found.threshold_n is not None and weight_n:
                in_pct = 100 * found.threshold_n / weight_n
            rows.append(
                {
                    **_trial(key),
                    "rule": found.rule,
                    "rule_words": EVENT_RULES[found.rule].words,
                    "rule_source": EVENT_RULES[found.rule].source,
                    "is_chosen": found.rule == features.force.rule,
                    "threshold_n": found.threshold_n,
                    "threshold_pct_bw": in_pct,
                    "liftoff_s": found.liftoff_s,
                    "touchdown_s": found.touchdown_s,
                    "hold_s": found.hold_s,
                }
            )
    return _table(rows, EventSensitivity)


def onset_sensitivity_table(
    keys: Sequence[Key], measured: Sequence[RecordingFeatures]
) -> pd.DataFrame:
    """An OnsetSensitivity table: the rows of each stance trial in which detectors ran, in order.

    keys: participant_id, visit, task, leg, trial (further entries are left out) of each trial; measured: its
    features.
    """
    return _table(
        (
            row
            for key, features in zip(keys, measured, strict=True)
            for row in _onsets(key, features)
        ),
        OnsetSensitivity,
    )


def _onsets(key: Key, features: RecordingFeatures) -> list[dict[str, object]]:
    liftoff_s = features.force.liftoff_s
    if liftoff_s is None:
        return []

    def from_liftoff_ms(time_s: float | None) -> float | None:
        return None if time_s is None else 1000 * (time_s - liftoff_s)

    return [
        {
            **_trial(key),
            "method": answer.method,
            "parameters": answer.parameters,
            "is_own": answer.is_own,
            "onset_ms": from_liftoff_ms(answer.onset_s),
            "onset_low_ms": from_liftoff_ms(answer.low_s),
            "onset_high_ms": from_liftoff_ms(answer.high_s),
            "found": answer.found,
            "note": answer.note or None,
        }
        for answer in features.onset.by_method
    ]


def trace_table(traces: Iterable[tuple[Key, RecordingTrace]]) -> pd.DataFrame:
    """A RecordingTraces table: one row per view of each (key, trace), in the same order.

    A key has the columns of schemas.recordings.RECORDING_KEY.
    """
    rows = ({**key, **_view(view)} for key, trace in traces for view in trace)
    return _table(rows, RecordingTraces)


def _view(view: TraceView) -> dict[str, object]:
    row: dict[str, object] = {"view": view.view, "start_s": view.start_s, "end_s": view.end_s}
    for name, step_column in STEP_OF.items():
        curve: PackedColumns | None = getattr(view, name)
        row[step_column] = 1.0 if curve is None else curve.step
        row[name] = np.empty(0, np.int16) if curve is None else steps_of(curve)
    return row


def _trial(key: Key) -> dict[str, str | int]:
    return {name: key[name] for name in ACTIVATION_KEY}


def _table(rows: Iterable[Mapping[str, object]], model: type[pa.DataFrameModel]) -> pd.DataFrame:
    empty = empty_table(model)
    listed = list(rows)
    if not listed:
        return empty
    return model.validate(pd.DataFrame(listed, columns=list(empty.columns)))
