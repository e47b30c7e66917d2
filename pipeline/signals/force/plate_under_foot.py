"""The force plate under one foot, or under both: its vertical force and its centre of pressure."""

import re
from dataclasses import dataclass
from typing import Final, Literal, cast

import numpy as np

from pipeline.signals.channels.channel_roles import force_channel, mapped_channel
from pipeline.signals.channels.signal_units import (
    body_weight_up,
    in_millimetre,
    in_newton,
    in_newton_millimetre,
)
from pipeline.signals.samples.recording import Channel, Recording, Samples, SignalProblem
from schemas.emg_settings import ChannelRole, EmgSettings

Foot = Literal["left", "right", "total"]

PLATE_FORCE: Final = re.compile(r"(plate \d+) Fz")
"""Label that the C3D reader gives to the vertical force of a plate."""

SAME_FORCE_N: Final = 0.1
"""Two channels whose difference varies by less are the same force, rounded differently."""

LOWEST_FOR_COP_N: Final = 20.0
"""With less load the centre of pressure is noise divided by noise."""


@dataclass(frozen=True, eq=False)
class PlateUnderFoot:
    """The plate under one foot in the part of the recording that is used.

    force_n: vertical force, N, body weight up, shape (n_samples,). cop_mm: centre of pressure, mm,
    shape (2, n_samples), not a number where there is none, or None with a reason in `why_no_cop`.
    axes: names of its two axes; source: where it comes from.
    """

    label: str
    force_n: Samples
    sampling_rate_hz: float
    cop_mm: Samples | None = None
    axes: tuple[str, str] = ("x", "y")
    source: str = ""
    why_no_cop: str = ""


def plate_under_foot(
    recording: Recording, foot: Foot, settings: EmgSettings, part_s: tuple[float, float]
) -> PlateUnderFoot | None:
    """The plate of a foot, None when no force channel is known for it.

    foot: left, right, or total for one plate under both. part_s: start and end (s) of the part that
    is used. Raises SignalProblem when the force cannot be used; a centre of pressure that cannot be
    used is left out with its reason.
    """
    channel = force_channel(recording, cast(ChannelRole, f"force_{foot}"), settings)
    if channel is None:
        return None
    force_n = channel.part(in_newton(channel, settings.force_unit), part_s)
    if not np.isfinite(force_n).all():
        raise SignalProblem(
            f"The force channel {channel.label} has missing samples.", "Export it again."
        )
    plate = PlateUnderFoot(channel.label, body_weight_up(force_n), channel.sampling_rate_hz)
    try:
        return _with_cop(plate, channel, recording, foot, settings, part_s)
    except SignalProblem as problem:
        return _without_cop(plate, f"{problem.what} {problem.fix}")


def _with_cop(
    plate: PlateUnderFoot,
    force: Channel,
    recording: Recording,
    foot: Foot,
    settings: EmgSettings,
    part_s: tuple[float, float],
) -> PlateUnderFoot:
    given = _pair(recording, f"cop_{foot}", settings)
    axes = ("x", "y")
    if given is None:
        axes, given = _of_c3d_plate(recording, plate, part_s)
    if given is not None:
        cop_mm = _together(
            [(channel, in_millimetre(channel, settings.cop_unit)) for channel in given],
            plate,
            part_s,
        )
        source = f"{given[0].label} and {given[1].label}"
        return PlateUnderFoot(
            plate.label, plate.force_n, plate.sampling_rate_hz, cop_mm, axes, source
        )
    moments = _pair(recording, f"moment_{foot}", settings)
    if moments is None:
        return _without_cop(
            plate,
            "The centre of pressure is not known: neither it nor the moments of the plate are mapped.",
        )
    moment_x, moment_y = _together(
        [(c, in_newton_millimetre(c, settings.moment_unit)) for c in moments], plate, part_s
    )
    lever_x, lever_y = _shear_moments(recording, foot, settings, plate, part_s)
    # A force whose sign was turned mirrors both axes, which changes no measure of sway.
    with np.errstate(all="ignore"):
        cop_mm = np.stack([lever_x - moment_y, moment_x + lever_y]) / plate.force_n
    cop_mm[:, plate.force_n < LOWEST_FOR_COP_N] = np.nan
    source = f"{moments[0].label} and {moments[1].label} over {force.label}"
    return PlateUnderFoot(
        plate.label, plate.force_n, plate.sampling_rate_hz, cop_mm, ("x", "y"), source
    )


