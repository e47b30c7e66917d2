"""Reads one file with a library in a process of its own: `python library_reading.py KIND FILE MEGABYTES`.

HDF5 and scipy's reader of MATLAB files are compiled code that can crash or ask for absurd amounts of
memory on damaged files, and bioread can read for minutes where a count is damaged; here that costs
one file, not the run. Writes one line
of JSON that describes the file as a tree, then the bytes of its arrays, to standard output. Imports
nothing of Stance, so that it starts fast.
"""

import json
import sys
from typing import Any

EXIT_CODES = {"damaged": 3, "too large": 4}
"""What went wrong, as the exit code of this process."""

DEEPEST = 10
MOST_NODES = 20_000


class _TooLarge(Exception):
    pass


class _Arrays:
    """The bytes of the arrays of a tree; the tree itself says what they are."""

    def __init__(self, most_bytes: int) -> None:
        self.blobs: list[bytes] = []
        self.n_bytes = 0
        self.most_bytes = most_bytes

    def add(self, values: Any) -> Any:
        """Keep an array of numbers; answers its node of the tree."""
        import numpy as np

        if values.nbytes + self.n_bytes > self.most_bytes:
            raise _TooLarge
        values = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        blob = values.tobytes()
        self.blobs.append(blob)
        self.n_bytes += len(blob)
        return {"array": [values.dtype.str, list(values.shape), len(blob)]}


def acq_tree(path: str, arrays: _Arrays) -> Any:
    """Channels and marks of an AcqKnowledge file; its journal is not read."""
    import logging

    import bioread
    import numpy as np

    logging.disable(logging.CRITICAL)  # bioread writes what it finds in broken files
    file = bioread.read(path)
    channels = [
        {
            "struct": {
                "name": {"text": str(channel.name or "")},
                "units": {"text": str(channel.units or "")},
                "rate_hz": arrays.add(np.array([channel.samples_per_second], dtype=float)),
                "n_samples": arrays.add(np.array([channel.point_count])),
                "data": arrays.add(np.asarray(channel.data, dtype=np.float32)),
            }
        }
        for channel in file.channels
    ]
    marks = [
        {
            "struct": {
                "time_s": arrays.add(np.array([mark.sample_index / file.samples_per_second])),
                "text": {"text": str(mark.text or "")},
            }
        }
        for mark in (file.event_markers or [])[:MOST_NODES]
    ]
    return {"struct": {"channels": {"list": channels}, "marks": {"list": marks}}}


def hdf5_tree(path: str, arrays: _Arrays) -> Any:
    """Groups as structs; MATLAB's transposed arrays, texts and cell arrays as they were in MATLAB."""
    import h5py

    with h5py.File(path, "r") as file:
        return _Hdf5(file, arrays).node(file, 0)


def mat_tree(path: str, arrays: _Arrays) -> Any:
    """The variables of a MATLAB file of versions 4 to 7."""
    import warnings

    import scipy.io

    warnings.simplefilter("ignore")  # duplicate names and functions, which are not read
    read = scipy.io.loadmat(path, struct_as_record=False, chars_as_strings=True)
    variables = {name: value for name, value in read.items() if not name.startswith("__")}
    return {"struct": {name: _mat_node(value, arrays, 0) for name, value in variables.items()}}


def _mat_node(value: Any, arrays: _Arrays, depth: int) -> Any:
    import numpy as np
    from scipy.io.matlab import mat_struct

    if depth > 2 * DEEPEST:  # every struct is an array of one struct
        return None
    if isinstance(value, mat_struct):
        parts = {name: getattr(value, name) for name in value._fieldnames}
        return {
            "struct": {name: _mat_node(part, arrays, depth + 1) for name, part in parts.items()}
        }
    if not isinstance(value, np.ndarray):
        return None
    if value.dtype.kind in "US":
        return {"text": "\n".join(str(line) for line in value.reshape(-1))}
    if value.dtype == object:
        nodes = [_mat_node(part, arrays, depth + 1) for part in value.reshape(-1, order="F")]
        return nodes[0] if len(nodes) == 1 and "struct" in (nodes[0] or {}) else {"list": nodes}
    return arrays.add(value) if value.dtype.kind in "iufb" else None


