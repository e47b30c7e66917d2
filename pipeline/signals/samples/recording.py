"""What a reader hands over: the channels of one recording, whatever the file format."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


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
    samples: npt.NDArray[np.float32]
    heading: str = ""
    target_muscle: str = ""
    fault: str = ""

    @property
    def duration_s(self) -> float:
        """Length of the channel in seconds."""
        return self.samples.size / self.sampling_rate_hz

    def part(
        self, values: npt.NDArray[np.float64], part_s: tuple[float, float]
    ) -> npt.NDArray[np.float64]:
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
