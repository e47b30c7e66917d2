"""Public files of many programs, each compared with what a second reader says (see ../shared/real)."""

import bioread
import edfio
import ezc3d
import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io

from pipeline.signals.channels.channel_roles import gmed_channel
from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import SignalProblem
from schemas.emg_settings import EmgSettings


def read(path, **settings):
    return read_recording(path, EmgSettings(**settings))


def assert_equal(ours, theirs):
    theirs = np.asarray(theirs, dtype=np.float64)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-6 * np.abs(theirs).max())


@pytest.fixture
def formats(real_data):
    return real_data("formats")


@pytest.mark.parametrize("name", ["Gait.c3d", "1123x01EMG.c3d", "Res16bits.c3d"])
def test_c3d_as_ezc3d_reads_it(formats, name):
    path = formats / "c3d" / name
    theirs = ezc3d.c3d(str(path))
    analog = theirs["parameters"]["ANALOG"]
    ours = read(path).channels[: len(analog["LABELS"]["value"])]
    for channel, label, unit, samples in zip(
        ours,
        analog["LABELS"]["value"],
        analog["UNITS"]["value"],
        theirs["data"]["analogs"][0],
        strict=True,
    ):
        assert channel.label == label or (not label and channel.label.startswith("channel "))
        assert channel.unit == unit
        assert channel.sampling_rate_hz == analog["RATE"]["value"][0]
        is_upside_down = unit == "N" and "Z" in label and samples.min() < -max(samples.max(), 50)
        assert_equal(channel.samples, -samples if is_upside_down else samples)


def test_anc_counts_are_the_volts_of_the_c3d_file(formats):
    """Gait.anc holds the counts of what Gait.c3d holds in volt: 0.001221 V at a range of 2.5 V."""
    counts = read(formats / "anc_motion_analysis" / "Gait.anc").channels
    scaled = read(formats / "c3d" / "Gait.c3d").channels[:28]
    theirs = {12 + n: channel for n, channel in enumerate(scaled[12:])}
    assert len(counts) == 28
    for number, channel in theirs.items():
        ours = counts[number].samples[: channel.samples.size]
        assert (counts[number].unit, channel.unit) == ("V", "V")
        np.testing.assert_allclose(ours, channel.samples, rtol=2e-6, atol=1e-9)
    first = np.array([int(cell) for cell in _anc_rows(formats)[0][1:29]])
    assert counts[14].samples[0] == pytest.approx(first[14] * 0.001221, rel=1e-5)


def _anc_rows(formats):
    lines = (formats / "anc_motion_analysis" / "Gait.anc").read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("Range"))
    return [line.split("\t") for line in lines[start + 1 :]]


def test_an_anc_file_that_was_cut_off_is_refused(formats):
    with pytest.raises(SignalProblem, match="cut off"):
        read(formats / "anc_motion_analysis" / "Truncated.anc")


@pytest.mark.parametrize("name", ["test_generator.bdf", "test_subsecond.edf", "test_utf8.edf"])
def test_edf_and_bdf_from_their_raw_counts(formats, name):
    path = formats / "edf_bdf" / name
    theirs = (edfio.read_bdf if path.suffix == ".bdf" else edfio.read_edf)(path)
    ours = read(path)
    assert len(ours.channels) == len(theirs.signals)
    for channel, signal in zip(ours.channels, theirs.signals, strict=True):
        gain = (signal.physical_max - signal.physical_min) / (
            signal.digital_max - signal.digital_min
        )
        volts = signal.physical_min + gain * (signal.digital.astype(float) - signal.digital_min)
        assert channel.sampling_rate_hz == signal.sampling_frequency
        assert_equal(channel.samples, volts)
    assert len(ours.events) == len(theirs.annotations)


def test_a_bids_data_set_that_contradicts_its_recording(formats):
    folder = formats / "bids_emg" / "emg_CustomBipolar" / "sub-01" / "emg"
    recording = read(folder / "sub-01_task-holdWeight_emg.edf")
    (channel,) = recording.channels
    assert recording.power_line_hz == 60
    assert channel.sampling_rate_hz == 2000.0
    assert channel.target_muscle.startswith("Flexor carpi radialis")
    with pytest.raises(SignalProblem, match=r"is in uV, and channels\.tsv says V"):
        gmed_channel(recording, "left", EmgSettings(channels={"gmed_left": ("EMG1",)}))


@pytest.mark.parametrize("name", ["r42_test.acq", "iso_8859_1.acq"])
def test_biopac_as_bioread_reads_it(formats, name):
    path = formats / "biopac_acq" / name
    theirs = bioread.read(str(path))
    ours = read(path)
    for channel, other in zip(ours.channels, theirs.channels, strict=True):
        assert (channel.label, channel.unit) == (other.name, other.units)
        assert channel.sampling_rate_hz == other.samples_per_second
        assert_equal(channel.samples, other.data)
    assert len(ours.events) == len(theirs.event_markers)


def test_spike2_as_scipy_reads_it(formats):
    path = formats / "mat" / "spike2_max_push1.mat"
    theirs = scipy.io.loadmat(path, squeeze_me=True)
    ours = read(path)
    assert [c.label for c in ours.channels] == ["EMG", "signal"]
    assert [c.sampling_rate_hz for c in ours.channels] == pytest.approx([2000.0, 100.0])
    for channel in ours.channels:
        assert_equal(channel.samples, theirs[channel.label]["values"].item())
    assert [event.time_s for event in ours.events] == pytest.approx(
        theirs["trig"]["times"].item().tolist()
    )


def test_opensignals_text_in_millivolt(formats):
    path = formats / "opensignals" / "classification_game_1_1.txt"
    counts = np.loadtxt(path)
    first, second, third = read(path).channels
    assert (first.unit, second.unit, third.unit) == ("mV", "mV", "converter counts")
    for channel, column in ((first, 2), (second, 3)):
        assert_equal(channel.samples, (counts[:, column] / 2**16 - 0.5) * 3.0)
    assert_equal(third.samples, counts[:, 4])


def test_opensignals_hdf5_in_millivolt(formats):
    path = formats / "opensignals" / "emg_bursts.h5"
    with h5py.File(path) as file:
        counts = file["00:07:80:3B:46:61/raw/channel_3"][:, 0].astype(float)
    (channel,) = read(path).channels
    assert (channel.unit, channel.sampling_rate_hz) == ("mV", 1000.0)
    assert_equal(channel.samples, (counts / 2**16 - 0.5) * 3.0)


def test_vicon_devices_as_pandas_reads_them(formats):
    path = formats / "vicon_nexus_delsys_csv" / "analogs.csv"
    theirs = pd.read_csv(path, skiprows=5, header=None)
    channels = read(path).channels
    assert len(channels) == 38
    assert {c.sampling_rate_hz for c in channels} == {2000.0}
    assert {c.unit for c in channels} == {"V"}
    assert channels[6].label == "EMG1"
    assert channels[6].heading == "Imported Delsys Trigno EMG 2.0 - Sensor 1: EMG1"
    for number, channel in enumerate(channels):
        assert_equal(channel.samples, theirs[number + 2])


def test_a_force_plate_table_of_a_public_data_set(real_data):
    path = real_data("hbe_santos_duarte") / "BDS" / "data" / "BDS00001.txt"
    theirs = pd.read_csv(path, sep="\t")
    channels = {channel.label: channel for channel in read(path).channels}
    assert (channels["Fz"].unit, channels["Fz"].sampling_rate_hz) == ("N", 100.0)
    assert_equal(channels["Fz"].samples, theirs["Fz[N]"])
