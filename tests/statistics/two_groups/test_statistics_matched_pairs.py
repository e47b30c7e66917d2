"""Differences within matched pairs against R."""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.mixed.mixed_model import NestedIntercepts
from pipeline.statistics.models.two_groups.matched_pairs import (
    Pairs,
    complete_pairs,
    paired_hedges_g,
    paired_t,
    signed_rank,
)


@pytest.fixture(scope="module")
def matched(derived_of):
    derived = derived_of("matched_eo_ec")
    return derived.assign(is_case=derived["group"] == "LBP")


@pytest.fixture(scope="module")
def expected(golden_of):
    return golden_of("matched_eo_ec")["matched"]


def test_paired_tests_are_r(matched, expected, tolerances):
    rtol = tolerances["paired"]
    pairs = complete_pairs(matched, "gmed", "pair_id", "is_case")
    assert (len(pairs.case), pairs.n_broken) == (expected["n_pairs"], 0)
    found = paired_t(pairs)
    names = {"statistic": "t", "df": "df", "p": "p", "estimate": "diff"}
    for name, key in names.items():
        assert getattr(found, name) == pytest.approx(expected["paired_t"][key], rel=rtol, abs=0), (
            name
        )
    assert [found.ci_low, found.ci_high] == pytest.approx(
        expected["paired_t"]["ci"], rel=rtol, abs=0
    )
    size = paired_hedges_g(pairs)
    assert size.g == pytest.approx(expected["gz"]["g"], rel=1e-12, abs=0)
    assert [size.ci_low, size.ci_high] == pytest.approx(
        [expected["gz"]["lo"], expected["gz"]["hi"]], rel=tolerances["Hedges g CI"], abs=0
    )
    ranks = signed_rank(pairs)
    assert ranks.v == expected["wilcoxon"]["V"]
    assert ranks.p == pytest.approx(expected["wilcoxon"]["p"], rel=rtol, abs=0)
    # R's estimate is the root of a step function, ours the median of the steps.
    assert ranks.shift == pytest.approx(expected["wilcoxon"]["hl"], rel=1e-3, abs=0)


def test_a_random_pair_is_r_lmer_and_the_paired_test(matched, expected, tolerances):
    exog = pd.DataFrame({"(Intercept)": 1.0, "groupLBP": matched["is_case"].astype(float)})
    fit = NestedIntercepts(matched["gmed"], exog, matched["pair_id"]).fit("satterthwaite")
    for term, row in expected["lmm_pair"].items():
        assert fit.params[term] == pytest.approx(row["Estimate"], rel=1e-6, abs=0)
        assert fit.bse[term] == pytest.approx(row["Std. Error"], rel=1e-5, abs=0)
        assert fit.df[term] == pytest.approx(row["df"], rel=1e-4, abs=0)
        assert fit.pvalues[term] == pytest.approx(row["Pr(>|t|)"], rel=1e-4, abs=0)
    assert fit.variances["participant"] == pytest.approx(
        expected["lmm_pair_vc"]["pair_id"], rel=tolerances["LMM"], abs=0
    )
    paired = paired_t(complete_pairs(matched, "gmed", "pair_id", "is_case"))
    assert fit.tvalues["groupLBP"] == pytest.approx(paired.statistic, rel=1e-6, abs=0)


def test_pairs_are_found_by_name_whatever_the_order_and_broken_ones_are_counted():
    rows = pd.DataFrame(
        {
            "value": [3.0, 1.0, 4.0, 2.0, 9.0, np.nan, 5.0],
            "pair": ["b", "a", "a", "b", "c", "c", None],
            "is_case": [True, False, True, False, True, False, True],
        }
    )
    pairs = complete_pairs(rows, "value", "pair", "is_case")
    assert (pairs.differences.tolist(), pairs.n_broken) == ([3.0, 1.0], 1)
    shuffled = complete_pairs(rows.sample(frac=1, random_state=3), "value", "pair", "is_case")
    assert shuffled.differences.tolist() == [3.0, 1.0]
    with pytest.raises(NotEstimableError, match="several participants of one group"):
        complete_pairs(rows.assign(pair="a"), "value", "pair", "is_case")


def test_swapping_the_groups_mirrors_and_a_unit_scales():
    rng = np.random.default_rng(6)
    case, reference = rng.normal(1, 1, 15), rng.normal(size=15)
    pairs, swapped = Pairs(case, reference, 0), Pairs(reference, case, 0)
    scaled = Pairs(1e3 * case, 1e3 * reference, 0)
    assert paired_t(swapped).ci_low == pytest.approx(-paired_t(pairs).ci_high)
    assert paired_hedges_g(scaled).g == pytest.approx(paired_hedges_g(pairs).g)
    assert signed_rank(swapped).p == pytest.approx(signed_rank(pairs).p)
    assert signed_rank(scaled).shift == pytest.approx(1e3 * signed_rank(pairs).shift)


@pytest.mark.parametrize("test", [paired_t, paired_hedges_g, signed_rank])
def test_pairs_that_cannot_be_compared_say_why(test):
    with pytest.raises(NotEstimableError, match="At least two complete pairs"):
        test(Pairs(np.array([1.0]), np.array([2.0]), 0))
    with pytest.raises(NotEstimableError, match="same in all pairs"):
        test(Pairs(np.array([0.3, 0.1 + 0.2]), np.array([0.1, 0.1]), 0))
