"""The engine's worker processes: each holds one unit at a time, so that a dead one costs only that.

A process pool of the standard library fails as a whole when one worker is killed and cannot say on
which unit; here every worker has a pipe of its own.
"""

import multiprocessing
import os
import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, process
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pipeline.workspace.errors import EnvironmentProblem
from pipeline.workspace.layout import WORKERS_VARIABLE

Unit = TypeVar("Unit")
Result = TypeVar("Result")

_READY: Final = "ready"
_FAILED_STARTS: Final = 3
_END_S: Final = 5.0
"""How long a worker is given to end before it is killed."""

_OUT_OF_MEMORY: Final = 137
"""Exit code of a process that Linux ended because memory ran out."""

_ONE_THREAD: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Set to 1 in workers: there is one of them per core already."""


def may_start_processes() -> bool:
    """Whether this process may have children; a daemonic one may not."""
    return not multiprocessing.current_process().daemon


def in_processes(
    fn: Callable[[Unit], Result],
    units: Iterable[Unit],
    workers: int,
    done: Callable[[Unit, Result], None],
    lost: Callable[[Unit, int], Result],
    attempts: int,
) -> list[Result]:
    """`pipeline.engine.map_units.map_units` on so many processes of this computer."""
    pool = _Pool(fn, units, workers, done, lost, attempts)
    try:
        pool.run()
    except BaseException:
        pool.end(at_once=True)
        raise
    pool.end(at_once=False)
    return [pool.results[number] for number in range(len(pool.results))]


@dataclass
class _Task(Generic[Unit]):
    number: int
    unit: Unit
    attempts: int = 0


class _Worker(Generic[Unit]):
    """One process, the parent's end of its pipe, and the task that it holds."""

    def __init__(self, fn: Callable[[Unit], Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, far_end = context.Pipe()
        self.task: _Task[Unit] | None = None
        self.is_ready = False
        self.process: process.BaseProcess = context.Process(
            # A second Ctrl-C may cut the ending of the workers short; these do not outlive the parent.
            target=_serve,
            args=(far_end, fn),
            name="stance worker",
            daemon=True,
        )
        with _inherited_by_children():
            self.process.start()
        far_end.close()  # so that the pipe ends when the worker does

    def end(self, *, at_once: bool) -> int:
        """End the process; answers its exit code."""
        self.connection.close()
        if at_once:
            self.process.kill()
        self.process.join(_END_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        return self.process.exitcode or 0


class _Pool(Generic[Unit, Result]):
    def __init__(
        self,
        fn: Callable[[Unit], Result],
        units: Iterable[Unit],
        workers: int,
        done: Callable[[Unit, Result], None],
        lost: Callable[[Unit, int], Result],
        attempts: int,
    ) -> None:
        self.results: dict[int, Result] = {}
        self._fn, self._done, self._lost, self._attempts = fn, done, lost, attempts
        self._new = iter(_Task(number, unit) for number, unit in enumerate(units))
        self._again: deque[_Task[Unit]] = deque()
        self._wanted = min(workers, len(units)) if isinstance(units, Sized) else workers
        self._workers: list[_Worker[Unit]] = []
        self._failed_starts = 0

    def run(self) -> None:
        """Work until every unit has its result."""
        waiting = self._next()
        while True:
            while waiting is not None and (worker := self._idle()) is not None:
                if self._give(worker, waiting):
                    waiting = self._next()
            if waiting is not None and len(self._workers) < self._wanted:
                self._workers.append(_Worker(self._fn))
                continue
            busy = [w for w in self._workers if w.task is not None or not w.is_ready]
            if waiting is None and not any(w.task for w in busy):
                return
            for ready in connection.wait([w.connection for w in busy]):
                self._hear(next(w for w in busy if w.connection is ready))
            waiting = waiting or self._next()

    def end(self, *, at_once: bool) -> None:
        """End all workers."""
        if at_once:
            # Not terminate(): who started the parent may have its children ignore that.
            for worker in self._workers:
                worker.process.kill()
        for worker in self._workers:
            worker.end(at_once=at_once)

    def _next(self) -> _Task[Unit] | None:
        """The next task; what ended a worker comes last, when less is going on beside it."""
        task = next(self._new, None)
        return self._again.popleft() if task is None and self._again else task

    def _idle(self) -> _Worker[Unit] | None:
        return next((w for w in self._workers if w.is_ready and w.task is None), None)

    def _give(self, worker: _Worker[Unit], task: _Task[Unit]) -> bool:
        """Hand a task over; False when the worker has died since its last one."""
        try:
            worker.connection.send(task.unit)
        except OSError:
            self._bury(worker)
            return False
        worker.task = task
        return True

    def _hear(self, worker: _Worker[Unit]) -> None:
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            self._take_back(worker)
            return
        if said == _READY:
            worker.is_ready, self._failed_starts = True, 0
            return
        result, raised = said
        if raised is not None:
            raise raised
        task, worker.task = worker.task, None
        if task is not None:
            self._answer(task, result)

    def _answer(self, task: _Task[Unit], result: Result) -> None:
        self.results[task.number] = result
        self._done(task.unit, result)

    def _take_back(self, worker: _Worker[Unit]) -> None:
        """A worker died: its task is given to another one, or counts as lost."""
        exit_code = self._bury(worker)
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= _FAILED_STARTS:
                raise EnvironmentProblem(
                    f"The processes that share the work do not start (exit code {exit_code}).",
                    f"Set {WORKERS_VARIABLE}=1 to work in one process.",
                )
        if worker.task is None:
            return
        worker.task.attempts += 1
        if worker.task.attempts < self._attempts:
            self._again.append(worker.task)
        else:
            self._answer(worker.task, self._lost(worker.task.unit, exit_code))

    def _bury(self, worker: _Worker[Unit]) -> int:
        self._workers.remove(worker)
        return worker.end(at_once=False)


def _serve(near_end: "connection.Connection[Any, Any]", fn: Callable[[Any], Any]) -> None:
    """What a worker does until its pipe ends, which it also does when the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C and ends its workers
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # by which a parent that is cut short ends them
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    with suppress(EOFError, OSError):
        near_end.send(_READY)
        while True:
            answer = _answer_unit(fn, near_end.recv())
            try:
                near_end.send(answer)
            except OSError:
                raise
            except Exception as problem:  # a result that cannot be packed
                near_end.send((None, _fit_to_travel(problem)))


def _answer_unit(fn: Callable[[Any], Any], unit: Any) -> tuple[Any, Exception | None]:
    """(result, None) or (None, what was raised)."""
    try:
        return fn(unit), None
    except MemoryError:
        # As if the system had ended the process, which is what else happens then.
        os._exit(_OUT_OF_MEMORY)
    except Exception as problem:
        return None, _fit_to_travel(problem)


def _fit_to_travel(problem: Exception) -> Exception:
    """The exception, or what stands for one that cannot be sent, with its frames in `worker_frames`.

    Frames are file, line and function without messages, so that they can be shared.
    """
    frames = [
        f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(problem.__traceback__)
    ]
    try:
        # Some exceptions can be packed and not unpacked again.
        sent: Exception = ForkingPickler.loads(ForkingPickler.dumps(problem))
    except Exception:
        sent = RuntimeError(f"{type(problem).__name__} in a worker process")
    sent.worker_frames = frames  # type: ignore[attr-defined]
    return sent


@contextmanager
def _inherited_by_children() -> Iterator[None]:
    """Children start with one thread each, and deaf to Ctrl-C until they have said so themselves."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    can_block = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if can_block else set()
    try:
        yield
    finally:
        if can_block:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
