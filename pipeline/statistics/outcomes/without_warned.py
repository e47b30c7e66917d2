"""Whether a result rests on doubtful signals: the planned comparison without the trials with a remark.

Rejected trials are in no analysis (`analysis_set`). Trials with the verdict "warn" are usable and in the
main result; keeping them is a choice, and its weight has to be shown.
"""

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.outcomes.measured_outcome import repeated_difference
from pipeline.statistics.outcomes.outcome_names import Measure
from schemas.models import WITHOUT_WARNED

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
    ran = made.status != "not_estimable"
    return Part((made,), (ModelRun("without_warned", measure.printed),) if ran else ())
