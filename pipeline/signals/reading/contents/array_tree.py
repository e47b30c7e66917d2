"""Named arrays of a MATLAB or HDF5 file as plain values (structs, lists, arrays, texts), and a channel of one."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.recording import Channel, SignalProblem

Array = npt.NDArray[Any]
Node: TypeAlias = "Mapping[str, Node] | Sequence[Node] | Array | str"
Struct: TypeAlias = "Mapping[str, Node]"

ATTRIBUTES = "@"
"""Before the name of what HDF5 keeps as an attribute of a group."""

HIGHEST_RATE_HZ: Final = 1e6


def number(node: object) -> float | None:
    """The one finite number of a node, None when it is not one."""
    if not isinstance(node, np.ndarray) or node.size != 1 or node.dtype.kind not in "iufb":
        return None
    value = float(node.reshape(-1)[0])
    return value if np.isfinite(value) else None


def text(node: object) -> str:
    """The text of a node, "" when it is none."""
    if isinstance(node, str):
        return node.strip()
    if isinstance(node, Sequence) and len(node) == 1:
        return text(node[0])
    return ""


def texts(node: object) -> list[str]:
    """The texts of a node: a cell array of words, or the lines of a character array."""
    if isinstance(node, str):
        return [line.strip() for line in node.splitlines()] or [""]
    if isinstance(node, Sequence):
        return [text(part) for part in node]
    return []


def vector(node: object) -> Array | None:
    """The numbers of a node with one dimension longer than 1; None when it has none or several."""
    if not isinstance(node, np.ndarray) or node.dtype.kind not in "iufb":
        return None
    if node.size < 2 or node.size != max(node.shape, default=0):
        return None
    return node.reshape(-1)


def matrix(node: object) -> Array | None:
    """The numbers of a node with two dimensions, both longer than 1; None otherwise."""
    if not isinstance(node, np.ndarray) or node.dtype.kind not in "iufb":
        return None
    squeezed = node.squeeze()
    return squeezed if squeezed.ndim == 2 else None


def fields(struct: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a struct by their names in lower case without signs: `SamplingFreq` -> samplingfreq."""
    return {plain(name): value for name, value in struct.items()}


def plain(name: str) -> str:
    """A field name in lower case, letters and digits only."""
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def structs(node: Node, depth: int = 6) -> Iterator[tuple[str, Struct]]:
    """(name, struct) of every struct in a node, outer ones first; lists are walked, too."""
    yield from _structs("", node, depth)


def _structs(name: str, node: Node, depth: int) -> Iterator[tuple[str, Struct]]:
    if isinstance(node, Mapping):
        yield name, node
        parts = list(node.items())
    elif isinstance(node, list):
        parts = [(name, part) for part in node]
    else:
        return
    if depth > 0:
        for part_name, part in parts:
            yield from _structs(part_name, part, depth - 1)


def damaged(kind: str) -> SignalProblem:
    """The problem of a file that its library cannot read."""
    return SignalProblem(
        f"The file is damaged or is not a {kind} file.", "Export or copy the recording again."
    )


def made_channel(label: str, unit: str | None, rate_hz: float, values: Array | Any) -> Channel:
    """A channel; samples that do not fit count as missing. Raises SignalProblem for no rate."""
    if not (np.isfinite(rate_hz) and 0 < rate_hz <= HIGHEST_RATE_HZ):
        raise SignalProblem(
            f"The file gives {rate_hz:g} Hz as the sampling rate of {label}.",
            "Write the rate in Hz, as 2000.",
        )
    with np.errstate(over="ignore", invalid="ignore"):
        samples = np.ascontiguousarray(values, dtype=np.float32).reshape(-1)
    return Channel(label, unit, rate_hz, samples)
