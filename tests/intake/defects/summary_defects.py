"""Defects that the rules of schemas.rules.summary_rules have to find."""

import random
from typing import Any

from defects.defect import Defect, Planted
from defects.instrument_fixtures import run_of
from defects.lab import Lab

SUMMARIES = "group_summaries"
HEADINGS = [
    "source",
    "outcome",
    "group",
    "n",
    "mean",
    "sd",
    "se",
    "ci_low",
    "ci_high",
    "scale_min",
    "scale_max",
    "whole_items",
]


def with_summaries(lab: Lab) -> None:
    """Printed means that can all be true: Penney 2014, Sung & Danial 2017 and whole-number scores."""
    lab.tables[SUMMARIES] = [
        list(HEADINGS),
        ["Penney 2014", "VAS", "LBP", 21, 20.5, 16.25, None, 13.11, 27.9, 0, 100, None],
        ["Penney 2014", "VAS", "control", 22, 1.77, 4.47, None, -0.21, 3.75, 0, 100, None],
        ["Penney 2014", "ODI", "LBP", 21, 18.52, 8.93, None, 14.46, 22.59, 0, 100, None],
        ["Luomajoki 2008", "tests", "LBP", 108, 2.21, 1.415, None, 1.94, 2.48, 0, 6, None],
        ["a clinic", "hold, eyes closed", "LBP", 26, 20.5, 6.7, None, None, None, 0, 25, None],
        ["a clinic", "NRS", "LBP", 20, 3.45, 1.9, 0.42, None, None, 0, 10, 1],
    ]


def _typed(row: int, **values: Any) -> "Any":
    """Type values into one row; the finding stands at the last of them."""

    def plant(lab: Lab, draw: random.Random) -> Planted:
        with_summaries(lab)
        cell = ""
        for heading, choices in values.items():
            value = draw.choice(choices) if isinstance(choices, list) else choices
            cell = lab.put(SUMMARIES, heading, row, value)
        return Planted(SUMMARIES, cell)

    return plant


def _means_far_apart(lab: Lab, draw: random.Random) -> Planted:
    """Caffaro 2014: the brackets are standard errors."""
    with_summaries(lab)
    for group, n, mean, sd in (("LBP", 21, 1432.82, 73.27), ("control", 23, 1187.77, 60.30)):
        lab.tables[SUMMARIES].append(["Caffaro 2014", "sway", group, n, mean, sd, *[None] * 6])
    return Planted(SUMMARIES, run_of(lab, SUMMARIES, "sd", [8, 9]))


SUMMARY_DEFECTS: tuple[Defect, ...] = (
    Defect("SUM-01", "mean above the scale", _typed(7, mean=[10.35, 12.0])),
    Defect("SUM-01", "mean below the scale", _typed(6, mean=[-1.5, -3])),
    # Jo & Sung 2011: 24.6 with an SD of 4.2 at a ceiling of 25 s.
    Defect("SUM-02", "spread beyond the ceiling", _typed(6, n=28, mean=24.6, sd=[4.2, 5.1])),
    Defect("SUM-03", "mean of whole numbers", _typed(7, mean=[3.48, 3.42])),
    Defect("SUM-04", "spread too small", _typed(7, se=None, sd=[0.2, 0.42])),
    Defect("SUM-05", "error of the interval", _typed(2, sd=[3.55, 3.5])),
    Defect("SUM-05", "groups far apart", _means_far_apart),
    Defect("SUM-06", "sd against se", _typed(7, se=[0.9, 0.2])),
    # The interval of another row, and a sign lost on the way.
    Defect("SUM-07", "centre elsewhere", _typed(5, sd=None, ci_high=3.9, ci_low=[1.1, 2.0])),
    Defect("SUM-08", "outside its interval", _typed(4, sd=None, ci_low=20, ci_high=29, mean=18.52)),
)
