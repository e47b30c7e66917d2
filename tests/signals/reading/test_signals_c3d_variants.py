"""C3D files in every way that the format allows, written byte by byte, and in ways that it does not."""

import struct

import ezc3d
import numpy as np
import pytest

from pipeline.signals.channels.channel_roles import gmed_channel
from pipeline.signals.cohort.measure import measure_recording
from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import Request, SignalProblem
from schemas.emg_settings import EmgSettings

INTEL, DEC, MIPS = 84, 85, 86
BLOCK = 512


def real(values, processor):
    """Real numbers as the processors store them."""
    singles = np.asarray(values, dtype=np.float32)
    if processor == MIPS:
        return singles.astype(">f4").tobytes()
    if processor == DEC:
        bits = (singles * np.float32(4)).view(np.uint32)
        return (bits >> 16 | bits << 16).astype("<u4").tobytes()
    return singles.astype("<f4").tobytes()


def parameter(name, group, data, kind, shape, order):
    head = struct.pack("2b", len(name), group) + name.encode()
    body = struct.pack("bB", kind, len(shape)) + bytes(shape) + data + b"\0"
    return head + struct.pack(f"{order}h", len(body) + 2) + body


def group(name, number, order):
    return struct.pack("2b", len(name), -number) + name.encode() + struct.pack(f"{order}hB", 3, 0)


def texts(values, width=16):
    return b"".join(value.encode().ljust(width) for value in values), [width, len(values)]


