"""Multiple imputation of participants' covariates by chained equations, and Rubin's rules.

statsmodels' MICE takes numbers only and its donors by one number; here a category is matched in the
space of all its levels, so that a text column needs no code and no impossible value can arise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, infer


@dataclass(frozen=True)
class CompleteDataFit:
    """An estimate from one completed table: estimate, standard error, degrees of freedom.

    df: what the fit would have if nothing had been missing.
    """

    estimate: float
    se: float
    df: float


@dataclass(frozen=True)
class PooledInference:
    """Inference over m completed tables.

    inference: estimate, se, t with Barnard and Rubin's df. within: mean of the squared standard
    errors. between: variance of the estimates. increase: relative increase of the variance because
    values are missing. missing_information: share of the information that is missing.
    monte_carlo_se: how far the estimate would move with another seed.
    """

    inference: Inference
    m: int
    within: float
    between: float
    increase: float
    missing_information: float
    monte_carlo_se: float


def pool(fits: Sequence[CompleteDataFit], *, ci_level: float = 0.95) -> PooledInference:
    """Rubin's rules with the degrees of freedom of Barnard and Rubin, which never exceed the fit's.

    One fit is taken as that of a table without missing values. Raises NotEstimableError without
    fits or with a standard error of 0. Agrees with R's mice::pool. Source: Rubin 1987; Barnard and
    Rubin 1999, Biometrika 86:948.
    """
    if not fits:
        raise NotEstimableError("No completed table could be analysed.")
    if not all(fit.se > 0 and np.isfinite(fit.se) for fit in fits):
        raise NotEstimableError("A completed table gives no standard error.")
    m = len(fits)
    estimates = np.array([fit.estimate for fit in fits])
    within = float(np.mean([fit.se**2 for fit in fits]))
    between = float(estimates.var(ddof=1)) if m > 1 else 0.0
    total = within + (1 + 1 / m) * between
    increase = (1 + 1 / m) * between / within
    df_complete = min(fit.df for fit in fits)
    df = _barnard_rubin(m, (1 + 1 / m) * between / total, df_complete)
    information = (increase + 2 / (df + 3)) / (increase + 1) if between > 0 else 0.0
    return PooledInference(
        inference=infer(float(estimates.mean()), float(np.sqrt(total)), df=df, ci_level=ci_level),
        m=m,
        within=within,
        between=between,
        increase=increase,
        missing_information=information,
        monte_carlo_se=float(np.sqrt(between / m)),
    )


def _barnard_rubin(m: int, missing_share: float, df_complete: float) -> float:
    """missing_share: of the total variance, what comes from missing values."""
    if missing_share == 0:
        return df_complete
    of_imputation = (m - 1) / missing_share**2
    observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - missing_share)
    return of_imputation * observed / (of_imputation + observed)


FEWEST_IMPUTATIONS = 20
"""With fewer, P values move from seed to seed (White, Royston and Wood 2011, Stat Med 30:377)."""
N_CYCLES = 10
N_DONORS = 5
_RIDGE = 1e-5
"""Of the diagonal: lets a column be predicted by columns that overlap, as R's mice does."""


def fit_imputed(
    people: pd.DataFrame,
    fit: Callable[[pd.DataFrame], CompleteDataFit],
    *,
    rng: np.random.Generator,
    m: int = FEWEST_IMPUTATIONS,
    ci_level: float = 0.95,
) -> PooledInference:
    """Impute the table m times, fit each completed one, and pool.

    people: one row per participant (index: their ids); columns are the covariates and everything
    that goes with them and with their being missing, outcomes included. fit: gets a completed
    table with the same index and columns, and merges it with trials where the model needs them. A
    table without missing values is fitted once. Raises NotEstimableError when a column has no
    value, or when `fit` raises it for any completed table.
    """
    if not people.isna().any(axis=None):
        return pool([fit(people)], ci_level=ci_level)
    return pool([fit(table) for table in impute(people, rng=rng, m=m)], ci_level=ci_level)


