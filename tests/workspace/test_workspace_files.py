"""Files appear whole or not at all; names cannot leave the workspace; hashes see every change."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from pipeline.workspace.atomic import remove_leftovers, write_bytes
from pipeline.workspace.errors import CohortLocked, DamagedFile, EnvironmentProblem, UsageError
from pipeline.workspace.hashing import input_hashes
from pipeline.workspace.layout import Workspace, checked_cohort_name, find_workspace, is_cohort_name
from pipeline.workspace.locks import cohort_lock
from pipeline.workspace.releases import (
    LATEST_NAME,
    Manifest,
    latest_release,
    publish,
    read_manifest,
    reasons_to_run,
    supersede,
)
from pipeline.workspace.table_store import load_record, load_table, save_record, save_table

MANIFEST = Manifest(
    cohort="tiny", release="2026-01-02_abc", command="stance run tiny", inputs={"a.csv": "1"},
    code="c", versions={"numpy": "2"}, verdict="final", exit_code=0,
)  # fmt: skip


@pytest.mark.parametrize("name", ["lyon-2026", "a", "0_x", "a" * 48])
def test_good_names(name):
    assert checked_cohort_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../../etc",
        "/abs",
        "-rf",
        "con",
        "COM1",
        "a/b",
        "a" * 49,
        "a b",
        "Lyon",
        "x\x00",
        "\u202eabc",
        ".",
    ],
)
def test_names_that_could_leave_the_workspace_are_refused(name):
    assert not is_cohort_name(name)
    with pytest.raises(UsageError):
        checked_cohort_name(name)


def test_a_name_in_capitals_gets_a_suggestion():
    with pytest.raises(UsageError, match="Use cohort1"):
        checked_cohort_name("Cohort1")


@pytest.mark.parametrize(
    ("name", "who"), [("nul", "Windows"), ("com1", "Windows"), ("pooled", "Stance")]
)
def test_a_reserved_name_is_refused_with_its_reason_and_not_with_the_rule_that_it_keeps(name, who):
    with pytest.raises(UsageError) as refused:
        checked_cohort_name(name)
    assert f"{who} keeps it" in refused.value.what
    assert "lower-case" not in str(refused.value)
    assert is_cohort_name(refused.value.fix.removesuffix(".").split()[-1])


def test_a_named_workspace_must_exist(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        find_workspace(tmp_path / "nowhere")


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path, monkeypatch):
    path = tmp_path / "table.csv"
    write_bytes(path, b"old")

    def full_disk(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(EnvironmentProblem, match="disk is full"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


def test_leftovers_of_a_killed_run_are_removed(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / ".partial-x1").write_bytes(b"half")
    (tmp_path / "deep" / "good.csv").write_bytes(b"whole")
    assert remove_leftovers(tmp_path) == 1
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["good.csv"]


def test_input_hashes_see_content_and_ignore_litter(tmp_path):
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / "~$a.xlsx").write_text("lock")
    (tmp_path / ".DS_Store").write_text("x")
    before = input_hashes(tmp_path)
    assert list(before) == ["a.csv"]
    (tmp_path / "a.csv").write_text("2")
    assert input_hashes(tmp_path) != before


def test_tables_and_records_round_trip(tmp_path):
    table = pd.DataFrame({"id": ["001", None], "x": [1.5, None]})
    save_table(tmp_path / "t.parquet", table)
    pd.testing.assert_frame_equal(load_table(tmp_path / "t.parquet"), table)
    save_record(tmp_path / "r.json", {"µ": [1, None]})
    assert load_record(tmp_path / "r.json") == {"µ": [1, None]}


def test_a_changed_table_is_refused_in_plain_words(tmp_path):
    path = tmp_path / "t.parquet"
    save_table(path, pd.DataFrame({"x": [1]}))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedFile, match="changed after it was written"):
        load_table(path)


def test_a_release_appears_whole_and_latest_names_it(tmp_path):
    folder = publish(tmp_path, MANIFEST, {"report.html": b"<body>", "tables/t.csv": b"x"})
    assert latest_release(tmp_path) == folder
    assert set(read_manifest(folder)["outputs"]) == {"report.html", "tables/t.csv"}
    assert sorted(p.name for p in tmp_path.iterdir()) == [MANIFEST.release, LATEST_NAME]


def test_publishing_again_replaces_the_release_and_leaves_no_litter(tmp_path):
    publish(tmp_path, MANIFEST, {"old.txt": b"1"})
    folder = publish(tmp_path, MANIFEST, {"new.txt": b"2"})
    assert sorted(p.name for p in folder.iterdir()) == ["manifest.json", "new.txt"]
    assert sorted(p.name for p in tmp_path.iterdir()) == [MANIFEST.release, LATEST_NAME]


def test_nothing_changed_means_no_reason_to_run(tmp_path):
    folder = publish(tmp_path, MANIFEST, {"report.html": b"x"})
    assert reasons_to_run(folder, {"a.csv": "1"}, "c") == []


@pytest.mark.parametrize(
    ("inputs", "code", "reason"),
    [
        ({"a.csv": "2"}, "c", "a.csv changed"),
        ({"a.csv": "1", "b.csv": "1"}, "c", "b.csv is new"),
        ({}, "c", "a.csv is gone"),
        ({"a.csv": "1"}, "d", "the code of Stance or a numerical package changed"),
    ],
)
def test_every_reason_to_run_is_said(tmp_path, inputs, code, reason):
    folder = publish(tmp_path, MANIFEST, {"report.html": b"x"})
    assert reasons_to_run(folder, inputs, code) == [reason]


def test_a_damaged_report_is_a_reason_to_run(tmp_path):
    folder = publish(tmp_path, MANIFEST, {"report.html": b"x"})
    (folder / "report.html").unlink()
    assert reasons_to_run(folder, {"a.csv": "1"}, "c") == [
        "report.html of the last report is missing or was changed"
    ]


def test_a_superseded_report_says_so_and_is_no_longer_the_latest(tmp_path):
    folder = publish(
        tmp_path, MANIFEST, {"report.html": b"<html><body class='x'><main>r</main></body>"}
    )
    assert supersede(tmp_path, "hold_times.csv is <empty>") == folder
    page = (folder / "report.html").read_text()
    assert page.startswith("<html><body class='x'><p class=\"superseded\"")
    assert "&lt;empty&gt;" in page
    assert latest_release(tmp_path) is None
    assert supersede(tmp_path, "again") is None


HOLD_THE_LOCK = """
import sys, time
from pathlib import Path
from pipeline.workspace.layout import Workspace
from pipeline.workspace.locks import cohort_lock
with cohort_lock(Workspace(Path(sys.argv[1])), "tiny"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_run_is_told_and_a_killed_run_frees_the_lock(tmp_path):
    workspace = Workspace(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    with holder.stdout:
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(CohortLocked, match=f"process {holder.pid} since"),
            cohort_lock(workspace, "tiny"),
        ):
            pass
        with cohort_lock(workspace, "other"):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    deadline = time.monotonic() + 10
    while True:
        try:
            with cohort_lock(workspace, "tiny"):
                break
        except CohortLocked:
            assert time.monotonic() < deadline
            time.sleep(0.05)
