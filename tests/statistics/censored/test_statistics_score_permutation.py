"""The permutation test of hold times: exact by hand, within strata, and without a preference."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis_set import build_analysis_sets
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored import score_permutation as module
from pipeline.statistics.models.censored.score_permutation import score_permutation
from pipeline.statistics.outcomes.distribution_free import permuted_part
from pipeline.statistics.outcomes.further_models import OutcomeRows
from pipeline.statistics.outcomes.outcome_names import hold_measure
from schemas.plan import DEFAULT_PLAN
from tests.statistics.conftest import load_tables

MEASURE_OF = ("single_leg_stance", "eyes_open")


def permuted(values, group, strata=None, seed=1, **given):
    people = np.arange(len(values))
    strata = np.zeros(len(values)) if strata is None else strata
    exog = pd.DataFrame({"const": np.ones(len(values))})
    high = given.get("high", values)
    rng = np.random.default_rng(seed)
    return score_permutation(values, high, exog, group, people, strata, rng=rng)


def test_one_value_each_gives_the_permutation_test_of_means():
    rng = np.random.default_rng(6)
    values, group = rng.normal(size=9), np.array([1.0] * 4 + [0.0] * 5)

    def size(chosen):
        centred = values - values.mean()
        case = np.isin(np.arange(9), chosen).astype(float)
        return abs(case @ centred) / np.sqrt(((case - 4 / 9) ** 2) @ centred**2)

    ways = [size(chosen) for chosen in combinations(range(9), 4)]
    exact = np.mean(np.array(ways) >= size((0, 1, 2, 3)) - 1e-9)
    assert permuted(values, group).p == pytest.approx(exact, abs=0.03)


def test_pairs_change_places_within_the_pair_only():
    pairs = np.repeat(np.arange(6), 2)
    group = np.tile([1.0, 0.0], 6)
    # Cases are lower in every pair: 2 of 64 arrangements are as extreme.
    values = pairs * 10.0 - group
    found = permuted(values, group, strata=pairs)
    assert found.z < 0 and found.p == pytest.approx(2 / 64, abs=0.01)
    assert permuted(values, group).p > 0.5


def test_nobody_can_change_places():
    values = np.arange(6.0)
    group = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    with pytest.raises(NotEstimableError, match="change places"):
        permuted(values, group, strata=group)


@pytest.mark.slow
def test_a_null_group_is_found_as_often_as_the_level_says(monkeypatch):
    monkeypatch.setattr(module, "MOST_PERMUTATIONS", 199)
    monkeypatch.setattr(module, "FEWEST_PERMUTATIONS", 199)
    rng = np.random.default_rng(12)
    small = []
    for seed in range(150):
        values = rng.normal(size=24)
        high = np.where(values > 0.3, np.inf, values)
        low = np.minimum(values, 0.3)
        group = np.repeat([1.0, 0.0], 12)
        small.append(permuted(low, group, high=high, seed=seed).p <= 0.1)
    assert 0.04 < np.mean(small) < 0.17


@pytest.mark.parametrize(
    ("dataset", "within"), [("penney_like", "places 4999"), ("matched_eo_ec", "matched sets")]
)
def test_the_row_says_how_often_within_what_and_from_which_seed(study, dataset, within):
    holds = build_analysis_sets(load_tables(dataset), study).hold_times
    rows = holds.query("condition == 'eyes_open'").reset_index(drop=True)
    comparison = Comparison.of(study, DEFAULT_PLAN)
    measure = hold_measure(*MEASURE_OF, study)
    (row,) = permuted_part(OutcomeRows(rows, "capped_s", measure, comparison)).rows
    assert row.estimate < 0 and 0 < row.p < 0.01
    assert within in row.note and "(seed 20140)" in row.note
    mixed = rows.sample(frac=1, random_state=3).reset_index(drop=True)
    (again,) = permuted_part(OutcomeRows(mixed, "capped_s", measure, comparison)).rows
    assert again.p == row.p
