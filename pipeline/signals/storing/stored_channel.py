"""A channel whose samples stay on disk until somebody asks for them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.recording import Channel

Samples = npt.NDArray[np.float32]


class StoredChannel(Channel):
    """A channel of a kept recording; `samples` are read when they are first used.

    A file has up to a hundred channels and a measurement needs three.
    """

    @classmethod
    def unread(cls, n_samples: int, read: Callable[[], Samples], **facts: Any) -> "StoredChannel":
        """A channel of n_samples samples that `read` fetches. facts: the other fields of Channel."""
        channel = object.__new__(cls)
        for name, value in {**facts, "_n_samples": n_samples, "_read": read}.items():
            object.__setattr__(channel, name, value)
        return channel

    def __getattr__(self, name: str) -> Samples:
        # Called only for attributes that are not there yet, as samples before they are read.
        if name != "samples":
            raise AttributeError(name)
        samples: Samples = self.__dict__["_read"]()
        object.__setattr__(self, "samples", samples)
        return samples

    @property
    def duration_s(self) -> float:
        """Length of the channel in seconds, known without its samples."""
        n_samples: int = self.__dict__.get("_n_samples", -1)
        return n_samples / self.sampling_rate_hz if n_samples >= 0 else super().duration_s
