"""Curves, medians, restricted means and log-rank tests against R's survfit and survdiff."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import survdiff

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P
from pipeline.statistics.models.survival.curves import SurvivalCurve
from pipeline.statistics.models.survival.log_rank import log_rank_test
from pipeline.statistics.models.survival.restricted_mean import (
    pseudo_values,
    restricted_mean,
    restricted_mean_difference,
    restricted_mean_regression,
)

TAU_S = 30.0


def _holds(derived, group):
    rows = derived[(derived["group"] == group) & derived["dom_best"].notna()]
    return rows["dom_best"].to_numpy(float), rows["dom_event"].to_numpy() == 1


@pytest.mark.parametrize("group", ["LBP", "control"])
@pytest.mark.parametrize(
    ("scale", "key"), [("log-log", "loglog"), ("log", "log"), ("plain", "plain")]
)
def test_shares_bands_and_medians_are_those_of_survfit(
    derived, golden, tolerances, group, scale, key
):
    block = golden["km"][key][group]
    curve = SurvivalCurve.of(*_holds(derived, group))
    assert (curve.n, curve.n_ended.sum()) == (block["n"], block["events"])
    at = curve.at(block["at"]["time"], scale=scale)
    for column, name in (
        ("survival", "surv"),
        ("se", "se"),
        ("ci_low", "lower"),
        ("ci_high", "upper"),
    ):
        np.testing.assert_allclose(at[column], block["at"][name], rtol=tolerances["KM S"])
    median = curve.median(scale=scale)
    for found, name in (
        (median.estimate, "median"),
        (median.ci_low, "lcl"),
        (median.ci_high, "ucl"),
    ):
        if block[name] is None:
            assert found is None
        else:
            assert found == pytest.approx(block[name], rel=tolerances["KM median"], abs=0)


def test_a_curve_that_reaches_zero_and_one_without_an_end():
    curve = SurvivalCurve.of([1.0, 2.0, 3.0, 3.0], [True, True, True, True])
    assert curve.survival[-1] == 0
    assert curve.se[-1] == 0
    low, high = curve.band()
    assert np.isnan(low[-1])
    assert np.isnan(high[-1])
    assert curve.band(scale="plain")[0][-1] == 0
    assert curve.median().estimate == 2.5  # flat at one half from 2 s to 3 s
    never = SurvivalCurve.of([30.0, 30.0], [False, False])
    assert never.at([10.0])["survival"].tolist() == [1.0]
    assert never.median().estimate is None
    with pytest.raises(NotEstimableError, match="No hold"):
        SurvivalCurve.of([], [])


def test_the_band_holds_its_level():
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        held = 20 * rng.weibull(1.5, 60)
        at = SurvivalCurve.of(np.minimum(held, 30), held < 30).at([15.0])
        inside += bool(at["ci_low"][0] <= np.exp(-((15 / 20) ** 1.5)) <= at["ci_high"][0])
    assert 0.92 < inside / 400 < 0.98


def test_restricted_means_are_those_of_survfit(derived, golden):
    block = golden["km"]["rmst"]
    for group in ("LBP", "control"):
        found = restricted_mean(*_holds(derived, group), block["tau"])
        assert found.estimate == pytest.approx(block[group], rel=1e-9, abs=0)
        assert found.se == pytest.approx(block[f"{group}_se"], rel=1e-9, abs=0)
    difference = restricted_mean_difference(
        _holds(derived, "LBP"), _holds(derived, "control"), block["tau"]
    )
    assert difference.estimate == pytest.approx(block["diff"], rel=1e-9, abs=0)
    assert difference.se == pytest.approx(block["diff_se"], rel=1e-9, abs=0)
    assert difference.p == pytest.approx(block["p"], rel=1e-7, abs=0)


def test_log_rank_and_peto_are_those_of_survdiff(derived, golden, tolerances):
    rows = derived[derived["dom_best"].notna()]
    times, ended = rows["dom_best"].to_numpy(float), rows["dom_event"].to_numpy() == 1
    plain = log_rank_test(times, ended, rows["group"])
    block = golden["km"]["logrank"]
    rtol = tolerances["log-rank"]
    assert plain.chisq == pytest.approx(block["chisq"], rel=rtol, abs=0)
    assert plain.p == pytest.approx(block["p"], rel=rtol, abs=0)
    labels = ["control", "LBP"]  # R's order of levels
    np.testing.assert_allclose(plain.observed[labels], block["obs"])
    np.testing.assert_allclose(plain.expected[labels], block["exp"], rtol=rtol)
    peto = log_rank_test(times, ended, rows["group"], weight="peto")
    assert peto.chisq == pytest.approx(golden["km"]["peto"]["chisq"], rel=tolerances["Peto"], abs=0)
    assert peto.p == pytest.approx(golden["km"]["peto"]["p"], rel=rtol, abs=0)
    stratified = log_rank_test(times, ended, rows["group"], strata=rows["sex"])
    block = golden["km"]["logrank_strat_sex"]
    assert stratified.chisq == pytest.approx(block["chisq"], rel=rtol, abs=0)
    assert stratified.p == pytest.approx(block["p"], rel=rtol, abs=0)


def test_more_groups_and_statsmodels():
    rng = np.random.default_rng(0)
    times, ended = np.ceil(rng.exponential(10, 90)), rng.random(90) < 0.8
    ended &= times < 25  # statsmodels' weights warn when the last one ends
    group, strata = np.repeat(["a", "b", "c"], 30), np.tile(["x", "y"], 45)
    for weight, options in (("log_rank", {}), ("peto", {"weight_type": "fh", "fh_p": 1})):
        found = log_rank_test(times, ended, group, strata=strata, weight=weight)
        chisq, p = survdiff(times, ended, group, strata=strata, **options)
        assert found.chisq == pytest.approx(chisq, rel=1e-9, abs=0)
        assert found.p == pytest.approx(p, rel=1e-9, abs=0)
        assert found.df == 2


def test_p_is_never_zero_and_nothing_to_compare_says_so():
    apart = np.concatenate([np.linspace(1, 2, 3000), np.linspace(10, 20, 3000)])
    group = np.repeat(["a", "b"], 3000)
    assert log_rank_test(apart, np.ones(6000, bool), group).p == SMALLEST_P
    with pytest.raises(NotEstimableError, match="two groups"):
        log_rank_test([1.0, 2.0], [True, True], ["a", "a"])
    with pytest.raises(NotEstimableError, match="No hold ended"):
        log_rank_test([30.0, 30.0], [False, False], ["a", "b"])


def test_swapping_groups_changes_nothing_of_a_test_and_the_sign_of_a_difference():
    rng = np.random.default_rng(0)
    held = rng.exponential(15, 60)
    times, ended = np.minimum(held, 30), held < 30
    group = np.repeat(["a", "b"], 30)
    one = log_rank_test(times, ended, group)
    other = log_rank_test(times[::-1], ended[::-1], np.where(group == "a", "b", "a")[::-1])
    assert other.chisq == pytest.approx(one.chisq, rel=1e-12, abs=0)
    a, b = (times[:30], ended[:30]), (times[30:], ended[30:])
    there, back = restricted_mean_difference(a, b, 20.0), restricted_mean_difference(b, a, 20.0)
    assert there.estimate == pytest.approx(-back.estimate)
    assert there.p == pytest.approx(back.p)


def test_restricted_mean_regression_is_hc3_ancova_of_capped_means(
    derived, golden, sets, tolerances
):
    holds = sets.hold_times[sets.hold_times["condition"] == "eyes_open"]
    holds = holds.merge(
        sets.participants[["participant_id", "bmi"]], on="participant_id", suffixes=("", "_own")
    ).reset_index(drop=True)
    exog = pd.DataFrame(
        {
            "const": 1.0,
            "group": (holds["group"] == "LBP").astype(float),
            "age_years": holds["age_years"].astype(float),
            "sex": (holds["sex"] == "male").astype(float),
            "bmi": holds["bmi"].astype(float),
        }
    )
    fit = restricted_mean_regression(
        holds["capped_s"],
        holds["censoring"] != "ceiling",
        exog,
        holds["participant_id"],
        float(holds["ceiling_s"].min()),
        legs=holds["leg"],
    )
    table = pd.DataFrame(golden["ancova"]["hold_mean"]["hc3"]["coef"]).T
    rtol = 100 * tolerances["HC3"]  # R's means are rounded to 1e-9
    np.testing.assert_allclose(fit.params, table["Estimate"], rtol=rtol)
    np.testing.assert_allclose(fit.bse, table["Std. Error"], rtol=rtol)
    np.testing.assert_allclose(fit.pvalues, table["Pr(>|t|)"], rtol=1e-6)
    assert fit.n_groups == len(derived)
    assert fit.n_cut_before == 0


def test_pseudo_values_are_capped_holds_and_stand_in_for_those_cut_off():
    rng = np.random.default_rng(3)
    held = rng.exponential(15, 80)
    np.testing.assert_array_equal(
        pseudo_values(np.minimum(held, 30), held < 30, 20.0), np.minimum(held, 20)
    )
    cut = rng.uniform(5, 40, 80)
    times, ended = np.minimum(held, cut), held < cut
    values = pseudo_values(times, ended, 20.0)
    assert values.mean() == pytest.approx(
        restricted_mean(times, ended, 20.0).estimate, rel=1e-2, abs=0
    )
    known = ended & (times < 5)  # before the first cut
    np.testing.assert_allclose(values[known], times[known], atol=1e-9)
    exog = pd.DataFrame({"const": 1.0, "group": np.tile([0.0, 1.0], 40)})
    fit = restricted_mean_regression(times, ended, exog, np.arange(80), 20.0)
    assert fit.n_cut_before == (~ended & (times < 20)).sum()
    a, b = exog["group"] == 1, exog["group"] == 0
    by_curve = restricted_mean_difference((times[a], ended[a]), (times[b], ended[b]), 20.0)
    assert fit.params["group"] == pytest.approx(by_curve.estimate, abs=0.2 * by_curve.se)


def test_what_restricted_means_cannot_give_says_why():
    exog = pd.DataFrame({"const": 1.0, "group": [0.0, 0, 0, 1, 1, 1]})
    held, ended, people = (
        np.array([5.0, 9, 30, 4, 7, 30]),
        np.array([1, 1, 0, 1, 1, 0]) == 1,
        np.arange(6),
    )
    with pytest.raises(NotEstimableError, match="followed to 60 s"):
        restricted_mean(held, ended, 60.0)
    with pytest.raises(NotEstimableError, match="do not vary"):
        restricted_mean_difference((held + 30, ended), (held + 30, ended), 20.0)
    with pytest.raises(NotEstimableError, match="do not vary"):
        restricted_mean_regression(held + 30, ended, exog, people, 30.0)
    with pytest.raises(NotEstimableError, match="2 participants are too few"):
        restricted_mean_regression(
            held, ended, exog.assign(group=[0.0] * 3 + [1.0] * 3), [0] * 3 + [1] * 3, 30.0
        )
    with pytest.raises(NotEstimableError, match="determined by the others"):
        restricted_mean_regression(held, ended, exog.assign(group=1.0), people, 30.0)
    alone = exog.assign(group=[0.0, 0, 0, 0, 0, 1])
    with pytest.raises(NotEstimableError, match="alone determines"):
        restricted_mean_regression(held, ended, alone, people, 30.0)
    with pytest.raises(ValueError, match="one value per participant"):
        restricted_mean_regression(held, ended, exog, [0, 0, 1, 1, 2, 2], 30.0)
