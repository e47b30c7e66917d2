"""What a pilot cohort gives: the spreads it was simulated with, and refusals in words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis_set import AnalysisSets
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.planning.pilot import pilot_assumptions
from schemas.strength import STRENGTH_SCALES

TRUE = {"median_s": 20.0, "sd_participants": 0.6, "sd_legs": 0.3, "sd_trials": 0.4}


def simulated(n_people: int, ceiling_s: float = 30.0) -> AnalysisSets:
    """Hold times of two groups, and the logarithm of the same draws as an activation."""
    rng = np.random.default_rng(8)
    people = np.arange(n_people)
    level = rng.normal(np.log(20.0), 0.6, n_people)
    legs = level[:, None] + rng.normal(0, 0.3, (n_people, 2))
    times = np.exp(legs[:, :, None] + rng.normal(0, 0.4, (n_people, 2, 3))).ravel()
    rows = pd.DataFrame(
        {
            "participant_id": np.repeat([f"P{one:03d}" for one in people], 6),
            "group": np.repeat(np.where(people % 2, "LBP", "control"), 6),
            "task": "single_leg_stance",
            "condition": "eyes_open",
            "leg": np.tile(np.repeat(["left", "right"], 3), n_people),
            "trial": np.tile([1, 2, 3], 2 * n_people),
            "ceiling_s": ceiling_s,
        }
    )
    holds = rows.assign(
        low_s=np.minimum(times, ceiling_s), high_s=np.where(times < ceiling_s, times, np.inf)
    )
    activation = rows.assign(gmed_pct_mvic=np.log(times))
    nothing = pd.DataFrame()
    return AnalysisSets(nothing, holds, activation, None, None, nothing)


def test_the_spreads_of_hold_time_are_found_under_the_ceiling():
    found = pilot_assumptions(
        simulated(120), "hold_time_s/eyes_open", case="LBP", reference="control"
    )
    assert {key: found[key].value for key in ("ceiling_s", "trials", "legs")} == {
        "ceiling_s": 30.0,
        "trials": 3.0,
        "legs": 2.0,
    }
    for key, value in TRUE.items():
        low, high = found[key].interval
        assert low < value < high, key
        assert found[key].value == pytest.approx(value, rel=0.25), key
        assert found[key].source == "pilot"


def test_the_correlations_of_a_measured_outcome_are_found():
    found = pilot_assumptions(simulated(120), "gmed_pct_mvic", case="LBP", reference="control")
    total = 0.36 + 0.09 + 0.16
    for key, value in (
        ("sd", np.sqrt(total)),
        ("icc", 0.36 / total),
        ("icc_same_leg", 0.45 / total),
    ):
        assert found[key].value == pytest.approx(value, rel=0.2), key
        low, high = found[key].interval
        assert low < found[key].value < high <= 1.2, key


def test_the_effect_to_detect_is_never_taken_from_the_pilot():
    found = pilot_assumptions(simulated(20), "gmed_pct_mvic", case="LBP", reference="control")
    assert not {"difference", "ratio"} & set(found)


def test_strength_is_the_best_trial_of_each_leg():
    sets = simulated(20)
    rows = sets.hold_times.assign(**{STRENGTH_SCALES[0]: sets.hold_times["low_s"]})
    found = pilot_assumptions(
        replace(sets, strength=rows), "strength", case="LBP", reference="control"
    )
    assert found["trials"].value == 1
    assert found["legs"].value == 2
    assert "best trial" in found["trials"].note


@pytest.mark.parametrize(
    ("outcome", "n_people", "said"),
    [("hold_time_s/eyes_open", 6, "at least 8"), ("strength", 20, "no table with strength")],
)
def test_a_pilot_that_says_too_little_is_refused(outcome, n_people, said):
    with pytest.raises(NotEstimableError, match=said):
        pilot_assumptions(simulated(n_people), outcome, case="LBP", reference="control")
