"""Diagnostics of the models of measured outcomes: mixed models and regressions of participant means."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats, Names
from pipeline.statistics.estimates.design import GROUP_TERM
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.model_check import (
    ABOVE,
    FittedRows,
    ModelCheck,
    check_by_p,
    most_influential,
    normal_plot,
    points,
)
from pipeline.statistics.estimates.p_values import two_sided_p
from pipeline.statistics.models.linear.ancova import AncovaResults, leverages
from pipeline.statistics.models.mixed.likelihood_by_sums import inverse_covariance_times
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts, NestedResults
from pipeline.statistics.models.model_rows import sums_by_code, varies
from pipeline.statistics.models.two_groups.spread_and_shape import (
    MOST_FOR_SHAPIRO,
    brown_forsythe,
    shapiro,
)


@dataclass(frozen=True)
class MixedResiduals:
    """Residuals and predicted levels of one fit.

    codes: participant of each row (sorted by name). marginal: row minus fixed effects; conditional:
    minus the levels of set, participant and leg as well, both (n_rows,). fitted: fixed effects and levels.
    levels: predicted level of each participant
    (BLUP), with that of the set. changes: (n_participants, k), change of the
    fixed effects when a participant is left out, at the same variances.
    """

    codes: Codes
    marginal: Floats
    conditional: Floats
    fitted: Floats
    levels: Floats
    changes: Floats


def mixed_residuals(
    results: NestedResults,
    endog: npt.ArrayLike,
    exog: pd.DataFrame,
    groups: npt.ArrayLike,
    nested: npt.ArrayLike | None,
    *,
    sets: npt.ArrayLike | None = None,
) -> MixedResiduals:
    """Residuals of a fit; the other arguments are those it was fitted with.

    Levels have a closed form for nested intercepts, and the inverse covariance of the rows gives them all.
    Rows of a participant who is left out are predicted by those of the same set. Source: Robinson 1991,
    Stat Sci 6:15; leaving out at fixed variances: Christensen et al. 1992, Technometrics 34:38.
    """
    model = NestedIntercepts(endog, exog, groups, nested, sets=sets)
    values, x, people = model.endog, model.exog, model.groups
    variances = results.variances
    marginal = values - x @ results.params.to_numpy(dtype=float)
    weighted, _ = inverse_covariance_times(
        np.column_stack([x, marginal]), model.factors, variances.to_numpy(dtype=float)
    )
    # Level by level, so that rows of one leg have one fitted value to the last digit.
    fitted = (x * results.params.to_numpy(dtype=float)).sum(axis=1)
    levels = np.zeros(model.n_groups)
    for name, codes in zip(model.factor_names, model.factors, strict=True):
        level = float(variances[name]) * sums_by_code(weighted[:, [-1]], codes)[:, 0]
        fitted = fitted + level[codes]
        if name != "leg":
            levels = levels + level[_owner(people, codes)]
    # What participants add to information and score: their weighted rows around the rows' own covariance,
    # given all others.
    own = np.zeros((model.n_groups, x.shape[1], x.shape[1] + 1))
    for codes, owner, variance in _given_others(model, variances):
        sums = sums_by_code(weighted, codes)
        products = sums[:, :-1, None] * sums[:, None, :] * variance[:, None, None]
        np.add.at(own, owner, products)
    information = x.T @ weighted[:, :-1]
    changes = -np.linalg.solve(information - own[:, :, :-1], own[:, :, -1:])[:, :, 0]
    return MixedResiduals(
        codes=people,
        marginal=marginal,
        conditional=values - fitted,
        fitted=fitted,
        levels=levels,
        changes=np.asarray(changes, dtype=np.float64),
    )


def _owner(inner: Codes, outer: Codes) -> Codes:
    """The level of `outer` that each level of `inner` belongs to; both (n_rows,)."""
    owner = np.zeros(int(inner.max()) + 1, dtype=np.intp)
    owner[inner] = outer
    return owner


def _given_others(
    model: NestedIntercepts, variances: pd.Series
) -> list[tuple[Codes, Codes, Floats]]:
    """Covariance of a participant's rows given all other rows: (level of each row, whose, variance).

    The set's intercept is known in part from the set's other members.
    """
    people, rows = model.groups, np.arange(len(model.groups))
    everybody = np.arange(model.n_groups)
    parts = [(rows, people, np.full(len(rows), float(variances["residual"])))]
    own = np.full(model.n_groups, float(variances.get("participant", 0.0)))
    if model.sets is not None:
        below = [
            (name, codes)
            for name, codes in zip(model.factor_names, model.factors, strict=True)
            if name != "set"
        ]
        told = inverse_covariance_times(
            np.ones((len(rows), 1)),
            [codes for _, codes in below],
            variances[["residual", *(name for name, _ in below)]].to_numpy(dtype=float),
        )[0][:, 0]
        of_person = np.bincount(people, told)
        sets = _owner(people, model.sets)
        others = np.bincount(sets, of_person)[sets] - of_person
        own = own + float(variances["set"]) / (1 + float(variances["set"]) * others)
    parts.append((people, everybody, own))
    if model.nested is not None:
        owner = _owner(model.nested, people)
        parts.append((model.nested, owner, np.full(len(owner), float(variances["leg"]))))
    return parts


LARGEST_COOK: Final = 1.0
"""Source: Cook and Weisberg 1982, Residuals and Influence in Regression, chapter 3."""
_SMALLEST_REST: Final = 1e-9
"""Of 1: what leverage leaves of a participant that a term rests on."""
NO_SPREAD: Final = "The residuals do not vary enough to tell."


@dataclass(frozen=True)
class Residuals:
    """What is drawn and tested of a linear fit.

    own, fitted: residual and fitted value of each row (of the participant, in a regression of means).
    names: of the rows' participants. people: names of the participants. mean_residual: of each
    participant, without the fixed effects. levels: predicted level of each participant, None in a
    regression of means. changes_se: change of the group's coefficient without each participant, in
    standard errors. leverage, cook: of each participant, None in a mixed model.
    """

    own: Floats
    fitted: Floats
    names: Names
    people: Names
    mean_residual: Floats
    is_case: Flags
    levels: Floats | None
    changes_se: Floats
    leverage: Floats | None = None
    cook: Floats | None = None


class MeasuredRows(FittedRows):
    """A fit of a measured outcome; its residuals are computed once for all diagnostics."""

    @cached_property
    def residuals(self) -> Residuals:
        """Residuals of the model that was used in the end."""
        if getattr(self.fit, "results", None) is not None:
            return self._of_mixed()
        return self._of_means()

    def _of_mixed(self) -> Residuals:
        used = self.design.rows
        legs = used["leg"] if "leg" in self.fit.factors else None
        found: MixedResiduals = mixed_residuals(
            self.fit.results,
            used[self.column],
            self.design.exog,
            self.codes,
            legs,
            sets=self.design.clusters.codes if "set" in self.fit.factors else None,
        )
        at = list(self.design.exog.columns).index(GROUP_TERM)
        return Residuals(
            own=found.conditional,
            fitted=found.fitted,
            names=self.row_names,
            people=self.names,
            mean_residual=_means(found.marginal, self.codes),
            is_case=_means(self.is_case.astype(float), self.codes) > 0,
            levels=found.levels,
            changes_se=found.changes[:, at] / self._se,
        )

    def _of_means(self) -> Residuals:
        codes = self.codes
        params = self._params
        y = _means(self.design.rows[self.column].to_numpy(float), codes)
        terms = [name for name in self.design.exog.columns if name in params.index]
        columns = self.design.exog[terms].to_numpy(float).T
        x = np.column_stack([_means(column, codes) for column in columns])
        fitted = x @ params[terms].to_numpy(float)
        residuals = y - fitted
        leverage = leverages(x)
        rest = np.maximum(1 - leverage, _SMALLEST_REST)
        n, k = x.shape
        variance = float(residuals @ residuals) / (n - k)
        inverse = np.linalg.inv(x.T @ x)
        moved = -(x @ inverse)[:, terms.index(GROUP_TERM)] * residuals / rest
        return Residuals(
            own=residuals,
            fitted=fitted,
            names=self.names,
            people=self.names,
            mean_residual=residuals,
            is_case=_means(self.is_case.astype(float), codes) > 0,
            levels=None,
            changes_se=moved / self._se,
            leverage=leverage,
            cook=residuals**2 * leverage / (k * variance * rest**2),
        )

    @property
    def _params(self) -> pd.Series:
        if isinstance(self.fit, AncovaResults):
            return self.fit.params
        return pd.Series(self.fit.coefficients["estimate"])

    @property
    def _se(self) -> float:
        if isinstance(self.fit, AncovaResults):
            return float(self.fit.bse[GROUP_TERM])
        return float(self.fit.coefficients["se"].to_dict()[GROUP_TERM])


def _means(values: Floats, codes: np.ndarray) -> Floats:
    """Mean of values of each participant."""
    return np.asarray(np.bincount(codes, values) / np.bincount(codes), dtype=float)


def distribution_of_residuals(rows: MeasuredRows) -> ModelCheck:
    """Normal probability plot of the residuals, and Shapiro and Wilk's test."""
    found = rows.residuals
    return _normal("distribution_of_residuals", found.own, found.names, len(found.people))


