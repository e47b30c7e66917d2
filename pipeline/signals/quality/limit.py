"""A limit on a number as data, and the verdict that several limits give together."""

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
