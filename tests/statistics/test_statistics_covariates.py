"""Which covariates enter a model, which rows that costs, and what a row is called without any."""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import build_design
from schemas.plan import DEFAULT_PLAN, Plan

RATIO = "hold_time_s/eyes_open:time_ratio:adjusted"
GMED = "gmed_pct_mvic:difference:adjusted"
COMPARISON = Comparison("LBP", "control", DEFAULT_PLAN)


def _rows(n=12, **columns):
    group = np.where(np.arange(n) % 2 == 0, "LBP", "control")
    return pd.DataFrame({"group": group, "age_years": np.arange(n) * 3.0 % 7, **columns})


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (lambda i, case: np.where(case, 90.0 + i, i), "the groups have no values in common"),
        (lambda i, case: np.full(len(i), 24.0), "it has the same value in all rows"),
        (lambda i, case: i * 3.0 % 7 * 2 + 1, "cannot be told apart"),
        (lambda i, case: np.where(case, i, np.nan), "it is recorded in the LBP group only"),
    ],
)
def test_a_covariate_that_is_left_out_costs_no_rows(values, reason):
    i = np.arange(12)
    bmi = values(i, i % 2 == 0).astype(float)
    bmi[4:7] = np.nan
    design = build_design(_rows(bmi=bmi), ("age_years", "bmi"), COMPARISON)
    assert len(design.rows) == 12
    assert design.used == ("age",)
    assert len(design.notes) == 1
    assert reason in design.notes[0]


def test_rows_without_a_used_covariate_are_the_only_ones_lost():
    bmi = np.arange(12) * 7.0 % 11
    bmi[:2] = np.nan
    site = np.where(np.arange(12) % 2 == 0, "A", "B").astype(object)
    site[8:] = np.nan
    rows = _rows(bmi=bmi, site=pd.Series(site, dtype="str"))
    design = build_design(rows, ("site", "age_years", "bmi"), COMPARISON)
    assert design.used == ("age", "BMI")
    assert len(design.rows) == 10
    assert design.notes[-1].startswith("Rows without a value of BMI, not in")
    assert list(design.exog.columns) == ["const", "group", "age_years", "bmi"]


def test_a_covariate_may_not_take_the_others_their_overlap_or_a_group():
    age = np.array([30, 50, 31, 51, 32, 52, 60, 40, 61, 41, 62, 42], dtype=float)
    apart = _rows(height_cm=np.where(np.arange(12) < 6, np.nan, 7.0 * np.arange(12) % 11))
    apart["age_years"] = age
    design = build_design(apart, ("age_years", "height_cm"), COMPARISON)
    assert (design.used, len(design.rows), design.caution) == (("age",), 12, True)
    assert "the groups have no values of age in common" in design.notes[0]
    bmi = np.where(np.arange(12) % 2 == 0, 20.0 + np.arange(12), np.nan)
    bmi[1] = 22.0
    gone = _rows(bmi=bmi)
    gone.loc[1, "age_years"] = np.nan
    design = build_design(gone, ("age_years", "bmi"), COMPARISON)
    assert (design.used, len(design.rows)) == (("age",), 11)
    assert "in one of the groups nobody has a value of it and of age" in design.notes[0]


def _compared(tables):
    return {name: tables[name] for name in ("participants", "hold_times", "activation")}


def test_without_any_covariate_the_row_says_that_it_is_unadjusted(penney, run):
    people = penney["participants"].assign(sex="female", dominant_leg=np.nan)
    people["dominant_leg"] = people["dominant_leg"].astype("str").where(people["sex"] == "male")
    years = np.where(people["group"] == "LBP", 60.0, 0.0)
    people["age_years"] = people["age_years"] + years
    rows = run({**_compared(penney), "participants": people})
    for row_id in (RATIO, GMED):
        row = rows.loc[row_id]
        assert row["note"] == (
            "No covariate could be used, so this is the unadjusted result: age: the groups have no "
            "values in common, so that people with equal values cannot be compared; sex: it has "
            "the same value in all rows; dominant leg: no value is recorded."
        )
        assert row["status"] == "flagged"
        unadjusted = rows.loc[row_id.replace("adjusted", "unadjusted")]
        assert row["estimate"] == unadjusted["estimate"]
        assert row["n_rows"] == unadjusted["n_rows"]
        assert unadjusted["status"] == "ok"


def test_a_plan_without_covariates_gets_the_same_name_but_no_caution(penney, run):
    rows = run(_compared(penney), Plan(covariates=()))
    for row_id in (RATIO, GMED):
        assert "The plan names no covariate for this outcome" in rows.loc[row_id, "note"]
        assert rows.loc[row_id, "status"] == "ok"
        assert rows.loc[row_id.replace("adjusted", "unadjusted"), "note"] == ""
