"""What the settings of study.yaml and plan.yaml share: strict keys, and the way to a key's explanation.

Every key is explained once, in the `description` of its field. The commented files of `stance new`, the page
docs/study-file.md and the message about a wrong value read it from there.
"""

import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo


class StrictModel(BaseModel):
    """Base of all study settings: unknown keys are refused and values do not change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def settings_within(annotation: Any) -> type[BaseModel] | None:
    """The settings that a key holds: alone, in a list or under names of the user's; None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (settings_within(part) for part in get_args(annotation))
    return next((model for model in inner if model is not None), None)


def settings_models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A settings model and all models that stand in its keys, each once, in the order of the keys."""
    found = {model: None}
    for here in (queue := [model]):
        for field in here.model_fields.values():
            inner = settings_within(field.annotation)
            if inner is not None and inner not in found:
                found[inner] = None
                queue.append(inner)
    yield from found


def keys_at(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """The keys that can stand at a place: names of keys, numbers in lists; none where anything can."""
    here, _ = _walk(model, place)
    is_model = isinstance(here, type) and issubclass(here, BaseModel)
    return list(here.model_fields) if is_model else []


def field_at(model: type[BaseModel], place: tuple[int | str, ...]) -> FieldInfo | None:
    """The declared key at a place or around it, None where no key is declared on the way."""
    return _walk(model, place)[1]


def _walk(model: type[BaseModel], place: tuple[int | str, ...]) -> tuple[Any, FieldInfo | None]:
    """The declared type at a place, and the last declared key on the way."""
    here: Any = model
    last: FieldInfo | None = None
    for part in place:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(part))
            last = field or last
            here = field.annotation if field else None
        else:
            inner = [argument for argument in get_args(here) if argument is not Ellipsis]
            here = inner[-1] if inner else None
        here = _without_none(here)
    return here, last


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        return next((arg for arg in get_args(annotation) if arg is not type(None)), None)
    return annotation
