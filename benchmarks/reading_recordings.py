"""How fast recordings are read: 60 s, 8 EMG channels and force at 2 kHz, in every format, beside a peer.

    python benchmarks/reading_recordings.py [FOLDER]

CPU time of one process, the best of several runs in turn, so that a busy machine slows both alike.
The peer is what laboratories use for the format: pandas, ezc3d, edfio, scipy. Files are made in FOLDER
(a temporary one by default).
"""

import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import edfio
import ezc3d
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import scipy.io

from pipeline.signals.reading.formats import read_recording
from schemas.emg_settings import EmgSettings

RATE_HZ, SECONDS, REPEATS = 2000, 60, 7
CHANNELS = [*(f"EMG{n + 1} (uV)" for n in range(8)), "Fz (N)"]


def cpu_ms() -> float:
    """CPU time of this process and its children so far, ms."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return 1e3 * sum(one.ru_utime + one.ru_stime for one in used)


def make_files(folder: Path) -> None:
    """One recording in every format."""
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(0, 30, RATE_HZ * SECONDS) for name in CHANNELS}
    time_s = np.arange(RATE_HZ * SECONDS) / RATE_HZ
    frame = pd.DataFrame({"time (s)": time_s, **columns})
    frame.to_csv(folder / "r.csv", index=False, float_format="%.6g")
    frame.to_csv(folder / "comma.csv", index=False, float_format="%.6g", sep=";", decimal=",")
    arrays = {name: pa.array(values.astype(np.float32)) for name, values in frame.items()}
    arrays["time (s)"] = pa.array(time_s)
    pyarrow.parquet.write_table(pa.table(arrays), folder / "r.parquet", compression="none")
    signals = [
        edfio.EdfSignal(values, RATE_HZ, label=name[:4], physical_range=(-300, 300))
        for name, values in columns.items()
    ]
    edfio.Edf(signals).write(folder / "r.edf")
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [100.0]
    file["parameters"]["POINT"]["LABELS"]["value"] = ["M1"]
    file["data"]["points"] = np.ones((4, 1, SECONDS * 100))
    file["parameters"]["ANALOG"]["RATE"]["value"] = [float(RATE_HZ)]
    file["parameters"]["ANALOG"]["LABELS"]["value"] = CHANNELS
    file["parameters"]["ANALOG"]["UNITS"]["value"] = ["V"] * len(CHANNELS)
    file["data"]["analogs"] = np.stack(list(columns.values()))[np.newaxis]
    file.write(str(folder / "r.c3d"))
    named = {name.split(" ")[0]: values for name, values in columns.items()}
    scipy.io.savemat(folder / "r.mat", {"fs": float(RATE_HZ), **named})


PEERS: dict[str, Callable[[Path], object]] = {
    "r.csv": pd.read_csv,
    "comma.csv": lambda path: pd.read_csv(path, sep=";", decimal=","),
    "r.parquet": pd.read_parquet,
    "r.edf": lambda path: [signal.data for signal in edfio.read_edf(path).signals],
    "r.c3d": lambda path: ezc3d.c3d(str(path)),
    "r.mat": scipy.io.loadmat,
}


def main(folder: Path) -> None:
    """Print one line for each format."""
    make_files(folder)
    for name, peer in PEERS.items():
        path = folder / name
        ours, theirs = [], []
        for _ in range(REPEATS):
            for read, times in ((lambda p: read_recording(p, EmgSettings()), ours), (peer, theirs)):
                started = cpu_ms()
                read(path)
                times.append(cpu_ms() - started)
        size_mb = path.stat().st_size / 1e6
        print(
            f"{name:10} {size_mb:5.1f} MB  ours {min(ours):6.1f} ms  peer {min(theirs):6.1f} ms  "
            f"{min(theirs) / min(ours):5.2f} x"
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
