"""Reads one SPSS or Stata file in a process of its own: `python statistics_reading.py sav FILE MB`.

The C library behind pyreadstat crashes on some damaged files (26 of 3,000 with a few flipped bits,
measured with pyreadstat 1.3.7), and a crash here costs one file, not the run. Writes one line of JSON
about the variables and then their values to standard output; see `_write`. The exit codes are those of
`EXIT_CODES`. Imports nothing of Stance, so that it starts fast.
"""

import json
import sys
from array import array
from typing import Any

EXIT_CODES = {"damaged": 3, "encoding": 4, "version": 5, "too large": 6}
"""What went wrong, as the exit code of this process."""
_SIGNS = {
    "requested encoding": "encoding",
    "character set": "encoding",
    "decode": "encoding",
    "version": "version",
    "allocate memory": "too large",
}


def read(kind: str, path: str) -> tuple[dict[str, list[Any]], Any]:
    """Columns by variable name and pyreadstat's metadata; dates stay numbers.

    User-missing values are kept for SPSS, whose ranges say which they are; Stata's extended missing
    values (.a to .z) come as missing. Raises whatever pyreadstat raises for damaged files.
    """
    import pyreadstat

    reader = pyreadstat.read_sav if kind == "sav" else pyreadstat.read_dta
    columns, about = reader(
        path,
        user_missing=kind == "sav",
        output_format="dict",
        disable_datetime_conversion=True,
    )
    return columns, about


def main(kind: str, path: str, memory_mb: int) -> int:
    """Read the file and write it to standard output; answers the exit code."""
    _limit_memory(memory_mb)
    try:
        columns, about = read(kind, path)
    except MemoryError:
        return EXIT_CODES["too large"]
    except BaseException as problem:  # pyreadstat raises bare errors of many kinds for broken files
        text = f"{type(problem).__name__} {problem}".casefold()
        what = next((word for sign, word in _SIGNS.items() if sign in text), "damaged")
        return EXIT_CODES[what]
    _write(columns, about)
    return 0


def _limit_memory(memory_mb: int) -> None:
    try:
        import resource
    except ImportError:  # no such limit on Windows
        return
    size = memory_mb * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def _write(columns: dict[str, list[Any]], about: Any) -> None:
    """A line of JSON that describes the file and its columns, then the columns one after the other."""
    described = []
    blobs = []
    for name, values in columns.items():
        is_text = about.readstat_variable_types[name] == "string"
        blob = _texts(values) if is_text else _numbers(values)
        described.append({"name": name, "is_text": is_text, "bytes": len(blob)})
        blobs.append(blob)
    head = {
        "encoding": about.file_encoding or "",
        "labels": _as_pairs(about.variable_value_labels),
        "formats": about.original_variable_types,
        "missing": about.missing_ranges,
        "columns": described,
    }
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for blob in blobs:
        sys.stdout.buffer.write(blob)


def _texts(values: list[Any]) -> bytes:
    return json.dumps(["" if value is None else str(value) for value in values]).encode()


def _numbers(values: list[Any]) -> bytes:
    """Numbers of 8 bytes in the order of this machine; a missing value is not a number."""
    return array("d", [float("nan") if value is None else value for value in values]).tobytes()


def _as_pairs(labels: dict[str, dict[Any, str]]) -> dict[str, list[tuple[Any, str]]]:
    """Value labels with their codes as numbers; JSON keys would make text of them."""
    return {name: list(words.items()) for name, words in labels.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
