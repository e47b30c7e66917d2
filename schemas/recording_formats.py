"""Kinds of files that hold recordings, for intake, which looks for them, and for signals, which read them."""

from collections.abc import Mapping
from typing import Final

RECORDING_SUFFIXES: Final[Mapping[str, str]] = {
    ".c3d": "C3D",
    ".edf": "EDF",
    ".bdf": "BDF",
    ".csv": "CSV",
    ".tsv": "TSV",
    ".txt": "text",
    ".anc": "Motion Analysis",
    ".mat": "MATLAB",
    ".h5": "HDF5",
    ".hdf5": "HDF5",
    ".parquet": "Parquet",
    ".xlsx": "Excel",
    ".acq": "BIOPAC",
}
"""Suffix in lower case -> what people call the format."""

TABLE_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx"})
"""Suffixes of recordings that tables of a cohort may have as well."""

ONLY_RECORDINGS: Final = frozenset(RECORDING_SUFFIXES) - TABLE_SUFFIXES
"""Suffixes of files that are never tables of a cohort."""
