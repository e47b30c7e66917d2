"""What depends on the method: onsets by detector and parameters, lift-off and hold by rule of the force."""

from pandera.typing import Series

from schemas.activation import ACTIVATION_KEY
from schemas.columns import column
from schemas.measured_values import LIFTOFF_S, THRESHOLD_PCT_BW, TrialTable

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

EVENT_SENSITIVITY_KEY = [*ACTIVATION_KEY, "rule"]


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
        """One row per key."""

        unique = ONSET_SENSITIVITY_KEY


class EventSensitivity(TrialTable):
    """Events of one stance recording by one rule. Key: participant, visit, task, leg, trial, rule.

    Recordings with a plate under the lifted foot only. Times are in seconds from the start of the
    file; missing where the event lies outside the recording or the rule cannot find it.
    """

    rule: Series[str] = column("Rule for lift-off and touch-down.", label="Rule", identifies=True)
    rule_words: Series[str] = column("The rule in words.", label="In words")
    rule_source: Series[str] = column("Where the rule comes from.", label="Source")
    is_chosen: Series[bool] = column("The rule that the other tables follow.", label="Chosen")
    threshold_n: Series[float] = column(
        "Force above which the foot is down.", label="Threshold", unit="N", nullable=True
    )
    threshold_pct_bw: Series[float] = THRESHOLD_PCT_BW()
    liftoff_s: Series[float] = LIFTOFF_S()
    touchdown_s: Series[float] = column(
        "First touch of the other foot.", label="Touch-down", unit="s", nullable=True
    )
    hold_s: Series[float] = column(
        "From lift-off to the first touch or hop.", label="Hold time", unit="s", nullable=True
    )

    class Config:
        """One row per key."""

        unique = EVENT_SENSITIVITY_KEY
