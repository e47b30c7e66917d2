"""The partial likelihood of Cox regression, from running sums over those still at risk.

Every death has a slot. With Efron's rule the deaths that are tied with it leave the risk set one
after the other, each counted in part; with Breslow's they all stay. Score, information and residuals
are sums over slots, so that the cost grows with rows and not with their square.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats

Ties = Literal["breslow", "efron"]


class RiskSets:
    """Rows in order of time, and who is at risk when.

    times: shape (n_rows,); ended: True for a death (an end of hold), False for a time that goes on.
    A row whose time goes on at the time of a death is at risk then. `grid_of_slot` (n_deaths,): which
    distinct time of death a slot has; `gone`: the part of the tied deaths that have left. What is
    per row is in the order of the rows as given.
    """

    def __init__(self, times: Floats, ended: Flags, ties: Ties) -> None:
        self.ended = ended
        order = np.argsort(times, kind="stable")
        self._from_latest = order[::-1]
        grid, deaths = np.unique(times[ended], return_counts=True)
        self._grid_of_death = np.searchsorted(grid, times[ended])
        self._n_at_risk = len(times) - np.searchsorted(times[order], grid, side="left")
        self.grid_of_slot: Codes = np.repeat(np.arange(len(grid)), deaths)
        place = np.arange(len(self.grid_of_slot)) - np.repeat(np.cumsum(deaths) - deaths, deaths)
        self.gone = place / np.repeat(deaths, deaths) if ties == "efron" else np.zeros(len(place))
        self._n_grid = len(grid)
        self._deaths = deaths
        # How many of the grid's times a row has been at risk at, its own death included.
        self._reached = np.searchsorted(grid, times, side="right")

    def of_grid(self, per_slot: Floats) -> Floats:
        """Sums of slots at each distinct time of death."""
        out = np.zeros((self._n_grid, *per_slot.shape[1:]))
        np.add.at(out, self.grid_of_slot, per_slot)
        return out

    def of_deaths(self, per_row: Floats) -> Floats:
        """Sums of the rows that ended at each distinct time of death."""
        out = np.zeros((self._n_grid, *per_row.shape[1:]))
        np.add.at(out, self._grid_of_death, per_row[self.ended])
        return out

    def share_left_before(self) -> Floats:
        """Kaplan-Meier's share just before each distinct time of death."""
        left = np.cumprod(1 - self._deaths / self._n_at_risk)
        return np.concatenate([[1.0], left[:-1]])

    def at_risk(self, per_row: Floats) -> Floats:
        """For each slot, the sum over rows at risk; tied deaths in the part that is left of them."""
        total = np.cumsum(per_row[self._from_latest], axis=0)[self._n_at_risk - 1]
        tied = self.of_deaths(per_row)
        shape = (-1,) + (1,) * (per_row.ndim - 1)
        return np.asarray(
            total[self.grid_of_slot] - self.gone.reshape(shape) * tied[self.grid_of_slot]
        )

    def while_at_risk(self, per_slot: Floats) -> Floats:
        """For each row, the sum over the slots at which it was at risk; own ties in part."""
        whole = np.concatenate(
            [np.zeros((1, *per_slot.shape[1:])), np.cumsum(self.of_grid(per_slot), axis=0)]
        )[self._reached]
        shape = (-1,) + (1,) * (per_slot.ndim - 1)
        in_part = self.of_grid(self.gone.reshape(shape) * per_slot)
        whole[self.ended] -= in_part[self._grid_of_death]
        return whole

    def mean_of_ties(self, per_slot: Floats) -> Floats:
        """For each death (rows with ended), the mean over the slots of its time."""
        shape = (-1,) + (1,) * (per_slot.ndim - 1)
        return np.asarray(
            (self.of_grid(per_slot) / self._deaths.reshape(shape))[self._grid_of_death]
        )


@dataclass(frozen=True)
class PartialLikelihood:
    """Partial likelihood of exog (n_rows, k) at coefficients.

    loglike. score (k,). means (n_deaths, k): of those at risk at each slot. risk (n_rows,) and
    total (n_deaths,): hazards relative to the largest, of each row and of all at risk at a slot.
    """

    sets: RiskSets
    exog: Floats
    risk: Floats
    total: Floats
    means: Floats
    loglike: float
    score: Floats

    @classmethod
    def at(cls, sets: RiskSets, exog: Floats, coefficients: Floats) -> "PartialLikelihood":
        """Evaluate at coefficients, shape (k,)."""
        fitted = exog @ coefficients
        highest = float(fitted.max())
        risk = np.exp(fitted - highest)
        total = sets.at_risk(risk)
        means = sets.at_risk(risk[:, None] * exog) / total[:, None]
        loglike = float(fitted[sets.ended].sum() - np.log(total).sum() - len(total) * highest)
        score = exog[sets.ended].sum(axis=0) - means.sum(axis=0)
        return cls(sets, exog, risk, total, means, loglike, score)

    def information(self, weight: Floats | None = None) -> Floats:
        """Sum over deaths of the variance of exog among those at risk, times a weight per slot."""
        weights = np.ones(len(self.total)) if weight is None else weight
        hazard = self.risk * self.sets.while_at_risk(weights / self.total)
        of_means = (self.means * weights[:, None]).T @ self.means
        return np.asarray((self.exog * hazard[:, None]).T @ self.exog - of_means)

    def score_residuals(self) -> Floats:
        """What each row adds to the score, (n_rows, k): its own death less what was expected of it."""
        hazard = self.sets.while_at_risk(1 / self.total)
        expected = self.sets.while_at_risk(self.means / self.total[:, None])
        residuals = -self.risk[:, None] * (hazard[:, None] * self.exog - expected)
        ended = self.sets.ended
        residuals[ended] += self.exog[ended] - self.sets.mean_of_ties(self.means)
        return residuals
