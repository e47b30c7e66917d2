"""What a pilot cohort says about the numbers that a sample size rests on, and how uncertain it is."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import t

from pipeline.statistics.analysis_set import AnalysisSets
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.random_intercept import CensoredRandomIntercept
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts
from pipeline.statistics.outcomes.measured_outcome import best_per_leg
from pipeline.statistics.planning.power_table import Assumption
from schemas.outcomes import HOLD_TIME, OUTCOMES
from schemas.terms import DEFAULT_TASK

Values = Mapping[str, float]

FEWEST_PARTICIPANTS: Final = 8
"""Of a pilot: fewer say next to nothing about how participants differ."""
_FOLDS: Final = 15
"""Parts of the participants, each left out once."""
_NODES: Final = 15
_LEVEL: Final = 0.95
_LABELS: Final = {
    "median_s": ("median hold, reference group", "s"),
    "sd_participants": ("log SD between participants", ""),
    "sd_legs": ("log SD between legs", ""),
    "sd_trials": ("log SD between trials", ""),
    "ceiling_s": ("ceiling", "s"),
    "sd": ("SD of a single trial", ""),
    "icc": ("correlation of trials of one participant", ""),
    "icc_same_leg": ("correlation of trials of one leg", ""),
    "trials": ("trials of each leg", ""),
    "legs": ("legs tested", ""),
}
_HIGHEST: Final = {"icc": 1.0, "icc_same_leg": 1.0}


def pilot_assumptions(
    sets: AnalysisSets, outcome: str, *, case: str, reference: str
) -> dict[str, Assumption]:
    """The numbers of an outcome that the pilot can give, by key; never the effect to detect.

    case, reference: labels of the groups; a pilot may have one of them only. The interval of each
    is from leaving out parts of the participants (delete-a-group jackknife, Student's t). Raises
    NotEstimableError with the reason when the pilot has no or too few values.
    """
    if outcome.split("/")[0] == HOLD_TIME:
        rows = _holds(sets, outcome)
        _check_people(rows)
        return _with_intervals(
            rows, lambda part: _hold_values(part, reference), _hold_notes(rows, case, reference)
        )
    rows, column, notes = _measured(sets, outcome)
    _check_people(rows)
    return _with_intervals(rows, lambda part: _measured_values(part, column), notes)


def _holds(sets: AnalysisSets, outcome: str) -> pd.DataFrame:
    condition, task = (*outcome.split("/")[1:], "eyes_open", DEFAULT_TASK)[:2]
    if outcome.count("/") < 2:
        task = DEFAULT_TASK
    if sets.hold_times is None:
        raise NotEstimableError("The pilot has no hold times.")
    rows = sets.hold_times
    chosen = rows.loc[(rows["condition"] == condition) & (rows["task"] == task)]
    return chosen.reset_index(drop=True)


def _measured(sets: AnalysisSets, outcome: str) -> tuple[pd.DataFrame, str, dict[str, str]]:
    """Rows, their column, and notes. Of strength, the best trial of each leg is analysed."""
    entry = OUTCOMES[outcome]
    measured = sets.measured()
    table = entry.table_in(measured)
    if table is None and not any(name in measured for name in entry.tables):
        raise NotEstimableError(
            f"The pilot has no table with {outcome}; activation that was measured from recordings "
            "has to be given as a table."
        )
    if table is None:
        return measured[next(name for name in entry.tables if name in measured)].iloc[:0], "", {}
    rows = measured[table]
    rows = rows.loc[rows["task"] == DEFAULT_TASK] if "task" in rows else rows
    column = entry.column_in(rows) or entry.columns[0]
    rows = rows.loc[rows[column].notna()]
    if entry.usual_trials == "best":
        best = "the best trial of each leg counts"
        return best_per_leg(rows, column), column, {"trials": best}
    return rows.reset_index(drop=True), column, {}


def _check_people(rows: pd.DataFrame) -> None:
    n = rows["participant_id"].nunique()
    if n < FEWEST_PARTICIPANTS:
        raise NotEstimableError(
            f"The pilot has {n} participants with this outcome; at least {FEWEST_PARTICIPANTS} are "
            "needed to say how participants differ."
        )


def _is_case(rows: pd.DataFrame) -> pd.DataFrame:
    """A constant, and a column per group after the first."""
    groups = pd.get_dummies(rows["group"].astype(str), drop_first=True, dtype=float)
    return pd.concat([pd.Series(1.0, rows.index, name="const"), groups], axis=1)


def _design(rows: pd.DataFrame) -> dict[str, float]:
    """Usual trials of a leg and legs of a participant."""
    legs = rows.groupby("participant_id")["leg"].nunique()
    trials = rows.groupby(["participant_id", "leg"]).size()
    return {"trials": float(trials.mode().max()), "legs": float(legs.mode().max())}


def _hold_values(rows: pd.DataFrame, reference: str) -> dict[str, float]:
    """Spreads between participants, legs and trials, from a participant's and a leg's intercept.

    The participant's intercept takes up the covariance of all pairs of trials, of which
    `same_leg` are of one leg: var_participants + same_leg * var_legs. The leg's takes up
    var_participants + var_legs.
    """
    exog = _is_case(rows)
    at_reference = exog.loc[rows["group"] == reference]
    level = exog.iloc[0] if at_reference.empty else at_reference.iloc[0]
    people = rows["participant_id"]
    by_person = CensoredRandomIntercept(
        rows["low_s"], rows["high_s"], exog, people, n_nodes=_NODES
    ).fit()
    made = {
        "median_s": float(np.exp(by_person.params.to_numpy() @ level.to_numpy())),
        "sd_participants": by_person.sd_between,
        "sd_legs": 0.0,
        "sd_trials": by_person.sd_within,
        "ceiling_s": float(rows["ceiling_s"].mode().max()),
        **_design(rows),
    }
    if made["legs"] == 2 and made["trials"] > 1:
        legs = people + " " + rows["leg"].astype(str)
        by_leg = CensoredRandomIntercept(
            rows["low_s"], rows["high_s"], exog, legs, n_nodes=_NODES
        ).fit()
        of_person = rows.groupby("participant_id").size()
        of_leg = rows.groupby(["participant_id", "leg"]).size()
        same_leg = float((of_leg * (of_leg - 1)).sum() / (of_person * (of_person - 1)).sum())
        between_legs = max(0.0, (by_leg.sd_between**2 - by_person.sd_between**2) / (1 - same_leg))
        made["sd_legs"] = float(np.sqrt(between_legs))
        made["sd_participants"] = float(np.sqrt(max(0.0, by_leg.sd_between**2 - between_legs)))
        made["sd_trials"] = by_leg.sd_within
    return made


def _hold_notes(rows: pd.DataFrame, case: str, reference: str) -> dict[str, str]:
    notes = {}
    if not (rows["group"] == reference).any():
        notes["median_s"] = f"of the {case} group, as the pilot has no {reference} group"
    if rows["ceiling_s"].min() < rows["ceiling_s"].max():
        notes["ceiling_s"] = "the commonest of several"
    if _design(rows)["legs"] < 2:
        notes["sd_legs"] = "one leg was tested, whose spread is in that between participants"
    elif _design(rows)["trials"] < 2:
        notes["sd_legs"] = "one trial of each leg, whose spread is in that between trials"
    return notes


def _measured_values(rows: pd.DataFrame, column: str) -> dict[str, float]:
    design = _design(rows)
    has_legs = design["legs"] == 2 and design["trials"] > 1
    legs = rows["participant_id"] + " " + rows["leg"].astype(str) if has_legs else None
    model = NestedIntercepts(rows[column], _is_case(rows), rows["participant_id"], legs)
    variances = model.fit().variances
    between, of_leg = float(variances["participant"]), float(variances.get("leg", 0.0))
    total = float(variances.sum())
    made = {"sd": float(np.sqrt(total)), "icc": between / total, **design}
    if has_legs:
        made["icc_same_leg"] = (between + of_leg) / total
    elif design["legs"] == 1:
        made["icc_same_leg"] = made["icc"]
    return made


def _with_intervals(
    rows: pd.DataFrame, values_of: Callable[[pd.DataFrame], Values], notes: Mapping[str, str]
) -> dict[str, Assumption]:
    whole = values_of(rows)
    fixed = {"trials", "legs", "ceiling_s"}
    people = rows.drop_duplicates("participant_id").sort_values(["group", "participant_id"])
    folds = min(_FOLDS, len(people))
    fold_of = dict(zip(people["participant_id"], np.arange(len(people)) % folds, strict=True))
    fold = rows["participant_id"].map(fold_of)
    try:
        without = [values_of(rows.loc[fold != one].reset_index(drop=True)) for one in range(folds)]
    except NotEstimableError:
        without = []
    made = {}
    for key, value in whole.items():
        label, unit = _LABELS[key]
        interval = None
        if without and key not in fixed and not notes.get(key):
            interval = _interval(key, value, np.array([part[key] for part in without]))
        made[key] = Assumption(key, label, value, unit, "pilot", interval, notes.get(key, ""))
    return made


def _interval(key: str, value: float, without: np.ndarray) -> tuple[float, float]:
    """Jackknife interval; of the median on the logarithm, of others cut at what can be."""
    n = len(without)
    is_median = key == "median_s"
    if is_median:
        value, without = np.log(value), np.log(without)
    se = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum())
    half = float(t.isf((1 - _LEVEL) / 2, n - 1) * se)
    if is_median:
        return float(np.exp(value - half)), float(np.exp(value + half))
    return max(0.0, value - half), min(_HIGHEST.get(key, np.inf), value + half)
