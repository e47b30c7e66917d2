"""Defects that the rules of schemas.rules.measurement_rules have to find."""

import random

from defects.defect import Defect, Planted
from defects.key_defects import cells, remove_column
from defects.lab import Lab

CEILING_S = 30


def _below_the_ceiling(lab: Lab) -> list[int]:
    return [
        r for r in lab.rows("hold_times") if lab.get("hold_times", "hold_time_s", r) < CEILING_S
    ]


def _at_the_ceiling(lab: Lab) -> list[int]:
    return [r for r in lab.rows("hold_times") if lab.get("hold_times", "ended_by", r) == "ceiling"]


def _above_the_ceiling(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("hold_times", draw)
    lab.put("hold_times", "ended_by", row, draw.choice(("foot_touch", "ceiling", None)))
    return Planted(
        "hold_times", lab.put("hold_times", "hold_time_s", row, draw.choice((31.2, 61, 44.75)))
    )


def _above_the_tolerance(lab: Lab, draw: random.Random) -> Planted:
    lab.study = lab.study.replace("ceiling_s: 30", "ceiling_s: 30\n  ceiling_tolerance_s: 0.1")
    row = lab.any_row("hold_times", draw)
    lab.put("hold_times", "ended_by", row, "foot_touch")
    return Planted("hold_times", lab.put("hold_times", "hold_time_s", row, 30.2))


def _ending_not_said(lab: Lab, draw: random.Random) -> Planted:
    row = draw.choice(_at_the_ceiling(lab))
    lab.put("hold_times", "ended_by", row, None)
    lab.put("hold_times", "hold_time_s", row, draw.choice((30, 30.2)))
    return Planted("hold_times", lab.cell("hold_times", "hold_time_s", row))


def _ended_otherwise(lab: Lab, draw: random.Random) -> Planted:
    row = draw.choice(_at_the_ceiling(lab))
    lab.put("hold_times", "hold_time_s", row, draw.choice((30, 30.2)))
    return Planted("hold_times", lab.put("hold_times", "ended_by", row, "foot_touch"))


def _no_endings(lab: Lab, draw: random.Random) -> Planted:
    rows = _at_the_ceiling(lab)
    remove_column(lab, "hold_times", "ended_by")
    return Planted("hold_times", cells(lab, "hold_times", "hold_time_s", rows))


def _ceiling_too_early(lab: Lab, draw: random.Random) -> Planted:
    row = draw.choice(_below_the_ceiling(lab))
    lab.put("hold_times", "ended_by", row, "ceiling")
    return Planted("hold_times", lab.cell("hold_times", "hold_time_s", row))


def _no_time(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("hold_times", draw)
    lab.put("hold_times", "ended_by", row, draw.choice(("foot_touch", "pain", None)))
    return Planted("hold_times", lab.put("hold_times", "hold_time_s", row, None))


def _bounds_crossed(lab: Lab, draw: random.Random) -> Planted:
    for row in lab.tables["hold_times"]:
        row += [None, None]
    lab.tables["hold_times"][0][-2:] = ["hold_low_s", "hold_high_s"]
    row = draw.choice(_below_the_ceiling(lab))
    lab.put("hold_times", "hold_time_s", row, None)
    lab.put("hold_times", "hold_high_s", row, 10)
    return Planted("hold_times", lab.put("hold_times", "hold_low_s", row, draw.choice((10, 12.5))))


def _no_ceiling(lab: Lab, draw: random.Random) -> Planted:
    other = draw.choice(("ceilings_s: {eyes_closed: 30}", "ceilings_s: {kneeling_balance: 20}"))
    lab.study = lab.study.replace("ceiling_s: 30", other)
    return Planted("hold_times", "")


def _not_done_but_timed(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("hold_times", draw)
    lab.put("hold_times", "ended_by", row, "not_done")
    return Planted("hold_times", lab.cell("hold_times", "hold_time_s", row))


def _some_rounded(lab: Lab, draw: random.Random) -> Planted:
    rows = sorted(draw.sample(_below_the_ceiling(lab), draw.randint(6, 12)))
    for row in _below_the_ceiling(lab):
        whole = row in rows
        lab.put("hold_times", "hold_time_s", row, draw.randint(4, 27) + (0 if whole else 0.43))
    return Planted("hold_times", cells(lab, "hold_times", "hold_time_s", rows))


def _multiples_of_five(lab: Lab, draw: random.Random) -> Planted:
    rows = _below_the_ceiling(lab)
    odd = set(draw.sample(rows, 4))
    for row in rows:
        lab.put(
            "hold_times",
            "hold_time_s",
            row,
            draw.choice((11, 17) if row in odd else (10, 15, 20, 25)),
        )
    return Planted(
        "hold_times", cells(lab, "hold_times", "hold_time_s", [r for r in rows if r not in odd])
    )


def _an_unnoticed_ceiling(lab: Lab, draw: random.Random) -> Planted:
    rows = sorted(draw.sample(_below_the_ceiling(lab), draw.randint(6, 10)))
    time_s = draw.choice((15, 20, 22.5))
    for row in rows:
        lab.put("hold_times", "hold_time_s", row, time_s)
    return Planted("hold_times", cells(lab, "hold_times", "hold_time_s", rows))


def _unknown_task(lab: Lab, draw: random.Random) -> Planted:
    for row in lab.tables["hold_times"]:
        row.append("single_leg_stance")
    lab.tables["hold_times"][0][-1] = "task"
    row = lab.any_row("hold_times", draw)
    typed = draw.choice(("one-leg standing", "single_leg_stanc", "tandem"))
    return Planted("hold_times", lab.put("hold_times", "task", row, typed))


HOLD_DEFECTS: tuple[Defect, ...] = (
    Defect("HOLD-01", "above the ceiling", _above_the_ceiling),
    Defect("HOLD-01", "above the tolerance of the study", _above_the_tolerance),
    Defect("HOLD-02", "ending not said", _ending_not_said),
    Defect("HOLD-02", "no column for endings", _no_endings),
    Defect("HOLD-03", "ceiling too early", _ceiling_too_early),
    Defect("HOLD-04", "no time", _no_time),
    Defect("HOLD-05", "bounds crossed", _bounds_crossed),
    Defect("HOLD-06", "no ceiling", _no_ceiling),
    Defect("HOLD-07", "not done but timed", _not_done_but_timed),
    Defect("HOLD-08", "some times rounded", _some_rounded),
    Defect("HOLD-08", "multiples of five", _multiples_of_five),
    Defect("HOLD-09", "an unnoticed ceiling", _an_unnoticed_ceiling),
    Defect("HOLD-10", "at the ceiling, but ended otherwise", _ended_otherwise),
    Defect("TASK-01", "an unknown task", _unknown_task),
)
