"""Ordered bands (of pain, of disability) as a function of terms: proportional odds model."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.tools.sm_exceptions import ConvergenceWarning, HessianInversionWarning

from pipeline.statistics.estimates.arrays import Codes
from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.discrete.logistic import (
    LogisticRegression,
    few_events,
    refuse_separation_of_bands,
)
from pipeline.statistics.models.model_rows import CONSTANT, check_rows
from pipeline.statistics.models.regression_results import RegressionResults

_MOST_STEPS = 500
_SETTLED = 1e-9


@dataclass(frozen=True, kw_only=True)
class OrderedBandsResults(RegressionResults):
    """Log odds ratios of being in a higher band, the same at every cut.

    thresholds: log odds of being at or below each cut where all terms are 0, indexed by the band
    below the cut. bands: names, lowest first, without empty ones. log_odds_by_cut: the same terms
    in one logistic model per cut (rows: band above the cut; missing where a model has no
    solution), to see whether they are alike.
    """

    thresholds: pd.Series
    loglik: float
    bands: tuple[str, ...]
    log_odds_by_cut: pd.DataFrame


class OrderedBands:
    """Proportional odds model of one band per participant.

    endog: ordered categorical, shape (n_participants,). exog: frame without a constant, whose index
    is that of endog. Bands that nobody is in are left out.
    """

    def __init__(self, endog: pd.Series, exog: pd.DataFrame) -> None:
        if not (isinstance(endog.dtype, pd.CategoricalDtype) and endog.cat.ordered):
            raise ValueError("endog needs ordered categories")
        if CONSTANT in exog.columns:
            raise ValueError("the thresholds take the place of a constant")
        if not endog.index.equals(exog.index) or endog.isna().any():
            raise ValueError("each row of exog needs a band")
        self.endog = endog
        self.exog = exog

    def fit(self) -> OrderedBandsResults:
        """Maximum likelihood (statsmodels OrderedModel), z inference.

        Raises NotEstimableError when all participants are in one band, as `check_rows` with the
        thresholds counted as terms; NoSolutionError when terms separate the bands.
        Source: McCullagh 1980, J R Stat Soc B 42:109.
        """
        used = self.endog.cat.remove_unused_categories()
        bands = tuple(str(name) for name in used.cat.categories)
        if len(bands) == 1:
            raise NotEstimableError(f"All participants are in the band {bands[0]}.")
        codes = np.asarray(used.cat.codes, dtype=np.intp)
        check_rows(codes.astype(float), self.exog.assign(**{CONSTANT: 1.0}))
        n_terms = self.exog.shape[1]
        if len(codes) <= n_terms + len(bands) - 1:
            raise NotEstimableError(
                f"{len(codes)} rows are too few for {n_terms} coefficients and {len(bands)} bands."
            )
        refuse_separation_of_bands(codes, self.exog)
        centre, scale = self.exog.mean(), self.exog.std(ddof=0)
        x = ((self.exog - centre) / scale).to_numpy(float)
        model = OrderedModel(codes, x, distr="logit")
        fit = _fit_until_settled(model)
        slopes = np.asarray(fit.params)[:n_terms] / scale.to_numpy(float)
        names = self.exog.columns
        sizes = scale.to_numpy(float)
        cov = np.asarray(fit.cov_params())[:n_terms, :n_terms] / np.outer(sizes, sizes)
        cuts = model.transform_threshold_params(fit.params)[1:-1]
        return OrderedBandsResults(
            params=pd.Series(slopes, names),
            cov=pd.DataFrame(cov, names, names),
            df=None,
            covariance="proportional odds, maximum likelihood",
            n_rows=len(codes),
            n_participants=len(codes),
            cautions=few_events(float(_rows_at_cuts(codes)) / n_terms),
            thresholds=pd.Series(cuts + slopes @ centre.to_numpy(float), list(bands[:-1])),
            loglik=float(fit.llf),
            bands=bands,
            log_odds_by_cut=_by_cut(codes, bands, self.exog),
        )


def _fit_until_settled(model: OrderedModel) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", HessianInversionWarning)
        try:
            return model.fit(method="bfgs", maxiter=_MOST_STEPS, gtol=_SETTLED, disp=False)
        except (ConvergenceWarning, HessianInversionWarning, np.linalg.LinAlgError) as error:
            raise NoSolutionError(
                "The proportional odds model has no stable solution with these data."
            ) from error


def _rows_at_cuts(codes: Codes) -> int:
    """Rows on the smaller side of the cut that divides the participants most evenly."""
    below = np.cumsum(np.bincount(codes))[:-1]
    return int(np.minimum(below, len(codes) - below).max())


def _by_cut(codes: Codes, bands: tuple[str, ...], exog: pd.DataFrame) -> pd.DataFrame:
    with_constant = pd.concat([pd.Series(1.0, exog.index, name=CONSTANT), exog], axis=1)
    found = {}
    for cut in range(1, len(bands)):
        try:
            fit = LogisticRegression(codes >= cut, with_constant).fit()
        except NotEstimableError:
            continue
        found[bands[cut]] = fit.params[exog.columns]
    return pd.DataFrame(found, index=exog.columns).T.reindex(list(bands[1:]))
