"""Signals with known truth, built from scratch: nothing here comes from the code under test."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import edfio
import ezc3d
import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import scipy.io
import xlsxwriter

RATE_HZ = 2000.0


def shaped_noise(rng, n_samples, rate_hz, power):
    """Gaussian noise with power spectrum `power(f)` and an RMS of 1 between 20 and 450 Hz."""
    n_long = int(2 ** np.ceil(np.log2(1.3 * n_samples)))
    frequency = np.fft.rfftfreq(n_long, 1 / rate_hz)
    spectrum = power(frequency)
    spectrum[0] = 0.0
    white = np.fft.rfft(rng.standard_normal(n_long))
    noise = np.fft.irfft(white * np.sqrt(spectrum), n_long)[:n_samples]
    in_band = (frequency >= 20) & (frequency <= 450)
    return noise / np.sqrt(2 * spectrum[in_band].sum() / n_long)


def muscle_power(frequency, low=60.0, high=120.0):
    """Stulen and De Luca 1981: spectrum of surface EMG."""
    return high**4 * frequency**2 / ((frequency**2 + low**2) * (frequency**2 + high**2) ** 2)


def muscle_noise(rng, n_samples, rate_hz=RATE_HZ):
    return shaped_noise(rng, n_samples, rate_hz, muscle_power)


def white_noise(rng, n_samples, rate_hz=RATE_HZ):
    return shaped_noise(rng, n_samples, rate_hz, np.ones_like)


def minimum_jerk(share):
    x = np.clip(share, 0, 1)
    return 10 * x**3 - 15 * x**4 + 6 * x**5


@dataclass
class Stance:
    """A stance trial on the right leg: channel name -> samples (µV, N), with its truth in s."""

    rate_hz: float
    liftoff_s: float
    touchdown_s: float
    onset_s: float
    channels: dict[str, Any] = field(default_factory=dict)


def build_stance(
    *,
    seed=0,
    rate_hz=RATE_HZ,
    hold_s=6.0,
    stance_uv=40.0,
    rest_uv=2.0,
    onset_ms=-80.0,
    ramp_s=0.05,
    body_weight_n=700.0,
    offset_n=0.0,
    noise_n=1.5,
    unloading_s=0.5,
    loading_s=0.1,
    quiet_s=2.5,
    start_s=0.0,
    after_s=1.0,
):
    """Quiet standing, weight shift, stance on the right leg, touch-down; cut at start_s and the end."""
    rng = np.random.default_rng(seed)
    liftoff_s = quiet_s + unloading_s
    touchdown_s = liftoff_s + hold_s
    n_samples = int(np.ceil(touchdown_s + after_s)) * round(rate_hz)
    time_s = np.arange(n_samples) / rate_hz
    onset_s = liftoff_s + onset_ms / 1000
    gain = np.clip((time_s - onset_s) / max(ramp_s, 1 / rate_hz), 0, 1) * (time_s < touchdown_s)
    gmed_uv = stance_uv * gain * muscle_noise(rng, n_samples, rate_hz)
    gmed_uv += rest_uv * white_noise(rng, n_samples, rate_hz)
    lifted = minimum_jerk((time_s - quiet_s) / unloading_s) - minimum_jerk(
        (time_s - touchdown_s) / loading_s
    )
    left_n = body_weight_n / 2 * (1 - lifted)
    channels = {
        "R GMED": gmed_uv,
        "L GMED": rest_uv * muscle_noise(rng, n_samples, rate_hz),
        "Fz left": left_n + offset_n + rng.normal(0, noise_n, n_samples),
        "Fz right": body_weight_n - left_n - offset_n + rng.normal(0, noise_n, n_samples),
    }
    first = round(start_s * rate_hz)
    return Stance(
        rate_hz,
        liftoff_s - start_s,
        touchdown_s - start_s,
        onset_s - start_s,
        {name: samples[first:] for name, samples in channels.items()},
    )


def build_mvic(*, seed=2, rate_hz=RATE_HZ, mvic_uv=200.0):
    """Two quiet seconds, four seconds of maximal contraction of the right gluteus medius, one quiet."""
    rng = np.random.default_rng(seed)
    n_samples = round(7 * rate_hz)
    time_s = np.arange(n_samples) / rate_hz
    gain = np.clip((time_s - 2) / 0.3, 0, 1) * (time_s < 6)
    quiet_uv = 2 * white_noise(rng, n_samples, rate_hz)
    return Stance(
        rate_hz,
        0.0,
        0.0,
        0.0,
        {"R GMED": mvic_uv * gain * muscle_noise(rng, n_samples, rate_hz) + quiet_uv},
    )


def unit_of(name):
    return "uV" if "GMED" in name else "N"


def write_edf(path, stance):
    signals = [
        (edfio.BdfSignal if path.suffix == ".bdf" else edfio.EdfSignal)(
            samples,
            stance.rate_hz,
            label=name,
            physical_dimension=unit_of(name),
            physical_range=(-3000, 3000),
        )
        for name, samples in stance.channels.items()
    ]
    (edfio.Bdf if path.suffix == ".bdf" else edfio.Edf)(signals).write(path)


def write_c3d(path, stance):
    file = ezc3d.c3d()
    n_samples = len(next(iter(stance.channels.values())))
    file["parameters"]["POINT"]["RATE"]["value"] = [100.0]
    file["parameters"]["POINT"]["LABELS"]["value"] = ["M1"]
    file["data"]["points"] = np.ones((4, 1, round(n_samples * 100 / stance.rate_hz)))
    analog = file["parameters"]["ANALOG"]
    analog["RATE"]["value"] = [stance.rate_hz]
    analog["LABELS"]["value"] = list(stance.channels)
    analog["UNITS"]["value"] = ["V" if "GMED" in name else "N" for name in stance.channels]
    scaled = [x * (1e-6 if "GMED" in name else -1.0) for name, x in stance.channels.items()]
    file["data"]["analogs"] = np.stack(scaled)[np.newaxis]
    file.write(str(path))


def write_csv(path, stance, *, delimiter=",", decimal=".", unit="mV", time="time (s)"):
    factor = {"uV": 1.0, "mV": 1e-3, "V": 1e-6}[unit]
    n_samples = len(next(iter(stance.channels.values())))
    columns = {time: np.arange(n_samples) / stance.rate_hz * (1000 if "ms" in time else 1)}
    for name, samples in stance.channels.items():
        is_emg = "GMED" in name
        columns[f"{name} ({unit if is_emg else 'N'})"] = samples * (factor if is_emg else 1.0)
    pd.DataFrame(columns).to_csv(
        path, sep=delimiter, decimal=decimal, index=False, float_format="%.7g"
    )


def write_parquet(path, stance):
    fields = [
        pa.field(name, pa.float32(), metadata={"unit": unit_of(name)}) for name in stance.channels
    ]
    schema = pa.schema(fields, metadata={"sampling_rate_hz": f"{stance.rate_hz:g}"})
    arrays = [pa.array(samples.astype(np.float32)) for samples in stance.channels.values()]
    pyarrow.parquet.write_table(pa.table(arrays, schema=schema), path)


def write_mat(path, stance, *, version="5"):
    """One array for each channel and the rate beside them, as `save` or `save -v7.3` writes them."""
    arrays = {f"{name.replace(' ', '_')}_{unit_of(name)}": x for name, x in stance.channels.items()}
    if version == "5":
        scipy.io.savemat(path, {"fs": stance.rate_hz, **arrays}, do_compression=True)
        return
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, samples in {"fs": np.array([stance.rate_hz]), **arrays}.items():
            dataset = file.create_dataset(name, data=samples[np.newaxis, :])
            dataset.attrs["MATLAB_class"] = np.bytes_("double")
    content = bytearray(path.read_bytes())
    content[:128] = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    path.write_bytes(bytes(content))


def write_h5(path, stance):
    with h5py.File(path, "w") as file:
        emg = file.create_group("trial")
        emg["fs"] = stance.rate_hz
        emg["labels"] = list(stance.channels)
        emg["units"] = [unit_of(name) for name in stance.channels]
        emg["data"] = np.stack(list(stance.channels.values())).astype(np.float32)


def write_xlsx(path, stance):
    workbook = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = workbook.add_worksheet("EMG")
    n_samples = len(next(iter(stance.channels.values())))
    sheet.write_row(0, 0, ["time", *stance.channels])
    sheet.write_row(1, 0, ["s", *(unit_of(name) for name in stance.channels)])
    columns = [np.arange(n_samples) / stance.rate_hz, *stance.channels.values()]
    for number, row in enumerate(zip(*columns, strict=True), start=2):
        sheet.write_row(number, 0, row)
    workbook.close()


def write_anc(path, stance):
    names = list(stance.channels)
    n_samples = len(stance.channels[names[0]])
    ranges = [10 if "GMED" in name else 10_000 for name in names]
    counts = [
        np.round(x / (1e3 if "GMED" in name else 1.0) * (2**16 - 1) / 2 / full).astype(int)
        for (name, x), full in zip(stance.channels.items(), ranges, strict=True)
    ]
    head = (
        "File_Type:\tAnalog R/C ASCII\tGeneration#:\t2\nBoard_Type:\tX\tPolarity:\tBipolar\n"
        f"Trial_Name:\tx\tTrial#:\t1\tDuration(Sec.):\t{n_samples / stance.rate_hz:.6f}\t"
        f"#Channels:\t{len(names)}\nBitDepth:\t16\tPreciseRate:\t{stance.rate_hz:.6f}\n\n"
    )
    rows = [["Name", *names], ["Rate", *[f"{stance.rate_hz:g}"] * len(names)], ["Range", *ranges]]
    rows += [[f"{i / stance.rate_hz:.6f}", *row] for i, row in enumerate(zip(*counts, strict=True))]
    path.write_text(head + "".join("\t".join(map(str, row)) + "\t\n" for row in rows))


WRITERS: dict[str, Callable[..., None]] = {
    ".edf": write_edf,
    ".bdf": write_edf,
    ".c3d": write_c3d,
    ".csv": write_csv,
    ".parquet": write_parquet,
    ".mat": write_mat,
    ".h5": write_h5,
    ".xlsx": write_xlsx,
    ".anc": write_anc,
}


@pytest.fixture(scope="session")
def build():
    """Builders of signals: build.stance(...), build.mvic(...), build.muscle_noise(...)."""

    class Builders:
        stance = staticmethod(build_stance)
        mvic = staticmethod(build_mvic)
        muscle_noise = staticmethod(muscle_noise)
        white_noise = staticmethod(white_noise)
        minimum_jerk = staticmethod(minimum_jerk)

    return Builders


@pytest.fixture(scope="session")
def write():
    """write(path, stance): the suffix chooses the format; further options go to the CSV writer."""

    def write_recording(path, stance, **options):
        WRITERS[path.suffix](path, stance, **options)
        return path

    return write_recording
