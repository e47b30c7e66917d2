"""Sentences of the methods section, each written by the step that ran."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MethodSentence:
    """One sentence of the methods text.

    stage: intake, signals, statistics or publishing. text: a full sentence with the settings that
    were used. citations: keys of `schemas.citations.CITATIONS`.
    """

    stage: str
    text: str
    citations: tuple[str, ...] = ()
