"""Sentences about force plates for the methods section, only for what ran."""

from collections.abc import Sequence
from typing import Final

from pipeline.signals.features import RecordingFeatures
from pipeline.signals.force.event_rules import EVENT_RULES
from pipeline.signals.force.lifted_foot import SHORTEST_TAP_S
from pipeline.signals.force.stance_foot import LIFTED_SHARE
from pipeline.signals.force.unloading_fit import HIGHEST_N, POWERS

Sentence = tuple[str, tuple[str, ...]]

_CROSSING = (
    "Lift-off of the other foot is the last time that the vertical force under it was above {}"
)
_FIT: Final = (
    f"Lift-off of the other foot is the moment at which the force under it reaches the plate's zero: "
    f"a power of the time that is left (powers {min(POWERS):g} to {max(POWERS):g}) was fitted to the "
    f"unloading below {HIGHEST_N:g} N, and the median of its end was taken; touch-down is the first "
    "contact above {} "
)


def force_sentences(tasks: Sequence[RecordingFeatures]) -> list[Sentence]:
    """(sentence, citations) for what the force plates of these stance recordings gave."""
    sentences: list[Sentence] = []
    for rule in dict.fromkeys(t.force.rule for t in tasks if t.force.rule in EVENT_RULES):
        sentences.append((_rule_sentence(rule), ()))
    if any(task.force.hold_s is not None and task.force.rule not in EVENT_RULES for task in tasks):
        sentences.append(
            (
                "Where only the stance foot had a force plate, lift-off is when it carried "
                f"{100 * LIFTED_SHARE:g} % of body weight.",
                (),
            )
        )
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
