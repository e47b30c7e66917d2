"""One simulated recording with known truth: a single-leg stance on two force plates, or an MVIC.

Signals come back in µV and N, one array per channel role (gmed_left, gmed_right, force_left,
force_right), all at one rate. The truth is exact: it is what the signal was built from.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.simulation.noise import (
    Floats,
    emg_noise,
    highest_rms,
    in_band,
    rms,
    white_noise,
)
from schemas.terms import LEGS

RATE_HZ = 2000.0
"""Twice the 900 Hz that a signal up to 450 Hz needs, and a step of 0.5 ms that a text file can hold."""
MAINS_HZ = 50.0
RELEASE_S = 0.2
"""Time in which the muscle calms down after touch-down or at the end of an MVIC."""


@dataclass(frozen=True)
class Faults:
    """What is wrong with the EMG of the tested side.

    mains_rms_uv: hum at 50 Hz with a fifth of it at 150 Hz. clip_uv: the amplifier saturates here;
    None means never. is_dead: the channel is flat.
    """

    mains_rms_uv: float = 0.4
    clip_uv: float | None = None
    is_dead: bool = False


@dataclass(frozen=True)
class StanceSpec:
    """A stance trial to simulate.

    leg: stance leg. hold_s: lift-off to touch-down. onset_ms: start of the muscle's build-up from
    lift-off, negative = before. ramp_s: length of the build-up. stance_rms_uv and tonic_rms_uv:
    gluteus medius on one and on two legs; floor_rms_uv: white noise of the amplifier (all 20 to
    450 Hz). quiet_s: standing on both legs before the weight shift; unloading_s: weight shift,
    ends at lift-off; loading_s: touch-down until both feet carry half; after_s: standing after it.
    plate_offsets_n: error of the zero of the left and the right plate. force_noise_n: SD.
    """

    leg: str
    body_weight_n: float = 700.0
    hold_s: float = 10.0
    onset_ms: float = -100.0
    ramp_s: float = 0.1
    stance_rms_uv: float = 50.0
    tonic_rms_uv: float = 3.0
    floor_rms_uv: float = 2.0
    quiet_s: float = 2.2
    unloading_s: float = 0.5
    loading_s: float = 0.3
    after_s: float = 1.0
    plate_offsets_n: tuple[float, float] = (0.0, 0.0)
    force_noise_n: float = 2.0
    faults: Faults = Faults()


@dataclass(frozen=True)
class StanceTruth:
    """What a stance recording was built from.

    Times in seconds from the start of the recording. `gmed_rms_uv` is the expected RMS of the
    stance leg's gluteus medius between lift-off and touch-down; `realised_rms_uv` that of the very
    noise that was drawn, without the amplifier's floor and faults (both 20 to 450 Hz).
    """

    lift_off_s: float
    touch_down_s: float
    hold_s: float
    onset_s: float
    onset_ms: float
    ramp_s: float
    gmed_rms_uv: float
    realised_rms_uv: float


@dataclass(frozen=True)
class MvicSpec:
    """A maximal contraction to simulate: quiet, build-up, plateau, release, quiet. RMS in 20 to 450 Hz."""

    leg: str
    mvic_rms_uv: float = 200.0
    rest_rms_uv: float = 1.0
    floor_rms_uv: float = 2.0
    quiet_s: float = 0.7
    build_up_s: float = 0.5
    plateau_s: float = 4.0
    faults: Faults = Faults()


@dataclass(frozen=True)
class MvicTruth:
    """What an MVIC recording was built from; times in seconds from its start.

    `mvic_rms_uv` is the expected RMS of the plateau. `realised_rms_uv` and `highest_500ms_rms_uv`
    are those of the noise that was drawn; the highest half second lies above the expected RMS by
    chance alone, and a reference taken that way makes %MVIC a few per cent smaller.
    """

    plateau_start_s: float
    plateau_end_s: float
    mvic_rms_uv: float
    realised_rms_uv: float
    highest_500ms_rms_uv: float


@dataclass(frozen=True)
class SimulatedStance:
    """A stance recording: `channels` by role (µV and N), each of shape (n_samples,)."""

    rate_hz: float
    channels: dict[str, Floats]
    truth: StanceTruth


@dataclass(frozen=True)
class SimulatedMvic:
    """An MVIC recording: `channels` by role (µV), each of shape (n_samples,)."""

    rate_hz: float
    channels: dict[str, Floats]
    truth: MvicTruth


def simulate_stance(
    rng: np.random.Generator, spec: StanceSpec, *, rate_hz: float = RATE_HZ
) -> SimulatedStance:
    """A stance trial with known lift-off, touch-down, onset and amplitude.

    The vertical force under the lifted foot falls from half the body weight to zero along a
    minimum-jerk curve that ends at lift-off; the stance foot carries the rest.
    The EMG is Gaussian noise with the spectrum of Stulen and De Luca times an amplitude that ramps
    from the tonic to the stance level. Length: whole seconds, as EDF wants.
    Errors: ValueError for an unknown leg, or an onset before the recording starts.
    """
    other = _other(spec.leg)
    lift_off_s = round((spec.quiet_s + spec.unloading_s) * rate_hz) / rate_hz
    touch_down_s = lift_off_s + round(spec.hold_s * rate_hz) / rate_hz
    onset_s = lift_off_s + spec.onset_ms / 1000
    if onset_s <= 0:
        raise ValueError("the onset lies before the start of the recording")
    n_samples = int(np.ceil(touch_down_s + spec.loading_s + spec.after_s) * rate_hz)
    time_s = np.arange(n_samples) / rate_hz
    rise = np.clip((time_s - onset_s) / max(spec.ramp_s, 1 / rate_hz), 0, 1)
    fall = np.clip((time_s - touch_down_s) / RELEASE_S, 0, 1)
    amplitude_uv = spec.tonic_rms_uv + (spec.stance_rms_uv - spec.tonic_rms_uv) * rise * (1 - fall)
    in_stance = (time_s >= lift_off_s) & (time_s < touch_down_s)
    muscle_uv = emg_noise(rng, n_samples, rate_hz=rate_hz) * amplitude_uv
    lifted_uv = emg_noise(rng, n_samples, rate_hz=rate_hz) * spec.tonic_rms_uv
    lifted_n = _lifted_foot_n(time_s, lift_off_s, touch_down_s, spec)
    forces_n = {spec.leg: spec.body_weight_n - lifted_n, other: lifted_n}
    channels = {
        f"gmed_{spec.leg}": _amplify(rng, muscle_uv, rate_hz, spec.floor_rms_uv, spec.faults),
        f"gmed_{other}": _amplify(rng, lifted_uv, rate_hz, spec.floor_rms_uv, Faults()),
    }
    for leg, offset_n in zip(LEGS, spec.plate_offsets_n, strict=True):
        noise_n = rng.normal(offset_n, spec.force_noise_n, n_samples)
        channels[f"force_{leg}"] = forces_n[leg] + noise_n
    truth = StanceTruth(
        lift_off_s=lift_off_s,
        touch_down_s=touch_down_s,
        hold_s=touch_down_s - lift_off_s,
        onset_s=onset_s,
        onset_ms=spec.onset_ms,
        ramp_s=spec.ramp_s,
        gmed_rms_uv=rms(amplitude_uv[in_stance]),
        realised_rms_uv=rms(in_band(muscle_uv, rate_hz=rate_hz)[in_stance]),
    )
    return SimulatedStance(rate_hz, _in_role_order(channels), truth)


def simulate_mvic(
    rng: np.random.Generator, spec: MvicSpec, *, rate_hz: float = RATE_HZ
) -> SimulatedMvic:
    """A maximal contraction with a plateau of known RMS; the other leg rests.

    Length: whole seconds. Errors: ValueError for an unknown leg.
    """
    other = _other(spec.leg)
    start_s = spec.quiet_s + spec.build_up_s
    end_s = start_s + spec.plateau_s
    n_samples = int(np.ceil(end_s + RELEASE_S + spec.quiet_s) * rate_hz)
    time_s = np.arange(n_samples) / rate_hz
    rise = np.clip((time_s - spec.quiet_s) / spec.build_up_s, 0, 1)
    fall = np.clip((time_s - end_s) / RELEASE_S, 0, 1)
    amplitude_uv = spec.rest_rms_uv + (spec.mvic_rms_uv - spec.rest_rms_uv) * rise * (1 - fall)
    muscle_uv = emg_noise(rng, n_samples, rate_hz=rate_hz) * amplitude_uv
    resting_uv = emg_noise(rng, n_samples, rate_hz=rate_hz) * spec.rest_rms_uv
    channels = {
        f"gmed_{spec.leg}": _amplify(rng, muscle_uv, rate_hz, spec.floor_rms_uv, spec.faults),
        f"gmed_{other}": _amplify(rng, resting_uv, rate_hz, spec.floor_rms_uv, Faults()),
    }
    band_uv = in_band(muscle_uv, rate_hz=rate_hz)
    truth = MvicTruth(
        plateau_start_s=start_s,
        plateau_end_s=end_s,
        mvic_rms_uv=spec.mvic_rms_uv,
        realised_rms_uv=rms(band_uv[(time_s >= start_s) & (time_s < end_s)]),
        highest_500ms_rms_uv=highest_rms(band_uv, rate_hz=rate_hz, window_s=0.5),
    )
    return SimulatedMvic(rate_hz, _in_role_order(channels), truth)


def _other(leg: str) -> str:
    if leg not in LEGS:
        raise ValueError(f"leg is {leg!r}; expected one of {', '.join(LEGS)}")
    return LEGS[1 - LEGS.index(leg)]


def _in_role_order(channels: dict[str, Floats]) -> dict[str, Floats]:
    return {role: channels[role] for role in sorted(channels)}


def _minimum_jerk(share: Floats) -> Floats:
    """Smooth step from 0 to 1 for `share` of the movement time, held outside."""
    tau = np.clip(share, 0, 1)
    return tau**3 * (10 - 15 * tau + 6 * tau**2)


def _lifted_foot_n(
    time_s: Floats, lift_off_s: float, touch_down_s: float, spec: StanceSpec
) -> Floats:
    """Vertical force (N) under the foot that is lifted: half, zero between the two events, half."""
    unloaded = _minimum_jerk((time_s - lift_off_s + spec.unloading_s) / spec.unloading_s)
    reloaded = _minimum_jerk((time_s - touch_down_s) / spec.loading_s)
    return spec.body_weight_n / 2 * (1 - unloaded + reloaded)


def _amplify(
    rng: np.random.Generator, muscle_uv: Floats, rate_hz: float, floor_rms_uv: float, faults: Faults
) -> Floats:
    """What the amplifier gives out: muscle, its own white floor, an electrode offset, hum, faults (µV)."""
    n_samples = muscle_uv.size
    floor_uv = floor_rms_uv * white_noise(rng, n_samples, rate_hz=rate_hz)
    cycles = MAINS_HZ * np.arange(n_samples) / rate_hz + rng.random()
    hum_uv = np.sin(2 * np.pi * cycles) + 0.2 * np.sin(2 * np.pi * 3 * cycles)
    hum_uv *= faults.mains_rms_uv / np.sqrt(0.52)
    given_uv = muscle_uv + floor_uv + hum_uv + rng.normal(0, 5)
    if faults.clip_uv is not None:
        given_uv = np.clip(given_uv, -faults.clip_uv, faults.clip_uv)
    return np.zeros(n_samples) if faults.is_dead else given_uv
