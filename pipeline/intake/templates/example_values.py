"""The values of the example rows that templates and the data dictionary show, and where a lab left them.

They are nobody's data and agree with each other (body mass index with height and mass, microvolts with percentages), so
that the example is a row that intake would accept if it belonged to a person.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.grid import cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.example_rows import EXAMPLE_CODE
from pipeline.intake.findings.messages import Finding, listed
from schemas.columns import ColumnRule, column_rules
from schemas.tables import CohortTable
from schemas.terms import DEFAULT_CONDITION, DEFAULT_TASK, DEFAULT_VISIT

ExampleValue = str | float | dt.date

_EVERYWHERE: Final[dict[str, ExampleValue]] = {
    "participant_id": EXAMPLE_CODE,
    "group": "LBP",
    "age_years": 41,
    "sex": "female",
    "height_cm": 168,
    "mass_kg": 64.5,
    "bmi": 22.9,
    "dominant_leg": "right",
    "painful_side": "left",
    "site": "hospital",
    "pair_id": "M01",
    "symptom_months": 14,
    "vas_mm": 35,
    "nprs": 4,
    "odi_pct": 22,
    "rmdq": 7,
    "tsk": 38,
    "pcs": 15,
    "ipaq_met_min_week": 1455,
    "ipaq_category": "moderate",
    "visit": DEFAULT_VISIT,
    "task": DEFAULT_TASK,
    "leg": "left",
    "condition": DEFAULT_CONDITION,
    "trial": 1,
    "hold_time_s": 12.4,
    "ceiling_s": 30,
    "ended_by": "foot_touch",
    "gmed_pct_mvic": 31.5,
    "gmed_peak_pct_mvic": 58.2,
    "gmed_pct_mvic_from": "rms",
    "gmed_median_pct_mvic": 30.8,
    "gmed_noise_corrected_pct_mvic": 31.2,
    "gmed_rms_uv": 44.1,
    "gmed_peak_rms_uv": 81.5,
    "gmed_median_rms_uv": 43.1,
    "gmed_noise_corrected_rms_uv": 43.7,
    "noise_rms_uv": 3.2,
    "noise_note": "no rest before the stance",
    "mvic_rms_uv": 140,
    "gmed_pct_reference": 92.0,
    "reference_rms_uv": 48.0,
    "gmed_arv_pct_mvic": 31.9,
    "iemg_uv_s": 433,
    "iemg_window_s": 12.4,
    "iemg_fixed_uv_s": 176,
    "iemg_fixed_window_s": 5.0,
    "iemg_mvic_uv_s": 112,
    "iemg_mvic_window_s": 1.0,
    "iemg_pct": 387,
    "iemg_note": "the hold ended before 5 s",
    "median_frequency_start_hz": 86.5,
    "median_frequency_slope_hz_per_s": -0.42,
    "median_frequency_slope_se_hz_per_s": 0.11,
    "median_frequency_slope_pct_per_s": -0.49,
    "median_frequency_note": "the hold is too short",
    "co_activation_rudolph_2000": 24.8,
    "co_activation_note": "one side was recorded",
    "onset_ms": -42,
    "onset_low_ms": -61,
    "onset_high_ms": -20,
    "onset_method": "ramp_bayes",
    "liftoff_s": 2.15,
    "touchdown_s": 14.55,
    "hold_from_force_s": 12.4,
    "snr_db": 18.5,
    "quality": "good",
    "role": "task",
    "start_s": 0,
    "end_s": 20,
    "abd_strength_n_kg": 1.45,
    "rater": "R1",
    "session": 1,
    "sls_test": "negative",
    "date": dt.date(2026, 1, 12),
    "repetitions": 8,
}
_IN_ONE_TABLE: Final[dict[tuple[str, str], ExampleValue]] = {
    ("recordings", "file"): "recordings/P01_left_1.c3d",
}
_ONLY_IN_THE_DICTIONARY: Final[dict[str, ExampleValue]] = {
    "participant_id": "P01",
    # A hold is known exactly or within bounds, and strength is given on one scale, never on two.
    "hold_low_s": 10,
    "hold_high_s": 20,
    "abd_strength_n": 93.5,
    "abd_torque_nm_kg": 1.12,
    "abd_torque_nm": 72.2,
    "abd_strength_pct_bw": 14.8,
    "abd_pressure_kpa": 12.5,
    "abd_mmt": "4",
    "symptom_weeks": 60,
    "pain_free_months": 24,
    "ipaq_walk_days": 5,
    "ipaq_walk_min": 30,
    "ipaq_moderate_days": 2,
    "ipaq_moderate_min": 60,
    "ipaq_vigorous_days": 2,
    "ipaq_vigorous_min": 30,
    "source": "this study",
    "outcome": "hold time, eyes open, right leg",
    "unit": "s",
    "n": 21,
    "mean": 24.1,
    "sd": 6.2,
    "se": 1.35,
    "ci_low": 21.28,
    "ci_high": 26.92,
    "scale_min": 0,
    "scale_max": 30,
    "whole_items": 1,
    "onset_note": "no rise above rest",
    "quality_reasons": "mains hum",
    "file": "recordings/P01_left_1.c3d",
}


def example_row(table: CohortTable) -> dict[str, ExampleValue]:
    """The example row of a table's template: our column -> value; columns without one stay empty."""
    return {
        name: value
        for name in column_rules(table.model)
        if (value := _IN_ONE_TABLE.get((table.name, name), _EVERYWHERE.get(name))) is not None
    }


