"""Newton's method with steps that never go down, for likelihoods of our own."""

from collections.abc import Callable

import numpy as np

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError

NO_MAXIMUM = (
    "The regression has no stable solution with these data: a group or covariate separates "
    "the trials, or they are too few."
)
SMALLEST_EIGENVALUE = 1e-9
"""Of the information per row with standardised columns; below it a direction is not determined."""
_MOST_STEPS = 200
_MOST_HALVINGS = 60
"""Bounds of loops. Newton's steps end in about ten; 60 halvings of a step are below what a number
can resolve."""
SETTLED = 1e-16
"""Newton's decrement relative to the log-likelihood: rounding of its sum."""
_ROUNDING = 1e-12
"""Of the log-likelihood: a step that lowers it by this much does not go down."""

Evaluate = Callable[[Floats], tuple[float, Floats, Floats]]


def maximum(
    evaluate: Evaluate,
    start: Floats,
    *,
    n_rows: float,
    is_concave: bool,
    is_allowed: Callable[[Floats], bool] = lambda _: True,
    settled: float = SETTLED,
) -> Floats:
    """The point at which the log-likelihood is highest.

    evaluate: value, gradient and information (minus the second derivatives) at a point, in units
    in which the information per row is of the order of 1. is_concave: the surface is so everywhere;
    where it need not be, directions that curve the wrong way are turned uphill. settled: Newton's
    decrement relative to the log-likelihood at which the steps end. Raises
    NotEstimableError when a direction is not determined: the likelihood rises for ever or is flat.
    """
    point = start
    value, gradient, information = evaluate(point)
    smallest = SMALLEST_EIGENVALUE * n_rows
    for _ in range(_MOST_STEPS):
        eigenvalues, vectors = np.linalg.eigh(information)
        if not np.isfinite(eigenvalues).all():
            raise NotEstimableError(NO_MAXIMUM)
        is_determined = bool(eigenvalues[0] >= smallest)
        if is_concave and not is_determined:
            raise NotEstimableError(NO_MAXIMUM)
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(eigenvalues), smallest))
        if float(gradient @ step) < settled * max(1.0, abs(value)):
            if not is_determined:
                raise NotEstimableError(NO_MAXIMUM)
            # What is left after this step is of the order of its square.
            return point + step if is_allowed(point + step) else point
        point, (value, gradient, information) = _climb(evaluate, point, step, value, is_allowed)
    raise NotEstimableError(NO_MAXIMUM)


def _climb(
    evaluate: Evaluate,
    point: Floats,
    step: Floats,
    value: float,
    is_allowed: Callable[[Floats], bool],
) -> tuple[Floats, tuple[float, Floats, Floats]]:
    """The longest of 1, 1/2, 1/4, ... steps that does not go down, and what is found there."""
    for _ in range(_MOST_HALVINGS):
        new = point + step
        if is_allowed(new):
            # Far outside, derivatives may overflow; such a point is far down and never taken.
            with np.errstate(over="ignore", invalid="ignore"):
                found = evaluate(new)
            if found[0] >= value - _ROUNDING * abs(value):
                return new, found
        step = step / 2
    raise NotEstimableError(NO_MAXIMUM)
