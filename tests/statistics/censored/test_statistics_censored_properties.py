"""What must not change a censored regression, what must, and where it has no answer."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.censored_regression import CensoredRegression
from pipeline.statistics.models.censored.likelihood import DISTRIBUTIONS
from pipeline.statistics.models.censored.participant_scores import spread_by_group

CEILING_S = 30.0


def trials(seed=0, people=40, spread=(0.4, 0.4)):
    """Hold times of two groups, six trials each, to a ceiling of 30 s: frame and bounds."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 6)
    group = (person % 2).astype(float)
    age = rng.normal(45, 10, people)[person]
    own = 0.3 * rng.normal(size=people)[person]
    noise = np.where(group == 1, spread[0], spread[1]) * rng.normal(size=len(person))
    time_s = np.exp(3.6 - 0.35 * group - 0.005 * age + own + noise)
    exog = pd.DataFrame({"const": 1.0, "group": group, "age_years": age})
    return (
        np.minimum(time_s, CEILING_S),
        np.where(time_s < CEILING_S, time_s, np.inf),
        exog,
        person,
    )


def fitted(low, high, exog, person, distribution="lognormal"):
    return CensoredRegression(low, high, exog, distribution=distribution).fit_clustered(person)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_order_of_rows_and_the_names_of_participants_change_nothing(distribution):
    low, high, exog, person = trials()
    order = np.random.default_rng(1).permutation(len(low))
    names = np.array([f"P{97 - number}" for number in person])
    one = fitted(low, high, exog, person, distribution)
    other = fitted(low[order], high[order], exog.iloc[order], names[order], distribution)
    np.testing.assert_allclose(other.params, one.params, rtol=1e-8)
    np.testing.assert_allclose(other.bse, one.bse, rtol=1e-8)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_swapping_the_groups_turns_the_sign(distribution):
    low, high, exog, person = trials()
    swapped = exog.assign(group=1 - exog["group"])
    one = fitted(low, high, exog, person, distribution).inference("group")
    other = fitted(low, high, swapped, person, distribution).inference("group")
    assert other.estimate == pytest.approx(-one.estimate, rel=1e-8, abs=0)
    assert other.ci_low == pytest.approx(-one.ci_high, rel=1e-8, abs=0)


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(1e-6, 1e6), distribution=st.sampled_from(sorted(DISTRIBUTIONS)))
def test_another_unit_of_time_moves_the_constant_only(factor, distribution):
    low, high, exog, person = trials()
    one = fitted(low, high, exog, person, distribution)
    other = fitted(low * factor, high * factor, exog, person, distribution)
    if DISTRIBUTIONS[distribution].on_log_scale:
        np.testing.assert_allclose(other.params[1:], one.params[1:], rtol=1e-6, atol=1e-9)
        assert other.params[0] == pytest.approx(one.params[0] + np.log(factor), abs=1e-6)
        np.testing.assert_allclose(other.bse, one.bse, rtol=1e-6)
    else:
        np.testing.assert_allclose(other.params[:-1], one.params[:-1] * factor, rtol=1e-6)
        np.testing.assert_allclose(other.bse[:-1], one.bse[:-1] * factor, rtol=1e-6)


def test_a_covariate_in_another_unit_changes_its_coefficient_only():
    low, high, exog, person = trials()
    one = fitted(low, high, exog, person)
    other = fitted(low, high, exog.assign(age_years=exog["age_years"] * 365.25 + 1e5), person)
    assert other.params[1] == pytest.approx(one.params[1], rel=1e-8, abs=0)
    assert other.params[2] * 365.25 == pytest.approx(one.params[2], rel=1e-7, abs=0)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_the_median_is_what_half_of_the_trials_stay_below(distribution):
    rng = np.random.default_rng(3)
    group = np.repeat([0.0, 1.0], 2000)
    kind = DISTRIBUTIONS[distribution]
    held = 3.0 - 0.5 * group + 0.4 * kind.error.quantile(rng.random(4000))
    held, ceiling = (np.exp(held), CEILING_S) if kind.on_log_scale else (held, np.log(CEILING_S))
    high = np.where(held < ceiling, held, np.inf)
    exog = np.column_stack([np.ones(4000), group])
    fit = CensoredRegression(np.minimum(held, ceiling), high, exog, distribution=distribution).fit()
    predicted = fit.predict_quantile([[1.0, 0.0], [1.0, 1.0]])
    for code in (0, 1):
        assert predicted["estimate"][code] == pytest.approx(
            np.median(held[group == code]), rel=0.05, abs=0
        )
        assert predicted["ci_low"][code] < predicted["estimate"][code] < predicted["ci_high"][code]
    np.testing.assert_allclose(fit.sigma, 0.4, rtol=0.06)


def test_own_constants_and_spreads_are_two_regressions():
    low, high, exog, _ = trials(spread=(0.3, 0.6))
    design = exog[["const", "group"]]
    together = CensoredRegression(low, high, design, spread_groups=exog["group"]).fit()
    for group in (0.0, 1.0):
        keep = (exog["group"] == group).to_numpy()
        alone = CensoredRegression(low[keep], high[keep], design.loc[keep, ["const"]]).fit()
        assert together.sigma[str(group)] == pytest.approx(alone.sigma["all"], rel=1e-7, abs=0)
        constant = together.params[0] + group * together.params[1]
        assert constant == pytest.approx(alone.params[0], rel=1e-7, abs=0)


