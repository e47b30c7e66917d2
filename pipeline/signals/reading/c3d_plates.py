"""Vertical force and centre of pressure from the force plates that a C3D file describes (C3D.org user guide)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.channels.signal_units import (
    MILLIMETRE_PER,
    NEWTON_MILLIMETRE_PER,
    NEWTON_PER,
    body_weight_up,
    simplified,
)
from pipeline.signals.reading.c3d_file import C3dFile, Parameter
from pipeline.signals.samples.recording import Channel, Samples, Samples32

PLATE_WITH_COP: Final = 1
PLATE_WITH_MOMENTS: Final = 2
PLATE_WITH_FOUR_SENSORS: Final = 3
PLATE_WITH_MATRIX: Final = 4
CHANNELS_OF_TYPE: Final = {
    PLATE_WITH_COP: 6,
    PLATE_WITH_MOMENTS: 6,
    PLATE_WITH_FOUR_SENSORS: 8,
    PLATE_WITH_MATRIX: 6,
}
"""Force plate types and the channels that each needs."""

LARGEST_SAMPLE: Final = 1e30
"""Samples beyond this come from damaged scales; they would not fit a stored sample either."""

LOWEST_FOR_COP_N: Final = 20.0
"""With less load the centre of pressure is noise divided by noise."""

FARTHEST_MM: Final = 100_000.0
"""A corner or a centre of pressure that lies farther away is damaged, or of an empty plate."""

LARGEST_OFFSET_N: Final = 50.0
"""Zero errors of plates are a few newtons; frames with more are frames with somebody on the plate."""


@dataclass(frozen=True, eq=False)
class Plate:
    """One plate as a file describes it; channels are rows of the analog samples.

    corners_mm: shape (3, 4), in the laboratory. origin_mm: shape (3,), FORCE_PLATFORM:ORIGIN; for
    types 2 and 4 from the sensor to the centre of the surface, for type 3 half the distances of the
    sensors, and in both the way up to the surface as third. None where the file has none.
    """

    number: int
    kind: int
    rows: npt.NDArray[np.int_]
    corners_mm: Samples | None
    origin_mm: Samples | None


@dataclass(frozen=True, eq=False)
class PlateLoad:
    """Force (N) and moment about the sensor (N mm), shape (3, n_samples), in the plate's axes.

    A plate of type 1 has the centre of pressure (mm) as the first two of `moment`.
    """

    force: Samples
    moment: Samples


def load_of_sensors(raw: Samples, plate: Plate) -> PlateLoad:
    """The load on a plate with four sensors, from Fx12, Fx34, Fy14, Fy23, Fz1, Fz2, Fz3, Fz4 (N).

    raw: shape (8, n_samples). Sensors 1 to 4 lie in the quadrants (+, +), (-, +), (-, -), (+, -).
    """
    x12, x34, y14, y23, z1, z2, z3, z4 = raw
    half_x, half_y = (0.0, 0.0) if plate.origin_mm is None else np.abs(plate.origin_mm[:2])
    force = np.stack([x12 + x34, y14 + y23, z1 + z2 + z3 + z4])
    moment = np.stack(
        [
            half_y * (z1 + z2 - z3 - z4),
            half_x * (z2 + z3 - z1 - z4),
            half_y * (x34 - x12) + half_x * (y14 - y23),
        ]
    )
    return PlateLoad(force, moment)


def centre_of_pressure(load: PlateLoad, plate: Plate) -> Samples:
    """Where the force acts, mm from the centre of the surface, in the plate's axes: (2, n_samples).

    Not a number, or infinite, where the plate is empty.
    """
    if plate.kind == PLATE_WITH_COP or plate.origin_mm is None:
        return load.moment[:2].copy()
    origin = plate.origin_mm
    if plate.kind == PLATE_WITH_FOUR_SENSORS:
        origin = np.array([0.0, 0.0, -abs(origin[2])])
    elif origin[2] > 0:
        # The axis of a plate points down and its sensor lies below the surface, so that the way up
        # is negative; a positive number is the vector written the other way round.
        origin = -origin
    with np.errstate(all="ignore"):
        x = (origin[2] * load.force[0] - load.moment[1]) / load.force[2] - origin[0]
        y = (load.moment[0] + origin[2] * load.force[1]) / load.force[2] - origin[1]
    return np.stack([x, y])


def in_laboratory(position_mm: Samples, corners_mm: Samples) -> tuple[tuple[str, str], Samples]:
    """(names of the two axes along the floor, positions along them in mm, shape (2, n_samples)).

    position_mm: shape (2, n_samples), from the centre of the surface in the plate's axes. corners_mm:
    shape (3, 4); they lie in the quadrants (+, +), (-, +), (-, -), (+, -) of those axes. The axis of
    the laboratory that is closest to the plate's vertical is left out.
    """
    along_x = corners_mm[:, 0] - corners_mm[:, 1]
    down = np.cross(along_x, corners_mm[:, 0] - corners_mm[:, 3])
    along_y = np.cross(down, along_x)
    axes = np.stack([axis / np.linalg.norm(axis) for axis in (along_x, along_y)], axis=1)
    with np.errstate(invalid="ignore"):  # an empty plate has no centre of pressure
        in_room = axes @ position_mm + corners_mm.mean(axis=1, keepdims=True)
    first, second = (axis for axis in range(3) if axis != int(np.argmax(np.abs(down))))
    return ("xyz"[first], "xyz"[second]), in_room[[first, second]]


def plate_channels(file: C3dFile, analog: Samples32) -> Iterator[Channel]:
    """`plate 1 Fz` (N, positive under body weight), `plate 1 CoP x` and `CoP y` (mm), and so on.

    analog: scaled samples, shape (n_channels, n_samples). The centre of pressure (CoP) follows from
    forces, moments, ORIGIN and CORNERS (C3D.org user guide), with the offset of the empty plate taken
    off, which Fz keeps. It is in the axes of the laboratory, of which the two along the floor are
    given, and is a missing sample where the plate is not loaded.
    A plate of a type other than 1 to 4, or one whose description does not fit the file, is left out.
    """
    for plate in _plates(file, len(analog)):
        load = _load(file, analog, plate)
        if load is None:
            continue
        # Plates measure what presses on them, along an axis that points down.
        yield _channel(file, f"plate {plate.number} Fz", "N", body_weight_up(-load.force[2]))
        if plate.corners_mm is None or plate.origin_mm is None:
            continue
        load = _zeroed(file, load, plate.kind)
        force_n = body_weight_up(-load.force[2])
        axes, position_mm = in_laboratory(centre_of_pressure(load, plate), plate.corners_mm)
        far = ~(np.abs(position_mm) < FARTHEST_MM).all(axis=0)
        position_mm[:, far | (force_n < LOWEST_FOR_COP_N)] = np.nan
        for axis, along_mm in zip(axes, position_mm, strict=True):
            yield _channel(file, f"plate {plate.number} CoP {axis}", "mm", along_mm)


def _channel(file: C3dFile, label: str, unit: str, values: Samples) -> Channel:
    return Channel(label, unit, file.sampling_rate_hz, values.astype(np.float32))


def _plates(file: C3dFile, n_channels: int) -> Iterator[Plate]:
    channels = _table(file, "CHANNEL", 2)
    types = np.nan_to_num(file.numbers("FORCE_PLATFORM:TYPE", channels.shape[-1], 0.0))
    corners, origins = _table(file, "CORNERS", 3), _table(file, "ORIGIN", 2)
    mm = _millimetre_of_points(file)
    for index, kind in enumerate(types.astype(int)):
        needed = CHANNELS_OF_TYPE.get(kind)
        if needed is None:
            continue
        rows = channels[:needed, index].astype(int) - 1
        if rows.size < needed or rows.min() < 0 or rows.max() >= n_channels:
            continue
        has_corners = corners.shape[:2] == (3, 4) and index < corners.shape[2]
        has_origin = origins.shape[:1] == (3,) and index < origins.shape[1]
        yield Plate(
            number=index + 1,
            kind=kind,
            rows=rows,
            corners_mm=_rectangle(mm * corners[:, :, index]) if has_corners else None,
            origin_mm=mm * origins[:, index] if has_origin else None,
        )


def _table(file: C3dFile, name: str, n_dimensions: int) -> Samples:
    """A parameter whose last dimension is plates, without plates beyond USED."""
    numbers = file.parameters.get(f"FORCE_PLATFORM:{name}", Parameter()).numbers
    used = int(file.parameters.get("FORCE_PLATFORM:USED", Parameter()).number(0))
    if numbers is None or numbers.ndim != n_dimensions or used < 0:
        return np.zeros((0,) * n_dimensions)
    kept = np.nan_to_num(numbers[..., :used], nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(kept, -LARGEST_SAMPLE / 1e3, LARGEST_SAMPLE / 1e3)


def _millimetre_of_points(file: C3dFile) -> float:
    """Millimetres in the unit of points, corners and origins; files without a unit are in mm."""
    return MILLIMETRE_PER.get(simplified(file.texts("POINT:UNITS", 1)[0]), 1.0)


def _rectangle(corners_mm: Samples) -> Samples | None:
    """The corners; None when they are none, as zeros or damaged numbers."""
    along_x, along_y = corners_mm[:, 0] - corners_mm[:, 1], corners_mm[:, 0] - corners_mm[:, 3]
    size = float(np.linalg.norm(along_x)) * float(np.linalg.norm(along_y))
    is_near = float(np.abs(corners_mm).max()) < FARTHEST_MM
    return corners_mm if is_near and size > 0 and abs(along_x @ along_y) < 0.1 * size else None


def _load(file: C3dFile, analog: Samples32, plate: Plate) -> PlateLoad | None:
    """Force and moment of one plate; None when its calibration is missing or damaged."""
    raw = analog[plate.rows].astype(np.float64)
    if plate.kind == PLATE_WITH_MATRIX:
        matrix = _matrix(file, plate.number)
        if matrix is None:
            return None
        # The matrix gives newton, and newton times the unit of points.
        raw = matrix @ raw
        load = PlateLoad(raw[:3], _millimetre_of_points(file) * raw[3:])
    else:
        raw *= _unit_factors(file, plate)[:, np.newaxis]
        if plate.kind == PLATE_WITH_FOUR_SENSORS:
            load = load_of_sensors(raw, plate)
        else:
            load = PlateLoad(raw[:3], raw[3:])
    parts = (load.force, load.moment)
    return load if all((np.abs(part) < LARGEST_SAMPLE).all() for part in parts) else None


def _matrix(file: C3dFile, number: int) -> Samples | None:
    matrix = file.parameters.get("FORCE_PLATFORM:CAL_MATRIX", Parameter()).numbers
    if matrix is None or matrix.ndim != 3:
        return None
    if matrix.shape[:2] != (6, 6) or matrix.shape[2] < number:
        return None
    of_plate: Samples = matrix[:, :, number - 1]
    return of_plate if (np.abs(of_plate) < LARGEST_SAMPLE / 1e3).all() else None


def _unit_factors(file: C3dFile, plate: Plate) -> Samples:
    """Factors to N, N mm and mm, shape (n_channels of the plate,).

    A unit that is missing or is none of force, moment and length is taken as N and the unit of
    points: programs leave "V" beside channels that are scaled to newton.
    """
    units = file.texts("ANALOG:UNITS", int(plate.rows.max()) + 1)
    mm = _millimetre_of_points(file)
    kinds = [(NEWTON_PER, 1.0)] * plate.rows.size
    if plate.kind == PLATE_WITH_MOMENTS:
        kinds[3:] = [(NEWTON_MILLIMETRE_PER, mm)] * 3
    elif plate.kind == PLATE_WITH_COP:
        kinds[3:] = [(MILLIMETRE_PER, mm), (MILLIMETRE_PER, mm), (NEWTON_MILLIMETRE_PER, mm)]
    return np.array(
        [
            factors.get(simplified(units[row]), otherwise)
            for (factors, otherwise), row in zip(kinds, plate.rows, strict=True)
        ]
    )


def _zeroed(file: C3dFile, load: PlateLoad, kind: int) -> PlateLoad:
    """The load without its mean over the frames of FORCE_PLATFORM:ZERO, if the plate is empty there.

    Files name such frames although somebody stands on the plate in them (the first ten by default).
    """
    baseline = _baseline(file, load.force.shape[1])
    if baseline is None:
        return load
    vertical_n = load.force[2]
    spread_n = float(np.ptp(vertical_n[baseline]))
    if abs(float(vertical_n[baseline].mean())) > LARGEST_OFFSET_N or spread_n > LOWEST_FOR_COP_N:
        return load
    force = load.force - load.force[:, baseline].mean(axis=1, keepdims=True)
    if kind == PLATE_WITH_COP:
        return PlateLoad(force, load.moment)
    return PlateLoad(force, load.moment - load.moment[:, baseline].mean(axis=1, keepdims=True))


def _baseline(file: C3dFile, n_samples: int) -> slice | None:
    """Samples of the frames that FORCE_PLATFORM:ZERO names, None when the file has no such frames."""
    frames = file.parameters.get("FORCE_PLATFORM:ZERO", Parameter()).numbers
    rate_hz = file.parameters.get("POINT:RATE", Parameter()).number(0.0)
    if frames is None or frames.size < 2 or not rate_hz > 0:
        return None
    first, last = np.nan_to_num(frames.ravel()[:2])
    if not 0 <= first <= last or last < 1:
        return None
    # Frame 1 is the first of the trial, and 0 to 10 means 1 to 10 (C3D.org). What was cut off the
    # start of a trial is not in the file, and the frames may be among it.
    start_s = (max(first, 1.0) - 1) / rate_hz - file.starts_at_s
    end_s = last / rate_hz - file.starts_at_s
    begin, end = (round(time_s * file.sampling_rate_hz) for time_s in (start_s, end_s))
    return slice(begin, end) if 0 <= begin < end <= n_samples else None
