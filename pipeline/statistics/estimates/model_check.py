"""One diagnostic of one fit: what was found, and the points of its plot."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import betaincinv, ndtri, stdtr

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats, Names
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import Design
from schemas.diagnostics import FLAG_BELOW_P

MOST_POINTS: Final = 400
"""Of one plot; more cannot be told apart in print, and 60,000 rows would make a large file."""

P_BELOW: Final = "p below the threshold"
ABOVE: Final = "value above the threshold"
BELOW: Final = "value below the threshold"
INFLUENCE_RULE: Final = "p below 0.001 and value above the threshold"
INFLUENCE_P: Final = 0.001
MATERIAL_CHANGE_SE: Final = 0.25
"""Of the standard error: a change of the result that a reader would want to know. Both are declared by
Stance: with half of the trials at the ceiling the changes have long tails, and p below 0.01 points at
somebody in 9 of 100 cohorts without any unusual participant; p below 0.001 in 1 to 3."""


@dataclass(frozen=True)
class FittedRows:
    """A fit with the rows behind it.

    fit: results of the model. design: rows and columns that it was fitted to. column: of the
    outcome's values. participants: code of each row. is_case: whether a row is of the case group.
    """

    fit: Any
    design: Design
    column: str
    comparison: Comparison

    @property
    def participants(self) -> pd.Series:
        """Participant of each row."""
        return self.design.rows["participant_id"]

    @cached_property
    def codes(self) -> Codes:
        """Participant of each row as numbers in the order of the names."""
        return np.asarray(pd.factorize(self.participants, sort=True)[0], dtype=np.intp)

    @cached_property
    def row_names(self) -> Names:
        """Name of each row's participant."""
        return np.asarray(self.participants.astype(str), dtype=object)

    @cached_property
    def names(self) -> Names:
        """Names of the participants, in the order of `codes`."""
        names = np.empty(int(self.codes.max()) + 1, dtype=object)
        names[self.codes] = self.row_names
        return names

    @cached_property
    def is_case(self) -> Flags:
        """Rows of the case group."""
        return (self.design.rows["group"] == self.comparison.case).to_numpy(dtype=bool)


@dataclass(frozen=True)
class Points:
    """Points of one plot in the order of x, all of shape (n_points,).

    participant_id: "" where a point is not of one person. expected_low, expected_high: between which
    heights 95 of 100 points lie when the model fits, NaN where that is not drawn.
    """

    participant_id: Names
    x: Floats
    y: Floats
    expected_low: Floats
    expected_high: Floats

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True)
class ModelCheck:
    """What one diagnostic found.

    diagnostic: id of schemas.diagnostics. statistic, p, threshold: numbers of the verdict; rule: how
    they give it. reason: why there is no number, else "". points: of its plot, None without one.
    """

    diagnostic: str
    statistic: float | None = None
    p: float | None = None
    threshold: float | None = None
    rule: str = P_BELOW
    is_against: bool = False
    reason: str = ""
    points: Points | None = None


@dataclass(frozen=True)
class EstimateCheck:
    """A check of the model behind one number of the estimates."""

    estimate_id: str
    outcome: str
    model: str
    found: ModelCheck


Check = Callable[[FittedRows], ModelCheck]


def check_by_p(
    diagnostic: str, statistic: float, p: float, drawn: Points | None = None
) -> ModelCheck:
    """A check whose verdict rests on a P value."""
    return ModelCheck(
        diagnostic,
        statistic=statistic,
        p=p,
        threshold=FLAG_BELOW_P,
        is_against=p < FLAG_BELOW_P,
        points=drawn,
    )


def points(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    participants: Names | None = None,
    low: npt.ArrayLike | None = None,
    high: npt.ArrayLike | None = None,
) -> Points:
    """Points of a plot in the order of x; of many, every so many-th and both ends are kept."""
    x_, y_ = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    n = len(x_)
    names = np.full(n, "", dtype=object) if participants is None else participants
    order = np.lexsort((names.astype(str), y_, x_))
    if n > MOST_POINTS:
        order = order[np.unique(np.linspace(0, n - 1, MOST_POINTS).round().astype(int))]
    ends = [
        np.full(len(order), np.nan) if end is None else np.asarray(end, dtype=float)[order]
        for end in (low, high)
    ]
    return Points(names[order], x_[order], y_[order], *ends)


def expected_shares(shares: Floats, n: int) -> tuple[Floats, Floats]:
    """Between which shares the one seen at `shares` lies in 95 of 100 samples of n people.

    Quantiles of the beta distribution of ordered values. Source: Rosenkrantz 2000, Am Stat 54:245.
    """
    inside = np.clip(shares, 1e-9, 1 - 1e-9)
    a, b = n * inside + 0.5, n * (1 - inside) + 0.5
    return betaincinv(a, b, 0.025), betaincinv(a, b, 0.975)


def normal_plot(values: Floats, participants: Names, n: int) -> Points:
    """Points of a normal probability plot of standardised values, with where n people's would lie."""
    order = np.argsort(values, kind="stable")
    ranks = np.arange(1, len(values) + 1)
    shares = np.asarray((ranks - 0.375) / (len(values) + 0.25), dtype=np.float64)
    low, high = expected_shares(shares, n)
    return points(
        ndtri(shares),
        values[order],
        participants=participants[order],
        low=ndtri(low),
        high=ndtri(high),
    )


def most_influential(changes_se: Floats, names: Names) -> ModelCheck:
    """Whether one participant moves the result (in its standard errors) far more than the others do.

    The largest change is held against the spread of the others' changes (t, times the number of
    participants: Bonferroni) and must be material as well, because in a large study an unusual
    participant moves nothing. changes_se: shape (n_participants,).
    """
    n = len(changes_se)
    squares = changes_se**2
    rest = np.sqrt(np.maximum(squares.sum() - squares, np.finfo(float).tiny) / (n - 1))
    largest = int(np.argmax(np.abs(changes_se)))
    size = float(np.abs(changes_se[largest]))
    t = size / float(rest[largest])
    p = float(min(1.0, max(2 * n * float(stdtr(n - 2, -t)), np.finfo(float).tiny)))
    order = np.argsort(-np.abs(changes_se), kind="stable")
    drawn = points(np.arange(1, n + 1), changes_se[order], participants=names[order])
    return ModelCheck(
        "influence",
        statistic=size,
        p=p,
        threshold=MATERIAL_CHANGE_SE,
        rule=INFLUENCE_RULE,
        is_against=p < INFLUENCE_P and size > MATERIAL_CHANGE_SE,
        points=drawn,
    )
