"""Which block of R's golden values is compared by which test, and which is not and why.

The table is complete: every number of every file is under one entry of COMPARED or NOT_COMPARED,
every entry is about some number, and every test that is named exists. The most exact entry counts:
"two_group.*.mann_whitney.hl_ci_asymp" beats "two_group.*". `*` stands for one name.
"""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden"
FILES = ("penney_like", "matched_eo_ec", "common", "ties_cox")

MEANS = "two_groups/test_statistics_mean_differences.py::"
RANKS = "two_groups/test_statistics_rank_tests.py::"
SHAPE = "two_groups/test_statistics_spread_and_shape.py::"
CATEGORIES = "two_groups/test_statistics_categories.py::"
ANCOVA = "linear/test_statistics_ancova.py::"
CLUSTERED = "linear/test_statistics_clustered.py::"
ROBUST = "linear/test_statistics_robust_and_median.py::"
LOGISTIC = "discrete/test_statistics_logistic.py::"
MCNEMAR = "discrete/test_statistics_mcnemar_and_bands.py::"
REPEATED = "agreement/test_statistics_repeated_measurements.py::"
KAPPA = "agreement/test_statistics_kappa.py::"
PAIRS = "two_groups/test_statistics_matched_pairs.py::"
DIAGNOSTIC = "accuracy/test_statistics_diagnostic.py::"
ROC = "accuracy/test_statistics_roc.py::"
IMPUTATION = "imputation/test_statistics_imputation.py::"
ASSOCIATION = "correlation/test_statistics_association.py::"
ADJUSTED = "test_statistics_multiplicity.py::"
CENSORED = "censored/test_statistics_censored_regression.py::"
INTERCEPT = "censored/test_statistics_censored_random_intercept.py::"
COX = "survival/test_statistics_cox.py::"
CURVE = "survival/test_statistics_survival_curve.py::"
PLANNING = "planning/test_statistics_exact_power.py::"
MIXED = "mixed/test_statistics_mixed_model.py::"

