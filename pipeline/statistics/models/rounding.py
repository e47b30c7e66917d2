"""What differs by rounding only does not differ: ties of ranks, and values that do not vary."""

import numpy as np
import numpy.typing as npt

from pipeline.statistics.estimates.arrays import Floats

SIGNIFICANT_DIGITS = 12
"""Kept of the largest value: 1e-9 for values of hundreds. The last bits of a mean differ between
programs and would decide about ties: P values of rank tests moved by 2e-5 to 3e-3."""


def rounded_for_ranks(*samples: npt.ArrayLike) -> tuple[Floats, ...]:
    """The samples rounded together to SIGNIFICANT_DIGITS of their largest value.

    In proportion to the values, so that the unit of a measurement does not decide about ties.
    Raises ValueError for missing or infinite values.
    """
    arrays = [np.asarray(sample, dtype=float) for sample in samples]
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("missing or infinite values; drop them first")
    largest = max((float(np.abs(array).max()) for array in arrays if array.size), default=0.0)
    if largest == 0:
        return tuple(arrays)
    decimals = SIGNIFICANT_DIGITS - 1 - int(np.floor(np.log10(largest)))
    return tuple(np.round(array, decimals) for array in arrays)


def varies(sample: npt.ArrayLike, *, beside: npt.ArrayLike | None = None) -> bool:
    """Whether the values differ by more than rounding.

    beside: the values that the sample was computed from, when it is a difference of theirs.
    """
    values = np.asarray(sample, dtype=float)
    if not values.size:
        return False
    largest = np.abs(np.asarray(values if beside is None else beside, dtype=float)).max()
    return bool(np.ptp(values) > 10.0**-SIGNIFICANT_DIGITS * largest)
