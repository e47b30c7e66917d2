"""Values behind pictures and counts: one point per person and leg, signal verdicts by group."""

import pandas as pd

POINTS = ["outcome", "group", "leg", "value"]
SHOWN_OUTCOMES = ("gmed_pct_mvic", "onset_ms")


def participant_points(activation: pd.DataFrame | None) -> pd.DataFrame:
    """The leg mean of every person, for the figure that shows everybody.

    activation: the analysis set, or None. Returns outcome, group, leg and value (in the unit of the
    outcome), one row per person and leg, sorted by value so that the order names nobody.
    """
    if activation is None:
        return pd.DataFrame({name: [] for name in POINTS})
    keys = ["participant_id", "group", "leg"]
    parts = []
    for outcome in SHOWN_OUTCOMES:
        present = activation[activation[outcome].notna()]
        means = present.groupby(keys, observed=True)[outcome].mean().rename("value").reset_index()
        parts.append(means.assign(outcome=outcome)[POINTS])
    points: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return points.sort_values(POINTS, ignore_index=True)


def signal_summary(activation: pd.DataFrame, participants: pd.DataFrame) -> pd.DataFrame | None:
    """How many stance recordings were good, doubtful and rejected in each group.

    activation: the validated table. Returns group, verdict, n_recordings; None when no row has a
    verdict because no recordings were processed.
    """
    judged = activation[activation["quality"].notna()]
    if judged.empty:
        return None
    with_group = judged.merge(
        participants[["participant_id", "group"]], on="participant_id", how="inner", validate="m:1"
    )
    keyed = with_group.rename(columns={"quality": "verdict"})
    counts = keyed.groupby(["group", "verdict"], observed=True).size()
    return counts.rename("n_recordings").reset_index()
