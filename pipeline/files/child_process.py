"""A file that a library reads in a process of its own, with a limit on memory and on time.

Compiled readers crash on some damaged files (pyreadstat 1.3.7 on 26 of 3,000 with a few flipped bits),
ask for absurd amounts of memory (HDF5, scipy's reader of MATLAB files) or read for minutes where a count is
damaged (bioread). Here that costs one file, not the run.

`read_in_child` is what rooms call. This file is also the child: `python -I child_process.py READER KIND FILE
MEGABYTES` loads the reader, a file of Python that imports nothing of Stance so that it starts fast, and
writes to standard output one line of JSON and then the bytes of the arrays. A reader has

    read(kind, path, most_bytes) -> (head, blobs)   head: anything that JSON can hold; blobs: list of bytes
    SIGNS                                           optional: words of an error -> name of the problem

and raises whatever its library raises; MemoryError says that the file unpacks to more than it may.
"""

import importlib.util
import json
import subprocess
import sys
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final

EXIT_CODES: Final = {"damaged": 3, "encoding": 4, "version": 5, "too large": 6}
"""Problem -> exit code of the child. Any other exit code but 0 is a crash, which is "damaged" too."""


class ChildProblemError(Exception):
    """The child could not read the file. problem: a key of EXIT_CODES."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def read_in_child(
    reader: str | None, kind: str, path: Path, *, memory_mb: int, seconds: float
) -> tuple[Any, list[memoryview]]:
    """What the reader says about a file, and the bytes of its arrays.

    reader: the reader's file, its module's `__file__`. kind: handed on to the reader. memory_mb: of the
    whole child (not on Windows, which has no such limit). seconds: a file that takes longer is damaged.
    Raises ChildProblemError.
    """
    command = [sys.executable, "-I", __file__, str(reader), kind, str(path.absolute())]
    try:
        done = subprocess.run(  # noqa: S603  # our own script, no shell
            [*command, str(memory_mb)], capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise ChildProblemError("damaged") from None
    if done.returncode != 0:
        problems = {code: problem for problem, code in EXIT_CODES.items()}
        raise ChildProblemError(problems.get(done.returncode, "damaged"))
    try:
        line, _, rest = done.stdout.partition(b"\n")
        head, sizes = json.loads(line)
        ends = [0, *accumulate(sizes)]
    except (ValueError, TypeError, RecursionError):
        raise ChildProblemError("damaged") from None
    if ends[-1] != len(rest):
        raise ChildProblemError("damaged")
    view = memoryview(rest)
    return head, [view[a:b] for a, b in pairwise(ends)]


def main(reader: str, kind: str, path: str, memory_mb: int) -> int:
    """Be the child: read the file and write it to standard output; answers the exit code."""
    _limit_memory(memory_mb)
    signs: dict[str, str] = {}
    try:
        spec = importlib.util.spec_from_file_location("reader", reader)
        module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]  # a file that is there
        spec.loader.exec_module(module)  # type: ignore[union-attr]
        signs = getattr(module, "SIGNS", signs)
        head, blobs = module.read(kind, path, memory_mb * 1_000_000 // 4)
    except MemoryError:
        return EXIT_CODES["too large"]
    except BaseException as problem:  # libraries raise bare errors of many kinds for broken files
        text = f"{type(problem).__name__} {problem}".casefold()
        return EXIT_CODES[next((word for sign, word in signs.items() if sign in text), "damaged")]
    out = sys.stdout.buffer
    out.write(json.dumps([head, [len(blob) for blob in blobs]]).encode() + b"\n")
    out.writelines(blobs)
    return 0


def _limit_memory(memory_mb: int) -> None:
    try:
        import resource
    except ImportError:  # no such limit on Windows
        return
    size = memory_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
