"""MATLAB and HDF5 files as programs write them, and workbooks that are no recordings."""

import zipfile

import h5py
import numpy as np
import pytest
import scipy.io
import xlsxwriter

from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import SignalProblem
from schemas.emg_settings import EmgSettings

EMG = np.linspace(-1, 1, 300)


def save(tmp_path, **variables):
    scipy.io.savemat(tmp_path / "trial.mat", variables)
    return tmp_path / "trial.mat"


def described(path, **settings):
    recording = read_recording(path, EmgSettings(**settings))
    return [(c.label, c.unit, c.sampling_rate_hz, c.samples.size) for c in recording.channels]


def test_spike2_waveforms_and_marks(tmp_path):
    wave = {"title": "L GMED", "interval": 0.0005, "units": "mV", "start": 0.0, "values": EMG}
    marks = {"title": "Keyboard", "times": np.array([0.1, 0.05])}
    path = save(tmp_path, V1=wave, V31=marks, file={"name": "Jane Doe"})
    recording = read_recording(path, EmgSettings())
    (channel,) = recording.channels
    assert (channel.label, channel.unit, channel.sampling_rate_hz) == ("L GMED", "mV", 2000.0)
    assert channel.samples == pytest.approx(EMG)
    assert [(e.time_s, e.label) for e in recording.events] == [
        (0.05, "Keyboard"),
        (0.1, "Keyboard"),
    ]
    assert "Doe" not in repr(recording)


def test_spike2_channels_that_start_apart_are_refused(tmp_path):
    first = {"interval": 0.001, "start": 0.0, "values": EMG}
    with pytest.raises(SignalProblem, match="do not start at the same time"):
        described(save(tmp_path, a=first, b={**first, "start": 0.5}))


def test_noraxon_signals_inside_a_record(tmp_path):
    signal = {"name": "Ultium EMG-GLUT. MED. RT", "data": EMG, "frequency": 2000.0, "units": "uV"}
    other = {"name": "Insole", "data": EMG[:150], "frequency": 100.0, "units": "N"}
    record = {
        "info": {"record_name": "Jane Doe", "sex": "F"},
        "movements": {"sources": {"signals": {"signal_1": signal, "signal_2": other}}},
    }
    path = save(tmp_path, record_2026=record)
    assert described(path) == [
        ("Ultium EMG-GLUT. MED. RT", "uV", 2000.0, 300),
        ("Insole", "N", 100.0, 150),
    ]
    assert "Doe" not in repr(read_recording(path, EmgSettings()))


def test_one_array_for_each_channel_with_the_rate_beside_them(tmp_path):
    path = save(tmp_path, Fs=1500, L_GMED_mV=EMG, Fz=EMG, threshold=3.0)
    assert described(path) == [("L_GMED", "mV", 1500.0, 300), ("Fz", None, 1500.0, 300)]


def test_a_matrix_with_labels_either_way_up(tmp_path):
    labels = np.array(["L GMED", "R GMED"], dtype=object)
    for data in (np.stack([EMG, -EMG]), np.stack([EMG, -EMG]).T):
        path = save(tmp_path, emg={"data": data, "labels": labels, "units": "uV", "fs": 2000})
        assert described(path) == [("L GMED", "uV", 2000.0, 300), ("R GMED", "uV", 2000.0, 300)]
        assert read_recording(path, EmgSettings()).channels[1].samples == pytest.approx(-EMG)


def test_biopac_exported_to_matlab(tmp_path):
    data = np.stack([EMG, EMG], axis=1)
    path = save(
        tmp_path,
        data=data,
        labels=["EMG L ", "Force "],
        units=["mV", "N "],
        isi=0.5,
        isi_units="ms",
    )
    assert described(path) == [("EMG L", "mV", 2000.0, 300), ("Force", "N", 2000.0, 300)]


def test_a_time_array_gives_the_rate(tmp_path):
    assert described(save(tmp_path, time=np.arange(300) / 1259.0, GMED_L=EMG))[0][2] == 1259.0


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"GMED_L": EMG}, "does not say its sampling rate"),
        ({"fs": -5, "GMED_L": EMG}, "gives -5 Hz"),
        ({"fs": 2000, "data": np.stack([EMG, EMG])}, "have no names"),
        ({"fs": 2000, "GMED_L": EMG[:5]}, "no arrays that look like channels"),
    ],
)
def test_arrays_that_cannot_be_understood_are_refused(tmp_path, variables, says):
    with pytest.raises(SignalProblem, match=says):
        described(save(tmp_path, **variables))


def test_the_declared_rate_counts_where_the_file_says_none(tmp_path):
    assert described(save(tmp_path, GMED_L=EMG), sampling_rate_hz=1000)[0][2] == 1000.0


def matlab_text(file, group, name, text):
    dataset = group.create_dataset(name, data=np.array([[ord(c)] for c in text], dtype=np.uint16))
    dataset.attrs["MATLAB_class"] = np.bytes_("char")


