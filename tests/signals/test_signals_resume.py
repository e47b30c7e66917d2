"""Whatever ends a run, the next one does only the rest; what other processes do is what one does."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
import weakref

import pandas as pd
import pytest

from pipeline.engine.map_units import Processes, map_units
from pipeline.signals.cohort import participant_unit
from pipeline.signals.cohort.batch import process_recordings
from pipeline.signals.cohort.participant_unit import MeasuredUnit
from pipeline.workspace.errors import EnvironmentProblem
from schemas.emg_settings import EmgSettings
from schemas.recordings import Recordings

PEOPLE = 6

SCRIPT = """
import json, sys
import pandas as pd
from pathlib import Path
from pipeline.engine.map_units import Processes, Serial, map_units
from pipeline.signals.cohort.batch import process_recordings
from schemas.recordings import Recordings
from schemas.emg_settings import EmgSettings

if __name__ == "__main__":
    rows, folder, cache, workers = sys.argv[1:]
    engine = Processes(int(workers)) if int(workers) > 1 else Serial()
    def chosen(fn, units, *, done, lost):
        return map_units(fn, units, engine, done=done, lost=lost)
    process_recordings(
        Recordings.validate(pd.read_json(rows, orient="table")), Path(folder), EmgSettings(),
        cache=Path(cache), map_units=chosen,
    )
    print("finished")
