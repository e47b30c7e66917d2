"""The participant bootstrap: against refits on copied rows, cluster-robust errors, and its limits."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.censored_regression import CensoredRegression
from pipeline.statistics.models.censored.participant_bootstrap import (
    ParticipantBootstrap,
    participant_bootstrap,
)

CEILING_S = 30.0


def trials(people=60, seed=0):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 6)
    group = (person % 2).astype(float)
    time_s = np.exp(
        3.4
        - 0.35 * group
        + 0.3 * rng.normal(size=people)[person]
        + 0.4 * rng.normal(size=6 * people)
    )
    exog = pd.DataFrame({"const": 1.0, "group": group})
    high = np.where(time_s < CEILING_S, time_s, np.inf)
    return np.minimum(time_s, CEILING_S), high, exog, np.array([f"P{p:02d}" for p in person])


@pytest.fixture(scope="module")
def booted():
    low, high, exog, person = trials()
    model = CensoredRegression(low, high, exog)
    return participant_bootstrap(
        model, person, rng=np.random.default_rng(5), replicates=600, strata=exog["group"]
    )


def test_a_replicate_is_the_regression_of_the_rows_of_those_drawn():
    low, high, exog, person = trials()
    one = participant_bootstrap(
        CensoredRegression(low, high, exog), person, rng=np.random.default_rng(9), replicates=3
    )
    drawn = np.random.default_rng(9).multinomial(60, np.full(60, 1 / 60))
    rows = np.repeat(np.arange(len(low)), np.repeat(drawn, 6))
    again = CensoredRegression(low[rows], high[rows], exog.iloc[rows]).fit()
    np.testing.assert_allclose(one.replicates.iloc[0], again.params, rtol=1e-7)


def test_the_spread_of_replicates_is_the_cluster_robust_error(booted):
    low, high, exog, person = trials()
    fit = CensoredRegression(low, high, exog).fit_clustered(person, covariance="CR0")
    np.testing.assert_allclose(booted.estimates, fit.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt((booted.influence**2).sum()), fit.bse, rtol=1e-8)
    assert booted.interval("group").se == pytest.approx(fit.bse[1], rel=0.12, abs=0)
    for method in ("percentile", "basic", "bca"):
        interval = booted.interval("group", method=method)
        assert interval.ci_low == pytest.approx(fit.conf_int()[1, 0], abs=0.3 * fit.bse[1])
        assert interval.ci_high == pytest.approx(fit.conf_int()[1, 1], abs=0.3 * fit.bse[1])


def test_bca_moves_towards_the_tail_that_the_influence_shows(booted):
    plain, corrected = booted.interval("ln_sigma", method="percentile"), booted.interval("ln_sigma")
    median = booted.replicates["ln_sigma"].median()
    skew = (booted.influence["ln_sigma"] ** 3).sum()
    lifted = (median < booted.estimates["ln_sigma"]) or skew > 0
    assert lifted
    assert corrected.ci_low > plain.ci_low
    assert corrected.ci_high > plain.ci_high


def test_bca_is_efrons_formula():
    replicates = pd.DataFrame({"x": np.linspace(-2.0, 4.0, 2001)})
    influence = pd.DataFrame({"x": [3.0, -1.0, -1.0, -0.5, -0.5]})
    booted = ParticipantBootstrap(pd.Series({"x": 0.7}), replicates, 0, influence)
    acceleration = (influence["x"] ** 3).sum() / (6 * (influence["x"] ** 2).sum() ** 1.5)
    assert acceleration > 0.1
    bias = stats.norm.ppf((replicates["x"] < 0.7).mean())
    tails = [
        stats.norm.cdf(bias + (bias + z) / (1 - acceleration * (bias + z)))
        for z in stats.norm.ppf([0.025, 0.975])
    ]
    found = booted.interval("x")
    expected = np.quantile(replicates["x"], tails)
    np.testing.assert_allclose([found.ci_low, found.ci_high], expected, atol=2e-3)
    with pytest.raises(NotEstimableError, match="one side"):
        ParticipantBootstrap(pd.Series({"x": 9.0}), replicates, 0, influence).interval("x")


def test_the_same_generator_gives_the_same_intervals_and_rows_may_be_shuffled(booted):
    low, high, exog, person = trials()
    order = np.random.default_rng(2).permutation(len(low))
    again = participant_bootstrap(
        CensoredRegression(low[order], high[order], exog.iloc[order]),
        person[order],
        rng=np.random.default_rng(5),
        replicates=600,
        strata=exog["group"].to_numpy()[order],
    )
    np.testing.assert_allclose(again.replicates, booted.replicates, rtol=1e-6, atol=1e-8)


def test_progress_is_told_to_the_end():
    low, high, exog, person = trials()
    told = []
    participant_bootstrap(
        CensoredRegression(low, high, exog),
        person,
        rng=np.random.default_rng(1),
        replicates=120,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(50, 120), (100, 120), (120, 120)]


def test_strata_keep_the_size_of_each_group():
    low, high, exog, person = trials()
    keep = (exog["group"] == 0).to_numpy() | np.isin(person, ["P01", "P03", "P05", "P07"])
    low, high, exog, person = low[keep], high[keep], exog[keep], person[keep]
    model = CensoredRegression(low, high, exog)
    with_strata = participant_bootstrap(
        model, person, rng=np.random.default_rng(1), replicates=200, strata=exog["group"]
    )
    assert with_strata.n_failed == 0
    without = participant_bootstrap(model, person, rng=np.random.default_rng(1), replicates=200)
    assert without.n_failed > 0  # nobody of the small group was drawn


def test_too_many_replicates_without_a_solution_say_so():
    low, high, exog, person = trials()
    few_end = (exog["group"] == 1).to_numpy() | (person == "P00")
    low, high = np.where(few_end, low, CEILING_S), np.where(few_end, high, np.inf)
    with pytest.raises(NotEstimableError, match="participants who decide the estimate are few"):
        participant_bootstrap(
            CensoredRegression(low, high, exog),
            person,
            rng=np.random.default_rng(1),
            replicates=100,
        )


def test_arguments_that_do_not_fit_are_refused():
    low, high, exog, person = trials()
    model, rng = CensoredRegression(low, high, exog), np.random.default_rng(1)
    with pytest.raises(ValueError, match="one value per row"):
        participant_bootstrap(model, person[:-1], rng=rng)
    with pytest.raises(ValueError, match="one stratum"):
        participant_bootstrap(model, person, rng=rng, strata=np.arange(len(low)))
    split = CensoredRegression(low, high, exog, spread_groups=exog["group"])
    with pytest.raises(ValueError, match="one spread"):
        participant_bootstrap(split, person, rng=rng)
