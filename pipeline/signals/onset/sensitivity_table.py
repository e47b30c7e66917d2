"""The sensitivity table of a cohort: the onset of each stance trial by each method."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.signals.measured.features import RecordingFeatures
from schemas.columns import empty_table
from schemas.onset_sensitivity import OnsetSensitivity


def sensitivity_table(
    keys: Sequence[Mapping[str, str | int]], measured: Sequence[RecordingFeatures]
) -> pd.DataFrame:
    """An OnsetSensitivity table: the rows of each stance trial in which detectors ran, in order.

    keys: participant_id, visit, task, leg, trial (further entries are left out) of each trial; measured: its
    features.
    """
    empty = empty_table(OnsetSensitivity)
    rows = [
        row for key, features in zip(keys, measured, strict=True) for row in _rows(key, features)
    ]
    if not rows:
        return empty
    return OnsetSensitivity.validate(pd.DataFrame(rows, columns=list(empty.columns)))


def _rows(key: Mapping[str, str | int], features: RecordingFeatures) -> list[dict[str, object]]:
    liftoff_s = features.force.liftoff_s
    if liftoff_s is None:
        return []

    def from_liftoff_ms(time_s: float | None) -> float | None:
        return None if time_s is None else 1000 * (time_s - liftoff_s)

    return [
        {
            **{name: key[name] for name in ("participant_id", "visit", "task", "leg", "trial")},
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
