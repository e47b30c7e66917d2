"""Home training: how regularly and how much people trained, and whether more went with more gain.

The programme asks for 5 to 10 repetitions a day on each leg. Nobody was allotted an amount of training:
that people who train more gain more may have many reasons.
"""

from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.comparison import Comparison
from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.outcomes.added_term import TermProblem, hold_term_part
from pipeline.statistics.outcomes.group_summaries import number_summaries
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.outcomes.visits import LATER, both_visits, check_ends
from pipeline.statistics.part import ModelRun, Part
from schemas.models import GAIN_BY_DOSE, TRAINING_OUTCOMES
from schemas.terms import LEGS

PROGRAMME: Final = (5, 10)
"""Repetitions a day on each leg that the programme asks for."""

FEWEST_TO_RELATE: Final = 5
"""Participants with a log and holds of both visits."""

PER_DAY_S: Final = 60.0
"""Dose that the relation is given for: one minute of holding a day more."""

OBSERVED_ONLY: Final = (
    "Observed, not allotted: people who trained more may differ in other ways as well."
)


def training_of_participants(log: pd.DataFrame) -> pd.DataFrame:
    """Training of each participant, columns of TRAINING_OUTCOMES and `group`, index participant_id.

    log: schemas.training_log with `group`. Days: with at least one repetition. Adherence: days on which
    one task had 5 to 10 repetitions on each leg, in % of all days from the first to the last entry.
    Dose: repetitions times their usual hold over all entries, in s per day of the same span; missing
    when an entry with repetitions has no hold time.
    """
    trained = log.loc[log["repetitions"] > 0]
    held_s = trained.get("hold_time_s", np.nan)
    per_day = trained.assign(dose_s=trained["repetitions"] * held_s)
    repetitions = per_day.pivot_table(
        index=["participant_id", "date", "task"], columns="leg", values="repetitions", aggfunc="sum"
    ).reindex(columns=list(LEGS))
    low, high = PROGRAMME
    as_asked = ((repetitions >= low) & (repetitions <= high)).all(axis=1)
    days_as_asked = as_asked.groupby(level=["participant_id", "date"]).any()
    people = log.groupby("participant_id")
    span_days = (people["date"].max() - people["date"].min()).dt.days + 1
    dose_s = per_day.groupby("participant_id")["dose_s"].sum(min_count=1)
    is_open = per_day["dose_s"].isna().groupby(per_day["participant_id"]).any()
    dose_s = dose_s.mask(is_open.reindex(dose_s.index)).reindex(span_days.index)
    nothing_done = ~span_days.index.isin(trained["participant_id"])
    return pd.DataFrame(
        {
            "group": people["group"].first(),
            "training_days": trained.groupby("participant_id")["date"]
            .nunique()
            .reindex(span_days.index, fill_value=0)
            .astype(float),
            "training_adherence_pct": 100
            * days_as_asked.groupby(level="participant_id")
            .sum()
            .reindex(span_days.index, fill_value=0)
            / span_days,
            "training_dose_s_per_day": dose_s.mask(nothing_done, 0.0) / span_days,
        }
    )


def training_part(log: pd.DataFrame, comparison: Comparison) -> Part:
    """Days, adherence (%) and dose (s/day) of both groups; ids "<outcome>:mean:case" and so on.

    log: schemas.training_log with `group`.
    """
    people = training_of_participants(log)
    rows = []
    for name, unit in TRAINING_OUTCOMES.items():
        case, reference = (
            people.loc[people["group"] == label, name].dropna().to_numpy(dtype=float)
            for _, label in comparison.sides
        )
        rows += number_summaries(name, unit, case, reference, comparison)
    return Part(tuple(rows), (ModelRun("training", "home training"),))


def gain_by_dose_part(
    first: pd.DataFrame,
    later: pd.DataFrame,
    log: pd.DataFrame,
    measure: Measure,
    comparison: Comparison,
) -> Part:
    """How much more hold time grew with one minute of holding a day more; id "<outcome>:gain_by_dose:<later>".

    first, later: trials of one task and condition at two visits; log: of the same people. A log-normal
    censored regression of both visits with dose, visit and their product, errors clustered by
    participant: the change is not read from capped differences. All participants with a log count,
    of both groups. The number is the ratio by which the change (later to first visit) grows.
    """
    before, after = (str(part["visit"].iloc[0]) for part in (first, later))
    dose = training_of_participants(log)["training_dose_s_per_day"].dropna()
    rows = both_visits(first, later)
    rows = rows.loc[rows["participant_id"].isin(dose.index)].reset_index(drop=True)

    def problem() -> TermProblem:
        visits = rows.groupby("participant_id")[LATER].nunique()
        people = visits.index[visits > 1]
        if len(people) < FEWEST_TO_RELATE:
            raise NotEstimableError(
                f"{len(people)} participants have a training log with hold times and came to both "
                f"visits; at least {FEWEST_TO_RELATE} are needed."
            )
        used = rows.loc[rows["participant_id"].isin(people)].reset_index(drop=True)
        if float(dose.loc[people].std()) == 0:
            raise NotEstimableError("All participants trained the same amount.")
        check_ends(used, "of these participants")
        minutes = used["participant_id"].map((dose - dose.loc[people].mean()) / PER_DAY_S)
        exog = pd.DataFrame({"const": 1.0, LATER: used[LATER], "dose": minutes}, index=used.index)
        term = f"{LATER}:dose"
        exog[term] = exog[LATER] * exog["dose"]
        return TermProblem(used, exog, term, (OBSERVED_ONLY,))

    contrast = f"{after} / {before}: one minute a day more"
    return hold_term_part(rows, measure, comparison, GAIN_BY_DOSE, contrast, problem, after)
