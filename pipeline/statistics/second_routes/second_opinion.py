"""Second opinions: a published number beside the same number by another route, and how close is close.

A disagreement is never hidden: the row is flagged, its note says so, and reports print both numbers.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pipeline.statistics.estimates.errors import NoSolutionError
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from schemas.estimates import AGREES, DISAGREES


@dataclass(frozen=True)
class Route:
    """A way to a number that shares no code with the first one.

    words: how, as it stands in a sentence and in `second_route`. of_se: largest difference of the
    estimates that counts as agreement, in standard errors; se_share: largest relative difference of
    the standard errors. reason: why these are the tolerances.
    """

    words: str
    of_se: float
    se_share: float
    reason: str


ROUTES: Final[Mapping[str, Route]] = {
    "plain_likelihood": Route(
        "likelihood of single trials, maximised by SciPy",
        of_se=1e-4,
        se_share=1e-4,
        reason="Both maximise the same smooth likelihood; they meet within 1e-7 on the golden data, "
        "and a thousandth of a standard error changes no printed digit.",
    ),
    "statsmodels_mixedlm": Route(
        "MixedLM of statsmodels",
        of_se=1e-3,
        se_share=math.inf,
        reason="MixedLM's optimisers stop within 1e-4 standard errors of lme4 where they converge. "
        "It has no small-sample standard error to compare.",
    ),
    "likelihood_by_sums": Route(
        "restricted likelihood from sums per leg and participant",
        of_se=1e-6,
        se_share=math.inf,
        reason="Both solve linear equations at the same variances, whose likelihood was compared.",
    ),
    "balanced_means": Route(
        "participant means in closed form, which a balanced design allows",
        of_se=1e-5,
        se_share=1e-4,
        reason="An identity of balanced designs; what is left is how far the variances converged.",
    ),
    "statsmodels_phreg": Route(
        "PHReg of statsmodels",
        of_se=1e-5,
        se_share=1e-5,
        reason="Both maximise one concave partial likelihood; PHReg stops at a gradient of 1e-8.",
    ),
    "plain_intercept": Route(
        "likelihood summed over an even grid of participant levels, maximised by SciPy",
        of_se=1e-4,
        se_share=1e-4,
        reason="Both integrate one smooth likelihood; they meet within 1e-7 on the golden data.",
    ),
    "plain_gee": Route(
        "estimating equations by sums per participant",
        of_se=1e-5,
        se_share=1e-5,
        reason="Both solve the same equations, the library to 1e-10 of the score.",
    ),
    "median_range": Route(
        "linear programme for the coefficients",
        of_se=1e-5,
        se_share=math.inf,
        reason="Two programmes with one solution; the interval comes from resampling.",
    ),
    "conditional_choices": Route(
        "conditional likelihood with every choice of cases written out",
        of_se=1e-5,
        se_share=1e-5,
        reason="Both maximise one concave likelihood of few terms by Newton's method.",
    ),
    "scipy_ranks": Route(
        "the same test by SciPy",
        of_se=1e-8,
        se_share=1e-8,
        reason="Sums of ranks; rounding only.",
    ),
    "exact_sums": Route(
        "means and spreads summed as fractions",
        of_se=1e-8,
        se_share=1e-8,
        reason="Sums without rounding; what is left is the rounding of the first.",
    ),
    "closed_form": Route(
        "least squares in closed form",
        of_se=1e-6,
        se_share=1e-6,
        reason="An identity; rounding only.",
    ),
}
"""By name. The tolerances are far below what a reader could see and far above rounding."""


@dataclass(frozen=True)
class SecondNumber:
    """The number by a second route (a key of ROUTES), on the scale of the model.

    se: its standard error, None where the route has none that can be compared.
    """

    route: str
    estimate: float
    se: float | None = None


def with_second_opinion(row: EstimateRow, second: Callable[[], SecondNumber | None]) -> EstimateRow:
    """The row with what the second route found and whether it agrees.

    A row without a number stays as it is, and one whose second route gives None: it would take too
    long. A number without a standard error is compared in units of its own size. Where the second route finds nothing the row is flagged
    and says that its number stands on one computation.
    """
    if row.status == "not_estimable" or row.estimate is None:
        return row
    try:
        found = second()
    except NoSolutionError:
        return row.noting(
            "A second computation by another route found no solution, so that this number stands "
            "on one computation.",
            caution=True,
        )
    if found is None:
        return row
    route = ROUTES[found.route]
    first = row.estimate if row.log_estimate is None else row.log_estimate
    se = abs(first) if row.se is None else row.se
    agrees = abs(found.estimate - first) <= route.of_se * se and (
        found.se is None or row.se is None or abs(found.se - se) <= route.se_share * se
    )
    row = replace(
        row,
        second_route=route.words,
        second_estimate=found.estimate if math.isfinite(found.estimate) else None,
        second_opinion=AGREES if agrees else DISAGREES,
    )
    if agrees:
        return row
    return row.noting(
        f"A second computation by another route ({route.words}) does not agree with this number.",
        caution=True,
    )
