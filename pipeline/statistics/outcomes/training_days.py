"""What a training log says about each participant: days, days as asked, adherence, dose."""

from typing import Final

import numpy as np
import pandas as pd

from schemas.instrument_settings import TrainingProgramme
from schemas.terms import LEGS

PROGRAMME: Final = (5, 10)
"""Repetitions a day on each leg that the programme asks for."""

DAYS_PER_WEEK: Final = 7


def training_of_participants(
    log: pd.DataFrame, programme: TrainingProgramme | None = None
) -> pd.DataFrame:
    """Training of each participant, columns of TRAINING_OUTCOMES and `group`, index participant_id.

    log: schemas.training_log with `group`. programme: what the study prescribed; entries after its last
    week, counted from a person's first entry, are left out.

    Days: with at least one repetition. As asked is a day on which one task had 5 to 10 repetitions on
    each leg, and for one leg a day on which that leg had. Days as asked per week: over the weeks from the
    first to the last entry (at least one), or over the weeks of the programme. Adherence (%): days
    as asked, of each week at most those prescribed, over the days prescribed; without a programme over
    the days that have an entry, because a day without one is then not known to be a day without
    training. Dose (s per day): repetitions times their usual hold over all days of the programme, else
    over the days with an entry; missing when an entry with repetitions has no hold time.
    """
    log = log.assign(week=weeks_from_first_entry(log))
    if programme is not None:
        log = log.loc[log["week"] < programme.weeks]
    trained = log.loc[log["repetitions"] > 0]
    people = log.groupby("participant_id")
    index = pd.Index(sorted(log["participant_id"].unique()), name="participant_id")
    logged_days = people["date"].nunique().reindex(index)
    span_days = ((people["date"].max() - people["date"].min()).dt.days + 1).reindex(index)
    if programme is None:
        n_weeks = span_days.clip(lower=DAYS_PER_WEEK) / DAYS_PER_WEEK
        asked_days = dose_days = logged_days.astype(float)
    else:
        n_weeks = pd.Series(float(programme.weeks), index)
        asked_days = n_weeks * programme.days_per_week
        dose_days = n_weeks * DAYS_PER_WEEK
    most = DAYS_PER_WEEK if programme is None else programme.days_per_week
    as_asked = _days_as_asked(trained)
    found = pd.DataFrame(
        {
            "group": people["group"].first().reindex(index),
            "training_days": trained.groupby("participant_id")["date"]
            .nunique()
            .reindex(index, fill_value=0)
            .astype(float),
            "training_days_per_week": _counted(as_asked["both"], index, DAYS_PER_WEEK) / n_weeks,
            "training_adherence_pct": 100 * _counted(as_asked["both"], index, most) / asked_days,
        }
    )
    for leg in LEGS:
        days = _counted(as_asked[leg], index, most)
        found[f"training_adherence_{leg}_pct"] = 100 * days / asked_days
    found["training_dose_s_per_day"] = _dose_s(trained, index) / dose_days
    return found


def weeks_from_first_entry(log: pd.DataFrame) -> pd.Series:
    """Weeks since the person's first entry, from 0."""
    first = log.groupby("participant_id")["date"].transform("min")
    return (log["date"] - first).dt.days // DAYS_PER_WEEK


def _days_as_asked(trained: pd.DataFrame) -> pd.DataFrame:
    """By participant, week and day whether a task had 5 to 10 repetitions: both legs, left, right."""
    keys = ["participant_id", "week", "date", "task"]
    repetitions = trained.pivot_table(
        index=keys, columns="leg", values="repetitions", aggfunc="sum"
    ).reindex(columns=list(LEGS))
    low, high = PROGRAMME
    legs = (repetitions >= low) & (repetitions <= high)
    return legs.assign(both=legs.all(axis=1)).groupby(level=keys[:-1]).any()


def _counted(is_day: pd.Series, index: pd.Index, most: int) -> pd.Series:
    """Days of each participant, of each week at most `most`."""
    weeks = is_day.groupby(level=["participant_id", "week"]).sum().clip(upper=most)
    return weeks.groupby(level="participant_id").sum().reindex(index, fill_value=0)


def _dose_s(trained: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Seconds held of each participant, 0 without repetitions, missing when a hold time is."""
    held_s = trained.get("hold_time_s", np.nan)
    seconds = trained["repetitions"] * held_s
    people = trained["participant_id"]
    dose_s = seconds.groupby(people).sum(min_count=1)
    is_open = seconds.isna().groupby(people).any()
    return dose_s.mask(is_open).reindex(index).mask(~index.isin(people), 0.0)
