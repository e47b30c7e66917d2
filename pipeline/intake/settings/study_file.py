"""study.yaml and plan.yaml: text -> validated settings, or findings with the key and the line."""

from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.intake.findings.messages import Finding, listed, make_finding, nearest, quoted
from pipeline.intake.settings.yaml_text import KeyPath, YamlProblemError, YamlText, read_yaml
from schemas.plan import DEFAULT_PLAN, Plan
from schemas.strict_model import field_at, keys_at, settings_within
from schemas.study import Study

STUDY_FILE: Final = "study.yaml"
PLAN_FILE: Final = "plan.yaml"

Settings = TypeVar("Settings", bound=BaseModel)

_SENTENCES: Final[dict[str, str]] = {
    "missing": "This key is missing.",
    "extra_forbidden": "Stance does not know this key.",
    "invalid_key": "Stance does not know this key.",
    "literal_error": "The value has to be one of: {expected}.",
    "greater_than": "The value has to be above {gt}.",
    "greater_than_equal": "The value has to be at least {ge}.",
    "less_than": "The value has to be below {lt}.",
    "less_than_equal": "The value has to be at most {le}.",
    "float_parsing": "The value has to be a number.",
    "float_type": "The value has to be a number.",
    "int_parsing": "The value has to be a whole number.",
    "int_type": "The value has to be a whole number.",
    "int_from_float": "The value has to be a whole number.",
    "bool_parsing": "The value has to be true or false.",
    "bool_type": "The value has to be true or false.",
    "string_type": "The value has to be a single text.",
    "string_too_short": "The text has to have at least {min_length} letters.",
    "string_too_long": "The text can have at most {max_length} letters.",
    "tuple_type": "The value has to be a list.",
    "too_long": "The list is too long.",
    "dict_type": "The value has to be keys with values, one per line.",
    "model_type": "The value has to be keys with values, one per line.",
    "model_attributes_type": "The value has to be keys with values, one per line.",
}
"""Sentence per kind of problem; anything else gets a general one."""

_COMMENTED = "`stance new` writes a commented example."


def read_study(folder: Path) -> tuple[Study | None, YamlText, list[Finding]]:
    """The settings of a cohort, the text they stand in, and STUDY-01 or STUDY-02 findings."""
    path = folder / STUDY_FILE
    if not path.is_file():
        return None, YamlText(), [make_finding("STUDY-02", file=STUDY_FILE)]
    return _read(path, Study)


def read_plan(folder: Path) -> tuple[Plan, bool, YamlText, list[Finding]]:
    """The analysis plan, whether it is the default one, the text it stands in, and findings.

    A file that sets nothing is the default plan, with a PLAN-02 note; so is one that says what the
    default plan says, as the template of `stance new` does until somebody decides otherwise.
    """
    path = folder / PLAN_FILE
    if not path.is_file():
        return DEFAULT_PLAN, True, YamlText(), []
    plan, document, findings = read_plan_file(path)
    if plan is not None and not document.data:
        return DEFAULT_PLAN, True, document, [make_finding("PLAN-02", file=PLAN_FILE)]
    return plan or DEFAULT_PLAN, plan in (None, DEFAULT_PLAN), document, findings


def read_plan_file(path: Path) -> tuple[Plan | None, YamlText, list[Finding]]:
    """The plan in a file, None with findings when it is none; the text it stands in."""
    return _read(path, Plan)


def settings_finding(
    file: str, document: YamlText, path: KeyPath, problem: str, suggestion: str, found: str
) -> Finding:
    """A STUDY-01 finding at a key of study.yaml or plan.yaml."""
    line = document.line(path)
    return make_finding(
        "STUDY-01",
        file=file,
        cell=f"line {line}",
        column=path_text(path),
        found=quoted(found),
        row=line,
        facts={"problem": problem, "suggestion": suggestion},
    )


def path_text(path: KeyPath) -> str:
    """A key as people write it: groups.case.label; list items count from 1."""
    return ".".join(f"item {part + 1}" if isinstance(part, int) else part for part in path)


def _read(path: Path, model: type[Settings]) -> tuple[Settings | None, YamlText, list[Finding]]:
    try:
        document = read_yaml(path)
    except YamlProblemError as error:
        finding = make_finding(
            "STUDY-01",
            file=path.name,
            cell=f"line {error.line}" if error.line else "",
            found=quoted(error.found) if error.found else "",
            row=error.line,
            facts={"problem": error.problem, "suggestion": error.suggestion},
        )
        return None, YamlText(), [finding]
    except OSError:
        facts = {
            "problem": "The file cannot be opened.",
            "suggestion": "Check that it is complete and that you may read it.",
        }
        return None, YamlText(), [make_finding("FILE-03", file=path.name, facts=facts)]
    settings, errors = _validate(document, model)
    return settings, document, _findings(path.name, document, model, errors)