def test_unequal_spreads_are_seen_and_equal_ones_are_not():
    def compared(spread):
        low, high, exog, person = trials(people=400, spread=spread)
        label = np.where(exog["group"] == 1, "LBP", "control")
        return spread_by_group(
            low, high, exog, label, case="LBP", reference="control", participants=person
        )

    unequal = compared((0.3, 0.7))
    assert unequal.ratio == pytest.approx(np.hypot(0.3, 0.3) / np.hypot(0.7, 0.3), rel=0.1, abs=0)
    assert unequal.ci_high < 1
    assert unequal.p < 1e-6
    assert abs(unequal.coefficient_changes["group"]) > 0.01
    equal = compared((0.4, 0.4))
    assert equal.ci_low < 1 < equal.ci_high
    assert equal.common_sigma == pytest.approx(equal.sigma.mean(), rel=0.05, abs=0)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
class TestWithoutAnAnswer:
    """Every case says why in a sentence; none gives a number."""

    def test_a_group_held_to_the_ceiling_throughout(self, distribution):
        low, high, exog, _ = trials()
        at_ceiling = (exog["group"] == 0).to_numpy()
        low, high = np.where(at_ceiling, CEILING_S, low), np.where(at_ceiling, np.inf, high)
        with pytest.raises(NotEstimableError, match="no stable solution"):
            CensoredRegression(low, high, exog, distribution=distribution).fit()

    def test_everything_held_to_the_ceiling(self, distribution):
        _, _, exog, _ = trials()
        low, high = np.full(len(exog), CEILING_S), np.full(len(exog), np.inf)
        with pytest.raises(NotEstimableError, match="no stable solution"):
            CensoredRegression(low, high, exog, distribution=distribution).fit()

    def test_no_variation(self, distribution):
        _, _, exog, _ = trials()
        held = np.full(len(exog), 12.0)
        with pytest.raises(NotEstimableError, match="no stable solution"):
            CensoredRegression(held, held, exog, distribution=distribution).fit()

    def test_a_collinear_column(self, distribution):
        low, high, exog, _ = trials()
        twice = exog.assign(age_months=exog["age_years"] * 12 + 3)
        with pytest.raises(NotEstimableError, match="determined by the others"):
            CensoredRegression(low, high, twice, distribution=distribution).fit()

    def test_fewer_rows_than_terms(self, distribution):
        low, high, exog, _ = trials()
        with pytest.raises(NotEstimableError, match="3 rows are too few"):
            CensoredRegression(low[:3], high[:3], exog[:3], distribution=distribution).fit()

    def test_fewer_participants_than_terms(self, distribution):
        low, high, exog, person = trials()
        few = person < 3
        with pytest.raises(NotEstimableError, match="3 participants are too few"):
            fitted(low[few], high[few], exog[few], person[few], distribution)

    def test_one_group(self, distribution):
        low, high, exog, person = trials()
        case = (exog["group"] == 1).to_numpy()
        with pytest.raises(NotEstimableError, match="determined by the others"):
            fitted(low[case], high[case], exog[case], person[case], distribution)


def test_a_group_of_one_participant_gets_no_interval():
    low, high, exog, person = trials()
    keep = (exog["group"] == 0).to_numpy() | (person == 1)
    fit = fitted(low[keep], high[keep], exog[keep], person[keep])
    with pytest.raises(NotEstimableError, match="rests on one participant"):
        fit.inference("group")
    assert np.isfinite(fit.inference("age_years").p)


def test_a_spread_that_one_group_does_not_show():
    low, high, exog, _ = trials()
    same = (exog["group"] == 1).to_numpy()
    low, high = np.where(same, 12.0, low), np.where(same, 12.0, high)
    with pytest.raises(NotEstimableError):
        CensoredRegression(low, high, exog, spread_groups=exog["group"]).fit()


def test_the_table_and_the_summary_name_every_term():
    fit = fitted(*trials())
    table = fit.coefficient_table(ci_level=0.9)
    assert list(table.index) == ["const", "group", "age_years", "ln_sigma"]
    np.testing.assert_allclose(table[["ci_low", "ci_high"]], fit.conf_int(0.1), rtol=1e-10)
    np.testing.assert_allclose(table["p"], fit.pvalues, rtol=1e-10)
    assert "ln_sigma" in fit.summary().as_text()


def test_unknown_distributions_and_impossible_times_are_refused():
    low, high, exog, _ = trials()
    with pytest.raises(ValueError, match="expected one of"):
        CensoredRegression(low, high, exog, distribution="gamma")
    with pytest.raises(ValueError, match="above 0"):
        CensoredRegression(-low, high, exog)
    with pytest.raises(ValueError, match="one label per row"):
        CensoredRegression(low, high, exog, spread_groups=["a"])


def test_a_step_too_far_for_numbers_is_taken_back_without_a_warning():
    # Twelve people, found by simulation: on the way to two spreads the hazard of a row overflows.
    rng = np.random.default_rng(89)
    person = np.repeat(np.arange(12), 4)
    case = (person % 2).astype(float)
    held = np.exp(rng.normal(0, 0.4, 12)[person] + rng.normal(0, 0.35, len(person)))
    ceiling = np.quantile(held, 0.2)
    exog = pd.DataFrame({"const": 1.0, "case": case})
    fit = CensoredRegression(
        np.minimum(held, ceiling),
        np.where(held < ceiling, held, np.inf),
        exog,
        spread_groups=case,
    ).fit()
    assert np.abs(fit.model.score(fit.params)).max() < 1e-6
