"""The statistics part of a methods section: one sentence per method that ran, from `ModelRun`s."""

from collections.abc import Iterable
from dataclasses import replace
from importlib.metadata import version
from typing import Final

from pipeline.statistics.estimates.part import ModelRun
from schemas.methods import MethodSentence

SENTENCES: Final[dict[str, str]] = {
    "characteristics": (
        "Participant characteristics are described by group, with the standardised difference "
        "(difference of means over the root of the mean variance); they were not tested."
    ),
    "censored": (
        "{Outcomes} {was} compared between the groups by log-normal regression of all trials of "
        "both legs{adjusted}{detail}; any other ending counted as the end of the hold. "
        "Standard errors allow trials of one participant to be alike "
        "(cluster-robust with small-sample factor), with t distribution on the number of "
        "participants minus one degrees of freedom. The result is a ratio of hold times."
    ),
    "shortest_hold": (
        "As sensitivity analyses, the regression of {outcomes} was repeated with {detail} as the "
        "shortest hold that could be timed."
    ),
    "censored_weibull": (
        "As a sensitivity analysis, the regression of {outcomes} was repeated with a Weibull "
        "distribution of hold times."
    ),
    "censored_loglogistic": (
        "As a sensitivity analysis, the regression of {outcomes} was repeated with a log-logistic "
        "distribution of hold times."
    ),
    "censored_normal": (
        "As a sensitivity analysis, the regression of {outcomes} was repeated with a normal "
        "distribution of hold times, which gives a difference in seconds."
    ),
    "censored_lognormal_random_intercept": (
        "As a sensitivity analysis, the log-normal regression of {outcomes} was repeated with a "
        "random intercept for participants (adaptive Gauss-Hermite quadrature) in place of "
        "cluster-robust errors."
    ),
    "cox_breslow": (
        "As a sensitivity analysis, {outcomes} {was} analysed by Cox regression of all trials "
        "(Breslow's ties) with cluster-robust standard errors by participant; proportional hazards "
        "were tested with scaled Schoenfeld residuals."
    ),
    "gee_ceiling": (
        "As a sensitivity analysis, the odds of holding a trial to the ceiling in {outcomes} were "
        "compared by logistic generalised estimating equations with exchangeable working "
        "correlation and bias-reduced standard errors."
    ),
    "rmst": (
        "As a sensitivity analysis, participant means of {outcomes} up to the smallest ceiling were "
        "compared by linear regression with HC3 standard errors (restricted mean)."
    ),
    "logrank": (
        "As a sensitivity analysis, the best trial of the dominant leg in {outcomes} was compared by "
        "the log-rank test."
    ),
    "permutation": (
        "As a sensitivity analysis without distribution, the groups were compared in {outcomes} by a "
        "permutation test: participants changed places (within matched sets or sites where the design "
        "has them), and the studentised score of the group in the log-normal regression without it "
        "was computed for each."
    ),
    "task_ladder": (
        "Participants who reached the goal of the balance task with every leg tested were counted for "
        "{outcomes}, with Wilson's interval, and Newcombe's for the difference between the groups; for "
        "legs these intervals allow for the likeness of two legs of a participant."
    ),
    "highest_task": (
        "The hardest task of {outcomes} whose goal a participant reached was compared between the groups "
        "by the Brunner-Munzel test, as an exploratory analysis."
    ),
    "matched_pairs": (
        "As a sensitivity analysis for the matched design, participant means of {outcomes} were "
        "compared within complete pairs by the paired t test."
    ),
    "conditional_logit": (
        "As a sensitivity analysis for the matched design, the odds of belonging to the {case} group "
        "given {outcomes} were estimated by conditional logistic regression within matched sets."
    ),
    "interaction_condition": (
        "Whether the groups differ more in {outcomes} than with eyes open was estimated by the "
        "log-normal regression of the trials of both conditions with an interaction of group and "
        "condition."
    ),
    "interaction_visit": (
        "Whether the groups changed differently in {outcomes} from one visit to another was estimated by "
        "the log-normal regression of the trials of both visits with an interaction of group and visit; "
        "people with one visit only were kept."
    ),
    "interaction_visits": (
        "Whether the groups changed differently in {outcomes} over all visits was tested by one Wald test of "
        "the interaction of group and visit in the regression of the trials of all visits (F, scaled as "
        "Hotelling's statistic with the participants as its number)."
    ),
    "interaction_task": (
        "Whether the groups differ more in {outcomes} than in the first of the tasks was estimated by the "
        "log-normal regression of the trials of both tasks with an interaction of group and task."
    ),
    "interaction_tasks": (
        "Whether the difference between the groups is the same in all balance tasks (eyes open) was tested by one "
        "Wald test of the interaction of group and task in the regression of the trials of all tasks, with "
        "errors clustered by participant."
    ),
    "change_over_visits": (
        "The change of {outcomes} within each group was estimated by the log-normal regression of the "
        "trials of both visits, errors clustered by participant."
    ),
    "training": (
        "From the training log, days with training, adherence (days with 5 to 10 repetitions on each leg, "
        "in percent of the days that have an entry) and dose (seconds held per day with an entry) were "
        "described for each participant; nothing was assumed about days without an entry."
    ),
    "training_as_prescribed": (
        "From the training log, days with training, adherence (days with 5 to 10 repetitions on each leg, "
        "in percent of the days prescribed: {detail}, from the first entry) and dose (seconds held per day of "
        "the programme) were described for each participant; a day without an entry counts as one without "
        "training."
    ),
    "gain_by_dose": (
        "Whether {outcomes} changed more with more training was estimated, in participants with a log, by "
        "the log-normal regression of both visits with visit by dose; nobody was allotted a dose."
    ),
    "gain_by_adherence": ("In the same way the change of {outcomes} was related to adherence."),
    "interaction_leg": (
        "Whether the groups differ more in one leg was estimated for {outcomes} by the planned model "
        "with an interaction of group and dominant leg."
    ),
    "painful_leg": (
        "The painful leg was compared with the other leg for {outcomes} within the {case} group, in "
        "people with pain on one side, by a model of the planned kind."
    ),
    "brunner_munzel": (
        "As a sensitivity analysis without distribution, participant means of {outcomes} were compared "
        "by the Brunner-Munzel test."
    ),
    "ancova_hc3": (
        "As a sensitivity analysis, participant means of {outcomes} were compared by linear "
        "regression with the same covariates and HC3 standard errors."
    ),
    "quantile_median": (
        "As a sensitivity analysis, medians of participant means of {outcomes} were compared by "
        "median regression with an interval from a bootstrap of participants."
    ),
    "ols_cluster": (
        "As a sensitivity analysis, all rows of {outcomes} were analysed by linear regression with "
        "bias-corrected standard errors clustered by participant (CR2)."
    ),
    "gee_exchangeable": (
        "As a sensitivity analysis, all rows of {outcomes} were analysed by generalised estimating "
        "equations with exchangeable working correlation and bias-reduced standard errors."
    ),
    "tost": (
        "Equivalence of the groups in {outcomes} was tested by two one-sided tests with the margin "
        "of the plan ({detail}), whose P values are one-sided and whose interval leaves out alpha on each "
        "side."
    ),
    "restricted_mean": (
        "As a sensitivity analysis, {outcomes} capped at the smallest ceiling {was} averaged per "
        "participant and compared by Welch's t test (restricted mean)."
    ),
    "kaplan_meier": (
        "Medians of {outcomes} are Kaplan-Meier estimates over trials, shown without interval "
        "because trials of one participant are alike."
    ),
    "mixed_participant_leg": (
        "{Outcomes} {was} compared by a linear mixed model of all trials with random intercepts "
        "for participants and for legs within participants{adjusted}, fitted by restricted maximum "
        "likelihood, with Kenward-Roger standard errors and degrees of freedom, the latter at most "
        "the number of participants minus that of between-participant coefficients."
    ),
    "mixed_participant": (
        "{Outcomes} {was} compared by a linear mixed model with a random intercept for "
        "participants{adjusted}, fitted by restricted maximum likelihood, with Kenward-Roger "
        "standard errors and degrees of freedom, the latter at most the number of participants "
        "minus that of between-participant coefficients."
    ),
    "participant_means": (
        "{Outcomes} {was} compared by linear regression on participant means{adjusted}, with HC3 "
        "standard errors and t distribution."
    ),
    "without_warned": (
        "As a sensitivity analysis, the comparison of {outcomes} was repeated without the trials "
        "that have a remark on their signal."
    ),
    "onset_by_method": (
        "As a sensitivity analysis, the comparison of {outcomes} was repeated with the onset by other "
        "detectors and, where lift-off was found on a force plate, with lift-off by other rules."
    ),
    "first_trial": "The first trial of each leg was analysed for {outcomes}.",
    "best_trial": "The best trial of each leg was analysed for {outcomes}.",
    "welch": (
        "As a sensitivity analysis, participant means of {outcomes} were compared by Welch's t test."
    ),
    "hedges_g": (
        "Effect sizes of {outcomes} are Hedges g of participant means with exact small-sample "
        "correction and an interval from the noncentral t distribution."
    ),
    "correlation": (
        "Correlations with {outcomes} were computed within the {case} group only, on participant "
        "means: Pearson's r with Fisher's interval and Spearman's rho. They are exploratory and "
        "{detail}."
    ),
    "ratings": (
        "For the {outcomes}, sensitivity and specificity for belonging to the {case} group are "
        "given with Wilson intervals, and likelihood ratios with intervals on the log scale; the "
        "participant is the unit."
    ),
    "curve_left_out": "No survival curve is drawn for {outcomes}.",
}
"""Method -> sentence. Order of the table is the order of the text."""

