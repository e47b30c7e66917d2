"""The rules for lift-off and touch-down as data, and the table of what each of them gives."""

from typing import get_args

import numpy as np
import pytest

from pipeline.signals.force.event_rules import DEFAULT_RULE, EVENT_RULES
from pipeline.signals.force.measure_force import stance_events
from schemas.emg_settings import EmgSettings, LiftoffRule

CROSSINGS = ("zero_5sd_5n", "10_n", "20_n", "5_pct_bw")


def events(stance, rule=DEFAULT_RULE, *, with_stance_plate=True):
    return stance_events(
        lifted_n=stance.channels["Fz left"],
        stance_n=stance.channels["Fz right"] if with_stance_plate else None,
        total_n=None,
        sampling_rate_hz=stance.rate_hz,
        rule=rule,
    )


def test_study_yaml_offers_every_rule_and_no_other():
    assert set(get_args(LiftoffRule)) == set(EVENT_RULES)
    assert EmgSettings().liftoff_rule == DEFAULT_RULE


def test_every_rule_says_in_words_what_it_is_and_where_it_comes_from():
    for rule in EVENT_RULES.values():
        assert rule.words
        assert rule.source


@pytest.mark.parametrize(
    ("rule", "noise_sd_n", "body_weight_n", "expected_n"),
    [
        ("zero_5sd_5n", 0.4, 700.0, 5.0),
        ("zero_5sd_5n", 2.0, 700.0, 10.0),
        ("unloading_fit", 2.0, None, 10.0),
        ("10_n", 9.0, None, 10.0),
        ("20_n", 0.0, None, 20.0),
        ("5_pct_bw", 0.0, 700.0, 35.0),
        ("5_pct_bw", 0.0, None, None),
    ],
)
def test_a_threshold_is_the_largest_of_its_parts(rule, noise_sd_n, body_weight_n, expected_n):
    assert EVENT_RULES[rule].threshold_n(noise_sd_n, body_weight_n) == expected_n


def test_a_higher_threshold_is_an_earlier_lift_off_and_a_later_touch_down(build):
    found = {r.rule: r for r in events(build.stance(noise_n=0.5)).rules}
    assert set(found) == set(EVENT_RULES)
    liftoffs = [found[name].liftoff_s for name in ("unloading_fit", *CROSSINGS)]
    touchdowns = [found[name].touchdown_s for name in CROSSINGS]
    holds = [found[name].hold_s for name in ("unloading_fit", *CROSSINGS)]
    assert liftoffs == sorted(liftoffs, reverse=True)
    assert touchdowns == sorted(touchdowns)
    assert holds == sorted(holds)
    for name in CROSSINGS:
        assert found[name].hold_s == pytest.approx(
            found[name].touchdown_s - found[name].liftoff_s, abs=1e-9
        )


@pytest.mark.parametrize("rule", sorted(EVENT_RULES))
def test_the_chosen_rule_gives_the_events(build, rule):
    stance = build.stance(noise_n=0.5)
    chosen = events(stance, rule)
    row = next(r for r in events(stance).rules if r.rule == rule)
    assert chosen.rule == rule
    assert (chosen.liftoff_s, chosen.touchdown_s) == (row.liftoff_s, row.touchdown_s)
    assert chosen.threshold_n == row.threshold_n


def test_thresholds_are_given_in_newton_and_in_percent_of_body_weight(build):
    found = events(build.stance(body_weight_n=800.0), "20_n")
    assert found.body_weight_n == pytest.approx(800, abs=2)
    assert found.threshold_n == 20.0
    assert found.threshold_pct_bw == pytest.approx(2.5, abs=0.01)


def test_a_share_of_body_weight_needs_the_plate_of_the_stance_foot(build):
    found = events(build.stance(), "5_pct_bw", with_stance_plate=False)
    assert found.hold_s is None
    assert found.verdict == "none"
    assert "body weight" in found.note
    by_rule = {r.rule: r for r in found.rules}
    assert by_rule["5_pct_bw"].threshold_n is None
    assert by_rule["20_n"].hold_s is not None


def test_a_threshold_that_the_empty_plate_exceeds_gives_nothing_and_says_so(build):
    stance = build.stance(offset_n=12.0)
    found = events(stance, "10_n_uncorrected")
    assert found.liftoff_s is None
    assert found.hold_s is None
    assert "offset or noise" in found.note
    assert events(stance, "10_n").hold_s == pytest.approx(6.0, abs=0.2)


def test_without_the_zero_of_the_plate_10_n_is_another_threshold(build):
    stance = build.stance(offset_n=-8.0, noise_n=0.5)
    found = {r.rule: r for r in events(stance).rules}
    # 10 N on a plate that shows -8 N is 18 N.
    assert found["10_n_uncorrected"].liftoff_s < found["10_n"].liftoff_s - 0.005
    assert found["10_n_uncorrected"].liftoff_s > found["20_n"].liftoff_s


def test_a_hold_that_is_cut_off_has_no_hold_by_rule(build):
    stance = build.stance(start_s=4.0)
    found = events(stance)
    assert found.is_lower_bound
    assert {r.hold_s for r in found.rules} == {None}
    assert {r.liftoff_s for r in found.rules} == {None}
    assert all(r.touchdown_s is not None for r in found.rules if r.rule != "10_n_uncorrected")


def test_events_can_be_put_on_another_clock(build):
    found = events(build.stance())
    later = found.later(2.5)
    assert later.liftoff_s == pytest.approx(found.liftoff_s + 2.5)
    assert later.reload_s == pytest.approx(found.reload_s + 2.5)
    assert later.rules[0].touchdown_s == pytest.approx(found.rules[0].touchdown_s + 2.5)
    assert later.hold_s == found.hold_s
    assert later.hop_s is None
    assert np.isclose(later.ended_s, found.ended_s + 2.5)
