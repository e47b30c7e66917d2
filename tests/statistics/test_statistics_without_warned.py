"""EMG results with and without trials whose signal has a remark."""

import numpy as np
import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.models import WITHOUT_WARNED
from schemas.plan import DEFAULT_PLAN, Plan

OUTCOMES = ("gmed_pct_mvic", "onset_ms")
COMPARED = ("estimate", "se", "df", "ci_low", "ci_high", "p", "n_case", "n_reference", "n_rows")


def _judged(penney, verdict_of):
    """Participants and activation with a verdict for each row: verdict_of(row number) -> verdict."""
    rows = penney["activation"].copy()
    rows["quality"] = [verdict_of(number) for number in range(len(rows))]
    return {"participants": penney["participants"], "activation": rows}


def _third_is_warned(number):
    return "warn" if number % 3 == 0 else "good"


@pytest.fixture(scope="module")
def third_warned(penney, study):
    """The analysis when every third trial is warned."""
    sets = build_analysis_sets(_judged(penney, _third_is_warned), study)
    return analyse("x", sets, study, DEFAULT_PLAN)


@pytest.fixture(scope="module")
def judged(third_warned):
    """Estimates when every third trial is warned."""
    return third_warned.estimates.set_index("estimate_id", drop=False)


@pytest.fixture(scope="module")
def all_good(penney, study):
    """The analysis when no trial is warned."""
    sets = build_analysis_sets(_judged(penney, lambda _: "good"), study)
    return analyse("x", sets, study, DEFAULT_PLAN)


@pytest.fixture(scope="module")
def unjudged(penney, run):
    """Estimates when no trial has a verdict."""
    return run(_judged(penney, lambda _: None))


@pytest.fixture(scope="module")
def without(penney, run):
    """Estimates of the trials that are not warned, as if there were no others."""
    tables = _judged(penney, _third_is_warned)
    kept = tables["activation"].query("quality != 'warn'").reset_index(drop=True)
    return run({**tables, "activation": kept})


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_it_is_the_planned_model_on_the_other_trials(penney, judged, without, outcome):
    tables = _judged(penney, _third_is_warned)
    row = judged.loc[f"{outcome}:difference:without_warned"]
    planned = without.loc[f"{outcome}:difference:adjusted"]
    for name in COMPARED:
        assert row[name] == pytest.approx(planned[name], rel=1e-12), name
    assert (row["model"], row["formula"]) == (planned["model"], planned["formula"])
    assert (row["unit"], row["contrast"]) == (planned["unit"], planned["contrast"])
    assert row["row_hash"] == planned["row_hash"]
    assert row["variant"] == WITHOUT_WARNED
    with_value = tables["activation"][outcome].notna()
    n_warned = int((with_value & (tables["activation"]["quality"] == "warn")).sum())
    assert f"Left out: {n_warned} of {int(with_value.sum())} trials" in row["note"]


def test_it_has_a_role_of_its_own_and_joins_no_family(unjudged, judged):
    plain = unjudged
    added = judged.index.difference(plain.index)
    assert set(added) == {f"{outcome}:difference:without_warned" for outcome in OUTCOMES}
    rows = judged.loc[added]
    assert set(rows["role"]) == {"sensitivity"}
    assert set(rows["family"]) == {""}
    assert rows["p_adjusted"].isna().all()
    np.testing.assert_array_equal(judged.loc[plain.index, "p_adjusted"], plain["p_adjusted"])
    np.testing.assert_array_equal(judged.loc[plain.index, "estimate"], plain["estimate"])


def test_without_a_warned_trial_there_is_no_such_row(all_good, unjudged):
    for rows in (all_good.estimates, unjudged):
        assert not rows["estimate_id"].str.endswith(":without_warned").any()


def test_when_every_trial_is_warned_a_sentence_says_so(penney, run):
    rows = run(_judged(penney, lambda _: "warn"))
    for outcome in OUTCOMES:
        row = rows.loc[f"{outcome}:difference:without_warned"]
        assert row["status"] == "not_estimable"
        assert row["note"] == "Every trial has a remark on its signal, so that none is left."
        assert row["n_rows"] == 0
        assert rows.loc[f"{outcome}:difference:adjusted", "status"] != "not_estimable"


def test_when_one_group_is_left_out_a_sentence_says_which(penney, run):
    cases = set(penney["participants"].query("group == 'LBP'")["participant_id"])
    codes = penney["activation"]["participant_id"].tolist()
    rows = run(_judged(penney, lambda number: "warn" if codes[number] in cases else "good"))
    row = rows.loc["gmed_pct_mvic:difference:without_warned"]
    assert row["status"] == "not_estimable"
    assert "The LBP group has no participant with a value" in row["note"]


def test_rejected_trials_are_in_neither(penney, run):
    def verdict(number):
        return "reject" if number % 5 == 0 else _third_is_warned(number)

    tables = _judged(penney, verdict)
    left = tables["activation"].query("quality != 'reject'").reset_index(drop=True)
    with_rejected, without = run(tables), run({**tables, "activation": left})
    for how in ("adjusted", "without_warned"):
        row_id = f"gmed_pct_mvic:difference:{how}"
        assert with_rejected.loc[row_id, "estimate"] == without.loc[row_id, "estimate"]
        assert with_rejected.loc[row_id, "n_rows"] == without.loc[row_id, "n_rows"]


def test_own_covariates_of_the_plan_count_here_too(penney, run):
    plan = Plan.model_validate(
        {"outcomes": {"gmed_pct_mvic": {"role": "primary", "covariates": ["bmi"]}}}
    )
    rows = run(_judged(penney, _third_is_warned), plan=plan)
    assert "bmi" in rows.loc["gmed_pct_mvic:difference:without_warned", "formula"]


def test_the_methods_say_it_only_when_it_ran(third_warned, all_good):
    def text(done):
        return " ".join(step.text for step in done.steps)

    sentence = "repeated without the trials that have a remark on their signal"
    assert sentence in text(third_warned)
    assert sentence not in text(all_good)
