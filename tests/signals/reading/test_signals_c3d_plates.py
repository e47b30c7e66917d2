"""Force plates of C3D files: every type, axis, unit and sign gives the force and CoP that acted."""

import ezc3d
import numpy as np
import pytest

from pipeline.signals.reading.c3d_file import C3dFile, Parameter, parse_c3d
from pipeline.signals.reading.c3d_plates import plate_channels
from pipeline.signals.reading.read_c3d import read_c3d
from schemas.emg_settings import EmgSettings

N = 400
RATE_HZ = 100.0
CORNERS_MM = np.array(
    [[300.0, 300, 700, 700], [1000.0, 200, 200, 1000], [0.0, 0, 0, 0]]
)  # the plate's x runs along the room's y, its y along the room's -x, and its z points down
ORIGIN_MM = {
    1: (0.0, 0.0, 0.0),
    2: (1.0, -2.0, -40.0),
    3: (120.0, 200.0, -50.0),
    4: (0.5, 0.7, -30.0),
}
UNITS = {1: 3 * ["N"] + ["mm", "mm", "Nmm"], 2: 3 * ["N"] + 3 * ["Nmm"], 3: 8 * ["N"], 4: 6 * ["V"]}


class Truth:
    """A load that moves over the plate: positions in its own axes (mm), force on it (N, z down)."""

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.x, self.y = 50 * rng.standard_normal(N), 80 * rng.standard_normal(N)
        self.force = np.stack(
            [*(20 * rng.standard_normal((2, N))), 700 + 20 * rng.standard_normal(N)]
        )

    @property
    def in_room_mm(self):
        return np.stack([500 - self.y, 600 + self.x])


def channels_of(kind, truth):
    """What a plate of a type writes, by the C3D.org user guide: r x F, or its sensors."""
    origin = ORIGIN_MM[kind]
    if kind == 1:
        return np.concatenate([truth.force, [truth.x, truth.y, np.zeros(N)]])
    if kind in (2, 4):
        arm = np.stack([truth.x + origin[0], truth.y + origin[1], np.full(N, origin[2])])
        return np.concatenate([truth.force, np.cross(arm.T, truth.force.T).T])
    half_x, half_y, up = origin
    moment_x = truth.y * truth.force[2] - up * truth.force[1]
    moment_y = up * truth.force[0] - truth.x * truth.force[2]
    a, b = moment_x / (4 * half_y), moment_y / (4 * half_x)
    quarter = truth.force[2] / 4
    sensors = [quarter + a - b, quarter + a + b, quarter - a + b, quarter - a - b]
    halves = [truth.force[0] / 2] * 2 + [truth.force[1] / 2] * 2
    return np.stack([*halves, *sensors])


def c3d(kind, analog, **changes):
    """A parsed file with one plate; changes replace parameters by name, None takes one out."""
    numbers = {
        "FORCE_PLATFORM:USED": np.array([1.0]),
        "FORCE_PLATFORM:TYPE": np.array([float(kind)]),
        "FORCE_PLATFORM:ZERO": np.array([0.0, 0.0]),
        "FORCE_PLATFORM:CHANNEL": np.arange(1.0, len(analog) + 1)[:, np.newaxis],
        "FORCE_PLATFORM:CORNERS": CORNERS_MM[:, :, np.newaxis],
        "FORCE_PLATFORM:ORIGIN": np.array(ORIGIN_MM[kind])[:, np.newaxis],
        "FORCE_PLATFORM:CAL_MATRIX": np.eye(6)[:, :, np.newaxis],
        "POINT:RATE": np.array([RATE_HZ]),
    }
    texts = {"POINT:UNITS": ["mm"], "ANALOG:UNITS": UNITS[kind]}
    for name, value in changes.items():
        group = "ANALOG" if name == "ANALOG_UNITS" else "POINT" if name == "POINT_UNITS" else ""
        key = f"{group}:UNITS" if group else f"FORCE_PLATFORM:{name}"
        if value is None:
            del numbers[key]
        elif group:
            texts[key] = value
        else:
            numbers[key] = np.asarray(value, dtype=float)
    parameters = {name: Parameter(numbers=value) for name, value in numbers.items()}
    parameters |= {name: Parameter(texts=tuple(value)) for name, value in texts.items()}
    return C3dFile(parameters, np.asarray(analog, dtype=np.float32), RATE_HZ)


def plates(file):
    return {c.label: c.samples.astype(float) for c in plate_channels(file, file.analog)}


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_every_type_gives_the_load_and_where_it_acted(kind, sign):
    """Whether the file holds the force on the plate or its reaction."""
    truth = Truth()
    analog = channels_of(kind, truth)
    analog[: 3 if kind == 1 else None] *= sign
    found = plates(c3d(kind, analog))
    assert list(found) == ["plate 1 Fz", "plate 1 CoP x", "plate 1 CoP y"]
    assert found["plate 1 Fz"] == pytest.approx(truth.force[2], abs=1e-3)
    cop = np.stack([found["plate 1 CoP x"], found["plate 1 CoP y"]])
    assert cop == pytest.approx(truth.in_room_mm, abs=1e-2)