def example_value(table: CohortTable, rule: ColumnRule) -> str:
    """What a cell of a column can look like, as it is typed; "" where any text will do."""
    value = _ONLY_IN_THE_DICTIONARY.get(rule.name, example_row(table).get(rule.name))
    if value is None:
        return rule.terms[0] if rule.terms else _within_the_range(rule)
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _within_the_range(rule: ColumnRule) -> str:
    """A number in the middle of what is plausible, else possible; "" when there are no two ends."""
    low = rule.low if rule.facts["plausible_low"] is None else rule.facts["plausible_low"]
    high = rule.high if rule.facts["plausible_high"] is None else rule.facts["plausible_high"]
    return "" if low is None or high is None else f"{round((low + high) / 2):g}"


SAME_VALUES: Final = 5
"""From so many equal measures on a row is no coincidence: about 3 in 100,000 people would share five of
twelve measures with the example when each is shared by one person in thirty."""

_EXAMPLE_ROW: Final = 2
"""Where a sheet or text file of the template has its example."""

_MEASURED_KINDS: Final = ("number", "integer")
"""A count is a measure where a row is a day: the example's day has to be right as well."""

_ALIKE_FOR_MANY: Final = frozenset({"ceiling_s", "trial", "session"})
_EXAMPLE_RULES: Final = frozenset({"EXAMPLE-02", "EXAMPLE-03"})
_OF_LOOKS: Final = "SHEET-03"


def check_example_overwritten(draft: Draft) -> list[Finding]:
    """EXAMPLE-02 for rows that share many measures with the example, EXAMPLE-03 for the example itself.

    Somebody who types a code over EXAMPLE and fills in a part of the row leaves made-up values in it;
    somebody who types nothing but the code makes a person of the example. Its row leaves the analysis.
    Keys and words are shared by many people and count only where the template has its example.
    """
    filled = {
        name: (text != "").to_numpy(dtype=bool)
        for name, text in draft.shown.items()
        if name != "participant_id"
    }
    same = {
        name: _same(draft, name, value)
        for name, value in example_row(draft.table).items()
        if name in filled
    }
    measures = [
        name
        for name in filled
        if name not in draft.table.key and column_rules(draft.table.model)[name].kind == "number"
    ]
    equal = [name for name in measures if name in same]
    none = np.zeros(len(draft.frame), dtype=bool)
    n_equal = sum((same[name].astype(np.int64) for name in equal), start=none.astype(np.int64))
    shares_many = n_equal >= SAME_VALUES
    has_a_measure = np.logical_or.reduce([none, *(same[n] for n in _measured(draft) & {*same})])
    in_its_place = (draft.addresses.row_number == _EXAMPLE_ROW) & has_a_measure
    is_whole = (shares_many & _all_same(measures, filled, same, none)) | (
        in_its_place & _all_same(list(filled), filled, same, none)
    )
    draft.leave(is_whole, "EXAMPLE-03")
    findings: list[Finding] = []
    for position in np.flatnonzero(is_whole | shares_many).tolist():
        names = [name for name in same if name not in draft.table.key and same[name][position]]
        code = [draft.text("participant_id").iloc[position]]
        rule_id = "EXAMPLE-03" if is_whole[position] else "EXAMPLE-02"
        facts = {"measures": listed(names)}
        findings += cell_findings(
            rule_id, draft.addresses, "participant_id", [position], code, facts
        )
    return findings


def _measured(draft: Draft) -> set[str]:
    """Columns of a table in which people differ; terms, keys and settings are alike for many."""
    rules = column_rules(draft.table.model)
    kinds = {*_MEASURED_KINDS} if "date" in draft.table.key else {"number"}
    return {
        name for name, rule in rules.items() if rule.kind in kinds and name not in _ALIKE_FOR_MANY
    }


def without_looks_of_examples(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without remarks on colours and comments that only the example's row has."""
    rows = {(f.file, f.sheet, f.row) for f in findings if f.rule_id in _EXAMPLE_RULES}
    return [
        f
        for f in findings
        if f.rule_id != _OF_LOOKS
        or not f.cells
        or not all((f.file, f.sheet, row) in rows for row in _rows_of(f.cells))
    ]


def _rows_of(cells: str) -> set[int]:
    """First and last rows of Excel ranges such as "C2:C31 C40"."""
    ends = cells.replace(":", " ").split()
    return {int("".join(letter for letter in end if letter.isdigit())) for end in ends}


def _same(draft: Draft, name: str, value: ExampleValue) -> NDArray[np.bool_]:
    """Whether each cell of a column holds the example's value."""
    column = draft.frame[name]
    if isinstance(value, dt.date):
        column = column.astype("str").str[:10]
        return column.eq(value.isoformat()).to_numpy(dtype=bool)
    if isinstance(value, int | float):
        numbers = pd.to_numeric(column, errors="coerce")
        return numbers.eq(float(value)).to_numpy(dtype=bool)
    typed = draft.shown[name].eq(value).to_numpy(dtype=bool)
    return np.asarray(typed | column.eq(value).to_numpy(dtype=bool), dtype=bool)


def _all_same(
    names: Sequence[str],
    filled: dict[str, NDArray[np.bool_]],
    same: dict[str, NDArray[np.bool_]],
    none: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether each row holds the example's value in all of these columns that are filled in."""
    differs = none.copy()
    for name in names:
        differs |= filled[name] & ~same.get(name, none)
    return np.asarray(~differs, dtype=bool)
