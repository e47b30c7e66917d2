"""What a row of a censored regression can tell before it is seen: its expected information.

It depends on the design and the ceiling only, not on how the hold turned out, so that the leverages of
a small-sample covariance do not go along with the residuals.
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.models.censored.likelihood import ErrorDistribution

_FARTHEST: Final = 30.0
"""Bounds farther out (in sigma) tell nothing more."""
_STEP: Final = 1 / 256
"""Of the grid on which the integrals are made; interpolation is then exact to 1e-6."""


@dataclass(frozen=True)
class ExpectedInformation:
    """Information about the fitted value and ln sigma, in units of sigma; each of shape (n_rows,).

    of_value: about the fitted value. of_spread: about ln sigma. of_both: of the two together.
    """

    of_value: Floats
    of_both: Floats
    of_spread: Floats


@dataclass(frozen=True)
class _Curves:
    """Integrals over an error below z of the products of its scores, on a grid; (n_grid, 3) each.

    below: of exact values below z. above, under: of a row known to be above, or below, z.
    """

    z: Floats
    below: Floats
    above: Floats
    under: Floats

    def at(self, curve: Floats, z: Floats) -> Floats:
        z = np.clip(z, self.z[0], self.z[-1])
        return np.stack([np.interp(z, self.z, curve[:, i]) for i in range(3)])


def expected_information(
    error: ErrorDistribution, ceiling_z: Floats, shortest_z: Floats | None = None
) -> ExpectedInformation:
    """Information of rows that are exact between `shortest_z` and `ceiling_z`, else known to be beyond.

    ceiling_z, shortest_z: (bound - fitted) / sigma, shape (n_rows,); inf and -inf where there is none.
    Scores of an exact row are -slope(z) about the fitted value and -slope(z) z - 1 about ln sigma; of a
    row above z they are the hazard and z times the hazard.
    """
    curves = _curves(error)
    total = curves.at(curves.below, ceiling_z) + curves.at(curves.above, ceiling_z)
    if shortest_z is not None:
        total = total - curves.at(curves.below, shortest_z) + curves.at(curves.under, shortest_z)
    return ExpectedInformation(*total)


@cache
def _curves(error: ErrorDistribution) -> _Curves:
    z = np.arange(-_FARTHEST, _FARTHEST + _STEP, _STEP)
    density = np.exp(error.log_density(z))
    of_value = -error.slope(z)
    of_spread = of_value * z - 1
    products = np.stack([of_value**2, of_value * of_spread, of_spread**2], axis=1)
    inside = products * density[:, None]
    steps = (inside[1:] + inside[:-1]) * (_STEP / 2)
    below = np.vstack([np.zeros(3), np.cumsum(steps, axis=0)])
    powers = np.stack([np.ones_like(z), z, z * z], axis=1)
    ends = []
    for log_share in (error.log_sf(z), error.log_cdf(z)):
        # The hazard squared times the share of rows beyond; 0 where both vanish.
        ends.append(np.exp(2 * error.log_density(z) - log_share)[:, None] * powers)
    return _Curves(z, below, *(np.nan_to_num(end, posinf=0.0) for end in ends))
