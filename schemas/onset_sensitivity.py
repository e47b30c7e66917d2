"""The onset of every stance recording by every detector and parameter set: what depends on the method."""

from pandera.typing import Series

from schemas.columns import column
from schemas.measured_values import TrialTable

ONSET_SENSITIVITY_KEY = [
    "participant_id",
    "visit",
    "task",
    "leg",
    "trial",
    "method",
    "parameters",
]

ONSET_METHOD_LABELS = {
    "ramp_bayes": "Bayesian build-up",
    "profile_likelihood": "profile likelihood",
    "aglr": "generalised likelihood ratio",
    "cusum": "cumulative sum",
    "bonato": "double threshold",
    "tkeo": "Teager-Kaiser energy",
    "hodges_bui": "single threshold (Hodges and Bui)",
}
"""Onset detectors in print, by the name that detect_onset takes."""


class OnsetSensitivity(TrialTable):
    """One detector with one set of parameters in one stance trial.

    Onsets are in milliseconds from lift-off of the other foot, negative = before lift-off.
    """

    method: Series[str] = column("Onset detector.", label="Method", identifies=True)
    parameters: Series[str] = column(
        "Parameters of the detector, empty when it has none.", label="Parameters", identifies=True
    )
    is_own: Series[bool] = column(
        "The parameters that count when the detector is chosen by name.", label="Own parameters"
    )
    onset_ms: Series[float] = column(
        "Gluteus medius onset relative to lift-off.", label="Onset", unit="ms", nullable=True
    )
    onset_low_ms: Series[float] = column(
        "Lower end of the 90% interval.", label="Onset, low", unit="ms", nullable=True
    )
    onset_high_ms: Series[float] = column(
        "Upper end of the 90% interval.", label="Onset, high", unit="ms", nullable=True
    )
    found: Series[bool] = column("Whether there is an onset.", label="Found")
    note: Series[str] = column("Why there is no onset.", label="Note", nullable=True)

    class Config:
        """Every column is written by `pipeline.signals`."""

        strict = True
        coerce = True
        unique = ONSET_SENSITIVITY_KEY
