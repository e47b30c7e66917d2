"""Residuals of a nested mixed model, levels of its participants, and what each participant decides."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.models.mixed.mixed_model import NestedResults, leg_codes
from pipeline.statistics.models.model_rows import sums_by_code


@dataclass(frozen=True)
class MixedResiduals:
    """Residuals and predicted levels of one fit.

    codes: participant of each row (sorted by name). marginal: row minus fixed effects; conditional:
    minus the levels of participant and leg as well, both (n_rows,). fitted: fixed effects and levels.
    levels: predicted level of each participant (BLUP). changes: (n_participants, k), change of the
    fixed effects when a participant is left out, at the same variances.
    """

    codes: Codes
    marginal: Floats
    conditional: Floats
    fitted: Floats
    levels: Floats
    changes: Floats


def mixed_residuals(
    results: NestedResults,
    endog: npt.ArrayLike,
    exog: pd.DataFrame,
    groups: npt.ArrayLike,
    nested: npt.ArrayLike | None,
) -> MixedResiduals:
    """Residuals of a fit; the other arguments are those it was fitted with.

    Levels have a closed form for nested intercepts; what is left of a column after them, over the
    residual variance, is the inverse covariance of the rows times the column. Source: Robinson 1991,
    Stat Sci 6:15; leaving out at fixed variances: Christensen et al. 1992, Technometrics 34:38.
    """
    values, x = np.asarray(endog, dtype=float), exog.to_numpy(dtype=float)
    people = np.asarray(pd.factorize(np.asarray(groups), sort=True)[0])
    legs = None if nested is None else leg_codes(people, nested)
    variances = results.variances.to_numpy(dtype=float)
    marginal = values - x @ results.params.to_numpy(dtype=float)
    left, levels = _without_levels(marginal[:, None], people, legs, variances)
    conditional = left[:, 0]
    weighted = _without_levels(x, people, legs, variances)[0] / variances[0]
    score = sums_by_code(weighted * marginal[:, None], people)
    own = np.stack([sums_by_code(weighted * x[:, [j]], people) for j in range(x.shape[1])], axis=2)
    changes = -np.linalg.solve(own.sum(axis=0) - own, score[:, :, None])[:, :, 0]
    return MixedResiduals(
        codes=people,
        marginal=marginal,
        conditional=conditional,
        fitted=values - conditional,
        levels=levels[:, 0],
        changes=changes,
    )


def _without_levels(
    columns: Floats, people: Codes, legs: Codes | None, variances: Floats
) -> tuple[Floats, Floats]:
    """Columns (n_rows, m) less their predicted levels, and the levels of participants (n, m)."""
    finest = people if legs is None else legs
    n_finest, n = int(finest.max()) + 1, int(people.max()) + 1
    rows = np.bincount(finest, minlength=n_finest).astype(float)
    means = sums_by_code(columns, finest) / rows[:, None]
    owner = np.empty(n_finest, dtype=np.intp)
    owner[finest] = people
    of_leg = 0.0 if legs is None else float(variances[2])
    spread = of_leg + variances[0] / rows
    total = np.bincount(owner, 1 / spread, minlength=n)
    weighted = sums_by_code(means / spread[:, None], owner)
    levels = variances[1] * weighted / (1 + variances[1] * total)[:, None]
    leg_levels = (of_leg / spread)[:, None] * (means - levels[owner])
    return columns - levels[people] - leg_levels[finest], levels
