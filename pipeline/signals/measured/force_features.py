"""What force plates say about one recording: events, hold, sway; plain values."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class RuleEvents:
    """Events of one recording by one rule (`event_rules`); seconds from the start of the file.

    threshold_n: force above the plate's zero from which the foot is down, None when the rule needs
    a body weight that is not known. hold_s: from lift-off to the first touch, a lower bound when
    one of them lies outside the recording (then it is None).
    """

    rule: str
    threshold_n: float | None = None
    liftoff_s: float | None = None
    touchdown_s: float | None = None
    hold_s: float | None = None

    def later(self, by_s: float) -> "RuleEvents":
        """The same events on a clock that started `by_s` (s) earlier."""
        return replace(
            self,
            liftoff_s=_later(self.liftoff_s, by_s),
            touchdown_s=_later(self.touchdown_s, by_s),
        )


@dataclass(frozen=True)
class ForceEvents:
    """Lift-off and touch-down of the other foot; seconds from the start of the file.

    liftoff_s, touchdown_s: None when they lie outside the recording or cannot be known. touchdown_s
    is the first touch of at least 20 ms; reload_s is when the foot takes load for good; taps counts
    the touches before that. hop_s: when the stance foot left its plate during the hold. hold_s: from
    lift-off to the first touch or hop, a lower bound (is_lower_bound) when one end lies outside.
    attempts: how often the foot was lifted for half a second. verdict: high, low or none. rule: name
    of the lift-off rule (`event_rules`). threshold_n: force above the plate's zero at which the foot
    is down. body_weight_n: mean force under the stance foot during the hold. rules: the same
    events by every rule. note: what a person should know, "" when nothing.
    """

    liftoff_s: float | None = None
    touchdown_s: float | None = None
    reload_s: float | None = None
    hop_s: float | None = None
    taps: int = 0
    hold_s: float | None = None
    is_lower_bound: bool = False
    attempts: int = 0
    verdict: str = "none"
    rule: str = ""
    threshold_n: float | None = None
    body_weight_n: float | None = None
    rules: tuple[RuleEvents, ...] = ()
    note: str = ""

    @property
    def ended_s(self) -> float | None:
        """The first touch or hop, None when neither was recorded."""
        ends = [time_s for time_s in (self.touchdown_s, self.hop_s) if time_s is not None]
        return min(ends, default=None)

    @property
    def hold_to_reload_s(self) -> float | None:
        """From lift-off until the foot takes load for good, touches in between allowed."""
        if self.liftoff_s is None or self.reload_s is None:
            return None
        return self.reload_s - self.liftoff_s

    @property
    def threshold_pct_bw(self) -> float | None:
        """The threshold in percent of body weight."""
        if self.threshold_n is None or not self.body_weight_n:
            return None
        return 100 * self.threshold_n / self.body_weight_n

    def later(self, by_s: float) -> "ForceEvents":
        """The same events on a clock that started `by_s` (s) earlier."""
        return replace(
            self,
            liftoff_s=_later(self.liftoff_s, by_s),
            touchdown_s=_later(self.touchdown_s, by_s),
            reload_s=_later(self.reload_s, by_s),
            hop_s=_later(self.hop_s, by_s),
            rules=tuple(events.later(by_s) for events in self.rules),
        )


def _later(time_s: float | None, by_s: float) -> float | None:
    return None if time_s is None else time_s + by_s


@dataclass(frozen=True)
class CopFeatures:
    """Sway of the centre of pressure (CoP) under the stance foot; lengths in mm.

    start_s, end_s: the measured part, seconds from the start of the file. path_mm, velocity_mm_s:
    length of the path and length per second. rms_*, range_*: about the mean, mediolateral (ml) and
    anteroposterior (ap), None when it is not known which axis is which. ellipse_95_area_mm2: exact
    95 % prediction ellipse. sampling_rate_hz, low_pass_hz: to what the CoP was resampled and
    filtered before. source: the channels and their axes. note: why something is missing.
    """

    start_s: float | None = None
    end_s: float | None = None
    path_mm: float | None = None
    velocity_mm_s: float | None = None
    rms_ml_mm: float | None = None
    rms_ap_mm: float | None = None
    range_ml_mm: float | None = None
    range_ap_mm: float | None = None
    ellipse_95_area_mm2: float | None = None
    sampling_rate_hz: float | None = None
    low_pass_hz: float | None = None
    source: str = ""
    note: str = ""
