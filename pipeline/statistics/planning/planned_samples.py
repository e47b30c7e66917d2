"""From assumptions to the table of powers, for hold time and for measured outcomes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import ceil
from typing import Final

import numpy as np

from pipeline.statistics.planning.continuous import MeasuredAssumptions
from pipeline.statistics.planning.hold_time import (
    HoldAssumptions,
    Progress,
    SimulatedPower,
    plan_hold_time,
)
from pipeline.statistics.planning.power_table import Assumption, PowerPoint, PowerTable

_AROUND: Final = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0)
"""Sizes of an exact curve, relative to the answer."""


def hold_sample(
    outcome: str,
    assumptions: Iterable[Assumption],
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    replicates: int = 2_000,
    seed: int,
    progress: Progress = lambda done, total: None,
) -> PowerTable:
    """Participants per group for hold time. assumptions: one per field of HoldAssumptions, by key.

    Raises ValueError for numbers that cannot be, and UnreachablePowerError.
    """
    stated = tuple(assumptions)
    value = {one.key: one.value for one in stated}
    assumed = HoldAssumptions(
        median_s=value["median_s"],
        ratio=value["ratio"],
        sd_participants=value["sd_participants"],
        sd_legs=value["sd_legs"],
        sd_trials=value["sd_trials"],
        ceiling_s=value["ceiling_s"],
        trials=int(value["trials"]),
        legs=int(value["legs"]),
    )
    found = plan_hold_time(
        assumed, power=power, alpha=alpha, replicates=replicates, seed=seed, progress=progress
    )
    reference, case = assumed.share_at_ceiling()
    notes = [
        f"Trials expected at the ceiling: {reference:.0%} of the reference group, {case:.0%} of the "
        "cases.",
        "Without a ceiling, about "
        f"{assumed.without_ceiling_n_per_group(power=power, alpha=alpha)} per group would do.",
    ]
    if found.at.not_estimable > 0:
        notes.append(
            f"In {found.at.not_estimable:.1%} of the simulated cohorts too many trials are at the "
            "ceiling for a regression; they count as not detected."
        )
    notes += _at_the_limits(
        stated,
        "sd_participants",
        lambda sd: (
            found.n_per_group
            * replace(assumed, sd_participants=sd).without_ceiling_n_per_group(
                power=power, alpha=alpha
            )
            / assumed.without_ceiling_n_per_group(power=power, alpha=alpha)
        ),
    )
    return PowerTable(
        outcome=outcome,
        effect=f"a time ratio of {assumed.ratio:g} (case / reference)",
        n_per_group=found.n_per_group,
        n_range=(found.n_low, found.n_high),
        at=_point(found.at),
        curve=tuple(_point(one) for one in found.curve),
        assumptions=stated,
        model=(
            "Simulated cohorts, each analysed by the log-normal censored regression of all trials "
            "with small-sample errors clustered by participant (censored_lognormal, without covariates)."
        ),
        notes=tuple(notes),
        target_power=power,
        alpha=alpha,
        seed=seed,
        replicates=found.at.replicates,
    )


def measured_sample(
    outcome: str,
    unit: str,
    assumptions: Iterable[Assumption],
    *,
    power: float = 0.8,
    alpha: float = 0.05,
) -> PowerTable:
    """Participants per group for a measured outcome. assumptions: one per field of MeasuredAssumptions.

    Raises ValueError for numbers that cannot be, and UnreachablePowerError.
    """
    stated = tuple(assumptions)
    value = {one.key: one.value for one in stated}
    assumed = MeasuredAssumptions(
        difference=value["difference"],
        sd=value["sd"],
        icc=value["icc"],
        icc_same_leg=value.get("icc_same_leg"),
        trials=int(value["trials"]),
        legs=int(value["legs"]),
    )
    n = assumed.n_per_group(power=power, alpha=alpha)
    sizes = sorted({max(2, int(np.ceil(n * factor))) for factor in _AROUND})
    curve = tuple(PowerPoint(size, assumed.power(size, alpha=alpha)) for size in sizes)
    per_participant = assumed.trials * assumed.legs
    return PowerTable(
        outcome=outcome,
        effect=f"a difference of {assumed.difference:g} {unit}".rstrip(),
        n_per_group=n,
        n_range=None,
        at=PowerPoint(n, assumed.power(n, alpha=alpha)),
        curve=curve,
        assumptions=stated,
        model=(
            "Exact power of the t test of participants' means (noncentral t), which a mixed model of "
            "complete data equals."
        ),
        notes=(
            f"Design effect {assumed.design_effect:.3g}: {per_participant} trials of one participant "
            f"are worth {per_participant / assumed.design_effect:.3g} of different participants.",
            f"Standard deviation of participants' means {assumed.sd_of_mean:.4g} {unit}".rstrip()
            + f"; standardised difference {abs(assumed.d):.3g}.",
            *_at_the_limits(
                stated,
                "sd",
                lambda sd: replace(assumed, sd=sd).n_per_group(power=power, alpha=alpha),
            ),
        ),
        target_power=power,
        alpha=alpha,
        seed=None,
        replicates=None,
    )


def _at_the_limits(
    assumptions: tuple[Assumption, ...], key: str, size: Callable[[float], float]
) -> list[str]:
    """What the uncertainty of a spread from the pilot means for the size, as a sentence."""
    for one in assumptions:
        if one.key == key and one.interval is not None and one.interval[0] > 0:
            low, high = one.interval
            return [
                f"With the {one.label} at the limits of the pilot's interval ({low:.3g} and "
                f"{high:.3g}), about {ceil(size(low))} and {ceil(size(high))} per group."
            ]
    return []


def _point(found: SimulatedPower) -> PowerPoint:
    return PowerPoint(found.n_per_group, found.power, found.se, found.not_estimable)
