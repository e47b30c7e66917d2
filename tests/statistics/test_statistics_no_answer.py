"""What data cannot give is said in a sentence, by every model and for every kind of broken cohort.

No model raises, warns, gives P = 0, a number that is not finite, or an error of 0.
"""

import math
from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis_set import AnalysisSets, build_analysis_sets
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.models.linear.robust import MedianRegression
from pipeline.statistics.models.two_groups import brunner_munzel
from pipeline.statistics.outcomes.hold_time import hold_time_part
from pipeline.statistics.outcomes.measured_outcome import measured_part
from pipeline.statistics.outcomes.outcome_names import Measure, hold_measure
from pipeline.statistics.planned_model import with_planned_model
from schemas.model_entries.entry import Kind
from schemas.models import ANALYSIS_MODELS
from schemas.plan import Plan, PlannedOutcome, plan_contradictions
from schemas.terms import DEFAULT_TASK
from tests.statistics.conftest import load_tables

HOLD, ACTIVATION = "hold_time_s/eyes_open", "gmed_pct_mvic"
MEASURE = Measure(ACTIVATION, "activation", "%MVIC")
FEW = 12
"""Pairs of the matched golden data set that are enough for every model."""


@pytest.fixture(scope="module")
def few(study) -> AnalysisSets:
    tables = load_tables("matched_eo_ec")
    people = tables["participants"]
    kept = people.loc[people["pair_id"].isin(people["pair_id"].unique()[:FEW])]
    kept = kept.reset_index(drop=True)
    names = ("hold_times", "activation")
    rows = {
        name: tables[name].loc[tables[name]["participant_id"].isin(kept["participant_id"])]
        for name in names
    }
    rows = {name: frame.reset_index(drop=True) for name, frame in rows.items()}
    sets = build_analysis_sets({"participants": kept, **rows}, study)
    holds = sets.hold_times.query("condition == 'eyes_open'").reset_index(drop=True)
    known = sets.activation.loc[sets.activation[ACTIVATION].notna()].reset_index(drop=True)
    return replace(sets, hold_times=holds, activation=known)


def is_case(rows):
    return rows["group"].eq("LBP")


def timed(rows, seconds):
    """Holds that all ended before the ceiling, after so many seconds."""
    seconds = pd.Series(np.broadcast_to(seconds, len(rows)), rows.index, dtype=float)
    return rows.assign(
        hold_time_s=seconds,
        capped_s=seconds,
        low_s=seconds,
        high_s=seconds,
        log_low=np.log(seconds),
        log_high=np.log(seconds),
        censoring="exact",
    )


def held(rows, where):
    """Holds that reach the ceiling where said."""
    ceiling = rows["ceiling_s"]
    return rows.assign(
        capped_s=rows["capped_s"].mask(where, ceiling),
        low_s=rows["low_s"].mask(where, ceiling),
        high_s=rows["high_s"].mask(where, np.inf),
        log_low=rows["log_low"].mask(where, np.log(ceiling)),
        log_high=rows["log_high"].mask(where, np.inf),
        censoring=rows["censoring"].mask(where, "ceiling"),
    )


def of_both(change):
    """The change of rows of both outcomes."""
    return change, change


def people(rows, n_case, n_reference):
    own = rows.drop_duplicates("participant_id")
    kept = [
        own.loc[is_case(own) == side].head(n) for side, n in ((True, n_case), (False, n_reference))
    ]
    named = pd.concat(kept)["participant_id"]
    return rows.loc[rows["participant_id"].isin(named)].reset_index(drop=True)


def numbered(rows):
    return pd.Series(pd.factorize(rows["participant_id"])[0], rows.index)


