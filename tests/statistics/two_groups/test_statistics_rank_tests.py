"""Mann-Whitney, Hodges-Lehmann and Brunner-Munzel against R, and where the groups do not overlap."""

import warnings
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.model_rows import round_for_ranks, varies
from pipeline.statistics.models.two_groups.brunner_munzel import brunner_munzel, newcombe_interval
from pipeline.statistics.models.two_groups.rank_tests import hodges_lehmann, mann_whitney

VARIABLES = [
    "hold_mean", "hold_best", "gmed", "onset", "strength", "age_years", "bmi", "vas_mm", "odi_pct",
]  # fmt: skip

variables = pytest.mark.parametrize("variable", VARIABLES)


@pytest.fixture
def rng():
    return np.random.default_rng(20261127)


@variables
def test_mann_whitney_is_r_wilcox_test(groups, golden, tolerances, variable):
    expected, rtol = golden["two_group"][variable]["mann_whitney"], tolerances["Mann-Whitney"]
    found = mann_whitney(*groups(variable))
    assert found.u == expected["W"]
    assert found.p_normal == pytest.approx(expected["p_asymp_cc"], rel=rtol, abs=0)
    assert found.p_normal_uncorrected == pytest.approx(expected["p_asymp_nocc"], rel=rtol, abs=0)
    # From 50 people per group on, R itself gives the normal approximation under this name.
    assert found.is_exact == (golden["dataset"] == "penney_like")
    if found.is_exact:
        assert found.p == pytest.approx(expected["p_exact_ties"], rel=rtol, abs=0)


@variables
def test_the_shift_is_r_median_of_differences(groups, golden, tolerances, variable):
    expected = golden["two_group"][variable]["mann_whitney"]
    found = hodges_lehmann(*groups(variable))
    assert found.estimate == pytest.approx(
        expected["hodges_lehmann"], rel=tolerances["Hodges-Lehmann"], abs=1e-14
    )
    # R's interval is the root of a step function: near ours, not the same.
    width = found.ci_high - found.ci_low
    assert [found.ci_low, found.ci_high] == pytest.approx(expected["hl_ci_asymp"], abs=width / 8)


@variables
def test_brunner_munzel_is_r(groups, golden, tolerances, variable, rng):
    expected, rtol = golden["two_group"][variable]["brunner_munzel"], tolerances["Brunner-Munzel"]
    found = brunner_munzel(*groups(variable), rng=rng)
    if expected["se"] == 0:  # R has no statistic where the groups do not overlap.
        assert (found.probability, found.se, found.statistic) == (
            expected["prob_x_lt_y"],
            None,
            None,
        )
        assert 0 < found.p < 0.001 and 0.8 < found.ci_low < found.ci_high == 1
        return
    names = {"statistic": "statistic", "df": "df", "p": "p.value", "se": "se"}
    for name, key in (names | {"probability": "prob_x_lt_y"}).items():
        nothing = 1e-12 if expected[key] == 0 else 0  # age: R has 0, we 1e-15
        assert getattr(found, name) == pytest.approx(expected[key], rel=rtol, abs=nothing), name
    assert found.ci_plain == pytest.approx(
        (expected["ci_low"], expected["ci_high"]), rel=rtol, abs=0
    )
    assert 0 < found.ci_low < found.probability < found.ci_high < 1


def test_the_exact_rank_test_is_scipy_without_ties_and_counting_with_them():
    rng = np.random.default_rng(1)
    x, y = rng.normal(0.6, 1, 7), rng.normal(size=9)
    assert mann_whitney(x, y).p == pytest.approx(
        stats.mannwhitneyu(x, y, method="exact").pvalue, rel=1e-12, abs=0
    )
    x, y = np.array([1.0, 2, 2, 5]), np.array([2.0, 3, 5, 5, 7])
    ranks = stats.rankdata(np.concatenate([x, y]))
    sums = np.array([ranks[list(chosen)].sum() for chosen in combinations(range(9), 4)])
    far = np.abs(sums - sums.mean()) >= abs(ranks[:4].sum() - sums.mean()) - 1e-9
    assert mann_whitney(x, y).p == pytest.approx(far.mean(), rel=1e-12, abs=0)


def test_the_interval_of_the_shift_inverts_the_exact_test():
    rng = np.random.default_rng(2)
    x, y = rng.normal(0.6, 1, 8), rng.normal(size=11)
    found = hodges_lehmann(x, y)
    for limit, inside in ((found.ci_low, 1e-6), (found.ci_high, -1e-6)):
        assert mann_whitney(x - limit - inside, y).p > 0.05
        assert mann_whitney(x - limit + inside, y).p <= 0.05
    with pytest.raises(NotEstimableError, match="too small for a 95% interval"):
        hodges_lehmann([1.0, 2.0], [3.0, 5.0, 6.0])


def test_groups_that_do_not_overlap_have_a_p_value_and_an_interval_and_no_statistic(rng):
    found = brunner_munzel([5.0, 6, 7, 8], [1.0, 2, 3], rng=rng)
    assert (found.probability, found.se, found.statistic, found.df) == (1, None, None, None)
    assert found.p == pytest.approx(2 / 35) and found.p_method == "all permutations"
    assert 0.4 < found.ci_low < found.ci_high == 1
    mirrored = brunner_munzel([1.0, 2, 3], [5.0, 6, 7, 8], rng=rng)
    assert (mirrored.probability, mirrored.p) == (0, pytest.approx(found.p))
    assert mirrored.ci_high == pytest.approx(1 - found.ci_low)
    apart = brunner_munzel(np.arange(40.0), np.arange(50.0, 90), rng=rng)
    assert apart.p == pytest.approx(1 / 20_001) and apart.p_method == "sampled permutations"