READERS = {"acq": acq_tree, "hdf5": hdf5_tree, "mat": mat_tree}


class _Hdf5:
    """Walks an HDF5 file."""

    def __init__(self, file: Any, arrays: _Arrays) -> None:
        self.file = file
        self.arrays = arrays
        self.n_nodes = 0

    def node(self, item: Any, depth: int) -> Any:
        """A group or data set as JSON; None for what has no meaning here."""
        import h5py

        self.n_nodes += 1
        if depth > DEEPEST or self.n_nodes > MOST_NODES:
            return None
        if isinstance(item, h5py.Group):
            return self._group(item, depth)
        if isinstance(item, h5py.Dataset):
            return self._dataset(item, depth)
        return None

    def _group(self, group: Any, depth: int) -> Any:
        import h5py

        struct = {}
        if "MATLAB_class" not in group.attrs:
            for name, value in group.attrs.items():
                struct[f"@{name}"] = self._attribute(value)
        for name in group:
            if not name.startswith("#"):  # where MATLAB keeps the parts of cell arrays
                part = group.get(name)
                struct[name] = self.node(part, depth + 1)
                if isinstance(part, h5py.Dataset) and "MATLAB_class" not in part.attrs:
                    for key, value in part.attrs.items():
                        struct[f"{name}@{key}"] = self._attribute(value)
        return {"struct": struct}

    def _dataset(self, dataset: Any, depth: int) -> Any:
        import h5py
        import numpy as np

        kind = dataset.attrs.get("MATLAB_class", b"")
        kind = kind.decode("ascii", "replace") if isinstance(kind, bytes) else str(kind)
        if h5py.check_ref_dtype(dataset.dtype) is not None:
            if dataset.size > MOST_NODES:
                return None
            refs = np.asarray(dataset[()]).T.reshape(-1, order="F")
            return {"list": [self.node(self.file[ref], depth + 1) for ref in refs if ref]}
        if dataset.dtype.kind in "OSU":
            return self._attribute(dataset[()]) if dataset.size < 10_000 else None
        if dataset.dtype.kind not in "iufb":
            return None
        if dataset.size * dataset.dtype.itemsize > self.arrays.most_bytes:
            raise _TooLarge
        values = np.asarray(dataset[()]) if "MATLAB_empty" not in dataset.attrs else np.zeros(0)
        values = values.T if kind else values
        if kind == "char":
            lines = ["".join(map(chr, line)) for line in np.atleast_2d(values)]
            return {"text": "\n".join(lines)}
        return self.arrays.add(values)

    def _attribute(self, value: Any) -> Any:
        import numpy as np

        if isinstance(value, bytes):
            return {"text": value.decode("utf-8", "replace")}
        if isinstance(value, str):
            return {"text": value}
        values = np.asarray(value)
        if values.dtype.kind in "OSU":
            return {"list": [self._attribute(part) for part in values.reshape(-1).tolist()]}
        return self.arrays.add(values) if values.dtype.kind in "iufb" else None


def main(kind: str, path: str, memory_mb: int) -> int:
    """Read the file and write it to standard output; answers the exit code."""
    _limit_memory(memory_mb)
    arrays = _Arrays(memory_mb * 1_000_000 // 4)
    try:
        tree = READERS[kind](path, arrays)
    except (_TooLarge, MemoryError):
        return EXIT_CODES["too large"]
    except BaseException:  # the libraries raise bare errors of many kinds for broken files
        return EXIT_CODES["damaged"]
    sys.stdout.buffer.write(json.dumps(tree).encode() + b"\n")
    for blob in arrays.blobs:
        sys.stdout.buffer.write(blob)
    return 0


def _limit_memory(memory_mb: int) -> None:
    try:
        import resource
    except ImportError:  # no such limit on Windows
        return
    size = memory_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
