"""A YAML file as plain values with the line of every key, and a value as YAML on one line.

Knows YAML 1.2, not what the keys mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    NodeEvent,
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from pipeline.intake.files.cohort_files import read_plain

MAXIMUM_BYTES = 1_000_000
MAXIMUM_DEPTH = 20

KeyPath = tuple[str | int, ...]


class YamlProblemError(Exception):
    """A YAML file that cannot be used: what is wrong, what to do, and on which line (from 1)."""

    def __init__(self, problem: str, suggestion: str, line: int = 0, found: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.suggestion = suggestion
        self.line = line
        self.found = found


@dataclass
class YamlText:
    """The values of one file.

    data: nested dicts (keys are always text), lists and scalars. lines: line of each key or list
    item, from 1. texts: each scalar exactly as it was typed, so that a code such as 007 can be
    taken as text after all.
    """

    data: object = None
    lines: dict[KeyPath, int] = field(default_factory=dict)
    texts: dict[KeyPath, str] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int:
        """Line of a key, or of the nearest key above it that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_yaml(path: Path) -> YamlText:
    """Read one YAML 1.2 file: `no` and 12:30 stay text, a key stands once, no anchors, no tags.

    Raises YamlProblemError when the file is a link, too large, no UTF-8 text or breaks one of these
    rules, and OSError when it cannot be opened.
    """
    if path.is_symlink():
        raise YamlProblemError(
            "The file is a link to another place.", "Copy the file itself into the cohort folder."
        )
    data = read_plain(path, MAXIMUM_BYTES + 1)
    if len(data) > MAXIMUM_BYTES:
        raise YamlProblemError(
            "The file is larger than 1 MB.", "Keep settings here and data in tables."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise YamlProblemError(
            "The file is not UTF-8 text.", "Save it as UTF-8 in the text editor."
        ) from None
    try:
        _refuse_what_settings_never_need(text)
        root = YAML(typ="rt", pure=True).compose(text)
    except YAMLError as error:
        raise _syntax_problem(error) from None
    document = YamlText()
    if root is not None:
        document.data = _value(root, (), document)
    return document


def _refuse_what_settings_never_need(text: str) -> None:
    # Depth and aliases are looked at before any structure is built: both can be made to explode.
    depth = 0
    for event in YAML(typ="rt", pure=True).parse(text):
        line = event.start_mark.line + 1
        if isinstance(event, CollectionStartEvent):
            depth += 1
        elif isinstance(event, CollectionEndEvent):
            depth -= 1
        if depth > MAXIMUM_DEPTH:
            raise YamlProblemError(
                f"Keys are nested more than {MAXIMUM_DEPTH} deep.", "Flatten the settings.", line
            )
        if isinstance(event, AliasEvent) or (isinstance(event, NodeEvent) and event.anchor):
            raise YamlProblemError(
                "Anchors (&) and aliases (*) are not allowed here.",
                "Write the value out, or put it in quotes if it begins with & or *.",
                line,
                found=str(event.anchor),
            )
        if getattr(event, "tag", None):
            raise YamlProblemError(
                "Tags (!) are not allowed here.",
                "Remove the tag, or put the value in quotes if it begins with !.",
                line,
                found=str(event.tag),
            )


def _syntax_problem(error: YAMLError) -> YamlProblemError:
    mark = getattr(error, "problem_mark", None) if isinstance(error, MarkedYAMLError) else None
    line = 0 if mark is None else mark.line + 1
    where = f"near line {line}" if line else "in this file"
    return YamlProblemError(
        f"The text {where} is not valid YAML.",
        "Check that the indentation uses spaces, that each colon is followed by a space, and that "
        "texts with a colon, a # or quotation marks stand in quotes.",
        line,
    )


def _value(node: Node, path: KeyPath, document: YamlText) -> object:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        return _mapping(node, path, document)
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, i), document) for i, item in enumerate(node.value)]
    document.texts[path] = str(node.value)
    return _scalar(node)


def _mapping(node: MappingNode, path: KeyPath, document: YamlText) -> dict[str, object]:
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            raise YamlProblemError("A key has to be a single word or number.", "Correct it.", line)
        key = str(key_node.value)
        if key in values:
            raise YamlProblemError(
                f"The key {key} stands twice, so it is not clear which one counts.",
                "Keep one of them.",
                line,
                found=key,
            )
        document.lines[(*path, key)] = line
        values[key] = _value(value_node, (*path, key), document)
    return values


def _scalar(node: Node) -> str | int | float | bool | None:
    # Anything but whole numbers, decimals, true/false and the empty value stays text, dates too.
    kind = str(node.tag).rsplit(":", 1)[-1]
    text = str(node.value)
    try:
        if kind == "null":
            return None
        if kind == "bool":
            return text.casefold() == "true"
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        pass
    return text


def yaml_value(value: object) -> str:
    """A number, text, yes/no value or list as YAML on one line. Errors: TypeError for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        is_plain = value.replace("_", "").isalnum() and not value[0].isdigit()
        return value if is_plain else f'"{value}"'
    if isinstance(value, Sequence):
        return f"[{', '.join(yaml_value(item) for item in value)}]"
    raise TypeError(f"no way to write {type(value).__name__} in a settings file")
