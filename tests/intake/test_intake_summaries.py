"""Printed means: which cannot be true. The examples are the ones that papers printed."""

import itertools

import numpy as np
import pytest
from defects.lab import Lab
from defects.summary_defects import HEADINGS, SUMMARIES, with_summaries
from hypothesis import given
from hypothesis import strategies as st

from pipeline.intake.cohort import read_cohort
from pipeline.intake.rules.summary_rules import largest_sd, smallest_whole_sd


def findings(folder, *rows, form="csv", lab=None):
    lab = lab or Lab()
    lab.tables[SUMMARIES] = [list(HEADINGS), *(list(row) for row in rows)]
    return read_cohort(lab.write(folder, form)).findings


def row(outcome="hold", group="LBP", **values):
    given_values = {"source": "a paper", "outcome": outcome, "group": group, "n": 20, **values}
    return [given_values.get(heading) for heading in HEADINGS]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_means_that_can_be_true_have_no_findings(form, tmp_path):
    lab = Lab()
    with_summaries(lab)
    result = read_cohort(lab.write(tmp_path, form))
    assert result.findings.empty, result.findings[["rule_id", "cell", "why"]].to_string()
    assert len(result.tables[SUMMARIES]) == 6
    assert SUMMARIES not in set(result.flow["table"])


def test_the_largest_sd_of_jo_and_sung_is_3_19():
    """n 28, mean 24.6 s, ceiling 25 s: 4.2 is printed and cannot be."""
    found = largest_sd(np.array([24.6]), np.array([0.0]), np.array([25.0]), np.array([28.0]))
    assert found[0] == pytest.approx(3.19, abs=0.005)


def test_jo_and_sung_are_told_that_their_sd_cannot_be(tmp_path):
    case = row(n=26, mean=20.5, sd=6.7, scale_min=0, scale_max=25)
    control = row(group="control", n=28, mean=24.6, sd=4.2, scale_min=0, scale_max=25)
    found = findings(tmp_path, case, control)
    assert list(found["rule_id"]) == ["SUM-02"]
    assert list(found["cell"]) == ["F3"]
    assert "no standard deviation is larger than" in found["why"].iloc[0]


def test_without_a_ceiling_the_same_figures_are_possible(tmp_path):
    assert findings(tmp_path, row(n=28, mean=24.6, sd=4.2, scale_min=0)).empty


@given(
    st.lists(st.floats(0, 30, allow_subnormal=False), min_size=2, max_size=12),
)
def test_no_data_break_the_bound_of_the_sd(values):
    array = np.array(values)
    bound = largest_sd(
        np.array([array.mean()]), np.zeros(1), np.array([30.0]), np.array([len(array)])
    )
    assert array.std(ddof=1) <= bound[0] + 1e-6


def test_no_whole_numbers_lie_below_the_smallest_sd():
    for values in itertools.product(range(4), repeat=4):
        array = np.array(values, dtype=float)
        bound = smallest_whole_sd(np.array([array.mean()]), np.array([4.0]))
        assert array.std(ddof=1) >= bound[0] - 1e-9


@pytest.mark.parametrize(
    ("n", "mean", "possible"),
    [(20, 3.45, True), (20, 3.48, False), (28, 5.19, False), (28, 5.18, True), (150, 3.48, True)],
)
def test_means_of_whole_numbers_have_steps(n, mean, possible, tmp_path):
    found = findings(tmp_path, row("NRS", n=n, mean=mean, whole_items=1))
    assert list(found["rule_id"]) == ([] if possible else ["SUM-03"])


def test_items_make_the_steps_finer(tmp_path):
    assert findings(tmp_path, row("TSK", n=20, mean=3.48, whole_items=5)).empty


def test_the_norm_above_its_own_ceiling_is_accepted(tmp_path):
    """45.1 s at a ceiling of 45 s is in print: the clock was stopped late."""
    assert findings(tmp_path, row("hold time", mean=45.1, scale_min=0, scale_max=45)).empty
    found = findings(tmp_path / "far", row("hold time", mean=46.1, scale_min=0, scale_max=45))
    assert list(found["rule_id"]) == ["SUM-01"]


@pytest.mark.parametrize(
    ("values", "rule_id"),
    [
        # Brazil 2023: the interval of another row.
        ({"mean": 21.1, "ci_low": 6.2, "ci_high": 31.2}, "SUM-07"),
        # J-KEMA 5(2):59: the sign was lost.
        ({"mean": 1.10, "ci_low": -2.33, "ci_high": 0.12}, "SUM-08"),
        ({"n": 25, "mean": 10, "sd": 5, "se": 2}, "SUM-06"),
        ({"n": 21, "mean": 20.50, "sd": 3.55, "ci_low": 13.11, "ci_high": 27.9}, "SUM-05"),
        ({"mean": 24.6, "se": 0.94, "scale_min": 0, "scale_max": 25}, "SUM-02"),
    ],
)
def test_figures_that_contradict_each_other(values, rule_id, tmp_path):
    assert list(findings(tmp_path, row(**values))["rule_id"]) == [rule_id]


def test_a_difference_may_be_negative_and_have_an_interval(tmp_path):
    assert findings(tmp_path, row(group="difference", mean=-1.1, ci_low=-2.3, ci_high=0.1)).empty


def test_impossible_rows_leave_and_the_cohort_does_not(tmp_path):
    lab = Lab()
    with_summaries(lab)
    lab.put(SUMMARIES, "mean", 7, 3.48)
    result = read_cohort(lab.write(tmp_path, "csv"))
    assert len(result.tables[SUMMARIES]) == 5
    assert len(result.tables["participants"]) == 6
    assert not result.stopped


def test_a_person_in_two_tables_is_not_looked_for_in_summaries(tmp_path):
    """Nobody of the study is named there, so no participant can be missing."""
    found = findings(tmp_path, row(group="runners", mean=3))
    assert found.empty