def test_version_7_3_with_structs_cells_and_texts(tmp_path):
    path = tmp_path / "trial.mat"
    with h5py.File(path, "w") as file:
        emg = file.create_group("emg")
        emg.attrs["MATLAB_class"] = np.bytes_("struct")
        cells = file.create_group("#refs#")
        for number, label in enumerate(["L GMED", "R GMED"]):
            matlab_text(file, cells, f"c{number}", label)
        refs = np.array([[cells["c0"].ref], [cells["c1"].ref]], dtype=h5py.ref_dtype)
        emg.create_dataset("labels", data=refs).attrs["MATLAB_class"] = np.bytes_("cell")
        matlab_text(file, emg, "units", "uV")
        for name, values in {"fs": [[2000.0]], "data": np.stack([EMG, -EMG])}.items():
            emg.create_dataset(name, data=values).attrs["MATLAB_class"] = np.bytes_("double")
    assert described(path) == [("L GMED", "uV", 2000.0, 300), ("R GMED", "uV", 2000.0, 300)]


def test_opensignals_as_hdf5(tmp_path):
    path = tmp_path / "trial.h5"
    with h5py.File(path, "w") as file:
        device = file.create_group("00:07:80")
        device.attrs.update({"device": "biosignalsplux", "sampling rate": 1000})
        device.attrs.update({"channels": [2], "resolution": [16], "comments": "Jane Doe"})
        counts = np.full((300, 1), 2**15, dtype=np.uint16)
        channel = device.create_dataset("raw/channel_2", data=counts)
        channel.attrs.update({"label": "GMED_R", "sensor": "EMG"})
        device.create_dataset("support/level_10/mean", data=np.zeros(300))
    assert described(path) == [("GMED_R", "mV", 1000.0, 300)]
    recording = read_recording(path, EmgSettings())
    assert recording.channels[0].samples == pytest.approx(np.zeros(300), abs=1e-6)
    assert "Doe" not in repr(recording)


def workbook(tmp_path, *sheets, hidden=0):
    path = tmp_path / "trial.xlsx"
    book = xlsxwriter.Workbook(path)
    for number, rows in enumerate(sheets):
        sheet = book.add_worksheet()
        for row_number, row in enumerate(rows):
            sheet.write_row(row_number, 0, row)
        if number < hidden:
            sheet.hide()
    book.worksheets()[hidden].activate()
    book.worksheets()[hidden].set_first_sheet()
    book.close()
    return path


ROWS = [["time (s)", "L GMED (uV)"], *([i / 1000, float(i)] for i in range(10))]


def test_the_first_visible_sheet_with_samples_is_read(tmp_path):
    path = workbook(tmp_path, ROWS[:2], [["about"], ["Jane Doe"]], ROWS, hidden=1)
    assert described(path) == [("L GMED", "uV", 1000.0, 10)]


def test_numbers_that_a_sheet_holds_as_text_are_read(tmp_path):
    rows = [ROWS[0], *([str(a).replace(".", ","), str(b)] for a, b in ROWS[1:])]
    assert described(workbook(tmp_path, rows)) == [("L GMED", "uV", 1000.0, 10)]


def test_a_delsys_sheet_has_its_own_layout(tmp_path):
    rows = [["X [s]", "L GMED: EMG 1 [V]", "X [s]", "L GMED: ACC 1 [g]"]]
    rows += [
        [i / 1000, 1e-5 * i, i / 500 if i < 5 else "", 0.5 if i < 5 else ""] for i in range(10)
    ]
    assert described(workbook(tmp_path, rows)) == [
        ("L GMED: EMG 1", "V", 1000.0, 10),
        ("L GMED: ACC 1", "g", 500.0, 5),
    ]


def test_a_word_among_the_samples_is_refused_with_its_row(tmp_path):
    rows = [*ROWS, [0.01, "oops"], [0.011, 3.0]]
    with pytest.raises(SignalProblem, match="Row 12 of the sheet has 'oops' under L GMED"):
        described(workbook(tmp_path, rows))


def packed(tmp_path, sheet, *, name="xl/worksheets/sheet1.xml"):
    """A workbook whose one sheet is any text."""
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
    )
    book = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="a" r:id="r1"/></sheets></workbook>'
    )
    path = tmp_path / "trial.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", book)
        package.writestr("xl/_rels/workbook.xml.rels", relations)
        package.writestr(name, sheet)
    return path


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        (SHEET + "<row>" + "<c><v>1</v></c>" * 3_000_000, "unpacks to far more|damaged"),
        (SHEET + '<row><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>', "damaged"),
        (SHEET + '<row><c r="B1"/><c r="A1"/></row></sheetData></worksheet>', "damaged"),
        (SHEET + "<row><c><v>one</v></c></row></sheetData></worksheet>", "damaged"),
        (SHEET + '<row><c t="s"><v>7</v></c></row></sheetData></worksheet>', "damaged"),
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + SHEET + "</sheetData></worksheet>", "damaged"),
        (SHEET, "damaged"),
        ("", "damaged"),
    ],
)
def test_workbooks_made_to_hurt_are_refused(tmp_path, sheet, says):
    with pytest.raises(SignalProblem, match=says):
        described(packed(tmp_path, sheet))


def test_a_workbook_without_its_sheet_is_refused(tmp_path):
    with pytest.raises(SignalProblem, match=r"no rows of samples|damaged"):
        described(packed(tmp_path, SHEET, name="xl/other.xml"))
