"""The rules that turn a force into events, as data: what is above the threshold is a foot on the plate."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

DECLARED = "declared by Stance"
TIROSH = "Tirosh and Sparrow 2003, J Appl Biomech 19(2):178-184"


@dataclass(frozen=True)
class EventRule:
    """One rule. The threshold is the largest of its parts, above the zero of the unloaded plate.

    noise_sd: in SD of the unloaded plate; newton: N; body_weight_pct: % of body weight.
    is_fitted: lift-off is where a curve fitted to the unloading reaches zero, not the crossing.
    is_uncorrected: the threshold counts from the plate's own 0 N, whatever its offset. words: the
    rule in a sentence. source: who uses it.
    """

    words: str
    source: str
    noise_sd: float = 0.0
    newton: float = 0.0
    body_weight_pct: float | None = None
    is_fitted: bool = False
    is_uncorrected: bool = False

    def threshold_n(self, noise_sd_n: float, body_weight_n: float | None) -> float | None:
        """Force in N; None when it depends on a body weight (N) that is not known."""
        parts = [self.noise_sd * noise_sd_n, self.newton]
        if self.body_weight_pct is not None:
            if body_weight_n is None:
                return None
            parts.append(self.body_weight_pct / 100 * body_weight_n)
        return max(parts)


EVENT_RULES: Final[Mapping[str, EventRule]] = MappingProxyType(
    {
        "unloading_fit": EventRule(
            "a curve fitted to the last of the unloading reaches the plate's zero",
            DECLARED,
            noise_sd=5.0,
            newton=5.0,
            is_fitted=True,
        ),
        "zero_5sd_5n": EventRule(
            "the plate's zero plus 5 SD of the unloaded plate or 5 N, whichever is larger",
            DECLARED,
            noise_sd=5.0,
            newton=5.0,
        ),
        "10_n": EventRule("10 N above the plate's zero", TIROSH, newton=10.0),
        "20_n": EventRule("20 N above the plate's zero", TIROSH, newton=20.0),
        "5_pct_bw": EventRule(
            "5 % of body weight above the plate's zero", DECLARED, body_weight_pct=5.0
        ),
        "10_n_uncorrected": EventRule(
            "10 N as the plate shows it, zero not corrected",
            TIROSH,
            newton=10.0,
            is_uncorrected=True,
        ),
    }
)
"""By name. A threshold of 10 N or less for toe-off is the advice of Tirosh and Sparrow for walking;
how much the choice matters in a cohort is what `event_sensitivity` answers."""

DEFAULT_RULE: Final = "unloading_fit"