@pytest.mark.parametrize("kind", [2, 3, 4])
def test_an_origin_written_the_other_way_round_is_turned(kind):
    truth = Truth()
    origin = -np.array(ORIGIN_MM[kind])
    found = plates(c3d(kind, channels_of(kind, truth), ORIGIN=origin[:, np.newaxis]))
    assert found["plate 1 CoP x"] == pytest.approx(truth.in_room_mm[0], abs=1e-2)


def test_a_file_in_metres_gives_millimetre():
    truth = Truth()
    analog = channels_of(2, truth)
    analog[3:] /= 1000
    file = c3d(
        2,
        analog,
        ORIGIN=np.array(ORIGIN_MM[2])[:, np.newaxis] / 1000,
        CORNERS=CORNERS_MM[:, :, np.newaxis] / 1000,
        POINT_UNITS=["m"],
        ANALOG_UNITS=3 * ["N"] + 3 * ["Nm"],
    )
    assert plates(file)["plate 1 CoP y"] == pytest.approx(truth.in_room_mm[1], abs=1e-2)


def test_forces_in_kilonewton_and_moments_in_newton_metre_are_converted():
    truth = Truth()
    analog = channels_of(2, truth) / 1000
    found = plates(c3d(2, analog, ANALOG_UNITS=3 * ["kN"] + 3 * ["Nm"]))
    assert found["plate 1 Fz"] == pytest.approx(truth.force[2], abs=1e-2)
    assert found["plate 1 CoP x"] == pytest.approx(truth.in_room_mm[0], abs=1e-2)


def test_a_laboratory_whose_vertical_is_y_gives_x_and_z():
    truth = Truth()
    corners = np.stack([CORNERS_MM[0], CORNERS_MM[2], -CORNERS_MM[1]])
    found = plates(c3d(2, channels_of(2, truth), CORNERS=corners[:, :, np.newaxis]))
    assert list(found) == ["plate 1 Fz", "plate 1 CoP x", "plate 1 CoP z"]
    assert found["plate 1 CoP z"] == pytest.approx(-truth.in_room_mm[1], abs=1e-2)


def test_an_empty_plate_has_no_centre_of_pressure():
    truth = Truth()
    truth.force[:, :100] = np.random.default_rng(1).normal(0, 1, (3, 100))
    found = plates(c3d(2, channels_of(2, truth)))
    assert np.isnan(found["plate 1 CoP x"][:100]).all()
    assert np.isfinite(found["plate 1 CoP x"][100:]).all()
    assert np.isfinite(found["plate 1 Fz"]).all()


OFFSET = np.array([[3.0], [-2.0], [12.0], [900.0], [-400.0], [50.0]])


def cop_errors_mm(file, truth):
    """Largest distance of the centre of pressure from the truth after the empty first 50 samples."""
    found = plates(file)
    cop = np.stack([found["plate 1 CoP x"], found["plate 1 CoP y"]])
    return np.abs(cop - truth.in_room_mm)[:, 50:].max()


@pytest.mark.parametrize("frames", [(1.0, 50.0), (0.0, 50.0)])
def test_the_frames_of_zero_take_the_offset_off_the_centre_of_pressure(frames):
    """Fz keeps it, as in the file: events have a zero of their own."""
    truth = Truth()
    truth.force[:, :50] = 0
    analog = channels_of(2, truth) + OFFSET
    assert cop_errors_mm(c3d(2, analog, ZERO=frames), truth) < 0.01
    assert cop_errors_mm(c3d(2, analog), truth) > 1
    found = plates(c3d(2, analog, ZERO=frames))
    assert found["plate 1 Fz"] == pytest.approx(truth.force[2] + 12, abs=1e-2)


@pytest.mark.parametrize("frames", [(60.0, 80.0), (900.0, 1000.0), (10.0, 1.0), (np.nan, 10.0)])
def test_frames_of_zero_in_which_somebody_stands_or_that_are_not_there_are_left_alone(frames):
    truth = Truth()
    truth.force[:, :50] = 0
    assert cop_errors_mm(c3d(2, channels_of(2, truth), ZERO=frames), truth) < 0.01


def test_frames_of_zero_count_from_the_start_of_the_trial():
    """The file was cut at its start: frames 1 to 50 are not in it any more."""
    truth = Truth()
    truth.force[:, :50] = 0
    whole = c3d(2, channels_of(2, truth) + OFFSET, ZERO=(1.0, 50.0))
    cut = C3dFile(whole.parameters, whole.analog, whole.sampling_rate_hz, starts_at_s=2.0)
    assert cop_errors_mm(cut, truth) > 1
    later = dict(whole.parameters)
    later["FORCE_PLATFORM:ZERO"] = Parameter(numbers=np.array([201.0, 250.0]))
    moved = C3dFile(later, whole.analog, whole.sampling_rate_hz, starts_at_s=2.0)
    assert cop_errors_mm(moved, truth) < 0.01


