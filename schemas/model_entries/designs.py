"""What the design of a study asks: legs, pairs, conditions, tasks, visits, training. One entry per model."""

from typing import Final

from schemas.model_entries.entry import AnalysisModel, Sentence, Use

DESIGNS: Final = (
    AnalysisModel(
        id="interaction_leg",
        label="Planned model with group by dominant leg",
        quantity="interaction",
        uses={
            "measured": Use(
                part_by="pipeline.statistics.outcomes.interactions:measured_leg_part",
            ),
            "hold": Use(
                part_by="pipeline.statistics.outcomes.interactions:hold_leg_part",
            ),
        },
        sentences={
            "interaction_leg": Sentence(
                270,
                (
                    "Whether the groups differ more in one leg was estimated for {outcomes} by the "
                    "planned model with an interaction of group and dominant leg."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="painful_leg",
        label="Planned model of cases, painful against other leg",
        quantity="contrast of legs",
        uses={
            "measured": Use(
                part_by="pipeline.statistics.outcomes.interactions:measured_painful_part",
            ),
            "hold": Use(
                part_by="pipeline.statistics.outcomes.interactions:hold_painful_part",
            ),
        },
        sentences={
            "painful_leg": Sentence(
                280,
                (
                    "The painful leg was compared with the other leg for {outcomes} within the {case} "
                    "group, in people with pain on one side, by a model of the planned kind."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="matched_pairs",
        label="Paired t test, participant means",
        quantity="difference within pairs",
        reference="student1908",
        uses={
            "measured": Use(
                part_by="pipeline.statistics.outcomes.matched:pairs_part",
                second_by="pipeline.statistics.second_routes.routes:second_within_pairs",
                on_means=True,
                is_usual=True,
            ),
            "hold": Use(
                part_by="pipeline.statistics.outcomes.matched:pairs_part",
                second_by="pipeline.statistics.second_routes.routes:second_within_pairs",
                on_means=True,
                is_usual=True,
            ),
        },
        sentences={
            "matched_pairs": Sentence(
                150,
                (
                    "As a sensitivity analysis for the matched design, participant means of {outcomes} "
                    "were compared within complete pairs by the paired t test."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="conditional_logit",
        label="Conditional logistic regression (odds ratio)",
        quantity="odds ratio",
        number="ratio",
        reference="breslow1980",
        uses={
            "measured": Use(
                part_by="pipeline.statistics.outcomes.matched:sets_part",
                second_by="pipeline.statistics.second_routes.routes:second_within_sets",
                on_means=True,
            ),
            "hold": Use(
                part_by="pipeline.statistics.outcomes.matched:sets_part",
                second_by="pipeline.statistics.second_routes.routes:second_within_sets",
                on_means=True,
            ),
        },
        sentences={
            "conditional_logit": Sentence(
                160,
                (
                    "As a sensitivity analysis for the matched design, the odds of belonging to the "
                    "{case} group given {outcomes} were estimated by conditional logistic regression "
                    "within matched sets."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="interaction_condition",
        label="Planned model with group by condition",
        quantity="ratio of time ratios",
        uses={
            "hold": Use(
                made_by="pipeline.statistics.outcomes.interactions:condition_part",
                is_usual=True,
            ),
        },
        sentences={
            "interaction_condition": Sentence(
                170,
                (
                    "Whether the groups differ more in {outcomes} than with eyes open was estimated by "
                    "the log-normal regression of the trials of both conditions with an interaction of "
                    "group and condition."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="interaction_visit",
        label="Planned model with group by visit",
        quantity="ratio of time ratios",
        sentences={
            "interaction_visit": Sentence(
                180,
                (
                    "Whether the groups changed differently in {outcomes} from one visit to another was "
                    "estimated by the log-normal regression of the trials of both visits with an "
                    "interaction of group and visit; people with one visit only were kept."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="interaction_visits",
        label="Group by visit, all visits together",
        quantity="joint test statistic",
        sentences={
            "interaction_visits": Sentence(
                190,
                (
                    "Whether the groups changed differently in {outcomes} over all visits was tested by "
                    "one Wald test of the interaction of group and visit in the regression of the trials "
                    "of all visits (F, scaled as Hotelling's statistic with the participants as its "
                    "number)."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="interaction_task",
        label="Planned model with group by task",
        quantity="ratio of time ratios",
        sentences={
            "interaction_task": Sentence(
                200,
                (
                    "Whether the groups differ more in {outcomes} than in the first of the tasks was "
                    "estimated by the log-normal regression of the trials of both tasks with an "
                    "interaction of group and task."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="interaction_tasks",
        label="Group by task, all tasks together",
        quantity="joint test statistic",
        sentences={
            "interaction_tasks": Sentence(
                210,
                (
                    "Whether the difference between the groups is the same in all balance tasks (eyes "
                    "open) was tested by one Wald test of the interaction of group and task in the "
                    "regression of the trials of all tasks, with errors clustered by participant."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="gain_by_dose",
        label="Change by training dose",
        quantity="ratio of time ratios",
        sentences={
            "gain_by_dose": Sentence(
                250,
                (
                    "Whether {outcomes} changed more with more training was estimated, in participants "
                    "with a log, by the log-normal regression of both visits with visit by dose; nobody "
                    "was allotted a dose."
                ),
            ),
        },
    ),
    AnalysisModel(
        id="gain_by_adherence",
        label="Change by training adherence",
        quantity="ratio of time ratios",
        sentences={
            "gain_by_adherence": Sentence(
                260, "In the same way the change of {outcomes} was related to adherence."
            ),
        },
    ),
    AnalysisModel(
        id="change_over_visits",
        label="Change between visits",
        quantity="time ratio",
        sentences={
            "change_over_visits": Sentence(
                220,
                (
                    "The change of {outcomes} within each group was estimated by the log-normal "
                    "regression of the trials of both visits, errors clustered by participant."
                ),
            ),
        },
    ),
)
