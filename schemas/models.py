"""The statistical models by their stable ids: what each is called and what its number is.

A plan names them, estimates carry them, reports print their labels. Which function fits a model is
said in `pipeline.statistics.outcomes`; a test holds both tables against each other.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["hold", "measured"]


@dataclass(frozen=True)
class AnalysisModel:
    """One model or test.

    label: its name in print. quantity: what its number is called inside a sentence. kinds: outcomes
    it can be asked for: hold (times that a ceiling cuts off) or measured (numbers on a scale); none
    where it is made whenever a study has the visits or the log for it.
    """

    id: str
    label: str
    quantity: str
    kinds: tuple[Kind, ...]


WITHOUT_WARNED: Final = "adjusted, without trials with a remark"
"""Variant of the planned model: without the trials whose signal is judged "warn"."""

ONSET_BY: Final = "onset by "
LIFTOFF_BY: Final = "lift-off by "
"""How variants of the planned model of an onset begin: with another detector, or another rule."""

GOAL_REACHED: Final = "goal_reached"
GOAL_AFTER_PREVIOUS: Final = "goal_after_previous"
"""Shares of participants who reach the goal of a balance task, of all and of those who reached the one before."""

GOAL_REACHED_BY_LEGS: Final = "goal_reached_by_legs"
"""Share of legs that reach the goal of a balance task."""

HIGHEST_TASK: Final = "highest_task"
HIGHEST_TASK_RANKS: Final = "highest_task_ranks"
NO_TASK: Final = "none"
"""Share of participants by the hardest task whose goal they reached (or none), and its comparison by ranks."""

GAIN_BY_DOSE: Final = "gain_by_dose"
GAIN_BY_ADHERENCE: Final = "gain_by_adherence"

TRAINING_OUTCOMES: Final = {
    "training_days": "days",
    "training_days_per_week": "days/week",
    "training_adherence_pct": "%",
    "training_adherence_left_pct": "%",
    "training_adherence_right_pct": "%",
    "training_dose_s_per_day": "s/day",
}
"""What a training log gives for each participant, with units."""

_MODELS = (
    AnalysisModel("censored_lognormal", "Log-normal censored regression", "time ratio", ("hold",)),
    AnalysisModel("censored_weibull", "Weibull censored regression", "time ratio", ("hold",)),
    AnalysisModel(
        "censored_loglogistic", "Log-logistic censored regression", "time ratio", ("hold",)
    ),
    AnalysisModel(
        "censored_normal",
        "Normal censored regression",
        "difference of hold times without ceiling",
        ("hold",),
    ),
    AnalysisModel(
        "censored_lognormal_random_intercept",
        "Log-normal censored regression with a participant intercept",
        "time ratio",
        ("hold",),
    ),
    AnalysisModel(
        "mixed_nested",
        "Mixed model, participants and legs",
        "difference",
        ("measured",),
    ),
    AnalysisModel(
        "mixed_random_intercept", "Mixed model, participants", "difference", ("measured",)
    ),
    AnalysisModel(
        "ancova_hc3",
        "Regression of participant means",
        "difference of participant means",
        ("measured",),
    ),
    AnalysisModel(
        "ols_cluster",
        "Linear regression of all trials, errors clustered by participant",
        "difference",
        ("measured",),
    ),
    AnalysisModel(
        "gee_exchangeable",
        "Generalised estimating equations",
        "difference",
        ("measured", "hold"),
    ),
    AnalysisModel(
        "welch",
        "Welch test, participant means",
        "difference of participant means",
        ("measured",),
    ),
    AnalysisModel(
        "brunner_munzel",
        "Brunner-Munzel test, participant means",
        "probability that a case has the lower value",
        ("measured", "hold"),
    ),
    AnalysisModel(
        "quantile_median",
        "Median regression of participant means",
        "difference of medians",
        ("measured",),
    ),
    AnalysisModel("cox_breslow", "Cox regression (hazard ratio)", "hazard ratio", ("hold",)),
    AnalysisModel(
        "interaction_condition",
        "Planned model with group by condition",
        "ratio of time ratios",
        ("hold",),
    ),
    AnalysisModel(
        "interaction_visit",
        "Planned model with group by visit",
        "ratio of time ratios",
        (),
    ),
    AnalysisModel(
        "interaction_visits", "Group by visit, all visits together", "joint test statistic", ()
    ),
    AnalysisModel(
        "interaction_task", "Planned model with group by task", "ratio of time ratios", ()
    ),
    AnalysisModel(
        "interaction_tasks", "Group by task, all tasks together", "joint test statistic", ()
    ),
    AnalysisModel(GAIN_BY_DOSE, "Change by training dose", "ratio of time ratios", ()),
    AnalysisModel(GAIN_BY_ADHERENCE, "Change by training adherence", "ratio of time ratios", ()),
    AnalysisModel("change_over_visits", "Change between visits", "time ratio", ()),
    AnalysisModel(
        "interaction_leg",
        "Planned model with group by dominant leg",
        "interaction",
        ("hold", "measured"),
    ),
    AnalysisModel(
        "painful_leg",
        "Planned model of cases, painful against other leg",
        "contrast of legs",
        ("hold", "measured"),
    ),
    AnalysisModel("logrank", "Log-rank test", "log-rank statistic", ("hold",)),
    AnalysisModel(
        "permutation", "Permutation test, participants", "score statistic (z)", ("hold",)
    ),
    AnalysisModel("rmst", "Restricted mean", "difference of restricted mean hold times", ("hold",)),
    AnalysisModel(
        "matched_pairs",
        "Paired t test, participant means",
        "difference within pairs",
        ("measured", "hold"),
    ),
    AnalysisModel(
        "conditional_logit",
        "Conditional logistic regression (odds ratio)",
        "odds ratio",
        ("measured", "hold"),
    ),
    AnalysisModel("tost", "Equivalence test", "difference or ratio", ("measured", "hold")),
    AnalysisModel("hedges_g", "Hedges g", "standardised difference", ("measured",)),
    AnalysisModel("pearson", "Pearson", "correlation", ("measured", "hold")),
    AnalysisModel("spearman", "Spearman", "rank correlation", ("measured", "hold")),
)

ANALYSIS_MODELS: Final[dict[str, AnalysisModel]] = {model.id: model for model in _MODELS}
"""By id; the ids are stable and stand in published files."""
