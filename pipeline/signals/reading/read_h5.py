"""Reads recordings from HDF5 files: OpenSignals, or arrays with a rate beside them."""

from pathlib import Path

from pipeline.signals.reading.layouts.array_layouts import recording_of_arrays
from pipeline.signals.reading.read_apart import read_apart
from pipeline.signals.samples.recording import Recording
from schemas.emg_settings import EmgSettings


def read_h5(path: Path, settings: EmgSettings) -> Recording:
    """The channels of an HDF5 file. Raises SignalProblem when it is damaged or holds no channels."""
    return recording_of_arrays(read_apart("hdf5", path, "HDF5"), settings)
