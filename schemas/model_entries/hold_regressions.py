"""Regressions of hold times that respect the ceiling: one entry per model."""

from typing import Final

from schemas.model_entries.entry import CENSORED_CHECKS, AnalysisModel, Sentence, Use

HOLD_REGRESSIONS: Final = (
    AnalysisModel(
        id="censored_lognormal",
        label="Log-normal censored regression",
        quantity="time ratio",
        number="ratio",
        reference="tobin1958",
        uses={
            "hold": Use(
                made_by="pipeline.statistics.outcomes.hold_time:hold_time_part",
                second_by="pipeline.statistics.second_routes.routes:second_log_ratio",
                diagnostics=CENSORED_CHECKS,
                left="log(hold_time_s)",
                is_plannable=True,
            ),
        },
        short_labels={
            "adjusted": "Adjusted time ratio",
            "unadjusted": "Unadjusted time ratio",
            "trials not done counted as not held": "trials not done counted as not held",
            "trials not done counted as shorter than expected": "trials not done counted as shorter than expected",
            "trials not done counted as shorter than half of what is expected": "trials not done counted as shorter than half of what is expected",
            "holds too short to time counted as shorter than half the setting": "holds too short to time counted as shorter than half the setting",
            "holds too short to time counted as shorter than twice the setting": "holds too short to time counted as shorter than twice the setting",
        },
        sentences={
            "censored_lognormal": Sentence(
                20,
                (
                    "{Outcomes} {was} compared between the groups by log-normal regression of all trials (censored, "
                    "Tobin 1958) of both legs{adjusted}{detail}; any other ending before the ceiling counted as the end of the hold. "
                    "Standard errors allow trials of one participant to be alike (cluster-robust, with the "
                    "small-sample correction CR2 of Bell and McCaffrey 2002), with t distribution on Satterthwaite's "
                    "degrees of freedom. The result is a ratio of hold times."
                ),
                cites=("tobin1958", "bell2002"),
            ),
        },
    ),
    AnalysisModel(
        id="censored_lognormal_spreads",
        label="Log-normal censored regression, a spread for each group",
        quantity="time ratio",
        number="ratio",
        reference="tobin1958",
        uses={
            "hold": Use(
                fitted_by="pipeline.statistics.catalogue.hold_fits:own_spreads",
                second_by="pipeline.statistics.second_routes.routes:second_log_ratio_by_spreads",
                is_second_slow=True,
                left="log(hold_time_s)",
                is_plannable=True,
                is_usual=True,
                knows_sets=True,
                is_beside_primary=True,
            ),
        },
        sentences={
            "censored_lognormal_spreads": Sentence(
                45,
                (
                    "As a sensitivity analysis, the log-normal regression of {outcomes} was repeated with a spread "
                    "of its own for each group: with one spread, groups that spread differently are compared wrongly "
                    "under a ceiling."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="censored_weibull",
        label="Weibull censored regression",
        quantity="time ratio",
        number="ratio",
        reference="kalbfleisch2002",
        uses={
            "hold": Use(
                fitted_by="pipeline.statistics.catalogue.hold_fits:weibull",
                knows_sets=True,
                second_by="pipeline.statistics.second_routes.routes:second_log_ratio_by_weibull",
                is_second_slow=True,
                diagnostics=CENSORED_CHECKS,
                left="log(hold_time_s)",
                is_plannable=True,
                is_usual=True,
            ),
        },
        sentences={
            "censored_weibull": Sentence(
                40,
                (
                    "As a sensitivity analysis, the regression of {outcomes} was repeated with a Weibull "
                    "distribution of hold times."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="censored_loglogistic",
        label="Log-logistic censored regression",
        quantity="time ratio",
        number="ratio",
        reference="kalbfleisch2002",
        uses={
            "hold": Use(
                fitted_by="pipeline.statistics.catalogue.hold_fits:loglogistic",
                knows_sets=True,
                second_by="pipeline.statistics.second_routes.routes:second_log_ratio_by_loglogistic",
                is_second_slow=True,
                diagnostics=CENSORED_CHECKS,
                left="log(hold_time_s)",
                is_plannable=True,
                is_usual=True,
            ),
        },
        sentences={
            "censored_loglogistic": Sentence(
                50,
                (
                    "As a sensitivity analysis, the regression of {outcomes} was repeated with a "
                    "log-logistic distribution of hold times."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="censored_normal",
        label="Normal censored regression",
        quantity="difference of hold times without ceiling",
        reference="tobin1958",
        uses={
            "hold": Use(
                fitted_by="pipeline.statistics.catalogue.hold_fits:normal",
                knows_sets=True,
                second_by="pipeline.statistics.second_routes.routes:second_capped_difference",
                diagnostics=CENSORED_CHECKS,
                left="hold_time_s",
                is_plannable=True,
            ),
        },
        sentences={
            "censored_normal": Sentence(
                60,
                (
                    "As a sensitivity analysis, the regression of {outcomes} was repeated with a normal "
                    "distribution of hold times, which gives a difference in seconds."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="censored_lognormal_random_intercept",
        label="Log-normal censored regression with a participant intercept",
        quantity="time ratio",
        number="ratio",
        reference="liu1994",
        uses={
            "hold": Use(
                fitted_by="pipeline.statistics.catalogue.hold_fits:random_intercept",
                second_by="pipeline.statistics.second_routes.routes:second_of_levels",
                is_second_slow=True,
                left="log(hold_time_s)",
                is_plannable=True,
                is_usual=True,
            ),
        },
        sentences={
            "censored_lognormal_random_intercept": Sentence(
                70,
                (
                    "As a sensitivity analysis, the log-normal regression of {outcomes} was repeated with "
                    "a random intercept for participants (adaptive Gauss-Hermite quadrature) in place of "
                    "cluster-robust errors."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="cox_breslow",
        label="Cox regression (hazard ratio)",
        quantity="hazard ratio",
        number="ratio",
        reference="cox1972",
        uses={
            "hold": Use(
                fitted_by="pipeline.statistics.catalogue.hold_fits:hazard_ratio",
                knows_sets=True,
                second_by="pipeline.statistics.second_routes.routes:second_hazard_ratio",
                diagnostics=("proportional_hazards",),
                left="hazard(hold_time_s)",
                is_plannable=True,
                is_usual=True,
            ),
        },
        sentences={
            "cox_breslow": Sentence(
                80,
                (
                    "As a sensitivity analysis, {outcomes} {was} analysed by Cox regression of all trials "
                    "(Breslow's ties) with cluster-robust standard errors by participant; proportional "
                    "hazards were tested with scaled Schoenfeld residuals."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="rmst",
        label="Restricted mean",
        quantity="difference of restricted mean hold times",
        reference="andersen2004",
        uses={
            "hold": Use(
                fitted_by="pipeline.statistics.catalogue.hold_fits:restricted_mean_ancova",
                second_by="pipeline.statistics.second_routes.routes:second_restricted_mean",
                left="restricted_mean(hold_time_s)",
                on_means=True,
                is_of_times=False,
                is_plannable=True,
                is_usual=True,
            ),
        },
        short_labels={"unadjusted": "Restricted mean, Welch test of participant means"},
        sentences={
            "rmst": Sentence(
                100,
                (
                    "As a sensitivity analysis, participant means of {outcomes} up to the smallest "
                    "ceiling were compared by linear regression with HC3 standard errors (restricted "
                    "mean)."
                ),
                cites=("andersen2004", "long2000"),
            ),
            "restricted_mean": Sentence(
                350,
                (
                    "As a sensitivity analysis, {outcomes} capped at the smallest ceiling {was} averaged "
                    "per participant and compared by Welch's t test (restricted mean)."
                ),
                cites=("welch1947",),
            ),
        },
    ),
)
