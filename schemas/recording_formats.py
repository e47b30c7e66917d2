"""Kinds of files that hold recordings: one entry each, for intake, which looks for them, and for signals, which read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class RecordingFormat:
    """A file format. A new one is this entry, and its reader.

    name: what people call it. suffixes: in lower case, the usual one first. reader: the function that reads
    it, in the file of `pipeline/signals/reading` that has its name. looks: what the content may look like by
    its first bytes, its own kind first; none where they say nothing. signs: first bytes of its own kind.
    packages: what a reader's answer depends on beside numpy; another version reads all files anew.
    may_be_table: tables of a cohort may have these suffixes, too.
    """

    name: str
    suffixes: tuple[str, ...]
    reader: str
    looks: tuple[str, ...] = ()
    signs: tuple[bytes, ...] = ()
    packages: tuple[str, ...] = ()
    may_be_table: bool = False


_HDF5: Final = "HDF5"
_TEXT: Final = "text"

RECORDING_FORMATS: Final = (
    RecordingFormat("C3D", (".c3d",), "read_c3d", ("C3D",)),
    RecordingFormat("EDF", (".edf",), "read_edf", ("EDF",), (b"0       ",), ("edfio",)),
    RecordingFormat("BDF", (".bdf",), "read_edf", ("BDF",), (b"\xffBIOSEMI",), ("edfio",)),
    RecordingFormat("CSV", (".csv",), "read_text", (_TEXT,), (), ("pandas",), may_be_table=True),
    RecordingFormat("TSV", (".tsv",), "read_text", (_TEXT,), (), ("pandas",), may_be_table=True),
    RecordingFormat("text", (".txt",), "read_text", (_TEXT,), (), ("pandas",), may_be_table=True),
    RecordingFormat("Motion Analysis", (".anc",), "read_text", (_TEXT,), (), ("pandas",)),
    RecordingFormat(
        "MATLAB", (".mat",), "read_arrays", ("MATLAB", _HDF5), (b"MATLAB ",), ("scipy", "h5py")
    ),
    RecordingFormat(
        "HDF5", (".h5", ".hdf5"), "read_arrays", (_HDF5,), (b"\x89HDF\r\n\x1a\n",), ("h5py",)
    ),
    RecordingFormat(
        "Parquet", (".parquet",), "read_parquet", ("Parquet",), (b"PAR1",), ("pyarrow",)
    ),
    RecordingFormat(
        "Excel",
        (".xlsx",),
        "read_xlsx",
        ("XLSX",),
        (b"PK\x03\x04", b"PK\x05\x06"),
        may_be_table=True,
    ),
    RecordingFormat("BIOPAC", (".acq",), "read_acq", packages=("bioread",)),
)

FORMAT_OF: Final[Mapping[str, RecordingFormat]] = {
    suffix: entry for entry in RECORDING_FORMATS for suffix in entry.suffixes
}
"""By suffix in lower case."""

RECORDING_SUFFIXES: Final[Mapping[str, str]] = {
    suffix: entry.name for suffix, entry in FORMAT_OF.items()
}
"""Suffix in lower case -> what people call the format."""

ONLY_RECORDINGS: Final = frozenset(
    suffix for suffix, entry in FORMAT_OF.items() if not entry.may_be_table
)
"""Suffixes of files that are never tables of a cohort."""

READER_PACKAGES: Final = tuple(
    sorted({package for entry in RECORDING_FORMATS for package in entry.packages})
)
"""Packages on which the samples of some recording depend."""
