"""The three tiers of the tests: together all of them, and every place that the table names is there."""

import re
import tomllib

import pytest

from tests.conftest import ROOT, TIERS_OF_ALL
from tests.tiers import THOROUGH, is_thorough

PLACES = [place for places in THOROUGH.values() for place in places]


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_the_table_names_is_there(place):
    file, _, test = place.partition("::")
    found = list((ROOT / "tests").rglob(file))
    assert len(found) == 1, f"tests/tiers.py names {place}: renamed, gone, or there twice"
    if test:
        assert re.search(
            rf"^(def|class) {test}\b", found[0].read_text(encoding="utf-8"), flags=re.M
        )


def test_no_place_is_named_twice_or_within_another():
    assert len(set(PLACES)) == len(PLACES)
    for place in PLACES:
        assert not [other for other in PLACES if other != place and is_thorough(place, {other})]


def test_a_file_a_class_and_a_test_name_what_is_in_them():
    places = {"test_a.py", "test_b.py::test_one", "test_b.py::TestOne"}
    within = "x/test_a.py::test_y", "test_b.py::test_one[3::4/5]", "test_b.py::TestOne::test_y[1]"
    beside = "x/test_aa.py::test_y", "test_b.py::test_one_more", "test_b.py::TestOther::test_one"
    assert [is_thorough(nodeid, places) for nodeid in (*within, *beside)] == [True] * 3 + [
        False
    ] * 3


def test_each_test_is_in_one_tier(request):
    tiers = request.config.stash[TIERS_OF_ALL]
    assert sum(map(len, tiers.values())) == len(set().union(*tiers.values()))
    here = request.node.nodeid
    assert here in tiers["quick"]


def test_the_commands_of_the_three_tiers_leave_none_out():
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
    assert options["addopts"][-2:] == ["-m", "not slow and not thorough"]
    readme = (ROOT / "README.md").read_text()
    assert "pytest -q -m thorough" in readme
    assert "pytest -q -m slow" in readme
    assert "pytest -q -m thorough" in (ROOT / ".ci" / "run").read_text()
