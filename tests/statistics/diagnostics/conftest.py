"""Simulated cohorts of two legs and three trials, clean or with one planted violation, and their checks."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.diagnostics.checks import diagnose
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import Design, build_design
from pipeline.statistics.estimates.model_check import ModelCheck
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.linear.ancova import Ancova
from pipeline.statistics.models.mixed.guarded_fit import fit_guarded
from pipeline.statistics.models.survival.cox import CoxRegression
from schemas.models import ANALYSIS_MODELS
from schemas.plan import DEFAULT_PLAN

COMPARISON = Comparison("LBP", "control", DEFAULT_PLAN)


def simulated(seed: int, n: int, planted: str = "") -> pd.DataFrame:
    """Rows of 2 n people; log_time is 3 with SD 0.6 between people, 0.2 between legs, 0.5 within."""
    rng = np.random.default_rng(seed)
    people = 2 * n
    is_case = np.arange(people) < n
    levels = rng.normal(0, 0.6, people)
    within = rng.normal(0, 0.5, (people, 2, 3))
    if planted == "heavy tail":
        within = 0.5 * rng.standard_t(2, within.shape)
    if planted == "outlying participant":
        levels[0] = -4
    if planted == "unequal spread":
        levels[is_case] *= 2.5
        within[is_case] *= 2.5
    values = 3 + levels[:, None, None] + rng.normal(0, 0.2, (people, 2, 1)) + within
    person = np.repeat(np.arange(people), 6)
    return pd.DataFrame(
        {
            "participant_id": [f"P{at:03d}" for at in person],
            "group": np.where(is_case, "LBP", "control")[person],
            "leg": np.tile(np.repeat(["left", "right"], 3), people),
            "dom": np.tile(np.repeat([0.0, 1.0], 3), people),
            "age_years": rng.normal(40, 10, people)[person],
            "log_time": values.ravel(),
        }
    )


def held(rows: pd.DataFrame, share_at_ceiling: float = 0.4) -> tuple[object, Design]:
    """The censored regression of the rows and its design."""
    ceiling = np.quantile(rows["log_time"], 1 - share_at_ceiling)
    is_held = rows["log_time"] >= ceiling
    rows = rows.assign(
        low=rows["log_time"].clip(upper=ceiling),
        high=np.where(is_held, np.inf, rows["log_time"]),
        censoring=np.where(is_held, "ceiling", "exact"),
        capped_s=np.exp(rows["log_time"].clip(upper=ceiling)),
    )
    design = build_design(rows, ("age_years", "dom"), COMPARISON)
    used = design.rows
    model = CensoredNormal(used["low"], used["high"], design.exog.to_numpy(float))
    return model.fit_clustered(used["participant_id"]), design


def _fitted(model: str, rows: pd.DataFrame) -> tuple[object, Design]:
    if model == "censored_lognormal":
        return held(rows)
    if model == "cox_breslow":
        design = held(rows)[1]
        used, exog = design.rows, design.exog.drop(columns="const")
        cox = CoxRegression(used["capped_s"], used["censoring"] == "exact", exog)
        return cox.fit_clustered(used["participant_id"]), design
    if model == "ancova_hc3":
        keys = ["participant_id", "group"]
        means = rows.groupby(keys, as_index=False)[["age_years", "log_time"]].mean()
        design = build_design(means, ("age_years",), COMPARISON)
        return Ancova(design.rows["log_time"], design.exog).fit(), design
    design = build_design(rows, ("age_years", "dom"), COMPARISON)
    used = design.rows
    legs = used["participant_id"] + used["leg"]
    fit = fit_guarded(used["log_time"], design.exog, used["participant_id"], legs, refit=False)
    return fit, design


@pytest.fixture(scope="session")
def cohort() -> Callable[..., pd.DataFrame]:
    """Simulated rows: seed, people per group, what is planted."""
    return simulated


@pytest.fixture(scope="session")
def fitted() -> Callable[[str, pd.DataFrame], tuple]:
    """Fit and design by id of the model."""
    return _fitted


@pytest.fixture(scope="session")
def checked() -> Callable[[str, pd.DataFrame], dict[str, ModelCheck]]:
    """The checks of a model fitted to rows, by diagnostic."""

    def of(model: str, rows: pd.DataFrame) -> dict[str, ModelCheck]:
        fit, design = _fitted(model, rows)
        (*_, kind) = ANALYSIS_MODELS[model].kinds
        outcome = "hold_time_s/eyes_open" if kind == "hold" else "gmed_pct_mvic"
        checks = diagnose("id", outcome, model, fit, design, COMPARISON, column="log_time")
        return {check.found.diagnostic: check.found for check in checks}

    return of
