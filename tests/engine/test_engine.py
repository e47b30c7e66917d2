"""Units come back in order, whatever happens to the processes that work on them."""

import importlib
import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from pipeline.engine import processes as engine_processes
from pipeline.engine.map_units import (
    Dask,
    Processes,
    Serial,
    chosen_engine,
    cores,
    engine_named,
    map_units,
)
from pipeline.workspace.errors import EnvironmentProblem, UsageError

ENGINES = [Serial(), Processes(2)]

WORK = """
import os, signal, time
from pathlib import Path

class OddError(Exception):
    def __init__(self, one, other):
        super().__init__(one)

def double(unit):
    return 2 * unit

def late_if_even(unit):
    time.sleep(0.05 * (unit % 2 == 0))
    return unit

def fail_at_three(unit):
    if unit == 3:
        raise ValueError("three")
    return unit

def raise_odd(unit):
    raise OddError(1, 2)

def unsendable(unit):
    return lambda: unit

def die_at_two(unit):
    if unit == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return unit

def die_once(unit):
    number, folder = unit
    mark = Path(folder) / f"died-{number}"
    if number in (1, 4) and not mark.exists():
        mark.touch()
        os._exit(9)
    return number

def no_memory(unit):
    raise MemoryError

def threads(unit):
    return os.environ.get("OMP_NUM_THREADS"), os.environ.get("OPENBLAS_NUM_THREADS")

def process(unit):
    return os.getpid()

def interrupt_parent(unit):
    os.kill(os.getppid(), signal.SIGINT)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A module whose functions a new process can import."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "engine_work.py").write_text(WORK, encoding="utf-8")
    sys.path.insert(0, str(folder))
    yield importlib.import_module("engine_work")
    sys.path.remove(str(folder))


@pytest.mark.parametrize("engine", ENGINES)
def test_results_come_in_the_order_of_the_units(work, engine):
    seen = []
    results = map_units(
        work.late_if_even, range(9), engine, done=lambda unit, result: seen.append((unit, result))
    )
    assert results == list(range(9))
    assert sorted(seen) == [(n, n) for n in range(9)]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_units_are_no_work(work, engine):
    assert map_units(work.double, [], engine) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_unit_raises_is_raised_here(work, engine):
    with pytest.raises(ValueError, match="three"):
        map_units(work.fail_at_three, range(6), engine)


def test_an_error_says_where_in_the_worker_it_was_raised_and_not_with_what(work):
    with pytest.raises(ValueError, match="three") as caught:
        map_units(work.fail_at_three, range(6), Processes(2))
    assert any("engine_work.py" in frame for frame in caught.value.worker_frames)
    assert all(re.fullmatch(r"\S+:\d+ \S+", frame) for frame in caught.value.worker_frames)


def test_what_cannot_travel_is_an_error_and_no_silence(work):
    with pytest.raises(RuntimeError, match="OddError in a worker"):
        map_units(work.raise_odd, [1, 2], Processes(2))
    with pytest.raises(Exception, match=r"lambda|pickle"):
        map_units(work.unsendable, [1, 2], Processes(2))


def test_stance_errors_keep_their_two_sentences_on_the_way():
    problem = engine_processes._fit_to_travel(EnvironmentProblem("Full.", "Free some."))
    assert (type(problem), problem.what, problem.fix) == (
        EnvironmentProblem,
        "Full.",
        "Free some.",
    )


def test_a_killed_worker_costs_nothing_but_time(work, tmp_path):
    units = [(number, str(tmp_path)) for number in range(6)]
    assert map_units(work.die_once, units, Processes(2)) == list(range(6))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_unit_that_always_ends_its_worker_is_lost_alone_and_tried_twice(work):
    lost = []

    def give_up(unit, exit_code):
        lost.append((unit, exit_code))

    results = map_units(work.die_at_two, range(5), Processes(2), lost=give_up)
    assert results == [0, 1, None, 3, 4]
    assert lost == [(2, -signal.SIGKILL)]


def test_without_an_answer_for_lost_units_the_run_ends_in_plain_words(work):
    with pytest.raises(EnvironmentProblem, match="2 times") as caught:
        map_units(work.die_at_two, range(5), Processes(2))
    assert "STANCE_WORKERS" in caught.value.fix


def test_how_often_a_unit_is_tried_is_for_the_caller_to_say(work):
    with pytest.raises(EnvironmentProblem, match="1 times"):
        map_units(work.die_at_two, range(5), Processes(2), attempts=1)


def test_running_out_of_memory_is_a_lost_unit_and_no_bug(work):
    assert map_units(work.no_memory, [1, 2], Processes(2), lost=lambda unit, code: code) == [
        137,
        137,
    ]


def test_units_are_taken_as_they_are_needed(work):
    """Bounded memory: a generator of 10,000 units never has more than the workers hold in flight."""
    open_now, most = 0, 0

    def units():
        nonlocal open_now, most
        for number in range(60):
            open_now += 1
            most = max(most, open_now)
            yield number

    def done(_unit, _result):
        nonlocal open_now
        open_now -= 1

    for engine in ENGINES:
        map_units(work.double, units(), engine, done=done)
    assert most <= 4


def test_workers_have_one_thread_each_and_this_process_keeps_its_own(work, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    assert map_units(work.threads, range(2), Processes(2)) == [("1", "1")] * 2
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_serial_stays_in_this_process_and_no_worker_outlives_the_call(work):
    assert set(map_units(work.process, range(3), Serial())) == {os.getpid()}
    others = set(map_units(work.process, range(4), Processes(2)))
    assert os.getpid() not in others
    for pid in others:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_workers_that_cannot_start_are_said(work, monkeypatch):
    monkeypatch.setattr(engine_processes, "_serve", work.process)
    with pytest.raises(EnvironmentProblem, match="do not start"):
        map_units(work.double, range(4), Processes(2))


@pytest.mark.parametrize(
    ("again", "deaf"),
    [(False, False), (True, False), (False, True)],
    ids=["once", "again while they end", "once, started deaf to SIGTERM"],
)
def test_interrupted_workers_end_and_the_interrupt_arrives_here(work, again, deaf):
    code = f"""
        import sys
        sys.path.insert(0, {str(Path(work.__file__).parent)!r})
        import engine_work, signal
        from pipeline.engine import processes as engine_processes
        from pipeline.engine.map_units import Processes, map_units
        # A shell that starts the tests in the background has its children ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if {deaf}:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGTERM}})
            engine_processes._END_S = 60.0
        def interrupted(pool, at_once):
            raise KeyboardInterrupt
        if __name__ == "__main__":
            if {again}:
                engine_processes._Pool.end = interrupted
            try:
                map_units(engine_work.interrupt_parent, range(4), Processes(2))
            except KeyboardInterrupt:
                sys.exit(130)
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=50,  # the workers would sleep for longer
        check=False,
    )
    assert ended.returncode == 130
    assert ended.stderr == ""


@pytest.mark.parametrize(
    ("text", "engine"),
    [
        ("1", Serial()),
        ("3", Processes(3)),
        ("dask", Dask(workers=cores())),
        ("tcp://10.0.0.5:8786", Dask("tcp://10.0.0.5:8786")),
    ],
)
def test_the_environment_variable_chooses(text, engine):
    assert engine_named(text) == chosen_engine(10_000, {"STANCE_WORKERS": text}) == engine


@pytest.mark.parametrize("text", ["0", "-1", "many", "2.5", "http://x"])
def test_a_word_that_is_no_engine_is_refused(text):
    with pytest.raises(UsageError, match="STANCE_WORKERS"):
        engine_named(text)


def test_few_recordings_stay_here_and_many_do_not(monkeypatch):
    monkeypatch.setattr("pipeline.engine.map_units.cores", lambda: 8)
    assert chosen_engine(20, {}) == Serial()
    assert chosen_engine(150, {}) == Processes(2)
    assert chosen_engine(10_000, {"STANCE_WORKERS": ""}) == Processes(8)
    monkeypatch.setattr("pipeline.engine.map_units.cores", lambda: 1)
    assert chosen_engine(10_000, {}) == Serial()
