"""Mixed model in which each participant has a line of their own: random intercept and slope."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.iolib.summary2 import Summary

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.mixed.sufficient_blocks import SufficientBlocks
from pipeline.statistics.models.mixed.variance_components import (
    NO_SOLUTION,
    VarianceFit,
    derivatives,
    least_squares,
    residual_scale,
)
from pipeline.statistics.models.regression_results import FittedTerms

_MOST_STEPS = 200
_MOST_HALVINGS = 60
_SETTLED = 1e-12
"""Of Newton's decrement: log-likelihood that is left to gain."""
_SMALLEST_CURVATURE = 1e-6
"""Of the largest: floor of what a step is divided by."""
_SINGULAR = 1e-4
"""Of the residual standard deviation, as lme4's isSingular: what is left of the slopes' spread when
intercepts are known, or of either spread, counts as 0 below it."""


class RandomSlope:
    """Linear mixed model: exog @ params + own intercept + own slope * slope_column + residual.

    endog: shape (n_rows,). exog: (n_rows, k), a frame whose columns name the terms; `slope`: the
    column along which participants have slopes of their own. groups: the participant of each row.
    Intercepts and slopes are normal and may be correlated (unstructured covariance).
    """

    def __init__(
        self, endog: npt.ArrayLike, exog: pd.DataFrame, groups: npt.ArrayLike, slope: str
    ) -> None:
        self.endog = np.asarray(endog, dtype=float)
        self.exog = exog.to_numpy(dtype=float)
        self.exog_names = [str(name) for name in exog.columns]
        self.groups = pd.factorize(np.asarray(groups), sort=True)[0]
        self.slope = exog[slope].to_numpy(dtype=float)

    def fit(self, *, reml: bool = True) -> "SlopeResults":
        """Exact fit by REML, or by maximum likelihood; inference is normal (z).

        Raises NotEstimableError with too few participants or no variation, NoSolutionError when no
        maximum is found.
        """
        n_groups = int(self.groups.max()) + 1
        n, k = self.exog.shape
        if n_groups <= k or n <= 2 * n_groups:
            raise NotEstimableError(
                f"{n_groups} participants with {n} rows are too few for a slope of each."
            )
        start, residual = least_squares(self.endog, self.exog)
        scale = residual_scale(self.endog, residual, k)
        unit = float(np.sqrt(np.mean(self.slope**2)))
        # Scaled so that residuals and the slope's column are of size 1.
        blocks = _blocks(residual / np.sqrt(scale), self.exog, self.groups, self.slope / unit)
        cholesky = _maximise(blocks, reml=reml)
        fit, _ = derivatives(blocks, _variances(cholesky), reml=reml)
        terms = self.exog_names
        cov = fit.cov * scale
        rescale = np.sqrt(scale) * np.array([1.0, 1 / unit])
        random_cov = _cov(cholesky) * np.outer(rescale, rescale)
        residual_sd = float(np.exp(cholesky[0]) * np.sqrt(scale))
        names = ["intercept", "slope"]
        return SlopeResults(
            params=pd.Series(start + fit.params * np.sqrt(scale), terms),
            bse=pd.Series(np.sqrt(np.diag(cov)), terms),
            df=pd.Series(np.inf, terms),
            cov=pd.DataFrame(cov, terms, terms),
            # The density of values is that of the scaled ones over their unit.
            llf=fit.llf - 0.5 * (n - k if reml else n) * np.log(scale),
            n_rows=n,
            n_groups=n_groups,
            is_reml=reml,
            random_cov=pd.DataFrame(random_cov, names, names),
            residual_sd=residual_sd,
            on_boundary=_boundary(cholesky),
        )


@dataclass(frozen=True, kw_only=True)
class SlopeResults(FittedTerms):
    """Fixed effects and the covariance of participants' own intercepts and slopes.

    random_cov: 2 by 2, "intercept" and "slope", in units of endog and endog per unit of the column.
    on_boundary: why the covariance is singular, in words, or "" when it is not: a standard deviation
    of 0 or a correlation of 1 or -1, which the data cannot have; standard errors are then in doubt.
    """

    is_reml: bool
    random_cov: pd.DataFrame
    residual_sd: float
    on_boundary: str

    @property
    def sds(self) -> pd.Series:
        """Standard deviations of own intercepts and own slopes."""
        return pd.Series(np.sqrt(np.diag(self.random_cov)), self.random_cov.index)

    @property
    def correlation(self) -> float | None:
        """Of own intercepts and slopes; None when one of them does not vary."""
        sds = self.sds
        if not (sds > 0).all():
            return None
        return float(self.random_cov.to_numpy(dtype=float)[0, 1] / sds.prod())

    @property
    def title(self) -> str:
        """First line of the summary."""
        return f"Random intercept and slope, {'REML' if self.is_reml else 'maximum likelihood'}"

    def summary(self) -> Summary:
        """Coefficients and the random effects' covariance, printed as statsmodels prints its own."""
        summary = super().summary()
        summary.add_df(self.random_cov)
        if self.on_boundary:
            summary.add_text(self.on_boundary)
        return summary


