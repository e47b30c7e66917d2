"""Writes one simulated recording as EDF, Parquet, CSV or C3D, as four laboratories would export it.

The formats differ on purpose: EDF says rate and unit, C3D says both but in volts and with its own
labels, Parquet and CSV only have a time column, so that study.yaml has to give the unit.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import ezc3d
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from edfio import Edf, EdfSignal

from pipeline.simulation.noise import Floats

LABELS: Final = {
    "gmed_left": "GMed L",
    "gmed_right": "GMed R",
    "force_left": "Fz L",
    "force_right": "Fz R",
}
"""Channel labels in EDF, Parquet and CSV files, by role."""
C3D_LABELS: Final = {
    "gmed_left": "L_GMED",
    "gmed_right": "R_GMED",
    "force_left": "Fz1",
    "force_right": "Fz2",
}
"""Channel labels in C3D files, by role."""
RANGES: Final = {"gmed": 5000.0, "force": 3000.0}
"""Full scale of the simulated converter: µV and N."""
C3D_POINT_RATE_HZ = 100.0


def write_recording(path: Path, channels: Mapping[str, Floats], *, rate_hz: float) -> None:
    """Write channels (by role, µV and N, equal length) to a file; its suffix chooses the format.

    Errors: ValueError for a suffix that is not .edf, .parquet, .csv or .c3d.
    """
    writer = WRITERS.get(path.suffix)
    if writer is None:
        raise ValueError(f"{path.name}: expected one of {', '.join(sorted(WRITERS))}")
    scaled = {role: np.clip(data, -_range(role), _range(role)) for role, data in channels.items()}
    writer(path, scaled, rate_hz)


def _range(role: str) -> float:
    return RANGES[role.split("_")[0]]


def _write_edf(path: Path, channels: Mapping[str, Floats], rate_hz: float) -> None:
    signals = [
        EdfSignal(
            data,
            rate_hz,
            label=LABELS[role],
            physical_dimension="uV" if role.startswith("gmed") else "N",
            physical_range=(-_range(role), _range(role)),
        )
        for role, data in channels.items()
    ]
    Edf(signals, data_record_duration=1).write(path)


def _timed_columns(
    channels: Mapping[str, Floats], rate_hz: float, *, float_type: pa.DataType
) -> pa.Table:
    n_samples = next(iter(channels.values())).size
    columns = {"time_s": pa.array(np.arange(n_samples) / rate_hz)}
    columns |= {
        LABELS[role]: pa.array(np.round(data, 2)).cast(float_type)
        for role, data in channels.items()
    }
    return pa.table(columns)


def _write_parquet(path: Path, channels: Mapping[str, Floats], rate_hz: float) -> None:
    table = _timed_columns(channels, rate_hz, float_type=pa.float32())
    pyarrow.parquet.write_table(
        table, path, compression="zstd", use_dictionary=False, write_statistics=False
    )


def _write_csv(path: Path, channels: Mapping[str, Floats], rate_hz: float) -> None:
    table = _timed_columns(channels, rate_hz, float_type=pa.float64())
    options = pyarrow.csv.WriteOptions(quoting_style="none", quoting_header="none")
    pyarrow.csv.write_csv(table, path, options)


def _write_c3d(path: Path, channels: Mapping[str, Floats], rate_hz: float) -> None:
    volts_per_unit = {role: 1e-6 if role.startswith("gmed") else 1.0 for role in channels}
    n_samples = next(iter(channels.values())).size
    # A motion laboratory's file holds markers, and ezc3d writes none without: one at the pelvis.
    marker_mm = np.tile(
        [[0.0], [0.0], [1000.0], [1.0]], round(n_samples * C3D_POINT_RATE_HZ / rate_hz)
    )
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [C3D_POINT_RATE_HZ]
    file["parameters"]["POINT"]["LABELS"]["value"] = ["SACRUM"]
    file["parameters"]["POINT"]["UNITS"]["value"] = ["mm"]
    file["data"]["points"] = marker_mm[:, np.newaxis, :]
    analog = file["parameters"]["ANALOG"]
    analog["RATE"]["value"] = [rate_hz]
    analog["LABELS"]["value"] = [C3D_LABELS[role] for role in channels]
    analog["UNITS"]["value"] = ["V" if role.startswith("gmed") else "N" for role in channels]
    file["data"]["analogs"] = np.stack(
        [data * volts_per_unit[role] for role, data in channels.items()]
    )[np.newaxis]
    file.write(str(path))


WRITERS: Final[Mapping[str, Callable[[Path, Mapping[str, Floats], float], None]]] = {
    ".edf": _write_edf,
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".c3d": _write_c3d,
}
