"""What a model of the catalogue answers, and what the addresses of its entry stand for."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from pipeline.statistics.estimates.design import Asked
from pipeline.statistics.models.regression_results import Found
from pipeline.statistics.second_routes.second_opinion import SecondNumber
from schemas.model_entries.entry import Kind, Use
from schemas.models import ANALYSIS_MODELS

Fit = Callable[[Asked], Found]
"""Raises NotEstimableError with the reason where the rows cannot carry the model."""

Second = Callable[[Asked, float], SecondNumber | None]
"""The number by another route; it is given the first one. None where it would take too long."""


@dataclass(frozen=True)
class FittedModel:
    """What the addresses of an entry stand for. second: None for models without a second route."""

    fit: Fit
    second: Second | None


@cache
def fitted_model(kind: Kind, name: str) -> FittedModel:
    """The model of an entry with `fitted_by`."""
    use = ANALYSIS_MODELS[name].uses[kind]
    second = read_address(use.second_by) if use.second_by else None
    return FittedModel(read_address(use.fitted_by), second)


def models_with(address: str, kind: Kind) -> dict[str, Use]:
    """Uses for outcomes of a kind that give an address (`fitted_by` or `part_by`), by id of the model."""
    return {
        name: model.uses[kind]
        for name, model in ANALYSIS_MODELS.items()
        if kind in model.uses and getattr(model.uses[kind], address)
    }


def read_address(address: str) -> Any:
    """What "module:name" stands for; its module is loaded now."""
    module, _, name = address.partition(":")
    return getattr(import_module(module), name)
