"""One seed, many independent random streams, each with a name.

A stream depends only on the seed and its own name, so that adding a table or a recording changes
no other.
"""

import zlib

import numpy as np


def stream(seed: int, *name: str | int) -> np.random.Generator:
    """The random stream of this name. Errors: ValueError for a negative seed."""
    if seed < 0:
        raise ValueError("the seed has to be 0 or larger")
    return np.random.default_rng([seed, *(zlib.crc32(str(part).encode()) for part in name)])
