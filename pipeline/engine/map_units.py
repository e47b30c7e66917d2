"""map_units: call a function on every unit of work, here, in other processes, or on a Dask cluster.

Knows nothing of recordings. Answers come in the order of the units, units are taken from their
iterable only as they are needed, and a unit that ends its process costs nobody else anything.
The way to a Dask cluster is here too; `distributed` is optional: dependency group `dask`.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from pipeline.workspace.errors import EnvironmentProblem, UsageError
from pipeline.workspace.layout import WORKERS_VARIABLE

if TYPE_CHECKING:
    from distributed import Client

Unit = TypeVar("Unit")
Result = TypeVar("Result")

RECORDINGS_PER_WORKER: Final = 60
"""Fewer recordings are measured sooner here than a new process has imported what it needs."""


@dataclass(frozen=True)
class Serial:
    """One unit after the other, in this process."""


@dataclass(frozen=True)
class Processes:
    """Worker processes on this computer, started anew (spawn) on every system."""

    workers: int


@dataclass(frozen=True)
class Dask:
    """A Dask cluster: the scheduler at `address`, or one of `workers` processes on this computer."""

    address: str | None = None
    workers: int = 1


Engine = Serial | Processes | Dask


def map_units(
    fn: Callable[[Unit], Result],
    units: Iterable[Unit],
    engine: Engine,
    *,
    done: Callable[[Unit, Result], None] | None = None,
    lost: Callable[[Unit, int], Result] | None = None,
    attempts: int = 2,
) -> list[Result]:
    """The results of fn(unit) for all units, in their order.

    fn, units and results travel between processes, except with Serial: fn is a function of a
    module. done: called here with a unit and its result as soon as it is there, in any order.
    attempts: how often a unit is given to a process before it counts as lost. lost: gives the result
    of such a unit, from it and the exit code of its last process (below zero: the signal that ended
    it; 0: not known). Without it, raises EnvironmentProblem.
    Raises what fn raises, and KeyboardInterrupt; other processes have then ended.
    """
    tell = done or (lambda _unit, _result: None)
    give_up = lost or _lost_after(attempts)
    if isinstance(engine, Dask):
        return on_dask(fn, units, engine.address, engine.workers, tell, give_up, attempts)
    if isinstance(engine, Processes) and engine.workers > 1:
        from pipeline.engine.processes import in_processes, may_start_processes

        if may_start_processes():
            return in_processes(fn, units, engine.workers, tell, give_up, attempts)
    results = []
    for unit in units:
        results.append(fn(unit))
        tell(unit, results[-1])
    return results


def chosen_engine(n_recordings: int, environment: Mapping[str, str] = os.environ) -> Engine:
    """The engine for so many recordings: STANCE_WORKERS, else one process per core if that pays.

    Raises UsageError when STANCE_WORKERS is none of the words of `engine_named`.
    """
    named = environment.get(WORKERS_VARIABLE, "").strip()
    if named:
        return engine_named(named)
    workers = min(cores(), n_recordings // RECORDINGS_PER_WORKER)
    return Processes(workers) if workers > 1 else Serial()


def engine_named(text: str) -> Engine:
    """The engine that STANCE_WORKERS names.

    text: a number of processes (1 for none), `dask` for a cluster on this computer, or the address
    of a Dask scheduler such as tcp://10.0.0.5:8786. Raises UsageError for anything else.
    """
    if text.isdecimal() and 1 <= int(text) <= 1024:
        return Processes(int(text)) if int(text) > 1 else Serial()
    if text == "dask":
        return Dask(workers=cores())
    if text.startswith(("tcp://", "tls://")):
        return Dask(address=text)
    raise UsageError(
        f"{WORKERS_VARIABLE} is {text!r}, which is neither a number of processes nor a Dask cluster.",
        "Set it to a number from 1 on, to `dask`, or to the address of a scheduler (tcp://...), or "
        "remove it.",
    )


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _lost_after(attempts: int) -> Callable[[object, int], NoReturn]:
    def raise_lost(_unit: object, exit_code: int) -> NoReturn:
        raise EnvironmentProblem(
            f"A process ended before its work was done, {attempts} times (exit code {exit_code}).",
            f"Most likely memory ran out: close other programs, or set {WORKERS_VARIABLE}=1.",
        )

    return raise_lost


_SILENT_S: Final = 30.0
"""How long to wait before looking whether somebody still works. Dask waits for ever for a result whose
worker ends while it is fetched (dask/distributed issue 1110)."""

_KILLED: Final = object()


def on_dask(
    fn: Callable[[Unit], Result],
    units: Iterable[Unit],
    address: str | None,
    workers: int,
    done: Callable[[Unit, Result], None],
    lost: Callable[[Unit, int], Result],
    attempts: int,
) -> list[Result]:
    """`pipeline.engine.map_units.map_units` on a cluster whose workers see the same folders as this process.

    address: of the scheduler; None starts `workers` processes here. Raises EnvironmentProblem when
    Dask is not installed or the scheduler does not answer.
    """
    results: dict[int, Result] = {}
    suspects: list[tuple[int, Unit]] = []
    with _client(address, workers, attempts) as client:
        # As many units as threads: a unit that waits at a worker falls with what ends that worker.
        n_threads = sum(client.nthreads().values()) or 1
        for number, unit, result in _run(client, fn, enumerate(units), n_threads):
            if result is _KILLED:
                suspects.append((number, unit))
                continue
            results[number] = result
            done(unit, result)
        # One by one, because only what ends a worker alone is to blame.
        for number, unit, result in _run(client, fn, iter(suspects), 1):
            results[number] = lost(unit, 0) if result is _KILLED else result
            done(unit, results[number])
    return [results[number] for number in range(len(results))]


def _run(
    client: "Client",
    fn: Callable[[Unit], Any],
    left: Iterator[tuple[int, Unit]],
    at_once: int,
) -> Iterator[tuple[int, Unit, Any]]:
    """(number, unit, result) as they come; the result of a unit that ended its workers is _KILLED."""
    from distributed import CancelledError, KilledWorker, wait

    held: dict[Any, tuple[int, Unit]] = {}

    def submit(number: int, unit: Unit) -> None:
        held[client.submit(fn, unit, pure=False)] = number, unit

    for one in islice(left, at_once):
        submit(*one)
    while held:
        try:
            ended = wait(list(held), timeout=_SILENT_S, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            _check_workers(client)
            continue
        for future in ended:
            number, unit = held.pop(future)
            try:
                result = future.result(timeout=_SILENT_S)
            except (KilledWorker, CancelledError, TimeoutError):
                result = _KILLED
            # A result that stays at a worker is computed again when that one is killed.
            future.release()
            if (following := next(left, None)) is not None:
                submit(*following)
            yield number, unit, result


def _check_workers(client: "Client") -> None:
    """Raise EnvironmentProblem for a cluster that nobody works in any more."""
    if not client.nthreads():
        raise EnvironmentProblem(
            "The Dask cluster has no workers left.",
            f"Start workers, or set {WORKERS_VARIABLE} to a number; what was measured is kept.",
        )


@contextmanager
def _client(address: str | None, workers: int, attempts: int) -> "Iterator[Client]":
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as problem:
        raise EnvironmentProblem(
            f"{WORKERS_VARIABLE} asks for Dask, which is not installed.",
            "Install it with `uv pip install -c constraints.txt --group dask`, or set a number.",
        ) from problem
    with dask.config.set({"distributed.scheduler.allowed-failures": attempts - 1}):
        if address is None:
            with (
                LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None
                ) as cluster,
                Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = Client(address, timeout=20)
        except OSError as problem:
            raise EnvironmentProblem(
                f"The Dask scheduler at {address} does not answer.",
                f"Start it, or correct {WORKERS_VARIABLE}.",
            ) from problem
        with client:
            yield client
