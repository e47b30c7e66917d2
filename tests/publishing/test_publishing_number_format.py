"""How numbers are written."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publishing.report.number_format import (
    MINUS,
    Num,
    decimal_text,
    decimals_for,
    percent_text,
    ratio_decimals,
)
from schemas.p_style import p_text


@pytest.mark.parametrize(
    ("p", "printed"),
    [
        (0.00021, "< .001"),
        (0.001, ".001"),
        (0.00099, "< .001"),
        (0.0035, ".004"),
        (0.0099, ".010"),
        (0.00995, ".01"),
        (0.034, ".03"),
        (0.046, ".046"),
        (0.0496, ".0496"),
        (0.05, ".05"),
        (0.051, ".05"),
        (0.463, ".46"),
        (0.994, "> .99"),
        (1.0, "> .99"),
    ],
)
def test_p_values_are_written_as_journals_want_them(p, printed):
    assert p_text(p) == printed


@settings(deadline=None, max_examples=300)
@given(st.floats(min_value=1e-300, max_value=1))
def test_no_p_value_prints_as_zero_or_one_or_changes_side_of_five_percent(p):
    text = p_text(p)
    assert text not in {".00", ".000", "1.00"} and not text.startswith(("0", "1"))
    number = float(text.strip("<> "))
    if p < 0.05 and not text.startswith("<"):
        assert number < 0.05
    if p >= 0.05:
        assert number >= 0.05


def test_a_p_value_of_zero_is_refused():
    with pytest.raises(ValueError):
        p_text(0.0)


def test_p_in_a_sentence_has_its_letter_and_sign():
    assert Num(0.003, "p_sentence").text == "P = .003"
    assert Num(0.0002, "p_sentence").text == "P < .001"


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [
        (-3.14, 1, f"{MINUS}3.1"),
        (-0.04, 1, "0.0"),
        (0.5432, 2, "0.54"),
        (12.5, 0, "13"),
        (2.675, 2, "2.68"),
        (-12.5, 0, f"{MINUS}13"),
        (1234.5, 1, "1234.5"),
    ],
)
def test_numbers_have_fixed_decimals_a_true_minus_and_halves_rounded_up(value, decimals, printed):
    assert decimal_text(value, decimals) == printed


def test_shares_are_percentages():
    assert percent_text(0.125, 0) == "13%"
    assert percent_text(0.575, 0) == "58%"
    assert Num(12 / 21, "percent", 0).text == "57%"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_never_printed(value):
    with pytest.raises(ValueError):
        decimal_text(value, 1)


def test_decimals_follow_the_unit():
    assert [decimals_for(u) for u in ("ratio", "s", "%MVIC", "ms", "N/kg")] == [2, 1, 1, 0, 2]


@pytest.mark.parametrize(
    ("values", "decimals"),
    [
        ((0.54, 0.4, 0.73), 2),
        ((0.1, 2.0, 30.0), 2),
        ((0.0996,), 2),
        ((0.0994, None), 3),
        ((0.019, 0.0123, 0.0412), 3),
        ((0.02, 0.0075, 0.04), 4),
        ((0.5, 0.0, 0.9), 2),
        ((0.5, 0.000012, 0.9), 4),
        ((None, None), 2),
    ],
)
def test_small_ratios_keep_two_significant_digits(values, decimals):
    assert ratio_decimals(values) == decimals


@settings(deadline=None, max_examples=200)
@given(st.floats(-1e6, 1e6), st.integers(0, 3))
def test_rounding_is_within_half_a_unit_of_the_last_place(value, decimals):
    printed = float(decimal_text(value, decimals).replace(MINUS, "-"))
    assert abs(printed - value) <= 0.5 * 10**-decimals * (1 + 1e-9)
