"""Simulated people and what is measured on them without a signal: strength and clinical ratings."""

from dataclasses import dataclass

import numpy as np

from pipeline.simulation.assumptions import ASSUMPTIONS, PUBLISHED, CohortSpec, GroupTruth
from pipeline.simulation.noise import stream
from schemas.terms import LEGS

RATERS = ("R1", "R2")


@dataclass(frozen=True)
class Person:
    """One simulated person. `strength_z` is the standard-normal strength effect that activation shares."""

    participant_id: str
    group: GroupTruth
    age_years: int
    sex: str
    height_cm: float
    mass_kg: float
    dominant_leg: str
    painful_side: str
    symptom_months: int | None
    vas_mm: int
    odi_pct: int
    strength_z: float


@dataclass(frozen=True)
class StrengthTrial:
    """One strength trial, in N/kg."""

    participant_id: str
    leg: str
    trial: int
    abd_strength_n_kg: float


@dataclass(frozen=True)
class Rating:
    """One observer's rating of one leg."""

    participant_id: str
    leg: str
    rater: str
    session: int
    sls_test: str


def assumed(key: str) -> float:
    """Value of one of the simulation's own assumptions."""
    return ASSUMPTIONS[key].value


def draw_people(seed: int, spec: CohortSpec) -> list[Person]:
    """People of both groups, cases first, loosely matched on age and sex.

    Ids are S01, S02, ... in an order that mixes the groups, as recruitment does.
    """
    rng = stream(seed, "people")
    n_total = spec.case.n + spec.reference.n
    width = max(2, len(str(n_total)))
    ids = [f"S{number + 1:0{width}d}" for number in rng.permutation(n_total)]
    n_sets = max(spec.case.n, spec.reference.n)
    ages = np.clip(rng.normal(assumed("age_mean"), assumed("age_sd"), n_sets), 20, 65)
    is_female = np.arange(n_sets) < round(assumed("share_female") * n_sets)
    people: list[Person] = []
    for group in (spec.case, spec.reference):
        for index in range(group.n):
            age = round(float(np.clip(ages[index] + rng.normal(0, 2), 18, 70)))
            sex = "female" if is_female[index] else "male"
            people.append(_draw_person(rng, ids[len(people)], group, age, sex))
    return people


def _draw_person(
    rng: np.random.Generator, participant_id: str, group: GroupTruth, age_years: int, sex: str
) -> Person:
    mean_cm = 165.0 if sex == "female" else 178.5
    height_cm = round(float(np.clip(rng.normal(mean_cm, 6.5), 145, 205)), 1)
    bmi = float(np.clip(rng.normal(25.0, 3.2), 18.5, 38))
    side = str(rng.choice(("left", "right", "bilateral"), p=(0.3, 0.35, 0.35)))
    least_months = PUBLISHED["symptoms_at_least"].value
    months = max(round(least_months + float(rng.gamma(1.2, 30.0))), 3)
    return Person(
        participant_id=participant_id,
        group=group,
        age_years=age_years,
        sex=sex,
        height_cm=height_cm,
        mass_kg=round(bmi * (height_cm / 100) ** 2, 1),
        dominant_leg=str(rng.choice(("left", "right"), p=(0.12, 0.88))),
        painful_side=side if group.has_pain else "none",
        symptom_months=months if group.has_pain else None,
        vas_mm=_score(rng, group.vas_mean_mm, group.vas_sd_mm, step=1),
        odi_pct=_score(rng, group.odi_mean_pct, group.odi_sd_pct, step=2),
        strength_z=float(rng.standard_normal()),
    )


def _score(rng: np.random.Generator, mean: float, sd: float, *, step: int) -> int:
    """A score from 0 to 100 with this mean and SD: gamma, as a normal would go below zero.

    Rounded up or down by chance to a multiple of `step`, which keeps the mean where floor-heavy
    scores would lose it.
    """
    value = rng.gamma((mean / sd) ** 2, sd**2 / mean)
    return min(int(value / step + rng.random()) * step, 100)


def draw_strength(seed: int, people: list[Person], *, trials: int) -> list[StrengthTrial]:
    """Hip abduction strength of every person, leg and trial; log-normal in person, leg and trial."""
    rows: list[StrengthTrial] = []
    for person in people:
        rng = stream(seed, "strength", person.participant_id)
        log_person = np.log(person.group.strength_median_n_kg) + person.strength_z * assumed(
            "strength_log_sd_person"
        )
        for leg in LEGS:
            log_leg = log_person + rng.normal(0, assumed("strength_log_sd_leg"))
            for trial in range(1, trials + 1):
                value = np.exp(log_leg + rng.normal(0, assumed("strength_log_sd_trial")))
                rows.append(
                    StrengthTrial(person.participant_id, leg, trial, round(float(value), 3))
                )
    return rows


def draw_ratings(seed: int, people: list[Person]) -> list[Rating]:
    """Two raters see every leg once in one session; each errs on their own."""
    rows: list[Rating] = []
    for person in people:
        rng = stream(seed, "ratings", person.participant_id)
        for leg in LEGS:
            is_positive = rng.random() < person.group.share_positive
            for rater in RATERS:
                seen = is_positive != (rng.random() < assumed("rater_error"))
                word = "positive" if seen else "negative"
                rows.append(Rating(person.participant_id, leg, rater, 1, word))
    return rows
