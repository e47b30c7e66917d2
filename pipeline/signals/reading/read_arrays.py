"""Reads recordings from files of named arrays: MATLAB (versions 4 to 7 by scipy, 7.3 as HDF5) and HDF5.

A new layout of arrays is one line of `ARRAY_LAYOUTS`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.signals.reading.contents.array_tree import Struct
from pipeline.signals.reading.layouts import (
    arrays_of_channels,
    noraxon,
    opensignals,
    spike2_arrays,
)
from pipeline.signals.reading.read_apart import read_apart
from pipeline.signals.samples.recording import Recording, SignalProblem
from schemas.emg_settings import EmgSettings

_HDF5: Final = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True)
class ArrayLayout:
    """A layout: what people call it, whether a file is of it, and what its channels are."""

    name: str
    recognises: Callable[[Struct], bool]
    recording: Callable[[Struct, EmgSettings], Recording]


ARRAY_LAYOUTS: Final = (
    ArrayLayout("OpenSignals", opensignals.recognises_arrays, opensignals.recording),
    ArrayLayout("Spike2", spike2_arrays.recognises, spike2_arrays.recording),
    ArrayLayout("Noraxon", noraxon.recognises_arrays, noraxon.recording),
    ArrayLayout("arrays", arrays_of_channels.recognises, arrays_of_channels.recording),
)
"""In the order in which they are asked."""


def read_arrays(path: Path, settings: EmgSettings) -> Recording:
    """The channels of a MATLAB or HDF5 file: an export, or arrays with a rate beside them.

    settings: `sampling_rate_hz` where the file does not say its rate. Raises SignalProblem when the
    file is damaged or holds no channels.
    """
    kind = "MATLAB" if path.suffix.lower() == ".mat" else "HDF5"
    library = "hdf5" if kind == "HDF5" or _is_hdf5(path) else "mat"
    tree = read_apart(library, path, kind)
    for layout in ARRAY_LAYOUTS:
        if layout.recognises(tree):
            return layout.recording(tree, settings)
    raise SignalProblem(
        "The file holds no arrays that look like channels of a recording.",
        "Save one array for each channel, named as the channel, and the sampling rate as `fs`.",
    )


def _is_hdf5(path: Path) -> bool:
    with path.open("rb") as stream:
        start = stream.read(1024)
    return _HDF5 in (start[:8], start[512:520]) or start.startswith(b"MATLAB 7.3")
