"""A recording as a reader hands it over, whatever the file format, what is asked of it, and its EMG in use.

`SignalProblem` is the one error of `signals`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
Samples32 = npt.NDArray[np.float32]
AnySamples = Samples32 | Samples
"""Samples, shape (n_samples,) or as said: as computed, as read, and either. The only aliases of float arrays
in `signals`."""


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


@dataclass(frozen=True, eq=False)
class Channel:
    """One channel of one recording.

    label: the channel's name without its unit. unit: as the file writes it, None when it does not
    say. sampling_rate_hz: samples per second. samples: shape (n_samples,), float32, in `unit`, a
    missing sample is not-a-number. heading: the column heading with unit, where there is one.
    target_muscle: the muscle under the electrodes, where the file or the data set says it beside
    the label (BIDS). fault: why the data set itself says that the channel must not be used, ""
    when it does not.
    """

    label: str
    unit: str | None
    sampling_rate_hz: float
    samples: Samples32
    heading: str = ""
    target_muscle: str = ""
    fault: str = ""

    @property
    def duration_s(self) -> float:
        """Length of the channel in seconds."""
        return self.samples.size / self.sampling_rate_hz

    def part(self, values: Samples, part_s: tuple[float, float]) -> Samples:
        """The values of this channel's samples, shape (n_samples,), between two times in s."""
        first, last = (round(time_s * self.sampling_rate_hz) for time_s in part_s)
        return values[first:last]


@dataclass(frozen=True)
class Event:
    """A moment that the recording program marked; seconds from the start of the recording."""

    time_s: float
    label: str


@dataclass(frozen=True)
class Recording:
    """All channels of one file, with the events marked in it. Names of people are never kept.

    power_line_hz: mains frequency where it was recorded, None when the file does not say it.
    """

    channels: tuple[Channel, ...]
    events: tuple[Event, ...] = ()
    power_line_hz: float | None = None

    @property
    def duration_s(self) -> float:
        """Length of the longest channel in seconds."""
        return max((channel.duration_s for channel in self.channels), default=0.0)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the channels in the order of the file."""
        return tuple(channel.label for channel in self.channels)


class SignalProblem(Exception):
    """A recording cannot be used, said for a person who knows the lab and not the program.

    what: what was found, one sentence that ends with a full stop. fix: what to do next, one
    sentence. Neither holds participant values nor words of the programming language.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(f"{what} {fix}")
        self.what = what
        self.fix = fix


@dataclass(frozen=True)
class Window:
    """A stretch of the recording, in seconds from the start of the file; source: force, table, file."""

    start_s: float
    end_s: float
    source: str = ""

    @property
    def length_s(self) -> float:
        """Length in seconds."""
        return self.end_s - self.start_s


@dataclass(frozen=True, eq=False)
class EmgPart:
    """Raw and band-passed samples in µV, shape (n_samples,), of a part that starts at `starts_at_s`."""

    channel: Channel
    raw_uv: Samples
    filtered_uv: Samples
    starts_at_s: float

    def within(self, samples: Samples, window: Window) -> Samples:
        """The samples of a window given in seconds from the start of the file."""
        rate_hz = self.channel.sampling_rate_hz
        first, last = (
            round((t - self.starts_at_s) * rate_hz) for t in (window.start_s, window.end_s)
        )
        return samples[max(first, 0) : max(last, 0)]
