"""Fits of hold times by the models of the catalogue: with a distribution of times, or by how holds end."""

from typing import Final

import numpy as np

from pipeline.statistics.catalogue.fitted_models import Fit
from pipeline.statistics.diagnostics.of_hold_models import HAZARDS_DIFFER
from pipeline.statistics.estimates.design import GROUP_TERM, Asked
from pipeline.statistics.estimates.hold_rows import ceilings_and_shortest_s, smallest_ceiling_s
from pipeline.statistics.models.censored.censored_regression import CensoredRegression
from pipeline.statistics.models.censored.participant_scores import spread_by_group
from pipeline.statistics.models.censored.random_intercept import CensoredRandomIntercept
from pipeline.statistics.models.discrete.logistic import LegShares
from pipeline.statistics.models.regression_results import Found
from pipeline.statistics.models.survival.cox import CoxRegression
from pipeline.statistics.models.survival.restricted_mean import restricted_mean_regression
from schemas.p_style import p_sentence


def _clustered(distribution: str) -> Fit:
    def fit_distribution(asked: Asked) -> Found:
        rows = asked.design.rows
        model = CensoredRegression(
            rows["low_s"], rows["high_s"], asked.design.exog, distribution=distribution
        )
        ceiling_s, shortest_s = ceilings_and_shortest_s(rows)
        fit = model.fit_clustered(asked.clusters, ceiling=ceiling_s, shortest=shortest_s)
        return Found(fit.inference(GROUP_TERM, ci_level=asked.ci_level), fit=fit)

    return fit_distribution


weibull: Final = _clustered("weibull")
loglogistic: Final = _clustered("loglogistic")
normal: Final = _clustered("normal")
"""All trials with another distribution of times, errors clustered by participant, t inference."""


def own_spreads(asked: Asked) -> Found:
    """All trials, log-normal, with a spread of its own for each group, errors clustered, t inference."""
    rows = asked.design.rows
    is_case = asked.design.exog[GROUP_TERM].eq(1)
    ceiling_s, shortest_s = ceilings_and_shortest_s(rows)
    found = spread_by_group(
        rows["low_s"],
        rows["high_s"],
        asked.design.exog,
        np.where(is_case, "case", "reference"),
        case="case",
        reference="reference",
        participants=asked.clusters,
        ceiling=ceiling_s,
        shortest=shortest_s,
    )
    spread = (
        f"Spread of log hold time, case / reference: {found.ratio:.2f} ({p_sentence(found.p)} for equal "
        "spreads)."
    )
    return Found(found.fit.inference(GROUP_TERM, ci_level=asked.ci_level), (spread,))


def random_intercept(asked: Asked) -> Found:
    """All trials, log-normal, with a level for each participant."""
    rows = asked.design.rows
    model = CensoredRandomIntercept(
        rows["low_s"], rows["high_s"], asked.design.exog, asked.participants
    )
    fit = model.fit(ci_level=asked.ci_level)
    return Found(fit.inference(GROUP_TERM, ci_level=asked.ci_level))


def hazard_ratio(asked: Asked) -> Found:
    """Log hazard ratio of ending a hold, errors clustered by participant, t inference."""
    rows = asked.design.rows
    smallest_ceiling_s(rows)
    exog = asked.design.exog.drop(columns="const")
    model = CoxRegression(rows["capped_s"], rows["censoring"] != "ceiling", exog)
    fit = model.fit_clustered(asked.clusters)
    p = float(fit.proportional_hazards_test()["p"].to_dict()[GROUP_TERM])
    changes = p < HAZARDS_DIFFER
    notes = (
        f"Test of proportional hazards: {p_sentence(p)}; concordance {fit.concordance.estimate:.2f} "
        f"(standard error {fit.concordance.se:.2f}).",
        "The hazard ratio changes over the hold, so that one number does not describe it."
        if changes
        else "",
    )
    return Found(
        fit.inference(GROUP_TERM, ci_level=asked.ci_level), notes, caution=changes, fit=fit
    )


def odds_of_the_ceiling(asked: Asked) -> Found:
    """Log odds ratio of holding a trial to its ceiling, by generalised estimating equations."""
    rows = asked.design.rows
    limit = smallest_ceiling_s(rows)
    at_ceiling = rows["censoring"].eq("ceiling").astype(float)
    fit = LegShares(at_ceiling, asked.design.exog, asked.participants).fit()
    several = rows["ceiling_s"].max() > limit
    return Found.of(
        fit, asked, "Each trial's own ceiling counts; ceilings differ." if several else ""
    )


def restricted_mean_ancova(asked: Asked) -> Found:
    """Difference of mean hold within the smallest ceiling (s), participants' means, HC3 and t."""
    rows = asked.design.rows
    limit = smallest_ceiling_s(rows)
    fit = restricted_mean_regression(
        np.minimum(rows["capped_s"], limit),
        rows["capped_s"] < limit,
        asked.design.exog,
        asked.participants,
        limit,
        legs=rows["leg"],
    )
    note = f"Restricted mean: mean hold within the first {limit:g} s, on participant means."
    return Found(fit.inference(GROUP_TERM, ci_level=asked.ci_level), (note,))
