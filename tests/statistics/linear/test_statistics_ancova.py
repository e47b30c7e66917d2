"""ANCOVA, marginal means, type II table, slopes and diagnostics against R."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.linear.ancova import (
    Ancova,
    linear_diagnostics,
    marginal_means,
    partial_eta_squared,
    slopes_homogeneity,
    type_two,
)
from pipeline.statistics.models.model_rows import check_rows

OUTCOMES = ["hold_mean", "gmed", "onset", "strength"]

outcomes = pytest.mark.parametrize("outcome", OUTCOMES)


def _same(inference, expected, rtol):
    """Against a row of R: Estimate, Std. Error, t value, P."""
    found = (inference.estimate, inference.se, inference.statistic, inference.p)
    assert found == pytest.approx(tuple(expected.values()), rel=rtol, abs=0)


@outcomes
def test_the_coefficients_are_r_lm(people, golden, tolerances, r_names, outcome):
    y, exog, _ = people(outcome)
    block, rtol = golden["ancova"][outcome], tolerances["ANCOVA"]
    fit = Ancova(y, exog).fit("nonrobust")
    for term in exog:
        _same(fit.inference(term), block["coef"][r_names[term]], rtol)
        interval = tuple(block["confint"][r_names[term]].values())
        assert tuple(fit.conf_int().loc[term]) == pytest.approx(interval, rel=rtol, abs=0)
    numbers = {"r2": "r2", "adj_r2": "adj_r2", "df_resid": "df_resid", "sigma": "sigma"}
    for name, key in (numbers | {"loglik": "loglik", "n_rows": "n"}).items():
        assert getattr(fit, name) == pytest.approx(block[key], rel=rtol, abs=0), name
    assert (fit.aic, fit.bic) == pytest.approx(
        (block["aic"], block["bic"]), rel=tolerances["AIC"], abs=0
    )


@outcomes
def test_hc3_and_hc2_are_r_sandwich(people, golden, tolerances, r_names, outcome):
    y, exog, _ = people(outcome)
    block, rtol = golden["ancova"][outcome], tolerances["HC3"]
    fit, hc2 = Ancova(y, exog).fit(), Ancova(y, exog).fit("HC2")
    for term in exog:
        _same(fit.inference(term), block["hc3"]["coef"][r_names[term]], rtol)
        interval = tuple(block["hc3"]["ci"][r_names[term]].values())
        assert tuple(fit.conf_int().loc[term]) == pytest.approx(interval, rel=rtol, abs=0)
        assert hc2.bse[term] == pytest.approx(block["hc2_se"][r_names[term]], rel=rtol, abs=0)


@outcomes
def test_marginal_means_are_r_emmeans(people, golden, tolerances, outcome):
    y, exog, _ = people(outcome)
    block, rtol = golden["ancova"][outcome], tolerances["adjusted mean"]
    found = marginal_means(Ancova(y, exog).fit("nonrobust"), exog)
    names = ("estimate", "se", "df", "ci_low", "ci_high")
    for mean, label in ((found.case, "LBP"), (found.reference, "control")):
        expected = tuple(block["emmeans"][label].values())
        assert tuple(getattr(mean, name) for name in names) == pytest.approx(
            expected, rel=rtol, abs=0
        )
    expected = tuple(block["contrast"].values())
    found = tuple(getattr(found.difference, name) for name in (*names, "statistic", "p"))
    assert found == pytest.approx(expected, rel=tolerances["ANCOVA"], abs=0)


@outcomes
def test_the_tests_of_terms_are_r_car_and_effectsize(people, golden, tolerances, outcome):
    y, exog, _ = people(outcome)
    block, rtol = golden["ancova"][outcome], tolerances["ANOVA II"]
    fit = Ancova(y, exog).fit()
    table = type_two(fit)
    for term, row in block["anova_II"].items():
        found = table.loc[{"Residuals": "Residual"}.get(term, term)].dropna()
        expected = [value for value in row.values() if value is not None]
        assert found.tolist() == pytest.approx(expected, rel=rtol, abs=0)
    eta, expected = partial_eta_squared(fit), block["partial_eta2_group"]
    assert eta.eta2 == pytest.approx(expected["eta2"], rel=tolerances["partial eta2"], abs=0)
    # R's limits come from an optimiser, as those of Hedges g do.
    assert (eta.ci_low, eta.ci_high) == pytest.approx(
        (expected["lo"], expected["hi"]), rel=tolerances["Hedges g CI"], abs=0
    )
    assert slopes_homogeneity(fit).p == pytest.approx(block["slopes_homog_p"], rel=1e-9, abs=0)


@outcomes
def test_the_diagnostics_are_r_lmtest_and_car(people, golden, tolerances, outcome):
    y, exog, _ = people(outcome)
    block = golden["ancova"][outcome]
    found = linear_diagnostics(Ancova(y, exog).fit())
    equal = found.breusch_pagan
    assert (equal.statistic, equal.df1, equal.p) == pytest.approx(
        tuple(block["bp"].values()), rel=tolerances["Breusch"], abs=0
    )
    assert found.residual_shapiro.p == pytest.approx(
        block["shapiro_resid_p"], rel=tolerances["Shapiro"], abs=0
    )
    assert dict(found.variance_inflation) == pytest.approx(block["vif"], rel=1e-9, abs=0)
    largest = (found.rows["cook"].max(), found.rows["leverage"].max())
    largest = (*largest, found.rows["studentised"].abs().max())
    expected = (block["cooks_max"], block["hat_max"], block["rstudent_max"])
    assert largest == pytest.approx(expected, rel=tolerances["influence"], abs=0)
    assert found.n_influential == (found.rows["cook"] > 4 / len(y)).sum()


def test_influence_and_inflation_agree_with_statsmodels_row_by_row(people):
    y, exog, _ = people("gmed")
    found = linear_diagnostics(Ancova(y, exog).fit())
    second = OLSInfluence(OLS(y, exog).fit())
    assert found.rows["cook"].to_numpy() == pytest.approx(second.cooks_distance[0].to_numpy())
    assert found.rows["studentised"].to_numpy() == pytest.approx(
        second.resid_studentized_external.to_numpy()
    )
    inflation = [variance_inflation_factor(exog.to_numpy(), i) for i in range(1, 5)]
    assert found.variance_inflation.tolist() == pytest.approx(inflation)


def test_a_qq_plot_of_normal_values_is_a_straight_line():
    rng = np.random.default_rng(3)
    exog = pd.DataFrame({"const": 1.0, "group": rng.integers(0, 2, 400).astype(float)})
    points = linear_diagnostics(Ancova(rng.normal(size=400), exog).fit()).normal_quantiles
    assert points.corr().iloc[0, 1] > 0.995
    assert points["expected"].median() == pytest.approx(0, abs=1e-12)


def test_a_factor_of_three_levels_has_one_row_and_equal_weights(invented):
    y, exog, _ = invented(n=24, rows_each=1)
    site = np.arange(24) % 3
    exog = exog.assign(**{"site[S2]": (site == 1) * 1.0, "site[S3]": (site == 2) * 1.0})
    fit = Ancova(y, exog).fit("nonrobust")
    table = type_two(fit)
    assert table.loc["site", "df"] == 2 and list(table.index) == [
        "group", "age_years", "site", "Residual",
    ]  # fmt: skip
    smaller = OLS(y, exog.drop(columns=["site[S2]", "site[S3]"])).fit()
    assert table.loc["site", "f"] == pytest.approx(OLS(y, exog).fit().compare_f_test(smaller)[0])
    case = marginal_means(fit, exog).case.estimate
    by_hand = fit.params @ [1, 1, exog["age_years"].mean(), 1 / 3, 1 / 3]
    assert case == pytest.approx(by_hand)
    assert linear_diagnostics(fit).variance_inflation["site"] >= 1


def test_an_interaction_leaves_its_parts_tested_without_it(invented):
    y, exog, _ = invented(n=30, rows_each=1)
    with_product = exog.assign(**{"group:age_years": exog["group"] * exog["age_years"]})
    fit, plain = Ancova(y, with_product).fit("nonrobust"), Ancova(y, exog).fit("nonrobust")
    assert type_two(fit).loc["group", "sum_sq"] == pytest.approx(
        type_two(plain).loc["group", "sum_sq"]
    )
    assert type_two(fit).loc["group:age_years", "f"] == pytest.approx(
        slopes_homogeneity(plain).statistic
    )
    means = marginal_means(fit, with_product)
    by_hand = fit.params["group"] + fit.params["group:age_years"] * exog["age_years"].mean()
    assert means.difference.estimate == pytest.approx(by_hand)


def test_order_of_rows_names_units_and_the_side_of_the_groups_do_not_matter(invented):
    y, exog, _ = invented(n=20, rows_each=1)
    fit = Ancova(y, exog).fit()
    order = np.random.default_rng(9).permutation(len(y))
    shuffled = Ancova(y.iloc[order], exog.iloc[order]).fit()
    assert shuffled.bse.tolist() == pytest.approx(fit.bse.tolist(), rel=1e-9, abs=0)
    scaled = Ancova(1e3 * y, exog.assign(age_years=exog["age_years"] * 365.25)).fit()
    assert scaled.params["group"] == pytest.approx(1e3 * fit.params["group"], rel=1e-9, abs=0)
    assert scaled.pvalues["age_years"] == pytest.approx(fit.pvalues["age_years"], rel=1e-7, abs=0)
    swapped = Ancova(y, exog.assign(group=1 - exog["group"])).fit()
    assert swapped.params["group"] == pytest.approx(-fit.params["group"], rel=1e-9, abs=0)
    assert partial_eta_squared(swapped).ci_low == pytest.approx(partial_eta_squared(fit).ci_low)


def test_without_covariates_and_with_equal_variances_it_is_the_pooled_t_test():
    from pipeline.statistics.models.two_groups.effect_size import pooled_t

    x, y = np.array([3.0, 5, 4, 8]), np.array([1.0, 2, 2, 6, 5])
    exog = pd.DataFrame({"const": 1.0, "group": np.repeat([1.0, 0.0], [4, 5])})
    found = Ancova(np.concatenate([x, y]), exog).fit("nonrobust").inference("group")
    expected = pooled_t(x, y)
    assert (found.estimate, found.se, found.p) == pytest.approx(
        (expected.estimate, expected.se, expected.p), rel=1e-10, abs=0
    )
    with pytest.raises(NotEstimableError, match="no covariates"):
        slopes_homogeneity(Ancova(np.concatenate([x, y]), exog).fit())


def test_the_summary_shows_degrees_of_freedom(invented):
    y, exog, _ = invented(rows_each=1)
    text = str(Ancova(y, exog).fit().summary())
    assert "HC3" in text and "age_years" in text and " 13.0" in text


def test_what_an_ancova_cannot_do_is_said(invented):
    y, exog, _ = invented(n=10, rows_each=1)
    with pytest.raises(NotEstimableError, match="No row has all"):
        Ancova(y[:0], exog[:0]).fit()
    with pytest.raises(NotEstimableError, match="3 rows are too few for a model with 3"):
        Ancova(y[:3], exog[:3]).fit()
    with pytest.raises(NotEstimableError, match="same value in all rows"):
        Ancova(y * 0 + 0.3, exog).fit()
    with pytest.raises(NotEstimableError, match="group cannot be told apart"):
        Ancova(y, exog.assign(group=1.0)).fit()
    with pytest.raises(NotEstimableError, match="age_months cannot be told apart"):
        Ancova(y, exog.assign(age_months=12 * exog["age_years"])).fit()
    one = exog["group"].index == 4
    with pytest.raises(NotEstimableError, match="One participant alone"):
        Ancova(y, exog.assign(site=one.astype(float))).fit()
    assert Ancova(y, exog.assign(site=one.astype(float))).fit("nonrobust").df_resid == 6
    with pytest.raises(NotEstimableError, match="fits every row exactly"):
        Ancova(2 * exog["group"] + exog["age_years"], exog).fit()
    with pytest.raises(ValueError, match="missing"):
        Ancova(y.where(y.index > 0), exog).fit()
    with pytest.raises(ValueError, match="one value per row"):
        check_rows(y[:4], exog)
    with pytest.raises(NotEstimableError, match="too few or too alike"):
        slopes_homogeneity(Ancova(y[:4], exog[:4]).fit("nonrobust"))
    with pytest.raises(ValueError, match="no column arm"):
        marginal_means(Ancova(y, exog).fit(), exog, of="arm")
    with pytest.raises(ValueError, match="no such term: arm"):
        Ancova(y, exog).fit().contrast({"arm": 1.0})
