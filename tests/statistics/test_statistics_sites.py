"""Sites in unequal shares, or with one group only, are said beside planned results; and only then."""

import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.plan import Plan

HOLD = "hold_time_s/eyes_open"
UNEVEN = "The groups come from the sites in unequal shares and this model is not adjusted for site"
ALONE = "Sites with one group only"


@pytest.fixture(scope="module")
def with_sites(penney, study):
    """Row and methods text of the hold times where the first of each group's people are of site S2."""

    def analysed(cases, controls, *covariates):
        people = penney["participants"].sort_values("participant_id").copy()
        at = people.groupby("group").cumcount()
        many = people["group"].map({"LBP": cases, "control": controls})
        people["site"] = (at < many).map({True: "S2", False: "S1"})
        tables = {"participants": people, "hold_times": penney["hold_times"]}
        plan = Plan.model_validate(
            {
                "covariates": [*covariates],
                "outcomes": {HOLD: {"role": "primary", "sensitivity": ["cox_breslow"]}},
            }
        )
        done = analyse("sites", build_analysis_sets(tables, study), study, plan)
        rows = done.estimates.set_index("estimate_id")
        return rows, " ".join(step.text for step in done.steps)

    return analysed


def test_one_site_is_not_told(with_sites):
    rows, text = with_sites(0, 0)
    assert "site" not in rows.loc[f"{HOLD}:time_ratio:adjusted", "note"]
    assert "site" not in text.replace("sites where the design has them", "")


def test_even_shares_need_no_note(with_sites):
    rows, text = with_sites(10, 11)
    row = rows.loc[f"{HOLD}:time_ratio:adjusted"]
    assert UNEVEN not in row["note"]
    assert ALONE not in row["note"]
    assert "come from 2 sites; site is not a covariate of the planned models." in text


def test_uneven_shares_are_said_with_counts_where_site_is_not_in_the_model(with_sites):
    rows, text = with_sites(14, 6)
    note = rows.loc[f"{HOLD}:time_ratio:adjusted", "note"]
    assert f"{UNEVEN} (S1: 7 of 21 LBP and 16 of 22 control; S2: 14 of 21 LBP and 6 of 22" in note
    assert ALONE not in note
    assert UNEVEN not in rows.loc[f"{HOLD}:cox_breslow:adjusted", "note"]  # not the planned row
    assert "site is not a covariate of the planned models." in text


def test_a_model_with_site_is_not_called_one_without(with_sites):
    rows, text = with_sites(14, 6, "site")
    assert UNEVEN not in rows.loc[f"{HOLD}:time_ratio:adjusted", "note"]
    assert "2 sites; site is a covariate of the planned models." in text


@pytest.mark.parametrize("covariates", [(), ("site",)])
def test_a_site_with_one_group_only_is_a_caution_with_and_without_site(with_sites, covariates):
    rows, text = with_sites(5, 0, *covariates)
    row = rows.loc[f"{HOLD}:time_ratio:adjusted"]
    assert f"{ALONE} (S2: 5 of 21 LBP and 0 of 22 control)" in row["note"]
    assert row["status"] == "flagged"
    assert ("site is a covariate" in text) == bool(covariates)


def test_swapping_the_groups_swaps_the_counts(with_sites):
    note = with_sites(0, 5)[0].loc[f"{HOLD}:time_ratio:adjusted", "note"]
    assert f"{ALONE} (S2: 0 of 21 LBP and 5 of 22 control)" in note
