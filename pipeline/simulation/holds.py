"""Simulated hold times: log-normal in person, leg and trial, stopped at a ceiling."""

from dataclasses import dataclass
from math import floor, log, sqrt

import numpy as np

from pipeline.simulation.assumptions import CohortSpec
from pipeline.simulation.noise import stream
from pipeline.simulation.people import Person, assumed
from schemas.terms import DEFAULT_CONDITION, DEFAULT_TASK, DEFAULT_VISIT, LEGS

ENDINGS = ("foot_touch", "hop", "arm_support", "form_lost")
ENDING_SHARES = (0.55, 0.20, 0.15, 0.10)
SHORTEST_HOLD_S = 1.2
"""Shorter draws are raised to this: everybody of the demo can lift the foot."""


@dataclass(frozen=True)
class TrueHold:
    """One timed trial. `true_hold_s` is what an endless clock would show; `hold_time_s` what is recorded."""

    participant_id: str
    leg: str
    condition: str
    trial: int
    true_hold_s: float
    hold_time_s: float | None
    ended_by: str | None
    task: str = DEFAULT_TASK
    visit: str = DEFAULT_VISIT


@dataclass(frozen=True)
class LegHold:
    """How long one leg of one person holds: logarithm of its median (s) and SD between trials."""

    log_median: float
    log_sd_trial: float

    def draw_s(self, rng: np.random.Generator) -> float:
        """One hold, in seconds, without any ceiling."""
        return float(np.exp(rng.normal(self.log_median, self.log_sd_trial)))


def draw_leg_holds(seed: int, people: list[Person], spec: CohortSpec) -> dict[str, LegHold]:
    """Hold of every leg, by "id/leg". Variance is split into person, leg and trial as assumed."""
    share_person, share_leg = assumed("hold_share_person"), assumed("hold_share_leg")
    sd_person = spec.hold_log_sd * sqrt(share_person)
    sd_leg = spec.hold_log_sd * sqrt(share_leg)
    sd_trial = spec.hold_log_sd * sqrt(1 - share_person - share_leg)
    legs: dict[str, LegHold] = {}
    for person in people:
        rng = stream(seed, "leg holds", person.participant_id)
        log_person = log(person.group.hold_median_s) + rng.normal(0, sd_person)
        for leg in LEGS:
            log_leg = log_person + rng.normal(0, sd_leg)
            legs[f"{person.participant_id}/{leg}"] = LegHold(log_leg, sd_trial)
    return legs


def draw_holds(
    seed: int, people: list[Person], legs: dict[str, LegHold], spec: CohortSpec
) -> list[TrueHold]:
    """Timed trials of every person and leg, eyes open.

    About one trial in a hundred is not done; of one in fifty the ending was not written down.
    """
    rows: list[TrueHold] = []
    for person in people:
        rng = stream(seed, "holds", person.participant_id)
        for leg in LEGS:
            leg_hold = legs[f"{person.participant_id}/{leg}"]
            rows += draw_trials(rng, person, leg, leg_hold, spec)
    return rows


def draw_trials(
    rng: np.random.Generator,
    person: Person,
    leg: str,
    leg_hold: LegHold,
    spec: CohortSpec,
    *,
    task: str = DEFAULT_TASK,
    visit: str = DEFAULT_VISIT,
) -> list[TrueHold]:
    """Timed trials of one leg in one task at one visit, eyes open."""
    rows = []
    for trial in range(1, spec.trials + 1):
        true_s = max(leg_hold.draw_s(rng), SHORTEST_HOLD_S)
        recorded_s, ended_by = _record(rng, true_s, spec.ceiling_s)
        rows.append(
            TrueHold(
                person.participant_id,
                leg,
                DEFAULT_CONDITION,
                trial,
                true_s,
                recorded_s,
                ended_by,
                task=task,
                visit=visit,
            )
        )
    return rows


def _record(
    rng: np.random.Generator, true_s: float, ceiling_s: float
) -> tuple[float | None, str | None]:
    """What the tester writes down: time to 0.01 s, rounded down so that it stays below the ceiling."""
    chance, ending = rng.random(), str(rng.choice(ENDINGS, p=ENDING_SHARES))
    if chance < 0.01:
        return None, "not_done"
    if true_s >= ceiling_s:
        return ceiling_s, "ceiling"
    return floor(true_s * 100) / 100, None if chance < 0.03 else ending
