"""Rubin's rules against R's mice, and what imputation must recover."""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.imputation.chained_equations import (
    CompleteDataFit,
    fit_imputed,
    impute,
    pool,
)
from pipeline.statistics.models.linear.ancova import Ancova


def test_rubin_is_r_mice_pool_scalar(golden_of, tolerances):
    block, rtol = golden_of("common")["rubin"], tolerances["Rubin"]
    df = block["n"] - block["k"]
    fits = [CompleteDataFit(q, np.sqrt(u), df) for q, u in zip(block["Q"], block["U"], strict=True)]
    found = pool(fits)
    numbers = {
        "qbar": found.inference.estimate,
        "ubar": found.within,
        "b": found.between,
        "t": found.inference.se**2,
        "df_br": found.inference.df,
        "r": found.increase,
        "fmi": found.missing_information,
    }
    for key, value in numbers.items():
        assert value == pytest.approx(block[key], rel=rtol, abs=0), key


def test_equal_fits_are_one_fit_with_its_degrees_of_freedom():
    one = pool([CompleteDataFit(2.0, 0.5, 40.0)])
    many = pool([CompleteDataFit(2.0, 0.5, 40.0)] * 20)
    assert one.inference == many.inference
    assert (one.inference.df, one.missing_information, one.monte_carlo_se) == (40.0, 0, 0)
    spread = pool([CompleteDataFit(2.0 + 0.1 * i, 0.5, 40.0) for i in range(20)])
    assert spread.inference.df < 40 and 0 < spread.missing_information < 1


def _fit(table):
    exog = pd.DataFrame(
        {
            "const": 1.0,
            "group": table["group"].eq("LBP").astype(float),
            "age_years": table["age_years"].astype(float),
            "sex[male]": table["sex"].eq("male").astype(float),
        }
    )
    found = Ancova(table["outcome"], exog).fit().inference("age_years")
    return CompleteDataFit(found.estimate, found.se, found.df)


@pytest.fixture
def people():
    """80 people; outcome = 20 + 3 group + 0.5 (age - 40) + noise, and a text and a category."""

    def make(seed=1, n=80):
        rng = np.random.default_rng(seed)
        age = rng.normal(40, 8, n)
        group = np.where(rng.random(n) < 0.5, "LBP", "control")
        sex = np.where(rng.random(n) < 0.5, "male", "female")
        work = pd.Categorical(rng.choice(["desk", "standing", "heavy"], n))
        outcome = 20 + 3 * (group == "LBP") + 0.5 * (age - 40) + rng.normal(0, 3, n)
        return pd.DataFrame(
            {"group": group, "sex": sex, "work": work, "age_years": age, "outcome": outcome},
            index=[f"P{i:03d}" for i in range(n)],
        )

    return make


def _with_missing(people, rng):
    """Age is missing more often where the outcome is high; sex and work at random."""
    chance = 1 / (1 + np.exp(-(people["outcome"] - 24) / 3))
    holes = people.copy()
    holes["age_years"] = holes["age_years"].where(rng.random(len(people)) > chance)
    for name in ("sex", "work"):
        holes[name] = holes[name].where(rng.random(len(people)) > 0.1)
    return holes


def test_known_values_stay_and_missing_ones_are_values_that_somebody_has(people):
    whole = people()
    holes = _with_missing(whole, np.random.default_rng(2))
    tables = impute(holes, rng=np.random.default_rng(3))
    assert len(tables) == 20
    for table in tables:
        assert table.index.equals(holes.index) and list(table.columns) == list(holes.columns)
        assert not table.isna().any(axis=None)
        for name in holes:
            known = holes[name].notna()
            assert (table.loc[known, name] == holes.loc[known, name]).all()
            assert set(table[name]) <= set(holes[name].dropna())
        assert table["work"].dtype == holes["work"].dtype
    filled = pd.concat(
        [table.loc[holes["age_years"].isna(), "age_years"] for table in tables], axis=1
    )
    assert filled.nunique(axis=1).median() > 5
    truth = whole.loc[filled.index, "age_years"]
    assert np.corrcoef(filled.mean(axis=1), truth)[0, 1] > 0.4


