"""Clustered least squares and GEE against R, and their agreement with statsmodels."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.regression.linear_model import OLS

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.linear.ancova import Ancova
from pipeline.statistics.models.linear.clustered import ClusteredOLS
from pipeline.statistics.models.linear.estimating_equations import ParticipantGEE


def test_cluster_robust_errors_are_r_sandwich_and_clubsandwich(trials, golden, tolerances, r_names):
    block, rtol = golden["ols_cluster"]["gmed"], tolerances["OLS cluster CR1"]
    fits = {how: ClusteredOLS(*trials).fit(how) for how in ("CR1", "CR2", "CR3")}
    assert fits["CR1"].n_participants == block["n_clusters"]
    for term, r_name in ((term, r_names[term]) for term in trials[1]):
        assert fits["CR1"].params[term] == pytest.approx(block["coef"][r_name], rel=rtol, abs=0)
        assert fits["CR1"].bse[term] == pytest.approx(block["cr1_se"][r_name], rel=rtol, abs=0)
        # Without statsmodels' factor (G-1)/G the agreement is exact, not within 2 %.
        assert fits["CR3"].bse[term] == pytest.approx(block["cr3_se"][r_name], rel=rtol, abs=0)
        found = fits["CR2"].inference(term)
        row = (found.estimate, found.se, found.statistic, found.df, found.p)
        assert row == pytest.approx(tuple(block["cr2"][r_name].values()), rel=rtol, abs=0)
    factor = len(trials[0]) - 1
    factor = block["n_clusters"] / (block["n_clusters"] - 1) * factor / (factor - 4)
    cr0 = fits["CR1"].bse / np.sqrt(factor)
    assert cr0.tolist() == pytest.approx(list(block["cr0_se"].values()), rel=rtol, abs=0)


def test_gee_is_r_geepack(trials, golden, tolerances, r_names):
    block = golden["gee"]
    for working, key, rtol in (
        ("exchangeable", "exch", tolerances["GEE exch"]),
        ("independence", "indep", tolerances["GEE indep"]),
    ):
        fit = ParticipantGEE(*trials).fit(working, "robust")
        for term in trials[1]:
            expected = block[key][r_names[term]]
            assert fit.params[term] == pytest.approx(expected["Estimate"], rel=rtol, abs=0)
            assert fit.bse[term] == pytest.approx(expected["Std.err"], rel=rtol, abs=0)
            # R tests with chi-squared on one df, which is z squared; t is kept for publication.
            assert fit.tvalues[term] ** 2 == pytest.approx(expected["Wald"], rel=3 * rtol, abs=0)


def test_bias_reduced_independence_is_r_cr3(trials, golden, tolerances):
    fit = ParticipantGEE(*trials).fit("independence", "bias_reduced")
    expected = list(golden["ols_cluster"]["gmed"]["cr3_se"].values())
    assert fit.bse.tolist() == pytest.approx(expected, rel=tolerances["GEE bias"], abs=0)
    assert set(fit.df) == {fit.n_participants - 5}


def test_cr1_is_statsmodels_with_its_degrees_of_freedom(invented):
    y, exog, ids = invented()
    fit = ClusteredOLS(y, exog, ids).fit("CR1")
    codes = pd.factorize(ids)[0]
    second = OLS(y, exog).fit(cov_type="cluster", cov_kwds={"groups": codes}, use_t=True)
    assert fit.bse.tolist() == pytest.approx(second.bse.tolist(), rel=1e-10, abs=0)
    assert fit.pvalues.tolist() == pytest.approx(second.pvalues.tolist(), rel=1e-9, abs=0)


def test_with_one_row_each_the_corrections_are_the_hc_family(invented):
    y, exog, ids = invented(rows_each=1)
    for ours, hc in (("CR2", "HC2"), ("CR3", "HC3")):
        assert ClusteredOLS(y, exog, ids).fit(ours).bse.tolist() == pytest.approx(
            Ancova(y, exog).fit(hc).bse.tolist(), rel=1e-10, abs=0
        )
    gee = ParticipantGEE(y, exog, ids).fit()
    assert gee.working == "independence" and "one row" in gee.cautions[0]
    assert gee.bse.tolist() == pytest.approx(Ancova(y, exog).fit().bse.tolist(), rel=1e-9, abs=0)


@pytest.mark.parametrize(
    "fit",
    [
        lambda *rows: ClusteredOLS(*rows).fit("CR1"),
        lambda *rows: ClusteredOLS(*rows).fit("CR2"),
        lambda *rows: ParticipantGEE(*rows).fit(),
    ],
)
def test_order_names_units_and_sides_do_not_matter(invented, fit):
    y, exog, ids = invented()
    found = fit(y, exog, ids)
    order = np.random.default_rng(9).permutation(len(y))
    shuffled = fit(y.iloc[order], exog.iloc[order], ids.iloc[order])
    renamed = fit(y, exog, ids.map(lambda name: name[::-1]))
    scaled = fit(1e3 * y, exog.assign(age_years=exog["age_years"] / 10), ids)
    swapped = fit(y, exog.assign(group=1 - exog["group"]), ids)
    for other, factor in ((shuffled, 1), (renamed, 1), (scaled, 1e3), (swapped, 1)):
        assert other.bse["group"] == pytest.approx(factor * found.bse["group"], rel=1e-7, abs=0)
        assert other.df["group"] == pytest.approx(found.df["group"], rel=1e-7, abs=0)
    assert swapped.params["group"] == pytest.approx(-found.params["group"], rel=1e-7, abs=0)


@pytest.mark.parametrize("model", [ClusteredOLS, ParticipantGEE])
def test_participants_of_another_frame_are_refused(invented, model):
    y, exog, ids = invented()
    order = np.random.default_rng(9).permutation(len(y))
    with pytest.raises(ValueError, match="very frame"):
        model(y.iloc[order], exog.iloc[order], ids).fit()
    with pytest.raises(ValueError, match="each row needs a participant"):
        model(y, exog, ids.where(ids.index > 0)).fit()


@pytest.mark.parametrize("model", [ClusteredOLS, ParticipantGEE])
def test_what_clustered_rows_cannot_do_is_said(invented, model):
    y, exog, ids = invented()
    with pytest.raises(NotEstimableError, match="3 participants are too few"):
        model(y[:9], exog[:9].assign(age_years=[1.0, 2, 3, 4, 7, 8, 9, 2, 1]), ids[:9]).fit()
    with pytest.raises(NotEstimableError, match="No row"):
        model(y[:0], exog[:0], ids[:0]).fit()
    with pytest.raises(NotEstimableError, match="same value"):
        model(y * 0, exog, ids).fit()
    with pytest.raises(NotEstimableError, match="cannot be told apart"):
        model(y, exog.assign(group=0.0), ids).fit()


def test_a_term_of_one_participant_has_no_clustered_error(invented):
    y, exog, ids = invented()
    exog = exog.assign(site=ids.eq("P03").astype(float))
    with pytest.raises(NotEstimableError, match="One participant alone"):
        ClusteredOLS(y, exog, ids).fit("CR2")
