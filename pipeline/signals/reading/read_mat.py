"""Reads recordings from MATLAB files: versions 4 to 7 (scipy) and 7.3 (HDF5)."""

from pathlib import Path
from typing import Final

from pipeline.signals.reading.layouts.array_layouts import recording_of_arrays
from pipeline.signals.reading.read_apart import read_apart
from pipeline.signals.samples.recording import Recording
from schemas.emg_settings import EmgSettings

_HDF5: Final = b"\x89HDF\r\n\x1a\n"


def read_mat(path: Path, settings: EmgSettings) -> Recording:
    """The channels of a MATLAB file: a Spike2 or Noraxon export, or arrays with a rate beside them.

    settings: `sampling_rate_hz` where the file does not say its rate. Raises SignalProblem when the
    file is damaged or holds no channels.
    """
    with path.open("rb") as stream:
        start = stream.read(1024)
    is_hdf5 = _HDF5 in (start[:8], start[512:520]) or start.startswith(b"MATLAB 7.3")
    tree = read_apart("hdf5" if is_hdf5 else "mat", path, "MATLAB")
    return recording_of_arrays(tree, settings)