COMPARED = {
    **dict.fromkeys(
        ["power.t_n_d05_p80", "power.t_power_21_22_d08", "power.t_d_21_22_p80"],
        PLANNING + "test_the_t_test_is_r_pwr",
    ),
    "power.prop_n_h": PLANNING + "test_two_shares_are_r_pwr",
    **dict.fromkeys(["power.r_n", "power.r_power_21"], PLANNING + "test_the_correlation_is_r_pwr"),
    **dict.fromkeys(["power.anova_n", "power.f2"], PLANNING + "test_f_tests_are_r_pwr"),
    "two_group.*.LBP": SHAPE + "test_the_description_of_a_group_is_r",
    "two_group.*.control": SHAPE + "test_the_description_of_a_group_is_r",
    "two_group.*.welch": MEANS + "test_welch_is_r_t_test",
    "two_group.*.pooled": MEANS + "test_the_pooled_test_is_r_t_test_with_equal_variances",
    "two_group.*.hedges_g": MEANS + "test_hedges_g_and_its_interval_are_r_effectsize",
    "two_group.*.hedges_g.metafor_g": MEANS + "test_the_weight_of_a_study_is_r_metafor",
    "two_group.*.hedges_g.metafor_var": MEANS + "test_the_weight_of_a_study_is_r_metafor",
    "two_group.*.hedges_g.metafor_ci": MEANS + "test_the_weight_of_a_study_is_r_metafor",
    "two_group.*.smd_table1": MEANS + "test_the_standardised_difference_of_table_1_is_r",
    "two_group.*.mann_whitney": RANKS + "test_mann_whitney_is_r_wilcox_test",
    "two_group.*.mann_whitney.hodges_lehmann": RANKS + "test_the_shift_is_r_median_of_differences",
    "two_group.*.mann_whitney.hl_ci_asymp": RANKS + "test_the_shift_is_r_median_of_differences",
    "two_group.*.brunner_munzel": RANKS + "test_brunner_munzel_is_r",
    "two_group.*.tost_sd05": MEANS + "test_equivalence_is_r_two_one_sided_tests",
    "two_group.*.levene_median": SHAPE + "test_the_test_of_equal_spread_is_r_levene_around_medians",
    "sex_by_group": CATEGORIES + "test_sex_by_group_is_r_chisq_test_and_fisher_test",
    **dict.fromkeys(
        [
            f"ancova.*.{name}"
            for name in [
                "n",
                "coef",
                "confint",
                "r2",
                "adj_r2",
                "df_resid",
                "sigma",
                "aic",
                "bic",
                "loglik",
            ]
        ],
        ANCOVA + "test_the_coefficients_are_r_lm",
    ),
    "ancova.*.hc3": ANCOVA + "test_hc3_and_hc2_are_r_sandwich",
    "ancova.*.hc2_se": ANCOVA + "test_hc3_and_hc2_are_r_sandwich",
    "ancova.*.emmeans": ANCOVA + "test_marginal_means_are_r_emmeans",
    "ancova.*.contrast": ANCOVA + "test_marginal_means_are_r_emmeans",
    "ancova.*.anova_II": ANCOVA + "test_the_tests_of_terms_are_r_car_and_effectsize",
    "ancova.*.partial_eta2_group": ANCOVA + "test_the_tests_of_terms_are_r_car_and_effectsize",
    "ancova.*.slopes_homog_p": ANCOVA + "test_the_tests_of_terms_are_r_car_and_effectsize",
    **dict.fromkeys(
        [
            f"ancova.*.{name}"
            for name in ("bp", "shapiro_resid_p", "vif", "cooks_max", "hat_max", "rstudent_max")
        ],
        ANCOVA + "test_the_diagnostics_are_r_lmtest_and_car",
    ),
    "quantreg_median.*.coef": ROBUST + "test_median_regression_is_r_rq",
    "rlm_huber": ROBUST + "test_huber_regression_is_r_rlm",
    "ols_cluster": CLUSTERED + "test_cluster_robust_errors_are_r_sandwich_and_clubsandwich",
    "gee": CLUSTERED + "test_gee_is_r_geepack",
    "logistic": LOGISTIC + "test_logistic_regression_is_r_glm",
    "logistic.profile_ci": LOGISTIC
    + "test_profile_intervals_are_r_confint_up_to_its_interpolation",
    "clogit": LOGISTIC + "test_conditional_logistic_regression_is_r_clogit",
    "mcnemar_legs.table": MCNEMAR + "test_left_and_right_legs_are_r_mcnemar",
    "mcnemar_legs.p_exact": MCNEMAR + "test_left_and_right_legs_are_r_mcnemar",
    "icc": REPEATED + "test_the_six_coefficients_are_r_psych",
    **dict.fromkeys(
        [
            f"icc.*.{name}"
            for name in [
                "sem_consistency",
                "sem_agreement",
                "sem_sd_icc31",
                "mdc95_consistency",
                "mdc95_agreement",
            ]
        ],
        REPEATED + "test_measurement_error_is_r",
    ),
    "bland_altman_gmed_t1_t2": REPEATED + "test_limits_of_agreement_are_r",
    "kappa.cohen": KAPPA + "test_cohen_kappa_is_r_vcd_and_psych",
    "kappa.fleiss": KAPPA + "test_fleiss_kappa_is_r",
    "roc": ROC + "test_the_area_is_r_proc",
    "roc.paired": ROC + "test_two_markers_of_the_same_people_are_r_roc_test",
    "roc.youden": ROC + "test_the_best_cut_is_r_and_not_what_is_published",
    "diagnostic": DIAGNOSTIC + "test_the_diagnostic_table_is_r",
    "diagnostic.sens_cp": DIAGNOSTIC + "test_exact_intervals_and_the_odds_ratio_are_r",
    "diagnostic.spec_cp": DIAGNOSTIC + "test_exact_intervals_and_the_odds_ratio_are_r",
    "diagnostic.dor": DIAGNOSTIC + "test_exact_intervals_and_the_odds_ratio_are_r",
    "diagnostic.ppv": DIAGNOSTIC
    + "test_predictive_values_at_the_share_of_cases_are_those_of_the_sample",
    "diagnostic.npv": DIAGNOSTIC
    + "test_predictive_values_at_the_share_of_cases_are_those_of_the_sample",
    "cor": ASSOCIATION + "test_correlations_are_r_cor_test",
    "cor.partial_lbp_gmed_vas_age": ASSOCIATION + "test_partial_correlation_is_r",
    "rubin": IMPUTATION + "test_rubin_is_r_mice_pool_scalar",
    "diagnostic.fisher_p": CATEGORIES + "test_fisher_of_the_rating_is_r",
    "matched.n_pairs": PAIRS + "test_paired_tests_are_r",
    "matched.paired_t": PAIRS + "test_paired_tests_are_r",
    "matched.gz": PAIRS + "test_paired_tests_are_r",
    "matched.wilcoxon": PAIRS + "test_paired_tests_are_r",
    "matched.lmm_pair": PAIRS + "test_a_random_pair_is_r_lmer_and_the_paired_test",
    "matched.lmm_pair_vc": PAIRS + "test_a_random_pair_is_r_lmer_and_the_paired_test",
    "censored": CENSORED + "test_model_and_cluster_standard_errors_are_those_of_r",
    "censored.participant_lognormal": CENSORED + "test_one_trial_per_participant_is_r_too",
    "censored.aer_tobit": CENSORED + "test_another_package_of_r_agrees_with_its_own_stopping_rule",
    "censored.lognormal_random_intercept": INTERCEPT
    + "test_coefficients_errors_and_spreads_are_those_of_r",
    "cox": COX + "test_coefficients_and_errors_are_those_of_coxph",
    "cox.efron.zph": COX + "test_proportional_hazards_are_tested_as_by_cox_zph",
    "cox.breslow.zph": COX + "test_proportional_hazards_are_tested_as_by_cox_zph",
    "cox.participant_efron": COX + "test_one_hold_per_participant_is_that_of_coxph",
    "cox.participant_efron.zph": COX + "test_one_hold_per_participant_is_that_of_coxph",
    "efron": COX + "test_heavy_ties_of_whole_seconds",
    "breslow": COX + "test_heavy_ties_of_whole_seconds",
    **dict.fromkeys(
        ("km.loglog", "km.log", "km.plain"),
        CURVE + "test_shares_bands_and_medians_are_those_of_survfit",
    ),
    "km.rmst": CURVE + "test_restricted_means_are_those_of_survfit",
    **dict.fromkeys(
        ("km.logrank", "km.peto", "km.logrank_strat_sex"),
        CURVE + "test_log_rank_and_peto_are_those_of_survdiff",
    ),
    "lmm": MIXED + "test_estimates_errors_df_and_p_are_those_of_r",
    "lmm.gmed_ri_ml": MIXED + "test_maximum_likelihood_is_that_of_r",
    "lmm.*.emm_contrast": MIXED + "test_the_adjusted_group_difference_is_that_of_emmeans",
    "lmm.*.profile_ci": MIXED + "test_profile_intervals_are_those_of_r",
    "lmm.gmed_ri_nlme_between_within": MIXED
    + "test_degrees_of_freedom_by_stratum_are_those_of_nlme",
    "multiplicity": ADJUSTED + "test_adjusted_p_values_are_r_p_adjust",
}

