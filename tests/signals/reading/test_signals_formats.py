"""One recording in all formats gives one answer; what cannot be read is refused in words."""

from functools import cache
from importlib import metadata
from inspect import signature
from operator import attrgetter

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from pipeline.signals.cohort.measure import measure_recording
from pipeline.signals.reading.formats import read_recording, reader_of
from pipeline.signals.samples.recording import Request, SignalProblem
from schemas.emg_settings import EmgSettings
from schemas.recording_formats import (
    FORMAT_OF,
    ONLY_RECORDINGS,
    RECORDING_FORMATS,
    RECORDING_SUFFIXES,
)

GAP = "time,L GMED\n" + "".join(f"{t / 1000:.3f},1\n" for t in range(100) if not 40 <= t < 60)
REQUEST = Request("task", "right")
COMPARED = (
    "force.liftoff_s",
    "force.touchdown_s",
    "force.hold_s",
    "emg.peak_rms_uv",
    "onset.onset_s",
)


@pytest.fixture(scope="module")
def stance(build):
    return build.stance()


@pytest.fixture(scope="module")
def expected(stance, write, tmp_path_factory):
    """Features from the Parquet file, which stores the samples as they are."""
    path = write(tmp_path_factory.mktemp("formats") / "trial.parquet", stance)
    return measure_recording(path, REQUEST, EmgSettings())


def assert_same(features, expected):
    assert features.problem == ""
    for name in COMPARED:
        value = attrgetter(name)
        assert value(features) == pytest.approx(value(expected), rel=2e-3, abs=2e-3)
    for name in ("rms_uv", "baseline_rms_uv"):
        ours, theirs = getattr(features.metrics, name), getattr(expected.metrics, name)
        assert ours == pytest.approx(theirs, rel=2e-3)  # EDF stores 0.09 µV steps
    assert features.emg.gmed_channel.replace("_", " ") == "R GMED"
    assert features.emg.sampling_rate_hz == 2000.0
    assert features.quality == expected.quality == "good"


def test_the_reference_is_right(expected, stance):
    assert expected.metrics.rms_uv == pytest.approx(40.0, rel=0.03)
    assert expected.onset.onset_s == pytest.approx(stance.onset_s, abs=0.02)


@pytest.mark.parametrize(
    ("suffix", "options"),
    [
        (".edf", {}),
        (".bdf", {}),
        (".c3d", {}),
        (".csv", {}),
        (".mat", {"version": "5"}),
        (".mat", {"version": "7.3"}),
        (".h5", {}),
        (".xlsx", {}),
    ],
)
def test_every_format_gives_the_same_features(stance, expected, write, tmp_path, suffix, options):
    path = write(tmp_path / f"trial{suffix}", stance, **options)
    assert_same(measure_recording(path, REQUEST, EmgSettings()), expected)


def test_anc_gives_the_same_samples(stance, write, tmp_path):
    recording = read_recording(write(tmp_path / "trial.anc", stance), EmgSettings())
    for channel, (name, samples) in zip(recording.channels, stance.channels.items(), strict=True):
        assert channel.label == name
        per_volt = 1e6 if "GMED" in name else 1e3  # the writer takes 1 N for 1 mV
        np.testing.assert_allclose(channel.samples * per_volt, samples, atol=0.16)


def test_the_suffixes_are_those_that_intake_knows():
    assert FORMAT_OF.keys() == RECORDING_SUFFIXES.keys()
    assert len(FORMAT_OF) == sum(len(entry.suffixes) for entry in RECORDING_FORMATS)
    assert RECORDING_SUFFIXES.keys() - ONLY_RECORDINGS == {".csv", ".tsv", ".txt", ".xlsx"}
    for entry in RECORDING_FORMATS:
        read = reader_of(entry)
        assert list(signature(read).parameters) == ["path", "settings"]
        assert read.__module__ == f"pipeline.signals.reading.{entry.reader}"
        assert all(metadata.version(package) for package in entry.packages)


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ({"delimiter": ";", "decimal": ","}, {"decimal": ","}),
        ({"delimiter": "\t"}, {}),
        ({"time": "Time [ms]"}, {}),
        ({"unit": "V"}, {}),
    ],
)
def test_csv_in_the_ways_of_many_countries(stance, expected, write, tmp_path, options, settings):
    path = write(tmp_path / "trial.csv", stance, **options)
    assert_same(measure_recording(path, REQUEST, EmgSettings(**settings)), expected)


