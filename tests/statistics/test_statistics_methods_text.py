"""Each sentence of the methods text stands where it is true, with its works, and nowhere else."""

import numpy as np
import pytest

from pipeline.publishing.sections.methods import cite
from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from pipeline.statistics.estimates.part import ModelRun
from pipeline.statistics.methods_text import SENTENCES, method_sentences
from schemas.citations import CITATIONS
from schemas.models import ANALYSIS_MODELS
from schemas.plan import DEFAULT_PLAN, Plan

HOLD = "hold_time_s/eyes_open"


@pytest.fixture(scope="module")
def told(penney, study):
    """Methods sentences of the small data set under a plan: their text, and the works they cite."""

    def analysed(plan, tables=penney):
        steps = analyse("text", build_analysis_sets(tables, study), study, plan).steps
        return " ".join(step.text for step in steps), {
            key for step in steps for key in step.citations
        }

    return analysed


def _plan(**settings):
    outcomes = {
        name: {"role": "primary", "family": "F1", "sensitivity": []}
        for name in (HOLD, "gmed_pct_mvic")
    }
    return Plan.model_validate({"outcomes": outcomes, **settings})


@pytest.mark.parametrize("method", SENTENCES)
def test_a_sentence_cites_works_that_exist_and_each_model_the_one_of_its_entry(method):
    run = ModelRun(method, "hold time")
    first = method_sentences((run,), case="LBP")[0]
    assert set(first.citations) <= set(CITATIONS)
    for key in first.citations:
        assert cite(first).count(CITATIONS[key].short) == 1
    model = next((one for one in ANALYSIS_MODELS.values() if method in one.sentences), None)
    if model is not None and method == model.id and model.reference:
        assert model.reference in first.citations


def test_a_caution_has_no_work_of_the_model():
    run = ModelRun("cox_breslow", "hold time", caution="Few events.")
    model, caution = method_sentences((run,), case="LBP")[:2]
    assert (model.citations, caution.citations) == (("cox1972",), ())
    assert cite(caution) == "Few events."


def test_what_ran_is_cited_and_what_did_not_is_not(told):
    _, works = told(DEFAULT_PLAN)
    assert {
        *("penney2014", "holm1979", "benjamini1995", "newcombe1998", "wilson1927", "hedges1981"),
        *("brunner2000", "cox1972", "kenward1997", "bell2002", "tobin1958"),
    } <= works
    assert not works & {"hochberg1988", "schuirmann1987", "mantel1966", "breslow1980"}
    _, works = told(_plan(correlations={"family": ""}))
    assert {"penney2014", "holm1979", "kenward1997"} <= works
    assert not works & {"benjamini1995", "cox1972"}


def test_default_outcomes_are_called_so_only_when_they_are(told):
    sentence = "the default ones of Stance"
    assert sentence in told(DEFAULT_PLAN)[0]
    assert sentence not in told(_plan())[0]


@pytest.mark.parametrize(
    ("adjustment", "work", "held"),
    [
        ("holm", "holm1979", "(family-wise error rate) at 0.05 or below."),
        ("hochberg", "hochberg1988", "(family-wise error rate) at 0.05 or below where P values"),
        ("hommel", "hommel1988", "(family-wise error rate) at 0.05 or below where P values"),
        ("bonferroni", None, "(family-wise error rate) at 0.05 or below."),
        ("bh", "benjamini1995", "(false discovery rate) at 0.05 or below where P values"),
        ("by", "benjamini2001", "(false discovery rate) at 0.05 or below."),
    ],
)
def test_the_adjustment_says_what_it_holds(told, adjustment, work, held):
    text, works = told(_plan(adjustment=adjustment, correlations={"family": ""}))
    assert f"In a family of planned outcomes this keeps the {_kind(adjustment)} {held}" in text
    of_adjustments = {
        *("holm1979", "hochberg1988", "hommel1988", "benjamini1995", "benjamini2001"),
    }
    assert works & of_adjustments == ({work} if work else set())
    assert "Among the correlations" not in text
    assert "Confidence intervals, and P values outside the families, are not adjusted" in text


def _kind(adjustment):
    of_findings = "expected share of false findings among the findings"
    return of_findings if adjustment in ("bh", "by") else "chance of any false finding"


def test_families_with_other_adjustments_are_named(told):
    outcomes = {
        HOLD: {"role": "primary", "family": "F1", "sensitivity": []},
        "gmed_pct_mvic": {"role": "secondary", "family": "F2", "sensitivity": []},
    }
    text, works = told(Plan.model_validate({"outcomes": outcomes, "families": {"F2": "bh"}}))
    assert "planned outcomes (F1) this keeps the chance of any false finding" in text
    assert "planned outcomes (F2) this keeps the expected share of false findings" in text
    assert {"holm1979", "benjamini1995"} <= works


def test_without_a_family_nothing_is_adjusted_and_this_is_said(told):
    outcomes = {HOLD: {"role": "primary", "sensitivity": []}}
    plan = Plan.model_validate({"outcomes": outcomes, "correlations": {"family": ""}})
    text, works = told(plan)
    assert "Neither P values nor confidence intervals are adjusted" in text
    assert "this keeps" not in text
    assert "holm1979" not in works


@pytest.mark.parametrize("alpha", [0.05, 0.1])
def test_the_level_is_that_of_the_plan(told, alpha):
    text, _ = told(_plan(alpha=alpha))
    assert f"Intervals are {100 - 100 * alpha:g}% confidence intervals and P values are two" in text
    assert f"two-sided; the level of tests (alpha) is {alpha:g}." in text


def test_one_sided_tests_of_equivalence_are_an_exception(told):
    margin = {"role": "primary", "sensitivity": [], "equivalence_margin": 1.25}
    text, works = told(Plan.model_validate({"outcomes": {HOLD: margin}}))
    assert "two-sided, but for those of tests of equivalence; the level" in text
    assert "schuirmann1987" in works
    assert "tests of equivalence" not in told(_plan())[0]


LACKING = "Rows without a value of a covariate are not in the adjusted model"
COMPLETE = "No covariate in the planned models had a missing value."


def test_missing_covariates_are_counted_where_there_are_some(told, penney):
    text, _ = told(_plan())
    assert COMPLETE in text
    assert LACKING not in text
    people = penney["participants"].copy()
    cases = people.index[people["group"] == "LBP"][:3]
    people.loc[cases, "age_years"] = np.nan
    text, _ = told(_plan(), {**penney, "participants": people})
    assert f"{LACKING}, and no value was estimated" in text
    assert "hold time (eyes open): 3 of 21 LBP and 0 of 22 control" in text.lower().replace(
        "lbp", "LBP"
    )
    assert COMPLETE not in text


def test_without_covariates_neither_is_said(told):
    text, _ = told(_plan(covariates=[]))
    assert LACKING not in text
    assert COMPLETE not in text
