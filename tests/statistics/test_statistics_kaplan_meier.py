"""Kaplan-Meier curves against R, and P values that are never 0."""

import pytest

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P, infer, two_sided_p
from pipeline.statistics.models.survival.curves import kaplan_meier, median_time_s


@pytest.mark.parametrize("group", ["LBP", "control"])
def test_the_curve_and_its_median_are_r_survfit(derived, golden, tolerances, group):
    people = derived[(derived["group"] == group) & derived["dom_best"].notna()]
    expected = golden["km"]["loglog"][group]
    curve = kaplan_meier(people["dom_best"], people["dom_event"] == 1)
    at = expected["at"]
    found = [float(curve.loc[curve["time_s"] <= t, "survival"].iloc[-1]) for t in at["time"]]
    assert found == pytest.approx(at["surv"], rel=tolerances["KM S"])
    assert curve["n_at_risk"].iloc[0] == len(people) == expected["n"]
    assert curve["n_censored"].sum() == len(people) - expected["events"]
    if expected["median"] is None:
        with pytest.raises(NotEstimableError, match="More than half"):
            median_time_s(curve)
    else:
        assert median_time_s(curve) == pytest.approx(
            expected["median"], rel=tolerances["KM median"]
        )


def test_a_curve_in_small():
    curve = kaplan_meier([0, 4, 4, 10, 10], [True, True, False, True, False])
    assert curve["time_s"].tolist() == [0, 4, 10]
    assert curve["survival"].tolist() == pytest.approx([0.8, 0.6, 0.3])
    assert curve["n_at_risk"].tolist() == [5, 4, 2]
    assert curve["n_censored"].tolist() == [0, 1, 1]
    assert median_time_s(curve) == 10


def test_a_curve_where_nobody_came_down():
    curve = kaplan_meier([30, 30], [False, False])
    assert curve["survival"].tolist() == [1, 1]
    with pytest.raises(NotEstimableError):
        kaplan_meier([], [])


def test_p_is_never_zero_and_never_above_one():
    assert two_sided_p(1e6, 400) == SMALLEST_P > 0
    assert two_sided_p(60.0) == SMALLEST_P
    assert two_sided_p(0.0, 10) == 1
    assert two_sided_p(10.0) == pytest.approx(1.523970604832105e-23, rel=1e-10, abs=0)
    assert infer(2.0, 1.0, df=None, ci_level=0.95).ci_low == pytest.approx(2 - 1.959963984540054)
