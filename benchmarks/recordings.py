"""How fast recordings are read and measured, beside the fastest other program, and how much memory it takes.

    python benchmarks/recordings.py [--part A B C] [--repeats 11] [--count 1000]

A  The same work on 60 s x 8 channels x 2 kHz in one thread: band-pass, mains notch, rectification,
   envelope, moving RMS. The peer is pyemgpipeline with scipy's notch and pandas' RMS, which it lacks,
   in an environment of its own; where that cannot be made, the same steps written with scipy stand in
   and are called so.
B  From file to mean and peak RMS of 8 channels: the peer from CSV with pandas, ours at the first ingest
   (read, keep, measure), from the cache, and a whole batch that did not change.
C  --count recordings through the batch, with peak memory on the way (10,000 take about a quarter of an
   hour and 2 GB of disk), then the same again, and once more with a new one.

Times are processor time (the targets' measure) and wall time, medians; one round measures everything once, so that ratios come from the same
minutes. The peer's environment is made once in .stance/benchmarks of the repository.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np  # noqa: E402 (the number of threads is read at import)
import pandas as pd  # noqa: E402
from scipy import signal  # noqa: E402

from pipeline.engine.map_units import chosen_engine, map_units  # noqa: E402
from pipeline.signals.cohort.batch import process_recordings  # noqa: E402
from pipeline.signals.reading.formats import read_recording  # noqa: E402
from pipeline.signals.samples.filters import band_pass_sections  # noqa: E402
from pipeline.signals.samples.recording import Recording  # noqa: E402
from pipeline.signals.samples.zero_phase import BandPass  # noqa: E402
from pipeline.signals.storing.sample_store import load_recording, save_recording  # noqa: E402
from pipeline.signals.traces.recording_trace import AmplitudeCurves, amplitude_curves  # noqa: E402
from pipeline.workspace.known_hashes import KnownHashes  # noqa: E402
from schemas.recordings import Recordings  # noqa: E402
from schemas.study import EmgSettings  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
RATE_HZ, CHANNELS, LENGTH_S = 2000.0, 8, 60
BAND_HZ, ORDER, NOTCH_HZ = (20.0, 450.0), 4, (50.0,)
TARGETS = {"A": 6.0, "B cache": 8.0, "B ingest": 2.5, "B unchanged": 20.0}


class Spent(NamedTuple):
    """Time spent on something, in s: of processors and by the clock on the wall."""

    cpu_s: float
    wall_s: float

    @classmethod
    def so_far(cls) -> "Spent":
        """Both clocks now."""
        return cls(time.process_time(), time.perf_counter())

    @classmethod
    def since(cls, began: "Spent") -> "Spent":
        """What passed on both clocks."""
        now = cls.so_far()
        return cls(now.cpu_s - began.cpu_s, now.wall_s - began.wall_s)


PEER = """
import json, sys, time
import numpy as np
import pandas as pd
from scipy import signal
try:
    from pyemgpipeline.wrappers import EMGMeasurement
    name = "pyemgpipeline + scipy notch + pandas RMS"
except ImportError:
    EMGMeasurement = None
    name = "pyemgpipeline's steps written with scipy (it could not be installed)"

def filtered(x, hz):
    if EMGMeasurement is not None:
        m = EMGMeasurement(x, hz=hz)
        m.apply_dc_offset_remover()
        m.apply_bandpass_filter(bf_order=4, bf_cutoff_fq_lo=20, bf_cutoff_fq_hi=450)
        return m
    b, a = signal.butter(2, [20, 450], btype="bandpass", fs=hz)
    return signal.filtfilt(b, a, x - x.mean(axis=0), axis=0)

