"""Reads recordings from MATLAB files: version 5 to 7 (scipy) and 7.3 (HDF5)."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io

from pipeline.signals.reading.array_tree import Node, Struct, damaged
from pipeline.signals.reading.layouts.array_layouts import recording_of_arrays
from pipeline.signals.reading.read_apart import read_apart
from pipeline.signals.recording import Recording
from schemas.study import EmgSettings

_HDF5 = b"\x89HDF\r\n\x1a\n"
_DEEPEST = 20  # every struct is an array of one struct


def read_mat(path: Path, settings: EmgSettings) -> Recording:
    """The channels of a MATLAB file: a Spike2 or Noraxon export, or arrays with a rate beside them.

    settings: `sampling_rate_hz` where the file does not say its rate. Raises SignalProblem when the
    file is damaged or holds no channels.
    """
    with path.open("rb") as stream:
        start = stream.read(1024)
    if _HDF5 in (start[:8], start[512:520]) or start.startswith(b"MATLAB 7.3"):
        return recording_of_arrays(read_apart("hdf5", path, "MATLAB"), settings)
    return recording_of_arrays(_read_version_5(path), settings)


def _read_version_5(path: Path) -> Struct:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # duplicate names and functions, which are not read
            read = scipy.io.loadmat(path, struct_as_record=False, chars_as_strings=True)
    except MemoryError as problem:
        raise damaged("MATLAB") from problem
    except Exception as problem:  # scipy raises bare errors of many kinds for broken files
        raise damaged("MATLAB") from problem
    return {name: _node(value, 0) for name, value in read.items() if not name.startswith("__")}


def _node(value: Any, depth: int) -> Node:
    if depth > _DEEPEST:
        return ""
    if isinstance(value, scipy.io.matlab.mat_struct):
        return {name: _node(getattr(value, name), depth + 1) for name in value._fieldnames}
    if isinstance(value, np.ndarray):
        if value.dtype.kind in "US":
            return "\n".join(str(part) for part in value.reshape(-1))
        if value.dtype == object:
            parts = [_node(part, depth + 1) for part in value.reshape(-1, order="F")]
            return parts[0] if len(parts) == 1 and isinstance(parts[0], dict) else parts
        return value
    return str(value) if isinstance(value, str | bytes) else ""
