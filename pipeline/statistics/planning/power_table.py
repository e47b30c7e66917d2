"""The answer to "how many participants": one record for every kind of outcome, still numbers."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["stated", "pilot", "usual"]


@dataclass(frozen=True)
class Assumption:
    """One number that the answer rests on.

    key: its name in files. label: in print. source: stated by the person, estimated from the pilot
    cohort, or the usual one. interval: 95 % confidence interval of an estimate from the pilot.
    note: how the pilot gave it, a sentence or "".
    """

    key: str
    label: str
    value: float
    unit: str = ""
    source: Source = "stated"
    interval: tuple[float, float] | None = None
    note: str = ""


@dataclass(frozen=True)
class PowerPoint:
    """Power with one size. se and not_estimable only where it was simulated."""

    n_per_group: int
    power: float
    se: float | None = None
    not_estimable: float | None = None


@dataclass(frozen=True)
class PowerTable:
    """The size, what it rests on, and the power over sizes.

    alpha: level of the test that was planned; shared: where it comes from when several tests share the level of a family,
    in words, else "". n_range: sizes that the Monte Carlo error leaves open, for simulated powers. model: what is
    simulated or computed, one sentence. notes: further sentences.
    """

    outcome: str
    effect: str
    n_per_group: int
    n_range: tuple[int, int] | None
    at: PowerPoint
    curve: tuple[PowerPoint, ...]
    assumptions: tuple[Assumption, ...]
    model: str
    notes: tuple[str, ...]
    target_power: float
    alpha: float
    seed: int | None
    replicates: int | None
    shared: str = ""
