"""Vertical force from the force plates that a C3D file describes (types 1 to 4)."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.reading.c3d_file import C3dFile, Parameter
from pipeline.signals.reading.vertical_force import body_weight_up
from pipeline.signals.recording import Channel

Values = npt.NDArray[np.float64]

LARGEST_SAMPLE: Final = 1e30
"""Samples beyond this come from damaged scales; they would not fit a stored sample either."""

PLATES_WITH_FZ: Final = (1, 2)
"""Force plate types (C3D.org user guide) whose third channel is vertical force in newton."""

PLATE_WITH_FOUR_SENSORS: Final = 3
PLATE_WITH_MATRIX: Final = 4


def plate_channels(file: C3dFile, analog: Values) -> Iterator[Channel]:
    """`plate 1 Fz`, `plate 2 Fz` ... in newton, positive under body weight.

    analog: scaled samples, shape (n_channels, n_samples). A plate of another type, or one whose
    description does not fit the file, is left out.
    """
    channels = _table(file, "FORCE_PLATFORM:CHANNEL")
    types = np.nan_to_num(file.numbers("FORCE_PLATFORM:TYPE", channels.shape[-1], 0.0))
    for number, kind in enumerate(types.astype(int), 1):
        rows = channels[:, number - 1].astype(int) - 1
        force = _vertical_force(file, analog, rows, kind, number)
        if force is not None:
            # Plates measure what presses on them, along an axis that points down.
            samples = body_weight_up(-force).astype(np.float32)
            yield Channel(f"plate {number} Fz", "N", file.sampling_rate_hz, samples)


def _table(file: C3dFile, name: str) -> Values:
    """A parameter of two dimensions (values, plates), without plates beyond USED."""
    numbers = file.parameters.get(name, Parameter()).numbers
    used = int(file.parameters.get("FORCE_PLATFORM:USED", Parameter()).number(0))
    if numbers is None or numbers.ndim != 2 or used < 0:
        return np.zeros((0, 0))
    return np.nan_to_num(numbers[:, :used], nan=0.0, posinf=0.0, neginf=0.0)


def _vertical_force(
    file: C3dFile, analog: Values, rows: npt.NDArray[np.int_], kind: int, number: int
) -> Values | None:
    """Force across a plate in its own axes, shape (n_samples,); None when it is not described."""
    needed = 8 if kind == PLATE_WITH_FOUR_SENSORS else 6
    rows = rows[:needed]
    if rows.size < needed or rows.min() < 0 or rows.max() >= len(analog):
        return None
    if kind in PLATES_WITH_FZ:
        pressed: Values = analog[rows[2]]
        return pressed
    if kind == PLATE_WITH_FOUR_SENSORS:
        force: Values = analog[rows[4:8]].sum(axis=0)
        return force
    matrix = file.parameters.get("FORCE_PLATFORM:CAL_MATRIX", Parameter()).numbers
    if kind != PLATE_WITH_MATRIX or matrix is None or matrix.ndim != 3:
        return None
    if matrix.shape[:2] != (6, 6) or matrix.shape[2] < number:
        return None
    row = matrix[2, :, number - 1]
    if not (np.abs(row) < LARGEST_SAMPLE / 1e3).all():
        return None
    calibrated: Values = row @ analog[rows]
    return calibrated if (np.abs(calibrated) < LARGEST_SAMPLE).all() else None
