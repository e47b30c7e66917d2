"""The tables of the force plates: one row per stance trial, and one per stance trial and rule."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from pipeline.signals.force.event_rules import EVENT_RULES
from pipeline.signals.measured.features import RecordingFeatures
from schemas.activation import ACTIVATION_KEY
from schemas.columns import empty_table
from schemas.event_sensitivity import EventSensitivity
from schemas.stance_force import StanceForce

Key = Mapping[str, str | int]

FORCE_FEATURE_OF: Final[Mapping[str, str]] = {
    "liftoff_s": "force.liftoff_s",
    "touchdown_s": "force.touchdown_s",
    "reload_s": "force.reload_s",
    "hop_s": "force.hop_s",
    "taps": "force.taps",
    "hold_from_force_s": "force.hold_s",
    "hold_is_lower_bound": "force.is_lower_bound",
    "hold_to_reload_s": "force.hold_to_reload_s",
    "body_weight_n": "force.body_weight_n",
    "liftoff_rule": "force.rule",
    "threshold_n": "force.threshold_n",
    "threshold_pct_bw": "force.threshold_pct_bw",
    "force_verdict": "force.verdict",
    "force_note": "force.note",
    "cop_start_s": "cop.start_s",
    "cop_end_s": "cop.end_s",
    "cop_path_mm": "cop.path_mm",
    "cop_mean_velocity_mm_s": "cop.velocity_mm_s",
    "cop_rms_ml_mm": "cop.rms_ml_mm",
    "cop_rms_ap_mm": "cop.rms_ap_mm",
    "cop_range_ml_mm": "cop.range_ml_mm",
    "cop_range_ap_mm": "cop.range_ap_mm",
    "prediction_ellipse_95_area_mm2": "cop.ellipse_95_area_mm2",
    "cop_sampling_rate_hz": "cop.sampling_rate_hz",
    "cop_low_pass_hz": "cop.low_pass_hz",
    "cop_source": "cop.source",
    "cop_note": "cop.note",
}
"""Column of schemas.stance_force.StanceForce -> where it stands in RecordingFeatures."""


def stance_force_table(
    keys: Sequence[tuple[Key, str]], measured: Sequence[RecordingFeatures]
) -> pd.DataFrame:
    """A StanceForce table, one row per stance recording, in the order of the recordings.

    keys: (columns of schemas.recordings.RECORDING_KEY, file) of all recordings; measured: their features.
    """
    rows = []
    for (key, file), features in zip(keys, measured, strict=True):
        if key["role"] == "task":
            values = {name: _value(features, path) for name, path in FORCE_FEATURE_OF.items()}
            rows.append({**_trial(key), **values, "file": file})
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


def _trial(key: Key) -> dict[str, str | int]:
    return {name: key[name] for name in ACTIVATION_KEY}


def _value(features: RecordingFeatures, path: str) -> object:
    value: object = features
    for name in path.split("."):
        value = getattr(value, name)
    return None if value == "" else value


def _table(rows: list[dict[str, Any]], model: type[pa.DataFrameModel]) -> pd.DataFrame:
    empty = empty_table(model)
    if not rows:
        return empty
    return model.validate(pd.DataFrame(rows, columns=list(empty.columns)))
