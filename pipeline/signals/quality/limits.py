"""The verdict on one recording: limits as data, and the sentences of those that were passed.

What no paper at hand backs is declared by Stance, from what simulated signals with one fault each give
(`benchmarks/signal_quality.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Final

from schemas.terms import RECORDING_ROLES, SIGNAL_VERDICTS

EVERY_ROLE: Final = tuple(RECORDING_ROLES)
WITH_MUSCLE: Final = ("task", "mvic", "submaximal")
QUALITIES: Final = SIGNAL_VERDICTS
"""From best to worst."""

DECLARED: Final = "declared by Stance"
"""Source of a limit that no paper at hand backs."""


@dataclass(frozen=True)
class Limit:
    """One limit on one number.

    about: the matter that it is about; a verdict gives one reason for each. metric: name of the number. says: sentence with {value}. warn, reject: limits in the number's
    unit; None means never. is_floor: True when values below the limit are bad. beyond: further limits,
    the mildest first, and the sentence from there on. only_if: another metric, and what it has to exceed
    for this limit to apply. roles: recording roles it applies to. source: where the limits come from.
    """

    about: str
    metric: str
    says: str
    warn: float | None
    reject: float | None
    source: str
    is_floor: bool = False
    beyond: tuple[tuple[float, str], ...] = ()
    only_if: tuple[str, float] | None = None
    roles: tuple[str, ...] = EVERY_ROLE

    def verdict(self, value: float) -> str:
        """good, warn or reject for one value."""
        for name, limit in (("reject", self.reject), ("warn", self.warn)):
            if limit is not None and self._passes(value, limit):
                return name
        return "good"

    def reason(self, value: float) -> str:
        """The sentence for a value that is not good."""
        says = self.says
        for limit, further in self.beyond:
            says = further if self._passes(value, limit) else says
        return says.format(value=value)

    def applies(self, role: str, values: Mapping[str, float | None]) -> bool:
        """Whether the limit is about a recording of this role with these numbers."""
        if role not in self.roles:
            return False
        if self.only_if is None:
            return True
        name, above = self.only_if
        other = values.get(name)
        return other is not None and other > above

    def _passes(self, value: float, limit: float) -> bool:
        return value < limit if self.is_floor else value > limit


@dataclass(frozen=True)
class Verdict:
    """good, warn or reject, with the reasons in words; notes may stand beside a good verdict."""

    quality: str
    reasons: tuple[str, ...] = ()

    def worse(self, other: "Verdict") -> "Verdict":
        """The worse of two verdicts, with the reasons of both, each once."""
        quality = max(self.quality, other.quality, key=QUALITIES.index)
        added = tuple(reason for reason in other.reasons if reason not in self.reasons)
        return Verdict(quality, self.reasons + added)


GOOD: Final = Verdict("good")


def judge(
    values: Mapping[str, float | None], limits: Iterable[Limit], role: str = "task"
) -> Verdict:
    """The verdict of `limits` on numbers by metric name; a missing number is not judged.

    Of several limits about one matter the worst gives the reason, and of equals the first.
    """
    worst: dict[str, Verdict] = {}
    for limit in limits:
        value = values.get(limit.metric)
        if value is None or not limit.applies(role, values):
            continue
        quality = limit.verdict(value)
        if QUALITIES.index(quality) > QUALITIES.index(worst.get(limit.about, GOOD).quality):
            worst[limit.about] = Verdict(quality, (limit.reason(value),))
    return reduce(Verdict.worse, worst.values(), GOOD)


RAW_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "size",
        "largest_raw_uv",
        "the channel is dead: it has the same value throughout",
        warn=None,
        reject=1e-9,
        source=f"{DECLARED}: no amplifier is that quiet",
        is_floor=True,
    ),
    Limit(
        "processed",
        "low_frequency_share",
        "the signal has no value below zero and hardly moves: it was smoothed before export",
        warn=None,
        reject=0.4,
        only_if=("positive_share", 0.999999),
        source=f"{DECLARED}: an envelope has 96 % of its power below 20 Hz, a muscle 2 %",
    ),
    Limit(
        "processed",
        "one_sidedness",
        "the signal reaches out to one side only: it was rectified before export",
        warn=None,
        reject=0.5,
        source=f"{DECLARED}: raw signals have 0.9 to 1, rectified ones 0.35",
        is_floor=True,
        roles=WITH_MUSCLE,
    ),
    Limit(
        "processed",
        "interpolated_share",
        "{value:.0%} of the samples lie on straight lines between others: the signal was sampled slower, "
        "and drawn out before export",
        warn=None,
        reject=0.45,
        source=f"{DECLARED}: raw signals have below 5 %, coarse ones up to 35 %, one drawn from 500 to 1000 "
        "Hz has 50 %, one from 200 Hz 80 %",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "processed",
        "upper_band_db",
        "next to nothing is left near the upper end of the pass band ({value:.0f} dB): the signal was "
        "filtered, or sampled slower, before export",
        warn=None,
        reject=-45.0,
        source=f"{DECLARED}: raw signals have -4 to -35 dB, one brought from 200 to 1000 Hz -60 dB and less",
        is_floor=True,
        roles=WITH_MUSCLE,
    ),
)
"""What is no raw EMG at all; the limits on signals would only repeat the matter."""

SIGNAL_LIMITS: Final[tuple[Limit, ...]] = (
    Limit(
        "rest",
        "baseline_rms_uv",
        "the level at rest is {value:.1f} µV",
        warn=5.0,
        reject=10.0,
        source=f"{DECLARED}: a good electrode on a quiet muscle gives 1 to 3.5 µV",
    ),
    Limit(
        "noise",
        "snr_db",
        "the stance is only {value:.1f} dB above rest",
        warn=15.0,
        reject=0.0,
        beyond=(
            (
                6.0,
                "only {value:.1f} dB above rest: noise makes the RMS too large, see the corrected one",
            ),
            (
                3.0,
                "only {value:.1f} dB above rest: the RMS is too large, an onset cannot be relied on",
            ),
            (0.0, "the stance is not above rest: the channel, the leg or the rest window is wrong"),
        ),
        source=f"{DECLARED}: noise adds 2 % to the RMS at 15 dB, 12 % at 6 dB, 22 % at 3 dB. A muscle "
        "that is hardly used is no fault of the signal, so only a stance below rest is rejected",
        is_floor=True,
        roles=("task",),
    ),
    Limit(
        "hum",
        "mains_share",
        "mains hum at rest has {value:.0%} of the signal's power",
        warn=0.05,
        reject=0.2,
        source=f"{DECLARED}: hum a third as strong as the muscle has 10 %; looked for at rest, because "
        "weak hum hides under the muscle",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "hum",
        "window_mains_share",
        "mains hum has {value:.0%} of the signal's power",
        warn=0.05,
        reject=0.2,
        source=f"{DECLARED}: a clean signal has below 2.5 % by chance",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "movement",
        "low_frequency_share",
        "{value:.0%} of the raw power is below 20 Hz, as from moving cables or electrodes",
        warn=0.15,
        reject=0.4,
        source=f"{DECLARED}: clean signals have 1 to 2 %, swaying cables 60 %",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "movement",
        "motion_ratio_db",
        "the power is only {value:.0f} dB above that of movement below 20 Hz",
        warn=12.0,
        reject=None,
        source=f"{DECLARED}; the ratio is SM of Sinderby et al. 1995: clean signals have above 25 dB",
        is_floor=True,
        roles=WITH_MUSCLE,
    ),
    Limit(
        "range",
        "clip_share",
        "{value:.1%} of the samples stand at the end of the amplifier's range",
        warn=0.001,
        reject=0.01,
        source=f"{DECLARED}: clean signals have none, however short the window",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "gaps",
        "flat_ms",
        "the signal stands still for {value:.0f} ms",
        warn=20.0,
        reject=None,
        source=f"{DECLARED}: clean signals 0 ms, clipped ones 5 ms, drop-outs 100 ms",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "gaps",
        "flat_share",
        "the signal stands still for {value:.0%} of the time",
        warn=None,
        reject=0.05,
        source=f"{DECLARED}: it makes the amplitude more than 2.5 % too small",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "spikes",
        "spike_share",
        "{value:.0%} of the power lies within 20 ms, as of a knock at the electrode",
        warn=0.15,
        reject=0.5,
        source=f"{DECLARED}: steady muscle has 5 % or less; at 15 % the RMS is 8 % too large",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "spectrum",
        "median_frequency_hz",
        "the median frequency is only {value:.0f} Hz",
        warn=50.0,
        reject=None,
        source=f"{DECLARED}: simulated muscle has 96 Hz",
        is_floor=True,
        roles=WITH_MUSCLE,
    ),
    Limit(
        "noise",
        "median_frequency_hz",
        "the median frequency is {value:.0f} Hz, as of noise",
        warn=180.0,
        reject=None,
        source=f"{DECLARED}: simulated muscle has 96 Hz, white noise in the pass band 235 Hz",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "spectrum",
        "deformation",
        "the spectrum is deformed (omega {value:.2f})",
        warn=1.4,
        reject=None,
        source=f"{DECLARED}; omega of Sinderby et al. 1995: clean signals have 1.2",
        roles=WITH_MUSCLE,
    ),
    Limit(
        "noise",
        "drop_ratio_db",
        "the spectrum has no peak (only {value:.0f} dB over its lowest density)",
        warn=15.0,
        reject=None,
        source=f"{DECLARED}; the ratio is DP of Sinderby et al. 1995: a clean signal has 23 dB, a bad "
        "contact 14 dB",
        is_floor=True,
        roles=WITH_MUSCLE,
    ),
    Limit(
        "heart",
        "heartbeat_autocorrelation",
        "the heart is seen at rest",
        warn=0.5,
        reject=None,
        only_if=("heartbeat_kurtosis", 3.0),
        source=f"{DECLARED}: clean signals have 0.2 to 0.5 and a kurtosis around 0, an ECG 0.7 "
        "to 1 and 6 to 11; single motor units reach 0.6, but not the kurtosis",
    ),
    Limit(
        "size",
        "rms_uv",
        "the amplitude of {value:.2g} µV is below the noise of any amplifier, so the unit is wrong",
        warn=None,
        reject=0.5,
        source=f"{DECLARED}: amplifiers have 1 µV of noise",
        is_floor=True,
        roles=WITH_MUSCLE,
    ),
    Limit(
        "size",
        "largest_raw_uv",
        "the signal reaches {value:.2g} µV, which no muscle gives at the skin, so the unit or the "
        "amplifier's gain is wrong",
        warn=None,
        reject=20000.0,
        source=f"{DECLARED}: surface EMG stays below 10 mV",
    ),
)
"""Limits on one recording. Metrics: `signal_metrics.SignalMetrics`."""


def judge_signal(values: Mapping[str, float | None], role: str) -> Verdict:
    """The verdict on one recording. values: of `signal_metrics.SignalMetrics`, by name."""
    verdict = judge(values, RAW_LIMITS, role)
    return judge(values, SIGNAL_LIMITS, role) if verdict.quality == "good" else verdict
