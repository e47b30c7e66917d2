"""Reads one file of arrays with its library, in a process of its own: see `pipeline.files.child_process`.

The file is described as a tree: structs, lists, texts and arrays of numbers. Imports nothing of Stance, so
that it starts fast.
"""

from typing import Any

DEEPEST = 10
MOST_NODES = 20_000


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
            raise MemoryError
        values = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        self.blobs.append(values.tobytes())
        self.n_bytes += values.nbytes
        return {"array": [values.dtype.str, list(values.shape)]}


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


TREES = {"acq": acq_tree, "hdf5": hdf5_tree, "mat": mat_tree}
"""Library -> how its files become a tree."""


def read(kind: str, path: str, most_bytes: int) -> tuple[Any, list[bytes]]:
    """The tree of a file, and the bytes of its arrays in the order of the tree. kind: a key of TREES.

    Raises MemoryError when the arrays take more than most_bytes, and what the libraries raise for
    broken files.
    """
    arrays = _Arrays(most_bytes)
    return TREES[kind](path, arrays), arrays.blobs


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
            raise MemoryError
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
