"""Sentences about force plates for the methods section, only for what ran."""

from collections.abc import Sequence
from typing import Final

from pipeline.signals.force.both_feet import RULE as BOTH_FEET_RULE
from pipeline.signals.force.event_rules import EVENT_RULES
from pipeline.signals.force.lifted_foot import SHORTEST_TAP_S
from pipeline.signals.force.stance_foot import LIFTED_SHARE
from pipeline.signals.force.stance_foot import RULE as STANCE_FOOT_RULE
from pipeline.signals.force.sway import COP_LOW_PASS_HZ, COP_RATE_HZ, ELLIPSE_LEVEL
from pipeline.signals.force.unloading_fit import HIGHEST_N, POWERS
from pipeline.signals.measured.features import RecordingFeatures

Sentence = tuple[str, tuple[str, ...]]

_CROSSING = (
    "Lift-off of the other foot is the last time that the vertical force under it exceeded {}"
)
_FIT: Final = (
    f"Lift-off of the other foot is the moment at which the force under it reaches the plate's zero: "
    f"a power of the time that is left (powers {min(POWERS):g} to {max(POWERS):g}) was fitted to the "
    f"unloading below {HIGHEST_N:g} N, and the median of its end was taken; touch-down is the first "
    "contact above {} "
)
_SWAY: Final = (
    "The centre of pressure under the stance foot was low-pass filtered without phase shift (Butterworth, "
    f"-3 dB at {COP_LOW_PASS_HZ:g} Hz) and resampled to {COP_RATE_HZ:g} Hz; sway is its path, mean velocity, "
    "root mean square and range about the mean, and the area of the exact "
    f"{100 * ELLIPSE_LEVEL:g} % prediction ellipse, from lift-off to the first touch "
    "or over the part of the recording that the recordings table gives."
)


def force_sentences(tasks: Sequence[RecordingFeatures]) -> list[Sentence]:
    """(sentence, citations) for what the force plates of these stance recordings gave."""
    sentences: list[Sentence] = []
    for rule in dict.fromkeys(t.force.rule for t in tasks if t.force.rule in EVENT_RULES):
        sentences.append((_rule_sentence(rule), ()))
    if any(task.force.rule == STANCE_FOOT_RULE for task in tasks):
        sentences.append(
            (
                "Where only the stance foot had a force plate, lift-off is when it carried "
                f"{100 * LIFTED_SHARE:g} % of body weight.",
                (),
            )
        )
    if any(task.force.rule == BOTH_FEET_RULE for task in tasks):
        sentences.append(
            (
                "Where both feet stood on one force plate, lift-off is when the centre of pressure "
                "arrived under the stance foot.",
                (),
            )
        )
    if any(task.cop.path_mm is not None for task in tasks):
        sentences.append((_SWAY, ("schubert2014", "duarte2015")))
    return sentences


def _rule_sentence(name: str) -> str:
    rule = EVENT_RULES[name]
    lasting = f"of at least {1000 * SHORTEST_TAP_S:g} ms"
    if rule.is_fitted:
        threshold = EVENT_RULES["zero_5sd_5n"].words
        return f"{_FIT.format(threshold)}{lasting}."
    return (
        f"{_CROSSING.format(rule.words)}; touch-down is the first contact above this threshold "
        f"{lasting}."
    )
