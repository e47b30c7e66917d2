"""The catalogue of models by their stable ids, and what a plan may ask of it.

A plan names models, estimates carry their ids, reports print their labels. An entry (schemas.model_entries)
says all that is known of a model; a new model is its own file and one entry.
"""

from collections.abc import Mapping
from typing import Final

from schemas.model_entries.comparisons import COMPARISONS
from schemas.model_entries.designs import DESIGNS
from schemas.model_entries.entry import AnalysisModel, Kind, Sentence
from schemas.model_entries.hold_regressions import HOLD_REGRESSIONS
from schemas.model_entries.measured_regressions import MEASURED_REGRESSIONS

ANALYSIS_MODELS: Final[Mapping[str, AnalysisModel]] = {
    model.id: model for model in (*HOLD_REGRESSIONS, *MEASURED_REGRESSIONS, *COMPARISONS, *DESIGNS)
}
"""By id; the ids are stable and stand in published files. The order is that of rows of estimates."""

MODEL_SENTENCES: Final[Mapping[str, Sentence]] = {
    key: sentence for model in ANALYSIS_MODELS.values() for key, sentence in model.sentences.items()
}
"""Sentences of the methods section by what `ModelRun.method` says."""

MODEL_WORKS: Final[Mapping[str, tuple[str, ...]]] = {
    key: sentence.cites or tuple(filter(None, (model.reference,)))
    for model in ANALYSIS_MODELS.values()
    for key, sentence in model.sentences.items()
}
"""Works that these sentences cite, keys of schemas.citations."""


def plannable_models(kind: Kind) -> tuple[str, ...]:
    """Models that a plan may name as that of an outcome; the first is the usual one."""
    models = ANALYSIS_MODELS.values()
    return tuple(one.id for one in models if kind in one.uses and one.uses[kind].is_plannable)


def usual_sensitivity(kind: Kind) -> tuple[str, ...]:
    """Further models of a planned outcome whose plan names none."""
    models = ANALYSIS_MODELS.values()
    return tuple(one.id for one in models if kind in one.uses and one.uses[kind].is_usual)


def beside_primary(kind: Kind) -> tuple[str, ...]:
    """Models that stand beside every primary outcome, whatever the plan names."""
    models = ANALYSIS_MODELS.values()
    return tuple(one.id for one in models if kind in one.uses and one.uses[kind].is_beside_primary)


def stands_in(model: str) -> tuple[str, ...]:
    """What answers for a model that the data cannot carry or whose check fails; its row says so."""
    return ANALYSIS_MODELS[model].stands_in if model in ANALYSIS_MODELS else ()


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
