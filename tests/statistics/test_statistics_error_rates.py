"""How often planned models find a difference that is not there, and whether they find a true one.

Null cohorts: 21 and 22 people, two legs, three trials, median at the ceiling, so that half of the
trials are cut off. Some cohorts in every run; a thousand with `pytest -m slow`. Then a small version of
docs/error-rates.md: a thousand null cohorts in three designs in which the hold-time model once failed.
"""

import importlib.util
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from pipeline.statistics.catalogue.fitted_models import fitted_model, models_with
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, Asked, Design, build_design
from pipeline.statistics.estimates.p_values import infer
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.mixed.guarded_fit import fit_guarded
from pipeline.statistics.models.two_groups.brunner_munzel import RelativeEffect, brunner_munzel
from pipeline.statistics.models.two_groups.effect_size import welch
from pipeline.statistics.planning.censored_two_groups import CohortSums, fit_log_ratios
from schemas.models import plannable_models
from schemas.plan import DEFAULT_PLAN

ALPHA = 0.05
CEILING_S = 20.0
SD_PARTICIPANTS, SD_LEGS, SD_TRIALS = 0.6, 0.2, 0.4
COMPARISON = Comparison("LBP", "control", DEFAULT_PLAN)
FEW, MANY = 60, 1_000
CHANCE_OF_A_FALSE_ALARM = 1e-4
"""That a sound model leaves the limits for the few cohorts of every run."""


@cache
def study_people() -> pd.DataFrame:
    """21 cases and 22 controls with covariates, one row per trial; the same in every cohort."""
    rng = np.random.default_rng(43)
    n = 43
    person = np.repeat(np.arange(n), 6)
    return pd.DataFrame(
        {
            "participant_id": np.char.mod("P%02d", person),
            "group": np.where(person < 21, "LBP", "control"),
            "leg": np.tile(np.repeat(["left", "right"], 3), n),
            "dom": np.tile(np.repeat([0.0, 1.0], 3), n),
            "age_years": np.repeat(rng.normal(45, 10, n), 6),
            "sex": np.repeat(rng.choice(["female", "male"], n), 6),
            "ceiling_s": CEILING_S,
        }
    )


def null_cohort(rng: np.random.Generator) -> pd.DataFrame:
    """Trials of groups that do not differ, as hold times and on a scale."""
    level = rng.normal(np.log(CEILING_S), SD_PARTICIPANTS, (43, 1, 1))
    legs = level + rng.normal(0, SD_LEGS, (43, 2, 1))
    ln_times = (legs + rng.normal(0, SD_TRIALS, (43, 2, 3))).ravel()
    held = ln_times >= np.log(CEILING_S)
    low_s = np.where(held, CEILING_S, np.exp(ln_times))
    return study_people().assign(
        low_s=low_s,
        high_s=np.where(held, np.inf, low_s),
        capped_s=low_s,
        censoring=np.where(held, "ceiling", "exact"),
        value=ln_times,
    )


@cache
def _design(n_rows: int, covariates: tuple[str, ...]) -> Design:
    """Columns of the regression, which cohorts of the same people share."""
    people = study_people()
    rows = {
        len(people): people,
        86: people.drop_duplicates(["participant_id", "leg"]),
        43: people.drop_duplicates("participant_id"),
    }[n_rows]
    return build_design(rows.reset_index(drop=True), covariates, COMPARISON)


def adjusted(rows: pd.DataFrame, *, of_the_leg: bool = True) -> Design:
    """Group, age, sex and, with rows of legs, the dominant leg."""
    covariates = ("age_years", "sex", "dom") if of_the_leg else ("age_years", "sex")
    return replace(_design(len(rows), covariates), rows=rows)


