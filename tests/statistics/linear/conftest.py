"""Rows of the golden data sets as R's formulas use them, with terms named as R names them."""

from collections.abc import Callable

import pandas as pd
import pytest

R_NAMES = {
    "const": "(Intercept)",
    "group": "groupLBP",
    "age_years": "age_years",
    "sex[male]": "sexmale",
    "bmi": "bmi",
    "dom": "dom",
}


def _terms(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "const": 1.0,
            "group": rows["group"].eq("LBP").astype(float),
            "age_years": rows["age_years"].astype(float),
            "sex[male]": rows["sex"].eq("male").astype(float),
        }
    )


@pytest.fixture(scope="session")
def r_names() -> dict[str, str]:
    """R's name of each of our terms."""
    return R_NAMES


@pytest.fixture(scope="session")
def people(derived: pd.DataFrame) -> Callable[[str], tuple[pd.Series, pd.DataFrame, pd.Series]]:
    """Outcome, terms (~ group + age_years + sex + bmi) and ids; one row per participant."""

    def of(variable: str) -> tuple[pd.Series, pd.DataFrame, pd.Series]:
        rows = derived.loc[derived[[variable, "age_years", "bmi"]].notna().all(axis=1)]
        exog = _terms(rows).assign(bmi=rows["bmi"].astype(float))
        return rows[variable].astype(float), exog, rows["participant_id"]

    return of


@pytest.fixture(scope="session")
def trials(
    tables: dict[str, pd.DataFrame],
) -> tuple[pd.Series, pd.DataFrame, pd.Series]:
    """%MVIC of all trials, terms (~ group + age_years + sex + dom) and ids."""
    people = tables["participants"][["participant_id", "group", "age_years", "sex", "dominant_leg"]]
    rows = tables["activation"].merge(people, on="participant_id", validate="m:1")
    rows = rows.loc[rows["gmed_pct_mvic"].notna()]
    exog = _terms(rows).assign(dom=rows["leg"].eq(rows["dominant_leg"]).astype(float))
    return rows["gmed_pct_mvic"].astype(float), exog, rows["participant_id"]


@pytest.fixture
def invented() -> Callable[..., tuple[pd.Series, pd.DataFrame, pd.Series]]:
    """Three rows for each of 16 people, made from a seed: outcome, terms, ids."""
    import numpy as np

    def make(seed: int = 1, n: int = 16, rows_each: int = 3):
        rng = np.random.default_rng(seed)
        ids = np.repeat([f"P{i:02d}" for i in range(n)], rows_each)
        age = np.repeat(rng.uniform(20, 60, n), rows_each)
        group = np.repeat((np.arange(n) % 2).astype(float), rows_each)
        exog = pd.DataFrame({"const": 1.0, "group": group, "age_years": age})
        level = np.repeat(rng.normal(0, 2, n), rows_each)
        y = pd.Series(20 + 3 * group + 0.1 * age + level + rng.normal(0, 1, len(ids)))
        return y, exog, pd.Series(ids)

    return make
