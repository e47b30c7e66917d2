"""Which trials of a leg are analysed, when the plan does not take all."""

import pandas as pd

from schemas.outcomes import TrialRule


def chosen_trials(rows: pd.DataFrame, rule: TrialRule) -> pd.DataFrame:
    """One trial per participant and leg: the first that can be analysed, or the longest hold.

    rows: of one outcome, with participant_id, leg and trial; for "best" also the bounds low_s and
    high_s of hold times, of which the lower decides and then the upper. "all" changes nothing.
    """
    if rule == "all":
        return rows
    order = ["trial"] if rule == "first" else ["low_s", "high_s"]
    ranked = rows.sort_values(
        [*order, "trial"] if rule == "best" else order,
        ascending=True if rule == "first" else [False, False, True],
        kind="stable",
    )
    kept = ranked.drop_duplicates(["participant_id", "leg"])
    return rows.loc[sorted(kept.index)].reset_index(drop=True)