def distribution_of_participants(rows: MeasuredRows) -> ModelCheck:
    """Normal probability plot of the participants' predicted levels, and Shapiro and Wilk's test."""
    found = rows.residuals
    if found.levels is None or not varies(found.levels):
        raise NotEstimableError("The model found no differences between participants.")
    return _normal("distribution_of_participants", found.levels, found.people, len(found.people))


def _normal(diagnostic: str, values: Floats, names: Names, n: int) -> ModelCheck:
    thin = -(-len(values) // MOST_FOR_SHAPIRO)
    test = shapiro(np.sort(values)[::thin])
    drawn = normal_plot(values / float(np.std(values, ddof=1)), names, n)
    return check_by_p(diagnostic, test.statistic, test.p, drawn)


def spread_along_fitted(rows: MeasuredRows) -> ModelCheck:
    """Rank correlation of fitted value and size of the residual, summed by participant."""
    found = rows.residuals
    if not (varies(found.fitted) and varies(found.own)):
        raise NotEstimableError(NO_SPREAD)
    sizes = stats.rankdata(np.abs(found.own)) - (len(found.own) + 1) / 2
    places = stats.rankdata(found.fitted) - (len(found.own) + 1) / 2
    codes = pd.factorize(np.asarray(found.names), sort=True)[0]
    by_person = np.bincount(codes, sizes * places)
    spread = float(np.sqrt((by_person**2).sum()))
    correlation = float((sizes @ places) / np.sqrt(float(sizes @ sizes) * float(places @ places)))
    p = two_sided_p(float(by_person.sum()) / spread, float(len(by_person) - 1))
    drawn = points(found.fitted, found.own, participants=found.names)
    return check_by_p("spread_along_fitted", correlation, p, drawn)


def spread_by_group(rows: MeasuredRows) -> ModelCheck:
    """Brown and Forsythe's test of the participants' mean residuals."""
    found = rows.residuals
    case = found.mean_residual[found.is_case]
    test = brown_forsythe(case, found.mean_residual[~found.is_case])
    return check_by_p("spread_by_group", test.statistic, test.p)


def influence(rows: MeasuredRows) -> ModelCheck:
    """Change of the group's coefficient without each participant."""
    found = rows.residuals
    return most_influential(found.changes_se, found.people)


def leverage(rows: MeasuredRows) -> ModelCheck:
    """Leverage and Cook's distance of each participant."""
    found = rows.residuals
    if found.leverage is None or found.cook is None:
        raise NotEstimableError("Leverage is shown for regressions of participant means.")
    largest = float(found.cook.max())
    return ModelCheck(
        "leverage",
        statistic=largest,
        threshold=LARGEST_COOK,
        rule=ABOVE,
        is_against=largest > LARGEST_COOK,
        points=points(found.leverage, found.cook, participants=found.people),
    )
