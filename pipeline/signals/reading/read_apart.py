"""Files that a library reads in another process, so that no damaged file can crash or stop this one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np

from pipeline.signals.reading import library_reading
from pipeline.signals.reading.contents.array_tree import Node, Struct, damaged
from pipeline.signals.samples.problem import SignalProblem

MEMORY_MB: Final = 4_000
SECONDS_TO_READ: Final = (15.0, 1.0)
"""For any file, and more for each megabyte of it; a file that takes longer is damaged."""
_KINDS: Final = frozenset("iufb")


def read_apart(library: str, path: Path, kind: str) -> Struct:
    """The groups and arrays of a file. library: "hdf5", "mat" or "acq". kind: what people call the file.

    Raises SignalProblem when the file is damaged, unpacks to more than it may, or takes too long.
    """
    command = [sys.executable, "-I", library_reading.__file__, library, str(path.absolute())]
    command.append(str(MEMORY_MB))
    seconds, per_megabyte = SECONDS_TO_READ
    seconds += per_megabyte * path.stat().st_size / 1e6
    try:
        done = subprocess.run(  # noqa: S603  # our own script, no shell
            command, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise damaged(kind) from problem
    if done.returncode == library_reading.EXIT_CODES["too large"]:
        raise SignalProblem(
            "The file unpacks to more than the memory it may have.",
            "Export the EMG and force channels only.",
        )
    if done.returncode != 0:
        raise damaged(kind)
    head, _, blobs = done.stdout.partition(b"\n")
    try:
        tree = _node(json.loads(head), _Blobs(blobs))
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise damaged(kind) from problem
    if not isinstance(tree, dict):
        raise damaged(kind)
    return tree


class _Blobs:
    """The bytes of the arrays, in the order in which the tree names them."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def next_array(self, kind: str, shape: list[int], n_bytes: int) -> np.ndarray[Any, Any]:
        dtype = np.dtype(kind)
        if dtype.kind not in _KINDS:
            raise ValueError("no numbers")
        part = self.content[self.position : self.position + n_bytes]
        self.position += n_bytes
        return np.frombuffer(part, dtype).reshape(shape)


def _node(described: Any, blobs: _Blobs) -> Node:
    if described is None:
        return ""
    ((kind, value),) = described.items()
    if kind == "struct":
        return {name: _node(part, blobs) for name, part in value.items()}
    if kind == "list":
        return [_node(part, blobs) for part in value]
    if kind == "array":
        return blobs.next_array(*value)
    return str(value)
