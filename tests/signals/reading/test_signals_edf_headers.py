"""EDF headers that cannot be, and what a BIDS data set says beside an EDF file."""

import json

import edfio
import numpy as np
import pytest

from pipeline.signals.channels.channel_roles import gmed_channel
from pipeline.signals.reading.formats import files_read, read_recording
from pipeline.signals.samples.recording import SignalProblem
from schemas.emg_settings import EmgSettings

EMG = 50 * np.sin(np.arange(4000))
FIELDS = {
    "n_records": (236, 8),
    "duration": (244, 8),
    "n_signals": (252, 4),
    "header_bytes": (184, 8),
    "digital_min": (256 + 2 * 120, 8),
    "digital_max": (256 + 2 * 128, 8),
    "physical_min": (256 + 2 * 104, 8),
    "n_samples": (256 + 2 * 216, 8),
}


def write_edf(path, labels=("L GMED", "R GMED"), unit="uV", **patient):
    signals = [
        edfio.EdfSignal(EMG, 2000, label=label, physical_dimension=unit, physical_range=(-100, 100))
        for label in labels
    ]
    edfio.Edf(signals, patient=edfio.Patient(**patient) if patient else None).write(path)
    return path


def changed(path, **values):
    content = bytearray(path.read_bytes())
    for name, value in values.items():
        start, width = FIELDS[name]
        content[start : start + width] = str(value).encode().ljust(width)
    path.write_bytes(bytes(content))
    return path


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"n_signals": 0}, "number of signals in its header is impossible"),
        ({"n_signals": 9999}, "number of signals in its header is impossible"),
        ({"n_signals": -1}, "number of signals in its header is impossible"),
        ({"n_signals": "x"}, "number of signals in its header is impossible"),
        ({"header_bytes": 512}, "impossible"),
        ({"n_records": -1}, "was not closed"),
        ({"n_records": 0}, "no signal samples"),
        ({"n_records": 99999999}, "cut off"),
        ({"n_records": 1}, "longer than its header says"),
        ({"n_records": "1e300"}, "impossible"),
        ({"duration": 0}, "duration of a record in its header is impossible"),
        ({"duration": -1}, "duration of a record in its header is impossible"),
        ({"duration": "nan"}, "impossible"),
        ({"duration": "1e-9"}, "impossible"),
        ({"n_samples": 0}, "longer"),
        ({"n_samples": -5}, "impossible"),
        ({"n_samples": 99999999}, "impossible|cut off"),
        ({"digital_min": 32767}, "not calibrated|damaged"),
        ({"digital_max": -32768}, "not calibrated|damaged"),
        ({"physical_min": 100}, "not calibrated"),
        ({"physical_min": "inf"}, "damaged|not calibrated"),
    ],
)
def test_impossible_headers_are_refused_in_words(tmp_path, values, says):
    path = changed(write_edf(tmp_path / "trial.edf"), **values)
    with pytest.raises(SignalProblem, match=says) as caught:
        read_recording(path, EmgSettings())
    assert caught.value.fix.endswith(".")


def test_the_name_of_the_patient_is_nowhere(tmp_path):
    path = write_edf(tmp_path / "trial.edf", name="Jane_Doe", code="X1")
    assert "Doe" not in repr(read_recording(path, EmgSettings()))
    with pytest.raises(SignalProblem) as caught:
        read_recording(changed(path, n_signals=0), EmgSettings())
    assert "Doe" not in str(caught.value)


@pytest.mark.parametrize("micro", ["µV".encode("latin-1"), "µV".encode()])
def test_a_micro_sign_in_the_header_is_read(tmp_path, micro):
    path = write_edf(tmp_path / "trial.edf", labels=("L GMED",))
    content = bytearray(path.read_bytes())
    content[352 : 352 + len(micro)] = micro
    path.write_bytes(bytes(content))
    assert read_recording(path, EmgSettings()).channels[0].unit == "µV"


