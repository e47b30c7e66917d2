"""Small-sample errors of the censored regression: CR2 of least squares without a ceiling, and what may not matter."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

from pipeline.statistics.estimates.clusters import Clusters
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.censored.expected_information import expected_information
from pipeline.statistics.models.censored.likelihood import DISTRIBUTIONS
from pipeline.statistics.models.linear.clustered import ClusteredOLS


def trials(seed=3, people=24, each=6, ceiling=0.3):
    """Log holds of two groups of people, columns, person and ceiling of every row."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), each)
    group = (person < people // 2).astype(float)
    exog = pd.DataFrame(
        {
            "const": 1.0,
            "group": group,
            "age": rng.normal(0, 10, people)[person] + 45,
            "dom": person % 2,
        }
    )
    exog["dom"] = np.tile([0.0, 1.0], len(person) // 2)
    value = rng.normal(0, 0.6, people)[person] + rng.normal(0, 0.4, len(person))
    bound = np.full(len(person), ceiling)
    return value, exog, person, bound


def fitted(value, exog, person, bound, **more):
    held = value > bound
    low, high = np.where(held, bound, value), np.where(held, np.inf, value)
    return CensoredNormal(low, high, exog).fit_clustered(person, ceiling=bound, **more)


@pytest.mark.parametrize("people", [8, 24])
def test_without_a_ceiling_it_is_the_small_sample_covariance_of_least_squares(people):
    value, exog, person, _ = trials(people=people)
    fit = CensoredNormal(value, value, exog).fit_clustered(person)
    plain = ClusteredOLS(pd.Series(value), exog, pd.Series(person)).fit()
    np.testing.assert_allclose(fit.bse[:4], plain.bse, rtol=1e-9)
    degrees = [fit.df_of(row) for row in np.eye(5)[:4]]
    np.testing.assert_allclose(degrees, plain.df, rtol=1e-8)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.sampled_from([1e-4, 365.25, 1e5]))
def test_order_names_units_and_the_sign_of_the_groups_change_nothing(seed, factor):
    value, exog, person, bound = trials(seed)
    one = fitted(value, exog, person, bound).inference("group")
    order = np.random.default_rng(seed).permutation(len(value))
    names = np.array([f"P{97 - code}" for code in person])
    scaled = exog.assign(age=(exog["age"] + 100) * factor)
    other = fitted(value[order], scaled.iloc[order], names[order], bound[order]).inference("group")
    swapped = fitted(value, exog.assign(group=1 - exog["group"]), person, bound).inference("group")
    for found, sign in ((other, 1), (swapped, -1)):
        assert found.estimate == pytest.approx(sign * one.estimate, rel=1e-7, abs=0)
        assert found.se == pytest.approx(one.se, rel=1e-6, abs=0)
        assert found.df == pytest.approx(one.df, rel=1e-5, abs=0)


def test_few_participants_get_wider_intervals_than_the_usual_cluster_errors_give():
    value, exog, person, bound = trials(people=12)
    small = fitted(value, exog, person, bound)
    usual = fitted(value, exog, person, bound, covariance="CR1")
    one, other = (fit.inference("group") for fit in (small, usual))
    assert one.estimate == other.estimate
    assert one.df < other.df == 11
    assert one.ci_high - one.ci_low > 1.05 * (other.ci_high - other.ci_low)


def test_degrees_of_freedom_are_at_most_the_participants_with_an_end():
    value, exog, person, bound = trials()
    bound[:] = np.sort(value)[8]
    fit = fitted(value, exog[["const", "group"]], person, bound)
    ended = len(set(person[value <= bound]))
    assert fit.df_of([0, 1, 0]) <= ended - 1


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("end", [-1.0, 0.5, 2.0])
def test_the_expected_information_is_the_mean_square_of_the_scores(name, end):
    error = DISTRIBUTIONS[name].error

    def density(z):
        return float(np.exp(error.log_density(np.array([z]))[0]))

    def scores(z):
        slope = float(error.slope(np.array([z]))[0])
        return np.array([-slope, -slope * z - 1])

    found = expected_information(error, np.array([end]))
    hazard = density(end) / float(np.exp(error.log_sf(np.array([end]))[0]))
    beyond = np.array([hazard, end * hazard])
    for a, b, made in ((0, 0, found.of_value), (0, 1, found.of_both), (1, 1, found.of_spread)):
        inside = integrate.quad(
            lambda z, a=a, b=b: scores(z)[a] * scores(z)[b] * density(z), -30, end
        )[0]
        share = float(np.exp(error.log_sf(np.array([end]))[0]))
        assert made[0] == pytest.approx(inside + share * beyond[a] * beyond[b], rel=2e-5, abs=1e-9)


def test_people_of_a_set_are_one_cluster_and_others_stand_alone():
    rows = pd.DataFrame(
        {
            "participant_id": ["A", "A", "B", "C", "D", "E", "S1"],
            "pair_id": ["S1", "S1", "S1", "S2", None, "S3", "S3"],
        }
    )
    found = Clusters.of(rows, pd.Series([1, 1, 0, 1, 0, 1, 0]))
    assert (found.n_sets, found.n_broken, found.n_unmatched, found.n) == (2, 1, 1, 4)
    codes = found.codes.tolist()
    assert codes[0] == codes[1] == codes[2] != codes[3]
    assert codes[5] == codes[6] != codes[0]
    assert "sets without a member of the other group: 1" in found.noted
    assert Clusters.of(rows.drop(columns="pair_id"), pd.Series([1] * 7)).noted == ""


def test_matched_sets_that_are_alike_narrow_the_interval():
    """Pairs who share most of their level: the difference within them is known better than by persons."""
    rng = np.random.default_rng(5)
    pair = np.repeat(np.arange(20), 2)
    group = np.tile([1.0, 0.0], 20)
    level = rng.normal(0, 0.8, 20)[pair] + rng.normal(0, 0.2, 40)
    person = np.repeat(np.arange(40), 3)
    value = level[person] + rng.normal(0, 0.3, 120)
    exog = pd.DataFrame({"const": 1.0, "group": group[person]})
    bound = np.full(120, 0.7)
    by_person = fitted(value, exog, person, bound).inference("group")
    by_set = fitted(value, exog, pair[person], bound).inference("group")
    assert by_set.estimate == by_person.estimate
    assert by_set.se < 0.7 * by_person.se