def test_csv_without_time_uses_the_declared_rate(stance, expected, write, tmp_path):
    path = write(tmp_path / "trial.csv", stance)
    lines = path.read_text().splitlines()
    path.write_text("# exported\n" + "\n".join(line.split(",", 1)[1] for line in lines) + "\n")
    with pytest.raises(SignalProblem, match="does not say its sampling rate"):
        read_recording(path, EmgSettings())
    assert_same(measure_recording(path, REQUEST, EmgSettings(sampling_rate_hz=2000)), expected)


def test_csv_with_a_microsign_from_windows(tmp_path):
    path = tmp_path / "trial.csv"
    path.write_bytes("time;L GMED [µV]\n0;1\n0.001;2\n0.002;3\n".encode("cp1252"))
    channel = read_recording(path, EmgSettings()).channels[0]
    assert (channel.label, channel.unit, channel.sampling_rate_hz) == ("L GMED", "µV", 1000.0)


@pytest.mark.parametrize("rate_hz", [1000.0, 1259.259, 2148.148])
def test_the_rate_of_a_time_column_is_not_rounded_away(tmp_path, rate_hz):
    times = np.arange(5000) / rate_hz
    text = "".join(f"{t:.4f},1\n" for t in times)
    (tmp_path / "trial.csv").write_text("time (s),L GMED (uV)\n" + text)
    channel = read_recording(tmp_path / "trial.csv", EmgSettings()).channels[0]
    assert channel.sampling_rate_hz == pytest.approx(rate_hz, rel=5e-5)


def test_c3d_force_is_turned_so_that_weight_is_positive(stance, write, tmp_path):
    recording = read_recording(write(tmp_path / "t.c3d", stance), EmgSettings())
    force = next(c for c in recording.channels if c.label == "Fz right")  # written negative
    assert float(np.median(force.samples)) > 300


def test_short_channels_are_padded_with_blanks_and_keep_their_own_rate(tmp_path):
    fields = [
        pa.field("R GMED", pa.float32(), metadata={"unit": "uV", "sampling_rate_hz": "2000"}),
        pa.field("Fz", pa.float32(), metadata={"unit": "N", "sampling_rate_hz": "1000"}),
    ]
    arrays = [
        pa.array(np.ones(4000, np.float32)),
        pa.array([1.0] * 2000 + [None] * 2000, pa.float32()),
    ]
    pyarrow.parquet.write_table(pa.table(arrays, schema=pa.schema(fields)), tmp_path / "t.parquet")
    emg, force = read_recording(tmp_path / "t.parquet", EmgSettings()).channels
    assert emg.duration_s == force.duration_s == 2.0


@pytest.mark.parametrize(
    ("text", "settings", "says"),
    [
        ("time,L GMED\n0,1\n0.001,x\n0.002,1\n", {}, "Row 2 of samples has 'x' under L GMED"),
        ("time;L GMED\n0;1\n0,001;2\n", {"decimal": "."}, "writes decimals with commas"),
        ("time,L GMED\n0,1,5\n0.001,2,5\n", {}, "Row 1 of samples has 3 cells"),
        ("time,L GMED\n0,1\n", {"decimal": ","}, "commas too"),
        ("time,L GMED,L GMED\n0,1,1\n", {}, "Two columns are called L GMED"),
        ("0.1,0.2\n0.3,0.4\n", {}, "starts with numbers"),
        ("time,L GMED\n", {}, "no rows of samples"),
        (GAP, {}, "time column is not regular .* near 0.0"),
        ("time,L GMED\n0,1\n0.002,1\n0.001,1\n", {}, "does not run forward"),
        ("time,L GMED\n0,1\n1,1\n2,1\n", {}, "sampling rate of 1 Hz"),
        ("time,L GMED\n0,1\n0.001,1\n0.002,1\n", {"sampling_rate_hz": 2000}, "study.yaml says"),
        ("time (min),L GMED\n0,1\n1,2\n", {}, "sampling rate|time column"),
    ],
)
def test_csv_faults_are_said_in_words(tmp_path, text, settings, says):
    path = tmp_path / "trial.csv"
    path.write_text(text)
    with pytest.raises(SignalProblem, match=says) as caught:
        read_recording(path, EmgSettings(**settings))
    assert caught.value.fix.endswith(".")