def means(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """One row per participant."""
    people = rows.drop_duplicates("participant_id").reset_index(drop=True)
    of_person = rows.groupby("participant_id", sort=False)[column].mean().to_numpy()
    return people.assign(**{column: of_person})


def log_normal(rows: pd.DataFrame) -> float:
    design = adjusted(rows)
    used = design.rows
    model = CensoredNormal(np.log(used["low_s"]), np.log(used["high_s"]), design.exog)
    return model.fit_clustered(used["participant_id"]).inference(GROUP_TERM).p


FITTED_HOLDS = models_with("fitted_by", "hold")
FITTED_MEASURES = models_with("fitted_by", "measured")


def hold_model(name: str) -> Callable[[pd.DataFrame], float]:
    model, of_the_leg = fitted_model("hold", name), not FITTED_HOLDS[name].on_means
    return lambda rows: (
        model.fit(Asked(adjusted(rows, of_the_leg=of_the_leg), "capped_s", 0.95)).inference.p
    )


def mixed(*, with_legs: bool) -> Callable[[pd.DataFrame], float]:
    """The published numbers; of strength one row per leg."""

    def p_value(rows: pd.DataFrame) -> float:
        if not with_legs:
            rows = rows.drop_duplicates(["participant_id", "leg"]).reset_index(drop=True)
        design = adjusted(rows)
        used = design.rows
        legs = used["participant_id"] + used["leg"] if with_legs else None
        people = used["participant_id"]
        fit = fit_guarded(used["value"], design.exog, people, legs, refit=False)
        estimate, se, df = fit.coefficients.loc[GROUP_TERM]
        return infer(estimate, se, df=df, ci_level=0.95).p

    return p_value


def measured_model(name: str) -> Callable[[pd.DataFrame], float]:
    model, on_means = fitted_model("measured", name), FITTED_MEASURES[name].on_means

    def p_value(rows: pd.DataFrame) -> float:
        used = means(rows, "value") if on_means else rows
        design = adjusted(used, of_the_leg=not on_means)
        return model.fit(Asked(design, "value", 0.95)).inference.p

    return p_value


def of_two_groups(test: Callable, column: str) -> Callable[[pd.DataFrame], float]:
    def p_value(rows: pd.DataFrame) -> float:
        people = means(rows, column)
        is_case = people["group"] == "LBP"
        return test(people.loc[is_case, column], people.loc[~is_case, column]).p

    return p_value


def ranks(case: pd.Series, reference: pd.Series) -> RelativeEffect:
    return brunner_munzel(case, reference, rng=np.random.default_rng(7))


MODELS = {
    "hold censored_lognormal": log_normal,
    **{
        f"hold {name}": hold_model(name)
        for name in plannable_models("hold")
        if name in FITTED_HOLDS
    },
    "hold brunner_munzel": of_two_groups(ranks, "capped_s"),
    "measured mixed_nested": mixed(with_legs=True),
    "strength mixed_random_intercept": mixed(with_legs=False),
    **{
        f"measured {name}": measured_model(name)
        for name in plannable_models("measured")
        if name in FITTED_MEASURES
    },
    "measured welch": of_two_groups(welch, "value"),
    "measured brunner_munzel": of_two_groups(ranks, "value"),
}
PRIMARY = (
    "hold censored_lognormal",
    "measured mixed_nested",
    "strength mixed_random_intercept",
)
"""Models of the default plan."""


def rejections(p_value: Callable[[pd.DataFrame], float], n_cohorts: int) -> int:
    rng = np.random.default_rng(1_000)
    return sum(p_value(null_cohort(rng)) < ALPHA for _ in range(n_cohorts))


def test_half_of_the_trials_of_a_null_cohort_are_at_the_ceiling():
    rng = np.random.default_rng(1_000)
    at_ceiling = [(null_cohort(rng)["censoring"] == "ceiling").mean() for _ in range(50)]
    assert np.mean(at_ceiling) == pytest.approx(0.5, abs=0.05)


def test_every_plannable_model_is_simulated():
    simulated = {name.split()[1] for name in MODELS}
    assert simulated == {*plannable_models("hold"), *plannable_models("measured")}


@pytest.mark.parametrize("name", PRIMARY)
def test_a_primary_model_seldom_finds_what_is_not_there(name):
    low, high = binom.ppf([CHANCE_OF_A_FALSE_ALARM, 1 - CHANCE_OF_A_FALSE_ALARM], FEW, ALPHA)
    assert low <= rejections(MODELS[name], FEW) <= high


@pytest.mark.parametrize("name", MODELS)
def test_every_simulated_model_gives_a_p_value(name):
    assert 0 < MODELS[name](null_cohort(np.random.default_rng(2))) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_its_level_in_a_thousand_null_cohorts(name):
    assert 0.03 <= rejections(MODELS[name], MANY) / MANY <= 0.07


def test_the_censored_model_recovers_the_ratio_that_was_simulated():
    rng = np.random.default_rng(35)
    shape = (4, 2, 4_000)
    level = rng.normal(np.log(CEILING_S), SD_PARTICIPANTS, (*shape, 1, 1))
    level[:, 1] -= 0.35
    legs = level + rng.normal(0, SD_LEGS, (*shape, 2, 1))
    ln_times = (legs + rng.normal(0, SD_TRIALS, (*shape, 2, 3))).reshape(*shape, 6)
    found = fit_log_ratios(CohortSums.of(ln_times, np.log(CEILING_S)))
    assert found.log_ratio.mean() == pytest.approx(-0.35, abs=0.02)


def test_the_model_that_is_published_recovers_it_too():
    rng = np.random.default_rng(36)
    cohorts = [null_cohort(rng) for _ in range(60)]
    people = [
        rows.assign(participant_id=rows["participant_id"] + f"-{i}")
        for i, rows in enumerate(cohorts)
    ]
    rows = pd.concat(people, ignore_index=True)
    ln_times = rows["value"] - 0.35 * (rows["group"] == "LBP")
    bound = np.log(CEILING_S)
    used = build_design(rows, ("age_years", "sex", "dom"), COMPARISON)
    low, high = np.minimum(ln_times, bound), np.where(ln_times < bound, ln_times, np.inf)
    fit = CensoredNormal(low, high, used.exog).fit_clustered(rows["participant_id"])
    assert fit.inference(GROUP_TERM).estimate == pytest.approx(-0.35, abs=3 * 0.02)


def _hold_cohorts() -> ModuleType:
    """The simulation behind docs/error-rates.md."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "hold_cohorts.py"
    spec = importlib.util.spec_from_file_location("hold_cohorts", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SIMULATED = _hold_cohorts()
SMALL_MAP = {
    "12 v 12, 60 % at the ceiling, three covariates": SIMULATED.Cell(12, 12, 0.6),
    "20 matched pairs": SIMULATED.Cell(20, 20, 0.4, 2, sets=20, **SIMULATED.MATCHED),
    "8 v 30": SIMULATED.Cell(8, 30, 0.5),
}
"""Cells of docs/error-rates.md, with its seeds, in which the model had another level before."""


@cache
def counted(name: str) -> Counter:
    return SIMULATED.count(SMALL_MAP[name], MANY)


def limits(n: int, chance: float = 0.005) -> tuple[int, int]:
    """Rejections that a sound model stays between, but for this chance on each side."""
    low, high = binom.ppf([chance, 1 - chance], n, ALPHA)
    return int(low), int(high)


@pytest.mark.parametrize("name", SMALL_MAP)
def test_the_model_of_hold_times_keeps_its_level_in_designs_that_labs_run(name):
    assert SMALL_MAP[name] in (*SIMULATED.MAP, *SIMULATED.SETS)
    found = counted(name)
    assert found["now_n"] >= 0.99 * MANY
    low, high = limits(found["now_n"])
    assert low <= found["now"] <= high


@pytest.mark.parametrize("name", SMALL_MAP)
def test_the_p_value_of_before_is_that_of_a_fit_with_cr1(name):
    cohort = SIMULATED.cohort(SMALL_MAP[name], np.random.default_rng(5), 1.0)
    model = CensoredNormal(cohort.ln_time, cohort.ln_high, cohort.exog)
    fit = model.fit_clustered(cohort.person, covariance="CR1")
    found = SIMULATED.p_before(model, fit.params, cohort.person)
    assert found == pytest.approx(fit.inference("x1").p, rel=1e-9)


@pytest.mark.parametrize("name", SMALL_MAP)
def test_the_covariance_of_before_does_not_in_the_same_cohorts(name):
    """CR1 by participant: so the test above can fail."""
    found = counted(name)
    low, high = limits(found["before_n"])
    assert not low <= found["before"] <= high


def test_a_spread_for_each_group_keeps_the_level_where_one_spread_does_not():
    n = 300
    found = SIMULATED.count(SIMULATED.Cell(20, 20, 0.5, case_spread=2.0), n, spreads=True)
    assert found["own_n"] == found["now_n"] == n
    _, high = limits(n)
    assert found["own"] <= high < found["now"]
    assert found["own_log_ratio"] / n == pytest.approx(0, abs=0.08)
    assert found["log_ratio"] / n < -0.2


def test_a_covariate_that_one_person_has_alone_leaves_the_group_an_answer():
    rng = np.random.default_rng(3)
    one, is_case = np.repeat(np.eye(12)[0], 6), np.repeat(np.arange(12) < 6, 6)
    exog = np.column_stack([np.ones(72), is_case, one]).astype(float)
    levels = np.append(-0.5, rng.normal(size=11))
    ln_time = np.repeat(levels, 6) + rng.normal(0, 0.4, 72)
    low, high = np.minimum(ln_time, 0.5), np.where(ln_time < 0.5, ln_time, np.inf)
    fit = CensoredNormal(low, high, exog).fit_clustered(np.repeat(np.arange(12), 6))
    found = fit.inference("x1")
    assert 1 < found.df < 11
    assert 0 < found.p < 1
