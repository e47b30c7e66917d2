"""Units and sign of signals: EMG in microvolt, force in newton with body weight positive.

What cannot be converted is refused. Files differ between the force on the plate and the force on the foot,
and nothing in them says which.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.recording import Channel, Samples, SignalProblem

MICROVOLT_PER: Final[Mapping[str, float]] = {
    "uv": 1.0,
    "microvolt": 1.0,
    "microvolts": 1.0,
    "mv": 1e3,
    "millivolt": 1e3,
    "millivolts": 1e3,
    "v": 1e6,
    "volt": 1e6,
    "volts": 1e6,
    "nv": 1e-3,
}
"""EMG units by their simplified spelling."""

NEWTON_PER: Final[Mapping[str, float]] = {
    "n": 1.0,
    "newton": 1.0,
    "newtons": 1.0,
    "kn": 1e3,
    "dan": 10.0,
}
"""Force units by their simplified spelling."""

NEWTON_MILLIMETRE_PER: Final[Mapping[str, float]] = {
    "nmm": 1.0,
    "n.mm": 1.0,
    "mm.n": 1.0,
    "ncm": 10.0,
    "nm": 1e3,
    "n.m": 1e3,
}
"""Units of moments of force by their simplified spelling; `nm` is newton metre."""

MILLIMETRE_PER: Final[Mapping[str, float]] = {"mm": 1.0, "cm": 10.0, "m": 1e3}
"""Units of length by their simplified spelling."""

TIME_UNITS: Final[Mapping[str, float]] = {
    "s": 1.0,
    "sec": 1.0,
    "secs": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "milliseconds": 1e-3,
    "us": 1e-6,
}
"""Units of a time column in seconds."""

OTHER_UNITS: Final = frozenset(
    {
        "nm",
        "nmm",
        "ncm",
        "n.mm",
        "n.m",
        "mm.n",
        "mm",
        "cm",
        "m",
        "m/s",
        "m/s^2",
        "m/s2",
        "g",
        "mg",
        "gs",
    }
    | {"deg", "deg/s", "°/s", "dps", "rad", "rad/s", "ut", "mgauss", "gauss", "%", "bar", "kpa"}
    | {"pa", "hz", "kg", "on", "a.u.", "au", "celsius", "°c"}
)
"""Units of what else stands beside EMG and force, simplified; only recognised, never converted."""

_KNOWN = {*MICROVOLT_PER, *NEWTON_PER, *TIME_UNITS, "nm", "nmm", "mm", "m", "g", "deg", "kg"}
_IN_BRACKETS = {*_KNOWN, *OTHER_UNITS}
_BRACKETED = re.compile(r"^(?P<label>.*?)\s*[\(\[]\s*(?P<unit>[^()\[\]]+?)\s*[\)\]]\s*$")
_SUFFIXED = re.compile(r"^(?P<label>.+?)(?:,\s*|_)(?P<unit>[a-zµμ]+)$", re.IGNORECASE)

LOADED_N: Final = 50.0
"""A plate that never shows this much was never stood on, so its sign cannot be known."""

FORCE_UNITS: Final = ("N", "kN")
VERTICAL: Final = re.compile(r"f\d*z|fz\d*", re.IGNORECASE)
"""Labels of vertical force: Fz, Fz1, F1Z, PF1Fz."""


def simplified(unit: str) -> str:
    """Spelling of a unit without case, spaces and the two micro signs."""
    return unit.strip().replace("µ", "u").replace("μ", "u").casefold()


def is_unit(text: str) -> bool:
    """Whether a cell, with or without brackets, holds a unit and nothing else."""
    plain = simplified(text).strip("()[]").strip()
    return (
        plain in MICROVOLT_PER or plain in NEWTON_PER or plain in TIME_UNITS or plain in OTHER_UNITS
    )


def split_heading(heading: str) -> tuple[str, str | None]:
    """(label, unit) of a column heading: `L GMED (mV)`, `L GMED [mV]`, `L GMED, mV`, `l_gmed_mv`.

    A bracket or ending that is not a unit stays part of the label, and the unit is then None.
    """
    text = heading.strip()
    for pattern, units in ((_BRACKETED, _IN_BRACKETS), (_SUFFIXED, _KNOWN)):
        match = pattern.match(text)
        if match and simplified(match["unit"]) in units and match["label"].strip():
            return match["label"].strip(), match["unit"]
    return text, None


def in_microvolt(channel: Channel, declared: str | None) -> Samples:
    """Samples of an EMG channel in microvolt, shape (n_samples,).

    declared: `emg_unit` of study.yaml, used only where the file does not say its unit. Raises
    SignalProblem when neither says it, the unit is no voltage, or samples are beyond anything measured.
    """
    return _converted(channel, declared, _VOLTAGE)


def in_newton(channel: Channel, declared: str | None) -> Samples:
    """Samples of a force channel in newton, shape (n_samples,); like `in_microvolt`."""
    return _converted(channel, declared, _FORCE)


def in_newton_millimetre(channel: Channel, declared: str | None) -> Samples:
    """Samples of a moment of force in newton millimetre, shape (n_samples,); like `in_microvolt`."""
    return _converted(channel, declared, _MOMENT)


def in_millimetre(channel: Channel, declared: str | None) -> Samples:
    """Samples of a position in millimetre, shape (n_samples,); like `in_microvolt`."""
    return _converted(channel, declared, _LENGTH)


@dataclass(frozen=True)
class _Quantity:
    """Units of one quantity: what they are turned into, how to, and what study.yaml may declare.

    beyond: what no amplifier or plate gives, in the target unit; such samples are damage or a wrong unit.
    """

    target: str
    factors: Mapping[str, float]
    setting: str
    accepted: str
    beyond: float


_VOLTAGE = _Quantity("microvolt", MICROVOLT_PER, "emg_unit", "uV, mV or V", 1e9)
_FORCE = _Quantity("newton", NEWTON_PER, "force_unit", "N", 1e6)
_MOMENT = _Quantity("newton millimetre", NEWTON_MILLIMETRE_PER, "moment_unit", "Nm or Nmm", 1e9)
_LENGTH = _Quantity("millimetre", MILLIMETRE_PER, "cop_unit", "mm, cm or m", 1e6)


def _converted(channel: Channel, declared: str | None, quantity: _Quantity) -> Samples:
    unit = channel.unit if channel.unit and channel.unit.strip() else declared
    if unit is None:
        raise SignalProblem(
            f"The file does not say the unit of the channel {channel.label}.",
            f"Set {quantity.setting} under emg in study.yaml ({quantity.accepted}).",
        )
    factor = quantity.factors.get(simplified(unit))
    if factor is None:
        raise SignalProblem(
            f"The channel {channel.label} is in {unit}, which cannot be turned into "
            f"{quantity.target}.",
            f"Export the channel in {quantity.accepted}, or map another channel in study.yaml.",
        )
    converted = channel.samples.astype(np.float64) * factor
    n_beyond = int(np.sum(np.abs(converted) > quantity.beyond))
    if n_beyond:
        raise SignalProblem(
            f"The channel {channel.label} in {unit} has {n_beyond} of {converted.size} samples beyond "
            f"{quantity.beyond:.0e} {quantity.target}, which nothing measures.",
            "Export the recording again if the file is damaged, or correct the unit.",
        )
    return converted


def with_weight_upward(channels: Iterable[Channel]) -> tuple[Channel, ...]:
    """The channels, vertical forces in newton turned where their largest values are negative."""
    return tuple(
        replace(channel, samples=-channel.samples) if _is_upside_down(channel) else channel
        for channel in channels
    )


def body_weight_up(force_n: Samples) -> Samples:
    """The force (N, shape (n_samples,)), turned where its largest values are negative."""
    return -force_n if _counts_downward(force_n) else force_n


def _is_upside_down(channel: Channel) -> bool:
    if channel.unit not in FORCE_UNITS or VERTICAL.search(channel.label) is None:
        return False
    return _counts_downward(channel.samples)


def _counts_downward(samples: npt.NDArray[np.floating]) -> bool:
    force = samples[np.isfinite(samples)]
    lowest, highest = float(force.min(initial=0.0)), float(force.max(initial=0.0))
    return -lowest > highest and -lowest > LOADED_N
