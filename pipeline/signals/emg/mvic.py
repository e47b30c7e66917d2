"""The MVIC reference: one number per person, visit and leg."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.signals.features import RecordingFeatures

LegKey = tuple[str, str, str]
"""participant_id, visit, leg."""

MVIC_METHODS: Final = ("mvc_same_task", "mvc_isometric")
"""Normalisation methods whose reference is an MVIC recording (CEDE matrix, Besomi et al. 2020)."""


@dataclass(frozen=True)
class MvicTrial:
    """One MVIC recording of a leg, measured."""

    key: LegKey
    features: RecordingFeatures


def mvic_references(trials: Iterable[MvicTrial]) -> Mapping[LegKey, float]:
    """Reference (µV) by person, visit and leg: the highest window of all usable MVIC recordings.

    Rejected recordings do not count; a leg without any usable recording has no entry.
    """
    references: dict[LegKey, float] = {}
    for trial in trials:
        peak_uv = trial.features.emg.peak_rms_uv
        if trial.features.is_usable and peak_uv is not None and peak_uv > 0:
            references[trial.key] = max(peak_uv, references.get(trial.key, 0.0))
    return references