BROKEN = {
    "one group": of_both(lambda rows: people(rows, FEW, 0)),
    "one case": of_both(lambda rows: people(rows, 1, FEW)),
    "one of each": of_both(lambda rows: people(rows, 1, 1)),
    "two of each": of_both(lambda rows: people(rows, 2, 2)),
    "three of each": of_both(lambda rows: people(rows, 3, 3)),
    "no rows": of_both(lambda rows: rows.head(0)),
    "all at the ceiling": (lambda rows: held(rows, rows["trial"] > 0), None),
    "references at the ceiling": (lambda rows: held(rows, ~is_case(rows)), None),
    "the same at the ceiling": (
        lambda rows: held(timed(rows, 0.1 + rows["trial"]), rows["trial"] == 1),
        None,
    ),
    "no variation": (
        lambda rows: timed(rows, 12.0),
        lambda rows: rows.assign(gmed_pct_mvic=20.0),
    ),
    "no variation in cases": (
        lambda rows: timed(rows, rows["capped_s"].clip(lower=0.5).mask(is_case(rows), 5.0)),
        lambda rows: rows.assign(gmed_pct_mvic=rows[ACTIVATION].mask(is_case(rows), 20.0)),
    ),
    "the group decides": (
        lambda rows: timed(rows, np.where(is_case(rows), 5.0, 9.0)),
        lambda rows: rows.assign(gmed_pct_mvic=np.where(is_case(rows), 20.0, 10.0)),
    ),
    "groups apart": (
        lambda rows: timed(rows, np.where(is_case(rows), 1.0, 20.0) + 0.01 * (rows.index % 7)),
        lambda rows: rows.assign(
            gmed_pct_mvic=np.where(is_case(rows), 90.0, 10.0) + 0.1 * (rows.index % 7)
        ),
    ),
    "no variation within people": (
        lambda rows: timed(rows, 5 + 0.7 * numbered(rows)),
        lambda rows: rows.assign(gmed_pct_mvic=5 + 0.7 * (numbered(rows) * 5 % 24)),
    ),
    "one leg": of_both(lambda rows: rows.loc[rows["leg"] == "left"].reset_index(drop=True)),
    "one row each": of_both(
        lambda rows: rows.drop_duplicates("participant_id").reset_index(drop=True)
    ),
    "other legs in each group": of_both(
        lambda rows: rows.loc[rows["leg"].eq("left") == is_case(rows)].reset_index(drop=True)
    ),
    "a covariate without values": of_both(lambda rows: rows.assign(age_years=np.nan)),
    "a covariate in one group": of_both(
        lambda rows: rows.assign(age_years=rows["age_years"].where(is_case(rows)))
    ),
    "a covariate that is another": of_both(
        lambda rows: rows.assign(height_cm=2 * rows["age_years"])
    ),
    "a site per group": of_both(lambda rows: rows.assign(site=np.where(is_case(rows), "A", "B"))),
    "a site of one": of_both(
        lambda rows: rows.assign(site=np.where(numbered(rows) == 0, "A", "B"))
    ),
    "all in one pair": of_both(lambda rows: rows.assign(pair_id="M1")),
    "nobody paired": of_both(lambda rows: rows.assign(pair_id=rows["participant_id"])),
}


@pytest.fixture(autouse=True)
def _few_samples(monkeypatch):
    """Resampling stands for itself; how often is no matter here."""
    monkeypatch.setattr(MedianRegression.fit, "__defaults__", (40,))
    monkeypatch.setattr(brunner_munzel, "N_PERMUTATIONS", brunner_munzel._BATCH)
    monkeypatch.setattr(brunner_munzel, "MOST_ENUMERATED", 1000)


def planning(study, kind: Kind, outcome: str, model: str, margin: float | None) -> Comparison:
    every = tuple(name for name, known in ANALYSIS_MODELS.items() if kind in known.kinds)
    entry = PlannedOutcome(
        role="primary", model=model, sensitivity=every, equivalence_margin=margin
    )
    plan = Plan(
        covariates=("age_years", "sex", "dom", "height_cm", "site"), outcomes={outcome: entry}
    )
    assert not list(plan_contradictions(plan))
    return Comparison.of(study, plan)


def check(rows):
    for row in rows:
        numbers = [value for value in asdict(row).values() if isinstance(value, float)]
        assert all(math.isfinite(value) for value in numbers), row
        assert row.p is None or 0 < row.p <= 1, row
        assert row.second_opinion != "disagrees", row
        if row.status == "not_estimable":
            assert row.estimate is None and row.note.rstrip().endswith("."), row
        else:
            assert row.estimate is not None, row
            assert row.model in ("mean", "sd") or row.se is None or row.se > 0, row
            if row.ci_low is not None and row.ci_high is not None:
                assert row.ci_low <= row.estimate <= row.ci_high, row


QUICK = ("one case", "two of each", "all at the ceiling", "no variation", "the group decides")
"""Run always; the others with -m slow."""


def each(place):
    """The broken cohorts that concern holds (0) or what is measured (1)."""
    return [
        pytest.param(change[place], id=name, marks=() if name in QUICK else pytest.mark.slow)
        for name, change in BROKEN.items()
        if change[place]
    ]


@pytest.mark.parametrize("broken", each(0))
def test_every_model_of_hold_time_answers_with_a_number_or_a_reason(few, study, broken):
    rows = broken(few.hold_times)
    comparison = planning(study, "hold", HOLD, "censored_lognormal_random_intercept", 1.25)
    measure = hold_measure(DEFAULT_TASK, "eyes_open", study)
    part = hold_time_part(rows, measure, comparison, shortest_timed_hold_s=1.0)
    check(with_planned_model(part, measure, comparison).rows)


@pytest.mark.parametrize("broken", each(1))
def test_every_model_of_a_measured_outcome_does_so_too(few, study, broken):
    rows = broken(few.activation)
    comparison = planning(study, "measured", ACTIVATION, "welch", 3.0)
    part = measured_part(rows, ACTIVATION, MEASURE, comparison)
    check(with_planned_model(part, MEASURE, comparison).rows)
