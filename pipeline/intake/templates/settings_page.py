"""docs/study-file.md: every key of study.yaml and plan.yaml, and the outcomes and models that a plan may name.

Made from the fields of the settings and the registers of outcomes and models alone.

Write it anew after any change of a setting: `python -m pipeline.intake.templates.settings_page docs/study-file.md`.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType
from typing import Any, Final, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.intake.settings.yaml_text import yaml_value
from pipeline.intake.templates.commented_keys import terms_of
from pipeline.workspace.atomic import write_text
from schemas.model_entries.entry import Kind
from schemas.models import ANALYSIS_MODELS
from schemas.outcomes import OUTCOMES
from schemas.plan import Plan
from schemas.strict_model import settings_within
from schemas.study import Study

_HEAD: Final = """\
# study.yaml and plan.yaml, key by key

`stance new` writes both files with these explanations beside every key. A key that is not listed here is reported as an error,
with its line. *Without it* says what holds when the key is left out. This page is made from the fields of `schemas/study.py` and
`schemas/plan.py` and the registers of outcomes and models: `python -m pipeline.intake.templates.settings_page docs/study-file.md`.
"""
_OF_KIND: Final[Mapping[Kind, str]] = {"hold": "hold times", "measured": "measured outcomes"}
_PLAIN: Final[Mapping[object, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
}
_LIMITS: Final = {"gt": "above", "ge": "from", "lt": "below", "le": "up to"}
"""Name of a limit in a field's metadata -> its word."""


def settings_page() -> str:
    """The page as Markdown: a section for each part of the two files, a row for each key."""
    parts = [_HEAD]
    for file, model in (("study.yaml", Study), ("plan.yaml", Plan)):
        for place, part in _places(model):
            title = f"## {file}" if not place else f"### {file}: `{place}`"
            rows = [_row(key, field) for key, field in part.model_fields.items()]
            heads = ["| key | what it is for | values | without it |", "| --- | --- | --- | --- |"]
            parts.append("\n".join([title, "", *heads, *rows, ""]))
    return "\n".join([*parts, _outcomes(), _models()])


def _outcomes() -> str:
    """What a plan may compare, from the register of outcomes."""
    rows = [
        f"| `{name}{'/<condition>' if outcome.by_condition else ''}` | {outcome.label} | {outcome.unit} |"
        for name, outcome in OUTCOMES.items()
        if not outcome.not_compared
    ]
    title = "## plan.yaml: names of outcomes"
    says = "`/<task>` behind a name means a balance task beside the single-leg stance."
    return "\n".join(
        [title, "", says, "", "| name | outcome | unit |", "| --- | --- | --- |", *rows, ""]
    )


def _models() -> str:
    """What a plan may name as model or sensitivity analysis, from the catalogue of models."""
    rows = []
    for name, model in ANALYSIS_MODELS.items():
        words = [
            f"{_OF_KIND[kind]} ({'model or sensitivity' if use.is_plannable else 'sensitivity'})"
            for kind, use in model.uses.items()
        ]
        if words:
            rows.append(f"| `{name}` | {model.label} | {', '.join(words)} |")
    title = "## plan.yaml: names of models"
    return "\n".join([title, "", "| name | model | for |", "| --- | --- | --- |", *rows, ""])


def _places(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Every part of a file with the key where it stands first, in the order of the keys."""
    seen: set[type[BaseModel]] = set()

    def below(part: type[BaseModel], place: str) -> Iterator[tuple[str, type[BaseModel]]]:
        if part in seen:
            return
        seen.add(part)
        yield place, part
        for key, field in part.model_fields.items():
            inner = settings_within(field.annotation)
            if inner is not None:
                yield from below(inner, f"{place}.{key}".lstrip("."))

    yield from below(model, "")


def _row(key: str, field: FieldInfo) -> str:
    text = (field.description or "").replace("\n  ", "<br>").replace("|", "\\|")
    return f"| `{key}` | {text} | {_values(field)} | {_without(field)} |"


def _values(field: FieldInfo) -> str:
    """What can stand at a key, in words."""
    if settings_within(field.annotation) is not None:
        return "keys of its own, below"
    terms = terms_of(field.annotation)
    if terms:
        return ", ".join(f"`{term}`" for term in terms)
    words = _kind(field.annotation)
    limits = [
        f"{word} {getattr(limit, name):g}"
        for limit in field.metadata
        for name, word in _LIMITS.items()
        if hasattr(limit, name)
    ]
    return " ".join([words, *limits])


def _kind(annotation: Any) -> str:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    parts = [part for part in get_args(annotation) if part not in (NoneType, Ellipsis)]
    if get_origin(annotation) is dict:
        return "names with values"
    if get_origin(annotation) is tuple:
        return "list" if Ellipsis in get_args(annotation) else "two numbers"
    return _kind(parts[0]) if parts else "text"


def _without(field: FieldInfo) -> str:
    """What holds when a key is left out."""
    if field.is_required():
        return "**needed**"
    default = field.default
    if default is None or default in ("", (), {}) or settings_within(field.annotation) is not None:
        return ""
    return f"`{yaml_value(default)}`"


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"Say the file: python -m {__spec__.name} docs/study-file.md")
    write_text(Path(sys.argv[1]), settings_page())
