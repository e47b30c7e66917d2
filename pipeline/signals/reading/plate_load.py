"""What a force plate measures, and where on its surface the force acts (C3D.org user guide)."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

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
    corners_mm: Values | None
    origin_mm: Values | None


@dataclass(frozen=True, eq=False)
class PlateLoad:
    """Force (N) and moment about the sensor (N mm), shape (3, n_samples), in the plate's axes.

    A plate of type 1 has the centre of pressure (mm) as the first two of `moment`.
    """

    force: Values
    moment: Values


def load_of_sensors(raw: Values, plate: Plate) -> PlateLoad:
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


def centre_of_pressure(load: PlateLoad, plate: Plate) -> Values:
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


def in_laboratory(position_mm: Values, corners_mm: Values) -> tuple[tuple[str, str], Values]:
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