def _without_cop(plate: PlateUnderFoot, why: str) -> PlateUnderFoot:
    return PlateUnderFoot(plate.label, plate.force_n, plate.sampling_rate_hz, why_no_cop=why)


def _pair(recording: Recording, stem: str, settings: EmgSettings) -> tuple[Channel, Channel] | None:
    """The two channels that study.yaml maps to `stem`_x and `stem`_y, None without a map."""
    roles = [cast(ChannelRole, f"{stem}_{axis}") for axis in "xy"]
    found = [mapped_channel(recording, role, settings) for role in roles]
    first, second = found
    if first is None and second is None:
        return None
    if first is None or second is None:
        raise SignalProblem(
            f"Only one of {roles[0]} and {roles[1]} is mapped.", "Map both under emg in study.yaml."
        )
    return first, second


def _of_c3d_plate(
    recording: Recording, plate: PlateUnderFoot, part_s: tuple[float, float]
) -> tuple[tuple[str, str], tuple[Channel, Channel] | None]:
    """Axes and channels of the centre of pressure of a plate that a C3D file describes.

    The force may be mapped by the label of the plate, or by that of the raw channel it is made of.
    """
    for channel in recording.channels:
        match = PLATE_FORCE.fullmatch(channel.label)
        if match is None or not _is_same_force(channel, plate, part_s):
            continue
        stem = f"{match[1]} CoP "
        beside = [other for other in recording.channels if other.label.startswith(stem)]
        if len(beside) == 2:
            return (beside[0].label[-1], beside[1].label[-1]), (beside[0], beside[1])
    return ("x", "y"), None


def _is_same_force(channel: Channel, plate: PlateUnderFoot, part_s: tuple[float, float]) -> bool:
    if channel.label == plate.label:
        return True
    if channel.sampling_rate_hz != plate.sampling_rate_hz:
        return False
    force_n = channel.part(channel.samples.astype(np.float64), part_s)
    if force_n.size != plate.force_n.size:
        return False
    # The zero of the plate may have been taken off one of them.
    return float(np.ptp(force_n - plate.force_n)) < SAME_FORCE_N


def _together(
    channels: list[tuple[Channel, Samples]], plate: PlateUnderFoot, part_s: tuple[float, float]
) -> Samples:
    """Samples of two channels of the plate in the part that is used, shape (2, n_samples)."""
    parts = [channel.part(values, part_s) for channel, values in channels]
    for (channel, _), part in zip(channels, parts, strict=True):
        if channel.sampling_rate_hz != plate.sampling_rate_hz or part.size != plate.force_n.size:
            raise SignalProblem(
                f"{channel.label} and {plate.label} are sampled at different rates.",
                "Export the channels of a plate at one rate.",
            )
    return np.stack(parts)


def _shear_moments(
    recording: Recording,
    foot: Foot,
    settings: EmgSettings,
    plate: PlateUnderFoot,
    part_s: tuple[float, float],
) -> Samples:
    """Moments of the horizontal force about the origin of the moments, N mm, shape (2, n_samples)."""
    if settings.plate_surface_mm == 0:
        return np.zeros((2, plate.force_n.size))
    shear = _pair(recording, f"shear_{foot}", settings)
    if shear is None:
        raise SignalProblem(
            "The moments are not about the surface of the plate (plate_surface_mm), and the "
            "horizontal forces that this needs are not mapped.",
            f"Map shear_{foot}_x and shear_{foot}_y under emg in study.yaml.",
        )
    shear_n = _together([(c, in_newton(c, settings.force_unit)) for c in shear], plate, part_s)
    return settings.plate_surface_mm * shear_n
