"""Settings as commented YAML: every key of a settings model with its explanation and a value.

A comment that starts with "# " explains; one that starts with "#" and a key is a setting that is switched
off, and works when the "#" is removed. Explanations and defaults come from the fields of the models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import wrap
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.intake.settings.yaml_text import yaml_value
from schemas.strict_model import settings_within

_WIDTH: Final = 104


@dataclass(frozen=True)
class SwitchedOn:
    """A value that a new file sets, beside the defaults. value: as in YAML."""

    value: object


class CommentedKeys:
    """Writes the keys of settings; explains every key once, where it stands first."""

    def __init__(self) -> None:
        self._explained: set[tuple[type[BaseModel], str]] = set()

    def lines(
        self, model: type[BaseModel], shown: Mapping[str, Any], *, indent: str = "", only: str = ""
    ) -> list[str]:
        """Every key of a model in the order of its fields, or only one of them, explained.

        shown: key -> what stands there: an example, which is switched off; a `SwitchedOn` value; a mapping of
        this kind for settings within settings. A key without an entry shows its default, switched on.
        """
        lines: list[str] = []
        for key, field in model.model_fields.items():
            if only and key != only:
                continue
            lines += self._explanation(model, key, indent)
            inner = settings_within(field.annotation)
            if inner is not None and _stands_alone(field):
                below = self.lines(inner, shown.get(key, {}), indent=f"{indent}  ")
                is_on = any(line.strip()[0] != "#" for line in below)
                lines += [f"{indent}{'' if is_on else '#'}{key}:", *below]
            elif inner is not None and isinstance(shown[key], Mapping):
                lines += [f"{indent}#{key}:", *self._named(inner, shown[key], indent)]
            else:
                lines += _setting(indent, key, shown.get(key, SwitchedOn(field.default)))
        return lines

    def examples(
        self, model: type[BaseModel], shown: Mapping[str, Any], *, indent: str, item: str = ""
    ) -> list[str]:
        """Some keys of a model, switched off and explained; item: `- ` where they are one of a list."""
        lines: list[str] = []
        for key, value in shown.items():
            lines += self._explanation(model, key, indent)
            field = model.model_fields.get(key)
            inner = None if field is None else settings_within(field.annotation)
            mark = f"{indent[: len(indent) - len(item)]}#{item}"
            if inner is None or field is None:
                lines.append(f"{mark}{key}: {on_one_line(value)}")
            elif _stands_alone(field):
                lines += [f"{mark}{key}:", *self.examples(inner, value, indent=f"{indent}  ")]
            else:
                lines += [f"{mark}{key}:", *self._named(inner, value, indent)]
            item = ""
        return lines

    def _named(self, model: type[BaseModel], named: Mapping[str, Any], indent: str) -> list[str]:
        """Settings under names of the user's: the first one explained, further ones on a line each."""
        lines: list[str] = []
        for number, (name, values) in enumerate(named.items()):
            if number:
                lines.append(f"{indent}  #{name}: {on_one_line(values)}")
            else:
                lines.append(f"{indent}  #{name}:")
                lines += self.examples(model, values, indent=f"{indent}    ")
        return lines

    def _explanation(self, model: type[BaseModel], key: str, indent: str) -> list[str]:
        if (model, key) in self._explained or key not in model.model_fields:
            return []
        self._explained.add((model, key))
        return commented(explanation(model.model_fields[key]), indent)


def _stands_alone(field: FieldInfo) -> bool:
    """Whether settings stand at a key itself, and not in a list or under names of the user's."""
    inner = settings_within(field.annotation)
    is_optional = type(None) in get_args(field.annotation)
    return field.annotation is inner or is_optional


def on_one_line(value: object) -> str:
    """A value as YAML on one line; keys with values in braces."""
    if isinstance(value, Mapping):
        pairs = (f"{yaml_value(key)}: {on_one_line(item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    return yaml_value(value)


def explanation(field: FieldInfo) -> str:
    """What a key is for, with the words that can stand there where its description does not name them all."""
    text = field.description or ""
    words = [str(word) for word in terms_of(field.annotation)]
    # One word alone is shown by the example.
    if len(words) < 2 or all(word in text for word in words):
        return text
    first, *rest = text.split("\n")
    return "\n".join([f"{first} One of: {', '.join(words)}.", *rest])


def terms_of(annotation: Any) -> tuple[object, ...]:
    """The words or numbers that a key can hold, none where it is free."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    is_optional = type(None) in get_args(annotation)
    parts = [part for part in get_args(annotation) if get_origin(part) is Literal]
    return get_args(parts[0]) if is_optional and parts else ()


def commented(text: str, indent: str = "") -> list[str]:
    """A text as comment lines; a line of it that starts with spaces keeps them, and two more where it goes on."""
    lines: list[str] = []
    for line in text.split("\n"):
        start = line[: len(line) - len(line.lstrip())]
        lines += wrap(
            line.strip(),
            _WIDTH,
            initial_indent=f"{indent}# {start}",
            subsequent_indent=f"{indent}# {start}{'  ' if start else ''}",
            break_on_hyphens=False,
            break_long_words=False,
        )
    return lines


def _setting(indent: str, key: str, value: object) -> list[str]:
    """A key with its value on one line, or with the entries of a long mapping below it."""
    if isinstance(value, SwitchedOn):
        return [f"{indent}{key}: {on_one_line(value.value)}"]
    line = f"{indent}#{key}: {on_one_line(value)}"
    if isinstance(value, Mapping) and len(line) > _WIDTH:
        entries = [f"{indent}  #{name}: {on_one_line(item)}" for name, item in value.items()]
        return [f"{indent}#{key}:", *entries]
    return [line]
