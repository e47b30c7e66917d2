"""The further models that a plan names, through the whole analysis: R's numbers, and the plan decides."""

import math

import pytest

from pipeline.statistics.catalogue.fitted_models import models_with
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.row_counts import row_hash
from pipeline.statistics.outcomes.distribution_free import log_rank_part
from pipeline.statistics.outcomes.further_models import OutcomeRows
from pipeline.statistics.outcomes.outcome_names import hold_measure
from schemas.models import ANALYSIS_MODELS, beside_primary
from schemas.p_style import p_sentence
from schemas.plan import DEFAULT_PLAN, Plan, PlannedOutcome

EYES_OPEN = "hold_time_s/eyes_open"


@pytest.mark.parametrize(
    ("model", "block"), [("censored_weibull", "weibull"), ("censored_loglogistic", "loglogistic")]
)
def test_other_distributions_are_r_survreg(number, golden, model, block):
    expected = golden["censored"][block]["cluster"]
    row = number(f"{EYES_OPEN}:{model}:adjusted")
    assert row["log_estimate"] == pytest.approx(expected["coef"]["groupLBP"], rel=1e-7, abs=0)
    assert row["estimate"] == pytest.approx(math.exp(expected["coef"]["groupLBP"]), rel=1e-7, abs=0)
    # The small-sample covariance is not R's; that R's agrees is tested where the model is.
    assert row["se"] == pytest.approx(expected["se"]["groupLBP"], rel=0.15, abs=0)
    assert row["df"] < row["n_case"] + row["n_reference"] - 1
    assert (row["role"], row["family"], row["formula"]) == (
        "sensitivity",
        "",
        "log(hold_time_s) ~ group + age_years + sex + dom",
    )


def test_the_random_intercept_is_r_gauss_hermite(number, golden):
    expected = golden["censored"]["lognormal_random_intercept"]
    row = number(f"{EYES_OPEN}:censored_lognormal_random_intercept:adjusted")
    assert row["log_estimate"] == pytest.approx(expected["coef"]["groupLBP"], rel=1e-5, abs=0)
    assert row["se"] == pytest.approx(expected["se"]["groupLBP"], rel=1e-4, abs=0)


def test_brunner_munzel_is_r(number, golden):
    expected = golden["two_group"]["gmed"]["brunner_munzel"]
    row = number("gmed_pct_mvic:brunner_munzel")
    shares = (row["estimate"], 1 - row["estimate"])
    assert any(
        share == pytest.approx(expected["prob_x_lt_y"], rel=1e-10, abs=0) for share in shares
    )
    assert row["p"] == pytest.approx(expected["p.value"], rel=1e-8, abs=0)


def test_the_hazard_ratio_is_r_coxph(number, golden):
    expected = golden["cox"]["breslow"]
    row = number(f"{EYES_OPEN}:cox_breslow:adjusted")
    people = row["n_case"] + row["n_reference"]
    se = expected["robust_se"]["groupLBP"] * math.sqrt(people / (people - 1))
    assert row["log_estimate"] == pytest.approx(expected["coef"]["groupLBP"], rel=1e-8, abs=0)
    if "Matched sets" not in row["note"]:
        assert (row["se"], row["df"]) == (pytest.approx(se, rel=1e-8, abs=0), people - 1)
    p = expected["zph"]["group"]["p"]
    assert f"{p_sentence(p)}; concordance {expected['concordance']:.2f} (" in row["note"]
    assert row["status"] == ("flagged" if p < 0.05 else "ok")


def test_the_log_rank_test_is_r_survdiff(sets, study, golden):
    rows = sets.hold_times.query("condition == 'eyes_open'")
    comparison = Comparison.of(study, DEFAULT_PLAN)
    measure = hold_measure("sls", "eyes_open", study)
    (row,) = log_rank_part(OutcomeRows(rows, "capped_s", measure, comparison)).rows
    expected = golden["km"]["logrank"]
    assert (row.estimate, row.p) == pytest.approx(
        (expected["chisq"], expected["p"]), rel=1e-7, abs=0
    )
    strata = rows.assign(site=rows["sex"])
    by_sex = log_rank_part(OutcomeRows(strata, "capped_s", measure, comparison)).rows[0]
    assert by_sex.estimate == pytest.approx(
        golden["km"]["logrank_strat_sex"]["chisq"], rel=1e-7, abs=0
    )
    assert by_sex.note == "Stratified by site."


