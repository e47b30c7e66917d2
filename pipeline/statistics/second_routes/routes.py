"""Which second route goes with which model of the planned comparisons."""

import math
import statistics
from collections.abc import Callable
from fractions import Fraction
from typing import Final

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.design import GROUP_TERM, Asked, Design
from pipeline.statistics.estimates.hold_rows import ceilings_and_shortest_s
from pipeline.statistics.models.mixed.guarded_fit import GuardedFit
from pipeline.statistics.second_routes.plain_likelihood import (
    plain_censored_fit,
    plain_intercept_fit,
)
from pipeline.statistics.second_routes.plain_regressions import (
    PartialFit,
    median_range,
    partial_fit,
    plain_conditional,
    plain_gee,
)
from pipeline.statistics.second_routes.second_opinion import SecondNumber

MOST_ROWS_OF_PHREG = 2000
"""PHReg sums over clusters in a loop: 0.14 s at 600 rows, 3.5 s at 6,000, a minute at 60,000."""
MOST_ROWS_OF_MEDIANS = 600
"""The programme has rows squared numbers: 10 ms at 40 rows, 0.5 s at 600."""
_SAME_MEAN = 1e-9
"""Of a column's range: participant means of a within-participant column that count as equal."""


def second_log_ratio(design: Design) -> SecondNumber:
    """The logarithm of a ratio of hold times by the likelihood of single trials."""
    rows = design.rows
    ceiling, shortest = _log_ends(rows)
    found = plain_censored_fit(
        rows["log_low"],
        rows["log_high"],
        design.exog,
        design.clusters.codes,
        GROUP_TERM,
        ceiling=ceiling,
        shortest=shortest,
    )
    return SecondNumber("plain_likelihood", found.estimate, found.se)


def second_log_ratio_by_spreads(asked: Asked, _: float) -> SecondNumber:
    """The logarithm of a ratio of hold times with a spread for each group, by the likelihood of single trials."""
    rows, exog = asked.design.rows, asked.design.exog
    ceiling, shortest = _log_ends(rows)
    found = plain_censored_fit(
        rows["log_low"],
        rows["log_high"],
        exog,
        asked.clusters,
        GROUP_TERM,
        ceiling=ceiling,
        shortest=shortest,
        spreads=exog[GROUP_TERM].to_numpy(dtype=np.intp),
    )
    return SecondNumber("plain_likelihood", found.estimate, found.se)


def _log_ends(rows: pd.DataFrame) -> tuple[pd.Series, float | None]:
    """Logarithms of the ceilings, and of the shortest hold that was timed."""
    ceiling_s, shortest_s = ceilings_and_shortest_s(rows)
    return np.log(ceiling_s), None if shortest_s is None else float(np.log(shortest_s))


def second_capped_difference(asked: Asked, _: float) -> SecondNumber:
    """A difference of hold times without ceiling by the likelihood of single trials."""
    design, rows = asked.design, asked.design.rows
    low = rows["low_s"].where(rows["low_s"] > 0, -np.inf)
    ceiling_s, shortest_s = ceilings_and_shortest_s(rows)
    found = plain_censored_fit(
        low,
        rows["high_s"],
        design.exog,
        asked.clusters,
        GROUP_TERM,
        ceiling=ceiling_s,
        shortest=shortest_s,
    )
    return SecondNumber("plain_likelihood", found.estimate, found.se)


def _second_log_ratio_by(shape: str) -> Callable[[Asked, float], SecondNumber]:
    def second(asked: Asked, _: float) -> SecondNumber:
        rows = asked.design.rows
        low, high = rows["log_low"], rows["log_high"]
        ceiling, shortest = _log_ends(rows)
        found = plain_censored_fit(
            low,
            high,
            asked.design.exog,
            asked.clusters,
            GROUP_TERM,
            shape=shape,
            ceiling=ceiling,
            shortest=shortest,
        )
        return SecondNumber("plain_likelihood", found.estimate, found.se)

    return second


