"""When the other foot leaves its plate and when it comes back, from whichever plates there are."""

import numpy as np
import numpy.typing as npt

from pipeline.signals.force.both_feet import both_feet_events
from pipeline.signals.force.event_rules import DEFAULT_RULE
from pipeline.signals.force.lifted_foot import lifted_foot_events
from pipeline.signals.force.stance_foot import stance_foot_events
from pipeline.signals.measured.force_features import ForceEvents

Force = npt.NDArray[np.float64]


def stance_events(
    *,
    lifted_n: Force | None,
    stance_n: Force | None,
    total_n: Force | None,
    total_cop_mm: Force | None = None,
    sampling_rate_hz: float,
    rule: str = DEFAULT_RULE,
) -> ForceEvents:
    """Events from the plates there are: under the lifted foot, the stance foot, or both feet.

    lifted_n, stance_n, total_n: vertical force in N, positive under load, shape (n_samples,) at
    sampling_rate_hz (Hz), or None; total_cop_mm: centre of pressure of the plate under both feet, mm,
    shape (2, n_samples). rule: a name of EVENT_RULES, for the plate of the lifted foot. Without that
    plate the verdict is at most low.
    """
    if lifted_n is not None:
        return lifted_foot_events(lifted_n, stance_n, sampling_rate_hz, rule)
    if stance_n is not None:
        return stance_foot_events(stance_n, sampling_rate_hz)
    if total_n is not None:
        return both_feet_events(total_n, total_cop_mm, sampling_rate_hz)
    return ForceEvents(note="No force channel is mapped, so lift-off is not known.")
