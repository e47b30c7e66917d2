"""The planned comparison repeated: onsets by other detectors and lift-off rules, trials without a remark.

The usual detectors answer later where the muscle is quieter, so that a difference in amplitude between
groups becomes a false one in latency; and an onset is relative to a lift-off that is itself found by a
rule. Rejected trials are in no analysis (`analysis_set`); those with the verdict "warn" are usable and in the
main result. Keeping them is a choice, and its weight has to be shown.
"""

from collections.abc import Iterator
from typing import Final

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.outcomes.measured_outcome import repeated_difference
from pipeline.statistics.outcomes.outcome_names import Measure
from schemas.activation import ACTIVATION_KEY
from schemas.models import LIFTOFF_BY, ONSET_BY, WITHOUT_WARNED
from schemas.outcomes import ONSET
from schemas.sensitivity import ONSET_METHOD_LABELS

NO_ONSET: Final = "No trial of the analysis has a value this way."


def onset_by_method_part(
    rows: pd.DataFrame,
    by_detector: pd.DataFrame | None,
    by_rule: pd.DataFrame | None,
    measure: Measure,
    comparison: Comparison,
) -> Part:
    """The planned model of the onset, once for each detector and each rule for lift-off.

    rows: trials of the analysis, with or without an onset. by_detector: schemas.sensitivity;
    only the parameters that count by default are compared. by_rule: schemas.sensitivity. Both None
    where nothing was recorded. Ids: "<outcome>:difference:detector:<method>" and
    ":liftoff:<rule>", role sensitivity, in no family. What the main result already rests on is left
    out.
    """
    made = [
        _compare(name, variant, onsets, measure, comparison)
        for name, variant, onsets in (*_detectors(rows, by_detector), *_rules(rows, by_rule))
    ]
    return Part.of_run(made, ModelRun("onset_by_method", measure.printed))


_Onsets = tuple[str, str, pd.DataFrame]
"""Last part of the id, variant in words, trials of the analysis with the onset in ONSET."""


def _detectors(rows: pd.DataFrame, by_detector: pd.DataFrame | None) -> Iterator[_Onsets]:
    if by_detector is None or by_detector.empty:
        return
    main = set(rows["onset_method"].dropna())
    own = by_detector[by_detector["is_own"]]
    for method, label in ONSET_METHOD_LABELS.items():
        found = own.loc[own["method"].eq(method), [*ACTIVATION_KEY, ONSET]]
        if main != {method} and len(found):
            onsets = rows.drop(columns=ONSET).merge(found, on=ACTIVATION_KEY)
            yield f"detector:{method}", f"{ONSET_BY}{label}", onsets


def _rules(rows: pd.DataFrame, by_rule: pd.DataFrame | None) -> Iterator[_Onsets]:
    if by_rule is None or by_rule.empty:
        return
    others = by_rule[~by_rule["is_chosen"]]
    for (rule, words), part in others.groupby(["rule", "rule_words"], sort=True):
        found = part[[*ACTIVATION_KEY, "liftoff_s"]].rename(columns={"liftoff_s": "by_rule_s"})
        onsets = rows.merge(found, on=ACTIVATION_KEY)
        later_ms = 1000 * (onsets["by_rule_s"] - onsets["liftoff_s"])
        yield (
            f"liftoff:{rule}",
            f"{LIFTOFF_BY}{words}",
            onsets.assign(**{ONSET: onsets[ONSET] - later_ms}),
        )


def _compare(
    name: str, variant: str, onsets: pd.DataFrame, measure: Measure, comparison: Comparison
) -> EstimateRow:
    with_onset = onsets.loc[onsets[ONSET].notna()].reset_index(drop=True)
    n_without = len(onsets) - len(with_onset)
    return repeated_difference(
        with_onset,
        ONSET,
        measure,
        comparison,
        name=name,
        variant=variant,
        when_empty=NO_ONSET,
        note=f"Without a value: {n_without} of {len(onsets)} trials." if n_without else "",
    )


WARNED = "warn"
"""The verdict of schemas.terms.SIGNAL_VERDICTS that leaves a trial usable."""


def without_warned_part(
    rows: pd.DataFrame, column: str, measure: Measure, comparison: Comparison
) -> Part:
    """The planned model of an EMG outcome on the trials without a remark on their signal.

    rows: trials with the verdict on the signal in `quality`; a trial without a verdict (ready-made
    values) stays. One row, id "<outcome>:difference:without_warned", role sensitivity, in no family;
    empty when no trial with a value has a remark.
    """
    with_value = rows.loc[rows[column].notna()]
    is_warned = with_value["quality"].eq(WARNED)
    n_warned = int(is_warned.sum())
    if n_warned == 0:
        return Part(())
    kept = with_value.loc[~is_warned].reset_index(drop=True)
    made = repeated_difference(
        kept,
        column,
        measure,
        comparison,
        name="without_warned",
        variant=WITHOUT_WARNED,
        when_empty="Every trial has a remark on its signal, so that none is left.",
        note=f"Left out: {n_warned} of {len(with_value)} trials, with a remark on their signal.",
    )
    return Part.of_run((made,), ModelRun("without_warned", measure.printed))
