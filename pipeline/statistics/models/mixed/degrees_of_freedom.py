"""Small-sample degrees of freedom and standard errors of one contrast of a mixed model."""

import numpy as np

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.models.mixed.variance_components import VarianceFit


def satterthwaite(fit: VarianceFit, contrast: Floats) -> tuple[float, float]:
    """(standard error, degrees of freedom) of contrast'params, contrast of shape (k,).

    Variances at 0 are left out, as lmerTest does. Source: Satterthwaite 1946, Biometrics 2:110;
    Kuznetsova 2017, J Stat Softw 82(13) (lmerTest).
    """
    cov = fit.cov
    variance = float(contrast @ cov @ contrast)
    active = fit.variances > 0
    gradient = np.array([contrast @ cov @ p @ cov @ contrast for p in fit.p_matrices])[active]
    of_variances = np.linalg.inv(fit.observed_information[np.ix_(active, active)])
    return float(np.sqrt(variance)), float(2 * variance**2 / (gradient @ of_variances @ gradient))


def kenward_roger(fit: VarianceFit, contrast: Floats) -> tuple[float, float]:
    """(adjusted standard error, degrees of freedom) of contrast'params, contrast of shape (k,).

    Variances at 0 are kept, as R's pbkrtest does, so that the degrees of freedom of a
    between-participant contrast stay near the number of participants. Both are missing (NaN) with
    so few rows that the approximation does not exist. Source: Kenward and Roger 1997, Biometrics
    53:983; the covariance is linear in the variances, so that the term with second derivatives
    is 0.
    """
    cov, p, q = fit.cov, fit.p_matrices, fit.q_matrices
    try:
        weights = np.linalg.inv(fit.expected_information)
    except np.linalg.LinAlgError:
        return np.nan, np.nan
    spread = np.einsum("ab,abij->ij", weights, q) - np.einsum(
        "ab,aij,jk,bkl->il", weights, p, cov, p, optimize=True
    )
    adjusted_variance = float(contrast @ (cov + 2 * cov @ spread @ cov) @ contrast)
    theta = np.outer(contrast, contrast) / (contrast @ cov @ contrast)
    parts = np.array([theta @ cov @ p_i @ cov for p_i in p])
    traces = np.einsum("aii->a", parts)
    a1 = float(traces @ weights @ traces)
    a2 = float(np.einsum("ab,aij,bji->", weights, parts, parts, optimize=True))
    df = _kenward_roger_df(a1, a2)
    if not (adjusted_variance > 0 and np.isfinite(df) and df > 0):
        return np.nan, np.nan
    return float(np.sqrt(adjusted_variance)), df


def _kenward_roger_df(a1: float, a2: float) -> float:
    """Degrees of freedom for one contrast (rank 1), with the symbols of Kenward and Roger 1997."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        a = np.float64(a2)
        b = (a1 + 6 * a) / 2
        g = (2 * a1 - 5 * a) / (3 * a)
        c = 3 + 2 * (1 - g)
        c1, c2, c3 = g / c, (1 - g) / c, (3 - g) / c
        expectation = 1 / (1 - a)
        variance = 2 * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
        rho = variance / (2 * expectation**2)
        return float(4 + 3 / (rho - 1))


def within_strata(
    constant_within: list[list[bool]], sizes: list[int], *, is_constant: list[bool]
) -> list[float]:
    """Degrees of freedom of each term by the stratum in which it varies, as R's nlme counts them.

    constant_within: for each level (participants first), whether each term has one value per unit.
    sizes: number of units of each level, rows last. is_constant: terms that never vary (the
    constant), which get those of the rows. A stratum has its units less those of the level above and
    the terms that vary in it. Source: Pinheiro and Bates 2000, Mixed-Effects Models in S and S-PLUS,
    section 2.4.2.
    """
    n_levels = len(constant_within)
    stratum = [
        n_levels
        if constant
        else next((level for level in range(n_levels) if constant_within[level][term]), n_levels)
        for term, constant in enumerate(is_constant)
    ]
    above = [1 if any(is_constant) else 0, *sizes[:-1]]
    varying = [
        sum(
            own == level and not constant
            for own, constant in zip(stratum, is_constant, strict=True)
        )
        for level in range(n_levels + 1)
    ]
    return [float(sizes[level] - above[level] - varying[level]) for level in stratum]
