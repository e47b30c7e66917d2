"""Examples in the docstrings of what users import run, and show what they say."""

import doctest
from importlib import import_module

import pytest

WITH_EXAMPLES = (
    "pipeline.signals.onset.detect",
    "pipeline.statistics.models.censored.censored_regression",
    "pipeline.statistics.models.censored.random_intercept",
)


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_the_examples_of_a_docstring_run(module):
    found = doctest.testmod(import_module(module))
    assert found.attempted > 0
    assert found.failed == 0