"""


@pytest.fixture(scope="module")
def cohort(tmp_path_factory, build, write):
    """(recordings, folder): a stance trial and an MVIC for each of six people."""
    folder = tmp_path_factory.mktemp("cohort")
    rows = []
    for number in range(PEOPLE):
        person = f"P{number}"
        write(folder / f"{person}.edf", build.stance(seed=number, hold_s=2.0))
        write(folder / f"{person}_mvic.csv", build.mvic(seed=50 + number))
        rows.append((person, "task", f"{person}.edf"))
        rows.append((person, "mvic", f"{person}_mvic.csv"))
    frame = pd.DataFrame(rows, columns=["participant_id", "role", "file"]).assign(
        visit="baseline", task="single_leg_stance", leg="right", trial=1, start_s=None, end_s=None
    )
    return Recordings.validate(frame[list(Recordings.to_schema().columns)]), folder


def run(cohort, cache, **more):
    return process_recordings(*cohort, EmgSettings(), cache=cache, **more)


@pytest.fixture(scope="module")
def undisturbed(cohort, tmp_path_factory):
    """(result, content of what it kept) of a run that nothing disturbed."""
    cache = tmp_path_factory.mktemp("undisturbed")
    return run(cohort, cache), kept_in(cache)


def kept_in(cache):
    """Relative path -> content of all entries; halves of a killed run are left out."""
    return {
        path.relative_to(cache).as_posix(): path.read_bytes()
        for path in cache.rglob("*")
        if path.is_file() and not path.name.startswith(".partial-")
    }


def assert_same(one, other):
    pd.testing.assert_frame_equal(one.activation, other.activation)
    pd.testing.assert_frame_equal(one.signals, other.signals)
    assert one.findings == other.findings
    assert one.steps == other.steps


@pytest.fixture
def two_processes():
    """A MapUnits on two worker processes."""

    def chosen(fn, units, *, done, lost):
        return map_units(fn, units, Processes(2), done=done, lost=lost)

    return chosen


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
@pytest.mark.parametrize("workers", [1, 2])
def test_after_kill_9_the_next_run_does_only_the_rest(
    cohort, undisturbed, tmp_path, monkeypatch, workers
):
    rows, folder = cohort
    cache = tmp_path / "cache"
    rows.to_json(tmp_path / "rows.json", orient="table", index=False)
    (tmp_path / "run.py").write_text(textwrap.dedent(SCRIPT), encoding="utf-8")
    started = subprocess.Popen(
        [
            sys.executable,
            *map(str, (tmp_path / "run.py", tmp_path / "rows.json", folder, cache, workers)),
        ],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    while started.poll() is None and len(list(cache.rglob("*.json"))) < 3:
        time.sleep(0.01)
    started.send_signal(signal.SIGKILL)
    output, _ = started.communicate(timeout=60)
    assert b"finished" not in output
    before = wait_until_still(cache)
    assert 3 <= len([name for name in before if name.endswith(".json")]) < 2 * PEOPLE

    read = []
    real = participant_unit.read_recording
    monkeypatch.setattr(
        participant_unit, "read_recording", lambda path, s: read.append(path.name) or real(path, s)
    )
    result = run(cohort, cache)
    assert result.n_kept == len([name for name in before if name.endswith(".json")])
    assert len(read) == 2 * PEOPLE - len([name for name in before if name.endswith(".parquet")])
    assert_same(result, undisturbed[0])
    assert kept_in(cache) == undisturbed[1]


def wait_until_still(cache):
    """What is kept once workers of a killed run have noticed that they are alone."""
    kept = kept_in(cache)
    while True:
        time.sleep(1.5)
        later = kept_in(cache)
        if later.keys() == kept.keys():
            return later
        kept = later


def test_other_processes_give_the_bytes_of_one(cohort, undisturbed, tmp_path, two_processes):
    result = run(cohort, tmp_path, map_units=two_processes)
    assert_same(result, undisturbed[0])
    assert kept_in(tmp_path) == undisturbed[1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_a_killed_worker_changes_nothing(cohort, undisturbed, tmp_path, two_processes):
    killed = []

    def kill_one(done, total, kept):
        if done and not killed:
            (worker, *_) = multiprocessing.active_children()
            killed.append(worker.pid)
            worker.kill()

    result = run(cohort, tmp_path, map_units=two_processes, progress=kill_one)
    assert killed
    assert_same(result, undisturbed[0])


def crashing(file, exit_code):
    """A MapUnits in which every process that opens `file` ends with exit_code."""

    def chosen(fn, units, *, done, lost):
        results = []
        for unit in units:
            crashes = any(one.path.name == file for one in unit.files)
            results.append(lost(unit, exit_code) if crashes else fn(unit))
            done(unit, results[-1])
        return results

    return chosen


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals of this kind")
def test_a_file_that_crashes_its_reader_is_a_finding_of_that_file_alone(
    cohort, undisturbed, tmp_path
):
    result = run(cohort, tmp_path, map_units=crashing("P2.edf", -signal.SIGSEGV))
    others = result.signals["file"] != "P2.edf"
    pd.testing.assert_frame_equal(
        result.signals[others], undisturbed[0].signals[others], check_dtype=False
    )
    (finding,) = [f for f in result.findings if f.file == "P2.edf"]
    assert finding.rule_id == "REC-02"
    assert "crash" in finding.problem
    assert result.signals.loc[~others, "quality"].tolist() == ["reject"]
    # Not kept: the next run tries again.
    assert_same(run(cohort, tmp_path), undisturbed[0])


@pytest.mark.parametrize("exit_code", [-9, 137, 0])
def test_what_the_machine_could_not_do_stops_the_run_and_keeps_the_rest(
    cohort, undisturbed, tmp_path, exit_code
):
    with pytest.raises(EnvironmentProblem, match=r"P2\.edf") as caught:
        run(cohort, tmp_path, map_units=crashing("P2.edf", exit_code))
    assert "STANCE_WORKERS" in caught.value.fix
    result = run(cohort, tmp_path)
    assert result.n_kept == 2 * PEOPLE - 1
    assert_same(result, undisturbed[0])


def test_memory_holds_one_recording_at_a_time_and_results_hold_no_samples(
    cohort, tmp_path, monkeypatch
):
    alive, most, results = weakref.WeakSet(), [], []
    real = participant_unit.measure_samples

    def measured(recording, *given):
        for channel in recording.channels:
            alive.add(channel)
        most.append(len(alive) / len(recording.channels))
        return real(recording, *given)

    def told(fn, units, *, done, lost):
        for unit in units:
            results.append(fn(unit))
            done(unit, results[-1])
        return results

    monkeypatch.setattr(participant_unit, "measure_samples", measured)
    run(cohort, tmp_path, map_units=told)
    assert len(most) == 2 * PEOPLE
    assert max(most) == 1
    assert not alive
    for result in results:
        assert isinstance(result, MeasuredUnit)
        for features in result.features:
            assert only_plain(features.as_json())


def only_plain(value):
    if isinstance(value, dict):
        return all(only_plain(inner) for inner in value.values())
    if isinstance(value, list | tuple):
        return all(only_plain(inner) for inner in value)
    return value is None or isinstance(value, str | int | float | bool)
