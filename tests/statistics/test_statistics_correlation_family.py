"""The family of exploratory correlations: one coefficient, within the case group, by the plan."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.multiplicity import adjust_within_families
from pipeline.statistics.outcomes.correlations import MeasuredValues, correlations
from schemas.plan import Plan


def test_the_plans_coefficient_is_adjusted_over_all_pairs_and_the_other_stands_beside(as_planned):
    rows = as_planned[as_planned["model"].isin(["pearson", "spearman"])]
    spearman = rows[(rows["model"] == "spearman") & (rows["status"] != "not_estimable")]
    assert len(spearman) > 3
    assert (spearman["family"] == "F3").all()
    assert (spearman["role"] == "exploratory").all()
    expected = multipletests(spearman["p"], method="fdr_bh")[1]
    np.testing.assert_allclose(spearman["p_adjusted"], expected)
    others = as_planned.drop(index=spearman.index)
    assert not (others["family"] == "F3").any()


def _made(plan, study):
    rng = np.random.default_rng(4)
    codes = [f"P{number}" for number in range(12)]
    people = pd.DataFrame(
        {
            "participant_id": codes,
            "group": ["LBP"] * 12,
            "vas_mm": rng.normal(size=12),
            "odi_pct": 1.0,
        }
    )
    values = pd.DataFrame({"participant_id": codes, "value": rng.normal(size=12)})
    return correlations(
        [MeasuredValues("gmed_pct_mvic", "activation", values)], people, Comparison.of(study, plan)
    )


@pytest.mark.parametrize(
    ("planned", "families"),
    [
        ({}, ["", "F3"]),
        ({"coefficient": "pearson", "family": "X"}, ["X", ""]),
        ({"family": ""}, ["", ""]),
    ],
)
def test_the_plan_names_family_and_coefficient(study, planned, families):
    part = _made(Plan.model_validate({"correlations": planned}), study)
    pain = [row for row in part.rows if row.outcome.endswith("vas_mm")]
    assert [row.family for row in pain] == families
    said = part.runs[0].detail
    assert ("adjusted by the method of" in said) == bool(planned.get("family", "F3"))


def test_what_could_not_be_correlated_is_no_test_of_the_family(study):
    part = _made(Plan(), study)
    constant = [row for row in part.rows if row.outcome.endswith("odi_pct")]
    assert {row.status for row in constant} == {"not_estimable"}
    assert {row.family for row in constant} == {""}
    frame = pd.DataFrame([{"family": row.family, "p": row.p} for row in part.rows])
    (tested,) = frame.index[frame["family"] == "F3"]
    assert adjust_within_families(frame, {"F3": "bh"})[tested] == frame.loc[tested, "p"]
