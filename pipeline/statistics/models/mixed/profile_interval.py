"""Profile-likelihood intervals of a mixed model: where the best fit with one value fixed is too poor.

They need no degrees of freedom and may be lopsided, as intervals of standard deviations must be.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import optimize, stats

from pipeline.statistics.estimates.errors import NoSolutionError
from pipeline.statistics.models.mixed.mixed_model import COMPONENTS, NestedIntercepts
from pipeline.statistics.models.mixed.sufficient_blocks import sufficient_blocks
from pipeline.statistics.models.mixed.variance_components import (
    least_squares,
    maximise,
    residual_scale,
)

_FARTHEST_SE = 40.0
"""Standard errors from the estimate, or times the standard deviation, at which the search ends."""
_PRECISE = 1e-9
"""Of the bound."""


def profile_interval(
    model: NestedIntercepts, name: str, *, ci_level: float = 0.95
) -> tuple[float, float]:
    """Interval of a term of the model, or of the standard deviation of a component.

    name: a term, or "residual", "participant" or "leg" (in the unit of endog). By maximum
    likelihood, as R's confint of lme4 does, also where the estimates are REML's. A standard
    deviation's lower bound is 0 when 0 is not too poor. Raises NotEstimableError when there is no
    fit, NoSolutionError when a bound is not found.
    """
    start, residual = least_squares(model.endog, model.exog)
    blocks = sufficient_blocks(residual, model.exog, list(model.factors))
    scale = residual_scale(model.endog, residual, model.exog.shape[1])
    best = maximise(blocks, scale, reml=False)
    quantile = float(stats.norm.ppf(0.5 + ci_level / 2))

    def depth(llf: float) -> float:
        # A profile a rounding above the best fit is the best fit.
        return float(np.sqrt(2 * max(0.0, best.llf - llf))) - quantile

    if name in model.exog_names:
        at = model.exog_names.index(name)
        without = replace(blocks, exog=np.delete(blocks.exog, at, axis=2))

        def of_term(value: float) -> float:
            shifted = replace(without, endog=blocks.endog - value * blocks.exog[:, :, at])
            return depth(maximise(shifted, scale, start=best.variances, reml=False).llf)

        estimate, se = float(best.params[at]), float(np.sqrt(best.cov[at, at]))
        low = _crossing(of_term, estimate, -se)
        return start[at] + low, start[at] + _crossing(of_term, estimate, se)
    component = COMPONENTS[: 1 + len(model.factors)].index(name)

    def of_sd(sd: float) -> float:
        held = best.variances.copy()
        held[component] = sd**2
        return depth(maximise(blocks, scale, start=held, held=component, reml=False).llf)

    sd = float(np.sqrt(best.variances[component]))
    unit = max(sd, 0.1 * float(np.sqrt(best.variances[0])))
    low = 0.0
    if component > 0 and sd > 0 and of_sd(0.0) > 0:
        low = float(optimize.brentq(of_sd, 0.0, sd, xtol=_PRECISE * unit))
    elif component == 0:
        low = float(optimize.brentq(of_sd, 1e-3 * sd, sd, xtol=_PRECISE * unit))
    return low, _crossing(of_sd, sd, unit)


def _crossing(depth: Callable[[float], float], estimate: float, step: float) -> float:
    """The value in the direction of `step` at which the profile is as deep as asked."""
    inner, factor = estimate, 1.0
    while factor <= _FARTHEST_SE:
        outer = estimate + factor * step
        if depth(outer) > 0:
            return float(optimize.brentq(depth, inner, outer, xtol=_PRECISE * abs(step)))
        inner, factor = outer, 2 * factor
    raise NoSolutionError("The likelihood does not fall far enough for a bound of the interval.")
