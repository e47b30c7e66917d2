"""Logistic regression of a yes or no outcome: one row per participant, or shares of legs and trials.

Terms that predict an outcome without error leave a logistic model without a solution: a maximum likelihood
fit then runs off to infinity, and statsmodels stops at coefficients such as -332 with a warning. Found
here beforehand by linear programming (Konis 2007, thesis, Oxford).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.optimize import brentq, linprog
from scipy.special import expit
from statsmodels.discrete.discrete_model import Logit
from statsmodels.genmod.families import Binomial

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P, Inference
from pipeline.statistics.models.linear.estimating_equations import (
    GEECovariance,
    GEEResults,
    Working,
    fit_gee,
)
from pipeline.statistics.models.model_rows import CONSTANT, check_clusters, check_rows
from pipeline.statistics.models.regression_results import RegressionResults

_NOTHING = 1e-7
"""Of the bound of a direction: what the solver leaves where there is none."""


def refuse_separation(is_event: npt.ArrayLike, exog: pd.DataFrame) -> None:
    """Raises NoSolutionError, naming the terms, when a combination of them separates the outcome."""
    side = np.where(np.asarray(is_event, dtype=bool), 1.0, -1.0)
    separated = _separating(side, exog)
    if separated:
        raise NoSolutionError(separation_sentence(separated))


def refuse_separation_within(differences: pd.DataFrame) -> None:
    """The same for matched sets: rows are differences case minus reference within a set."""
    separated = _separating(np.ones(len(differences)), differences)
    if separated:
        raise NoSolutionError(separation_sentence(separated, " within the matched sets"))


def refuse_separation_of_bands(bands: Codes, exog: pd.DataFrame) -> None:
    """The same for ordered bands 0, 1, ..., all of them present; exog without a constant."""
    x = _scale_columns(exog)
    n_cuts = int(bands.max())
    # A row of band b lies above cut b - 1 and below cut b along the direction.
    above = np.zeros((len(bands), n_cuts))
    below = np.zeros((len(bands), n_cuts))
    for row, band in enumerate(bands):
        if band > 0:
            above[row, band - 1] = -1.0
        if band < n_cuts:
            below[row, band] = 1.0
    has_above, has_below = bands > 0, bands < n_cuts
    rows = np.vstack(
        [
            np.column_stack([x[has_above], above[has_above]]),
            np.column_stack([-x[has_below], below[has_below]]),
        ]
    )
    direction = _direction(rows)[: exog.shape[1]]
    separated = [str(name) for name, part in zip(exog, direction, strict=True) if part]
    if separated:
        raise NoSolutionError(separation_sentence(separated))


def separation_sentence(terms: list[str], where: str = "") -> str:
    """What a report says about separation."""
    predict = "predicts" if len(terms) == 1 else "together predict"
    return (
        f"{' and '.join(terms)} {predict} the outcome without error for some or all rows{where}, "
        "so that the odds ratio has no finite value."
    )


def _separating(side: Floats, exog: pd.DataFrame) -> list[str]:
    """Terms of a separating direction; one term alone where one is enough; empty without any."""
    rows = side[:, None] * _scale_columns(exog)
    names = [str(name) for name in exog.columns]
    if not _direction(rows).any():
        return []
    constant = [i for i, name in enumerate(names) if name == CONSTANT]
    for i, name in enumerate(names):
        if name != CONSTANT and _direction(rows[:, [*constant, i]]).any():
            return [name]
    direction = _direction(rows)
    return [name for name, part in zip(names, direction, strict=True) if part and name != CONSTANT]


def _scale_columns(exog: pd.DataFrame) -> Floats:
    x = exog.to_numpy(dtype=float)
    largest = np.abs(x).max(axis=0)
    return np.asarray(x / np.where(largest > 0, largest, 1.0))


def _direction(rows: Floats) -> Floats:
    """A direction along which no row is negative and some are positive; zeros when there is none."""
    found = linprog(
        -rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs"
    )
    if found.status != 0 or -found.fun <= _NOTHING * len(rows):
        return np.zeros(rows.shape[1])
    return np.where(np.abs(found.x) > _NOTHING, found.x, 0.0)


FEWEST_EVENTS_PER_COEFFICIENT = 10
"""Participants with the rarer outcome per coefficient; with fewer, coefficients are too far from 0
on average (Peduzzi 1996, J Clin Epidemiol 49:1373)."""
_MOST_STEPS = 100
_FARTHEST_SE = 60.0
"""Standard errors within which a profile interval is looked for."""


@dataclass(frozen=True, kw_only=True)
class LogisticResults(RegressionResults):
    """Log odds ratios; inherited inference is Wald's, `profile` the likelihood's.

    n_events: rows with the outcome. events_per_coefficient: of the rarer outcome, without the
    constant. endog, exog: the rows. fitted: probability per row.
    """

    loglik: float
    aic: float
    n_events: int
    events_per_coefficient: float
    endog: pd.Series
    exog: pd.DataFrame
    fitted: pd.Series

    def profile(self, term: str, ci_level: float = 0.95) -> Inference:
        """Likelihood-ratio P value and profile interval of one coefficient, which agree.

        With tens of participants Wald's interval is 7 to 31 % off. statistic: the signed root of
        the likelihood ratio. Raises NoSolutionError when a limit is beyond any finite value.
        Source: Venzon and Moolgavkar 1988, Appl Stat 37:87.
        """
        y, x = self.endog.to_numpy(float), self.exog.to_numpy(float)
        place = list(self.exog.columns).index(term)
        free = np.delete(np.arange(x.shape[1]), place)
        estimate, se = float(self.params[term]), float(self.bse[term])
        limit = float(stats.chi2.ppf(ci_level, 1))
        start = self.params.to_numpy(float)[free]

        def deviance(value: float) -> float:
            """Twice the loss of log-likelihood when the coefficient is held at a value."""
            best = _maximise(y, x[:, free], value * x[:, place], start)[1]
            return max(0.0, 2 * (self.loglik - best))

        ends = []
        for side in (-1.0, 1.0):
            reach = 1.0
            while deviance(estimate + side * reach * se) < limit:
                reach *= 1.5
                if reach > _FARTHEST_SE:
                    raise NoSolutionError("The interval of the odds ratio has no finite end.")
            ends.append(
                brentq(
                    lambda value: deviance(value) - limit,
                    estimate,
                    estimate + side * reach * se,
                    xtol=1e-10 * se,
                )
            )
        root = np.sign(estimate) * np.sqrt(deviance(0.0))
        return Inference(
            estimate=estimate,
            se=se,
            statistic=float(root),
            df=None,
            p=max(float(stats.chi2.sf(root**2, 1)), SMALLEST_P),
            ci_low=float(ends[0]),
            ci_high=float(ends[1]),
            ci_level=ci_level,
        )

    def calibration(self, n_groups: int = 5) -> pd.DataFrame:
        """Predicted and observed share by group of predicted probability, for a plot.

        Columns n, predicted, observed; fewer groups where many predictions are equal.
        """
        group = pd.qcut(self.fitted.rank(method="first"), min(n_groups, self.n_rows), labels=False)
        rows = pd.DataFrame({"predicted": self.fitted, "observed": self.endog})
        grouped = rows.groupby(group.to_numpy())
        return grouped.mean().assign(n=grouped.size())[["n", "predicted", "observed"]]


class LogisticRegression:
    """Log odds of endog (0 or 1 per participant) as a linear function of exog (with `const`)."""

    def __init__(self, endog: npt.ArrayLike, exog: pd.DataFrame) -> None:
        self.exog = exog
        self.endog = pd.Series(np.asarray(endog, dtype=float), index=exog.index)

    def fit(self) -> LogisticResults:
        """Maximum likelihood with Newton's method (statsmodels Logit).

        Raises NotEstimableError (see `check_rows`) and NoSolutionError, naming the terms, when
        they separate the outcome; ValueError for an outcome other than 0 and 1.
        """
        y, x = check_binary(self.endog, self.exog)
        refuse_separation(y, self.exog)
        fit = Logit(y, x).fit(
            method="newton", maxiter=_MOST_STEPS, disp=0, tol=1e-14, warn_convergence=False
        )
        names = self.exog.columns
        n_events = int(y.sum())
        rarer = min(n_events, len(y) - n_events)
        per_coefficient = rarer / max(x.shape[1] - 1, 1)
        return LogisticResults(
            params=pd.Series(fit.params, names),
            cov=pd.DataFrame(fit.cov_params(), names, names),
            df=None,
            covariance="maximum likelihood",
            n_rows=len(y),
            n_participants=len(y),
            cautions=few_events(per_coefficient),
            loglik=float(fit.llf),
            aic=float(fit.aic),
            n_events=n_events,
            events_per_coefficient=per_coefficient,
            endog=self.endog,
            exog=self.exog,
            fitted=pd.Series(fit.predict(x), self.exog.index),
        )


def check_binary(endog: npt.ArrayLike, exog: pd.DataFrame) -> tuple[Floats, Floats]:
    """`check_rows` of an outcome that is 0 or 1; NotEstimableError when all rows have the same."""
    y = np.asarray(endog, dtype=float)
    if not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("the outcome of a logistic model is 0 or 1")
    if len(y) and y.min() == y.max():
        has = "have" if y[0] else "do not have"
        raise NotEstimableError(f"All rows {has} the outcome, so that nothing can be compared.")
    return check_rows(y, exog)


def few_events(per_coefficient: float) -> tuple[str, ...]:
    """A caution when the rarer outcome is too rare for the number of coefficients."""
    if per_coefficient >= FEWEST_EVENTS_PER_COEFFICIENT:
        return ()
    return (
        f"The rarer outcome has {per_coefficient:.1f} rows per coefficient; with fewer than "
        f"{FEWEST_EVENTS_PER_COEFFICIENT} odds ratios are too far from 1 on average.",
    )


def _maximise(y: Floats, x: Floats, offset: Floats, start: Floats) -> tuple[Floats, float]:
    """Coefficients and log-likelihood of a logistic model with an offset, by damped Newton."""
    beta = start.copy()

    def loglik(b: Floats) -> float:
        eta = x @ b + offset
        return float((y * eta - np.logaddexp(0, eta)).sum())

    value = loglik(beta)
    for _ in range(_MOST_STEPS):
        share = expit(x @ beta + offset)
        gradient = x.T @ (y - share)
        information = (x * (share * (1 - share))[:, None]).T @ x
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        if float(gradient @ step) < 1e-14 * max(1.0, abs(value)):
            break
        length = 1.0
        while (new := loglik(beta + length * step)) < value and length > 1e-10:
            length /= 2
        beta, value = beta + length * step, max(new, value)
    return beta, value


class LegShares:
    """Log odds of endog (0 or 1 per leg or trial) as a linear function of exog (with `const`).

    participants: Series of the very frame that exog was made of.
    """

    def __init__(self, endog: npt.ArrayLike, exog: pd.DataFrame, participants: pd.Series) -> None:
        self.endog = endog
        self.exog = exog
        self.participants = participants

    def fit(
        self, working: Working = "exchangeable", covariance: GEECovariance = "bias_reduced"
    ) -> GEEResults:
        """Log odds ratios averaged over participants; t with participants - k degrees of freedom.

        exp(coefficient) is an odds ratio. Raises NotEstimableError when all rows have the same
        outcome, as `check_rows`, or with no more participants than terms; NoSolutionError when
        terms separate the outcome. Source: Liang and Zeger 1986, Biometrika 73:13.
        """
        y, x = check_binary(self.endog, self.exog)
        codes = check_clusters(self.participants, self.exog)
        refuse_separation(y, self.exog)
        return fit_gee(y, x, codes, self.exog.columns, Binomial(), working, covariance)


def shares_by_group(
    endog: npt.ArrayLike, is_case: npt.ArrayLike
) -> tuple[tuple[int, int], tuple[int, int]]:
    """(rows with the outcome, rows) of the case and of the reference group; an empty group counts 0 of 0."""
    y, case = np.asarray(endog, dtype=float), np.asarray(is_case, dtype=bool)
    return (
        (int(y[case].sum()), int(case.sum())),
        (int(y[~case].sum()), int((~case).sum())),
    )
