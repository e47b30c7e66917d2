"""What is asked of one recording file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """What to measure in a file.

    role: task, mvic or rest. leg: stance leg, or the leg of the MVIC. start_s, end_s: part of the
    file to use in seconds, None for its start or end.
    """

    role: str
    leg: str
    start_s: float | None = None
    end_s: float | None = None