def test_the_same_seed_gives_the_same_tables_however_rows_are_sorted_and_named(people):
    holes = _with_missing(people(), np.random.default_rng(2))
    found = fit_imputed(holes, _fit, rng=np.random.default_rng(3))
    again = fit_imputed(holes, _fit, rng=np.random.default_rng(3))
    assert again == found
    shuffled = holes.sample(frac=1, random_state=5)
    shuffled.index = [f"X{i}" for i in range(len(shuffled))]
    moved = fit_imputed(shuffled, _fit, rng=np.random.default_rng(3))
    assert moved.inference.estimate == pytest.approx(found.inference.estimate, rel=1e-9, abs=0)
    assert moved.inference.df == pytest.approx(found.inference.df, rel=1e-7, abs=0)
    other = fit_imputed(holes, _fit, rng=np.random.default_rng(4))
    assert other.inference.estimate != found.inference.estimate
    gap = abs(other.inference.estimate - found.inference.estimate)
    assert gap < 6 * np.hypot(other.monte_carlo_se, found.monte_carlo_se)


def test_a_table_without_missing_values_is_fitted_once(people):
    whole = people()
    calls = []

    def fit(table):
        calls.append(table)
        return _fit(table)

    found = fit_imputed(whole, fit, rng=np.random.default_rng(1))
    assert len(calls) == 1 and found.m == 1
    assert found.inference.se == pytest.approx(_fit(whole).se)


def test_imputation_is_less_biased_than_complete_rows_and_covers(people):
    """Slope 0.5; age is missing where the outcome is high, so complete rows are the flat ones."""

    def slope(table):
        x = np.column_stack([np.ones(len(table)), table["group"] == "LBP", table["age_years"]])
        inverse = np.linalg.inv(x.T @ x)
        beta = inverse @ x.T @ table["outcome"]
        df = len(table) - 3
        variance = ((table["outcome"] - x @ beta) ** 2).sum() / df
        return CompleteDataFit(beta[2], np.sqrt(variance * inverse[2, 2]), df)

    pooled, complete, covered = [], [], 0
    for seed in range(15):
        rng = np.random.default_rng(1000 + seed)
        whole = people(seed, n=150).drop(columns=["sex", "work"])
        chance = 1 / (1 + np.exp(-(whole["outcome"] - 23)))
        holes = whole.assign(age_years=whole["age_years"].where(rng.random(150) > chance))
        found = fit_imputed(holes, slope, rng=rng).inference
        pooled.append(found.estimate)
        covered += found.ci_low <= 0.5 <= found.ci_high
        complete.append(slope(holes.dropna()).estimate)
    assert abs(np.mean(complete) - 0.5) > 0.08
    assert abs(np.mean(pooled) - 0.5) < 0.04
    assert covered >= 12


def test_a_fit_that_fails_and_columns_that_cannot_be_imputed_say_why(people):
    holes = _with_missing(people(), np.random.default_rng(2))
    with pytest.raises(NotEstimableError, match="age_years has no recorded value"):
        impute(holes.assign(age_years=np.nan), rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="at least 20"):
        impute(holes, rng=np.random.default_rng(1), m=5)

    def fails(_):
        raise NotEstimableError("The outcome has the same value in all rows.")

    with pytest.raises(NotEstimableError, match="same value in all rows"):
        fit_imputed(holes, fails, rng=np.random.default_rng(1))
    with pytest.raises(NotEstimableError, match="No completed table"):
        pool([])
    with pytest.raises(NotEstimableError, match="no standard error"):
        pool([CompleteDataFit(1.0, 0.0, 5.0)] * 20)


def test_one_known_value_and_constant_columns_do_not_stop_it(people):
    holes = people(n=12)
    holes["sex"] = pd.Series(["male"] + [None] * 11, index=holes.index, dtype=object)
    holes["site"] = "S1"
    holes["smokes"] = [True, False, None, *[True] * 9]
    holes["age_years"] = holes["age_years"].where(np.arange(12) > 2)
    for table in impute(holes, rng=np.random.default_rng(1)):
        assert (table["sex"] == "male").all() and not table.isna().any(axis=None)
