"""Reads one SPSS or Stata file with pyreadstat, in a process of its own: see `pipeline.files.child_process`.

Imports nothing of Stance, so that it starts fast.
"""

import json
from array import array
from typing import Any

SIGNS = {
    "requested encoding": "encoding",
    "character set": "encoding",
    "decode": "encoding",
    "version": "version",
    "allocate memory": "too large",
}
"""Words of pyreadstat's errors -> what is wrong with the file."""


def read(kind: str, path: str, _most_bytes: int) -> tuple[dict[str, Any], list[bytes]]:
    """What the file says about its variables, and their values: numbers of 8 bytes, or JSON for texts.

    kind: "sav" or "dta". Dates stay numbers. User-missing values are kept for SPSS, whose ranges say which
    they are; Stata's extended missing values (.a to .z) come as missing. Raises whatever pyreadstat
    raises for damaged files.
    """
    import pyreadstat

    columns, about = (pyreadstat.read_sav if kind == "sav" else pyreadstat.read_dta)(
        path,
        user_missing=kind == "sav",
        output_format="dict",
        disable_datetime_conversion=True,
    )
    is_text = {name: about.readstat_variable_types[name] == "string" for name in columns}
    head = {
        "encoding": about.file_encoding or "",
        "labels": _as_pairs(about.variable_value_labels),
        "formats": about.original_variable_types,
        "missing": about.missing_ranges,
        "columns": list(is_text.items()),
    }
    return head, [
        _texts(values) if is_text[name] else _numbers(values) for name, values in columns.items()
    ]


def _texts(values: list[Any]) -> bytes:
    return json.dumps(["" if value is None else str(value) for value in values]).encode()


def _numbers(values: list[Any]) -> bytes:
    """Numbers of 8 bytes in the order of this machine; a missing value is not a number."""
    return array("d", [float("nan") if value is None else value for value in values]).tobytes()


def _as_pairs(labels: dict[str, dict[Any, str]]) -> dict[str, list[tuple[Any, str]]]:
    """Value labels with their codes as numbers; JSON keys would make text of them."""
    return {name: list(words.items()) for name, words in labels.items()}