second_log_ratio_by_weibull: Final = _second_log_ratio_by("weibull")
second_log_ratio_by_loglogistic: Final = _second_log_ratio_by("loglogistic")
"""The same with another distribution of times (SHAPES of the plain likelihood)."""


def second_of_levels(asked: Asked, _: float) -> SecondNumber | None:
    """The log ratio with a level per participant; None with so many rows that it takes seconds."""
    design, rows = asked.design, asked.design.rows
    low, high, people = rows["log_low"], rows["log_high"], rows["participant_id"]
    found = plain_intercept_fit(low, high, design.exog, people, GROUP_TERM)
    if found is None:
        return None
    return SecondNumber("plain_intercept", found.estimate, found.se)


def second_odds_of_the_ceiling(asked: Asked, _: float) -> SecondNumber:
    """The log odds ratio of holding a trial to its ceiling, by sums per participant."""
    design, rows = asked.design, asked.design.rows
    at_ceiling, people = rows["censoring"].eq("ceiling"), rows["participant_id"]
    found = plain_gee(at_ceiling, design.exog, people, GROUP_TERM, is_share=True)
    return SecondNumber("plain_gee", found.estimate, found.se)


def second_hazard_ratio(asked: Asked, _: float) -> SecondNumber | None:
    """The logarithm of a hazard ratio by PHReg; None with so many rows that PHReg takes minutes."""
    design, rows = asked.design, asked.design.rows
    if len(rows) > MOST_ROWS_OF_PHREG:
        return None
    people = pd.factorize(asked.clusters)[0]
    fit = PHReg(
        rows["capped_s"].to_numpy(float),
        design.exog.drop(columns="const").to_numpy(float),
        status=(rows["censoring"] != "ceiling").to_numpy(int),
        ties="breslow",
    ).fit(groups=people)
    n_people = int(people.max()) + 1
    small_sample = float(np.sqrt(n_people / (n_people - 1)))
    return SecondNumber("statsmodels_phreg", float(fit.params[0]), small_sample * float(fit.bse[0]))


def second_of_alike_rows(asked: Asked, _: float) -> SecondNumber:
    """The group's coefficient of estimating equations of all rows, by sums per participant."""
    found = plain_gee(asked.values, asked.design.exog, asked.participants, GROUP_TERM)
    return SecondNumber("plain_gee", found.estimate, found.se)


def second_median(asked: Asked, first: float) -> SecondNumber | None:
    """The group's coefficient of a median regression, or the nearest end of the range it can have.

    None with so many rows that it takes seconds.
    """
    if len(asked.values) > MOST_ROWS_OF_MEDIANS:
        return None
    low, high = median_range(asked.values, asked.design.exog, GROUP_TERM)
    return SecondNumber("median_range", min(max(first, low), high))


def second_welch(case: Floats, reference: Floats) -> SecondNumber:
    """The difference of two means and its standard error, summed as fractions."""
    means, errors = zip(*(_exact_mean(values) for values in (case, reference)), strict=True)
    return SecondNumber("exact_sums", float(means[0] - means[1]), math.sqrt(sum(errors)))


def _exact_mean(values: Floats) -> tuple[Fraction, Fraction]:
    """Mean and the square of its standard error, without any rounding."""
    exact = [Fraction(value) for value in values.tolist()]
    return statistics.mean(exact), statistics.variance(exact) / len(exact)


def second_relative_effect(higher: Floats, lower: Floats) -> SecondNumber:
    """P(higher > lower) by the rank sum of SciPy, its standard error by its Brunner-Munzel test."""
    n, m = len(higher), len(lower)
    # SciPy asks for ranks of the values as they are; those of the analysis are rounded alike.
    u = float(stats.mannwhitneyu(higher, lower, method="asymptotic").statistic)
    probability = u / (n * m)
    if u in (0.0, n * m) or 2 * u == n * m:
        return SecondNumber("scipy_ranks", probability)
    statistic = float(stats.brunnermunzel(lower, higher).statistic)
    return SecondNumber("scipy_ranks", probability, (probability - 0.5) / statistic)


