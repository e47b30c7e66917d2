"""Which standard errors a mixed model's coefficients are published with: CR2, or Kenward and Roger's."""

from typing import Final, Literal

import numpy as np
import pandas as pd

from pipeline.statistics.models.mixed.likelihood_by_sums import cluster_scores
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts, NestedResults

Errors = Literal["cr2", "kenward_roger"]

FEWEST_CLUSTERS: Final = 10
"""Matched sets, or participants, for CR2. In simulated null cohorts CR2 rejected 6.7 % with 6 pairs and
6.1 % with 8 (Kenward-Roger 5.1 and 5.6 %), 4.8 % with 10 pairs and 5.4 % with 6 v 6 participants; with twice
the spread in a small group Kenward-Roger rejects up to 17 %, CR2 5 to 7 %."""
FEWEST_OF_A_GROUP: Final = 3
"""Participants of a group for CR2: one or two cannot tell how far their group spreads."""


def cr2_coefficients(model: NestedIntercepts, fit: NestedResults) -> pd.DataFrame | None:
    """Estimates of a fit with CR2 standard errors and Satterthwaite's degrees of freedom.

    By term, columns estimate, se, df; clusters are the matched sets where the model has them, else
    participants. None where the clusters are too few or one of them alone determines a coefficient, so
    that Kenward and Roger's standard errors stay. Source: Bell and McCaffrey 2002, Surv Methodol 28:169.
    """
    if int(model.clusters.max()) + 1 < FEWEST_CLUSTERS or _smallest_side(model) < FEWEST_OF_A_GROUP:
        return None
    found = cluster_scores(
        model.endog,
        model.exog,
        model.factors,
        fit.variances.to_numpy(dtype=float),
        fit.params.to_numpy(dtype=float),
        model.clusters,
    )
    contrasts = np.eye(model.exog.shape[1])
    if any(found.rests_on_one(contrast) for contrast in contrasts):
        return None
    se = np.sqrt(np.diag(found.covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        df = np.array([found.df(contrast) for contrast in contrasts])
    if not (np.isfinite(df).all() and (df > 0).all() and (se > 0).all()):
        return None
    return pd.DataFrame({"estimate": fit.params, "se": se, "df": df})


def _smallest_side(model: NestedIntercepts) -> int:
    """Participants of the smaller group, where a term tells two groups of participants apart."""
    if model.exog.shape[1] == 1:
        return FEWEST_OF_A_GROUP
    group = model.exog[:, 1]
    sides = np.unique(group)
    if len(sides) != 2:
        return FEWEST_OF_A_GROUP
    return min(len(np.unique(model.groups[group == side])) for side in sides)
