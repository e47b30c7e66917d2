"""Description, skewness, Brown-Forsythe and Shapiro-Wilk against R."""

import numpy as np
import pytest

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.two_groups.spread_and_shape import (
    brown_forsythe,
    describe,
    shapiro,
    skewness,
)

VARIABLES = [
    "hold_mean", "hold_best", "gmed", "onset", "strength", "age_years", "bmi", "vas_mm", "odi_pct",
]  # fmt: skip

variables = pytest.mark.parametrize("variable", VARIABLES)


@variables
@pytest.mark.parametrize("side", [0, 1])
def test_the_description_of_a_group_is_r(groups, golden, tolerances, variable, side):
    label, values = ("LBP", "control")[side], groups(variable)[side]
    expected, rtol = golden["two_group"][variable][label], tolerances["descriptive"]
    found = describe(values)
    names = {"minimum": "min", "maximum": "max"}
    for name in ("n", "mean", "sd", "se", "median", "q1", "q3", "minimum", "maximum"):
        value = expected[names.get(name, name)]
        assert getattr(found, name) == pytest.approx(value, rel=rtol, abs=0), name
    assert [found.ci_low, found.ci_high] == pytest.approx(expected["ci_mean"], rel=1e-10, abs=0)
    assert skewness(values) == pytest.approx(expected["skew"], rel=1e-10, abs=0)
    normal, rtol = shapiro(values), tolerances["Shapiro"]
    assert normal.statistic == pytest.approx(expected["shapiro_W"], rel=rtol, abs=0)
    assert normal.p == pytest.approx(expected["shapiro_p"], rel=rtol, abs=0)


@variables
def test_the_test_of_equal_spread_is_r_levene_around_medians(groups, golden, tolerances, variable):
    expected, rtol = golden["two_group"][variable]["levene_median"], tolerances["Brown-Forsythe"]
    found = brown_forsythe(*groups(variable))
    assert (found.statistic, found.p) == pytest.approx(
        (expected["F"], expected["p"]), rel=rtol, abs=0
    )


def test_spread_and_shape_know_no_unit_and_no_order():
    rng = np.random.default_rng(4)
    x, y = rng.gamma(2, 3, 20), rng.gamma(2, 5, 25)
    assert brown_forsythe(y, x).p == pytest.approx(brown_forsythe(x, y).p, rel=1e-12, abs=0)
    assert brown_forsythe(1e3 * x, 1e3 * y).p == pytest.approx(
        brown_forsythe(x, y).p, rel=1e-9, abs=0
    )
    assert shapiro(1e-3 * rng.permutation(x)).p == pytest.approx(shapiro(x).p, rel=1e-9, abs=0)
    assert skewness(-x) == pytest.approx(-skewness(x), rel=1e-12, abs=0)
    assert describe(rng.permutation(x)).q1 == pytest.approx(describe(x).q1)


def test_samples_that_cannot_be_described_say_why():
    for test in (describe, skewness, shapiro):
        with pytest.raises(NotEstimableError, match="At least"):
            test([1.0])
        with pytest.raises(NotEstimableError, match="At least"):
            test([])
        with pytest.raises(ValueError, match="missing"):
            test([1.0, np.nan, 3.0])
    for test in (skewness, shapiro):
        with pytest.raises(NotEstimableError, match="same value"):
            test([0.3, 0.1 + 0.2, 0.3, 0.3])
    with pytest.raises(NotEstimableError, match="up to 5000"):
        shapiro(np.arange(5001.0))
    with pytest.raises(NotEstimableError, match="in each group"):
        brown_forsythe([1.0], [1.0, 2.0])
    with pytest.raises(NotEstimableError, match="equally far"):
        brown_forsythe([1.0, 3.0], [2.0, 6.0])
