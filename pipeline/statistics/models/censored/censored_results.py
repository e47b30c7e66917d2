"""Results of a censored regression: inference with few participants, medians, residuals."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.base.model import GenericLikelihoodModelResults

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.models.clustered_scores import ClusterScores

ONE_PARTICIPANT = (
    "The term {term} rests on one participant, whose spread from others like it is not known."
)


class CensoredResults(GenericLikelihoodModelResults):  # type: ignore[misc]
    """What statsmodels results offer, and more; made by CensoredRegression.fit.

    participants: shape (n_rows,), codes of the clusters when the fit is clustered, else None.
    clusters: scores behind a small-sample covariance (CR2), else None.
    """

    def __init__(self, model: Any, mlefit: Any) -> None:
        super().__init__(model, mlefit)
        self.participants: Codes | None = None
        self.clusters: ClusterScores | None = None

    def use_clusters(self, clusters: ClusterScores) -> None:
        """Take covariance and degrees of freedom from scores of clusters (CR2)."""
        self.clusters = clusters
        self.cov_type = "CR2"
        self.cov_params_default = clusters.covariance

    @property
    def terms(self) -> list[str]:
        """Names of the parameters in order, those of sigma last."""
        return [str(name) for name in self.model.exog_names]

    def df_of(self, contrast: npt.ArrayLike) -> float | None:
        """Degrees of freedom of t for a contrast of the parameters. None where the reference is normal.

        Satterthwaite's with a small-sample covariance, else clusters - 1.
        """
        if self.clusters is not None:
            return self.clusters.df(contrast)
        return float(self.df_resid_inference) if self.use_t else None

    @property
    def pvalues(self) -> Floats:
        """Two-sided P value of each parameter."""
        return self.coefficient_table()["p"].to_numpy(dtype=float)

    def conf_int(self, alpha: float = 0.05, cols: Sequence[int] | None = None) -> Floats:
        """Interval of level 1 - alpha of each parameter, or of some, (m, 2)."""
        found = self.coefficient_table(ci_level=1 - alpha)[["ci_low", "ci_high"]].to_numpy(float)
        return found if cols is None else found[list(cols)]

    def _df_of_terms(self) -> list[float | None]:
        return [self.df_of(row) for row in np.eye(len(self.params))]

    @property
    def sigma(self) -> pd.Series:
        """Spread of the error by label ("all" without spread_groups), on the regression's scale."""
        names = self.terms[-self.model.k_spread :]
        labels = [name.partition("[")[2].rstrip("]") or "all" for name in names]
        return pd.Series(np.exp(self.params[-self.model.k_spread :]), index=labels)

    def inference(self, term: str, *, ci_level: float = 0.95) -> Inference:
        """Estimate, interval and P value of one term on the scale of the regression.

        Raises NotEstimableError for an indicator that one participant alone has (or alone lacks)
        in a clustered fit: cluster-robust errors would be too small, without a sign of it.
        """
        at = self.terms.index(term)
        if self.participants is not None and at < self.model.exog.shape[1]:
            column = pd.Series(self.model.exog[:, at])
            levels = column.groupby(self.participants).agg(["min", "max"])
            is_between = bool((levels["min"] == levels["max"]).all())
            counts = levels["min"].value_counts()
            if is_between and len(counts) == 2 and counts.min() == 1:
                raise NotEstimableError(ONE_PARTICIPANT.format(term=term))
        contrast = np.eye(len(self.params))[at]
        if self.clusters is not None and self.clusters.rests_on_one(contrast):
            raise NotEstimableError(ONE_PARTICIPANT.format(term=term))
        df = self.df_of(contrast)
        return infer(float(self.params[at]), float(self.bse[at]), df=df, ci_level=ci_level)

    def coefficient_table(self, *, ci_level: float = 0.95) -> pd.DataFrame:
        """One row per term: estimate, se, df (missing for z), statistic, p, ci_low, ci_high."""
        rows = [
            infer(float(value), float(se), df=df, ci_level=ci_level)
            for value, se, df in zip(self.params, self.bse, self._df_of_terms(), strict=True)
        ]
        columns = ("estimate", "se", "df", "statistic", "p", "ci_low", "ci_high")
        table = {name: [getattr(row, name) for row in rows] for name in columns}
        return pd.DataFrame(table, index=self.terms).astype(float)

    def predict_quantile(
        self, exog: npt.ArrayLike, share: float = 0.5, *, ci_level: float = 0.95
    ) -> pd.DataFrame:
        """The value that a `share` of trials with these columns stays below; the median by default.

        exog: shape (m, k), in the columns of the model. Returns m rows of estimate, ci_low, ci_high
        in the unit of the variable; intervals by the delta method on the regression's scale.
        Raises NotEstimableError with a sigma per group: say which group by a model of its own.
        """
        if self.model.k_spread > 1:
            raise NotEstimableError("The median by group needs a model with one spread.")
        z = float(self.model.distribution.error.quantile(np.array([share]))[0])
        rows = np.atleast_2d(np.asarray(exog, dtype=float))
        gradient = np.column_stack([rows, np.full(len(rows), z * float(self.sigma.iloc[0]))])
        at = rows @ self.params[:-1] + z * float(self.sigma.iloc[0])
        se = np.sqrt(np.einsum("ij,jk,ik->i", gradient, self.cov_params(), gradient))
        found = [
            infer(float(value), float(error), df=self.df_of(row), ci_level=ci_level)
            for value, error, row in zip(at, se, gradient, strict=True)
        ]
        columns = ("estimate", "ci_low", "ci_high")
        values = np.array([[getattr(row, name) for name in columns] for row in found])
        on_log_scale = self.model.distribution.on_log_scale
        return pd.DataFrame(np.exp(values) if on_log_scale else values, columns=columns)

    def standardised_bounds(self) -> tuple[Floats, Floats]:
        """(bounds - fitted) / sigma of each row: residuals, equal where the row is exact."""
        model = self.model
        sigma, _ = model._at(self.params)
        fitted = model.exog @ self.params[: -model.k_spread]
        return (model.rows.low - fitted) / sigma, (model.rows.high - fitted) / sigma
