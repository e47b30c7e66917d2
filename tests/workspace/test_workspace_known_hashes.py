"""An unchanged file is not read to learn that it is unchanged, and a changed one never passes."""

import os
import time

import pytest

from pipeline.workspace import known_hashes as module
from pipeline.workspace.hashing import input_hashes, sha256_of_file
from pipeline.workspace.known_hashes import KnownHashes, cohort_hashes
from pipeline.workspace.layout import Workspace


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "cohort"
    (folder / "rec").mkdir(parents=True)
    for name in ("a.csv", "rec/b.edf", "rec/c.edf"):
        (folder / name).write_text(name, encoding="utf-8")
    (folder / "link.csv").symlink_to("a.csv")
    return folder


@pytest.fixture
def read(monkeypatch):
    """Names of the files that were read, and the time that the program believes it is."""
    names = []

    def hashed(path):
        names.append(path.name)
        return sha256_of_file(path)

    monkeypatch.setattr(module, "sha256_of_file", hashed)
    return names


@pytest.fixture
def later(monkeypatch):
    """Every file was changed long ago."""
    real = time.time_ns
    monkeypatch.setattr(module.time, "time_ns", lambda: real() + 60_000_000_000)


def known(folder):
    return KnownHashes(folder, folder.parent / "kept.json")


def test_the_answer_is_that_of_reading_everything(folder, later):
    for _ in range(2):
        assert known(folder).input_hashes() == input_hashes(folder)


def test_unchanged_files_are_not_read_again(folder, read, later):
    known(folder).input_hashes()
    assert sorted(read) == ["a.csv", "b.edf", "c.edf"]
    read.clear()
    assert known(folder).input_hashes() == input_hashes(folder)
    assert known(folder).sha256_of(folder / "rec" / "b.edf") == sha256_of_file(
        folder / "rec" / "b.edf"
    )
    assert read == []


@pytest.mark.parametrize("keeps_its_date", [False, True])
def test_a_change_of_the_same_length_is_seen(folder, read, later, keeps_its_date):
    known(folder).input_hashes()
    path = folder / "rec" / "b.edf"
    before = path.stat()
    path.write_text("rec/B.edf", encoding="utf-8")
    if keeps_its_date:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    read.clear()
    assert known(folder).input_hashes() == input_hashes(folder)
    assert read == ["b.edf"]


def test_a_file_that_was_replaced_by_an_older_one_is_seen(folder, read, later):
    known(folder).input_hashes()
    path = folder / "rec" / "b.edf"
    other = folder.parent / "other.edf"
    other.write_text("rec/X.edf", encoding="utf-8")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)
    assert known(folder).input_hashes() == input_hashes(folder)


def test_a_file_that_was_just_written_is_read_again_as_it_may_change_within_the_tick(folder, read):
    """A disk's clock may stand still while a file changes: its stamp then says nothing."""
    for _ in range(2):
        known(folder).input_hashes()
    assert sorted(read) == sorted(["a.csv", "b.edf", "c.edf"] * 2)


def test_a_change_that_no_stamp_shows_is_seen_where_the_file_was_new(folder, monkeypatch):
    monkeypatch.setattr(module, "file_stamp", lambda _path: (9, time.time_ns(), 1, 1))
    known(folder).input_hashes()
    stamp = (9, time.time_ns(), 1, 1)
    monkeypatch.setattr(module, "file_stamp", lambda _path: stamp)
    known(folder).input_hashes()
    (folder / "rec" / "b.edf").write_text("rec/B.edf", encoding="utf-8")
    assert known(folder).input_hashes() == input_hashes(folder)


def test_a_file_that_changes_while_it_is_read_is_not_remembered(folder, later, monkeypatch):
    def slow(path):
        digest = sha256_of_file(path)
        path.write_text("written meanwhile", encoding="utf-8")
        return digest

    hashes = known(folder)
    monkeypatch.setattr(module, "sha256_of_file", slow)
    hashes.sha256_of(folder / "a.csv")
    monkeypatch.setattr(module, "sha256_of_file", sha256_of_file)
    assert hashes.sha256_of(folder / "a.csv") == sha256_of_file(folder / "a.csv")


def test_files_that_are_gone_are_forgotten_and_nothing_is_written_without_news(folder, later):
    known(folder).input_hashes()
    kept_at = folder.parent / "kept.json"
    before = kept_at.stat().st_mtime_ns
    known(folder).input_hashes()
    assert kept_at.stat().st_mtime_ns == before
    (folder / "rec" / "b.edf").unlink()
    known(folder).input_hashes()
    assert "b.edf" not in kept_at.read_text(encoding="utf-8")


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"sha256": "0", "files": {}}', "flip"])
def test_damaged_hashes_count_as_none(folder, read, later, damage):
    known(folder).input_hashes()
    kept_at = folder.parent / "kept.json"
    text = kept_at.read_text(encoding="utf-8")
    digest = sha256_of_file(folder / "a.csv")
    kept_at.write_text(text.replace(digest, digest[::-1]) if damage == "flip" else damage)
    read.clear()
    assert known(folder).input_hashes() == input_hashes(folder)
    assert len(read) == 3


def test_cohorts_have_their_own_file_in_the_state_folder(tmp_path):
    workspace = Workspace(tmp_path)
    for cohort in ("one", "two"):
        (workspace.cohorts_folder / cohort).mkdir(parents=True)
        (workspace.cohorts_folder / cohort / "a.csv").write_text(cohort, encoding="utf-8")
        os.utime(workspace.cohorts_folder / cohort / "a.csv", (1, 1))
    first, second = (cohort_hashes(workspace, cohort)["a.csv"] for cohort in ("one", "two"))
    assert first != second