@pytest.fixture
def dataset(tmp_path):
    """A data set with channels.tsv beside the recording, emg.json above it, events.tsv beside it."""
    folder = tmp_path / "sub-01" / "emg"
    folder.mkdir(parents=True)
    path = write_edf(folder / "sub-01_task-stance_emg.edf", labels=("EMG1", "EMG2"))
    (tmp_path / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.11.0"}')
    (tmp_path / "task-stance_emg.json").write_text(
        json.dumps({"PowerLineFrequency": 50, "SamplingFrequency": 2000})
    )
    (folder / "sub-01_task-stance_channels.tsv").write_text(
        "name\ttype\tunits\ttarget_muscle\tstatus\n"
        "EMG1\tEMG\tuV\tleft gluteus medius\tgood\nEMG2\tEMG\tuV\tright gluteus medius\tbad\n"
    )
    (folder / "sub-01_task-stance_events.tsv").write_text(
        "onset\tduration\ttrial_type\n0.5\t0\tlift-off\n1.5\tn/a\ttouch-down\nn/a\tn/a\tlost\n"
    )
    return path


def test_a_bids_data_set_says_muscle_events_and_mains(dataset):
    recording = read_recording(dataset, EmgSettings())
    assert [c.target_muscle for c in recording.channels] == [
        "left gluteus medius",
        "right gluteus medius",
    ]
    assert recording.power_line_hz == 50
    assert [(e.time_s, e.label) for e in recording.events] == [
        (0.5, "lift-off"),
        (1.5, "touch-down"),
    ]
    assert gmed_channel(recording, "left", EmgSettings()).label == "EMG1"


def test_a_channel_that_channels_tsv_calls_bad_is_refused(dataset):
    with pytest.raises(SignalProblem, match="marks the channel EMG2 as bad"):
        gmed_channel(read_recording(dataset, EmgSettings()), "right", EmgSettings())


def test_nearer_files_override_those_above(dataset):
    near = dataset.with_name("sub-01_task-stance_emg.json")
    near.write_text('{"PowerLineFrequency": 60}')
    assert read_recording(dataset, EmgSettings()).power_line_hz == 60
    (dataset.parent / "sub-01_task-mvic_emg.json").write_text('{"PowerLineFrequency": 16}')
    assert read_recording(dataset, EmgSettings()).power_line_hz == 60


def test_all_files_that_are_read_are_named(dataset):
    names = {path.name for path in files_read(dataset)}
    assert names == {
        "sub-01_task-stance_emg.edf",
        "sub-01_task-stance_channels.tsv",
        "sub-01_task-stance_events.tsv",
        "task-stance_emg.json",
    }


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("EMG1\tEMG\tuV", "EMG1\tEMG\tV", "is in uV, and channels.tsv says V"),
        ("status\nEMG1\tEMG\tuV\tleft gluteus medius\tgood", "sampling_frequency\nEMG1\tEMG\tuV\tleft gluteus medius\t1000", "has 2000 Hz, and channels.tsv says 1000"),
    ],
)  # fmt: skip
def test_a_data_set_that_contradicts_its_recording_is_refused(dataset, was, now, says):
    beside = dataset.with_name("sub-01_task-stance_channels.tsv")
    text = beside.read_text()
    assert was in text
    beside.write_text(text.replace(was, now))
    with pytest.raises(SignalProblem, match=says):
        gmed_channel(read_recording(dataset, EmgSettings()), "left", EmgSettings())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("task-stance_emg.json", b"{"),
        ("task-stance_emg.json", b"[1]"),
        ("sub-01_task-stance_channels.tsv", b"name\t\xff\xfe\n"),
    ],
)
def test_a_broken_file_beside_the_recording_is_a_problem_in_words(dataset, name, content):
    found = next(path for path in files_read(dataset) if path.name.endswith(name[-12:]))
    found.write_bytes(content)
    with pytest.raises(SignalProblem, match="beside the recording cannot be read"):
        read_recording(dataset, EmgSettings())


def test_files_that_are_called_otherwise_have_no_data_set(tmp_path):
    path = write_edf(tmp_path / "trial.edf")
    (tmp_path / "sub-01_channels.tsv").write_text("name\tunits\nL GMED\tV\n")
    assert files_read(path) == [path]
    assert not read_recording(path, EmgSettings()).channels[0].fault