NOT_COMPARED = {
    "dataset": "The name of the data set.",
    "two_group.*.mann_whitney.hl_asymp_uniroot": "The root of a step function; the exact median of "
    "differences is published and compared instead.",
    **dict.fromkeys(
        ("quantreg_median.*.nid_se", "quantreg_median.*.ker_se", "quantreg_median.*.iid_se"),
        "R's three standard errors of a median differ by up to 140 %; the bootstrap of participants "
        "is published.",
    ),
    **dict.fromkeys(
        [f"gee.{working}.*.Pr(>|W|)" for working in ("exch", "indep")],
        "R tests with the normal distribution, which is too liberal with few participants; t is "
        "published, and the Wald statistic is compared.",
    ),
    "gee.alpha": "R's geepack and statsmodels divide the products of residuals by different counts; the "
    "coefficients and standard errors that rest on it are compared.",
    **dict.fromkeys(
        ("mcnemar_legs.chi2_nocorr", "mcnemar_legs.p_nocorr", "mcnemar_legs.p_corr"),
        "The approximations are never published: P = 0 where no pair differs; the exact test is.",
    ),
    "kappa.cohen.mcnemar_raters_p": "The approximation is never published; bias is given by an index "
    "and tested exactly.",
    **dict.fromkeys(
        ("diagnostic.ppv_wilson", "diagnostic.npv_wilson"),
        "Predictive values are given at a stated prevalence, which counts as known; their intervals "
        "are then not those of the sample.",
    ),
    "censored.lognormal_random_intercept.max_abs_gradient": "How far R's own optimiser stopped from "
    "the maximum; the gradient at our solution is tested to be 0.",
    "censored.lognormal_random_intercept.loglik_nq31": "R's log-likelihood with fewer nodes; the one "
    "with 61 is compared.",
    "censored.lognormal_random_intercept.nq": "The number of nodes of R's quadrature.",
}


