"""A simulated home programme: its training log, and holds of further tasks and visits that follow from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log
from typing import Final

import numpy as np

from pipeline.simulation.assumptions import CohortSpec
from pipeline.simulation.holds import LegHold, TrueHold, draw_trials
from pipeline.simulation.noise import stream
from pipeline.simulation.people import Person, assumed
from schemas.terms import DEFAULT_TASK, DEFAULT_VISIT, LEGS

WEEKS: Final = 8
DAYS_PER_WEEK: Final = 7
FIRST_DAY: Final = date(2026, 3, 2)
VISITS: Final = ((DEFAULT_VISIT, 0), ("week_04", 4), ("week_08", 8))
"""Visits with the weeks of the programme that lie before them."""
TASKS: Final = ("kneel_lean_ball", DEFAULT_TASK, "single_leg_deadlift")
LONGEST_REPETITION_S: Final = 15.0


@dataclass(frozen=True)
class TrainingEntry:
    """One leg on one day of the home programme; days without training have no entry."""

    participant_id: str
    date: date
    leg: str
    repetitions: int
    hold_time_s: float


def draw_training(
    seed: int, people: Sequence[Person], legs: dict[str, LegHold]
) -> list[TrainingEntry]:
    """The training log: people differ in how many days they train, and some days are shorter than asked."""
    entries = []
    for person in people:
        rng = stream(seed, "training", person.participant_id)
        share_of_days = rng.beta(4, 2)
        for day in range(WEEKS * DAYS_PER_WEEK):
            if rng.random() > share_of_days:
                continue
            planned = int(rng.integers(4, 11))
            for leg in LEGS:
                usual_s = 0.6 * legs[f"{person.participant_id}/{leg}"].draw_s(rng)
                entries.append(
                    TrainingEntry(
                        person.participant_id,
                        FIRST_DAY + timedelta(days=day),
                        leg,
                        max(planned - int(rng.random() < 0.2), 1),
                        round(float(np.clip(usual_s, 1.0, LONGEST_REPETITION_S)), 1),
                    )
                )
    return entries


def draw_further_holds(
    seed: int,
    people: Sequence[Person],
    legs: dict[str, LegHold],
    entries: Sequence[TrainingEntry],
    spec: CohortSpec,
) -> list[TrueHold]:
    """Timed trials of all tasks and visits beside the single-leg stance at baseline.

    A hold grows with the weeks of the programme that were done and with the minutes a day that the
    person trained; a few people do not come to a later visit.
    """
    minutes = _minutes_a_day(entries)
    rows: list[TrueHold] = []
    for person in people:
        rng = stream(seed, "further holds", person.participant_id)
        per_minute = assumed("gain_per_minute") * minutes.get(person.participant_id, 0.0)
        growth = assumed("gain_by_programme") + per_minute + rng.normal(0, assumed("gain_sd"))
        for visit, weeks in VISITS:
            if weeks and rng.random() < assumed("share_missing_a_visit"):
                continue
            for task in TASKS:
                if (task, visit) == (DEFAULT_TASK, DEFAULT_VISIT):
                    continue
                shift = growth * weeks / WEEKS + _difficulty(task)
                for leg in LEGS:
                    usual = legs[f"{person.participant_id}/{leg}"]
                    leg_hold = LegHold(usual.log_median + shift, usual.log_sd_trial)
                    rows += draw_trials(rng, person, leg, leg_hold, spec, task=task, visit=visit)
    return rows


def _difficulty(task: str) -> float:
    """Logarithm of the hold of a task over that of the single-leg stance."""
    return 0.0 if task == DEFAULT_TASK else log(assumed(f"hold_ratio/{task}"))


def _minutes_a_day(entries: Sequence[TrainingEntry]) -> dict[str, float]:
    minutes: dict[str, float] = {}
    for entry in entries:
        held = entry.repetitions * entry.hold_time_s / 60 / (WEEKS * DAYS_PER_WEEK)
        minutes[entry.participant_id] = minutes.get(entry.participant_id, 0.0) + held
    return minutes
