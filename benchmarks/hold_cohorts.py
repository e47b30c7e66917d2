"""Cohorts of hold times in the designs that labs have, and what the primary model says of each.

Used by error_rates.py and, for a few cells, by tests/statistics/test_statistics_error_rates.py.
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from zlib import crc32

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.stats import norm

from pipeline.statistics.estimates.clusters import Clusters
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.hold_rows import check_holds, few_ends
from pipeline.statistics.estimates.p_values import infer, two_sided_p
from pipeline.statistics.models.censored.censored_regression import (
    CensoredNormal,
    CensoredRegression,
)
from pipeline.statistics.models.clustered_scores import sums_by_cluster
from pipeline.statistics.outcomes.time_ratio import RATIOS_DIFFER, SPREADS_DIFFER_P
from schemas.plan import DEFAULT_PLAN

SEED = 20261201
ALPHA = 0.05
RATIO = 0.70
"""Ratio of hold times of the cohorts that measure power."""
COMPARISON = Comparison("case", "control", DEFAULT_PLAN)
SITE_CEILINGS_S = (30.0, 60.0, 20.0, 45.0, 10.0, 15.0)


@dataclass(frozen=True)
class Cell:
    """One design. Standard deviations are of the logarithm of hold time.

    at_ceiling: share of trials at the ceiling at the null. covariates: age, sex, body mass and activity, in
    that order; with two legs the third is the dominant leg and activity is left out. case_spread: factor of
    every standard deviation of the cases. sets: number of matched sets, whose members come first in each
    group, the controls in turn; n_lost: people of the sets lost from each group.
    """

    cases: int
    controls: int
    at_ceiling: float
    covariates: int = 3
    legs: int = 2
    trials: int = 3
    sites: int = 1
    site_terms: bool = False
    case_spread: float = 1.0
    sets: int = 0
    n_lost: int = 0
    sd_sets: float = 0.0
    sd_people: float = 0.6
    sd_legs: float = 0.2
    sd_trials: float = 0.4

    @property
    def name(self) -> str:
        """The design in words."""
        matched = f", {self.sets} sets" if self.sets else ""
        lost = f", {self.n_lost} + {self.n_lost} lost" if self.n_lost else ""
        sites = f", {self.sites} sites" if self.sites > 1 else ""
        terms = " with terms" if self.site_terms else ""
        legs = "leg" if self.legs == 1 else "legs"
        return (
            f"{self.cases} v {self.controls}{matched}{lost}, {self.at_ceiling:.0%}, {self.covariates} cov., "
            f"{self.legs} {legs} x {self.trials}{sites}{terms}"
        )

    @property
    def key(self) -> str:
        """Fixes the random numbers."""
        return f"{self.name}, spread x {self.case_spread:g}, sets {self.sd_sets:g}"

    @property
    def title(self) -> str:
        """Name in tables, with what it has no word for."""
        return self.name + (", sets alike" if self.sets and not self.sd_sets else "")

    @cached_property
    def sd(self) -> float:
        """Of one trial of a control."""
        parts = (self.sd_sets, self.sd_people, self.sd_legs, self.sd_trials)
        return float(np.sqrt(np.square(parts).sum()))

    @cached_property
    def ln_ceilings(self) -> np.ndarray:
        """Of each site: real ceilings, with a median hold that gives the share at the ceiling."""
        apart = np.log(SITE_CEILINGS_S[: self.sites])
        if self.at_ceiling == 0:
            return np.full(self.sites, np.inf)

        def too_many(shift: float) -> float:
            return float(norm.sf((apart + shift) / self.sd).mean()) - self.at_ceiling

        return apart + brentq(too_many, -40, 40)


MATCHED = {"sd_sets": 0.45, "sd_people": 0.30, "sd_legs": 0.20, "sd_trials": 0.35}

MAP = (
    Cell(6, 6, 0.4, 0),
    Cell(6, 6, 0.6),
    Cell(6, 6, 0.8),
    Cell(6, 6, 0.0, 2, legs=1, trials=1),
    Cell(8, 8, 0.6, 4),
    Cell(12, 12, 0.0),
    Cell(12, 12, 0.6, 0),
    Cell(12, 12, 0.6),
    Cell(12, 12, 0.6, 4),
    Cell(12, 12, 0.8),
    Cell(12, 12, 0.5, 2, legs=1, trials=1),
    Cell(12, 12, 0.5, sites=3),
    Cell(12, 12, 0.5, sites=6),
    Cell(24, 24, 0.5, sites=6, site_terms=True),
    Cell(15, 15, 0.4),
    Cell(20, 20, 0.6),
    Cell(20, 20, 0.5, 2, legs=1, trials=1),
    Cell(20, 20, 0.5, trials=1),
    Cell(21, 22, 0.5),
    Cell(30, 30, 0.5, 0),
    Cell(30, 30, 0.5),
    Cell(30, 30, 0.5, legs=1, trials=3),
    Cell(30, 30, 0.8),
    Cell(60, 60, 0.5),
    Cell(60, 60, 0.8),
    Cell(6, 24, 0.5),
    Cell(24, 6, 0.5),
    Cell(8, 30, 0.5),
    Cell(12, 36, 0.6),
    Cell(12, 48, 0.5, trials=2),
    Cell(15, 60, 0.5, 0),
)
SETS = (
    Cell(6, 6, 0.4, 2, sets=6, **MATCHED),
    Cell(10, 10, 0.4, 2, sets=10, **MATCHED),
    Cell(20, 20, 0.4, 2, sets=20, **MATCHED),
    Cell(20, 20, 0.8, 2, sets=20, **MATCHED),
    Cell(40, 40, 0.4, 2, sets=40, **MATCHED),
    Cell(20, 20, 0.4, 2, sets=20, n_lost=5, **MATCHED),
    Cell(12, 24, 0.4, 2, sets=12, **MATCHED),
    Cell(12, 24, 0.4, 2, sets=12, n_lost=3, **MATCHED),
    Cell(20, 20, 0.4, 2, sets=10, **MATCHED),
    Cell(6, 26, 0.4, 2, sets=6, **MATCHED),
    Cell(20, 20, 0.4, 2, sets=20, **{**MATCHED, "sd_sets": 0.0}),
)
"""More controls than sets: two for each case where they are twice as many, else people in no set."""
SPREADS = tuple(
    replace(cell, case_spread=factor)
    for cell in (
        Cell(12, 12, 0.6),
        Cell(12, 36, 0.5),
        Cell(20, 20, 0.5),
        Cell(30, 30, 0.8),
        Cell(60, 60, 0.5),
        Cell(20, 20, 0.4, 2, sets=20, **MATCHED),
    )
    for factor in (1.0, 1.5, 2.0)
)


@dataclass(frozen=True)
class Cohort:
    """Trials of one cohort: participant, set (-1: none), group, end, times (ln s) and columns of the regression."""

    person: np.ndarray
    set_of: np.ndarray
    is_case: np.ndarray
    held: np.ndarray
    ln_time: np.ndarray
    ln_ceiling: np.ndarray
    exog: np.ndarray

    @property
    def ln_high(self) -> np.ndarray:
        """Upper bounds of times."""
        return np.where(self.held, np.inf, self.ln_time)

    def ended(self, of: int) -> tuple[int, int]:
        """Trials of a group (1: cases) that ended before the ceiling, and participants with one."""
        ended = ~self.held & (self.is_case == of)
        return int(ended.sum()), len(np.unique(self.person[ended]))

    def clusters(self) -> np.ndarray:
        """Matched sets, and participants where there is none, as the analysis takes them."""
        if (self.set_of < 0).all():
            return self.person
        pair = pd.array(self.set_of, dtype="Int64")
        pair[self.set_of < 0] = pd.NA
        rows = pd.DataFrame({"participant_id": self.person, "pair_id": pair})
        return Clusters.of(rows, pd.Series(self.is_case)).codes.to_numpy()

    def rows(self) -> pd.DataFrame:
        """Trials as `AnalysisSets.hold_times` gives them."""
        return pd.DataFrame(
            {
                "participant_id": self.person,
                "group": np.where(self.is_case, "case", "control"),
                "censoring": np.where(self.held, "ceiling", "exact"),
                "low_s": np.exp(self.ln_time),
                "log_high": self.ln_high,
            }
        )


def cohort(cell: Cell, rng: np.random.Generator, ratio: float) -> Cohort:
    """One cohort of a cell."""
    n = cell.cases + cell.controls
    is_case = np.arange(n) < cell.cases
    in_turn = np.where(is_case, np.arange(n), np.arange(n) - cell.cases)
    per_set = np.where(is_case, 1, 2 if cell.controls == 2 * cell.sets else 1)
    set_of = np.where(in_turn < cell.sets * per_set, in_turn % max(cell.sets, 1), -1)
    factor = np.where(is_case, cell.case_spread, 1.0)[:, None, None]
    shared = np.append(rng.normal(0, cell.sd_sets, cell.sets), 0.0)
    own = np.where(set_of < 0, rng.normal(0, cell.sd_sets, n), 0.0)
    person = rng.normal(0, cell.sd_people, (n, 1, 1))
    leg = rng.normal(0, cell.sd_legs, (n, cell.legs, 1))
    trial = rng.normal(0, cell.sd_trials, (n, cell.legs, cell.trials))
    level = shared[set_of] + own + np.log(ratio) * is_case
    ln_times = (level[:, None, None] + factor * (person + leg + trial)).reshape(n, -1)
    site = rng.permutation(n) % cell.sites
    ln_ceiling = np.broadcast_to(cell.ln_ceilings[site][:, None], ln_times.shape)
    held = ln_times >= ln_ceiling

    has_dominant = cell.legs == 2 and cell.covariates > 2
    of_people = rng.normal(size=(n, 4))
    of_people[:, 1] = of_people[:, 1] > 0
    for at in range(2):  # Sets are matched by age and sex.
        of_people[:, at] = np.where(set_of < 0, of_people[:, at], of_people[set_of, at])
    dominant = rng.integers(0, 2, (n, 1)) == np.repeat(np.arange(cell.legs), cell.trials)
    columns = [np.ones(n), is_case, *of_people.T[: cell.covariates - has_dominant]]
    if cell.site_terms:
        columns += [site == other for other in range(1, cell.sites)]
    wide = [np.broadcast_to(column[:, None], ln_times.shape) for column in columns]
    exog = np.column_stack([column.ravel() for column in (*wide, *[dominant] * has_dominant)])

    lost = np.r_[
        rng.permutation(cell.cases)[: cell.n_lost],
        cell.cases + rng.permutation(cell.controls)[: cell.n_lost],
    ].astype(int)
    kept = np.repeat(~np.isin(np.arange(n), lost), ln_times.shape[1])
    of_trials = [
        np.repeat(values, ln_times.shape[1])[kept] for values in (np.arange(n), set_of, is_case)
    ]
    return Cohort(
        *of_trials,
        held=held.ravel()[kept],
        ln_time=np.where(held, ln_ceiling, ln_times).ravel()[kept],
        ln_ceiling=ln_ceiling.ravel()[kept],
        exog=exog.astype(float)[kept],
    )


def p_before(model: CensoredNormal, params: np.ndarray, person: np.ndarray) -> float:
    """P value of the group with CR1 by participant, as `fit_clustered` gives it, without a second fit."""
    codes = np.unique(person, return_inverse=True)[1]
    influence = np.linalg.solve(
        -model.hessian(params), sums_by_cluster(model.score_obs(params).T, codes)
    )[1]
    g, n, k = codes.max() + 1, len(model.exog), len(params)
    variance = influence @ influence * g / (g - 1) * (n - 1) / (n - k)
    return two_sided_p(float(params[1] / np.sqrt(variance)), float(g - 1))


def analyse(
    cell: Cell, rng: np.random.Generator, ratio: float = 1.0, *, spreads: bool = False
) -> Counter:
    """What one cohort adds to the counts of its cell.

    before: CR1 by participant under the rule before. now: CR2 by set or participant under the rule of today.
    both: the former among cohorts of the latter rule. own: one spread for each group, CR2. `_n` counts
    cohorts that had an answer; `log_ratio` sums estimates.
    """
    used = cohort(cell, rng, ratio)
    found: Counter = Counter(cohorts=1)
    model = CensoredNormal(used.ln_time, used.ln_high, used.exog)
    plan = COMPARISON.plan
    share_held, ended = used.held.mean(), [used.ended(of) for of in (0, 1)]
    fewest_trials, fewest_people = (min(values) for values in zip(*ended, strict=True))
    # The rules of the product take longer than the fits: they are asked where they may have a word to say.
    may_speak = fewest_trials < 12 or fewest_people < 6 or share_held > 0.8
    clusters = used.clusters()
    try:
        fit = model.fit_clustered(clusters, ceiling=used.ln_ceiling)
    except NotEstimableError:
        return found
    was_let_through = (
        share_held <= plan.maximum_share_at_ceiling
        and fewest_trials >= plan.minimum_events_per_group
    )
    rejected = p_before(model, fit.params, used.person) < ALPHA
    if was_let_through:
        found.update(before_n=1, before=int(rejected))
    group = np.eye(len(fit.params))[1]
    try:
        if may_speak:
            check_holds(used.rows(), COMPARISON)
    except NotEstimableError:
        return found
    if fit.clusters.rests_on_one(group):
        return found
    now = infer(float(fit.params[1]), float(fit.bse[1]), df=fit.df_of(group), ci_level=0.95)
    is_flagged = may_speak and bool(few_ends(used.rows(), COMPARISON))
    found.update(now_n=1, now=int(now.p < ALPHA), flagged=int(is_flagged), both=int(rejected))
    found["log_ratio"] = now.estimate
    if not spreads:
        return found
    by_group = CensoredRegression(
        used.ln_time,
        used.ln_high,
        used.exog,
        distribution="normal",
        spread_groups=np.where(used.is_case, "case", "control"),
    )
    try:
        with np.errstate(over="ignore"):  # Steps that are too long are tried and taken back.
            own_fit = by_group.fit_clustered(clusters, ceiling=used.ln_ceiling)
    except NotEstimableError:
        return found
    group, spread = np.eye(len(own_fit.params))[1], np.zeros(len(own_fit.params))
    spread[-2:] = 1, -1
    if own_fit.clusters.rests_on_one(group):
        return found
    by_own, of_spread = (
        infer(
            float(contrast @ own_fit.params),
            float(np.sqrt(contrast @ own_fit.cov_params() @ contrast)),
            df=own_fit.df_of(contrast),
            ci_level=0.95,
        )
        for contrast in (group, spread)
    )
    differ = abs(by_own.estimate - now.estimate) > np.log(1 + RATIOS_DIFFER)
    found.update(
        own_n=1, own=int(by_own.p < ALPHA), said=int(of_spread.p < SPREADS_DIFFER_P or differ)
    )
    found["own_log_ratio"] = by_own.estimate
    return found


def count(cell: Cell, n: int, *, ratio: float = 1.0, spreads: bool = False) -> Counter:
    """The counts of n cohorts of a cell."""
    total: Counter = Counter()
    stream = crc32(f"{cell.key}, ratio {ratio:g}".encode())
    for number in range(n):
        rng = np.random.default_rng([SEED, stream, number])
        for name, value in analyse(cell, rng, ratio, spreads=spreads).items():
            total[name] += value
    return total
