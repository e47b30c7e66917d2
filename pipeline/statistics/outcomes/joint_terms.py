"""Several terms of the planned model of holds tested together: group by all visits, group by all tasks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, build_design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.hold_rows import check_groups, check_holds
from pipeline.statistics.estimates.p_values import SMALLEST_P
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.row_counts import n_censored
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.model_rows import dependent_term
from pipeline.statistics.outcomes.outcome_names import Measure

FEWEST_AT_BOTH = 2
"""Participants of a group with holds in two conditions; one alone has no spread between participants."""

_INDICATOR = "at "


@dataclass(frozen=True)
class JointTest:
    """Wald's test that several coefficients are 0.

    f: statistic; df_terms, df_rest: degrees of freedom; p: of the F distribution.
    """

    f: float
    df_terms: int
    df_rest: int
    p: float


def joint_test(estimates: np.ndarray, covariance: np.ndarray, n_clusters: int) -> JointTest:
    """Whether coefficients of a model with errors clustered by participant are all 0.

    estimates: shape (q,). covariance: (q, q), with small-sample factor. n_clusters: participants. The
    Wald statistic is scaled as Hotelling's T squared, (n - q) / (q (n - 1)), with F(q, n - q): for one
    term this is the t test with n - 1 degrees of freedom, and with few participants it is not as
    liberal as F(q, n - 1). Raises NotEstimableError where the covariance has no inverse or participants are
    no more than terms. Source: Pustejovsky and Tipton 2018, J Bus Econ Stat 36:672 (section 3).
    """
    q = len(estimates)
    if n_clusters <= q:
        raise NotEstimableError(
            f"{n_clusters} participants are too few to test {q} terms together."
        )
    scale = np.sqrt(np.diag(covariance))
    if not (scale > 0).all():
        raise NotEstimableError("The terms have no spread, so that they cannot be tested together.")
    correlation = covariance / np.outer(scale, scale)
    if np.linalg.matrix_rank(correlation, tol=1e-9) < q:
        raise NotEstimableError("The terms cannot be told apart, so that they are not tested.")
    z = estimates / scale
    wald = float(z @ np.linalg.solve(correlation, z))
    f = wald * (n_clusters - q) / (q * (n_clusters - 1))
    p = float(stats.f.sf(f, q, n_clusters - q))
    return JointTest(f, q, n_clusters - q, max(p, SMALLEST_P))


def joint_interaction_part(
    parts: Mapping[str, pd.DataFrame],
    measure: Measure,
    comparison: Comparison,
    name: str,
    contrast: str,
) -> Part:
    """Whether the difference between the groups is the same in all parts; id "<outcome>:<name>".

    parts: trials by visit or task, the one that others are held against first; at least three. One
    log-normal censored regression of all trials with the group by every other part, errors clustered
    by participant, and one Wald test of these terms. People with some of the parts count too. The number
    is the F statistic, which has no direction.
    """
    whole = _with_indicators(parts)
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{name}",
        outcome=measure.outcome,
        contrast=contrast,
        model=name,
        role="sensitivity",
        unit="F",
    ).counting(whole, comparison, n_censored(whole))

    def compute(row: EstimateRow) -> EstimateRow:
        _check_parts(parts, comparison)
        return _test_jointly(row, whole, list(parts)[1:], measure, comparison)

    return Part.of_run((compute_or_say_why(row, compute),), ModelRun(name, measure.printed))


def _with_indicators(parts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    others = list(parts)[1:]
    return pd.concat(
        [
            rows.assign(**{_INDICATOR + other: float(other == name) for other in others})
            for name, rows in parts.items()
        ],
        ignore_index=True,
    )


def _check_parts(parts: Mapping[str, pd.DataFrame], comparison: Comparison) -> None:
    (first, first_rows), *others = parts.items()
    for name, rows in parts.items():
        try:
            check_holds(rows, comparison)
        except NotEstimableError as reason:
            raise NotEstimableError(f"{name}: {reason}") from None
    for name, rows in others:
        for _, label in comparison.sides:
            at_first, at_other = (
                set(part.loc[part["group"] == label, "participant_id"])
                for part in (first_rows, rows)
            )
            if len(at_first & at_other) < FEWEST_AT_BOTH:
                raise NotEstimableError(
                    f"Fewer than two participants of the {label} group have holds of both {first} and "
                    f"{name}."
                )


def _test_jointly(
    row: EstimateRow,
    whole: pd.DataFrame,
    others: list[str],
    measure: Measure,
    comparison: Comparison,
) -> EstimateRow:
    indicators = [_INDICATOR + other for other in others]
    planned = comparison.covariates(measure.outcome)
    design = build_design(whole, (*planned, *indicators), comparison)
    if not set(indicators) <= set(design.names):
        raise NotEstimableError("Within the groups these could not all be told apart.")
    check_groups(design.rows, comparison)
    terms = [f"{GROUP_TERM}:{name}" for name in indicators]
    products = {
        term: design.exog[GROUP_TERM] * design.exog[name]
        for term, name in zip(terms, indicators, strict=True)
    }
    exog = design.exog.assign(**products)
    if dependent_term(exog) is not None:
        raise NotEstimableError("One of the groups has no trial in one of them.")
    model = CensoredNormal(
        design.rows["log_low"], design.rows["log_high"], exog.to_numpy(dtype=float)
    )
    clusters = design.clusters
    # The joint test has a small-sample scaling of its own (`joint_test`).
    fit = model.fit_clustered(clusters.codes, covariance="CR1")
    at = [list(exog.columns).index(term) for term in terms]
    found = joint_test(
        np.asarray(fit.params, dtype=float)[at],
        np.asarray(fit.cov_params(), dtype=float)[np.ix_(at, at)],
        clusters.n,
    )
    row = row.counting(design.rows, comparison, n_censored(design.rows))
    right_side = " + ".join(str(name) for name in exog.columns if name != "const")
    row = replace(
        row,
        estimate=found.f,
        statistic=found.f,
        df=float(found.df_rest),
        p=found.p,
        formula=f"log(hold_time_s) ~ {right_side}",
    )
    degrees = f"F with {found.df_terms} and {found.df_rest} degrees of freedom."
    return row.noting(degrees, *design.notes, clusters.noted, caution=design.caution)
