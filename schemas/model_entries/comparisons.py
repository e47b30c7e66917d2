"""Tests, effect sizes and correlations, mostly of one value per participant: one entry per model."""

from typing import Final

from schemas.model_entries.entry import AnalysisModel, Sentence, Use

COMPARISONS: Final = (
    AnalysisModel(
        id="welch",
        label="Welch test, participant means",
        quantity="difference of participant means",
        reference="welch1947",
        uses={
            "measured": Use(
                made_by="pipeline.statistics.outcomes.measured_outcome:measured_part",
                second_by="pipeline.statistics.second_routes.routes:second_welch",
                on_means=True,
                is_plannable=True,
            ),
        },
        short_labels={"unadjusted": "Welch test, participant means"},
        sentences={
            "welch": Sentence(
                440,
                (
                    "As a sensitivity analysis, participant means of {outcomes} were compared by Welch's "
                    "t test."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="quantile_median",
        label="Median regression of participant means",
        quantity="difference of medians",
        reference="koenker1978",
        uses={
            "measured": Use(
                fitted_by="pipeline.statistics.catalogue.measured_fits:participant_medians",
                second_by="pipeline.statistics.second_routes.routes:second_median",
                on_means=True,
                is_plannable=True,
                is_usual=True,
            ),
        },
        sentences={
            "quantile_median": Sentence(
                310,
                (
                    "As a sensitivity analysis, medians of participant means of {outcomes} were compared "
                    "by median regression with an interval from a bootstrap of participants."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="logrank",
        label="Log-rank test",
        quantity="log-rank statistic",
        number="statistic",
        reference="mantel1966",
        uses={
            "hold": Use(
                part_by="pipeline.statistics.outcomes.distribution_free:log_rank_part",
            ),
        },
        sentences={
            "logrank": Sentence(
                110,
                (
                    "As a sensitivity analysis, the best trial of the dominant leg in {outcomes} was "
                    "compared by the log-rank test."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="brunner_munzel",
        label="Brunner-Munzel test, participant means",
        quantity="probability that a case has the lower value",
        number="probability",
        reference="brunner2000",
        uses={
            "measured": Use(
                part_by="pipeline.statistics.outcomes.distribution_free:brunner_munzel_part",
                second_by="pipeline.statistics.second_routes.routes:second_relative_effect",
                on_means=True,
                is_plannable=True,
                is_usual=True,
            ),
            "hold": Use(
                part_by="pipeline.statistics.outcomes.distribution_free:brunner_munzel_part",
                second_by="pipeline.statistics.second_routes.routes:second_relative_effect",
                on_means=True,
                is_plannable=True,
                is_usual=True,
            ),
        },
        sentences={
            "brunner_munzel": Sentence(
                290,
                (
                    "As a sensitivity analysis without distribution, participant means of {outcomes} were "
                    "compared by the Brunner-Munzel test."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="permutation",
        label="Permutation test, participants",
        quantity="score statistic (z)",
        number="statistic",
        reference="janssen1997",
        uses={
            "hold": Use(
                part_by="pipeline.statistics.outcomes.distribution_free:permuted_part",
                is_usual=True,
            ),
        },
        sentences={
            "permutation": Sentence(
                120,
                (
                    "As a sensitivity analysis without distribution, the groups were compared in "
                    "{outcomes} by a permutation test: participants changed places (within matched sets "
                    "or sites where the design has them), and the studentised score of the group in the "
                    "log-normal regression without it was computed for each."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="tost",
        label="Equivalence test",
        quantity="difference or ratio",
        reference="schuirmann1987",
        uses={
            "measured": Use(
                made_by="pipeline.statistics.outcomes.equivalence:equivalence_part",
            ),
            "hold": Use(
                made_by="pipeline.statistics.outcomes.equivalence:equivalence_part",
            ),
        },
        sentences={
            "tost": Sentence(
                340,
                (
                    "Equivalence of the groups in {outcomes} was tested by two one-sided tests with the "
                    "margin of the plan ({detail}), whose P values are one-sided and whose interval "
                    "leaves out alpha on each side."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="hedges_g",
        label="Hedges g",
        quantity="standardised difference",
        reference="hedges1981",
        uses={
            "measured": Use(
                made_by="pipeline.statistics.outcomes.measured_outcome:measured_part",
            ),
        },
        short_labels={"unadjusted": "Hedges g"},
        sentences={
            "hedges_g": Sentence(
                450,
                (
                    "Effect sizes of {outcomes} are Hedges g of participant means with exact small-sample "
                    "correction and an interval from the noncentral t distribution."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="pearson",
        label="Pearson",
        quantity="correlation",
        number="correlation",
        reference="fisher1924",
        uses={
            "measured": Use(
                made_by="pipeline.statistics.outcomes.correlations:correlations",
            ),
            "hold": Use(
                made_by="pipeline.statistics.outcomes.correlations:correlations",
            ),
        },
        told_as="correlation",
        sentences={
            "correlation": Sentence(
                460,
                (
                    "Correlations with {outcomes} were computed within the {case} group only, on "
                    "participant means: Pearson's r with Fisher's interval and Spearman's rho. They are "
                    "exploratory and {detail}."
                ),
                cites=("fisher1924", "bonett2000"),
            ),
        },
    ),
    AnalysisModel(
        id="spearman",
        label="Spearman",
        quantity="rank correlation",
        number="correlation",
        reference="bonett2000",
        uses={
            "measured": Use(
                made_by="pipeline.statistics.outcomes.correlations:correlations",
            ),
            "hold": Use(
                made_by="pipeline.statistics.outcomes.correlations:correlations",
            ),
        },
        told_as="correlation",
    ),
)
