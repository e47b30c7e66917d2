"""The engine's way to a Dask cluster. `distributed` is optional: dependency group `dask`."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from pipeline.workspace.errors import EnvironmentProblem
from pipeline.workspace.layout import WORKERS_VARIABLE

if TYPE_CHECKING:
    from distributed import Client

_SILENT_S: Final = 30.0
"""How long to wait before looking whether somebody still works. Dask waits for ever for a result whose
worker ends while it is fetched (dask/distributed issue 1110)."""

_KILLED: Final = object()
Unit = TypeVar("Unit")
Result = TypeVar("Result")


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
