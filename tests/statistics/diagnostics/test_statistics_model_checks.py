"""A planted violation is flagged by the diagnostic made for it; a model that is right seldom is."""

import numpy as np
import pytest

from pipeline.statistics.diagnostics.checks import CHECKS
from schemas.diagnostics import DIAGNOSTICS
from schemas.models import ANALYSIS_MODELS

CENSORED, MIXED, ANCOVA, COX = "censored_lognormal", "mixed_nested", "ancova_hc3", "cox_breslow"


@pytest.mark.parametrize(
    ("model", "planted", "diagnostic"),
    [
        (CENSORED, "heavy tail", "distribution_of_times"),
        (CENSORED, "unequal spread", "spread_of_times_by_group"),
        (CENSORED, "outlying participant", "influence"),
        (MIXED, "heavy tail", "distribution_of_residuals"),
        (MIXED, "unequal spread", "spread_by_group"),
        (MIXED, "outlying participant", "distribution_of_participants"),
        (ANCOVA, "outlying participant", "distribution_of_residuals"),
        (ANCOVA, "unequal spread", "spread_by_group"),
        (COX, "unequal spread", "proportional_hazards"),
    ],
)
def test_a_planted_violation_is_flagged(cohort, checked, model, planted, diagnostic):
    found = checked(model, cohort(4, 40, planted))
    assert found[diagnostic].is_against
    assert found[diagnostic].reason == ""


@pytest.mark.parametrize("model", [CENSORED, MIXED, ANCOVA])
def test_a_clean_cohort_is_not_flagged(cohort, checked, model):
    found = checked(model, cohort(1, 40))
    assert not any(check.is_against or check.reason for check in found.values())


@pytest.mark.slow
@pytest.mark.parametrize("model", [CENSORED, MIXED, ANCOVA])
def test_a_model_that_is_right_is_flagged_in_at_most_one_of_ten_cohorts(cohort, checked, model):
    """2 to 3 of 100 cohorts, by any of a model's diagnostics; 40 cohorts leave room for chance."""
    flagged = sum(
        any(check.is_against for check in checked(model, cohort(seed, 25)).values())
        for seed in range(40)
    )
    assert flagged <= 6


@pytest.mark.parametrize("model", [CENSORED, MIXED, ANCOVA, COX])
def test_neither_the_order_of_rows_nor_new_codes_change_a_verdict(cohort, checked, model):
    rows = cohort(2, 15)
    people = np.array(sorted(rows["participant_id"].unique()))
    codes = dict(zip(people, np.random.default_rng(1).permutation(people), strict=True))
    moved = rows.assign(participant_id=rows["participant_id"].map(codes)).sample(
        frac=1, random_state=3
    )
    first, again = checked(model, rows), checked(model, moved.reset_index(drop=True))
    for diagnostic, check in first.items():
        other = again[diagnostic]
        # Ranks of nearly equal values change with the last digits of a fit.
        assert other.statistic == pytest.approx(check.statistic, rel=1e-5, abs=1e-3)
        assert other.p == (check.p if check.p is None else pytest.approx(check.p, rel=0.02))
        assert other.is_against == check.is_against
        if check.points is not None:
            np.testing.assert_allclose(other.points.x, check.points.x, rtol=1e-4, atol=1e-5)
            y = [np.sort(points.y) for points in (other.points, check.points)]
            np.testing.assert_allclose(*y, rtol=1e-4, atol=1e-5)


def test_the_unusual_participant_is_named_in_the_points(cohort, checked):
    points = checked(CENSORED, cohort(4, 40, "outlying participant"))["influence"].points
    assert points.participant_id[np.argmax(np.abs(points.y))] == "P000"


def test_few_participants_are_too_few_to_tell(cohort, checked):
    found = checked(CENSORED, cohort(1, 4))
    assert found["distribution_of_times"].reason.endswith("too few to tell.")
    assert not found["distribution_of_times"].is_against


def test_every_entry_is_described_and_every_answer_is_a_model():
    assert {name for checks in CHECKS.values() for name in checks} == set(DIAGNOSTICS)
    answers = {name for one in DIAGNOSTICS.values() for name in one.answered_by}
    assert answers <= set(ANALYSIS_MODELS)
