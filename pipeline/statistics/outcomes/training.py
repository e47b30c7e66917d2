"""Home training: how regularly and how much people trained, and whether more went with more gain.

The programme asks for 5 to 10 repetitions a day on each leg. Nobody was allotted an amount of training:
that people who train more gain more may have many reasons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.rounding import varies
from pipeline.statistics.outcomes.added_term import TermProblem, hold_term_part
from pipeline.statistics.outcomes.group_summaries import number_summaries
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.outcomes.training_days import (
    training_of_participants,
    weeks_from_first_entry,
)
from pipeline.statistics.outcomes.visits import LATER, both_visits, check_ends
from schemas.instrument_settings import TrainingProgramme
from schemas.models import GAIN_BY_ADHERENCE, GAIN_BY_DOSE, TRAINING_OUTCOMES

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

    log: schemas.training_log with `group`. participants: all who are compared; those without an entry are
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
    caution = " ".join(_left_out(log, participants, comparison, programme))
    return Part(tuple(rows), (ModelRun(method, "home training", detail=detail, caution=caution),))


def _left_out(
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
