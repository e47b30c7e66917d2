"""The verdict on a signal: a table of limits, and the sentences of those that were passed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.signals.quality.signal_metrics import SignalMetrics
from schemas.terms import RECORDING_ROLES

EVERY_ROLE: Final = tuple(RECORDING_ROLES)
WITH_MUSCLE: Final = ("task", "mvic", "submaximal")


@dataclass(frozen=True)
class Limit:
    """One limit on one number.

    metric: name of the number. says: sentence with {value}. warn, reject: limits in the number's
    unit; None means never. is_floor: True when values below the limit are bad. roles: recording
    roles it applies to. source: where the limits come from.
    """

    metric: str
    says: str
    warn: float | None
    reject: float | None
    source: str
    is_floor: bool = False
    roles: tuple[str, ...] = EVERY_ROLE

    def verdict(self, value: float) -> str:
        """good, warn or reject for one value."""
        for name, limit in (("reject", self.reject), ("warn", self.warn)):
            if limit is not None and (value < limit if self.is_floor else value > limit):
                return name
        return "good"


_DECLARED = "declared by Stance"

SIGNAL_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "baseline_rms_uv",
        "the level at rest is {value:.1f} µV",
        warn=5.0,
        reject=10.0,
        source="Konrad, The ABC of EMG: 1 to 3.5 µV is good",
    ),
    Limit(
        "snr_db",
        "the stance is only {value:.1f} dB above rest",
        warn=15.0,
        reject=3.0,
        source="15 dB: Sinderby et al. 1995. Below 3 dB half of the power is there at rest as well",
        is_floor=True,
        roles=("task",),
    ),
    Limit(
        "mains_share",
        "mains hum has {value:.0%} of the signal's power",
        warn=0.05,
        reject=0.2,
        source=f"{_DECLARED}: a clean signal has below 2.4 %, hum a third as strong has 10 %",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "low_frequency_share",
        "{value:.0%} of the raw power is below 20 Hz, as from moving cables or electrodes",
        warn=0.15,
        reject=0.4,
        source=f"{_DECLARED}: clean signals have 1 to 2 %, swaying cables 60 %",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "clip_share",
        "{value:.1%} of the samples stand at the end of the amplifier's range",
        warn=0.001,
        reject=0.01,
        source=f"{_DECLARED}: clean signals have 0.005 %",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "flat_ms",
        "the signal stands still for {value:.0f} ms",
        warn=20.0,
        reject=None,
        source=f"{_DECLARED}: clean signals 0 ms, clipped ones 3 ms, drop-outs 100 ms",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "flat_share",
        "the signal stands still for {value:.0%} of the time",
        warn=None,
        reject=0.05,
        source=f"{_DECLARED}: it makes the amplitude more than 2.5 % too small",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "rms_uv",
        "the amplitude of {value:.2g} µV is below the noise of any amplifier, so the unit is wrong",
        warn=None,
        reject=0.5,
        source=f"{_DECLARED}: amplifiers have 1 µV of noise",
        is_floor=True,
        roles=WITH_MUSCLE,
    ),
    Limit(
        "largest_raw_uv",
        "the signal reaches {value:.2g} µV, which no muscle gives at the skin, so the unit or the "
        "amplifier's gain is wrong",
        warn=None,
        reject=20000.0,
        source=f"{_DECLARED}: surface EMG stays below 10 mV",
    ),
)
"""Limits on one recording. Metrics: `signal_metrics.SignalMetrics`."""

HIGHEST_PCT_MVIC: Final = 100.0
"""Mean activation above this is not a percentage of a maximum; microvolts and onset still hold."""

MVIC_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "mvic_rms_uv",
        "the MVIC reference is only {value:.0f} µV",
        warn=30.0,
        reject=None,
        source=f"{_DECLARED}: a maximal gluteus medius gives more",
        is_floor=True,
    ),
    Limit(
        "cv_pct",
        "the MVIC repeats scatter by {value:.0f} %",
        warn=20.0,
        reject=None,
        source=f"{_DECLARED}, unless the study declares another limit",
    ),
)
"""Limits on the MVIC reference of a leg alone; its stance trials take over the reasons."""

TASK_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "times_task",
        "the MVIC reference is only {value:.1f} times the highest stance trial",
        warn=3.0,
        reject=None,
        source=f"{_DECLARED}: a single-leg stance takes a small part of the maximum",
        is_floor=True,
    ),
)
"""Limits on an MVIC reference beside its stance trials. Trials do not take over the reasons, as a limit on
the activation that a study wants to compare would sort its trials by outcome."""

REFERENCE_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "pct_mvic",
        "the mean activation is {value:.0f} %MVIC, so the MVIC was not maximal and percentages are "
        "left out",
        warn=HIGHEST_PCT_MVIC,
        reject=None,
        source=f"{_DECLARED}; CEDE normalisation matrix, Besomi et al. 2020",
    ),
    Limit(
        "peak_pct_mvic",
        "the peak activation is {value:.0f} %MVIC",
        warn=150.0,
        reject=None,
        source="peaks of 172 to 216 % are published for hip muscles in dynamic tasks",
    ),
)
"""Limits on a stance trial in percent of its MVIC reference. None rejects: microvolts do not depend on
the reference."""


@dataclass(frozen=True)
class Verdict:
    """good, warn or reject, with the reasons in words; notes may stand beside a good verdict."""

    quality: str
    reasons: tuple[str, ...] = ()

    def worse(self, other: "Verdict") -> "Verdict":
        """The worse of two verdicts, with the reasons of both."""
        order = ("good", "warn", "reject")
        quality = max(self.quality, other.quality, key=order.index)
        return Verdict(quality, self.reasons + other.reasons)


def judge(
    values: Mapping[str, float | None], limits: Iterable[Limit], role: str = "task"
) -> Verdict:
    """The verdict of `limits` on numbers by metric name; a missing number is not judged."""
    verdict = Verdict("good")
    for limit in limits:
        value = values.get(limit.metric)
        if value is None or role not in limit.roles:
            continue
        quality = limit.verdict(value)
        if quality != "good":
            verdict = verdict.worse(Verdict(quality, (limit.says.format(value=value),)))
    return verdict


def judge_raw(metrics: SignalMetrics) -> Verdict:
    """Reject what is not a raw EMG signal at all: a dead channel, or one that was processed before.

    Rectified signals have no value below zero and lean to one side, envelopes hardly change within
    50 ms; a raw signal with an offset of the converter does neither.
    """
    if metrics.largest_raw_uv == 0.0:
        return Verdict("reject", ("the channel is dead: it has the same value throughout",))
    skewness, slow = metrics.skewness or 0.0, metrics.low_frequency_share or 0.0
    if metrics.negative_share == 0.0 and (skewness > 0.5 or slow > 0.4):
        return Verdict(
            "reject",
            ("the signal has no value below zero: it was rectified or smoothed before export",),
        )
    return Verdict("good")