def _validate(
    document: YamlText, model: type[Settings]
) -> tuple[Settings | None, list[ErrorDetails]]:
    """Validate, and take back what YAML read too cleverly.

    A number where a text is wanted (label: 007, values: {1: male}) becomes the text that was
    typed, and a key without a value counts as not given.
    """
    document.data = {} if document.data is None else document.data
    while True:
        try:
            return model.model_validate(document.data), []
        except ValidationError as error:
            errors = error.errors(include_url=False)
            repairs = [_repaired(document.data, document, item) for item in errors]
            if True not in repairs:
                return None, errors


def _repaired(data: object, document: YamlText, error: ErrorDetails) -> bool:
    path = _file_path(data, error["loc"])
    holder = _at(data, path[:-1])
    if not path or not isinstance(holder, dict | list) or error["type"] == "extra_forbidden":
        return False
    value = error["input"]
    if value is None and isinstance(holder, dict) and holder.get(str(path[-1]), 0) is None:
        del holder[str(path[-1])]
        return True
    if error["type"] == "string_type" and path in document.texts and _at(data, path) is value:
        if value is None:
            return False
        holder[path[-1]] = document.texts[path]  # type: ignore[index]  # dict key or list place
        return True
    return False


def _file_path(data: object, loc: tuple[int | str, ...]) -> KeyPath:
    """Where a problem stands in the file: short forms have no list level, dict keys no mark."""
    path: KeyPath = ()
    here = data
    for part in loc:
        if isinstance(here, dict) and isinstance(part, str):
            path = (*path, part) if part != "[key]" else path
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int):
            path = (*path, part)
            here = here[part] if part < len(here) else None
    return path


def _at(data: object, path: KeyPath) -> object:
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def _findings(
    file: str, document: YamlText, model: type[BaseModel], errors: list[ErrorDetails]
) -> list[Finding]:
    misspelt: set[KeyPath] = set()
    findings: list[Finding] = []
    for error in sorted(errors, key=lambda item: item["type"] != "extra_forbidden"):
        path = _file_path(document.data, error["loc"])
        if error["type"] == "missing" and path in misspelt:
            continue  # the misspelt key is the root cause
        suggestion = f"Correct the value. {_what_belongs_here(model, error)}"
        if error["type"] == "extra_forbidden" or error["loc"][-1:] == ("[key]",):
            suggestion, key = _key_suggestion(model, error, document.data)
            if key is not None:
                misspelt.add((*path[:-1], key))
            problem = _SENTENCES["extra_forbidden"]
            found = str(path[-1]) if path else ""
        else:
            problem, found = _sentence(error), _found(error["input"])
        if error["type"] == "missing":
            suggestion = f"Add the key. {_what_belongs_here(model, error)}"
            found = str(error["loc"][-1])
        if error["type"] == "tuple_type" and found:
            suggestion = f"Write it as a list: [{found}]."
        name = path_text(path) or "The file"
        findings.append(
            settings_finding(file, document, path, f"{name}: {problem}", suggestion, found)
        )
    return findings


def _what_belongs_here(model: type[BaseModel], error: ErrorDetails) -> str:
    """What the key of a problem is for, as its field says, and where an example stands."""
    field = field_at(model, error["loc"])
    # A part of the file has keys of its own, each with its explanation.
    if field is None or not field.description or settings_within(field.annotation) is not None:
        return _COMMENTED
    return f"{' '.join(field.description.split())} {_COMMENTED}"


def _sentence(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        text = str(context["error"])
        return f"{text[:1].upper()}{text[1:].replace(chr(39), '`')}."
    sentence = _SENTENCES.get(error["type"], "Stance cannot use this value.")
    return sentence.format_map({name: _plain(value) for name, value in context.items()})


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("'", "")


def _found(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _key_suggestion(
    model: type[BaseModel], error: ErrorDetails, data: object
) -> tuple[str, str | None]:
    """What to do about an unknown key, and the known key that was probably meant."""
    if error["loc"][-1:] == ("[key]",):
        known = [
            word.strip()
            for word in _plain(error["ctx"]["expected"]).replace(" or ", ", ").split(",")
        ]
        key = str(error["loc"][-2])
    else:
        known = keys_at(model, error["loc"][:-1])
        key = str(error["loc"][-1])
    close = nearest(key, known)
    if close is not None:
        return f"Did you mean `{close}`?", close
    return f"Remove the key. Keys that can stand here: {listed(known, 20)}.", None
