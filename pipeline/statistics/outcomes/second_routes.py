"""Which second route goes with which model of the planned comparisons."""

import numpy as np
import pandas as pd

from pipeline.statistics.design import GROUP_TERM, Design
from pipeline.statistics.models.censored.plain_likelihood import plain_censored_fit
from pipeline.statistics.models.linear.partial_regression import PartialFit, partial_fit
from pipeline.statistics.models.mixed.guarded_fit import GuardedFit
from pipeline.statistics.second_opinion import SecondNumber

_SAME_MEAN = 1e-9
"""Of a column's range: participant means of a within-participant column that count as equal."""


def second_log_ratio(design: Design) -> SecondNumber:
    """The logarithm of a ratio of hold times by the likelihood of single trials."""
    rows = design.rows
    found = plain_censored_fit(
        rows["log_low"], rows["log_high"], design.exog, rows["participant_id"], GROUP_TERM
    )
    return SecondNumber("plain_likelihood", found.estimate, found.se)


def second_difference(column: str, design: Design, fit: GuardedFit) -> SecondNumber:
    """The difference between the groups by another way than the guarded fit went.

    A balanced design has it in closed form; else it is that of the computation which confirmed the
    mixed model. A regression of participant means is solved in closed form.
    """
    if fit.confirmed_by is None:
        return SecondNumber("closed_form", *_at_means(column, design, hc3=True))
    if is_balanced(design):
        estimate, se = _at_means(column, design, hc3=False)
        return SecondNumber("balanced_means", estimate, None if fit.on_boundary else se)
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
