"""The engine's way to a Dask cluster. `distributed` is optional: dependency group `dask`."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from pipeline.engine import ATTEMPTS
from pipeline.workspace.errors import EnvironmentProblem
from pipeline.workspace.layout import WORKERS_VARIABLE

if TYPE_CHECKING:
    from distributed import Client

Unit = TypeVar("Unit")
Result = TypeVar("Result")

_AHEAD: Final = 4
"""Units that wait at the cluster for each of its threads; the others are not made yet."""


def on_dask(
    fn: Callable[[Unit], Result],
    units: Iterable[Unit],
    address: str | None,
    workers: int,
    done: Callable[[Unit, Result], None],
    lost: Callable[[Unit, int], Result],
) -> list[Result]:
    """`pipeline.engine.map_units` on a cluster whose workers see the same folders as this process.

    address: of the scheduler; None starts `workers` processes here. Raises EnvironmentProblem when
    Dask is not installed or the scheduler does not answer.
    """
    from_cluster: dict[int, Result] = {}
    with _client(address, workers) as client:
        from distributed import KilledWorker, as_completed

        left = enumerate(units)
        held: dict[str, tuple[int, Unit]] = {}

        def submit(numbered: tuple[int, Unit]) -> object:
            future = client.submit(fn, numbered[1], key=f"stance-{numbered[0]}", pure=False)
            held[future.key] = numbered
            return future

        n_threads = sum(client.nthreads().values()) or 1
        running = as_completed([submit(one) for one in islice(left, _AHEAD * n_threads)])
        for future in running:
            number, unit = held.pop(future.key)
            try:
                result = future.result()
            except KilledWorker:
                result = lost(unit, 0)
            from_cluster[number] = result
            done(unit, result)
            if (following := next(left, None)) is not None:
                running.add(submit(following))
    return [from_cluster[number] for number in range(len(from_cluster))]


@contextmanager
def _client(address: str | None, workers: int) -> "Iterator[Client]":
    try:
        import dask
        from distributed import Client, LocalCluster
    except ImportError as problem:
        raise EnvironmentProblem(
            f"{WORKERS_VARIABLE} asks for Dask, which is not installed.",
            "Install it with `uv pip install -c constraints.txt --group dask`, or set a number.",
        ) from problem
    with dask.config.set({"distributed.scheduler.allowed-failures": ATTEMPTS - 1}):
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