def _blocks(endog: Floats, exog: Floats, groups: Codes, slope: Floats) -> SufficientBlocks:
    """One block and one design per participant; variances: residual, intercept, both, slope."""
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    slot = np.concatenate([np.arange(size) for size in sizes])
    shape = (len(sizes), int(sizes.max()))

    def stacked(values: Floats) -> Floats:
        out = np.zeros(shape + values.shape[1:])
        out[groups[order], slot] = values[order]
        return out

    one, own = stacked(np.ones(len(endog))), stacked(slope)
    diagonal = np.eye(shape[1])
    crossed = one[:, :, None] * own[:, None, :]
    return SufficientBlocks(
        endog=stacked(endog),
        exog=stacked(exog),
        design=np.arange(len(sizes)),
        patterns=[
            one[:, :, None] * diagonal,
            one[:, :, None] * one[:, None, :],
            crossed + crossed.transpose(0, 2, 1),
            own[:, :, None] * own[:, None, :],
        ],
        padding=(1 - one)[:, :, None] * diagonal,
        counts=np.ones(len(sizes)),
        n_rows=len(endog),
    )


def _cov(cholesky: Floats) -> Floats:
    """Covariance of intercept and slope from (ln residual sd, l11, l21, l22)."""
    factor = np.array([[cholesky[1], 0.0], [cholesky[2], cholesky[3]]])
    return np.asarray(factor @ factor.T)


def _variances(cholesky: Floats) -> Floats:
    """Residual variance and the three of the covariance."""
    cov = _cov(cholesky)
    return np.array([np.exp(2 * cholesky[0]), cov[0, 0], cov[1, 0], cov[1, 1]])


def _maximise(blocks: SufficientBlocks, *, reml: bool) -> Floats:
    """Newton's method in a Cholesky factor, in which the boundary is a point like any other.

    Directions that curve the wrong way are turned uphill; steps are halved until they rise.
    """
    point = np.array([np.log(np.sqrt(0.5)), 0.5, 0.0, 0.3])
    fit, gradient, information = _in_factor(blocks, point, reml=reml)
    for _ in range(_MOST_STEPS):
        eigenvalues, vectors = np.linalg.eigh(information)
        sizes = np.maximum(np.abs(eigenvalues), _SMALLEST_CURVATURE * np.abs(eigenvalues).max())
        step = vectors @ ((vectors.T @ gradient) / sizes)
        if float(gradient @ step) < _SETTLED:
            return point
        for _ in range(_MOST_HALVINGS):
            found = _in_factor(blocks, point + step, reml=reml)
            if found[0].llf >= fit.llf:
                break
            step = step / 2
        else:
            return point
        point = point + step
        fit, gradient, information = found
    raise NoSolutionError(NO_SOLUTION)


def _in_factor(
    blocks: SufficientBlocks, point: Floats, *, reml: bool
) -> tuple[VarianceFit, Floats, Floats]:
    """The fit at a factor, with gradient and information by the chain rule."""
    try:
        fit, slope = derivatives(blocks, _variances(point), reml=reml)
    except np.linalg.LinAlgError as error:
        raise NoSolutionError(NO_SOLUTION) from error
    _, l11, l21, l22 = point
    residual = fit.variances[0]
    jacobian = np.array(
        [
            [2 * residual, 0.0, 0.0, 0.0],
            [0.0, 2 * l11, 0.0, 0.0],
            [0.0, l21, l11, 0.0],
            [0.0, 0.0, 2 * l21, 2 * l22],
        ]
    )
    curved = np.diag([4 * residual * slope[0], 2 * slope[1], 2 * slope[3], 2 * slope[3]])
    curved[1, 2] = curved[2, 1] = slope[2]
    information = jacobian.T @ fit.observed_information @ jacobian - curved
    return fit, jacobian.T @ slope, information


def _boundary(cholesky: Floats) -> str:
    """Why the covariance is singular, or an empty text."""
    residual_sd = np.exp(cholesky[0])
    _, l11, l21, l22 = np.abs(cholesky) / residual_sd
    if l11 < _SINGULAR:
        return "Participants do not differ in their intercept beyond chance: its variance is 0."
    if np.hypot(l21, l22) < _SINGULAR:
        return "Participants do not differ in their slope beyond chance: its variance is 0."
    if l22 < _SINGULAR:
        sign = "1" if cholesky[2] * cholesky[1] > 0 else "-1"
        return (
            f"The correlation of own intercepts and slopes is {sign}, the end of its range: the data "
            "do not carry both, and standard errors are in doubt."
        )
    return ""
