"""The whole analysis of the golden data: R's numbers under their ids, roles, families, methods."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from pipeline.statistics.estimates.estimate_rows import EstimateRow, estimates_frame
from pipeline.statistics.planned_model import names_model
from schemas.citations import CITATIONS
from schemas.estimates import Estimates
from schemas.plan import DEFAULT_PLAN, Plan

EYES_OPEN = "hold_time_s/eyes_open"


def test_the_table_keeps_its_schema_and_every_gap_has_a_reason(result):
    estimates = Estimates.validate(result.estimates)
    lost = estimates["status"] == "not_estimable"
    assert (estimates.loc[lost, "note"].str.endswith(".")).all()
    assert estimates.loc[lost, ["estimate", "se", "ci_low", "ci_high", "p"]].isna().all(axis=None)
    assert estimates.loc[~lost, "estimate"].notna().all()
    numbers = estimates.select_dtypes("number").to_numpy()
    assert not np.isinf(numbers).any()
    assert not estimates["note"].str.contains(r"\bNaN|\bNone|Error|dtype", regex=True).any()


def test_hold_time_is_r_survreg_through_the_whole_analysis(number, golden, tolerances):
    block = golden["censored"]["lognormal"]["cluster"]
    log_ratio, se = block["coef"]["groupLBP"], block["se"]["groupLBP"]
    as_r = number(f"{EYES_OPEN}:log_time_ratio:survreg")
    rtol = tolerances["Tobit"]
    assert (as_r["estimate"], as_r["se"]) == pytest.approx((log_ratio, se), rel=rtol, abs=0)
    assert math.isnan(as_r["df"])
    assert as_r["ci_low"] == pytest.approx(log_ratio - 1.959963984540054 * se, rel=rtol, abs=0)
    main = number(f"{EYES_OPEN}:time_ratio:adjusted")
    people = main["n_case"] + main["n_reference"]
    assert main["estimate"] == pytest.approx(math.exp(log_ratio), rel=rtol, abs=0)
    # R has no small-sample covariance; another route computes it again (and sets are clusters here).
    assert main["second_opinion"] == "agrees"
    is_matched = "Matched sets" in main["note"]
    assert (people / 4 if is_matched else people / 2) < main["df"] < people - 1
    assert main["n_rows"] == block["n"]
    assert main["n_censored"] == block["n"] - block["events"]
    if not is_matched:
        assert math.log(main["ci_high"]) - log_ratio > 1.96 * se
    assert (main["role"], main["family"], main["contrast"]) == ("primary", "F1", "LBP / control")
    for term, r_term in {"const": "(Intercept)", "age_years": "age_years", "dom": "dom"}.items():
        row = number(f"{EYES_OPEN}:coefficient:{term}")
        assert row["estimate"] == pytest.approx(block["coef"][r_term], rel=rtol, abs=0)
        assert math.isnan(row["p"])


@pytest.fixture(scope="module")
def number_without_sets(dataset, tables, number, run):
    """A row by its id; of the matched data analysed as R did for these blocks, without the pairs."""
    people = tables["participants"]
    if "pair_id" not in people or people["pair_id"].isna().all():
        return number
    rows = run({**tables, "participants": people.assign(pair_id=pd.NA)})
    return lambda row_id: rows.loc[row_id]


def test_the_mixed_model_has_an_intercept_of_the_set_where_there_are_sets(dataset, number):
    row = number("gmed_pct_mvic:difference:adjusted")
    is_matched = dataset == "matched_eo_ec"
    assert ("(1 | pair_id)" in row["formula"]) == ("Matched sets: " in row["note"]) == is_matched


@pytest.mark.parametrize(
    ("outcome", "block"), [("gmed_pct_mvic", "gmed_nested"), ("onset_ms", "onset_nested")]
)
def test_mixed_models_are_r_lmer_with_kenward_roger(number_without_sets, golden, outcome, block):
    number = number_without_sets
    expected = golden["lmm"][block]["coef_kr"]["groupLBP"]
    published = number(f"{outcome}:difference:adjusted")
    assert published["estimate"] == pytest.approx(expected["Estimate"], rel=1e-6, abs=0)
    row = number(f"{outcome}:difference:kenward_roger")
    assert row["estimate"] == published["estimate"]
    assert row["se"] == pytest.approx(expected["Std. Error"], rel=1e-4, abs=0)
    assert row["df"] == pytest.approx(expected["df"], rel=1e-4, abs=0)
    assert row["p"] == pytest.approx(expected["Pr(>|t|)"], rel=1e-3, abs=0)
    variances = golden["lmm"][block]["vc"]
    spread = number(f"{outcome}:sd_between:residual")
    assert spread["estimate"] ** 2 == pytest.approx(variances["Residual"], rel=1e-5, abs=0)


@pytest.mark.parametrize(
    ("row_id", "variable"),
    [
        (f"{EYES_OPEN}:restricted_mean_difference:welch", "hold_mean"),
        ("gmed_pct_mvic:difference:welch", "gmed"),
        ("onset_ms:difference:welch", "onset"),
        ("strength:difference:welch", "strength"),
    ],
)
def test_participant_means_are_compared_as_in_r(number, golden, tolerances, row_id, variable):
    expected, row = golden["two_group"][variable]["welch"], number(row_id)
    for name, key in {"estimate": "diff", "se": "se", "df": "df", "p": "p"}.items():
        assert row[name] == pytest.approx(expected[key], rel=tolerances["Welch t"], abs=0), name


@pytest.mark.parametrize(
    ("outcome", "variable"),
    [("gmed_pct_mvic", "gmed"), ("onset_ms", "onset"), ("strength", "strength")],
)
def test_effect_sizes_and_summaries_are_those_of_r(number, golden, tolerances, outcome, variable):
    block = golden["two_group"][variable]
    g = number(f"{outcome}:hedges_g")
    assert g["estimate"] == pytest.approx(block["hedges_g"]["g"], rel=1e-10, abs=0)
    assert [g["ci_low"], g["ci_high"]] == pytest.approx(
        block["hedges_g"]["ci_nct"], rel=tolerances["Hedges g CI"], abs=0
    )
    for side, label in {"case": "LBP", "reference": "control"}.items():
        for statistic in ("mean", "sd", "median", "q1", "q3"):
            found = number(f"{outcome}:{statistic}:{side}")
            assert found["estimate"] == pytest.approx(
                block[label][statistic], rel=tolerances["descriptive"], abs=0
            )
            assert found["contrast"] == label


def test_the_best_trial_of_each_leg_is_the_strength_that_is_modelled(penney, as_planned):
    rows = as_planned
    model, means = rows.loc["strength:difference:unadjusted"], rows.loc["strength:difference:welch"]
    assert model["n_rows"] == 86
    # Both legs of everybody were measured, so model and participant means have one difference.
    assert model["estimate"] == pytest.approx(means["estimate"], rel=1e-9, abs=0)


@pytest.mark.parametrize("variable", ["age_years", "bmi", "vas_mm", "odi_pct"])
def test_characteristics_are_those_of_r(number, golden, tolerances, variable):
    block = golden["two_group"][variable]
    for side, label in {"case": "LBP", "reference": "control"}.items():
        for statistic in ("n", "mean", "sd", "median", "q1", "q3"):
            row = number(f"{variable}:{statistic}:{side}")
            assert row["estimate"] == pytest.approx(
                block[label][statistic], rel=tolerances["descriptive"], abs=0
            )
            assert math.isnan(row["p"])
    smd = number(f"{variable}:standardised_difference")
    assert smd["estimate"] == pytest.approx(
        block["smd_table1"], rel=tolerances["descriptive"], abs=0
    )
    sexes = golden["sex_by_group"]["table"]
    assert number("sex/female:n:case")["estimate"] == sexes["LBP"]["female"]
    total = sum(sexes["control"].values())
    share = number("sex/male:share:reference")
    assert share["estimate"] == pytest.approx(sexes["control"]["male"] / total)


def test_correlations_stay_within_the_case_group(number, golden, tolerances):
    for score, key in {"vas_mm": "lbp_gmed_vas", "odi_pct": "lbp_gmed_odi"}.items():
        expected = golden["cor"][key]
        r, rho = (number(f"gmed_pct_mvic~{score}:{m}") for m in ("pearson", "spearman"))
        rtol = tolerances["correlation"]
        assert (r["estimate"], r["p"]) == pytest.approx(
            (expected["r"], expected["p"]), rel=rtol, abs=0
        )
        assert [r["ci_low"], r["ci_high"]] == pytest.approx(expected["ci"], rel=rtol, abs=0)
        assert rho["estimate"] == pytest.approx(expected["rho"], rel=rtol, abs=0)
        assert (r["role"], r["family"], r["contrast"]) == ("exploratory", "", "within LBP")
    held = number(f"{EYES_OPEN}~vas_mm:pearson")
    assert held["status"] == "not_estimable"
    assert "ceiling" in held["note"]


def test_the_rating_is_r_diagnostic_table(number, golden, tolerances):
    expected = golden["diagnostic"]
    for name, value, interval in [
        ("sensitivity", "sens", "sens_wilson"),
        ("specificity", "spec", "spec_wilson"),
        ("lr_positive", "lr_pos", "lr_pos_ci"),
        ("lr_negative", "lr_neg", "lr_neg_ci"),
    ]:
        row = number(f"sls_test:{name}")
        assert row["estimate"] == pytest.approx(expected[value], rel=tolerances["Wilson"], abs=0)
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(
            expected[interval], rel=tolerances["Wilson"], abs=0
        )
        assert "rater R1 in session 1" in row["note"]


def test_holm_runs_over_the_planned_models_of_each_family(result, tables):
    estimates = result.estimates
    conditions = {f"hold_time_s/{name}" for name in tables["hold_times"]["condition"]}
    measured = conditions | {"gmed_pct_mvic", "onset_ms", "strength"}
    for family in ("F1", "F2"):
        planned = {n for n, o in DEFAULT_PLAN.outcomes.items() if o.family == family}
        rows = estimates[estimates["family"] == family]
        assert sorted(rows["outcome"]) == sorted(planned & measured)
        tested = rows.dropna(subset=["p"]).sort_values("p")
        steps = tested["p"].to_numpy() * np.arange(len(tested), 0, -1)
        assert tested["p_adjusted"].tolist() == pytest.approx(
            np.minimum(np.maximum.accumulate(steps), 1).tolist()
        )
    assert estimates.loc[estimates["family"] == "", "p_adjusted"].isna().all()
    planned_roles = estimates.loc[estimates["family"].isin(["F1", "F2"]), "role"]
    assert set(planned_roles) <= {"primary", "secondary"}
    roles = estimates["role"].isin(["primary", "secondary"]) & (estimates["n_rows"] > 0)
    assert (estimates.loc[roles, "family"] != "").all()


def test_a_planned_outcome_without_data_has_a_row_that_says_so(penney, run):
    rows = run({name: penney[name] for name in ("participants", "hold_times")})
    lost = rows.loc["gmed_pct_mvic:difference:adjusted"]
    assert lost["note"] == "The cohort has no values of this outcome."
    assert (lost["status"], lost["role"], lost["family"]) == ("not_estimable", "primary", "")
    alone = rows.loc[f"{EYES_OPEN}:time_ratio:adjusted"]
    assert alone["p_adjusted"] == alone["p"]


def _families(tables, study):
    done = analyse("test", build_analysis_sets(tables, study), study, DEFAULT_PLAN)
    text = " ".join(step.text for step in done.steps)
    return done.estimates.set_index("estimate_id"), text


def test_a_measured_outcome_that_cannot_be_compared_stays_a_test(penney, study):
    constant = penney["activation"].assign(gmed_pct_mvic=20.0)
    rows, text = _families({**penney, "activation": constant}, study)
    lost = rows.loc["gmed_pct_mvic:difference:adjusted"]
    assert (lost["status"], lost["family"]) == ("not_estimable", "F1")
    assert math.isnan(lost["p_adjusted"])
    held = rows.loc[f"{EYES_OPEN}:time_ratio:adjusted"]
    assert held["p_adjusted"] == pytest.approx(min(1, 2 * held["p"]))
    assert "F1: 2 of 2 planned outcomes were measured, of which 1 could not be compared" in text


def test_the_methods_text_counts_the_outcomes_of_each_family(penney, study):
    rows, text = _families({n: penney[n] for n in ("participants", "hold_times")}, study)
    assert "F1: 1 of 2 planned outcomes was measured; F2: 0 of 3" in text
    assert rows.loc["strength:difference:adjusted", "role"] == "secondary"


def test_shares_at_the_ceiling_count_trials_legs_and_participants(result, number, sets):
    holds = sets.hold_times
    case = holds[(holds["group"] == "LBP") & (holds["condition"] == "eyes_open")]
    row = number(f"{EYES_OPEN}:share_at_ceiling:case")
    assert row["estimate"] == pytest.approx((case["hold_time_s"] >= case["ceiling_s"]).mean())
    assert row["n_case"] == case["participant_id"].nunique()
    assert math.isnan(row["n_reference"])
    assert number(f"{EYES_OPEN}:trials:case")["estimate"] == len(case)
    everybody = number(f"{EYES_OPEN}:legs:all")
    assert everybody["estimate"] == 2 * (everybody["n_case"] + everybody["n_reference"])


def test_curves_fall_from_one_and_end_at_the_share_held(result, number, sets):
    for (outcome, group), curve in result.curves.groupby(["outcome", "group"]):
        condition = outcome.split("/")[1]
        rows = sets.hold_times
        rows = rows[(rows["group"] == group) & (rows["condition"] == condition)]
        assert curve["survival"].is_monotonic_decreasing
        assert curve["n_at_risk"].iloc[0] == len(rows)
        assert curve["survival"].iloc[-1] == pytest.approx(
            (rows["hold_time_s"] >= rows["ceiling_s"]).mean()
        )


@pytest.mark.parametrize("broken", [{"estimate": math.inf}, {"estimate": None}, {"p": math.nan}])
def test_a_number_that_overflowed_is_not_published(broken):
    fine = EstimateRow("a:b", "a", "LBP", "m", "descriptive", "s", estimate=1.0, p=0.5)
    frame = estimates_frame([fine, replace(fine, estimate_id="a:c", **broken)], "test")
    assert frame["status"].tolist() == ["ok", "not_estimable"]
    assert "beyond what can be computed" in frame["note"].iloc[1]


def test_the_methods_text_says_what_ran_and_cites_only_what_exists(result):
    text = " ".join(step.text for step in result.steps)
    assert "adjusted for age, sex and dominant leg" in text
    assert "Kenward-Roger" in text
    assert "held to the ceiling counted as longer" in text
    assert "0 s" not in text  # no trial of these data is 0 s
    assert "within bounds" not in text
    assert "{" not in text
    assert all(step.stage == "statistics" for step in result.steps)
    cited = {key for step in result.steps for key in step.citations}
    assert {"seabold2010", "penney2014"} <= cited <= set(CITATIONS)


def test_the_plan_decides_roles_covariates_and_level(penney, run):
    plan = Plan.model_validate(
        {
            "covariates": ["age_years"],
            "ci_level": 0.9,
            "outcomes": {"gmed_pct_mvic": {"role": "secondary", "covariates": []}},
        }
    )
    rows = run(penney, plan)
    gmed = rows.loc["gmed_pct_mvic:difference:adjusted"]
    assert (gmed["role"], gmed["ci_level"], gmed["family"]) == ("secondary", 0.9, "")
    assert gmed["estimate"] == rows.loc["gmed_pct_mvic:difference:unadjusted", "estimate"]
    held = rows.loc[f"{EYES_OPEN}:time_ratio:adjusted"]
    assert held["role"] == "exploratory"
    assert f"{EYES_OPEN}:coefficient:age_years" in rows.index
    assert f"{EYES_OPEN}:coefficient:sex[male]" not in rows.index


def test_other_tasks_are_outcomes_of_their_own(penney, study):
    other = penney["hold_times"].assign(task="kneeling_balance")
    holds = pd.concat([penney["hold_times"], other], ignore_index=True)
    squat = penney["activation"].assign(task="lateral_stairs")
    activation = pd.concat([squat, penney["activation"]], ignore_index=True)
    sets = build_analysis_sets({**penney, "hold_times": holds, "activation": activation}, study)
    done = analyse("test", sets, study, DEFAULT_PLAN).estimates.set_index("estimate_id")
    same = done.loc[f"{EYES_OPEN}/kneeling_balance:time_ratio:adjusted"]
    main = done.loc[f"{EYES_OPEN}:time_ratio:adjusted"]
    assert same["estimate"] == pytest.approx(main["estimate"], rel=1e-12, abs=0)
    assert (same["role"], main["role"]) == ("exploratory", "primary")
    stairs = done.loc["gmed_pct_mvic/lateral_stairs:difference:adjusted"]
    assert stairs["n_rows"] == len(squat)


def test_raw_microvolts_and_the_reference_stand_beside_the_percentage(penney, run):
    activation = penney["activation"].assign(gmed_rms_uv=40.0, mvic_rms_uv=160.0)
    rows = run({**penney, "activation": activation})
    assert rows.loc["gmed_rms_uv:mean:case", "estimate"] == 40
    assert rows.loc["mvic_rms_uv:mean:reference", "unit"] == "µV"
    assert "gmed_rms_uv:difference:adjusted" not in rows.index


def test_the_default_plan_calls_primary_what_it_names(result):
    planned = result.estimates.loc[result.estimates["role"].isin(["primary", "secondary"])]
    assert set(planned["outcome"]) == set(DEFAULT_PLAN.outcomes)
    for row in planned.to_dict("records"):
        assert row["role"] == DEFAULT_PLAN.outcomes[row["outcome"]].role
        assert names_model(DEFAULT_PLAN, row["outcome"], row["model"])


def test_the_caution_of_a_row_leads_its_note_and_the_rest_keeps_its_order():
    row = EstimateRow("a:b", "a", "LBP", "m", "primary", "s").noting("Sets.", "", "Sites.")
    assert (row.note, row.status) == ("Sets. Sites.", "ok")
    cautious = row.noting("Few.", caution=True)
    assert (cautious.note, cautious.status) == ("Few. Sets. Sites.", "flagged")
    further = cautious.noting("Unequal.", caution=True).noting("More.")
    assert further.note == "Few. Sets. Sites. Unequal. More."
