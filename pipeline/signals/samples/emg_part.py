"""The EMG of the part of a file that is in use, raw and band-passed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.recording import Channel

Samples = npt.NDArray[np.float64]


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
