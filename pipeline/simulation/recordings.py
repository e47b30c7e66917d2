"""The recordings of a simulated cohort: one stance trial and one MVIC for every person and leg."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.simulation.assumptions import PUBLISHED, CohortSpec
from pipeline.simulation.holds import LegHold
from pipeline.simulation.noise import stream
from pipeline.simulation.people import Person, assumed
from pipeline.simulation.recording_files import write_recording
from pipeline.simulation.signals import (
    Faults,
    MvicSpec,
    StanceSpec,
    simulate_mvic,
    simulate_stance,
)
from pipeline.simulation.truth import TrueRecording
from schemas.terms import LEGS

FOLDER = "recordings"
SUFFIXES = (".edf", ".edf", ".csv", ".edf", ".parquet", ".edf", ".c3d", ".edf", ".parquet", ".edf")
"""Format of every tenth person: three laboratories' exports, and a motion laboratory's C3D."""
MVIC_TRIAL = 1
SHORTEST_STANCE_S = 3.0
GRAVITY_M_S2 = 9.81
FAULTS = ("dead_channel", "clipped", "mains_hum", "file_missing", "not_listed")


@dataclass(frozen=True)
class PlannedRecording:
    """One recording to make: who, which leg, which trial and role, where, and what is wrong with it.

    The signal is drawn from the stream (seed, role, id, leg), so recordings can be made in any order.
    """

    person: Person
    leg: str
    trial: int
    role: str
    file: str
    fault: str = ""


@dataclass(frozen=True)
class LegMuscle:
    """Gluteus medius of one leg: RMS at MVIC and on one leg (µV), quiet tonus (µV), onset (ms)."""

    mvic_rms_uv: float
    stance_rms_uv: float
    tonic_rms_uv: float
    onset_ms: float
    ramp_s: float


def plan_recordings(
    people: list[Person], spec: CohortSpec, faults: dict[str, tuple[str, str]]
) -> list[PlannedRecording]:
    """All recordings, by person, leg and role.

    faults: kind of fault -> (participant id, leg). `not_listed` hits the MVIC, the others the stance
    trial. The stance trial is numbered after the timed trials: it is a trial of its own, as its
    length is fixed.
    """
    hit = {(participant, leg): fault for fault, (participant, leg) in faults.items()}
    plan: list[PlannedRecording] = []
    for number, person in enumerate(sorted(people, key=lambda p: p.participant_id)):
        suffix = SUFFIXES[number % len(SUFFIXES)]
        for leg in LEGS:
            fault = hit.get((person.participant_id, leg), "")
            name = f"{FOLDER}/{person.participant_id}_{leg}"
            is_mvic_fault = fault == "not_listed"
            plan.append(
                PlannedRecording(
                    person,
                    leg,
                    spec.trials + 1,
                    "task",
                    f"{name}_stance{suffix}",
                    "" if is_mvic_fault else fault,
                )
            )
            plan.append(
                PlannedRecording(
                    person,
                    leg,
                    MVIC_TRIAL,
                    "mvic",
                    f"{name}_mvic{suffix}",
                    fault if is_mvic_fault else "",
                )
            )
    return plan


def make_recording(
    seed: int, planned: PlannedRecording, hold: LegHold, spec: CohortSpec, folder: Path
) -> TrueRecording:
    """Simulate one recording and write its file, unless its fault is that there is no file."""
    person, leg = planned.person, planned.leg
    rng = stream(seed, planned.role, person.participant_id, leg)
    muscle = draw_muscle(seed, person, leg)
    path = folder / planned.file
    is_written = planned.fault not in ("file_missing", "not_listed")
    shared = (
        person.participant_id,
        person.group.label,
        leg,
        planned.trial,
        planned.role,
        planned.file,
        planned.fault,
    )
    if planned.role == "mvic":
        mvic = simulate_mvic(rng, MvicSpec(leg, mvic_rms_uv=muscle.mvic_rms_uv))
        if is_written:
            write_recording(path, mvic.channels, rate_hz=mvic.rate_hz)
        return TrueRecording(*shared, mvic=mvic.truth)
    stance = simulate_stance(rng, _stance_spec(rng, person, leg, muscle, hold, spec, planned.fault))
    if is_written:
        write_recording(path, stance.channels, rate_hz=stance.rate_hz)
    return TrueRecording(
        *shared,
        gmed_pct_mvic=100 * stance.truth.gmed_rms_uv / muscle.mvic_rms_uv,
        stance=stance.truth,
    )


def draw_muscle(seed: int, person: Person, leg: str) -> LegMuscle:
    """Gluteus medius of one leg; the person's part is the same whichever leg is asked for first.

    Weaker people have more activation, with the printed correlation between the logarithms of the
    two within a group. The onset does not depend on the group.
    """
    shared = stream(seed, "muscle", person.participant_id)
    own = stream(seed, "muscle", person.participant_id, leg)
    r = PUBLISHED["weakness_activation_r"].value
    activation_z = -r * person.strength_z + np.sqrt(1 - r**2) * shared.standard_normal()
    log_activation = (
        np.log(person.group.activation_median_pct_mvic / 100)
        + activation_z * assumed("activation_log_sd_person")
        + own.normal(0, assumed("activation_log_sd_leg"))
    )
    log_mvic = (
        np.log(assumed("mvic_median"))
        + shared.normal(0, assumed("mvic_log_sd_person"))
        + own.normal(0, assumed("mvic_log_sd_leg"))
    )
    onset_ms = (
        person.group.onset_mean_ms
        + shared.normal(0, assumed("onset_sd_person"))
        + own.normal(0, assumed("onset_sd_leg"))
        + own.normal(0, assumed("onset_sd_trial"))
    )
    return LegMuscle(
        mvic_rms_uv=float(np.exp(log_mvic)),
        stance_rms_uv=float(np.exp(log_mvic + log_activation)),
        tonic_rms_uv=assumed("tonic_median")
        * float(np.exp(own.normal(0, assumed("tonic_log_sd")))),
        onset_ms=max(float(onset_ms), assumed("onset_earliest")),
        ramp_s=float(own.uniform(0.05, 0.15)),
    )


def _stance_spec(
    rng: np.random.Generator,
    person: Person,
    leg: str,
    muscle: LegMuscle,
    hold: LegHold,
    spec: CohortSpec,
    fault: str,
) -> StanceSpec:
    # Whoever holds longer is told to put the foot down, and does so a moment later.
    told_s = spec.emg_stance_s + float(rng.uniform(0.1, 0.5))
    return StanceSpec(
        leg=leg,
        body_weight_n=person.mass_kg * GRAVITY_M_S2,
        hold_s=float(np.clip(hold.draw_s(rng), SHORTEST_STANCE_S, told_s)),
        onset_ms=muscle.onset_ms,
        ramp_s=muscle.ramp_s,
        stance_rms_uv=muscle.stance_rms_uv,
        tonic_rms_uv=muscle.tonic_rms_uv,
        quiet_s=float(rng.uniform(2.0, 2.5)),
        unloading_s=float(rng.uniform(0.2, 0.8)),
        plate_offsets_n=(float(rng.uniform(-10, 10)), float(rng.uniform(-10, 10))),
        force_noise_n=float(rng.uniform(1, 3)),
        faults=_faults(fault, muscle.stance_rms_uv),
    )


def _faults(fault: str, stance_rms_uv: float) -> Faults:
    """The fault as numbers: hum at 0.6 of the muscle, or an amplifier that is set too high."""
    return Faults(
        mains_rms_uv=0.6 * stance_rms_uv if fault == "mains_hum" else Faults.mains_rms_uv,
        clip_uv=1.5 * stance_rms_uv if fault == "clipped" else None,
        is_dead=fault == "dead_channel",
    )