def two(kinds, analogs, used):
    """Two plates side by side, the first `used` of which count."""
    n = max(len(analog) for analog in analogs)
    table = np.zeros((n, 2))
    start = 1
    for column, analog in enumerate(analogs):
        table[: len(analog), column] = np.arange(start, start + len(analog))
        start += len(analog)
    first = c3d(kinds[0], np.concatenate(analogs))
    parameters = dict(first.parameters)
    parameters["ANALOG:UNITS"] = Parameter(texts=tuple(u for kind in kinds for u in UNITS[kind]))
    for name, value in {
        "USED": [float(used)],
        "TYPE": [float(kind) for kind in kinds],
        "CHANNEL": table,
        "CORNERS": np.repeat(CORNERS_MM[:, :, np.newaxis], 2, axis=2),
        "ORIGIN": np.array([ORIGIN_MM[kind] for kind in kinds]).T,
    }.items():
        parameters[f"FORCE_PLATFORM:{name}"] = Parameter(numbers=np.asarray(value, dtype=float))
    return C3dFile(parameters, first.analog, RATE_HZ)


def test_plates_of_two_types_share_one_table_of_channels():
    one, other = Truth(1), Truth(2)
    found = plates(two((2, 3), [channels_of(2, one), channels_of(3, other)], used=2))
    assert found["plate 1 CoP x"] == pytest.approx(one.in_room_mm[0], abs=1e-2)
    assert found["plate 2 CoP y"] == pytest.approx(other.in_room_mm[1], abs=1e-2)


def test_plates_beyond_used_are_not_there():
    one, other = Truth(1), Truth(2)
    found = plates(two((2, 2), [channels_of(2, one), channels_of(2, other)], used=1))
    assert {label[:7] for label in found} == {"plate 1"}


@pytest.mark.parametrize(
    ("change", "labels"),
    [
        ({"CORNERS": None}, ["plate 1 Fz"]),
        ({"CORNERS": np.zeros((3, 4, 1))}, ["plate 1 Fz"]),
        ({"CORNERS": np.full((3, 4, 1), 1e30)}, ["plate 1 Fz"]),
        ({"CORNERS": np.full((3, 4, 1), np.nan)}, ["plate 1 Fz"]),
        ({"ORIGIN": None}, ["plate 1 Fz"]),
        ({"CHANNEL": np.arange(90.0, 96.0)[:, np.newaxis]}, []),
        ({"CHANNEL": np.zeros((6, 1))}, []),
        ({"TYPE": [9.0]}, []),
        ({"TYPE": [np.nan]}, []),
        ({"USED": [0.0]}, []),
        ({"USED": [-1.0]}, []),
    ],
)
def test_what_is_not_described_is_left_out(change, labels):
    assert list(plates(c3d(2, channels_of(2, Truth()), **change))) == labels


@pytest.mark.parametrize("matrix", [None, np.full((6, 6, 1), 1e35), np.eye(6)[:, :4, np.newaxis]])
def test_a_plate_without_its_calibration_is_left_out(matrix):
    assert plates(c3d(4, channels_of(4, Truth()), CAL_MATRIX=matrix)) == {}


@pytest.mark.parametrize(
    "name",
    [
        "btk_sls_functional_left_hip/FunctionalLHip_redacted.c3d",
        "formats/c3d/Gait.c3d",
        "formats/c3d/Res16bits.c3d",
    ],
)
def test_ezc3d_finds_the_same_on_real_plates(real_data, name):
    folder, rest = name.split("/", 1)
    path = real_data(folder) / rest
    file = parse_c3d(path.read_bytes())
    # ezc3d takes no notice of FORCE_PLATFORM:ZERO.
    parameters = {k: v for k, v in file.parameters.items() if k != "FORCE_PLATFORM:ZERO"}
    channels = {c.label: c.samples for c in read_c3d(path, EmgSettings()).channels}
    analog = np.stack(list(channels.values())[: len(file.analog)])
    ours = plates(C3dFile(parameters, analog, file.sampling_rate_hz))
    compared = 0
    theirs = ezc3d.c3d(str(path), extract_forceplat_data=True)["data"]["platform"]
    for number, plate in enumerate(theirs, 1):
        is_loaded = ours[f"plate {number} Fz"] > 50
        for axis, along in zip("xy", plate["center_of_pressure"], strict=False):
            found = ours[f"plate {number} CoP {axis}"][is_loaded]
            assert found == pytest.approx(along[is_loaded], abs=0.02)
            compared += found.size
    assert compared > 900