def work(x, hz):
    m = filtered(x, hz)
    y = m if EMGMeasurement is None else m.data
    y = signal.filtfilt(*signal.iirnotch(50, 30, hz), y, axis=0)
    rms = np.sqrt(pd.DataFrame(np.square(y)).rolling(int(hz / 2)).mean())
    if EMGMeasurement is None:
        b, a = signal.butter(2, 6, fs=hz)
        envelope = signal.filtfilt(b, a, np.abs(y), axis=0)
    else:
        m.data = y
        m.apply_full_wave_rectifier()
        m.apply_linear_envelope(le_order=4, le_cutoff_fq=6)
        envelope = m.data
    return y, envelope, rms

print(json.dumps(name), flush=True)
samples = np.load(sys.argv[1])
for line in sys.stdin:
    began = time.process_time(), time.perf_counter()
    if line.strip() == "work":
        work(samples, 2000)
    else:
        table = pd.read_csv(sys.argv[2])
        y, _, rms = work(table.iloc[:, 1:].to_numpy(), 2000)
        answer = np.sqrt(np.mean(np.square(y), axis=0)), rms.max().to_numpy()
    print(json.dumps([time.process_time() - began[0], time.perf_counter() - began[1]]), flush=True)
"""


def main() -> None:
    """Run the chosen parts and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", nargs="+", choices="ABC", default=["A", "B", "C"])
    parser.add_argument("--repeats", type=int, default=11)
    parser.add_argument("--count", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stance-benchmark-") as folder:
        if {"A", "B"} & set(chosen.part):
            compare_with_peer(Path(folder), chosen.part, chosen.repeats)
        if "C" in chosen.part:
            many_recordings(Path(folder) / "many", chosen.count)


# A and B


def compare_with_peer(folder: Path, parts: list[str], repeats: int) -> None:
    """Time the peer and ours in turns."""
    emg_uv = simulated_emg(seed=1)
    np.save(folder / "samples.npy", emg_uv.T.astype(np.float64))
    csv = write_csv(folder / "recording.csv", emg_uv)
    settings = EmgSettings()
    kept = folder / "kept.parquet"
    save_recording(kept, read_recording(csv, settings))
    with peer(folder / "samples.npy", csv) as (name, ask):
        steps: dict[str, Callable[[], Spent]] = {}
        if "A" in parts:
            sosfiltfilt = timed(lambda: by_scipy(emg_uv.astype(np.float64)))
            steps["A peer"] = lambda: ask("work")
            steps["A scipy sosfiltfilt, band-pass and notch only"] = sosfiltfilt
            steps["A ours"] = timed(lambda: curves_of(emg_uv))
        if "B" in parts:
            steps["B peer, from CSV"] = lambda: ask("csv")
            steps["B ours, first ingest"] = timed(lambda: ingest(csv, folder / "new.parquet"))
            steps["B ours, from the cache"] = timed(lambda: measured(from_cache(kept)))
        times: dict[str, list[Spent]] = {step: [] for step in steps}
        for step in steps.values():
            step()  # imports, plans and responses
        for _ in range(repeats):
            for step, run in steps.items():
                times[step].append(run())
    print(f"peer: {name}")
    print(f"{LENGTH_S} s x {CHANNELS} channels x {RATE_HZ:g} Hz; ms: median [min]")
    print(f"  {'':48} {'processor time':>16} {'wall time':>16}")
    for step, seen in times.items():
        columns = [
            f"{1e3 * statistics.median(s):8.1f} [{1e3 * min(s):.1f}]"
            for s in zip(*seen, strict=True)
        ]
        print(f"  {step:48} {columns[0]:>16} {columns[1]:>16}")
    if "A" in parts:
        show_ratio("A", times["A peer"], times["A ours"])
        print(f"  furthest from sosfiltfilt: {furthest_from_scipy(emg_uv):.1e} SD (target 2e-4)")
    if "B" in parts:
        show_ratio("B cache", times["B peer, from CSV"], times["B ours, from the cache"])
        show_ratio("B ingest", times["B peer, from CSV"], times["B ours, first ingest"])
        peer_csv_s = statistics.median(spent.cpu_s for spent in times["B peer, from CSV"])
        unchanged_batch(folder / "batch", csv, peer_csv_s)


def show_ratio(target: str, peer: list[Spent], ours: list[Spent]) -> None:
    """Print how many times as fast ours is, by medians, by minima and by the clock on the wall."""
    peer_s, ours_s = ([spent.cpu_s for spent in side] for side in (peer, ours))
    ratio = statistics.median(peer_s) / statistics.median(ours_s)
    peer_wall_s, ours_wall_s = (statistics.median(s.wall_s for s in side) for side in (peer, ours))
    print(
        f"  {target:12} {ratio:6.1f} times [{min(peer_s) / min(ours_s):.1f} by minima, "
        f"{peer_wall_s / ours_wall_s:.1f} by wall time], "
        f"target {TARGETS[target]:g}: {'reached' if ratio >= TARGETS[target] else 'MISSED'}"
    )


def unchanged_batch(folder: Path, csv: Path, peer_s: float, n_files: int = 60) -> None:
    """A batch of files, first and unchanged, beside the peer's time for as many."""
    cohort = folder / "cohort"
    cohort.mkdir(parents=True)
    for number in range(n_files):  # other content, same length
        text = csv.read_text(encoding="utf-8")
        (cohort / f"{number}.csv").write_text(f"{text}{number / 1000:.3f}{',0' * CHANNELS}\n")
        os.utime(cohort / f"{number}.csv", (1, 1))
    rows = recordings_table([f"{number}.csv" for number in range(n_files)], per_person=4)
    time.sleep(4.5)  # a file that was just written is read again, see known_hashes
    spent = []
    for _ in range(2):
        known = KnownHashes(cohort, folder / "hashes.json")
        began = Spent.so_far()
        known.input_hashes()
        process_recordings(
            rows, cohort, EmgSettings(), cache=folder / "cache", sha256_of=known.sha256_of
        )
        known.save()
        spent.append(Spent.since(began))
    shutil.rmtree(folder)
    first, again = spent
    print(
        f"  whole batch of {n_files} (product: force, quality, all onsets): first {first.cpu_s:.2f} s, "
        f"unchanged {again.cpu_s:.3f} s, {first.cpu_s / again.cpu_s:.0f} times as fast as the first"
    )
    show_ratio("B unchanged", [Spent(n_files * peer_s, n_files * peer_s)], [again])


@contextmanager
def peer(samples: Path, csv: Path) -> "Iterator[tuple[str, Callable[[str], Spent]]]":
    """(name, ask): the peer in a process of its own; ask gives the time it spent on a step."""
    process = subprocess.Popen(
        [str(peer_python()), "-c", PEER, str(samples), str(csv)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answers, questions = process.stdout, process.stdin

    def ask(step: str) -> Spent:
        questions.write(step + "\n")
        questions.flush()
        return Spent(*json.loads(answers.readline()))

    try:
        yield str(json.loads(answers.readline())), ask
    finally:
        questions.close()
        process.wait()


def peer_python() -> Path:
    """Python with the peer; this one where it cannot be installed."""
    folder = ROOT / ".stance" / "benchmarks" / "peer"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if python.exists():
        return python
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    packages = ["pyemgpipeline", *(f"{p.__name__}=={p.__version__}" for p in (np, pd))]
    print(f"making an environment for the peer in {folder}", file=sys.stderr)
    try:
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, str(folder)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(python), *packages], check=True)
    except (OSError, subprocess.CalledProcessError):
        shutil.rmtree(folder, ignore_errors=True)
        print("the peer cannot be installed; its steps are done with scipy", file=sys.stderr)
        return Path(sys.executable)
    return python


def timed(work: Callable[[], object]) -> Callable[[], Spent]:
    """The work as a function that answers the time it took."""

    def run() -> Spent:
        began = Spent.so_far()
        work()
        return Spent.since(began)

    return run


def curves_of(emg_uv: np.ndarray) -> AmplitudeCurves:
    """Our side of A."""
    return amplitude_curves(emg_uv, RATE_HZ, band_hz=BAND_HZ, order=ORDER, notch_hz=NOTCH_HZ)


def measured(emg_uv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and peak RMS (µV) of each channel."""
    curves = curves_of(emg_uv)
    return np.sqrt(np.mean(np.square(curves.filtered), axis=-1)), curves.rms.max(axis=-1)


def from_cache(kept: Path) -> np.ndarray:
    """The EMG channels of a kept recording, shape (n_channels, n_samples)."""
    recording = load_recording(kept)
    assert recording is not None
    return stacked(recording)


def ingest(csv: Path, kept: Path) -> tuple[np.ndarray, np.ndarray]:
    """Read a CSV file, keep its samples, measure them."""
    recording = read_recording(csv, EmgSettings())
    save_recording(kept, recording)
    return measured(stacked(recording))


def stacked(recording: Recording) -> np.ndarray:
    """All channels as rows."""
    return np.stack([channel.samples for channel in recording.channels])


def by_scipy(emg_uv: np.ndarray) -> np.ndarray:
    """Band-pass and notch by scipy's sosfiltfilt, with the same continuation at the ends."""
    band = BandPass(BAND_HZ, ORDER, NOTCH_HZ)
    sections = [band_pass_sections(RATE_HZ, BAND_HZ, ORDER)]
    sections += [signal.tf2sos(*signal.iirnotch(line_hz, 30, RATE_HZ)) for line_hz in NOTCH_HZ]
    centred = emg_uv - emg_uv.mean(axis=-1, keepdims=True)
    return signal.sosfiltfilt(
        np.vstack(sections), centred, padlen=int(band.padding_s * RATE_HZ), axis=-1
    )


def furthest_from_scipy(emg_uv: np.ndarray) -> float:
    """Largest difference to sosfiltfilt half a second from the ends, in SD of the channel."""
    expected = by_scipy(emg_uv.astype(np.float64))
    off = np.abs(curves_of(emg_uv).filtered - expected) / expected.std(axis=-1, keepdims=True)
    margin = round(0.5 * RATE_HZ)
    return float(off[:, margin:-margin].max())


def simulated_emg(seed: int) -> np.ndarray:
    """Noise with offset, drift, hum and a burst, shape (channels, samples), float32, µV."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(LENGTH_S * RATE_HZ)) / RATE_HZ
    level = 3 + 40 * ((time_s > 10) & (time_s < 50))
    noise = rng.standard_normal((CHANNELS, time_s.size)) * level
    slow = 300 + 50 * np.sin(2 * np.pi * 0.3 * time_s) + 5 * np.sin(2 * np.pi * 50 * time_s)
    return (noise + slow).astype(np.float32)


def write_csv(path: Path, emg_uv: np.ndarray) -> Path:
    """The recording as a text table with a time column."""
    names = ["R GMED", *(f"muscle {number}" for number in range(2, CHANNELS + 1))]
    columns = {"time (s)": np.arange(emg_uv.shape[1]) / RATE_HZ}
    columns |= {f"{name} (uV)": row for name, row in zip(names, emg_uv, strict=True)}
    pd.DataFrame(columns).to_csv(path, index=False, float_format="%.4f")
    return path


# C


def many_recordings(folder: Path, count: int) -> None:
    """So many recordings through the batch: time and peak memory, then again, then one more."""
    cohort = folder / "cohort"
    cohort.mkdir(parents=True)
    names = [f"{number:05}.edf" for number in range(count)]
    write_many(cohort, names)
    rows = recordings_table(names, per_person=12)
    print(
        f"\n{count} recordings of 12 s, 4 channels, 1 kHz; wall time, peak memory of this process"
    )
    engine = chosen_engine(count)
    print(f"  engine: {engine}")
    memory: list[tuple[int, float]] = []

    def tell(done: int, total: int, kept: int) -> None:
        if not memory or done >= memory[-1][0] + total // 10:
            memory.append((done, peak_mb(resource.RUSAGE_SELF)))

    extra = recordings_table([*names, "one-more.edf"], per_person=12)
    for what, table in (("first", rows), ("unchanged", rows), ("one new", extra)):
        if what == "one new":
            write_many(cohort, ["one-more.edf"])
        known = KnownHashes(cohort, folder / "hashes.json")
        began, memory[:] = time.perf_counter(), []
        known.input_hashes()
        hashed_s = time.perf_counter() - began
        result = process_recordings(
            table,
            cohort,
            EmgSettings(),
            cache=folder / "cache",
            map_units=lambda fn, units, *, done, lost: map_units(
                fn, units, chosen_engine(sum(u.n_recordings for u in units)), done=done, lost=lost
            ),
            sha256_of=known.sha256_of,
            progress=tell,
        )
        known.save()
        wall_s = time.perf_counter() - began
        good = int((result.signals["quality"] != "reject").sum())
        print(
            f"  {what:10} {wall_s:7.1f} s ({hashed_s:.1f} s for hashes), {len(table) / wall_s:7.0f} "
            f"recordings/s, {result.n_kept} from the cache, {good} usable"
        )
        print("    MB after n recordings: " + ", ".join(f"{n}: {mb:.0f}" for n, mb in memory))
        time.sleep(4.5 if what == "first" else 0)
    print(f"  largest worker: {peak_mb(resource.RUSAGE_CHILDREN):.0f} MB")


def write_many(cohort: Path, names: list[str]) -> None:
    """EDF files that differ in their content; the samples of twenty are simulated."""
    import edfio

    rate_hz, length_s = 1000.0, 12
    time_s = np.arange(round(rate_hz * length_s)) / rate_hz
    lifted = 1 / (1 + np.exp(-(time_s - 3.5) * 20)) - 1 / (1 + np.exp(-(time_s - 10) * 40))
    templates = []
    for seed in range(min(20, len(names))):
        rng = np.random.default_rng(seed)
        gmed_uv = rng.standard_normal(time_s.size) * (3 + 40 * ((time_s > 3.3) & (time_s < 10)))
        channels = {
            "R GMED": gmed_uv,
            "L GMED": rng.standard_normal(time_s.size) * 3,
            "Fz left": 350 * (1 - lifted) + rng.normal(0, 1.5, time_s.size),
            "Fz right": 350 * (1 + lifted) + rng.normal(0, 1.5, time_s.size),
        }
        signals = [
            edfio.EdfSignal(
                samples,
                rate_hz,
                label=label,
                physical_dimension="uV" if "GMED" in label else "N",
                physical_range=(-3000, 3000),
            )
            for label, samples in channels.items()
        ]
        file = cohort / ".template.edf"
        edfio.Edf(signals).write(file)
        templates.append(bytearray(file.read_bytes()))
        file.unlink()
    for number, name in enumerate(names):
        content = templates[number % len(templates)]
        # The last samples of the right plate: another content, the same recording.
        content[-8:] = (hash(name) & 0x0F0F0F0F0F0F0F0F).to_bytes(8, "little")
        (cohort / name).write_bytes(content)
        os.utime(cohort / name, (1, 1))


def recordings_table(names: list[str], *, per_person: int) -> pd.DataFrame:
    """A recordings table with so many stance trials of the right leg per person."""
    people = [f"P{number // per_person:05}" for number in range(len(names))]
    frame = pd.DataFrame({"participant_id": people, "file": names}).assign(
        visit="baseline",
        task="single_leg_stance",
        leg="right",
        trial=[number % per_person + 1 for number in range(len(names))],
        role="task",
        start_s=None,
        end_s=None,
    )
    return Recordings.validate(frame[list(Recordings.to_schema().columns)])


def peak_mb(whose: int) -> float:
    """Largest memory (MB) of this process or of the largest of its children so far."""
    per_mb = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(whose).ru_maxrss / per_mb


if __name__ == "__main__":
    main()