_AS_SENSITIVITY = "As a sensitivity analysis, "
_REPEATED = " was repeated with "
_MIXED = {"mixed_participant_leg", "mixed_participant"}


def method_sentences(
    runs: Iterable[ModelRun],
    *,
    case: str,
    ci_level: float,
    families: str,
    adjustment: str,
    second_routes: Iterable[str] = (),
) -> tuple[MethodSentence, ...]:
    """Sentences about the methods that ran, merged where only the outcome differs.

    case: label of the case group. families: `multiplicity.families_in_words`, empty
    without adjusted P values. adjustment: `multiplicity.adjustment_in_words`. second_routes: how numbers
    were computed a second time, each once.
    """
    merged: dict[ModelRun, list[str]] = {}
    for run in runs:
        names = merged.setdefault(replace(run, outcome=""), [])
        if run.outcome not in names:
            names.append(run.outcome)
    order = list(SENTENCES)
    texts = []
    for run, names in sorted(merged.items(), key=lambda item: order.index(item[0].method)):
        text = SENTENCES[run.method].format(
            outcomes=_listed(names),
            Outcomes=_listed(names)[:1].upper() + _listed(names)[1:],
            was="was" if len(names) == 1 else "were",
            adjusted=f", adjusted for {_listed(run.covariates)}" if run.covariates else "",
            detail=run.detail,
            case=case,
        )
        texts.append(f"{_in_its_place(text, run, names)} {run.caution}".strip())
    if any(run.method in _MIXED for run in merged):
        texts.append(
            "Each mixed model was solved exactly and checked by a second computation "
            "(statsmodels' MixedLM or, with many rows, its likelihood from sums); a mixed model is "
            "reported only where both agree."
        )
    if second_routes:
        texts.append(
            "Comparisons were computed a second time where there is a route that shares no code "
            f"with the first ({'; '.join(second_routes)}), and every disagreement is shown."
        )
    if families:
        texts.append(
            f"P values of planned comparisons were adjusted {adjustment} within each family "
            "that the plan declares; an outcome that was measured but could not be compared counts "
            f"as a test, one that was not measured does not ({families})."
        )
    texts.append(
        f"Intervals are {100 * ci_level:g}% confidence intervals and P values are two-sided."
    )
    software = MethodSentence(
        "statistics",
        f"Statistics were computed with statsmodels {version('statsmodels')} (Seabold and Perktold "
        f"2010), SciPy {version('scipy')} and NumPy {version('numpy')}.",
        citations=("seabold2010",),
    )
    return (*(MethodSentence("statistics", text) for text in texts), software)


def _in_its_place(text: str, run: ModelRun, outcomes: list[str]) -> str:
    """A sentence whose model has another place in the plan than the usual one."""
    if run.role == "":
        return text
    if run.role == "sensitivity":
        return text if text.startswith(_AS_SENSITIVITY) else f"{_AS_SENSITIVITY}{_lower(text)}"
    plain = text.removeprefix(_AS_SENSITIVITY).replace(_REPEATED, " was made with ", 1)
    return f"The {run.role} analysis of {_listed(outcomes)} that the plan names: {_lower(plain)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _listed(names: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
