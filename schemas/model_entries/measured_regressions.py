"""Regressions of outcomes measured on a scale: one entry per model."""

from typing import Final

from schemas.model_entries.entry import MIXED_CHECKS, AnalysisModel, Sentence, Use

MEASURED_REGRESSIONS: Final = (
    AnalysisModel(
        id="mixed_nested",
        label="Mixed model, participants and legs",
        quantity="difference",
        reference="kenward1997",
        uses={
            "measured": Use(
                made_by="pipeline.statistics.outcomes.measured_outcome:measured_part",
                second_by="pipeline.statistics.second_routes.routes:second_difference",
                diagnostics=MIXED_CHECKS,
                is_plannable=True,
                knows_sets=True,
            ),
        },
        stands_in=("mixed_random_intercept", "ancova_hc3"),
        short_labels={
            "adjusted": "Adjusted difference",
            "adjusted, Kenward-Roger": "Adjusted difference, Kenward-Roger",
            "unadjusted": "Unadjusted difference",
        },
        sentences={
            "mixed_nested": Sentence(
                370,
                (
                    "{Outcomes} {was} compared by a linear mixed model of all trials{adjusted}, fitted by "
                    "restricted maximum likelihood, with random intercepts for {detail}."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="mixed_random_intercept",
        label="Mixed model, participants",
        quantity="difference",
        reference="kenward1997",
        uses={
            "measured": Use(
                made_by="pipeline.statistics.outcomes.measured_outcome:measured_part",
                second_by="pipeline.statistics.second_routes.routes:second_difference",
                diagnostics=MIXED_CHECKS,
                is_plannable=True,
                knows_sets=True,
            ),
        },
        stands_in=("ancova_hc3",),
        short_labels={
            "adjusted": "Adjusted difference",
            "adjusted, Kenward-Roger": "Adjusted difference, Kenward-Roger",
            "unadjusted": "Unadjusted difference",
        },
        sentences={
            "mixed_random_intercept": Sentence(
                380,
                (
                    "{Outcomes} {was} compared by a linear mixed model{adjusted}, fitted by restricted "
                    "maximum likelihood, with random intercepts for {detail}."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="ancova_hc3",
        label="Regression of participant means",
        quantity="difference of participant means",
        reference="long2000",
        uses={
            "measured": Use(
                fitted_by="pipeline.statistics.catalogue.measured_fits:participant_means",
                second_by="pipeline.statistics.second_routes.routes:second_of_means",
                diagnostics=(
                    "distribution_of_residuals",
                    "spread_along_fitted",
                    "spread_by_group",
                    "leverage",
                    "influence",
                ),
                on_means=True,
                is_plannable=True,
                is_usual=True,
            ),
        },
        short_labels={
            "adjusted": "Adjusted difference, participant means",
            "unadjusted": "Unadjusted difference, participant means",
        },
        sentences={
            "ancova_hc3": Sentence(
                300,
                (
                    "As a sensitivity analysis, participant means of {outcomes} were compared by linear "
                    "regression with the same covariates and HC3 standard errors."
                ),
            ),
            "participant_means": Sentence(
                390,
                (
                    "{Outcomes} {was} compared by linear regression on participant means{adjusted}, with "
                    "HC3 standard errors and t distribution."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="ols_cluster",
        label="Linear regression of all trials, errors clustered by participant",
        quantity="difference",
        reference="bell2002",
        uses={
            "measured": Use(
                fitted_by="pipeline.statistics.catalogue.measured_fits:clustered_rows",
                second_by="pipeline.statistics.second_routes.routes:second_of_rows",
                is_plannable=True,
            ),
        },
        sentences={
            "ols_cluster": Sentence(
                320,
                (
                    "As a sensitivity analysis, all rows of {outcomes} were analysed by linear regression "
                    "with bias-corrected standard errors clustered by participant (CR2)."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="gee_exchangeable",
        label="Generalised estimating equations",
        quantity="difference",
        reference="liang1986",
        uses={
            "measured": Use(
                fitted_by="pipeline.statistics.catalogue.measured_fits:alike_rows",
                second_by="pipeline.statistics.second_routes.routes:second_of_alike_rows",
                is_plannable=True,
            ),
            "hold": Use(
                fitted_by="pipeline.statistics.catalogue.hold_fits:odds_of_the_ceiling",
                second_by="pipeline.statistics.second_routes.routes:second_odds_of_the_ceiling",
                diagnostics=("calibration", "events_per_term"),
                number="ratio",
                left="logit(held_to_ceiling)",
                variant="adjusted odds of reaching the ceiling",
                told_as="gee_ceiling",
                is_of_times=False,
                is_usual=True,
            ),
        },
        sentences={
            "gee_exchangeable": Sentence(
                330,
                (
                    "As a sensitivity analysis, all rows of {outcomes} were analysed by generalised "
                    "estimating equations with exchangeable working correlation and bias-reduced standard "
                    "errors."
                ),
            ),
            "gee_ceiling": Sentence(
                90,
                (
                    "As a sensitivity analysis, the odds of holding a trial to the ceiling in {outcomes} "
                    "were compared by logistic generalised estimating equations with exchangeable working "
                    "correlation and bias-reduced standard errors."
                ),
            ),
        },
    ),
)