def second_within_pairs(case: Floats, reference: Floats) -> SecondNumber:
    """The mean difference within pairs and its standard error, summed as fractions."""
    mean, error = _exact_mean(case - reference)
    return SecondNumber("exact_sums", float(mean), math.sqrt(error))


def second_within_sets(
    is_case: pd.Series, exog: pd.DataFrame, sets: pd.Series, term: str
) -> SecondNumber | None:
    """The conditional log odds ratio with every choice of cases written out; None with large sets."""
    found = plain_conditional(is_case, exog, sets, term)
    return None if found is None else SecondNumber("conditional_choices", *found)


def second_of_means(asked: Asked, _: float) -> SecondNumber:
    """The group's coefficient of a regression of one value per participant, with HC3."""
    found = partial_fit(asked.values, asked.design.exog, GROUP_TERM)
    return SecondNumber("closed_form", found.estimate, found.se_hc3)


def second_of_rows(asked: Asked, _: float) -> SecondNumber:
    """The group's coefficient of a regression of all rows; its clustered error is not repeated."""
    return SecondNumber(
        "closed_form", partial_fit(asked.values, asked.design.exog, GROUP_TERM).estimate
    )


def second_restricted_mean(asked: Asked, _: float) -> SecondNumber:
    """The group's difference of mean capped holds, from the participants' own means."""
    design, rows = asked.design, asked.design.rows
    capped = rows["capped_s"].clip(upper=float(rows["ceiling_s"].min()))
    people = rows["participant_id"].to_numpy()
    by_leg = capped.groupby([people, rows["leg"].to_numpy()]).mean()
    means = by_leg.groupby(level=0).mean().to_numpy()
    found = partial_fit(means, design.exog.groupby(people).mean(), GROUP_TERM)
    return SecondNumber("closed_form", found.estimate, found.se_hc3)


def second_difference(column: str, design: Design, fit: GuardedFit) -> SecondNumber:
    """The difference between the groups by another way than the guarded fit went.

    A balanced design has it in closed form; else it is that of the computation which confirmed the
    mixed model. A regression of participant means is solved in closed form.
    """
    if fit.confirmed_by is None:
        return SecondNumber("closed_form", *_at_means(column, design, hc3=True))
    if "set" not in fit.factors and is_balanced(design):
        estimate, se = _at_means(column, design, hc3=False)
        is_its_error = fit.errors == "kenward_roger" and not fit.on_boundary
        return SecondNumber("balanced_means", estimate, se if is_its_error else None)
    return SecondNumber(fit.confirmed_by.route, float(fit.confirmed_by.params[GROUP_TERM]))


def is_balanced(design: Design) -> bool:
    """Whether all participants have the same rows per leg and the same within-participant terms.

    Then the mixed model weighs participants equally, and its difference is that of their means.
    """
    rows = design.rows
    legs = rows.groupby(["participant_id", "leg"], observed=True).size()
    legs_each = legs.groupby("participant_id").size()
    if legs.min() < legs.max() or legs_each.min() < legs_each.max():
        return False
    people = design.exog.groupby(rows["participant_id"].to_numpy())
    varies_within = (people.max() - people.min()).max() > 0
    means = people.mean().loc[:, varies_within]
    ranges = (design.exog.max() - design.exog.min())[varies_within]
    return bool(((means.max() - means.min()) <= _SAME_MEAN * ranges).all())


def _at_means(column: str, design: Design, *, hc3: bool) -> tuple[float, float]:
    people = design.rows["participant_id"].to_numpy()
    means: pd.DataFrame = design.exog.groupby(people).mean()
    values = design.rows[column].astype(float).groupby(people).mean().to_numpy()
    found: PartialFit = partial_fit(np.asarray(values), means, GROUP_TERM)
    return found.estimate, found.se_hc3 if hc3 else found.se
