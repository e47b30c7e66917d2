"""Every key of study.yaml and plan.yaml is explained where it is declared."""

import re

import pytest

from schemas.plan import Plan
from schemas.strict_model import field_at, keys_at, settings_models
from schemas.study import Study

MODELS = (*settings_models(Study), *settings_models(Plan))
KEYS = [(model, key) for model in MODELS for key in model.model_fields]


def test_all_settings_are_found():
    names = {model.__name__ for model in MODELS}
    assert {"Study", "Group", "StudyTask", "TableSource", "WideColumn", "HeadCell"} <= names
    assert {"EmgSettings", "MvicRules", "OdiSettings", "Plan", "PlannedOutcome"} <= names


@pytest.mark.parametrize(("model", "key"), KEYS, ids=lambda part: getattr(part, "__name__", part))
def test_every_key_has_an_explanation_that_is_a_sentence(model, key):
    description = model.model_fields[key].description
    assert description
    first_line = description.splitlines()[0]
    assert first_line[0].isupper() or first_line.startswith("true ")
    assert first_line.endswith(".")
    assert "  " not in first_line


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_docstring_explains_a_key_a_second_time(model):
    explained = re.findall(r"\b(\w+): ", model.__doc__ or "")
    assert not set(explained) & set(model.model_fields)


def test_the_keys_of_a_place_in_the_file():
    assert keys_at(Study, ("groups", "case")) == ["label", "spellings"]
    assert "wide" in keys_at(Study, ("tables", "strength", 0))
    assert keys_at(Study, ("title",)) == []


def test_the_declared_key_of_a_place_in_the_file():
    ceiling = field_at(Study, ("holds", "ceilings_s", "eyes_shut"))
    assert ceiling is not None
    assert ceiling.description == field_at(Study, ("holds", "ceilings_s")).description
    assert field_at(Study, ("nothing",)) is None
