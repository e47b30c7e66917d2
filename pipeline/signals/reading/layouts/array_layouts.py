"""Layouts of files with named arrays (MATLAB, HDF5), in the order in which they are asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pipeline.signals.reading.contents.array_tree import Struct
from pipeline.signals.reading.layouts import (
    arrays_of_channels,
    noraxon_arrays,
    opensignals_arrays,
    spike2_arrays,
)
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Recording
from schemas.emg_settings import EmgSettings


@dataclass(frozen=True)
class ArrayLayout:
    """A layout: what people call it, whether a file is of it, and what its channels are."""

    name: str
    recognises: Callable[[Struct], bool]
    recording: Callable[[Struct, EmgSettings], Recording]


ARRAY_LAYOUTS: Final = (
    ArrayLayout("OpenSignals", opensignals_arrays.recognises, opensignals_arrays.recording),
    ArrayLayout("Spike2", spike2_arrays.recognises, spike2_arrays.recording),
    ArrayLayout("Noraxon", noraxon_arrays.recognises, noraxon_arrays.recording),
    ArrayLayout("arrays", arrays_of_channels.recognises, arrays_of_channels.recording),
)


def recording_of_arrays(tree: Struct, settings: EmgSettings) -> Recording:
    """The recording in a file of named arrays. Raises SignalProblem when no layout knows it."""
    for layout in ARRAY_LAYOUTS:
        if layout.recognises(tree):
            return layout.recording(tree, settings)
    raise SignalProblem(
        "The file holds no arrays that look like channels of a recording.",
        "Save one array for each channel, named as the channel, and the sampling rate as `fs`.",
    )
