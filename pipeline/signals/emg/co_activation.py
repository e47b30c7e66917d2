"""Co-activation of the left and right gluteus medius, by formulas that carry their names.

The same muscle on two sides, not agonist and antagonist: the formulas were made for the latter. They do
not agree with each other, so a number without its formula means nothing.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.signals.measured.emg_features import BothSides
from pipeline.signals.samples.recording import Samples

BLOCK_S: Final = 0.1
"""Length of the blocks whose RMS is the envelope: as long as the response of a 5 Hz low-pass."""

NO_REFERENCE: Final = "There is no MVIC reference of both legs."


@dataclass(frozen=True)
class CoActivationFormula:
    """One index. column: of the activation table. says: the formula in words. source: the paper.

    index: from the envelopes of stance and lifted leg, shape (n_blocks,), both in percent of their MVIC.
    """

    column: str
    says: str
    source: str
    index: Callable[[Samples, Samples], float | None]


def _common_area(stance: Samples, lifted: Samples) -> float | None:
    both = float((stance + lifted).sum())
    return 200 * float(np.minimum(stance, lifted).sum()) / both if both > 0 else None


def _low_over_high(stance: Samples, lifted: Samples) -> float | None:
    low, high = np.minimum(stance, lifted), np.maximum(stance, lifted)
    if not (high > 0).all():
        return None
    return float(np.mean(low / high * (low + high)))


def _ratio_of_means(stance: Samples, lifted: Samples) -> float | None:
    means = sorted((float(stance.mean()), float(lifted.mean())))
    return 100 * means[0] / means[1] if means[1] > 0 else None


CO_ACTIVATION_FORMULAS: Final[tuple[CoActivationFormula, ...]] = (
    CoActivationFormula(
        "co_activation_falconer_winter_1985_pct",
        "twice the common area over the sum of both areas, in percent",
        "Falconer and Winter 1985, Electromyogr Clin Neurophysiol 25:135-149",
        _common_area,
    ),
    CoActivationFormula(
        "co_activation_rudolph_2000",
        "mean of (lower / higher) x (lower + higher), from 0 to 200 for envelopes up to 100 %MVIC",
        "Rudolph et al. 2000, Knee Surg Sports Traumatol Arthrosc 8:262-269",
        _low_over_high,
    ),
    CoActivationFormula(
        "co_activation_ratio_of_means_pct",
        "lower mean over higher mean, in percent",
        "declared by Stance",
        _ratio_of_means,
    ),
)


def block_rms(samples: Samples, sampling_rate_hz: float) -> Samples:
    """RMS of consecutive blocks of 100 ms, shape (n_blocks,); what does not fill a block is left out."""
    width = max(round(BLOCK_S * sampling_rate_hz), 1)
    n_blocks = samples.size // width
    blocks = np.square(samples[: n_blocks * width]).reshape(n_blocks, width)
    envelope: Samples = np.sqrt(blocks.mean(axis=1))
    return envelope


def packed(envelope: Samples) -> str:
    """An envelope as short text."""
    return base64.b64encode(envelope.astype("<f4").tobytes()).decode("ascii")


def unpacked(text: str) -> Samples:
    """The envelope of a text. Raises ValueError when the text is damaged."""
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4").astype(np.float64)
    except binascii.Error as problem:
        raise ValueError("the stored envelope is damaged") from problem


def co_activation(
    sides: BothSides, stance_mvic_uv: float | None, lifted_mvic_uv: float | None
) -> tuple[dict[str, float | None], str]:
    """Every index by column, and why there is none ("" when there is).

    stance_mvic_uv, lifted_mvic_uv: MVIC references (µV) of the two legs. Without both the envelopes
    cannot be compared: microvolts of two electrodes have no common scale.
    """
    none: dict[str, float | None] = {formula.column: None for formula in CO_ACTIVATION_FORMULAS}
    if sides.note:
        return none, sides.note
    if not stance_mvic_uv or not lifted_mvic_uv:
        return none, NO_REFERENCE
    stance = 100 * unpacked(sides.stance) / stance_mvic_uv
    lifted = 100 * unpacked(sides.lifted) / lifted_mvic_uv
    n_blocks = min(stance.size, lifted.size)
    if n_blocks == 0:
        return none, "The stance is too short for an envelope."
    both = stance[:n_blocks], lifted[:n_blocks]
    return {formula.column: formula.index(*both) for formula in CO_ACTIVATION_FORMULAS}, ""