@pytest.fixture(scope="module")
def whole_files(stance, write, tmp_path_factory):
    """Content of an undamaged file of a format, written once."""
    folder = tmp_path_factory.mktemp("whole")
    return cache(lambda suffix: write(folder / f"whole{suffix}", stance).read_bytes())


@pytest.mark.parametrize(
    "suffix", [".edf", ".bdf", ".c3d", ".parquet", ".mat", ".h5", ".xlsx", ".anc"]
)
@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.95])
def test_a_file_that_is_cut_off_is_refused(whole_files, tmp_path, suffix, share):
    content = whole_files(suffix)
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(SignalProblem, match=r"damaged|shorter|cut off|empty|cells"):
        read_recording(path, EmgSettings())


@pytest.mark.parametrize("suffix", sorted(FORMAT_OF))
@pytest.mark.parametrize("seed", range(2))
def test_random_bytes_are_refused(tmp_path, suffix, seed):
    path = tmp_path / f"noise{suffix}"
    path.write_bytes(np.random.default_rng(seed).bytes(20_000))
    with pytest.raises(SignalProblem):
        read_recording(path, EmgSettings())


@pytest.mark.parametrize("suffix", [".edf", ".bdf", ".c3d", ".parquet"])
@pytest.mark.parametrize("seed", range(8))
def test_flipped_bytes_in_the_header_never_crash(stance, write, tmp_path, suffix, seed):
    path = write(tmp_path / f"flipped{suffix}", stance)
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    end = 600 if suffix in (".edf", ".bdf") else 4000
    for position in rng.integers(0, end, 12):
        content[position] = rng.integers(0, 256)
    path.write_bytes(bytes(content))
    features = measure_recording(path, REQUEST, EmgSettings())
    assert features.quality in ("good", "warn", "reject")
    assert bool(features.problem) == (features.quality == "reject")


def test_an_unknown_format_names_the_known_ones(tmp_path):
    (tmp_path / "trial.otb").write_bytes(b"OT Biolab")
    with pytest.raises(SignalProblem, match=r"end in \.otb") as caught:
        read_recording(tmp_path / "trial.otb", EmgSettings())
    assert ".c3d" in caught.value.fix


@pytest.mark.parametrize(
    ("content", "suffix", "says"),
    [
        (b"time,L GMED\n0,1\n", ".c3d", r"called \.c3d, but its content looks like a text file"),
        (b"time,L GMED\n0,1\n", ".edf", "looks like a text file"),
        (b"0       X X X X".ljust(600), ".bdf", "looks like a EDF file"),
        (b"0       X X X X".ljust(600), ".csv", "looks like a EDF file"),
        (b"PK\x03\x04".ljust(600, b"\1"), ".csv", "looks like a XLSX file"),
        (b"\x02\x50".ljust(600, b"\0"), ".edf", "looks like a C3D file"),
        (b"PAR1".ljust(600, b"\0"), ".mat", "looks like a Parquet file"),
        (b"\xd0\xcf\x11\xe0".ljust(600, b"\0"), ".xlsx", "looks like a old Excel"),
        (b"%PDF-1.7".ljust(600, b"\0"), ".c3d", "looks like a PDF file"),
    ],
)
def test_a_file_that_is_not_what_it_is_called_says_what_it_looks_like(
    tmp_path, content, suffix, says
):
    (tmp_path / f"trial{suffix}").write_bytes(content)
    with pytest.raises(SignalProblem, match=says) as caught:
        read_recording(tmp_path / f"trial{suffix}", EmgSettings())
    assert caught.value.fix.endswith(".")


@pytest.mark.parametrize("suffix", [".edf", ".bdf", ".c3d", ".csv", ".parquet", ".mat", ".xlsx"])
def test_emg_that_was_sampled_down_is_refused_in_every_format(build, write, tmp_path, suffix):
    slow = build.stance(rate_hz=200.0)
    path = write(tmp_path / f"slow{suffix}", slow)
    features = measure_recording(path, REQUEST, EmgSettings())
    assert "sampled at 200 Hz" in features.problem
    assert "original sampling rate" in features.fix


def test_an_interrupted_edf_is_refused(stance, write, tmp_path):
    path = write(tmp_path / "trial.edf", stance)
    content = bytearray(path.read_bytes())
    content[192:197] = b"EDF+D"
    path.write_bytes(bytes(content))
    with pytest.raises(SignalProblem, match="interrupted"):
        read_recording(path, EmgSettings())