def test_the_restricted_mean_is_the_regression_of_capped_means(number, golden):
    row = number(f"{EYES_OPEN}:rmst:adjusted")
    simple = number(f"{EYES_OPEN}:restricted_mean_difference:welch")
    assert row["estimate"] == pytest.approx(simple["estimate"], rel=0.05, abs=0)
    assert (row["unit"], row["formula"]) == (
        "s",
        "restricted_mean(hold_time_s) ~ group + age_years + sex",
    )


def test_the_odds_of_the_ceiling_go_with_the_shares(number):
    row = number(f"{EYES_OPEN}:gee_exchangeable:adjusted")
    assert row["estimate"] < 1
    assert row["share_at_ceiling_case"] < row["share_at_ceiling_reference"]
    assert row["formula"] == "logit(held_to_ceiling) ~ group + age_years + sex + dom"


def test_every_model_that_is_fitted_has_a_name(result):
    compared = result.estimates["role"].isin(["primary", "secondary", "sensitivity"])
    assert set(result.estimates.loc[compared, "model"]) <= set(ANALYSIS_MODELS)


def test_the_plan_names_the_further_models(penney, run):
    outcomes = {
        **DEFAULT_PLAN.outcomes,
        "gmed_pct_mvic": PlannedOutcome(
            role="primary", family="F1", sensitivity=("gee_exchangeable",), equivalence_margin=3.0
        ),
        EYES_OPEN: PlannedOutcome(role="primary", family="F1", sensitivity=()),
    }
    estimates = run(penney, Plan(outcomes=outcomes))
    rows = estimates[estimates["role"] == "sensitivity"]
    of_gmed = set(rows.loc[rows["outcome"] == "gmed_pct_mvic", "model"])
    assert "gee_exchangeable" in of_gmed
    assert not of_gmed & {"ancova_hc3", "brunner_munzel"}
    fitted = {f"{EYES_OPEN}:{name}:adjusted" for name in models_with("fitted_by", "hold")}
    beside = {f"{EYES_OPEN}:{name}:adjusted" for name in beside_primary("hold")}
    assert set(rows.index) & fitted == beside
    equivalence = estimates.loc["gmed_pct_mvic:tost"]
    assert equivalence["ci_level"] == pytest.approx(0.90)
    assert "Margin 3 %MVIC" in equivalence["note"]


def test_a_misspelt_model_is_refused():
    with pytest.raises(ValueError, match="'censored_weibul' is not a model"):
        PlannedOutcome(role="primary", sensitivity=("censored_weibul",))


def test_every_comparison_counts_people_legs_and_rows_and_names_its_rows(penney, as_planned):
    rows = as_planned
    main = rows.loc[f"{EYES_OPEN}:time_ratio:adjusted"]
    assert (main["n_legs_case"], main["n_legs_reference"]) == (42, 44)
    assert main["n_rows_case"] + main["n_rows_reference"] == main["n_rows"] == 258
    assert 0 < main["share_at_ceiling_case"] < main["share_at_ceiling_reference"] < 1
    assert len(main["row_hash"]) == 64
    other = rows.loc[f"{EYES_OPEN}:censored_weibull:adjusted"]
    assert other["row_hash"] == main["row_hash"]
    assert rows.loc["gmed_pct_mvic:difference:adjusted", "row_hash"] != main["row_hash"]


def test_one_changed_time_changes_the_hash_and_the_order_does_not(penney):
    holds = penney["hold_times"]
    changed = holds.copy()
    changed.loc[changed.index[5], "ceiling_s"] += 0.25
    assert row_hash(holds.sample(frac=1, random_state=3)) == row_hash(holds) != row_hash(changed)
