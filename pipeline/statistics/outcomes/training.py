"""Home training: how regularly and how much people trained, and whether more went with more gain.

The programme asks for 5 to 10 repetitions a day on each leg. Nobody was allotted an amount of training:
that people who train more gain more may have many reasons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.model_rows import varies
from pipeline.statistics.outcomes.added_term import TermProblem, hold_term_part
from pipeline.statistics.outcomes.group_summaries import number_summaries
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.outcomes.visits import LATER, both_visits, check_ends
from schemas.instrument_settings import TrainingProgramme
from schemas.models import GAIN_BY_ADHERENCE, GAIN_BY_DOSE, TRAINING_OUTCOMES
from schemas.terms import LEGS

PROGRAMME: Final = (5, 10)
"""Repetitions a day on each leg that the programme asks for."""

DAYS_PER_WEEK: Final = 7


def training_of_participants(
    log: pd.DataFrame, programme: TrainingProgramme | None = None
) -> pd.DataFrame:
    """Training of each participant, columns of TRAINING_OUTCOMES and `group`, index participant_id.

    log: schemas.balance_tables with `group`. programme: what the study prescribed; entries after its last
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
            "training_days_per_week": _count_days(as_asked["both"], index, DAYS_PER_WEEK) / n_weeks,
            "training_adherence_pct": 100 * _count_days(as_asked["both"], index, most) / asked_days,
        }
    )
    for leg in LEGS:
        days = _count_days(as_asked[leg], index, most)
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


def _count_days(is_day: pd.Series, index: pd.Index, most: int) -> pd.Series:
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


FEWEST_TO_RELATE: Final = 5
"""Participants with a log and holds of both visits."""

OBSERVED_ONLY: Final = (
    "Observed, not allotted: people who trained more may differ in other ways as well."
)


@dataclass(frozen=True)
class _Amount:
    """An amount of training that change is related to. step: amount that the number is given for."""

    model: str
    column: str
    term: str
    step: float
    more: str


_AMOUNTS: Final = (
    _Amount(GAIN_BY_DOSE, "training_dose_s_per_day", "dose", 60.0, "one minute a day more"),
    _Amount(
        GAIN_BY_ADHERENCE,
        "training_adherence_pct",
        "adherence",
        10.0,
        "adherence 10 points higher",
    ),
)


def training_part(
    log: pd.DataFrame,
    participants: pd.DataFrame,
    comparison: Comparison,
    programme: TrainingProgramme | None = None,
) -> Part:
    """Days, adherence (%) and dose (s/day) of both groups; ids "<outcome>:mean:case" and so on.

    log: schemas.balance_tables with `group`. participants: all who are compared; those without an entry are
    named in the methods and in no number. programme: what the study declares, see
    `training_of_participants`.
    """
    people = training_of_participants(log, programme)
    rows = []
    for name, unit in TRAINING_OUTCOMES.items():
        case, reference = (
            people.loc[people["group"] == label, name].dropna().to_numpy(dtype=float)
            for _, label in comparison.sides
        )
        rows += number_summaries(name, unit, case, reference, comparison)
    method = "training" if programme is None else "training_as_prescribed"
    detail = (
        ""
        if programme is None
        else f"{programme.weeks} weeks, {programme.days_per_week} days a week"
    )
    caution = " ".join(_say_left_out(log, participants, comparison, programme))
    return Part(tuple(rows), (ModelRun(method, "home training", detail=detail, caution=caution),))


def _say_left_out(
    log: pd.DataFrame,
    participants: pd.DataFrame,
    comparison: Comparison,
    programme: TrainingProgramme | None,
) -> Iterator[str]:
    """Sentences on people without a log and on entries outside the programme."""
    without = participants.loc[~participants["participant_id"].isin(log["participant_id"])]
    if len(without):
        n_case, n_reference = comparison.participants_in(without)
        yield (
            f"Participants without an entry in the log: {n_case} of {comparison.case}, {n_reference} of "
            f"{comparison.reference}; they are not counted as people who did not train."
        )
    if programme is not None:
        late = int((weeks_from_first_entry(log) >= programme.weeks).sum())
        if late:
            yield f"Entries after the last week of the programme, not counted: {late}."


def gain_by_training_part(
    first: pd.DataFrame,
    later: pd.DataFrame,
    log: pd.DataFrame,
    measure: Measure,
    comparison: Comparison,
    programme: TrainingProgramme | None = None,
) -> Part:
    """How much more hold time grew with more training; ids "<outcome>:gain_by_dose:<later>" and ":gain_by_adherence:".

    first, later: trials of one task and condition at two visits; log: of the same people. A log-normal
    censored regression of both visits with the amount, visit and their product, errors clustered by
    participant: the change is not read from capped differences. All participants with a log count,
    of both groups. The number is the ratio by which the change (later to first visit) grows with one
    minute of holding a day more, or with an adherence 10 percentage points higher.
    """
    training = training_of_participants(log, programme)
    return Part.joining(
        *(_gain(first, later, training[one.column], one, measure, comparison) for one in _AMOUNTS)
    )


def _gain(
    first: pd.DataFrame,
    later: pd.DataFrame,
    training: pd.Series,
    amount: _Amount,
    measure: Measure,
    comparison: Comparison,
) -> Part:
    before, after = (str(part["visit"].iloc[0]) for part in (first, later))
    known = training.dropna()
    rows = both_visits(first, later)
    rows = rows.loc[rows["participant_id"].isin(known.index)].reset_index(drop=True)

    def problem() -> TermProblem:
        visits = rows.groupby("participant_id")[LATER].nunique()
        people = visits.index[visits > 1]
        if len(people) < FEWEST_TO_RELATE:
            raise NotEstimableError(
                f"{len(people)} participants have a training log with this amount and came to both "
                f"visits; at least {FEWEST_TO_RELATE} are needed."
            )
        used = rows.loc[rows["participant_id"].isin(people)].reset_index(drop=True)
        if not varies(known.loc[people].to_numpy(dtype=float)):
            raise NotEstimableError("All participants trained the same amount.")
        check_ends(used, "of these participants")
        steps = used["participant_id"].map((known - known.loc[people].mean()) / amount.step)
        exog = pd.DataFrame({"const": 1.0, LATER: used[LATER], amount.term: steps}, used.index)
        term = f"{LATER}:{amount.term}"
        exog[term] = exog[LATER] * exog[amount.term]
        return TermProblem(used, exog, term, (OBSERVED_ONLY,))

    contrast = f"{after} / {before}: {amount.more}"
    return hold_term_part(rows, measure, comparison, amount.model, contrast, problem, after)
