"""Defects that the rules of schemas.rules.hold_rules have to find."""

import random

from defects.defect import Defect, Planted
from defects.lab import Lab


def _above_the_ceiling(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row("hold_times", draw)
    lab.put("hold_times", "ended_by", row, "foot_touch")
    return Planted(
        "hold_times", lab.put("hold_times", "hold_time_s", row, draw.choice((31.2, 61, 44.75)))
    )


HOLD_DEFECTS: tuple[Defect, ...] = (Defect("HOLD-01", "above the ceiling", _above_the_ceiling),)
