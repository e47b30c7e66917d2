"""The statistics part of a methods section: one sentence per method that ran, from `ModelRun`s."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Final

from pipeline.statistics.estimates.part import ModelRun
from schemas.methods import MethodSentence
from schemas.model_entries.entry import Sentence
from schemas.models import MODEL_SENTENCES, MODEL_WORKS

_STEPS: Final[dict[str, Sentence]] = {
    "characteristics": Sentence(
        10,
        (
            "Participant characteristics are described by group, with the standardised difference "
            "(difference of means over the root of the mean variance); they were not tested."
        ),
    ),
    "shortest_hold": Sentence(
        30,
        (
            "As sensitivity analyses, the regression of {outcomes} was repeated with {detail} as "
            "the shortest hold that could be timed."
        ),
    ),
    "trials_not_done": Sentence(
        35,
        (
            "Trials that were not done may hide short holds; as sensitivity analyses the regression of {outcomes} was "
            "repeated with each counted as not held (worst rank), as shorter than what the model expects of such a "
            "person, and as shorter than half of it (delta adjustment)."
        ),
    ),
    "task_ladder": Sentence(
        130,
        (
            "Participants who reached the goal of the balance task with every leg tested were "
            "counted for {outcomes}, with Wilson's interval, and Newcombe's for the difference "
            "between the groups; for legs these intervals allow for the likeness of two legs of a "
            "participant."
        ),
        ("wilson1927", "newcombe1998"),
    ),
    "highest_task": Sentence(
        140,
        (
            "The hardest task of {outcomes} whose goal a participant reached was compared between "
            "the groups by the Brunner-Munzel test, as an exploratory analysis."
        ),
        ("brunner2000",),
    ),
    "training": Sentence(
        230,
        (
            "From the training log, days with training, adherence (days with 5 to 10 repetitions "
            "on each leg, in percent of the days that have an entry) and dose (seconds held per "
            "day with an entry) were described for each participant; nothing was assumed about "
            "days without an entry."
        ),
    ),
    "training_as_prescribed": Sentence(
        240,
        (
            "From the training log, days with training, adherence (days with 5 to 10 repetitions "
            "on each leg, in percent of the days prescribed: {detail}, from the first entry) and "
            "dose (seconds held per day of the programme) were described for each participant; a "
            "day without an entry counts as one without training."
        ),
    ),
    "kaplan_meier": Sentence(
        360,
        (
            "Medians of {outcomes} are Kaplan-Meier estimates over trials, shown without interval "
            "because trials of one participant are alike."
        ),
        ("kaplan1958",),
    ),
    "without_warned": Sentence(
        400,
        (
            "As a sensitivity analysis, the comparison of {outcomes} was repeated without the "
            "trials that have a remark on their signal."
        ),
    ),
    "onset_by_method": Sentence(
        410,
        (
            "As a sensitivity analysis, the comparison of {outcomes} was repeated with the onset "
            "by other detectors and, where lift-off was found on a force plate, with lift-off by "
            "other rules."
        ),
    ),
    "first_trial": Sentence(420, "The first trial of each leg was analysed for {outcomes}."),
    "best_trial": Sentence(430, "The best trial of each leg was analysed for {outcomes}."),
    "ratings": Sentence(
        470,
        (
            "For the {outcomes}, sensitivity and specificity for belonging to the {case} group "
            "are given with Wilson intervals, and likelihood ratios with intervals on the log "
            "scale; the participant is the unit."
        ),
        ("wilson1927",),
    ),
    "curve_left_out": Sentence(480, "No survival curve is drawn for {outcomes}."),
}
"""Of steps that are no models, by what `ModelRun.method` says."""

SENTENCES: Final[Mapping[str, Sentence]] = {**_STEPS, **MODEL_SENTENCES}
"""Method -> sentence; the text is in the order of their places."""

_WORKS: Final[Mapping[str, tuple[str, ...]]] = {
    **{name: step.cites for name, step in _STEPS.items()},
    **MODEL_WORKS,
}

ORIGIN: Final = "The analyses were made with Stance, which grew from the study of the single-leg stance by Penney et al. 2014."
_AS_SENSITIVITY = "As a sensitivity analysis, "
_REPEATED = " was repeated with "
_MIXED: Final = {"mixed_nested", "mixed_random_intercept"}


def method_sentences(
    runs: Iterable[ModelRun],
    *,
    case: str,
    about: Iterable[MethodSentence] = (),
    second_routes: Iterable[str] = (),
) -> tuple[MethodSentence, ...]:
    """Sentences about the methods that ran, merged where only the outcome differs.

    case: label of the case group. about: sentences on sites, covariates and the plan, which follow those on
    methods. second_routes: how numbers were computed a second time, each once.
    """
    merged: dict[ModelRun, list[str]] = {}
    for run in runs:
        names = merged.setdefault(replace(run, outcome=""), [])
        if run.outcome not in names:
            names.append(run.outcome)
    said: list[MethodSentence] = []
    for run, names in sorted(merged.items(), key=lambda item: SENTENCES[item[0].method].place):
        text = SENTENCES[run.method].text.format(
            outcomes=_list_names(names),
            Outcomes=_list_names(names)[:1].upper() + _list_names(names)[1:],
            was="was" if len(names) == 1 else "were",
            adjusted=f", adjusted for {_list_names(run.covariates)}" if run.covariates else "",
            detail=run.detail,
            case=case,
        )
        said.append(_sentence(_in_its_place(text, run, names), _WORKS[run.method]))
        if run.caution:
            said.append(_sentence(run.caution))
    if any(run.method in _MIXED for run in merged):
        said.append(
            _sentence(
                "Each mixed model was solved exactly and checked by a second computation "
                "(statsmodels' MixedLM or, with many rows, its likelihood from sums); a mixed model is "
                "reported only where both agree."
            )
        )
    if second_routes:
        said.append(
            _sentence(
                "Comparisons were computed a second time where there is a route that shares no code "
                f"with the first ({'; '.join(second_routes)}), and every disagreement is shown."
            )
        )
    said += [*about, _sentence(ORIGIN, ("penney2014",))]
    software = _sentence(
        f"Statistics were computed with statsmodels {version('statsmodels')} (Seabold and Perktold "
        f"2010), SciPy {version('scipy')} and NumPy {version('numpy')}.",
        ("seabold2010",),
    )
    return (*said, software)


def _sentence(text: str, works: tuple[str, ...] = ()) -> MethodSentence:
    return MethodSentence("statistics", text, works)


def _in_its_place(text: str, run: ModelRun, outcomes: list[str]) -> str:
    """A sentence whose model has another place in the plan than the usual one."""
    if run.role == "":
        return text
    if run.role == "sensitivity":
        return text if text.startswith(_AS_SENSITIVITY) else f"{_AS_SENSITIVITY}{_lower(text)}"
    plain = text.removeprefix(_AS_SENSITIVITY).replace(_REPEATED, " was made with ", 1)
    return (
        f"The {run.role} analysis of {_list_names(outcomes)} that the plan names: {_lower(plain)}"
    )


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _list_names(names: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
