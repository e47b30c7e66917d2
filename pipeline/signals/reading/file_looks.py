"""What a file looks like by its first bytes, for files that are called what they are not."""

from typing import Final

from schemas.recording_formats import RECORDING_FORMATS

C3D: Final = "C3D"
TEXT: Final = "text"

FIRST_BYTES: Final = 4096
_FOREIGN: Final = (
    (b"\xd0\xcf\x11\xe0", "old Excel (XLS)"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"7z\xbc\xaf", "compressed (7z)"),
    (b"Rar!", "compressed (RAR)"),
    (b"CFS", "old signal (CFS)"),
)
_SIGNS: Final = (
    *((sign, entry.looks[0]) for entry in RECORDING_FORMATS for sign in entry.signs),
    *_FOREIGN,
)
SUFFIX_OF: Final = {
    **{entry.looks[0]: entry.suffixes[0] for entry in RECORDING_FORMATS if entry.looks},
    TEXT: ".csv or .txt",
}
"""What a file of a kind should be called."""
_CONTROL: Final = bytes(set(range(32)) - {9, 10, 12, 13})


def looks_like(start: bytes) -> str | None:
    """The kind of a file by its first bytes; None when they say nothing."""
    for sign, kind in _SIGNS:
        if start.startswith(sign):
            return kind
    if len(start) >= 512 and start[1] == 0x50 and 1 <= start[0] < 9:
        return C3D
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return TEXT
    is_text = bool(start) and not start.translate(
        None, delete=bytes(set(range(256)) - set(_CONTROL))
    )
    return TEXT if is_text and any(byte > 32 for byte in start) else None
