"""What a file looks like by its first bytes, for files that are called what they are not."""

from typing import Final

EDF, BDF, C3D, TEXT = "EDF", "BDF", "C3D", "text"
PARQUET, ZIP, HDF5, MATLAB = "Parquet", "XLSX", "HDF5", "MATLAB"

FIRST_BYTES: Final = 4096
_SIGNS: Final = (
    (b"0       ", EDF),
    (b"\xffBIOSEMI", BDF),
    (b"PAR1", PARQUET),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x89HDF\r\n\x1a\n", HDF5),
    (b"MATLAB ", MATLAB),
    (b"\xd0\xcf\x11\xe0", "old Excel (XLS)"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"7z\xbc\xaf", "compressed (7z)"),
    (b"Rar!", "compressed (RAR)"),
    (b"CFS", "old signal (CFS)"),
)
SUFFIX_OF: Final = {
    EDF: ".edf",
    BDF: ".bdf",
    C3D: ".c3d",
    TEXT: ".csv or .txt",
    PARQUET: ".parquet",
    ZIP: ".xlsx",
    HDF5: ".h5",
    MATLAB: ".mat",
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