def _numbers(block: object, path: tuple[str, ...] = ()) -> list[str]:
    """Paths of all values, such as "two_group.gmed.welch.t"; a list of numbers is one value."""
    if isinstance(block, dict):
        return [found for key, value in block.items() for found in _numbers(value, (*path, key))]
    # Names of coefficients hold dots ("Std. Error"); they end the path and are never in an entry.
    return [".".join(part.replace(".", "_") for part in path)]


def _matches(entry: str, number: str) -> bool:
    parts = number.split(".")
    pattern = entry.split(".")
    return len(pattern) <= len(parts) and all(
        fnmatchcase(part, piece) for piece, part in zip(pattern, parts, strict=False)
    )


def _best(number: str) -> list[str]:
    """The entries that are as exact as any about this number."""
    entries = [entry for entry in (*COMPARED, *NOT_COMPARED) if _matches(entry, number)]
    most = max((entry.count(".") for entry in entries), default=0)
    return [entry for entry in entries if entry.count(".") == most]


def _all_numbers() -> list[str]:
    return [
        number
        for name in FILES
        for number in _numbers(json.loads((GOLDEN / f"{name}.json").read_text()))
    ]


@pytest.mark.parametrize("name", FILES)
def test_every_golden_number_is_compared_or_has_a_reason_why_not(name):
    numbers = _numbers(json.loads((GOLDEN / f"{name}.json").read_text()))
    assert [number for number in numbers if len(_best(number)) != 1] == []


def test_every_entry_decides_about_some_number():
    used = {entry for number in _all_numbers() for entry in _best(number)}
    assert sorted({*COMPARED, *NOT_COMPARED} - used) == []
    assert not set(COMPARED) & set(NOT_COMPARED)


@pytest.mark.parametrize("named", sorted(set(COMPARED.values())))
def test_the_test_that_an_entry_names_exists_and_reads_golden_values(named):
    file, function = named.split("::")
    source = (HERE / file).read_text(encoding="utf-8")
    found = re.search(rf"^def {function}\((.*?)\)", source, re.MULTILINE | re.DOTALL)
    assert found
    assert "golden" in source


@pytest.mark.parametrize("reason", sorted(set(NOT_COMPARED.values())))
def test_a_reason_is_a_sentence(reason):
    assert re.fullmatch(r"[A-Z].{15,}\.", reason)