def impute(
    people: pd.DataFrame, *, rng: np.random.Generator, m: int = FEWEST_IMPUTATIONS
) -> list[pd.DataFrame]:
    """M completed copies of a table of numbers, texts, categories and truth values.

    Each column with missing values is predicted from all others in turn, N_CYCLES times, starting
    from values drawn at random. A missing value is that of one of the N_DONORS participants whose
    prediction is nearest, with coefficients drawn for their uncertainty (predictive mean matching).
    The same people and seed give the same tables, however rows are sorted or ids are named. Raises
    ValueError for fewer than FEWEST_IMPUTATIONS tables. Source: van Buuren and Groothuis-Oudshoorn
    2011, J Stat Softw 45(3); Little 1988, J Bus Econ Stat 6:287.
    """
    if m < FEWEST_IMPUTATIONS:
        raise ValueError(f"at least {FEWEST_IMPUTATIONS} imputations are needed")
    for name in people.columns:
        if people[name].isna().all():
            raise NotEstimableError(f"{name} has no recorded value to impute from.")
    place = people.reset_index(drop=True).sort_values(list(people.columns), kind="stable").index
    ordered = people.iloc[place]
    back = np.argsort(place)
    codes = [_columns(ordered[name]) for name in ordered]
    known = [ordered[name].notna().to_numpy() for name in ordered]
    tables = []
    for _ in range(m):
        sources = _sources(codes, known, rng)
        columns = [
            ordered[name].take(source[back]).set_axis(people.index)
            for name, source in zip(ordered, sources, strict=True)
        ]
        tables.append(pd.concat(columns, axis=1))
    return tables


def _sources(codes: list[Floats], known: list[Flags], rng: np.random.Generator) -> list[Codes]:
    """For each column and row, the row whose value it takes: itself where it is known."""
    n = len(known[0])
    sources = [np.arange(n) for _ in codes]
    incomplete = [i for i in range(len(codes)) if not known[i].all()]
    incomplete.sort(key=lambda i: int((~known[i]).sum()))
    for i in incomplete:
        sources[i][~known[i]] = rng.choice(np.flatnonzero(known[i]), int((~known[i]).sum()))
    for _ in range(N_CYCLES):
        for i in incomplete:
            others = [codes[j][sources[j]] for j in range(len(codes)) if j != i]
            x = _predictors(n, others)
            donors = _donors(codes[i][known[i]], x[known[i]], x[~known[i]], rng)
            sources[i][~known[i]] = np.flatnonzero(known[i])[donors]
    return sources


def _donors(y: Floats, x: Floats, x_missing: Floats, rng: np.random.Generator) -> Codes:
    """For each row to fill, the place of a known row whose prediction is among the nearest."""
    n, k = x.shape
    gram = x.T @ x
    gram += _RIDGE * np.diag(np.diag(gram))
    inverse = np.linalg.inv(gram)
    beta = inverse @ x.T @ y
    residuals = y - x @ beta
    df = max(n - k, 1)
    spread = residuals.T @ residuals / rng.chisquare(df)
    noise = rng.normal(size=beta.shape)
    drawn = beta + np.linalg.cholesky(inverse) @ noise @ _root(spread).T
    distance = np.linalg.norm((x_missing @ drawn)[:, None, :] - (x @ beta)[None, :, :], axis=2)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, : min(N_DONORS, n)]
    chosen = rng.integers(nearest.shape[1], size=len(nearest))
    return np.asarray(nearest[np.arange(len(nearest)), chosen])


def _root(spread: Floats) -> Floats:
    """A square root of a covariance that may be singular (a level that nobody known has)."""
    sizes, basis = np.linalg.eigh(spread)
    return np.asarray(basis * np.sqrt(np.clip(sizes, 0, None)))


def _predictors(n: int, columns: list[Floats]) -> Floats:
    """Constant and standardised columns; those that do not vary are left out."""
    x = np.column_stack([np.ones(n), *columns])
    spread = x.std(axis=0)
    used = spread > 0
    standardised = (x[:, used] - x[:, used].mean(axis=0)) / spread[used]
    return np.column_stack([np.ones(n), standardised])


def _columns(values: pd.Series) -> Floats:
    """A number as one column; a text or category as one indicator per level but the first.

    Rows without a value hold zeros, which nothing reads.
    """
    is_known = values.notna().to_numpy()
    recorded = values[is_known]
    if pd.api.types.is_numeric_dtype(values):
        found = recorded.to_numpy(dtype=float).reshape(-1, 1)
    else:
        texts = recorded.astype(str).to_numpy()
        levels = np.unique(texts)
        found = np.column_stack([texts == level for level in levels[1:]] or [np.ones(len(texts))])
    columns = np.zeros((len(values), found.shape[1]))
    columns[is_known] = found
    return columns
