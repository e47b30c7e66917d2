"""The inverse covariance of nested random intercepts by sums over their levels, and what follows from it.

No blocks, factors or matrix inverses of `variance_components.py`, so that an error in one of them shows.
"""

import numpy as np

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.models.clustered_scores import ClusterScores, sums_by_cluster
from pipeline.statistics.models.model_rows import sums_by_code


def inverse_covariance_times(
    columns: Floats, factors: list[Codes], variances: Floats
) -> tuple[Floats, float]:
    """Inverse covariance of the rows times columns (n, m), and the log of the covariance's determinant.

    factors: codes (n,) from 0 of each level, the coarsest first, each nested in the one before.
    variances: residual, then one per factor. Source: the inverse of I + s 11', once per level
    (Sherman and Morrison 1950, Ann Math Stat 21:124).
    """
    n = len(columns)
    weighted = np.column_stack([columns, np.ones(n)]) / variances[0]
    log_determinant = n * float(np.log(variances[0]))
    for codes, variance in reversed(list(zip(factors, variances[1:], strict=True))):
        sums = sums_by_code(weighted, codes)
        grown = 1 + variance * sums[:, -1]
        log_determinant += float(np.log(grown).sum())
        shrunk = variance * sums / grown[:, None]
        weighted = weighted - weighted[:, -1:] * shrunk[codes]
    return weighted[:, :-1], log_determinant


def reml_loglikelihood(
    endog: Floats, exog: Floats, factors: list[Codes], variances: Floats
) -> float:
    """Of endog (n,) on exog (n, k); factors, variances: as of `inverse_covariance_times`."""
    n, k = exog.shape
    products, log_determinant = _weigh(endog, exog, factors, variances)
    information, cross = products[:k, :k], products[:k, k]
    quadratic = products[k, k] - cross @ np.linalg.solve(information, cross)
    return -0.5 * float(
        log_determinant
        + np.linalg.slogdet(information)[1]
        + quadratic
        + (n - k) * np.log(2 * np.pi)
    )


def coefficients_by_sums(
    endog: Floats, exog: Floats, factors: list[Codes], variances: Floats
) -> Floats:
    """The coefficients (k,) at the variances; arguments as in `reml_loglikelihood`."""
    k = exog.shape[1]
    products, _ = _weigh(endog, exog, factors, variances)
    return np.asarray(np.linalg.solve(products[:k, :k], products[:k, k]))


def _weigh(
    endog: Floats, exog: Floats, factors: list[Codes], variances: Floats
) -> tuple[Floats, float]:
    """Products of all columns weighted by the inverse covariance, and the log of its determinant."""
    values = np.column_stack([exog, endog])
    weighted, log_determinant = inverse_covariance_times(values, factors, variances)
    return values.T @ weighted, log_determinant


def cluster_scores(
    endog: Floats,
    exog: Floats,
    factors: list[Codes],
    variances: Floats,
    params: Floats,
    clusters: Codes,
) -> ClusterScores:
    """Scores and informations of clusters in a fitted mixed model, for its CR2 standard errors.

    clusters: code (n,) of what is independent, the coarsest factor or coarser. With the rows of a cluster
    whitened by the model's covariance these are CR2 and Satterthwaite's degrees of freedom of least
    squares. Source: Pustejovsky and Tipton 2018, J Bus Econ Stat 36:672.
    """
    k = exog.shape[1]
    residual = endog - exog @ params
    weighted, _ = inverse_covariance_times(np.column_stack([exog, residual]), factors, variances)
    pairs = (exog[:, :, None] * weighted[:, None, :k]).reshape(len(exog), k * k)
    informations = sums_by_cluster(pairs.T, clusters).reshape(k, k, -1)
    # Symmetric but for rounding, which the roots must not see.
    informations = (informations + informations.transpose(1, 0, 2)) / 2
    scores = sums_by_cluster((exog * weighted[:, [k]]).T, clusters)
    return ClusterScores(scores, informations, informations.sum(axis=2))
