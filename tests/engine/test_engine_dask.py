"""Units on a Dask cluster: the real one where it is installed, and a stub for what is hard to provoke."""

import importlib.util
import sys
import types

import pytest

from pipeline.engine.map_units import Dask, map_units
from pipeline.workspace.errors import EnvironmentProblem

HAS_DASK = importlib.util.find_spec("distributed") is not None


class KilledWorker(Exception):
    """Stands for the exception of that name."""


class Future:
    def __init__(self, answer):
        self.answer = answer
        self.is_released = False

    def result(self, timeout):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def release(self):
        self.is_released = True


class Cluster:
    """A cluster of two threads in which `kills(unit, at_once)` says whether a unit ends its worker."""

    def __init__(self, kills=lambda unit, at_once: False, n_threads=2):
        self.kills, self.n_threads = kills, n_threads
        self.held, self.most, self.submitted = [], 0, []

    def nthreads(self):
        return {"tcp://one": self.n_threads} if self.n_threads else {}

    def submit(self, fn, unit, pure):
        assert pure is False  # a unit is work to be done, not a value to be looked up
        self.submitted.append(unit)
        at_once = len(self.held) + 1
        answer = KilledWorker(unit) if self.kills(unit, at_once) else fn(unit)
        self.held.append(Future(answer))
        self.most = max(self.most, len(self.held))
        return self.held[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.fixture
def use(monkeypatch):
    """use(cluster): Dask is installed and its client is this cluster."""

    def install(cluster, *, is_silent=False):
        def wait(futures, timeout, return_when):
            if is_silent:
                raise TimeoutError
            last = futures[-1]  # never in the order of the units
            cluster.held.remove(last)
            return types.SimpleNamespace(done={last})

        config = types.SimpleNamespace(set=lambda options: cluster)
        stub = types.SimpleNamespace(
            Client=lambda *given, **options: cluster,
            LocalCluster=lambda **options: cluster,
            KilledWorker=KilledWorker,
            CancelledError=KeyError,
            wait=wait,
        )
        monkeypatch.setitem(sys.modules, "distributed", stub)
        monkeypatch.setitem(sys.modules, "dask", types.SimpleNamespace(config=config))
        return cluster

    return install


def double(unit):
    return 2 * unit


def test_results_come_in_the_order_of_the_units(use):
    cluster, seen = use(Cluster()), []
    results = map_units(double, iter(range(9)), Dask(), done=lambda *pair: seen.append(pair))
    assert results == [2 * n for n in range(9)]
    assert sorted(seen) == [(n, 2 * n) for n in range(9)]
    assert cluster.most == 2


def test_what_falls_with_another_unit_is_tried_alone_and_not_lost(use):
    """Three, beside anything, ends the worker; four always does."""
    cluster = use(Cluster(lambda unit, at_once: unit == 4 or (unit == 3 and at_once > 1)))
    lost = []
    results = map_units(double, range(6), Dask(), lost=lambda *given: lost.append(given) or -1)
    assert results == [0, 2, 4, 6, -1, 10]
    assert lost == [(4, 0)]
    assert cluster.submitted.count(3) == cluster.submitted.count(4) == 2


def test_a_cluster_without_workers_ends_in_plain_words(use):
    use(Cluster(n_threads=0), is_silent=True)
    with pytest.raises(EnvironmentProblem, match="no workers left"):
        map_units(double, range(3), Dask())


def test_a_scheduler_that_does_not_answer_is_named(use):
    use(Cluster())

    def refuse(*given, **options):
        raise OSError("refused")

    sys.modules["distributed"].Client = refuse
    with pytest.raises(EnvironmentProblem, match=r"tcp://10\.0\.0\.5:1 does not answer"):
        map_units(double, range(3), Dask("tcp://10.0.0.5:1"))


def test_without_dask_its_choice_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(EnvironmentProblem, match="not installed") as caught:
        map_units(double, range(3), Dask())
    assert "--group dask" in caught.value.fix


@pytest.mark.skipif(not HAS_DASK, reason="Dask is not installed (dependency group dask)")
def test_a_real_cluster_gives_the_same():
    assert map_units(abs, range(-5, 0), Dask(workers=2)) == [5, 4, 3, 2, 1]
    with pytest.raises(TypeError):
        map_units(abs, ["no number"], Dask(workers=1))
