"""Files that a library reads in another process, so that no damaged file can crash or stop this one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.files.child_process import ChildProblemError, read_in_child
from pipeline.signals.reading import library_reading
from pipeline.signals.reading.contents.array_tree import Node, Struct, damaged
from pipeline.signals.samples.recording import SignalProblem

MEMORY_MB: Final = 4_000
SECONDS_TO_READ: Final = (15.0, 1.0)
"""For any file, and more for each megabyte of it; a file that takes longer is damaged."""
_KINDS: Final = frozenset("iufb")


def read_apart(library: str, path: Path, kind: str) -> Struct:
    """The groups and arrays of a file. library: "hdf5", "mat" or "acq". kind: what people call the file.

    Raises SignalProblem when the file is damaged, unpacks to more than it may, or takes too long.
    """
    seconds, per_megabyte = SECONDS_TO_READ
    seconds += per_megabyte * path.stat().st_size / 1e6
    reader = library_reading.__file__
    try:
        described, blobs = read_in_child(
            reader, library, path, memory_mb=MEMORY_MB, seconds=seconds
        )
        tree = _node(described, iter(blobs))
    except ChildProblemError as problem:
        if problem.problem != "too large":
            raise damaged(kind) from problem
        raise SignalProblem(
            "The file unpacks to more than the memory it may have.",
            "Export the EMG and force channels only.",
        ) from problem
    except (ValueError, TypeError, KeyError, RecursionError, StopIteration) as problem:
        raise damaged(kind) from problem
    if not isinstance(tree, dict):
        raise damaged(kind)
    return tree


def _node(described: Any, blobs: Iterator[memoryview]) -> Node:
    """A node of the tree; arrays take the blobs in the order in which the tree names them."""
    if described is None:
        return ""
    ((kind, value),) = described.items()
    if kind == "struct":
        return {name: _node(part, blobs) for name, part in value.items()}
    if kind == "list":
        return [_node(part, blobs) for part in value]
    if kind == "array":
        dtype = np.dtype(value[0])
        if dtype.kind not in _KINDS:
            raise ValueError("no numbers")
        return np.frombuffer(next(blobs), dtype).reshape(value[1])
    return str(value)
