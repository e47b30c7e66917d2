"""What a recorded hold says about the true hold time: exact, longer, shorter, or in between."""

import numpy as np
import pandas as pd

UNUSABLE_NOT_DONE = "trial not done"
UNUSABLE_NO_TIME = "no hold time and no bounds"
UNUSABLE_CROSSED = "lower bound above the upper bound"


def unusable_holds(holds: pd.DataFrame) -> pd.Series:
    """Why each trial cannot be analysed, empty text where it can; aligned with `holds`."""
    has_bounds = (holds["hold_low_s"].fillna(0) > 0) | holds["hold_high_s"].notna()
    reached = holds["ended_by"].eq("ceiling")
    crossed = holds["hold_low_s"] > holds["hold_high_s"]
    return pd.Series(
        np.select(
            [
                holds["ended_by"].eq("not_done"),
                ~(reached | holds["hold_time_s"].notna() | has_bounds),
                ~reached & holds["hold_time_s"].isna() & crossed,
            ],
            [UNUSABLE_NOT_DONE, UNUSABLE_NO_TIME, UNUSABLE_CROSSED],
            default="",
        ),
        index=holds.index,
        dtype="str",
    )


def add_hold_bounds(holds: pd.DataFrame, shortest_timed_hold_s: float) -> pd.DataFrame:
    """Usable trials with the bounds of the true hold time.

    Adds low_s and high_s (s; equal when the hold is known exactly), log_low and log_high (their
    natural logarithms; -inf and inf where there is no bound), censoring (exact, ceiling, unable,
    between, above, below) and capped_s (the recorded time, at most the ceiling; missing when the
    trial is known only by bounds).

    - Held to the ceiling (`ended_by` is ceiling, or the time is not below it): longer than the
      ceiling. Every other ending counts as the end of the hold.
    - Below `shortest_timed_hold_s`, 0 s (unable) included: shorter than it. The logarithm of 0 does not
      exist and that of 0.05 s would outweigh all others; neither can be told from the other by hand.
    - Bounds: between them. A lower bound of 0 becomes `shortest_timed_hold_s`, because a person
      unable to hold is recorded as 0 s: who got a lower bound did hold. Left at 0, "between 0 and
      the ceiling" would contain "unable", and the likelihood would have no maximum.
    """
    ceiling = holds["ceiling_s"].to_numpy(dtype=float)
    time = holds["hold_time_s"].to_numpy(dtype=float)
    low = holds["hold_low_s"].fillna(0.0).to_numpy(dtype=float)
    high = holds["hold_high_s"].fillna(np.inf).to_numpy(dtype=float)
    reached = holds["ended_by"].eq("ceiling").to_numpy() | (time >= ceiling)
    timed = ~np.isnan(time)
    shortest = shortest_timed_hold_s
    cases: list[tuple[str, np.ndarray, np.ndarray | float, np.ndarray | float]] = [
        ("ceiling", reached, ceiling, np.inf),
        ("unable", timed & (time < shortest), 0.0, shortest),
        ("exact", timed, time, time),
        ("exact", low == high, low, high),
        ("above", np.isinf(high), low, np.inf),
        ("below", high <= shortest, 0.0, high),
        ("between", np.ones(len(holds), dtype=bool), np.maximum(low, shortest), high),
    ]
    conditions = [condition for _, condition, _, _ in cases]
    low_s = np.select(conditions, [np.broadcast_to(c[2], len(holds)) for c in cases])
    high_s = np.select(conditions, [np.broadcast_to(c[3], len(holds)) for c in cases])
    with np.errstate(divide="ignore"):
        log_low, log_high = np.log(low_s), np.log(high_s)
    return holds.assign(
        low_s=low_s,
        high_s=high_s,
        log_low=log_low,
        log_high=log_high,
        censoring=pd.Series(
            np.select(conditions, [c[0] for c in cases], default=""),
            index=holds.index,
            dtype="str",
        ),
        capped_s=np.where(reached, ceiling, time),
    )
