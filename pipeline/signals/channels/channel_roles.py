"""Which channel of a file is which: gluteus medius of a leg, force under a foot.

A wrong channel gives a plausible wrong number, so nothing is guessed: what is not clear is refused
with the candidates.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from pipeline.signals.channels.signal_units import MICROVOLT_PER, simplified, split_heading
from pipeline.signals.samples.recording import Channel, Recording, SignalProblem
from schemas.emg_settings import ChannelRole, EmgSettings

GMED_SPELLINGS: Final = frozenset(
    {"gmed", "gmedius", "gmedi", "glmed", "gltmed", "glutmed", "glutmedius", "gluteusmed"}
    | {"glutaeusmedius", "glutaeusmed", "gluteusmedius", "glutealmedius", "mediusgluteus"}
    | {"gluteomedio", "gluteomediano", "gluteomedius", "glutmedio", "mediogluteo"}
    | {"moyenfessier", "fessiermoyen", "posladkowysredni", "средняяягодичная"}
    | {"臀中筋", "中臀筋", "中殿筋", "臀中肌", "중둔근"}
)
"""Gluteus medius as laboratories write it, without case, accents, signs and side."""

AMBIGUOUS_SPELLINGS: Final = frozenset(
    {"gm", "glut", "glute", "gluteus", "glutm", "glm", "gluteusm", "gluteal"}
)
"""May be gluteus medius, gluteus maximus or gastrocnemius medialis; every laboratory has its own."""

FORCE_SPELLINGS: Final = frozenset(
    {"force", "fz", "forcefz", "fzforce", "platefz", "verticalforce"}
)
"""Vertical force under one foot, without side."""

SIDES: Final = {
    "left": frozenset({"l", "lt", "left", "links", "linker", "li", "izq", "izquierdo", "gauche"})
    | frozenset({"sx", "sinistro", "esq", "esquerdo", "左"}),
    "right": frozenset({"r", "rt", "right", "rechts", "rechter", "re", "der", "derecho", "droit"})
    | frozenset({"dx", "destro", "dir", "direito", "droite", "右"}),
}
"""Words for a side."""

_NOISE_WORDS = frozenset(
    {"m", "musculus", "muscle", "emg", "semg", "demg", "a", "v", "raw", "im", "imu", "voltage"}
    | {"ultium", "noraxon", "delsys", "trigno", "avanti", "imported", "channel", "signal"}
)
_DEVICE_WORD = re.compile(r"\d+|(emg|ch|chan|channel|sensor|analog|input)\d*")


def gmed_channel(recording: Recording, leg: str, settings: EmgSettings) -> Channel:
    """The gluteus medius channel of a leg ("left" or "right").

    Labels of study.yaml come first and are final; without them the label itself has to say muscle
    and side. Raises SignalProblem when no channel, several channels, or only an ambiguous label fits.
    """
    role: ChannelRole = "gmed_left" if leg == "left" else "gmed_right"
    mapped = _mapped(recording, role, settings)
    if mapped is not None:
        return _usable(mapped)
    found = _named(recording.channels, GMED_SPELLINGS, leg)
    if len(found) == 1:
        return _usable(found[0])
    raise _no_gmed(recording, role, leg, found)


def force_channel(recording: Recording, role: ChannelRole, settings: EmgSettings) -> Channel | None:
    """The channel of a force role, or None when neither study.yaml nor a label names it.

    Raises SignalProblem when study.yaml names a channel that the file does not have.
    """
    mapped = _mapped(recording, role, settings)
    if mapped is not None:
        return _usable(mapped)
    if role == "force_total":
        return None
    found = _named(recording.channels, FORCE_SPELLINGS, role.removeprefix("force_"))
    return found[0] if len(found) == 1 else None


def mapped_channel(
    recording: Recording, role: ChannelRole, settings: EmgSettings
) -> Channel | None:
    """The channel that study.yaml maps to a role, None when it maps none.

    Raises SignalProblem when study.yaml names a channel that the file does not have.
    """
    return _mapped(recording, role, settings)


@lru_cache(maxsize=4096)
def muscle_and_side(label: str) -> tuple[str, str | None]:
    """(letters of the name without side and device words, "left", "right" or None) of a label."""
    words = [word for word in re.split(r"[^\w]|_", _plain(label)) if word]
    side = None
    kept = []
    for word in words:
        of_word = next((name for name, terms in SIDES.items() if word in terms), None)
        if of_word is not None:
            side = of_word
        elif word not in _NOISE_WORDS and not _DEVICE_WORD.fullmatch(word):
            kept.append(word)
    name = "".join(kept)
    if side is None:
        name, side = _glued_side(name)
    return name, side


def _plain(text: str) -> str:
    """A text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


