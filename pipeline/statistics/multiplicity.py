"""Holm adjustment within the families that the plan declares."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from schemas.plan import Plan

NOT_ESTIMABLE_P = 1.0
"""For a comparison that was planned and measured but could not be made: the largest P value, so
that the family keeps its size. Leaving it out would reward data that cannot be analysed."""


def holm(p_values: pd.Series) -> pd.Series:
    """Holm-adjusted P values, aligned with the input; a missing P value is no test and stays missing.

    Missing values are taken out first because `multipletests` counts them as tests.
    Source: Holm 1979, Scand J Stat 6:65; agrees with R's p.adjust.
    """
    adjusted = pd.Series(np.nan, index=p_values.index, dtype=float)
    tested = p_values.dropna()
    if len(tested):
        adjusted.loc[tested.index] = multipletests(tested.to_numpy(float), method="holm")[1]
    return adjusted


def adjust_within_families(estimates: pd.DataFrame) -> pd.Series:
    """`p_adjusted` of an estimates table: Holm over the rows of each family, missing elsewhere.

    Only rows with a family name take part; the analyses give one to the planned model of each
    planned outcome that was measured and to nothing else. A row without a P value counts as a test
    and stays missing itself.
    """
    adjusted = pd.Series(np.nan, index=estimates.index, dtype=float)
    in_family = estimates.loc[estimates["family"] != ""]
    for _, rows in in_family.groupby("family", sort=True):
        counted = holm(rows["p"].fillna(NOT_ESTIMABLE_P))
        adjusted.loc[rows.index] = counted.where(rows["p"].notna())
    return adjusted


def families_in_words(plan: Plan, estimates: pd.DataFrame) -> str:
    """How many outcomes of each planned family were measured and how many could be compared.

    Such as "F1: 1 of 2 planned outcomes was measured". estimates: with p_adjusted; an empty text
    when nothing was adjusted.
    """
    if estimates["p_adjusted"].isna().all():
        return ""
    said = []
    for family in sorted({planned.family for planned in plan.outcomes.values()} - {""}):
        planned = sum(outcome.family == family for outcome in plan.outcomes.values())
        rows = estimates.loc[estimates["family"] == family]
        lost = int(rows["p"].isna().sum())
        was = "was" if len(rows) == 1 else "were"
        outcomes = "outcome" if planned == 1 else "outcomes"
        text = f"{family}: {len(rows)} of {planned} planned {outcomes} {was} measured"
        said.append(f"{text}, of which {lost} could not be compared" if lost else text)
    return "; ".join(said)
