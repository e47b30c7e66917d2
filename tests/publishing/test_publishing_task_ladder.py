"""The report shows the goals of the balance tasks only where a ladder was analysed."""

from dataclasses import replace

import pandas as pd
import pytest

from pipeline.publishing.build import build_report

pytestmark = pytest.mark.usefixtures("without_pictures")

DEADLIFT = "hold_time_s/eyes_open/single_leg_deadlift"


def _with_goals(light):
    template = light.estimates[light.estimates["contrast"].eq("LBP")].iloc[:1]
    rows = [
        template.assign(
            estimate_id=f"{DEADLIFT}:goal_5s:{side}",
            outcome=DEADLIFT,
            contrast=contrast,
            model="goal_reached",
            variant="goal of 5 s",
            role="descriptive",
            unit="proportion",
            estimate=share,
            ci_low=low,
            ci_high=high,
            ci_level=0.95,
            status="ok",
            note="",
            n_case=21 if side != "reference" else None,
            n_reference=22 if side != "case" else None,
        )
        for side, contrast, share, low, high in (
            ("case", "LBP", 0.5, 0.3, 0.7),
            ("reference", "control", 0.75, 0.6, 0.9),
            ("difference", "LBP - control", -0.25, -0.5, 0.02),
        )
    ]
    return replace(light, estimates=pd.concat([light.estimates, *rows], ignore_index=True))


def test_a_table_gives_both_groups_and_the_difference(light):
    report = build_report(_with_goals(light))
    table = next(one for one in report.tables() if one.id == "task_ladder")
    heading, row = table.rows
    assert "single-leg deadlift" in heading.cells[0].text
    assert [cell.text for cell in row.cells] == [
        "Reached the goal of 5 s",
        "50% (30% to 70%)",
        "75% (60% to 90%)",
        "−25% (−50% to 2%)",
        "21 / 22",
    ]


def test_without_goals_there_is_no_such_table(light):
    assert not any(one.id == "task_ladder" for one in build_report(light).tables())


def _row(template, estimate_id, **columns):
    plain = {
        "role": "sensitivity",
        "unit": "ratio",
        "status": "ok",
        "note": "",
        "variant": "",
        "ci_level": 0.95,
        "estimate": None,
        "ci_low": None,
        "ci_high": None,
        "p": None,
        "p_adjusted": None,
        "n_case": 21,
        "n_reference": 22,
    }
    return template.assign(estimate_id=estimate_id, outcome=DEADLIFT, **{**plain, **columns})


def test_changes_over_visits_stand_side_by_side_and_together(light):
    template = light.estimates[light.estimates["contrast"].eq("LBP")].iloc[:1]
    visits = "week_08 / baseline"
    rows = [
        _row(
            template,
            f"{DEADLIFT}:{model}:{contrast}",
            model=model,
            contrast=contrast,
            estimate=estimate,
            ci_low=low,
            ci_high=high,
            p=p,
            unit="F" if low is None else "ratio",
            note="F with 2 and 40 degrees of freedom." if low is None else "",
        )
        for model, contrast, estimate, low, high, p in (
            ("interaction_visit", f"LBP / control: {visits}", 1.2, 0.9, 1.6, 0.21),
            ("change_over_visits", f"{visits}, within LBP", 1.5, 1.2, 1.9, 0.001),
            ("change_over_visits", f"{visits}, within control", 1.25, 1.0, 1.5, 0.04),
            ("interaction_visits", "LBP / control: baseline, week_08", 3.4, None, None, 0.044),
        )
    ]
    estimates = pd.concat([light.estimates, *rows], ignore_index=True)
    report = build_report(replace(light, estimates=estimates))
    table = next(one for one in report.tables() if one.id == "visits")
    texts = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert texts[0] == [
        visits,
        "1.50 (1.20 to 1.90)",
        "1.25 (1.00 to 1.50)",
        "1.20 (0.90 to 1.60)",
        ".21",
    ]
    assert texts[1][0] == "All visits together (F)"
    assert texts[1][3].startswith("3.40")
    assert texts[1][4] == ".04"
