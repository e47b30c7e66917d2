"""Logistic regression, matched sets and shares of legs against R; separation is said, not fitted."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.discrete.discrete_model import Logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.discrete.conditional_logit import MatchedSets
from pipeline.statistics.models.discrete.logistic import (
    LegShares,
    LogisticRegression,
    shares_by_group,
)
from pipeline.statistics.models.linear.ancova import marginal_means

R_NAMES = {
    "const": "(Intercept)",
    "gmed": "gmed",
    "strength": "strength",
    "age_years": "age_years",
    "sex[male]": "sexmale",
}


@pytest.fixture(scope="session")
def people(derived):
    """Whether a case, and terms (~ gmed + strength + age_years + sex)."""
    rows = derived.loc[derived[["gmed", "strength"]].notna().all(axis=1)]
    exog = rows[["gmed", "strength", "age_years"]].astype(float)
    exog.insert(0, "const", 1.0)
    return rows["lbp"], exog.assign(**{"sex[male]": rows["sex"].eq("male").astype(float)})


@pytest.fixture
def invented():
    """Two legs of each of 30 people: outcome, terms, ids."""

    def make(seed=1, rows_each=2):
        rng = np.random.default_rng(seed)
        n = 30 * rows_each
        ids = np.repeat([f"P{i:02d}" for i in range(30)], rows_each)
        group = np.repeat(np.arange(30) % 2 * 1.0, rows_each)
        age = np.repeat(rng.uniform(20, 60, 30), rows_each)
        odds = np.repeat(rng.normal(0, 1, 30), rows_each) + group - 0.5 + 0.02 * (age - 40)
        y = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
        exog = pd.DataFrame({"const": 1.0, "group": group, "age_years": age})
        return pd.Series(y), exog, pd.Series(ids)

    return make


def test_logistic_regression_is_r_glm(people, golden, tolerances):
    block, rtol = golden["logistic"], tolerances["logistic"]
    fit = LogisticRegression(*people).fit()
    assert fit.aic == pytest.approx(block["aic"], rel=rtol, abs=0)
    for term, name in R_NAMES.items():
        found = fit.inference(term)
        row = (found.estimate, found.se, found.statistic, found.p)
        assert row == pytest.approx(tuple(block["coef"][name].values()), rel=rtol, abs=0)


def test_profile_intervals_are_r_confint_up_to_its_interpolation(people, golden):
    """R draws a spline through some points of the profile; ours is solved, and checked by refit."""
    fit = LogisticRegression(*people).fit()
    for term, name in R_NAMES.items():
        found = fit.profile(term)
        expected = tuple(golden["logistic"]["profile_ci"][name].values())
        assert (found.ci_low, found.ci_high) == pytest.approx(expected, rel=1e-3, abs=0)


def test_a_profile_limit_loses_just_the_likelihood_it_may(people):
    y, exog = people
    fit = LogisticRegression(y, exog).fit()
    found = fit.profile("gmed", 0.9)
    for end in (found.ci_low, found.ci_high):
        held = GLM(y, exog.drop(columns="gmed"), family=Binomial(), offset=end * exog["gmed"])
        loss = 2 * (fit.loglik - held.fit(tol=1e-12).llf)
        assert loss == pytest.approx(stats.chi2.ppf(0.9, 1), rel=1e-6, abs=0)
    without = Logit(y, exog.drop(columns="gmed")).fit(disp=0).llf
    assert found.p == pytest.approx(stats.chi2.sf(2 * (fit.loglik - without), 1), rel=1e-6, abs=0)


def test_conditional_logistic_regression_is_r_clogit(derived_of, golden_of):
    block, rows = golden_of("matched_eo_ec")["clogit"], derived_of("matched_eo_ec")
    terms = ["gmed", "strength", "hold_mean"]
    fit = MatchedSets(rows["lbp"], rows[terms], rows["pair_id"]).fit()
    assert (fit.n_rows, fit.n_sets, fit.n_left_out) == (block["n"], 60, 0)
    assert fit.loglik == pytest.approx(block["loglik"], rel=1e-10, abs=0)
    for term in terms:  # The tolerance of Newton's method, not that of the default optimiser.
        assert fit.params[term] == pytest.approx(block["coef"][term], rel=1e-8, abs=0)
        assert fit.bse[term] == pytest.approx(block["se"][term], rel=1e-6, abs=0)


def test_pairs_are_a_logistic_model_of_differences_without_constant():
    rng = np.random.default_rng(2)
    x = pd.DataFrame({"a": rng.normal(size=80), "b": rng.normal(size=80)})
    pair = pd.Series(np.repeat(np.arange(40), 2))
    is_case = pd.Series(np.tile([1, 0], 40))
    fit = MatchedSets(is_case, x, pair).fit()
    differences = x[::2].to_numpy() - x[1::2].to_numpy()
    by_hand = GLM(np.ones(40), differences, family=Binomial()).fit(tol=1e-12)
    assert fit.params.tolist() == pytest.approx(by_hand.params.tolist(), rel=1e-7, abs=0)
    order = rng.permutation(80)
    shuffled = MatchedSets(is_case.iloc[order], x.iloc[order], pair.iloc[order]).fit()
    assert shuffled.bse.tolist() == pytest.approx(fit.bse.tolist(), rel=1e-5, abs=0)
    scaled = MatchedSets(is_case, x.assign(a=1e4 * x["a"]), pair).fit()
    assert scaled.params["a"] == pytest.approx(fit.params["a"] / 1e4, rel=1e-6, abs=0)
    swapped = MatchedSets(1 - is_case, x, pair).fit()
    assert swapped.params.tolist() == pytest.approx((-fit.params).tolist(), rel=1e-6, abs=0)


def test_sets_without_case_or_control_are_left_out_and_counted():
    rng = np.random.default_rng(3)
    x = pd.DataFrame({"a": rng.normal(size=43)})
    sets = pd.Series([*np.repeat(np.arange(20), 2), 20, 20, 21])
    is_case = pd.Series([*np.tile([1, 0], 20), 1, 1, 0])
    fit = MatchedSets(is_case, x, sets).fit()
    assert (fit.n_sets, fit.n_left_out, fit.n_rows) == (20, 2, 40)
    few = sets < 1
    with pytest.raises(NotEstimableError, match="1 matched sets with a case and a control"):
        MatchedSets(is_case[few], x[few], sets[few]).fit()
    with pytest.raises(NotEstimableError, match="site does not differ within any matched set"):
        MatchedSets(is_case, x.assign(site=sets * 0.1), sets).fit()
    with pytest.raises(NotEstimableError, match="Within the matched sets b cannot be told apart"):
        MatchedSets(is_case, x.assign(b=2 * x["a"] + sets), sets).fit()
    with pytest.raises(NoSolutionError, match=r"a predicts .* within the matched sets"):
        MatchedSets(is_case, x.assign(a=x["a"].abs() * (2 * is_case - 1)), sets).fit()
    with pytest.raises(ValueError, match="very frame"):
        MatchedSets(is_case, x, sets[::-1]).fit()
    with pytest.raises(ValueError, match="0 or 1"):
        MatchedSets(is_case + 1, x, sets).fit()


def test_independent_legs_are_glm_with_clustered_errors(invented):
    y, exog, ids = invented()
    fit = LegShares(y, exog, ids).fit("independence", "robust")
    second = GLM(y, exog, family=Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": pd.factorize(ids)[0], "use_correction": False}
    )
    assert fit.params.tolist() == pytest.approx(second.params.tolist(), rel=1e-7, abs=0)
    assert fit.bse.tolist() == pytest.approx(second.bse.tolist(), rel=1e-6, abs=0)
    assert set(fit.df) == {27.0}
    cautious = LegShares(y, exog, ids).fit("independence")
    assert (cautious.bse > fit.bse).all()


def test_legs_without_covariates_give_the_odds_ratio_of_the_shares(invented):
    y, exog, ids = invented()
    fit = LegShares(y, exog[["const", "group"]], ids).fit()
    (case, n_case), (reference, n_reference) = shares_by_group(y, exog["group"])
    odds = (case / (n_case - case)) / (reference / (n_reference - reference))
    assert np.exp(fit.params["group"]) == pytest.approx(odds, rel=1e-7, abs=0)
    means = marginal_means(fit, exog[["const", "group"]])
    assert 1 / (1 + np.exp(-means.case.estimate)) == pytest.approx(case / n_case, rel=1e-7, abs=0)


def test_order_names_units_and_sides_do_not_matter(invented):
    y, exog, ids = invented(4)
    order = np.random.default_rng(9).permutation(len(y))
    for fit in (
        lambda y, exog, ids: LogisticRegression(y, exog).fit(),
        lambda y, exog, ids: LegShares(y, exog, ids).fit(),
    ):
        found = fit(y, exog, ids)
        shuffled = fit(y.iloc[order], exog.iloc[order], ids.iloc[order].str[::-1])
        scaled = fit(y, exog.assign(age_years=exog["age_years"] * 365.25), ids)
        swapped = fit(y, exog.assign(group=1 - exog["group"]), ids)
        other_side = fit(1 - y, exog, ids)
        assert shuffled.bse.tolist() == pytest.approx(found.bse.tolist(), rel=1e-6, abs=0)
        assert scaled.pvalues["age_years"] == pytest.approx(
            found.pvalues["age_years"], rel=1e-5, abs=0
        )
        for mirrored in (swapped, other_side):
            assert mirrored.params["group"] == pytest.approx(
                -found.params["group"], rel=1e-6, abs=0
            )


@pytest.mark.parametrize(
    "fit",
    [
        lambda y, exog, ids: LogisticRegression(y, exog).fit(),
        lambda y, exog, ids: LegShares(y, exog, ids).fit(),
    ],
)
def test_separation_names_the_terms_and_other_faults_say_why(invented, fit):
    y, exog, ids = invented()
    with pytest.raises(NoSolutionError, match=r"^group predicts the outcome without error"):
        fit(exog["group"], exog, ids)
    quasi = exog["group"].where(exog.index > 20, 0.0)
    with pytest.raises(NoSolutionError, match="group predicts"):  # one empty cell is enough
        fit(quasi, exog, ids)
    both = ((exog["age_years"] + 20 * exog["group"]) > 50).astype(float)
    with pytest.raises(NoSolutionError, match="group and age_years together predict"):
        fit(both, exog, ids)
    with pytest.raises(NotEstimableError, match="All rows have the outcome"):
        fit(y * 0 + 1, exog, ids)
    with pytest.raises(NotEstimableError, match="All rows do not have the outcome"):
        fit(y * 0, exog, ids)
    with pytest.raises(NotEstimableError, match="No row"):
        fit(y[:0], exog[:0], ids[:0])
    with pytest.raises(NotEstimableError, match="too few"):
        fit(pd.Series([0.0, 1, 0]), exog[:3], ids[:3])
    with pytest.raises(NotEstimableError, match="cannot be told apart"):
        fit(y, exog.assign(group=1.0), ids)
    with pytest.raises(ValueError, match="0 or 1"):
        fit(y + 1, exog, ids)


def test_few_events_are_a_caution(invented):
    y, exog, _ = invented()
    fit = LogisticRegression(y, exog).fit()
    assert fit.events_per_coefficient == min(y.sum(), 60 - y.sum()) / 2 and not fit.cautions
    y[:] = 0.0
    y[[3, 10, 17, 24]] = 1.0
    assert "2.0 rows per coefficient" in LogisticRegression(y, exog).fit().cautions[0]


def test_an_interval_without_an_end_is_said():
    y = np.array([0.0, 0, 0, 0, 1, 1, 1, 1, 1, 0])
    exog = pd.DataFrame({"const": 1.0, "x": [*range(9), 4.5]})
    fit = LogisticRegression(y, exog).fit()
    assert fit.profile("x").ci_low < fit.params["x"] < fit.profile("x").ci_high
    with pytest.raises(NoSolutionError, match="no finite end"):
        fit.profile("x", 1 - 1e-300)


def test_calibration_shows_what_was_predicted_and_what_was_seen(people):
    fit = LogisticRegression(*people).fit()
    table = fit.calibration()
    assert table["n"].sum() == fit.n_rows and len(table) == 5
    assert (table["n"] * table["predicted"]).sum() == pytest.approx(fit.n_events)
    assert table["predicted"].is_monotonic_increasing
