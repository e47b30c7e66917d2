"""Headers that real programs write above their samples, as small texts; the layouts are those of public files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import SignalProblem
from schemas.emg_settings import EmgSettings

RATE_HZ = 1000.0


def times(n, rate_hz=RATE_HZ):
    return [f"{i / rate_hz:.6f}" for i in range(n)]


def read(tmp_path, content, suffix=".csv", **settings):
    path = tmp_path / f"trial{suffix}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_recording(path, EmgSettings(**settings))


def described(recording):
    return [
        (c.label, c.unit, round(c.sampling_rate_hz, 3), c.samples.tolist())
        for c in recording.channels
    ]


EMGWORKS = (
    "Label: L GLUT MED: EMG 1 Sampling frequency: 1000.000000 Number of points: 4 start: 0 Unit: Volts Domain Unit: s\n"
    "Label: L GLUT MED: ACC X 1 Sampling frequency: 500 Number of points: 2 start: 0 Unit: g Domain Unit: s\n"
    * 150
    + "X[s],L GLUT MED: EMG 1,X[s],L GLUT MED: ACC X 1\n"
    "0,1e-5,0,0.5\n0.001,-2.5E-05,0.002,0.25\n0.002,3E-05,,\n0.003,4E-05,,\n"
)


def test_emgworks_has_a_line_of_facts_and_a_time_column_for_each_channel(tmp_path):
    emg, acc = described(read(tmp_path, EMGWORKS))
    assert emg[:3] == ("L GLUT MED: EMG 1", "Volts", 1000.0)
    assert emg[3] == pytest.approx([1e-5, -2.5e-5, 3e-5, 4e-5])
    assert acc == ("L GLUT MED: ACC X 1", "g", 500.0, [0.5, 0.25])


@pytest.mark.parametrize("bracket", ["X[s]", "X [s]"])
def test_emgworks_with_units_in_brackets_and_semicolons(tmp_path, bracket):
    text = f"{bracket};R GLUTEUS MEDIUS: EMG 3 [V];\n" + "".join(
        f"{t.replace('.', ',')};-1,493E-05;\n" for t in times(30, 1259.259)
    )
    (channel,) = read(tmp_path, text).channels
    assert (channel.label, channel.unit) == ("R GLUTEUS MEDIUS: EMG 3", "V")
    assert channel.sampling_rate_hz == pytest.approx(1259.259, rel=1e-4)
    assert channel.samples == pytest.approx(np.full(30, -1.493e-5))


DISCOVER = (
    "Application:, Trigno Discover (2.1.0.7)\n"
    "Date/Time:, 01-01-2026 10:00:00\n"
    "Collection Length (seconds):, 0.005\n"
    "L GMED (89542), , , , Avanti Sensor 2 (89563), , , \n"
    "sensor mode: 65, , , , sensor mode: 50, , , \n"
    "EMG 1 Time Series (s), EMG 1 (mV), ACC X Time Series (s), ACC X (G), "
    "EMG 1 Time Series (s), EMG 1 (mV), ACC X Time Series (s), ACC X (G)\n"
    ", 1000.0 Hz, , 500.0 Hz, , 1000.0 Hz, , 500.0 Hz\n"
    ", 0.001 s, , 0.002 s, , 0.001 s, , 0.002 s\n"
    "0, 1, 0, 9, 0, -1, 0, 8\n"
    "0.001, 2, 0.002, 9, 0.001, -2, 0.002, 8\n"
    "0.002, 3, , , 0.002, -3, , \n"
    "0.003, 4, , , 0.003, -4, , \n"
)


def test_discover_names_sensors_once_and_rates_in_a_row(tmp_path):
    channels = described(read(tmp_path, DISCOVER))
    assert [c[:3] for c in channels] == [
        ("L GMED: EMG 1", "mV", 1000.0),
        ("L GMED: ACC X", "G", 500.0),
        ("Avanti Sensor 2: EMG 1", "mV", 1000.0),
        ("Avanti Sensor 2: ACC X", "G", 500.0),
    ]
    assert channels[2][3] == [-1, -2, -3, -4]


def test_discover_with_a_table_of_marks_on_the_right(tmp_path):
    lines = DISCOVER.splitlines()
    lines[7] += ", , Type, Name, Label, Time (s), , Pair"
    lines[8] += ", , General, E1, E1, 0.5, , "
    lines[9:] = [line + ", , , , , , , " for line in lines[9:]]
    channels = described(read(tmp_path, "\n".join(lines) + "\n"))
    assert len(channels) == 4
    assert channels[0][3] == [1, 2, 3, 4]


NORAXON = (
    "type,begin_time,frequency,count,created with version,exported with version,measurement_date,"
    "record_name\n"
    "record,0.00000,1000,3,Noraxon MR 4.0.22,4.0.22,2025-08-26T17:29:12.325+07:00,Jane Doe 12\n"
    "\n"
    'time,Activity,Marker,"LT GLUT. MED., uV",RT Force\n'
    "0.00000,REST,,12.5,508.0\n0.00100,,,13.1,509.0\n0.00200,,foot off,12.8,511.0\n"
)


def test_noraxon_has_facts_of_the_record_words_and_marks(tmp_path):
    recording = read(tmp_path, NORAXON)
    assert [c[:2] for c in described(recording)] == [("LT GLUT. MED.", "uV"), ("RT Force", None)]
    assert recording.channels[0].samples == pytest.approx([12.5, 13.1, 12.8])
    (event,) = recording.events
    assert (event.time_s, event.label) == (pytest.approx(0.002), "foot off")
    assert "Doe" not in repr(recording)


def test_noraxon_with_one_signal_in_each_file(tmp_path):
    text = (
        "type,name,time_units,begin_time,frequency,count,units\n"
        "signal,Ultium EMG-LT GLUT. MED.,s,0.00000,2000,3,uV\n\n"
        "time,value\n0.0,12.5\n0.0005,13.1\n0.001,12.8\n"
    )
    (channel,) = read(tmp_path, text).channels
    assert (channel.label, channel.unit) == ("Ultium EMG-LT GLUT. MED.", "uV")
    assert channel.sampling_rate_hz == 2000.0


def test_noraxon_mr3_with_units_inside_quoted_names(tmp_path):
    text = 'Time,"RT GLUT. MED., uV","VLO LT, uV","Ultium EMG.Sync, On"\n' + "".join(
        f"{t},1,2,0\n" for t in times(5)
    )
    assert [c[:2] for c in described(read(tmp_path, text))] == [
        ("RT GLUT. MED.", "uV"),
        ("VLO LT", "uV"),
        ("Ultium EMG.Sync, On", None),
    ]


VICON = (
    "Devices,,,,,,\n1000,,,,,,\n"
    ",,AMTI #1 - Force,,,Trigno - LGMED,\n"
    "Frame,Sub Frame,Fx,Fy,Fz,EMG1,\n"
    ",,N,N,N,V,\n"
    "1,0,10,20,-800,1e-5,\n1,1,11,21,-700,-1e-5,\n"
    "\n"
    "Trajectories,,,,\n100,,,,\n,,Jane Doe:LASI,,\nFrame,Sub Frame,X,Y,Z\n,,mm,mm,mm\n1,0,1,2,3\n"
)


@pytest.mark.parametrize("end_of_line", ["\n", "\r\n"])
def test_vicon_devices_are_read_and_other_tables_are_not(tmp_path, end_of_line):
    recording = read(tmp_path, VICON.replace("\n", end_of_line).encode())
    channels = described(recording)
    assert [c[:3] for c in channels] == [
        ("Fx", "N", 1000.0),
        ("Fy", "N", 1000.0),
        ("Fz", "N", 1000.0),
        ("EMG1", "V", 1000.0),
    ]
    assert recording.channels[3].heading == "Trigno - LGMED: EMG1"
    assert "Doe" not in repr(recording)


def test_vicon_force_is_turned_so_that_weight_is_positive(tmp_path):
    recording = read(tmp_path, VICON)
    assert recording.channels[2].samples.tolist() == [800, 700]


def test_vicon_with_the_devices_after_the_markers_and_with_tabs(tmp_path):
    blocks = VICON.replace(",", "\t").split("\n\n")
    text = "\n\n".join([blocks[1], blocks[0]])
    channels = described(read(tmp_path, text, ".txt"))
    assert channels[-1][3] == pytest.approx([1e-5, -1e-5])


def test_vicon_without_devices_is_refused(tmp_path):
    with pytest.raises(SignalProblem, match="no devices") as caught:
        read(tmp_path, VICON.split("\n\n")[1])
    assert "Doe" not in str(caught.value)


def test_two_plates_of_one_make_have_names_of_their_own(tmp_path):
    text = (
        "Devices,,,\n1000,,,\n,,AMTI #1 - Force,AMTI #2 - Force\nFrame,Sub Frame,Fz,Fz\n,,N,N\n"
        "1,0,1,2\n1,1,1,2\n"
    )
    labels = [c[0] for c in described(read(tmp_path, text))]
    assert labels == ["AMTI #1 - Force: Fz", "AMTI #2 - Force: Fz"]


OPENSIGNALS = (
    "# OpenSignals Text File Format\n"
    '# {"00:07": {"sensor": ["EMG", "XYZ"], "device name": "Jane Doe", "column": ["nSeq", "DI", '
    '"CH1", "CH2"], "comments": "Jane Doe", "device": "biosignalsplux", "sampling rate": 1000, '
    '"label": ["GMED_L", "CH2"], "resolution": [16, 16]}}\n'
    "# EndOfHeader\n"
)


def test_opensignals_counts_become_millivolt(tmp_path):
    text = OPENSIGNALS + "0\t0\t32768\t5\t\n1\t0\t65535\t6\t\n2\t0\t0\t7\t\n"
    recording = read(tmp_path, text, ".txt")
    emg, other = described(recording)
    assert emg[:3] == ("GMED_L", "mV", 1000.0)
    assert emg[3] == pytest.approx([0.0, 1.5, -1.5], abs=1e-4)
    assert other == ("CH2", "converter counts", 1000.0, [5, 6, 7])
    assert "Doe" not in repr(recording)


def test_opensignals_in_physical_units_does_not_say_which(tmp_path):
    text = OPENSIGNALS + "0\t0\t0.012\t5\t\n1\t0\t0.013\t6\t\n"
    emg = read(tmp_path, text, ".txt").channels[0]
    assert emg.unit is None
    assert emg.samples == pytest.approx([0.012, 0.013])


def test_opensignals_with_lost_samples_is_refused(tmp_path):
    rows = "".join(f"{n % 16}\t0\t1\t1\t\n" for n in range(40) if n != 20)
    with pytest.raises(SignalProblem, match=r"lost in the recording near 0\.02 s"):
        read(tmp_path, OPENSIGNALS + rows, ".txt")
    whole = "".join(f"{n % 16}\t0\t1\t1\t\n" for n in range(40))
    assert read(tmp_path, OPENSIGNALS + whole, ".txt").channels[0].samples.size == 40


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (OPENSIGNALS.replace('"label"', '"lable"'), "header of the OpenSignals file is damaged"),
        (OPENSIGNALS.replace("# EndOfHeader\n", ""), "header of the OpenSignals file is damaged"),
        (OPENSIGNALS.replace("1000", "-1"), "header of the OpenSignals file is damaged"),
        (OPENSIGNALS.replace("[16, 16]", "[16]"), "header of the OpenSignals file is damaged"),
    ],
)
def test_opensignals_with_a_damaged_header_is_refused(tmp_path, text, says):
    with pytest.raises(SignalProblem, match=says):
        read(tmp_path, text + "0\t0\t1\t1\t\n1\t0\t1\t1\t\n", ".txt")


ANC = (
    "File_Type:\tAnalog R/C ASCII\tGeneration#:\t2\n"
    "Board_Type:\tNational PCI-6071E\tPolarity:\tBipolar\n"
    "Trial_Name:\tJane Doe\tTrial#:\t2\tDuration(Sec.):\t0.003000\t#Channels:\t2\n"
    "BitDepth:\t12\tPreciseRate:\t1000.000000\n\n\n\n\n"
    "Name\tf1z\tL GMED\t\nRate\t1000\t1000\t\nRange\t10000\t2500\t\n"
    "0.000000\t30\t1000\t\n0.001000\t29\t-1000\t\n0.002000\t30\t0\t\n"
)


def test_anc_counts_become_volt_by_the_range_of_each_channel(tmp_path):
    recording = read(tmp_path, ANC, ".anc")
    force, emg = recording.channels
    assert (emg.label, emg.unit, emg.sampling_rate_hz) == ("L GMED", "V", 1000.0)
    assert emg.samples == pytest.approx([1.221, -1.221, 0], rel=1e-3)
    assert force.samples[0] == pytest.approx(30 * 20 / 4095)
    assert "Doe" not in repr(recording)


def test_an_anc_file_that_ends_early_is_refused(tmp_path):
    with pytest.raises(SignalProblem, match="cut off"):
        read(tmp_path, ANC.replace("0.003000", "5.345"), ".anc")


@pytest.mark.parametrize(
    ("delimiter", "decimal"), [(",", "."), (";", ","), (";", "."), ("\t", ","), ("\t", ".")]
)
@pytest.mark.parametrize("n_channels", [1, 3])
def test_delimiter_and_decimal_mark_are_found(tmp_path, delimiter, decimal, n_channels):
    headings = ["time (s)", *(f"EMG{i} (uV)" for i in range(n_channels))]
    rows = [
        [t.replace(".", decimal), *[f"{i + 0.5}".replace(".", decimal)] * n_channels]
        for i, t in enumerate(times(20))
    ]
    text = "\n".join(delimiter.join(row) for row in [headings, *rows]) + "\n"
    recording = read(tmp_path, text)
    assert len(recording.channels) == n_channels
    assert recording.channels[0].samples == pytest.approx(np.arange(20) + 0.5)
    assert recording.channels[0].sampling_rate_hz == 1000.0


@pytest.mark.parametrize("comment", ["", "# "])
def test_columns_that_are_aligned_with_spaces(tmp_path, comment):
    text = f"{comment}time  L_GMED_uV\n" + "".join(
        f"  {t}   {i}.5e+00  \n" for i, t in enumerate(times(9))
    )
    (channel,) = read(tmp_path, text, ".txt").channels
    assert (channel.label, channel.unit, channel.sampling_rate_hz) == ("L_GMED", "uV", 1000.0)
    assert channel.samples == pytest.approx(np.arange(9) + 0.5)


def test_quoted_decimal_commas_between_commas_are_read(tmp_path):
    text = "time,L GMED\n" + "".join(f'"{t.replace(".", ",")}","1,5"\n' for t in times(5))
    assert read(tmp_path, text).channels[0].samples == pytest.approx(np.full(5, 1.5))


@pytest.mark.parametrize("row", ["0,0005,1,5", "0,001,-1,25E-05"])
def test_commas_as_delimiter_and_decimal_mark_cannot_be_told(tmp_path, row):
    with pytest.raises(SignalProblem, match="4 cells, but there are 2 headings") as caught:
        read(tmp_path, "time,L GMED\n" + f"{row}\n" * 5)
    assert "semicolons" in caught.value.fix


def test_marks_for_thousands_are_refused(tmp_path):
    with pytest.raises(SignalProblem, match="are no numbers, whichever sign"):
        read(tmp_path, "time;Fz (N)\n0;1.234,56\n0,001;1.234,57\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_in_every_usual_encoding(tmp_path, encoding):
    text = "Zeit (ms);L Glutäus medius (µV);\r\n" + "".join(f"{i};{i},5;\r\n" for i in range(5))
    (channel,) = read(tmp_path, text.encode(encoding)).channels
    assert (channel.label, channel.unit, channel.sampling_rate_hz) == (
        "L Glutäus medius",
        "µV",
        1000.0,
    )
    assert channel.samples.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]


def test_lines_about_the_recording_stand_above_the_headings(tmp_path):
    about = "Subject,12\nHeight,180\nSampling rate: 2000 Hz\n" + "note,1,2,x\n" * 480
    text = about + "L GMED,R GMED\nuV,uV\n1,2\n3,4\n" + "3,4\n" * 40
    recording = read(tmp_path, text)
    assert described(recording)[0] == ("L GMED", "uV", 2000.0, [1, 3] + [3] * 40)


def test_a_commented_heading_line_is_a_heading_line(tmp_path):
    text = "# time (s),L GMED (uV)\n" + "".join(f"{t},1\n" for t in times(4))
    assert described(read(tmp_path, text))[0][:2] == ("L GMED", "uV")


def test_a_row_of_units_below_the_headings(tmp_path):
    text = "time;L GMED;Fz;\nms;[mV];N;\n0;1;2;\n1;1;2;\n2;1;2;\n"
    emg, force = described(read(tmp_path, text))
    assert emg[:3] == ("L GMED", "mV", 1000.0)
    assert force[1] == "N"


def test_missing_samples_stay_missing_inside_and_are_cut_off_at_the_end(tmp_path):
    text = "time,L GMED,R GMED\n0,1,1\n0.001,,2\n0.002,NaN,3\n0.003,4,\n0.004,5,\n"
    left, right = read(tmp_path, text).channels
    assert np.isnan(left.samples).tolist() == [False, True, True, False, False]
    assert right.samples.tolist() == [1, 2, 3]


@given(
    values=st.lists(
        st.tuples(
            st.floats(-1e9, 1e9, width=64),
            st.sampled_from(
                ["{:.4f}", "{:.6g}", "{:.9e}", "{!r}", " {:.3f} ", '"{:.5f}"', "{:+.2f}"]
            ),
        ),
        min_size=8,
        max_size=40,
    ),
    delimiter=st.sampled_from([",", ";", "\t"]),
    end_of_line=st.sampled_from(["\n", "\r\n"]),
)
def test_an_empty_cell_changes_no_other_sample(tmp_path_factory, values, delimiter, end_of_line):
    folder = tmp_path_factory.mktemp("tables")
    rows = [f"{i / 1000:.3f}{delimiter}{form.format(x)}" for i, (x, form) in enumerate(values)]
    # A second channel that ends early takes the way for tables with gaps.
    whole = [f"time (s){delimiter}R GMED (uV)", *rows]
    gappy = [f"{whole[0]}{delimiter}L GMED (uV)", *(f"{row}{delimiter}1" for row in rows)]
    gappy[-1] = gappy[-1].removesuffix("1")
    (alone,) = read(folder, end_of_line.join([*whole, ""])).channels
    beside, short = read(folder, end_of_line.join([*gappy, ""])).channels
    assert alone.samples.tobytes() == beside.samples.tobytes()
    assert short.samples.size == alone.samples.size - 1


def test_channels_that_start_at_different_times_are_refused(tmp_path):
    text = "X[s],EMG 1 [V],X[s],EMG 2 [V]\n" + "".join(
        f"{i / 1000},1,{i / 1000 + 0.5},2\n" for i in range(5)
    )
    with pytest.raises(SignalProblem, match="do not start at the same time"):
        read(tmp_path, text)


def test_a_declared_rate_of_the_file_that_its_times_deny_is_refused(tmp_path):
    with pytest.raises(SignalProblem, match="says 2000 Hz for L GMED: EMG 1"):
        read(tmp_path, DISCOVER.replace("1000.0 Hz", "2000.0 Hz"))


def test_a_row_that_is_cut_off_is_refused(tmp_path):
    text = "time,L GMED,R GMED\n" + "".join(f"{t},1,2\n" for t in times(40)) + "0.040,1"
    with pytest.raises(SignalProblem, match="Row 41 of samples has 2 cells"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    "content", [b"\x00" * 100, b"\xff\xfe\x00", b"\n\n\n", b"one\ntwo\n", b'"']
)
def test_texts_that_are_no_tables_are_refused(tmp_path, content):
    with pytest.raises(SignalProblem):
        read(tmp_path, content)
