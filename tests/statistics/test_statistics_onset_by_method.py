"""The difference in onset by other detectors and by other rules for lift-off."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.signals.onset.detectors import DETECTORS
from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.activation import ACTIVATION_KEY
from schemas.plan import DEFAULT_PLAN
from schemas.sensitivity import ONSET_METHOD_LABELS
from schemas.study import Study

STUDY = Study.model_validate(
    {"title": "Onsets", "groups": {"case": {"label": "LBP"}, "reference": {"label": "control"}}}
)
CASES_LATER_MS = 15.0


@pytest.fixture(scope="module")
def sets(penney):
    """Onsets of penney_like, as if found by ramp_bayes after a lift-off at 3 s."""
    activation = penney["activation"].assign(onset_method="ramp_bayes", liftoff_s=3.0)
    return build_analysis_sets(
        {"participants": penney["participants"], "activation": activation}, STUDY
    )


def detector(rows, method, onset_ms):
    table = rows[ACTIVATION_KEY].assign(method=method, is_own=True, parameters="")
    return table.assign(onset_ms=onset_ms, found=True)


def rule(rows, name, liftoff_s, *, chosen=False):
    table = rows[ACTIVATION_KEY].assign(rule=name, rule_words=f"rule {name}", is_chosen=chosen)
    return table.assign(liftoff_s=liftoff_s)


def estimates(sets, by_detector=(), by_rule=()):
    tables = {
        "onset_by_detector": pd.concat(by_detector) if by_detector else None,
        "liftoff_by_rule": pd.concat(by_rule) if by_rule else None,
    }
    result = analyse("c", replace(sets, **tables), STUDY, DEFAULT_PLAN)
    return result, result.estimates.set_index("estimate_id")


@pytest.fixture(scope="module")
def compared(sets):
    """Detectors and rules whose effect on the difference is known."""
    rows = sets.activation
    later = (rows["group"] == "LBP") * CASES_LATER_MS
    never = rows["onset_ms"].where(rows.index < 0)
    return estimates(
        sets,
        [
            detector(rows, "ramp_bayes", rows["onset_ms"]),
            detector(rows, "aglr", rows["onset_ms"] + 40),
            detector(rows, "tkeo", rows["onset_ms"] + later),
            detector(rows, "tkeo", rows["onset_ms"] - 999).assign(is_own=False, parameters="x"),
            detector(rows, "bonato", never),
            detector(rows, "cusum", rows["onset_ms"].where(rows["trial"] == 1)),
        ],
        [
            rule(rows, "own", 3.0, chosen=True),
            rule(rows, "20_n", 3.0 + later / 1000),
        ],
    )


def test_a_detector_that_is_late_for_all_leaves_the_difference(compared):
    _, rows = compared
    main, aglr = (rows.loc[f"onset_ms:difference:{i}"] for i in ("adjusted", "detector:aglr"))
    for name in ("estimate", "ci_low", "ci_high", "p"):
        assert aglr[name] == pytest.approx(main[name], rel=1e-6)
    assert aglr["variant"] == "onset by generalised likelihood ratio"


@pytest.mark.parametrize(("name", "change_ms"), [("detector:tkeo", 15.0), ("liftoff:20_n", -15.0)])
def test_what_moves_one_group_moves_the_difference(compared, name, change_ms):
    _, rows = compared
    main, moved = rows.loc["onset_ms:difference:adjusted"], rows.loc[f"onset_ms:difference:{name}"]
    assert moved["estimate"] == pytest.approx(main["estimate"] + change_ms, abs=1e-4)
    assert moved["role"] == "sensitivity"
    assert moved["family"] == ""
    assert pd.isna(moved["p_adjusted"])


def test_trials_without_an_onset_are_counted_and_none_at_all_is_an_answer(compared):
    result, rows = compared
    some, none = (rows.loc[f"onset_ms:difference:detector:{i}"] for i in ("cusum", "bonato"))
    assert some["note"].startswith("Without a value: ")
    assert none["status"] == "not_estimable"
    assert none["note"] == "No trial of the analysis has a value this way."
    assert any("by other detectors" in step.text for step in result.steps)


def test_the_main_detector_and_rule_are_not_repeated(compared):
    _, rows = compared
    assert "onset_ms:difference:detector:ramp_bayes" not in rows.index
    assert "onset_ms:difference:liftoff:own" not in rows.index


def test_without_recordings_there_are_no_such_rows(sets):
    result, rows = estimates(sets)
    assert not rows.index.str.contains("detector:|liftoff:").any()
    assert not any("by other detectors" in step.text for step in result.steps)


def test_every_detector_has_a_name_in_print():
    assert set(ONSET_METHOD_LABELS) == set(DETECTORS)
