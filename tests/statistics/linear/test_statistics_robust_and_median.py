"""Huber and median regression against R; the bootstrap of participants."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.quantile_regression import QuantReg

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.linear.robust import (
    NOT_UNIQUE,
    HuberRegression,
    MedianRegression,
    median_coefficients,
    weighted_median_coefficients,
)
from pipeline.statistics.models.resampling import (
    content_order,
    participant_weights,
    percentile_inference,
)

outcomes = pytest.mark.parametrize("outcome", ["hold_mean", "gmed", "onset", "strength"])


@outcomes
def test_huber_regression_is_r_rlm(people, golden, tolerances, r_names, outcome):
    y, exog, _ = people(outcome)
    block, rtol = golden["rlm_huber"][outcome], tolerances["RLM"]
    fit = HuberRegression(y, exog).fit()
    for term in exog:
        assert fit.params[term] == pytest.approx(block["coef"][r_names[term]], rel=rtol, abs=0)
        assert fit.bse[term] == pytest.approx(block["se"][r_names[term]], rel=rtol, abs=0)
    assert fit.scale == pytest.approx(block["scale"], rel=rtol, abs=0)
    assert fit.weights.between(0, 1).all()


@outcomes
def test_median_regression_is_r_rq(people, golden, tolerances, r_names, outcome):
    y, exog, _ = people(outcome)
    block, rtol = golden["quantreg_median"][outcome]["coef"], tolerances["quantreg"]
    found, is_unique = median_coefficients(y.to_numpy(), exog.to_numpy())
    assert is_unique
    expected = [block[r_names[term]] for term in exog]
    assert found.tolist() == pytest.approx(expected, rel=rtol, abs=0)
    assert found.tolist() == pytest.approx(expected, rel=1e-9, abs=0)


def test_statsmodels_comes_near_the_same_median(people):
    y, exog, _ = people("gmed")
    found, _ = median_coefficients(y.to_numpy(), exog.to_numpy())
    second = QuantReg(y, exog).fit(0.5)
    assert found.tolist() == pytest.approx(second.params.tolist(), rel=1e-3, abs=0)


def test_all_samples_at_once_are_each_sample_alone():
    rng = np.random.default_rng(4)
    x = np.column_stack([np.ones(60), rng.integers(0, 2, 60), rng.normal(40, 9, 60)])
    y = np.minimum(25 + 5 * x[:, 1] + rng.normal(0, 5, 60), 30)  # many at a ceiling
    weights = rng.multinomial(60, np.full(60, 1 / 60), size=40).astype(float)
    found = weighted_median_coefficients(y, x, weights)
    for one, w in zip(found, weights.astype(int), strict=True):
        rows, columns = np.repeat(y, w), np.repeat(x, w, axis=0)
        best, _ = median_coefficients(rows, columns)
        least = np.abs(rows - columns @ best).sum()
        assert np.abs(rows - columns @ one).sum() == pytest.approx(least, rel=1e-8, abs=0)
    nobody = np.where(x[:, 1] == 1, 0.0, 1.0)[None, :]
    assert np.isnan(weighted_median_coefficients(y, x, nobody)).all()


def test_a_median_without_covariates_is_the_difference_of_medians():
    rng = np.random.default_rng(5)
    case, reference = rng.normal(3, 1, 25), rng.normal(0, 1, 21)
    exog = pd.DataFrame({"const": 1.0, "group": np.repeat([1.0, 0.0], [25, 21])})
    ids = pd.Series([f"P{i}" for i in range(46)])
    fit = MedianRegression(np.concatenate([case, reference]), exog, ids).fit(rng, 400)
    assert fit.params["group"] == pytest.approx(np.median(case) - np.median(reference))
    again = [
        np.median(rng.choice(case, 25)) - np.median(rng.choice(reference, 21)) for _ in range(4000)
    ]
    assert fit.bse["group"] == pytest.approx(np.std(again), rel=0.15, abs=0)
    low, high = fit.conf_int().loc["group"]
    assert low < fit.params["group"] < high and fit.pvalues["group"] < 0.01


def test_many_equal_values_have_no_single_line():
    exog = pd.DataFrame({"const": 1.0, "group": np.repeat([1.0, 0.0], 4)})
    ids = pd.Series(list("abcdefgh"))
    y = [1.0, 2, 3, 4, 5, 6, 7, 8]
    assert MedianRegression(y, exog, ids).fit(np.random.default_rng(1), 50).cautions == (
        NOT_UNIQUE,
    )


def test_the_bootstrap_knows_neither_names_nor_the_order_of_rows(invented):
    y, exog, ids = invented()
    fit = MedianRegression(y, exog, ids).fit(np.random.default_rng(2), 200)
    order = np.random.default_rng(9).permutation(len(y))
    shuffled = MedianRegression(y.iloc[order], exog.iloc[order], ids.iloc[order]).fit(
        np.random.default_rng(2), 200
    )
    renamed = MedianRegression(y, exog, ids.map(lambda name: name[::-1])).fit(
        np.random.default_rng(2), 200
    )
    scaled = MedianRegression(1e3 * y, exog, ids).fit(np.random.default_rng(2), 200)
    low, high = fit.conf_int().loc["group"]
    for other, factor in ((shuffled, 1.0), (renamed, 1.0), (scaled, 1e3)):
        assert other.params["group"] == pytest.approx(factor * fit.params["group"], rel=1e-7, abs=0)
        found = tuple(other.conf_int().loc["group"] / factor)
        assert found == pytest.approx((low, high), rel=1e-6, abs=0)
    other_seed = MedianRegression(y, exog, ids).fit(np.random.default_rng(3), 200)
    assert tuple(other_seed.conf_int().loc["group"]) != pytest.approx((low, high), rel=1e-6, abs=0)


def test_the_bootstrap_is_mirrored_when_the_groups_change_places(invented):
    y, exog, ids = invented()
    swapped = exog.assign(group=1 - exog["group"])
    at_a_ceiling = np.minimum(np.round(y), np.round(y).quantile(0.6))
    for values in (y, at_a_ceiling):
        fits = [
            MedianRegression(values, terms, ids).fit(np.random.default_rng(2), 200)
            for terms in (exog, swapped)
        ]
        one, other = (fit.inference("group") for fit in fits)
        assert other.estimate == pytest.approx(-one.estimate, rel=1e-7, abs=1e-9)
        found = (-other.ci_high, -other.ci_low)
        assert found == pytest.approx((one.ci_low, one.ci_high), rel=1e-7, abs=1e-9)
        assert other.p == one.p


def test_participants_are_drawn_with_all_their_rows_and_within_their_group():
    codes = np.array([0, 0, 1, 2, 2, 3])
    order = content_order(codes, [5.0, 6, 1, 2, 2, 9])
    assert order.tolist() == [1, 2, 0, 3]
    strata = np.array([0, 1, 1, 0])
    batches = list(participant_weights(order, strata, 25, np.random.default_rng(1), batch=10))
    assert [len(batch) for batch in batches] == [10, 10, 5]
    drawn = np.concatenate(batches)
    assert (drawn[:, strata == 0].sum(axis=1) == 2).all()
    assert (drawn[:, strata == 1].sum(axis=1) == 2).all()


def test_intervals_of_replicates():
    replicates = np.arange(1.0, 100)
    found = percentile_inference(50.0, replicates, null=2.0, ci_level=0.9)
    assert (found.ci_low, found.ci_high) == pytest.approx((5.9, 94.1))
    assert found.p == pytest.approx(2 * 3 / 100)
    assert percentile_inference(1.0, np.ones(99)).p == pytest.approx(0.02)
    few = np.where(replicates < 8, np.nan, replicates)
    with pytest.raises(NotEstimableError, match="too many samples"):
        percentile_inference(50.0, few)


def test_what_cannot_be_fitted_is_said(invented):
    y, exog, ids = invented()
    for model in (HuberRegression(y[:0], exog[:0]), MedianRegression(y[:0], exog[:0], ids[:0])):
        with pytest.raises(NotEstimableError, match="No row"):
            model.fit(*([np.random.default_rng(1)] if isinstance(model, MedianRegression) else []))
    ceiling = pd.Series(np.where(y > y.quantile(0.3), 30.0, y))
    with pytest.raises(NotEstimableError, match="At least half of the rows"):
        HuberRegression(ceiling, exog[["const"]]).fit()
    with pytest.raises(NotEstimableError, match="participants are too few"):
        MedianRegression(y[:9], exog[:9].assign(age_years=np.arange(9.0)), ids[:9]).fit(
            np.random.default_rng(1)
        )
    with pytest.raises(ValueError, match="several values of group"):
        MedianRegression(y, exog.assign(group=np.arange(48) % 2 * 1.0), ids).fit(
            np.random.default_rng(1)
        )
