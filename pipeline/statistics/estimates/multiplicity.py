"""Adjustment of P values within the families that the plan declares."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from schemas.plan import Plan

NOT_ESTIMABLE_P = 1.0
"""For a comparison that was planned and measured but could not be made: the largest P value, so
that the family keeps its size. Leaving it out would reward data that cannot be analysed."""

METHODS: Mapping[str, tuple[str, str]] = {
    "holm": ("holm", "Holm"),
    "hochberg": ("simes-hochberg", "Hochberg"),
    "hommel": ("hommel", "Hommel"),
    "bonferroni": ("bonferroni", "Bonferroni"),
    "bh": ("fdr_bh", "Benjamini-Hochberg (false discovery rate)"),
    "by": ("fdr_by", "Benjamini-Yekutieli (false discovery rate)"),
}
"""Name of a method in a plan: its name in statsmodels' `multipletests`, and as it is printed.

Holm 1979, Scand J Stat 6:65; Hochberg 1988, Biometrika 75:800; Hommel 1988, Biometrika 75:383;
Benjamini and Hochberg 1995, J R Stat Soc B 57:289; Benjamini and Yekutieli 2001, Ann Stat 29:1165."""


def adjust_p_values(p_values: pd.Series, method: str = "holm") -> pd.Series:
    """Adjusted P values, aligned with the input; a missing P value is no test and stays missing.

    method: a key of METHODS. An empty family, or one without any P value, gives back what came in.
    Missing values are taken out first because `multipletests` counts them as tests or returns
    only NaN. Agrees with R's p.adjust. Raises ValueError for an unknown method.
    """
    if method not in METHODS:
        raise ValueError(f"{method!r} is no way to adjust P values; known: {', '.join(METHODS)}")
    found = pd.Series(np.nan, index=p_values.index, dtype=float)
    is_test = p_values.notna().to_numpy()
    if is_test.any():
        tested = p_values.to_numpy(dtype=float)[is_test]
        found.loc[is_test] = multipletests(tested, method=METHODS[method][0])[1]
    return found


def holm(p_values: pd.Series) -> pd.Series:
    """`adjust_p_values` by Holm, the default of a plan."""
    return adjust_p_values(p_values, "holm")


def adjust_within_families(
    estimates: pd.DataFrame, methods: str | Mapping[str, str] = "holm"
) -> pd.Series:
    """`p_adjusted` of an estimates table: over the rows of each family, missing elsewhere.

    methods: one of METHODS for all families, or one per family (Holm where a family is not named).
    Only rows with a family name take part; the analyses give one to the planned model of each
    planned outcome that was measured and to correlations that were computed. A row without a P value counts as a test
    and stays missing itself.
    """
    found = pd.Series(np.nan, index=estimates.index, dtype=float)
    in_family = estimates.loc[estimates["family"].fillna("") != ""]
    for family, rows in in_family.groupby("family", sort=True):
        method = methods if isinstance(methods, str) else methods.get(str(family), "holm")
        counted = adjust_p_values(rows["p"].fillna(NOT_ESTIMABLE_P), method)
        found.loc[rows.index] = counted.where(rows["p"].notna())
    return found


def families_in_words(plan: Plan, estimates: pd.DataFrame) -> str:
    """How many outcomes of each planned family were measured and how many could be compared.

    Such as "F1: 1 of 2 planned outcomes was measured". estimates: with p_adjusted; an empty text
    when nothing was adjusted.
    """
    families = sorted({planned.family for planned in plan.outcomes.values()} - {""})
    if estimates.loc[estimates["family"].isin(families), "p_adjusted"].isna().all():
        return ""
    said = []
    for family in families:
        planned = sum(outcome.family == family for outcome in plan.outcomes.values())
        rows = estimates.loc[estimates["family"] == family]
        lost = int(rows["p"].isna().sum())
        was = "was" if len(rows) == 1 else "were"
        outcomes = "outcome" if planned == 1 else "outcomes"
        text = f"{family}: {len(rows)} of {planned} planned {outcomes} {was} measured"
        said.append(f"{text}, of which {lost} could not be compared" if lost else text)
    return "; ".join(said)


def adjustment_in_words(plan: Plan) -> str:
    """How the families of a plan are adjusted, inside a sentence: "by Holm's method"."""
    families = sorted({planned.family for planned in plan.outcomes.values()} - {""})
    methods = {family: METHODS[plan.method_of(family)][1] for family in families}
    if len(set(methods.values())) <= 1:
        name = next(iter(methods.values()), METHODS[plan.adjustment][1])
        return f"by the method of {name}"
    return f"({', '.join(f'{family}: {name}' for family, name in methods.items())})"
