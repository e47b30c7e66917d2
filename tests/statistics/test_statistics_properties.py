"""What must not change a result: row order, ids, units, and which group comes first."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.study import Study

RATIO = "hold_time_s/eyes_open:time_ratio:adjusted"
NUMBERS = ["estimate", "se", "ci_low", "ci_high", "statistic", "df", "p", "p_adjusted"]
FEW = settings(
    max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def small(penney):
    """Twelve people of each group: quick, with every table."""
    people = penney["participants"].groupby("group").head(12).reset_index(drop=True)
    ids = set(people["participant_id"])
    rest = {n: t[t["participant_id"].isin(ids)].reset_index(drop=True) for n, t in penney.items()}
    return {**rest, "participants": people}


@pytest.fixture(scope="module")
def reference(small, run):
    return run(small)


def _same(found, expected):
    np.testing.assert_allclose(
        found.loc[expected.index, NUMBERS].to_numpy(float),
        expected[NUMBERS].to_numpy(float),
        rtol=1e-9,
        atol=1e-12,
    )


@FEW
@given(seed=st.integers(0, 2**31))
def test_the_order_of_rows_changes_nothing(small, reference, run, seed):
    shuffled = {
        name: table.sample(frac=1, random_state=seed + i).reset_index(drop=True)
        for i, (name, table) in enumerate(small.items())
    }
    _same(run(shuffled), reference)


@FEW
@given(order=st.randoms(use_true_random=False))
def test_the_names_of_participants_change_nothing(small, reference, run, order):
    ids = small["participants"]["participant_id"].tolist()
    new = [f"{number:03d}-{name}" for number, name in enumerate(ids)]
    order.shuffle(new)
    renamed = {
        name: table.assign(
            participant_id=table["participant_id"].map(dict(zip(ids, new, strict=True)))
        )
        for name, table in small.items()
    }
    _same(run(renamed), reference)


def test_swapping_the_groups_inverts_ratios_and_turns_signs(small, reference, run):
    groups = {"case": {"label": "control"}, "reference": {"label": "LBP"}}
    swapped = run(small, study=Study.model_validate({"title": "Swapped", "groups": groups}))
    compared = 0
    for row_id, turned in swapped.iterrows():
        row = reference.loc[row_id] if row_id in reference.index else None
        if row is None or turned["contrast"] not in {"control / LBP", "control - LBP"}:
            continue
        assert turned["status"] == row["status"]
        if row["status"] == "not_estimable":
            continue
        compared += 1
        if row["unit"] == "ratio":
            assert turned["estimate"] == pytest.approx(1 / row["estimate"], rel=1e-9, abs=0)
            assert turned["ci_low"] == pytest.approx(1 / row["ci_high"], rel=1e-9, abs=0)
        else:
            assert turned["estimate"] == pytest.approx(-row["estimate"], rel=1e-7, abs=0)
            if pd.notna(row["ci_low"]):
                assert turned["ci_low"] == pytest.approx(-row["ci_high"], rel=1e-7, abs=0)
        if pd.notna(row["p"]):
            assert turned["p"] == pytest.approx(row["p"], rel=1e-6, abs=0)
        assert (turned["n_case"], turned["n_reference"]) == (row["n_reference"], row["n_case"])
    assert compared > 12


@FEW
@given(factor=st.sampled_from([1000.0, 1 / 4, 3.7]))
def test_the_unit_of_time_does_not_change_the_ratio(small, reference, run, factor):
    holds = small["hold_times"]
    scaled = holds.assign(
        hold_time_s=holds["hold_time_s"] * factor, ceiling_s=holds["ceiling_s"] * factor
    )
    found = run({"participants": small["participants"], "hold_times": scaled}).loc[RATIO]
    for name in ("estimate", "se", "ci_low", "ci_high", "df", "p"):
        assert found[name] == pytest.approx(reference.loc[RATIO, name], rel=1e-9, abs=0), name


def test_shorter_holds_in_the_cases_lower_the_ratio(small, reference, run):
    holds = small["hold_times"].copy()
    cases = small["participants"].query("group == 'LBP'")["participant_id"]
    timed = holds["participant_id"].isin(cases) & (holds["hold_time_s"] < holds["ceiling_s"])
    holds.loc[timed, "hold_time_s"] *= 0.8
    assert (
        run({"participants": small["participants"], "hold_times": holds}).loc[RATIO, "estimate"]
        < reference.loc[RATIO, "estimate"]
    )
