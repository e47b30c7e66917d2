"""What is kept of a recording is the recording, or it is noticed that it is not."""

import shutil
from dataclasses import fields, replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from pipeline.signals.samples.recording import Channel, Event, Recording
from pipeline.signals.storing import sample_store
from pipeline.signals.storing.sample_store import (
    READING_SETTINGS,
    DamagedEntry,
    load_recording,
    reading_settings,
    samples_path,
    save_recording,
)
from schemas.emg_settings import EmgSettings


def noise(n_samples, seed=0):
    return np.random.default_rng(seed).normal(0, 20, n_samples).astype(np.float32)


@pytest.fixture
def recording():
    """Four channels at three rates: two labels alike, dots and umlauts in names, gaps, no samples."""
    gaps = noise(4000, 1)
    gaps[[0, 17, 3999]] = np.nan
    return Recording(
        (
            Channel("R.GMED", "µV", 2000.0, gaps, "R.GMED (µV)", "gluteus medius", "marked bad"),
            Channel("R.GMED", None, 1259.259, noise(2519, 2)),
            Channel("Fz Plättchen", "N", 100.0, noise(200, 3)),
            Channel("empty", "V", 2000.0, noise(0)),
        ),
        (Event(0.5, "Start"), Event(1.25, "臀")),
        60.0,
    )


def assert_same(one, other):
    assert len(one.channels) == len(other.channels)
    for first, second in zip(one.channels, other.channels, strict=True):
        for field in fields(Channel):
            expected, found = getattr(first, field.name), getattr(second, field.name)
            if field.name == "samples":
                assert found.dtype == np.float32
                np.testing.assert_array_equal(found, expected)
            else:
                assert found == expected
        assert second.duration_s == first.duration_s
    for field in fields(Recording):
        if field.name != "channels":
            assert getattr(one, field.name) == getattr(other, field.name)


def test_a_kept_recording_is_the_recording(recording, tmp_path):
    save_recording(tmp_path / "entry.parquet", recording)
    assert_same(recording, load_recording(tmp_path / "entry.parquet"))


def test_a_recording_without_channels_or_samples_is_kept(tmp_path):
    for number, kept in enumerate((Recording(()), Recording((Channel("a", None, 1.0, noise(0)),)))):
        save_recording(tmp_path / f"{number}.parquet", kept)
        assert_same(kept, load_recording(tmp_path / f"{number}.parquet"))


def test_what_was_never_kept_is_not_there(tmp_path):
    assert load_recording(tmp_path / "nothing.parquet") is None


def test_samples_are_read_channel_by_channel_when_they_are_used(recording, tmp_path, monkeypatch):
    path = tmp_path / "entry.parquet"
    save_recording(path, recording)
    read, real = [], pq.ParquetFile.read

    def recorded(self, columns, **more):
        read.append(columns)
        return real(self, columns=columns, **more)

    monkeypatch.setattr(pq.ParquetFile, "read", recorded)
    kept = load_recording(path)
    assert kept.labels == recording.labels
    assert kept.duration_s == pytest.approx(2519 / 1259.259)
    assert read == []
    for _ in range(2):
        np.testing.assert_array_equal(kept.channels[2].samples, recording.channels[2].samples)
    assert read == [["channel_2"]]


def test_a_kept_channel_can_be_changed_like_any_other(recording, tmp_path):
    save_recording(tmp_path / "entry.parquet", recording)
    channel = load_recording(tmp_path / "entry.parquet").channels[0]
    other = replace(channel, samples=noise(10), unit="mV")
    assert (other.label, other.unit, other.samples.size) == ("R.GMED", "mV", 10)
    assert other.duration_s == 10 / 2000
    with pytest.raises(AttributeError):
        _ = channel.no_such_thing


def test_any_program_can_open_an_entry_and_no_name_of_a_file_stands_in_it(recording, tmp_path):
    path = tmp_path / "Mustermann_Erika.parquet"
    save_recording(path, recording)
    table = pq.read_table(path)
    assert {str(field.type) for field in table.schema} == {"float"}
    assert table.num_rows == 4000
    assert b"Mustermann" not in path.read_bytes()


def test_no_changed_byte_passes_for_the_recording(recording, tmp_path):
    path = tmp_path / "entry.parquet"
    save_recording(path, recording)
    content = path.read_bytes()
    rng = np.random.default_rng(5)
    footer = len(content) - 4000
    places = [*rng.integers(0, footer, 150), *rng.integers(footer, len(content), 350)]
    noticed = 0
    for place in places:
        changed = bytearray(content)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(changed)
        try:
            found = load_recording(path)
            assert_same(recording, found)  # bytes that mean nothing, such as who wrote the file
        except DamagedEntry:
            noticed += 1
    assert noticed > 200


@pytest.mark.parametrize("length", [0, 3, 8, 100, 5000, -1])
def test_a_cut_off_entry_is_damaged(recording, tmp_path, length):
    path = tmp_path / "entry.parquet"
    save_recording(path, recording)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DamagedEntry):
        assert_same(recording, load_recording(path))


def test_the_place_follows_content_suffix_and_what_readers_may_see(tmp_path):
    usual = EmgSettings()
    place = samples_path(tmp_path, "abc", ".CSV", usual)
    assert place == samples_path(
        tmp_path, "abc", ".csv", EmgSettings(filter_order=2, emg_unit="mV")
    )
    others = [
        samples_path(tmp_path, "abd", ".csv", usual),
        samples_path(tmp_path, "abc", ".tsv", usual),
        samples_path(tmp_path, "abc", ".csv", EmgSettings(sampling_rate_hz=2000)),
        samples_path(tmp_path, "abc", ".csv", EmgSettings(decimal=",")),
    ]
    assert len({place, *others}) == 5


def test_a_new_reader_is_a_new_place(tmp_path, monkeypatch):
    before = samples_path(tmp_path, "abc", ".csv", EmgSettings())
    monkeypatch.setattr(sample_store, "reading_code_hash", lambda: "other" * 4)
    assert samples_path(tmp_path, "abc", ".csv", EmgSettings()) != before


@pytest.mark.parametrize("changed", ["reading/layouts", "reading/contents", "reading", "channels"])
def test_the_reading_code_is_all_of_the_readers(tmp_path, monkeypatch, changed):
    folder = sample_store._SIGNALS_FOLDER
    before = sample_store.reading_code_hash.__wrapped__()
    for room in ("reading", "channels", "samples"):
        shutil.copytree(
            folder / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    monkeypatch.setattr(sample_store, "_SIGNALS_FOLDER", tmp_path)
    assert sample_store.reading_code_hash.__wrapped__() == before
    source = max((tmp_path / changed).glob("*.py"))
    source.write_text(source.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert sample_store.reading_code_hash.__wrapped__() != before


def test_readers_see_no_other_setting():
    """A setting that a reader needs has to be named, or it has no effect at all."""
    changed = EmgSettings(sampling_rate_hz=1500, decimal=",", filter_order=2, emg_unit="mV")
    seen = reading_settings(changed)
    assert {name: getattr(seen, name) for name in READING_SETTINGS} == {
        "sampling_rate_hz": 1500,
        "decimal": ",",
    }
    assert seen.filter_order == EmgSettings().filter_order
    assert seen.emg_unit is None
