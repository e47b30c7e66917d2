"""Diagnostics of the models of hold time: censored regression, Cox regression, shares at the ceiling."""

from typing import Final

import numpy as np
import pandas as pd
from scipy.special import expit

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.design import GROUP_TERM
from pipeline.statistics.estimates.model_check import (
    BELOW,
    P_BELOW,
    FittedRows,
    ModelCheck,
    check_by_p,
    expected_shares,
    most_influential,
    points,
)
from pipeline.statistics.estimates.p_values import SMALLEST_P, two_sided_p
from pipeline.statistics.models.censored.censored_results import CensoredResults
from pipeline.statistics.models.censored.participant_scores import (
    influence_of_participants,
    shape_test,
    spread_ratio,
)
from pipeline.statistics.models.survival.curves import interval_curve


def residual_quantiles(results: CensoredResults) -> pd.DataFrame:
    """Points of a QQ plot of (bounds - fitted) / sigma; on a straight line when the model fits.

    Residuals of trials at the ceiling are known only from below, so that their shares come from the
    Kaplan-Meier curve (Turnbull's with other bounds). Returns rows of `residual` (in units of
    sigma), `share_below` (half of the own step counted) and `expected` (the quantile of the
    error's distribution at that share). Steps to infinity are left out.
    """
    curve = interval_curve(*results.standardised_bounds())
    share_below = 1 - curve["survival"] - curve["share"] / 2
    is_point = np.isfinite(curve["time"]) & (curve["share"] > 0) & (share_below < 1)
    share = share_below[is_point].to_numpy()
    return pd.DataFrame(
        {
            "residual": curve.loc[is_point, "time"].to_numpy(),
            "share_below": share,
            "expected": results.model.distribution.error.quantile(share),
        }
    )


HAZARDS_DIFFER: Final = 0.05
"""P value of the test of proportional hazards below which a hazard ratio needs a caution."""
FEWEST_EVENTS_PER_TERM: Final = 5.0
"""Source: Vittinghoff and McCulloch 2007, Am J Epidemiol 165:710."""
_FIFTHS: Final = 5


def distribution_of_times(rows: FittedRows) -> ModelCheck:
    """Censored residuals by Kaplan-Meier against the assumed curve, and a test of its shape."""
    found = shape_test(rows.fit, rows.codes)
    quantiles = residual_quantiles(rows.fit)
    low, high = expected_shares(quantiles["share_below"].to_numpy(float), len(rows.names))
    quantile = rows.fit.model.distribution.error.quantile
    drawn = points(
        quantiles["expected"], quantiles["residual"], low=quantile(low), high=quantile(high)
    )
    return check_by_p("distribution_of_times", found.statistic, found.p, drawn)


def spread_of_times_by_group(rows: FittedRows) -> ModelCheck:
    """Ratio of the spreads of the two groups."""
    ratio = spread_ratio(rows.fit, rows.is_case, rows.codes, ci_level=rows.comparison.ci_level)
    found = float(np.exp(np.clip(ratio.estimate, -700, 700)))
    return check_by_p("spread_of_times_by_group", found, ratio.p)


def influence_on_times(rows: FittedRows) -> ModelCheck:
    """Change of the group's coefficient without each participant."""
    at = list(rows.design.exog.columns).index(GROUP_TERM)
    changes = influence_of_participants(rows.fit, rows.codes)[:, at]
    return most_influential(changes / float(rows.fit.bse[at]), rows.names)


def proportional_hazards(rows: FittedRows) -> ModelCheck:
    """The test that the hazard ratio of the groups is constant, and its residuals over time."""
    table = rows.fit.proportional_hazards_test().loc[GROUP_TERM]
    p = float(table["p"])
    ended = (rows.design.rows["censoring"] != "ceiling").to_numpy(dtype=bool)
    drawn = points(
        rows.design.rows["capped_s"].to_numpy(dtype=float)[ended],
        rows.fit.scaled_schoenfeld(GROUP_TERM),
        participants=rows.row_names[ended],
    )
    return ModelCheck(
        "proportional_hazards",
        statistic=float(table["chisq"]),
        p=p,
        threshold=HAZARDS_DIFFER,
        rule=P_BELOW,
        is_against=p < HAZARDS_DIFFER,
        points=drawn,
    )


def calibration(rows: FittedRows) -> ModelCheck:
    """Seen and fitted share at the ceiling in fifths of the fitted share, participants as units."""
    fitted, seen = _shares(rows)
    ranks = pd.Series(fitted).rank(method="average", pct=True).to_numpy(float)
    fifth = np.minimum((ranks * _FIFTHS).astype(int), _FIFTHS - 1)
    codes, n = rows.codes, len(rows.names)
    x, y, low, high, p_values = [], [], [], [], []
    for one in np.unique(fifth):
        own = fifth == one
        by_person = np.bincount(codes[own], (seen - fitted)[own], minlength=n)
        spread = float(np.sqrt((by_person**2).sum()))
        if spread > 0:
            p_values.append(two_sided_p(float(by_person.sum()) / spread))
        bounds = expected_shares(
            np.array([fitted[own].mean()]), int(np.count_nonzero(np.bincount(codes[own])))
        )
        x.append(float(fitted[own].mean()))
        y.append(float(seen[own].mean()))
        low.append(float(bounds[0][0]))
        high.append(float(bounds[1][0]))
    p = min(1.0, max(min(p_values, default=1.0) * len(x), SMALLEST_P))
    gap = float(np.abs(np.array(y) - np.array(x)).max())
    return check_by_p("calibration", gap, p, points(x, y, low=low, high=high))


def events_per_term(rows: FittedRows) -> ModelCheck:
    """Trials of the rarer kind (at the ceiling, or not) per term of the model."""
    _, seen = _shares(rows)
    rarer = float(min(seen.sum(), len(seen) - seen.sum()))
    terms = max(len(rows.design.exog.columns) - 1, 1)
    value = rarer / terms
    return ModelCheck(
        "events_per_term",
        statistic=value,
        threshold=FEWEST_EVENTS_PER_TERM,
        rule=BELOW,
        is_against=value < FEWEST_EVENTS_PER_TERM,
    )


def _shares(rows: FittedRows) -> tuple[Floats, Floats]:
    """Fitted and seen share at the ceiling of each trial."""
    linear = rows.design.exog.to_numpy(float) @ rows.fit.params.to_numpy(float)
    seen = rows.design.rows["censoring"].eq("ceiling").to_numpy().astype(np.float64)
    return np.asarray(expit(linear)), seen
