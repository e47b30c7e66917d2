"""Writes a simulated cohort folder: study.yaml, tables and raw signals, and answers the known truth."""

from pathlib import Path

from pipeline.simulation.assumptions import DEMO, CohortSpec
from pipeline.simulation.cohort_files import (
    CASE_SPELLINGS,
    REFERENCE_SPELLINGS,
    clinical_test_table,
    hold_times_table,
    participants_table,
    recordings_table,
    strength_table,
    study_text,
    training_log_table,
)
from pipeline.simulation.follow_up import TrainingEntry, draw_further_holds, draw_training
from pipeline.simulation.holds import TrueHold, draw_holds, draw_leg_holds
from pipeline.simulation.mistakes import Victims, choose_victims, plant_mistakes
from pipeline.simulation.noise import stream
from pipeline.simulation.people import Person, draw_people, draw_ratings, draw_strength
from pipeline.simulation.recordings import (
    FOLDER,
    PlannedRecording,
    make_recording,
    plan_recordings,
)
from pipeline.simulation.table_files import TableFile, write_tables
from pipeline.simulation.truth import Truth
from pipeline.workspace.errors import UsageError

DEMO_SEED = 2014


def write_demo_cohort(
    folder: Path,
    seed: int = DEMO_SEED,
    spec: CohortSpec = DEMO,
    *,
    truth_path: Path | None = None,
) -> Truth:
    """Write a simulated cohort and answer what is true about it.

    folder: made if it is not there; has to be empty. seed: 0 or larger; the same seed and spec give
    the same bytes. truth_path: where to write the truth as JSON, outside the cohort folder; nowhere
    by default. Holds follow a log-normal model with the project's own medians, people the figures of
    Penney 2014 (see `assumptions`).
    Errors: UsageError for a folder that is not empty or a truth inside it; ValueError for a negative seed.
    """
    _check_places(folder, truth_path)
    people = draw_people(seed, spec)
    leg_holds = draw_leg_holds(seed, people, spec)
    holds = draw_holds(seed, people, leg_holds, spec)
    entries = draw_training(seed, people, leg_holds) if spec.follow_up else []
    if spec.follow_up:
        holds += draw_further_holds(seed, people, leg_holds, entries, spec)
    victims = choose_victims(seed, people, spec.case.label) if spec.mistakes else Victims({}, {})
    plan = plan_recordings(people, spec, victims.of_fault) if spec.signals else []
    tables = _tables(seed, people, holds, plan, entries, spec)
    mistakes = plant_mistakes(tables, victims, ceiling_s=spec.ceiling_s) if spec.mistakes else []

    folder.mkdir(parents=True, exist_ok=True)
    if plan:
        (folder / FOLDER).mkdir()
    (folder / "study.yaml").write_text(study_text(spec, tables), encoding="utf-8", newline="")
    write_tables(folder, tables)
    truth = Truth(
        seed=seed,
        spec=spec,
        groups_of={person.participant_id: person.group.label for person in people},
        holds=tuple(holds),
        recordings=tuple(
            make_recording(
                seed,
                planned,
                leg_holds[f"{planned.person.participant_id}/{planned.leg}"],
                spec,
                folder,
            )
            for planned in plan
        ),
        mistakes=tuple(mistakes),
    )
    if truth_path is not None:
        truth_path.write_text(truth.as_json(), encoding="utf-8", newline="")
    return truth


def _check_places(folder: Path, truth_path: Path | None) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty.", "Name a new folder for the simulated cohort.")
    if truth_path is not None and truth_path.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"{truth_path} lies inside the cohort folder.",
            "Name a place outside it, so that the analysis cannot see the truth.",
        )


def _tables(
    seed: int,
    people: list[Person],
    holds: list[TrueHold],
    plan: list[PlannedRecording],
    entries: list[TrainingEntry],
    spec: CohortSpec,
) -> dict[str, TableFile]:
    tables = [
        participants_table(people, _spellings(seed, people, spec)),
        strength_table(draw_strength(seed, people, trials=spec.trials)),
        hold_times_table(holds),
        clinical_test_table(draw_ratings(seed, people)),
    ]
    if plan:
        tables.append(recordings_table(plan))
    if entries:
        tables.append(training_log_table(entries))
    return {table.table: table for table in tables}


def _spellings(seed: int, people: list[Person], spec: CohortSpec) -> dict[str, str]:
    """Every tenth person or so has the group written in another spelling that study.yaml knows."""
    rng = stream(seed, "spellings")
    spelled: dict[str, str] = {}
    for person in people:
        is_case = person.group.label == spec.case.label
        options = CASE_SPELLINGS if is_case else REFERENCE_SPELLINGS
        word = str(rng.choice(options))
        if rng.random() < 0.1:
            spelled[person.participant_id] = word
    return spelled
