"""A short run of `fuzz_recordings.py`: damaged files are read or refused in words, and nothing else."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from pipeline.signals.reading import read_apart
from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import SignalProblem
from schemas.emg_settings import EmgSettings


def fuzz_module():
    place = Path(__file__).with_name("fuzz_recordings.py")
    spec = importlib.util.spec_from_file_location("fuzz_recordings", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def short_stance(build):
    return build.stance(hold_s=0.5, quiet_s=0.3, unloading_s=0.2, after_s=0.4)


@pytest.mark.parametrize(
    ("suffix", "n_variants"),
    [
        (".edf", 60),
        (".bdf", 60),
        (".c3d", 60),
        (".csv", 60),
        (".anc", 40),
        (".parquet", 60),
        (".mat", 5),
        (".xlsx", 10),
        (".h5", 4),
    ],
)
def test_damaged_files_are_read_or_refused(short_stance, write, tmp_path, suffix, n_variants):
    source = write(tmp_path / f"whole{suffix}", short_stance)
    counts = fuzz_module().fuzzed(source, n_variants, seed=2026, folder=tmp_path)
    assert set(counts) <= {"read", "refused"}
    assert counts["refused"] > 0


def test_a_library_that_crashes_costs_one_file(short_stance, write, tmp_path, monkeypatch):
    path = write(tmp_path / "trial.h5", short_stance)
    crashing = tmp_path / "crashing.py"
    crashing.write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    monkeypatch.setattr(read_apart.library_reading, "__file__", str(crashing))
    with pytest.raises(SignalProblem, match="damaged"):
        read_recording(path, EmgSettings())


def test_a_library_that_never_ends_costs_one_file(short_stance, write, tmp_path, monkeypatch):
    path = write(tmp_path / "trial.h5", short_stance)
    endless = tmp_path / "endless.py"
    endless.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(read_apart.library_reading, "__file__", str(endless))
    monkeypatch.setattr(read_apart, "SECONDS_TO_READ", (0.5, 0.0))
    with pytest.raises(SignalProblem, match="damaged"):
        read_recording(path, EmgSettings())


def test_a_hdf5_file_with_an_absurd_array_is_refused(tmp_path):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "trial.h5"
    with h5py.File(path, "w") as file:
        file["fs"] = 2000.0
        file.create_dataset("GMED_L", shape=(10**12,), dtype="f8", chunks=(10**4,))
    assert path.stat().st_size < 10_000
    with pytest.raises(SignalProblem, match="unpacks to more than the memory"):
        read_recording(path, EmgSettings())


def test_a_matlab_file_with_an_absurd_array_is_refused(short_stance, write, tmp_path):
    path = tmp_path / "trial.mat"
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    flags = np.array([6, 8, 6, 0], "<u4").tobytes()
    dimensions = np.array([5, 8, 2**31 - 1, 2**31 - 1], "<u4").tobytes()
    name = np.array([1, 4], "<u4").tobytes() + b"GMED\0\0\0\0"
    data = np.array([9, 2**31 - 8], "<u4").tobytes()
    body = flags + dimensions + name + data
    path.write_bytes(head + np.array([14, len(body)], "<u4").tobytes() + body)
    with pytest.raises(SignalProblem, match=r"damaged|no arrays"):
        read_recording(path, EmgSettings())
