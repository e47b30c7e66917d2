"""Holm adjustment within the families that the plan declares."""

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests


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
    planned outcome and to nothing else.
    """
    adjusted = pd.Series(np.nan, index=estimates.index, dtype=float)
    in_family = estimates.loc[estimates["family"] != ""]
    for _, rows in in_family.groupby("family", sort=True):
        adjusted.loc[rows.index] = holm(rows["p"])
    return adjusted
