"""When the other foot leaves its plate and when it comes back, from whichever plates there are."""

import numpy as np
import numpy.typing as npt

from pipeline.signals.force.event_rules import DEFAULT_RULE
from pipeline.signals.force.force_features import ForceEvents
from pipeline.signals.force.lifted_foot import lifted_foot_events
from pipeline.signals.force.stance_foot import stance_foot_events

Force = npt.NDArray[np.float64]


def stance_events(
    *,
    lifted_n: Force | None,
    stance_n: Force | None,
    total_n: Force | None,
    sampling_rate_hz: float,
    rule: str = DEFAULT_RULE,
) -> ForceEvents:
    """Events from the plates there are: under the lifted foot, the stance foot, or both feet.

    lifted_n, stance_n, total_n: vertical force in N, positive under load, shape (n_samples,) at
    sampling_rate_hz (Hz), or None. rule: a name of EVENT_RULES. Without the lifted foot's plate the
    verdict is at most low; a single plate under both feet shows body weight throughout and gives
    none.
    """
    if lifted_n is not None:
        return lifted_foot_events(lifted_n, stance_n, sampling_rate_hz, rule)
    if stance_n is not None:
        return stance_foot_events(stance_n, sampling_rate_hz)
    if total_n is not None:
        return ForceEvents(
            note="One force plate under both feet carries body weight on one leg and on two, so "
            "lift-off cannot be seen."
        )
    return ForceEvents(note="No force channel is mapped, so lift-off is not known.")