def test_small_groups_are_permuted_and_all_ways_counted(rng):
    x, y = [1.0, 4, 4, 6, 9], [2.0, 3, 3, 5]
    found = brunner_munzel(x, y, rng=rng)
    pooled = np.array(x + y)
    sizes = []
    for chosen in combinations(range(9), 5):
        rest = [i for i in range(9) if i not in chosen]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sizes.append(abs(stats.brunnermunzel(pooled[list(chosen)], pooled[rest]).statistic))
    own = abs(stats.brunnermunzel(x, y).statistic)
    assert found.p == pytest.approx(np.mean(np.array(sizes) >= own - 1e-9), abs=1e-12)
    assert found.p_method == "all permutations"


def test_the_permutation_test_neither_knows_the_order_of_rows_nor_the_group_that_comes_first():
    rng = np.random.default_rng(3)
    x, y = np.round(rng.normal(0.5, 1, 9), 1), np.round(rng.normal(size=25), 1)
    first = brunner_munzel(x, y, rng=np.random.default_rng(7))
    again = brunner_munzel(rng.permutation(x), rng.permutation(y), rng=np.random.default_rng(7))
    assert first.p_method == "sampled permutations"
    assert first == again
    swapped = brunner_munzel(y, x, rng=np.random.default_rng(8))
    assert swapped.p == pytest.approx(first.p, abs=0.015)
    assert swapped.probability == pytest.approx(1 - first.probability)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-6, 0.001, 7.0, 1000.0]))
def test_ranks_know_no_unit_and_mirror_the_groups(seed, scale):
    rng = np.random.default_rng(seed)
    x, y = np.round(rng.normal(30, 4, 12), 1), np.round(rng.normal(28, 6, 15), 1)
    u, scaled, mirrored = mann_whitney(x, y), mann_whitney(scale * x, scale * y), mann_whitney(y, x)
    assert (scaled.u, scaled.p) == (u.u, pytest.approx(u.p, rel=1e-12, abs=0))
    assert (mirrored.u, mirrored.p) == (len(x) * len(y) - u.u, pytest.approx(u.p, rel=1e-9, abs=0))
    shift, other = hodges_lehmann(x, y), hodges_lehmann(y, x)
    assert (other.estimate, other.ci_low) == pytest.approx((-shift.estimate, -shift.ci_high))
    bm, bm_scaled = (brunner_munzel(a, b, rng=rng) for a, b in ((x, y), (scale * x, scale * y)))
    assert bm_scaled.p == pytest.approx(bm.p, rel=1e-9, abs=0)


def test_newcombe_intervals_cover_where_the_plain_ones_cannot():
    rng = np.random.default_rng(5)
    truth = stats.norm.cdf(1.5 / np.sqrt(2))
    covered = 0
    for _ in range(400):
        x, y = rng.normal(1.5, 1, 8), rng.normal(size=8)
        low, high = newcombe_interval(float((x[:, None] > y).mean()), 8, 8, 0.95)
        covered += low <= truth <= high
    assert 0.92 <= covered / 400 <= 1.0


def test_the_last_bits_of_a_mean_are_a_tie():
    assert mann_whitney([0.1 + 0.2, 1.0], [0.3, 2.0]).u == mann_whitney([0.3, 1.0], [0.3, 2.0]).u
    assert round_for_ranks([0.1 + 0.2, 30.0])[0].tolist() == [0.3, 30.0]
    assert round_for_ranks([0.0, 0.0])[0].tolist() == [0, 0]
    assert not varies([0.3, 0.1 + 0.2]) and not varies([]) and varies([1e-9, 2e-9])


@pytest.mark.parametrize(
    "test",
    [mann_whitney, hodges_lehmann, lambda x, y: brunner_munzel(x, y, rng=np.random.default_rng(1))],
)
def test_ranks_that_cannot_be_compared_say_why(test):
    with pytest.raises(NotEstimableError, match="At least two"):
        test([1.0], [1.0, 2.0])
    with pytest.raises(NotEstimableError, match="At least two"):
        test([], [1.0, 2.0])
    with pytest.raises(NotEstimableError, match="same value"):
        test([2.0, 2.0], [2.0, 2.0])
    with pytest.raises(ValueError, match="missing"):
        test([2.0, np.nan], [2.0, 2.0])


def test_the_interval_of_a_relative_effect_is_the_plain_one_carried_to_the_logit(groups, rng):
    for variable in ("hold_mean", "gmed", "strength"):
        found = brunner_munzel(*groups(variable), rng=rng)
        p, reach = found.probability, (found.ci_plain[1] - found.ci_plain[0]) / 2
        ends = [np.log(end / (1 - end)) for end in (found.ci_low, found.ci_high)]
        middle, width = np.log(p / (1 - p)), reach / (p * (1 - p))
        assert ends == pytest.approx([middle - width, middle + width], rel=1e-9, abs=0)
