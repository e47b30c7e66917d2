"""Values behind pictures and counts: one point per person and leg, signal verdicts by group."""

import pandas as pd

from pipeline.statistics.outcomes.outcome_names import activation_measure
from schemas.study import Study

POINTS = ["outcome", "group", "leg", "value"]
SHOWN_COLUMNS = ("gmed_pct_mvic", "onset_ms")


def participant_points(activation: pd.DataFrame | None, study: Study) -> pd.DataFrame:
    """The leg mean of every person in every task, for the figure that shows everybody.

    activation: the analysis set, or None. Returns outcome (named as in estimates), group, leg and
    value (in the unit of the outcome), one row per person, task and leg, sorted by value so that
    the order names nobody.
    """
    if activation is None:
        return pd.DataFrame({name: [] for name in POINTS})
    keys = ["participant_id", "group", "leg"]
    parts = []
    for column in SHOWN_COLUMNS:
        present = activation[activation[column].notna()]
        for task, rows in present.groupby("task", observed=True):
            outcome = activation_measure(column, str(task), study).outcome
            means = rows.groupby(keys, observed=True)[column].mean().rename("value").reset_index()
            parts.append(means.assign(outcome=outcome)[POINTS])
    if not parts:
        return pd.DataFrame({name: [] for name in POINTS})
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