def c3d(
    samples,
    *,
    labels=None,
    units=None,
    processor=INTEL,
    is_real=True,
    is_unsigned=False,
    scale=None,
    n_points=0,
    per_frame=1,
    first=1,
    last=None,
    events=(),
    more=(),
):
    """A C3D file with `samples` of shape (n_channels, n_samples), stored as they are."""
    order = ">" if processor == MIPS else "<"
    n_channels, n_samples = samples.shape
    n_frames = n_samples // per_frame
    labels = labels or [f"EMG{n + 1}" for n in range(n_channels)]
    units = units or ["V"] * n_channels
    scale = np.ones(n_channels) if scale is None else scale
    analog = [("USED", struct.pack(f"{order}h", n_channels), 2, [])]
    for number, start in enumerate(range(0, n_channels, 255)):
        suffix = "" if number == 0 else str(number + 1)
        for name, values in (("LABELS", labels), ("UNITS", units)):
            data, shape = texts(values[start : start + 255])
            analog.append((name + suffix, data, -1, shape))
        part = scale[start : start + 255]
        if len(part):
            analog.append(("SCALE" + suffix, real(part, processor), 4, [len(part)]))
        offsets = np.full(min(n_channels - start, 255), 32768 if is_unsigned else 0, f"{order}u2")
        analog.append(("OFFSET" + suffix, offsets.tobytes(), 2, [len(offsets)]))
    analog.append(("GEN_SCALE", real([1.0], processor), 4, []))
    analog.append(("RATE", real([100.0 * per_frame], processor), 4, []))
    if is_unsigned:
        data, shape = texts(["UNSIGNED"])
        analog.append(("FORMAT", data, -1, shape))
    used = struct.pack(f"{order}h", n_points)
    points = [("RATE", real([100.0], processor), 4, []), ("USED", used, 2, [])]
    points.append(("SCALE", real([-1.0 if is_real else 1.0], processor), 4, []))
    groups = {"POINT": points, "ANALOG": analog}
    if events:
        times = np.array([[t // 60, t % 60] for t, _ in events], np.float32)
        data, shape = texts([label for _, label in events])
        sides, _ = texts(["Left"] * len(events))
        groups["EVENT"] = [
            ("TIMES", real(times.ravel(), processor), 4, [2, len(events)]),
            ("LABELS", data, -1, shape),
            ("CONTEXTS", sides, -1, shape),
        ]
    data, shape = texts(["Jane Doe"])
    groups["SUBJECTS"] = [("NAMES", data, -1, shape)]
    for name, entries in more:
        groups[name] = [*groups.get(name, []), *entries]
    section = b""
    for number, (name, entries) in enumerate(groups.items(), start=1):
        section += group(name, number, order)
        for entry_name, data, kind, shape in entries:
            section += parameter(entry_name, number, data, kind, shape, order)
    section = bytes([1, 0x50, 0, processor]) + section + b"\0" * 4
    n_blocks = -(-len(section) // BLOCK)
    section = section[:2] + bytes([min(n_blocks, 255)]) + section[3:]
    section = section.ljust(n_blocks * BLOCK, b"\0")
    head = bytearray(BLOCK)
    head[0:2] = bytes([2, 0x50])
    last = min(first + n_frames - 1, 65535) if last is None else last
    head[2:10] = struct.pack(f"{order}4H", n_points, per_frame * n_channels, first, last)
    head[12:16] = real([-1.0 if is_real else 1.0], processor)
    head[16:20] = struct.pack(f"{order}2H", 2 + n_blocks, per_frame)
    frames = samples.T.reshape(n_frames, per_frame * n_channels)
    frames = np.hstack([np.zeros((n_frames, 4 * n_points)), frames])
    if is_real:
        body = real(frames.ravel(), processor)
    else:
        body = frames.astype(f"{order}{'u2' if is_unsigned else 'i2'}").tobytes()
    return bytes(head) + section + body


def read(tmp_path, content, **settings):
    path = tmp_path / "trial.c3d"
    path.write_bytes(content)
    return read_recording(path, EmgSettings(**settings))


COUNTS = np.random.default_rng(0).integers(-20000, 20000, (3, 400)).astype(float)


@pytest.mark.parametrize("processor", [INTEL, DEC, MIPS])
@pytest.mark.parametrize("is_real", [True, False])
@pytest.mark.parametrize(("n_points", "per_frame"), [(0, 1), (5, 10)])
def test_every_processor_stores_the_same(tmp_path, processor, is_real, n_points, per_frame):
    content = c3d(
        COUNTS,
        processor=processor,
        is_real=is_real,
        scale=np.array([1e-6, 2.0, -0.5]),
        n_points=n_points,
        per_frame=per_frame,
    )
    recording = read(tmp_path, content)
    assert {c.sampling_rate_hz for c in recording.channels} == {100.0 * per_frame}
    for channel, counts, scale in zip(recording.channels, COUNTS, [1e-6, 2.0, -0.5], strict=True):
        np.testing.assert_allclose(channel.samples, counts * scale, rtol=1e-6)
    assert "Doe" not in repr(recording)


@pytest.mark.parametrize("is_real", [True, False])
def test_ezc3d_reads_the_same_from_these_files(tmp_path, is_real):
    content = c3d(
        COUNTS, is_real=is_real, scale=np.array([1e-6, 2.0, -0.5]), n_points=5, per_frame=10
    )
    ours = read(tmp_path, content)
    theirs = ezc3d.c3d(str(tmp_path / "trial.c3d"))["data"]["analogs"][0]
    for channel, samples in zip(ours.channels, theirs, strict=True):
        np.testing.assert_allclose(channel.samples, samples, rtol=1e-6)


def test_unsigned_counts_have_their_zero_in_the_middle(tmp_path):
    content = c3d(COUNTS + 32768, is_real=False, is_unsigned=True)
    for channel, counts in zip(read(tmp_path, content).channels, COUNTS, strict=True):
        np.testing.assert_allclose(channel.samples, counts)


def test_more_than_255_channels_go_on_in_labels2(tmp_path):
    samples = np.arange(300.0)[:, np.newaxis] + np.zeros((300, 20))
    labels = [f"C{n}" for n in range(300)]
    channels = read(tmp_path, c3d(samples, labels=labels, scale=np.full(300, 2.0))).channels
    assert [c.label for c in channels] == labels
    assert channels[299].samples.tolist() == [598.0] * 20


@pytest.mark.parametrize("field", ["trial", "long_frames", "none"])
def test_more_frames_than_the_header_can_count(tmp_path, field):
    n_frames = 70_000
    more = {
        "trial": [
            (
                "TRIAL",
                [
                    ("ACTUAL_START_FIELD", struct.pack("<2H", 1, 0), 2, [2]),
                    ("ACTUAL_END_FIELD", struct.pack("<2H", n_frames - 65536, 1), 2, [2]),
                ],
            )
        ],
        "long_frames": [("POINT", [("LONG_FRAMES", real([n_frames], INTEL), 4, [])])],
        "none": [],
    }[field]
    samples = np.arange(float(n_frames))[np.newaxis]
    channel = read(tmp_path, c3d(samples, more=more)).channels[0]
    assert channel.samples.size == n_frames
    assert channel.samples[-1] == n_frames - 1


def test_units_differ_by_channel(tmp_path):
    labels, units = ["Voltage.LGMED", "RGMED", "Fz"], ["V", "uV", "N"]
    recording = read(tmp_path, c3d(COUNTS, labels=labels, units=units))
    assert [c.unit for c in recording.channels] == units
    assert gmed_channel(recording, "left", EmgSettings()).label == "Voltage.LGMED"
    assert gmed_channel(recording, "right", EmgSettings()).label == "RGMED"


def test_labels_that_stand_twice_are_refused_and_not_chosen(tmp_path):
    recording = read(tmp_path, c3d(COUNTS, labels=["LGMED", "LGMED", "RGMED"]))
    with pytest.raises(SignalProblem, match="Several channels could be gluteus medius left"):
        gmed_channel(recording, "left", EmgSettings())
    assert gmed_channel(recording, "right", EmgSettings()).label == "RGMED"


def test_channels_without_labels_are_numbered(tmp_path):
    assert [c.label for c in read(tmp_path, c3d(COUNTS, labels=["", "A", ""])).channels] == [
        "channel 1",
        "A",
        "channel 3",
    ]


def test_events_count_from_the_first_frame_of_the_file(tmp_path):
    content = c3d(
        COUNTS, first=201, events=((62.5, "Foot Off"), (1.0, "before the file"), (3.0, "General"))
    )
    events = read(tmp_path, content).events
    assert [(e.time_s, e.label) for e in events] == [
        (pytest.approx(60.5), "Left Foot Off"),
        (pytest.approx(1.0), "Left General"),
    ]


def test_counts_without_scales_are_refused(tmp_path):
    content = c3d(COUNTS, is_real=False, scale=[])
    with pytest.raises(SignalProblem, match="counts of the converter without the scales"):
        read(tmp_path, content)


def test_a_file_of_markers_only_is_refused(tmp_path):
    content = bytearray(c3d(COUNTS, n_points=3))
    content[4:6] = b"\0\0"
    with pytest.raises(SignalProblem, match=r"no analog channels|cut off|damaged"):
        read(tmp_path, bytes(content))


def test_down_sampled_emg_in_volt_is_refused_by_its_rate(tmp_path):
    labels = ["LGMED", "RGMED", "Fz"]
    (tmp_path / "trial.c3d").write_bytes(c3d(COUNTS, labels=labels, per_frame=2))
    features = measure_recording(tmp_path / "trial.c3d", Request("task", "left"), EmgSettings())
    assert "sampled at 200 Hz" in features.problem


def with_byte(content, place, value):
    return content[:place] + bytes([value]) + content[place + 1 :]


GOOD = c3d(COUNTS, n_points=2, per_frame=2)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (GOOD[:-1], "cut off"),
        (GOOD[: BLOCK + 100], "damaged|no analog|cut off"),
        (with_byte(GOOD, 0, 200), "damaged"),
        (with_byte(GOOD, 0, 0), "damaged"),
        (with_byte(GOOD, BLOCK + 3, 99), "damaged"),
        (with_byte(GOOD, 9, 0xFE), "cut off"),  # last frame
        (with_byte(GOOD, 17, 0xFF), "cut off"),  # block of the samples
        (with_byte(GOOD, 16, 0)[:17] + b"\0" + GOOD[18:], "damaged"),
        (with_byte(GOOD, 4, 7), "damaged|cut off"),  # analog samples per frame
        (b"\x02\x50" + bytes(600), "damaged"),
        (b"\x02\x50", "damaged|text"),
    ],
)
def test_damaged_files_are_refused_in_words(tmp_path, content, says):
    with pytest.raises(SignalProblem, match=says) as caught:
        read(tmp_path, content)
    assert "Doe" not in str(caught.value)


@pytest.mark.parametrize("kind", [3, -5, 100])
@pytest.mark.parametrize("shape", [[255, 255, 255, 255], [1], []])
def test_parameters_that_point_outside_are_refused(tmp_path, kind, shape):
    broken = parameter("BROKEN", 1, b"", kind, shape, "<")
    place = BLOCK + 4
    content = GOOD[:place] + group("X", 9, "<") + broken + GOOD[place:]
    with pytest.raises(SignalProblem, match=r"damaged|cut off"):
        read(tmp_path, content)


def test_samples_that_are_no_numbers_are_refused(tmp_path):
    samples = COUNTS.copy()
    samples[1, 50] = np.nan
    with pytest.raises(SignalProblem, match="samples that are no numbers"):
        read(tmp_path, c3d(samples))