_GMED = frozenset(map(_plain, GMED_SPELLINGS))
_KNOWN = _GMED | AMBIGUOUS_SPELLINGS | FORCE_SPELLINGS


def _glued_side(name: str) -> tuple[str, str | None]:
    """Side letters and channel numbers that are written into the word, as in LGMED, GLUTMEDR, LGMed8."""
    for text in (name, name.rstrip("0123456789")):
        if text in _KNOWN:
            return text, None
        for side, terms in SIDES.items():
            for term in sorted(terms, key=len, reverse=True):
                if text.startswith(term) and text[len(term) :] in _KNOWN:
                    return text[len(term) :], side
                if text.endswith(term) and text[: -len(term)] in _KNOWN:
                    return text[: -len(term)], side
    return name, None


def _usable(channel: Channel) -> Channel:
    """The channel, unless its own data set says that it must not be used."""
    if channel.fault:
        raise SignalProblem(
            channel.fault,
            "Correct the file that is wrong, or map another channel under emg in study.yaml.",
        )
    return channel


def _mapped(recording: Recording, role: ChannelRole, settings: EmgSettings) -> Channel | None:
    """The channel that study.yaml names for a role; None when it names none."""
    labels = settings.channels.get(role, ())
    if not labels:
        return None
    for spelling in (str, _loosely):
        for label in labels:
            wanted = spelling(label)
            found = [
                channel
                for channel in recording.channels
                if wanted in {spelling(channel.label), spelling(channel.heading)}
                or spelling(split_heading(label)[0]) == spelling(channel.label)
            ]
            if len(found) > 1:
                raise SignalProblem(
                    f"The file has {len(found)} channels called {label}.",
                    "Give every channel a name of its own and export again.",
                )
            if found:
                return found[0]
    raise SignalProblem(
        f"study.yaml maps {role} to {_listed(labels)}, but the file has no such channel; its "
        f"channels are {_listed(recording.labels)}.",
        f"Correct channels: {role} under emg in study.yaml, or export the channel.",
    )


def _loosely(label: str) -> str:
    return "".join(label.split()).casefold()


def _named(channels: Iterable[Channel], spellings: frozenset[str], leg: str) -> list[Channel]:
    plain = frozenset(map(_plain, spellings))
    return [channel for channel in channels if _muscle_and_leg(channel, plain) == leg]


def _muscle_and_leg(channel: Channel, spellings: frozenset[str]) -> str | None:
    """The leg of a channel whose label, target muscle or heading is one of the spellings.

    "" when it is and no leg is named, None when it is not. The label goes first; a side may stand in
    another of the three than the muscle.
    """
    read = [
        muscle_and_side(text) for text in (channel.label, channel.target_muscle, channel.heading)
    ]
    if not any(name in spellings for name, _ in read):
        return None
    return next((side for _, side in read if side is not None), "")


def _no_gmed(
    recording: Recording, role: ChannelRole, leg: str, found: list[Channel]
) -> SignalProblem:
    fix = f"Map the right channel under emg in study.yaml, as channels: {role}: [its label]."
    if found:
        what = f"Several channels could be gluteus medius {leg}: {_listed(c.label for c in found)}."
        return SignalProblem(what, fix)
    legs = {c.label: _muscle_and_leg(c, AMBIGUOUS_SPELLINGS) for c in recording.channels}
    of_leg = [label for label, found_leg in legs.items() if found_leg in (leg, "")]
    ambiguous = of_leg or [label for label, found_leg in legs.items() if found_leg is not None]
    without_side = [c.label for c in recording.channels if _muscle_and_leg(c, _GMED) == ""]
    if without_side:
        what = f"{_listed(without_side)} does not say which leg it belongs to."
    elif ambiguous:
        what = (
            f"{_listed(ambiguous)} may be gluteus medius, gluteus maximus or gastrocnemius; no "
            "channel is clearly gluteus medius."
        )
    else:
        what = f"No channel is gluteus medius {leg}; the channels are {_listed(_possible_emg(recording))}."
    return SignalProblem(what, fix)


def _possible_emg(recording: Recording) -> tuple[str, ...]:
    """Labels of the channels that may be EMG by their unit; all labels when none may."""
    labels = tuple(
        channel.label
        for channel in recording.channels
        if channel.unit is None or simplified(channel.unit) in MICROVOLT_PER
    )
    return labels or recording.labels


def _listed(labels: Iterable[str], most: int = 12) -> str:
    every = list(labels)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more
