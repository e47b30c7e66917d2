"""Kappa of two and of several raters against R; its interval when participants have two legs."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.agreement.kappa import (
    PERFECT,
    agreement_indices,
    cohen_kappa,
    fleiss_kappa,
    kappa_of_participants,
    rating_counts,
    rating_table,
)

CATEGORIES = ("negative", "positive")


@pytest.fixture(scope="session")
def ratings(tables):
    """Ratings of the first session: a row per participant and leg, a column per rater."""
    rated = tables["clinical_test"]
    rated = rated.loc[rated["session"] == 1]
    return rated.set_index(["participant_id", "leg", "rater"])["sls_test"].unstack("rater")  # noqa: PD010


def test_cohen_kappa_is_r_vcd_and_psych(ratings, golden, tolerances):
    block, rtol = golden["kappa"]["cohen"], tolerances["Cohen"]
    table = rating_table(ratings["R1"], ratings["R2"], CATEGORIES)
    assert table.tolist() == list(block["table"].values())
    found, indices = cohen_kappa(table), agreement_indices(table)
    assert (found.kappa, found.se) == pytest.approx((block["kappa"], block["ase"]), rel=rtol, abs=0)
    interval = (found.ci_low, found.ci_high)
    assert interval == pytest.approx(tuple(block["ci_vcd"]), rel=rtol, abs=0)
    assert interval == pytest.approx((block["psych_ci"][0], block["psych_ci"][2]), rel=rtol, abs=0)
    assert (indices.agreement, indices.pabak) == pytest.approx(
        (block["po"], block["pabak"]), rel=rtol, abs=0
    )
    assert indices.ci_low < indices.agreement < indices.ci_high


def test_fleiss_kappa_is_r(ratings, golden, tolerances):
    block, rtol = golden["kappa"]["fleiss"], tolerances["Fleiss"]
    found = fleiss_kappa(ratings)
    for field, key in {"kappa": "kappa", "se_h0": "se_h0", "z": "z", "n": "n"}.items():
        assert getattr(found, field) == pytest.approx(block[key], rel=rtol, abs=0)
    assert found.raters == block["raters"]
    assert found.kappa == pytest.approx(
        statsmodels_fleiss(rating_counts(ratings)), rel=1e-12, abs=0
    )


def test_the_interval_of_fleiss_is_that_of_leaving_units_out(ratings):
    found = fleiss_kappa(ratings)
    n = len(ratings)
    without = [fleiss_kappa(ratings.drop(index=unit)).kappa for unit in ratings.index]
    jackknife = np.sqrt((n - 1) / n * ((without - np.mean(without)) ** 2).sum())
    assert found.se == pytest.approx(jackknife, rel=0.02, abs=0)
    people = pd.Series(ratings.index.get_level_values("participant_id"), ratings.index)
    clustered = fleiss_kappa(ratings, people)
    assert clustered.kappa == found.kappa and clustered.n_participants == people.nunique()
    without = [fleiss_kappa(ratings[people != who]).kappa for who in people.unique()]
    g = len(without)
    jackknife = np.sqrt((g - 1) / g * ((without - np.mean(without)) ** 2).sum())
    assert clustered.se == pytest.approx(jackknife, rel=0.03, abs=0)


def test_both_legs_of_a_participant_widen_the_interval_when_they_are_rated_alike():
    rng = np.random.default_rng(3)
    one = rng.random(40) < 0.5
    two = np.where(rng.random(40) < 0.8, one, ~one)
    once = pd.DataFrame({"R1": one, "R2": two})
    twice = pd.concat([once, once], ignore_index=True)
    people = pd.Series(np.tile(np.arange(40), 2))
    wide = kappa_of_participants(twice, people, rng=np.random.default_rng(1))
    narrow = kappa_of_participants(twice, pd.Series(range(80)), rng=np.random.default_rng(1))
    assert (
        wide.estimate
        == narrow.estimate
        == pytest.approx(cohen_kappa(rating_table(one, two, (False, True))).kappa)
    )
    assert wide.se == pytest.approx(np.sqrt(2) * narrow.se, rel=0.1, abs=0)
    single = cohen_kappa(rating_table(one, two, (False, True)))
    assert wide.se == pytest.approx(single.se, rel=0.1, abs=0)


def test_the_bootstrap_knows_neither_names_nor_order(ratings):
    pair = ratings[["R1", "R2"]]
    people = pd.Series(pair.index.get_level_values("participant_id"), pair.index)
    found = kappa_of_participants(pair, people, rng=np.random.default_rng(1), n_samples=400)
    order = np.random.default_rng(9).permutation(len(pair))
    renamed = people.str[::-1]
    again = kappa_of_participants(
        pair.iloc[order], renamed.iloc[order], rng=np.random.default_rng(1), n_samples=400
    )
    assert again == found
    assert found.ci_low < found.estimate < found.ci_high and found.p < 0.01


def test_weights_count_near_misses_and_swapping_raters_changes_nothing():
    table = np.array([[20, 5, 1], [4, 15, 6], [0, 5, 18]])
    plain, linear, quadratic = (
        cohen_kappa(table, weights=w) for w in (None, "linear", "quadratic")
    )
    assert plain.kappa < linear.kappa < quadratic.kappa
    miss = np.abs(np.subtract.outer(range(3), range(3)))
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    for found, cost in ((linear, miss), (quadratic, miss**2)):
        assert found.kappa == pytest.approx(1 - (cost * table).sum() / (cost * expected).sum())
        swapped = cohen_kappa(table.T, weights="linear" if cost is miss else "quadratic")
        assert (swapped.kappa, swapped.se) == pytest.approx((found.kappa, found.se))
    assert agreement_indices(table).prevalence is None
    assert agreement_indices(table).pabak == pytest.approx((3 * 53 / 74 - 1) / 2)


def test_prevalence_and_bias_explain_a_low_kappa():
    indices = agreement_indices([[85, 5], [7, 3]])
    assert (indices.prevalence, indices.bias) == (0.82, 0.02)
    assert indices.pabak == pytest.approx(0.76)
    assert cohen_kappa([[85, 5], [7, 3]]).kappa < 0.4


def test_perfect_agreement_has_an_interval_that_is_no_point():
    found = cohen_kappa([[12, 0], [0, 9]])
    assert (found.kappa, found.ci_high, found.caution) == (1, 1, PERFECT)
    assert 0.5 < found.ci_low < 0.9
    same = pd.DataFrame({"R1": ["a", "b"] * 10, "R2": ["a", "b"] * 10, "R3": ["a", "b"] * 10})
    fleiss = fleiss_kappa(same)
    assert (fleiss.kappa, fleiss.ci_high) == (1, 1) and 0.5 < fleiss.ci_low < 0.9
    legs = kappa_of_participants(
        same[["R1", "R2"]], pd.Series(np.arange(20) // 2), rng=np.random.default_rng(1)
    )
    assert (legs.estimate, legs.ci_high) == (1, 1) and 0.3 < legs.ci_low < fleiss.ci_low


def test_agreement_that_is_not_defined_is_said():
    rng = np.random.default_rng(1)
    with pytest.raises(NotEstimableError, match="No participant has two ratings"):
        cohen_kappa([[0, 0], [0, 0]])
    with pytest.raises(NotEstimableError, match="No participant has two ratings"):
        agreement_indices([[0, 0], [0, 0]])
    for table in ([[9, 0], [0, 0]], [[6, 4], [0, 0]], [[0, 5], [0, 0]]):
        with pytest.raises(NotEstimableError, match="A rater gives everybody the same rating"):
            cohen_kappa(table)
    same = pd.DataFrame({"R1": ["a"] * 4, "R2": ["a"] * 4})
    with pytest.raises(NotEstimableError, match="same rating to everybody"):
        fleiss_kappa(same)
    with pytest.raises(NotEstimableError, match="everybody the same rating"):
        kappa_of_participants(same, pd.Series(range(4)), rng=rng)
    pair = pd.DataFrame({"R1": ["a", "b"], "R2": ["a", "b"]})
    with pytest.raises(NotEstimableError, match="At least two participants"):
        fleiss_kappa(pair, pd.Series(["x", "x"]))
    with pytest.raises(NotEstimableError, match="At least two participants"):
        kappa_of_participants(pair, pd.Series(["x", "x"]), rng=rng)
    with pytest.raises(NotEstimableError, match="At least two participants"):
        fleiss_kappa(pair[:0])
    with pytest.raises(NotEstimableError, match="at least two raters"):
        fleiss_kappa(pair[["R1"]])
    with pytest.raises(ValueError, match="without all ratings"):
        fleiss_kappa(pair.replace({"a": None}))
    with pytest.raises(ValueError, match="of two raters"):
        kappa_of_participants(pair.assign(R3="a"), pd.Series(["x", "y"]), rng=rng)
    with pytest.raises(ValueError, match="declared categories"):
        rating_table(["a", "c"], ["a", "b"], ("a", "b"))
    with pytest.raises(ValueError, match="square table"):
        cohen_kappa([[1, 2, 3], [4, 5, 6]])


def test_the_error_of_fleiss_holds_where_one_rating_is_rare():
    rng = np.random.default_rng(11)
    rare = rng.random(150) < 0.15
    raters = {f"R{i}": np.where(rng.random(150) < 0.9, rare, ~rare) for i in range(3)}
    ratings = pd.DataFrame(raters)
    without = [fleiss_kappa(ratings.drop(index=unit)).kappa for unit in ratings.index]
    jackknife = np.sqrt(149 / 150 * ((without - np.mean(without)) ** 2).sum())
    assert fleiss_kappa(ratings).se == pytest.approx(jackknife, rel=0.02, abs=0)
