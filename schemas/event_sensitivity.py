"""How much lift-off, touch-down and hold depend on the rule: one row per stance recording and rule."""

from pandera.typing import Series

from schemas.activation import ACTIVATION_KEY
from schemas.columns import column
from schemas.measured_values import LIFTOFF_S, THRESHOLD_PCT_BW, TrialTable

EVENT_SENSITIVITY_KEY = [*ACTIVATION_KEY, "rule"]


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
        """Every column is written by `pipeline.signals`."""

        strict = True
        coerce = True
        unique = EVENT_SENSITIVITY_KEY
