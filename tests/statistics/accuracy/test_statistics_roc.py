"""Area under the curve and paired comparison against R's pROC; cut points with their optimism."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.accuracy.roc import compare_areas, roc_area, roc_curve, youden_cut
from pipeline.statistics.models.two_groups.brunner_munzel import brunner_munzel

MARKERS = {"gmed": ("gmed", False), "hold": ("hold_mean", True)}


@pytest.fixture(scope="session")
def markers(derived):
    """(LBP, control) values of both markers, of participants who have all three of R's."""
    known = derived.loc[derived[["gmed", "hold_mean", "strength"]].notna().all(axis=1)]
    sides = [known.loc[known["group"] == label] for label in ("LBP", "control")]
    return {
        name: tuple(side[column].to_numpy(float) for side in sides)
        for name, (column, _) in MARKERS.items()
    }


@pytest.mark.parametrize("name", MARKERS)
def test_the_area_is_r_proc(markers, golden, tolerances, name):
    block, rtol = golden["roc"][name], tolerances["ROC"]
    case, reference = markers[name]
    found = roc_area(case, reference, lower_in_case=MARKERS[name][1])
    assert found.n_case + found.n_reference == golden["roc"]["n"]
    low, auc, high = block["ci"]
    assert (found.auc, found.variance) == pytest.approx(
        (block["auc"], block["var"]), rel=rtol, abs=0
    )
    assert (found.ci_low, found.auc, found.ci_high) == pytest.approx(
        (low, auc, high), rel=rtol, abs=0
    )
    assert found.interval == "DeLong"


def test_two_markers_of_the_same_people_are_r_roc_test(markers, golden, tolerances):
    block, rtol = golden["roc"]["paired"], tolerances["ROC"]
    case, reference = zip(markers["gmed"], markers["hold"], strict=True)
    found = compare_areas(case, reference, lower_in_case=(False, True))
    assert (found.statistic, found.p) == pytest.approx((block["z"], block["p"]), rel=rtol, abs=0)
    swapped = compare_areas(case[::-1], reference[::-1], lower_in_case=(True, False))
    assert swapped.estimate == pytest.approx(-found.estimate)


def test_the_best_cut_is_r_and_not_what_is_published(markers, golden):
    block = golden["roc"]["youden"]
    case, reference = markers["gmed"]
    found = youden_cut(case, reference, rng=np.random.default_rng(1), n_samples=300)
    # Of equally good cuts R gives all, we the one with the highest sensitivity.
    best = [np.atleast_1d(block[key]) for key in ("threshold", "sensitivity", "specificity")]
    threshold, *shares = (values[best[1].argmax()] for values in best)
    assert found.threshold == pytest.approx(threshold, rel=1e-9, abs=0)
    apparent = (found.apparent_sensitivity, found.apparent_specificity)
    assert apparent == pytest.approx(tuple(shares), rel=1e-12, abs=0)
    assert found.threshold_low <= found.threshold <= found.threshold_high
    assert found.sensitivity + found.specificity < sum(apparent)


def test_the_correction_takes_away_what_the_choice_flatters():
    rng = np.random.default_rng(2)
    apparent, corrected, true = [], [], []
    for _ in range(60):
        case, reference = rng.normal(0.8, 1, 25), rng.normal(size=25)
        found = youden_cut(case, reference, rng=rng, n_samples=60)
        apparent.append(found.apparent_sensitivity + found.apparent_specificity)
        corrected.append(found.sensitivity + found.specificity)
        new_case, new_reference = rng.normal(0.8, 1, 2000), rng.normal(size=2000)
        true.append((new_case >= found.threshold).mean() + (new_reference < found.threshold).mean())
    flattery = np.mean(apparent) - np.mean(true)
    assert flattery > 0.06
    assert abs(np.mean(corrected) - np.mean(true)) < flattery / 2


def test_the_curve_holds_the_area_and_the_cut(markers):
    case, reference = markers["hold"]
    curve = roc_curve(case, reference, lower_in_case=True)
    area = np.trapezoid(curve["sensitivity"][::-1], 1 - curve["specificity"][::-1])
    assert area == pytest.approx(roc_area(case, reference, lower_in_case=True).auc)
    cut = youden_cut(
        case, reference, lower_in_case=True, rng=np.random.default_rng(1), n_samples=20
    )
    assert (case <= cut.threshold).mean() == pytest.approx(cut.apparent_sensitivity)
    assert (reference > cut.threshold).mean() == pytest.approx(cut.apparent_specificity)
    index = (curve["sensitivity"] + curve["specificity"]).max()
    assert cut.apparent_sensitivity + cut.apparent_specificity == pytest.approx(index)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1e-4, 3.0, 1e3]))
def test_direction_groups_units_and_order(seed, scale):
    rng = np.random.default_rng(seed)
    case, reference = np.round(rng.normal(1, 1, 14), 1), np.round(rng.normal(size=17), 1)
    found = roc_area(case, reference)
    moved = roc_area(scale * rng.permutation(case), scale * rng.permutation(reference))
    assert (moved.auc, moved.ci_low) == pytest.approx((found.auc, found.ci_low), rel=1e-9, abs=0)
    assert roc_area(reference, case).auc == pytest.approx(1 - found.auc)
    assert roc_area(-case, -reference, lower_in_case=True).auc == pytest.approx(found.auc)
    assert found.auc == pytest.approx(brunner_munzel(case, reference, rng=rng).probability)
    cuts = [
        youden_cut(rng.permutation(case), reference, rng=np.random.default_rng(3), n_samples=20)
        for _ in range(2)
    ]
    assert cuts[0] == cuts[1]


def test_areas_near_one_stay_below_it():
    rng = np.random.default_rng(4)
    case, reference = rng.normal(3.2, 1, 12), rng.normal(size=12)
    found = roc_area(case, reference)
    assert found.interval == "DeLong, logit" and found.auc < 1
    assert found.ci_low < found.auc < found.ci_high < 1
    apart = roc_area([5.0, 6, 7, 8], [1.0, 2, 3, 4])
    assert (apart.auc, apart.ci_high, apart.interval) == (1, 1, "Newcombe")
    assert 0.4 < apart.ci_low < 0.9


def test_areas_that_cannot_be_given_say_why():
    rng = np.random.default_rng(1)
    for function in (roc_area, roc_curve, lambda x, y: youden_cut(x, y, rng=rng)):
        with pytest.raises(NotEstimableError, match="At least two"):
            function([1.0], [1.0, 2.0])
        with pytest.raises(NotEstimableError, match="At least two"):
            function([], [1.0, 2.0])
        with pytest.raises(NotEstimableError, match="same value"):
            function([2.0, 2.0], [2.0, 2.0])
    case, reference = [1.0, 3, 5], [0.0, 2, 4]
    with pytest.raises(NotEstimableError, match="same order"):
        compare_areas((case, np.multiply(2, case)), (reference, np.multiply(2, reference)))
    with pytest.raises(ValueError, match="same participants"):
        compare_areas((case, case[:2]), (reference, reference))
