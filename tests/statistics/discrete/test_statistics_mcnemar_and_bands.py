"""McNemar's exact test against R, and the proportional odds model against what it must equal."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.discrete.logistic import LogisticRegression
from pipeline.statistics.models.discrete.ordered_bands import OrderedBands
from pipeline.statistics.models.two_groups.categories import PairedAnswers, mcnemar


def test_left_and_right_legs_are_r_mcnemar(tables, golden, tolerances):
    block = golden["mcnemar_legs"]
    rated = tables["clinical_test"]
    rated = rated.loc[(rated["rater"] == "R1") & (rated["session"] == 1)]
    positive = rated.set_index(["participant_id", "leg"])["sls_test"].eq("positive")
    left, right = (positive.xs(leg, level="leg").sort_index() for leg in ("left", "right"))
    assert left.index.equals(right.index)
    answers = PairedAnswers.of(left, right)
    counts = [[answers.neither, answers.second_only], [answers.first_only, answers.both]]
    assert counts == list(block["table"].values())
    found = mcnemar(answers)
    assert found.p == pytest.approx(block["p_exact"], rel=tolerances["McNemar"], abs=0)
    second = statsmodels_mcnemar(np.array(counts), exact=True)
    assert found.p == pytest.approx(second.pvalue, rel=1e-10, abs=0)
    assert found.odds_ratio == answers.first_only / answers.second_only


def test_swapping_the_answers_inverts_the_ratio():
    found, swapped = mcnemar(PairedAnswers(5, 9, 3, 8)), mcnemar(PairedAnswers(5, 3, 9, 8))
    assert swapped.p == pytest.approx(found.p)
    assert swapped.odds_ratio == pytest.approx(1 / found.odds_ratio)
    assert swapped.ci_low == pytest.approx(1 / found.ci_high)
    assert swapped.difference == pytest.approx(-found.difference) == pytest.approx(-6 / 25)


def test_answers_that_differ_one_way_have_a_ratio_without_an_end():
    found = mcnemar(PairedAnswers(5, 6, 0, 3))
    assert (found.odds_ratio, found.ci_high) == (None, None)
    assert found.p == pytest.approx(2 / 2**6) and found.ci_low > 1
    assert mcnemar(PairedAnswers(5, 0, 6, 3)).odds_ratio == 0
    with pytest.raises(NotEstimableError, match="Nobody's two answers differ"):
        mcnemar(PairedAnswers(5, 0, 0, 3))
    with pytest.raises(ValueError, match="both answers"):
        PairedAnswers.of([True], [True, False])


BANDS = ["minimal", "moderate", "severe"]


@pytest.fixture
def people():
    """A band and two terms for each of 150 people; true log odds ratios 0.08 and -1."""
    rng = np.random.default_rng(7)
    exog = pd.DataFrame(
        {"age_years": rng.uniform(20, 60, 150), "group": rng.integers(0, 2, 150) * 1.0}
    )
    latent = 0.08 * exog["age_years"] - exog["group"] + rng.logistic(size=150)
    return pd.cut(latent, [-99, 1.8, 3.4, 99], labels=BANDS), exog


def test_two_bands_are_a_logistic_model(people):
    bands, exog = people
    two = pd.Series(
        pd.Categorical(np.where(bands == "minimal", "a", "b"), ["a", "b"], ordered=True)
    )
    fit = OrderedBands(two, exog).fit()
    second = LogisticRegression(two == "b", exog.assign(const=1.0)[["const", *exog]]).fit()
    assert fit.params.tolist() == pytest.approx(
        second.params[exog.columns].tolist(), rel=1e-5, abs=0
    )
    assert fit.bse.tolist() == pytest.approx(second.bse[exog.columns].tolist(), rel=1e-4, abs=0)
    assert fit.thresholds["a"] == pytest.approx(-second.params["const"], rel=1e-5, abs=0)
    assert fit.loglik == pytest.approx(second.loglik, rel=1e-9, abs=0)


def test_the_bands_come_out_as_they_were_made(people):
    fit = OrderedBands(*people).fit()
    truth = {"age_years": 0.08, "group": -1.0}
    for term, value in truth.items():
        assert abs(fit.params[term] - value) < 2.5 * fit.bse[term]
    assert abs(fit.thresholds - [1.8, 3.4]).max() < 0.9
    assert fit.log_odds_by_cut.index.tolist() == ["moderate", "severe"]
    by_cut = fit.log_odds_by_cut["age_years"]
    assert by_cut.min() <= fit.params["age_years"] + 0.01 and by_cut.notna().all()


def test_order_units_and_direction_of_the_bands_do_not_matter(people):
    bands, exog = people
    fit = OrderedBands(bands, exog).fit()
    order = np.random.default_rng(9).permutation(len(bands))
    shuffled = OrderedBands(bands.iloc[order], exog.iloc[order]).fit()
    assert shuffled.bse.tolist() == pytest.approx(fit.bse.tolist(), rel=1e-4, abs=0)
    scaled = OrderedBands(bands, exog.assign(age_years=exog["age_years"] * 12)).fit()
    assert scaled.params["age_years"] == pytest.approx(
        fit.params["age_years"] / 12, rel=1e-4, abs=0
    )
    reverse = bands.cat.reorder_categories(BANDS[::-1])
    assert OrderedBands(reverse, exog).fit().params.tolist() == pytest.approx(
        (-fit.params).tolist(), rel=1e-4, abs=0
    )
    unused = bands.cat.add_categories(["bedbound"]).cat.reorder_categories(
        ["minimal", "bedbound", "moderate", "severe"]
    )
    assert OrderedBands(unused, exog).fit().bands == tuple(BANDS)


def test_bands_that_cannot_be_modelled_say_why(people):
    bands, exog = people
    with pytest.raises(NotEstimableError, match="All participants are in the band minimal"):
        OrderedBands(bands.where(bands == "zero", "minimal"), exog).fit()
    ranked = pd.cut(exog["age_years"], [0, 30, 45, 99], labels=BANDS)
    with pytest.raises(NoSolutionError, match="age_years"):
        OrderedBands(ranked, exog).fit()
    few = [0, 1, 2, 3]
    with pytest.raises(NotEstimableError, match="too few"):
        OrderedBands(bands[few], exog.iloc[few]).fit()
    with pytest.raises(NotEstimableError, match="cannot be told apart"):
        OrderedBands(bands, exog.assign(group=3.0)).fit()
    with pytest.raises(ValueError, match="ordered categories"):
        OrderedBands(bands.astype(str), exog)
    with pytest.raises(ValueError, match="constant"):
        OrderedBands(bands, exog.assign(const=1.0))
    with pytest.raises(ValueError, match="needs a band"):
        OrderedBands(bands.where(bands.index > 0), exog)
