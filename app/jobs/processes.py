"""A crew of processes: one that dies, hangs or takes too much memory is replaced, and only its job fails.

Each process belongs to one thread here, which gives it one job at a time and watches it meanwhile, so that nothing is
shared which a dying process could hold on to. They are started afresh, never forked: the service has threads.
"""

from __future__ import annotations

import itertools
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import PriorityQueue
from typing import Any

from app.errors import FledglingError, SetUpError
from app.jobs.crew import DONE, TOLD, JobFailed, Outcome, Turn, Work

_log = logging.getLogger(__name__)

_LOOK_AGAIN_S = 0.05
"""How often a process at work is looked after: in that time one can take some 200 MB more than it may."""

_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process may take: seconds for a job and for loading its tool, bytes of memory in use (Linux alone)."""

    job_s: float
    memory_bytes: int
    start_s: float = 60.0


class Processes:
    """So many processes, each with a tool of its own: ``load(*arguments)``, both picklable, called there."""

    def __init__(self, load: Callable[..., Any], *arguments: Any, workers: int, limits: Limits) -> None:
        self._order = pickle.dumps((load, arguments))
        self._limits = limits
        self._closing = threading.Event()
        self._turns = itertools.count()
        self._waiting: PriorityQueue[tuple[int, int, Work[Any] | None]] = PriorityQueue()
        self._threads = [
            threading.Thread(target=self._employ, name=f"worker-{number}", daemon=True) for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def begin(self, work: Work[Any], turn: Turn) -> None:
        """Put the job in line."""
        if self._closing.is_set():
            raise RuntimeError("no job is begun after shutdown")
        self._waiting.put((turn, next(self._turns), work))

    def close(self) -> None:
        """Kill what is at work, cancel what waits; no process is left on return."""
        self._closing.set()
        for _ in self._threads:
            self._waiting.put((-1, next(self._turns), None))
        for thread in self._threads:
            thread.join()
        while not self._waiting.empty():
            work = self._waiting.get()[2]
            if work is not None:
                work.future.cancel()

    def _employ(self) -> None:
        """One thread's life: a process that is ready, a job, and again."""
        worker: _Worker | None = None
        try:
            while True:
                worker = worker or self._started()
                work = self._waiting.get()[2]
                if work is None:
                    return
                if work.future.set_running_or_notify_cancel():
                    worker = self._worked(worker, work)
        finally:
            if worker is not None:
                worker.end()

    def _started(self) -> _Worker | None:
        """A process with its tool; None where it could not be started, which the next job will say."""
        try:
            return _Worker(self._order, self._limits, self._closing)
        except Exception as error:  # noqa: BLE001 - whatever it is, this thread goes on
            if not (self._closing.is_set() or isinstance(error, SetUpError)):  # whoever set it up is told in words
                _log.error(
                    "a worker could not be started: %s", error if isinstance(error, JobFailed) else type(error).__name__
                )
            return None

    def _worked(self, worker: _Worker | None, work: Work[Any]) -> _Worker | None:
        """Have the job done; the process for the next one, or None if this one is gone."""
        try:
            if worker is not None and not worker.alive:  # what dies between two jobs costs none of them
                worker.end()
                worker = None
            if worker is None:
                worker = _Worker(self._order, self._limits, self._closing)
            ended, value = worker.do(work)
        except (JobFailed, FledglingError) as error:
            work.future.set_exception(error)
        except Exception as error:  # noqa: BLE001 - such as no room for another process
            work.future.set_exception(JobFailed(type(error).__name__))
        else:
            if ended == DONE:
                work.future.set_result(value)
            else:
                work.future.set_exception(value if ended == TOLD else JobFailed(value))
        return worker if worker is not None and worker.alive else None


class _Worker:
    """One process with its tool loaded, and the pipe to it. Raises what loading raised, or JobFailed."""

    def __init__(self, order: bytes, limits: Limits, closing: threading.Event) -> None:
        self._limits, self._closing = limits, closing
        ours, theirs = socket.socketpair()
        self._pipe = Connection(ours.detach())
        with theirs:
            self._process = _program(theirs.fileno())
        ended, value = self._answer(order, limits.start_s)
        if ended != DONE:
            self.end()
            raise value if ended == TOLD else JobFailed(value)

    @property
    def alive(self) -> bool:
        """Whether there is a process to give a job to."""
        return not self._pipe.closed and self._process.poll() is None

    def do(self, work: Work[Any]) -> Outcome:
        """Have one job done. JobFailed where the process had to be ended or died over it."""
        order = pickle.dumps((work.function, work.fetch()), pickle.HIGHEST_PROTOCOL)
        return self._answer(order, self._limits.job_s)

    def _answer(self, order: bytes, within_s: float) -> Outcome:
        try:
            self._pipe.send_bytes(order)
            self._watch(time.monotonic() + within_s)
            outcome: Outcome = self._pipe.recv()
        except JobFailed as failed:
            self._replace(str(failed))
            raise
        except Exception as error:
            self._replace("it died")
            raise JobFailed("its process died") from error
        return outcome

    def _watch(self, until: float) -> None:
        """Until there is an answer, or the process is gone."""
        while not self._pipe.poll(_LOOK_AGAIN_S):
            if self._closing.is_set():
                raise JobFailed("the service ends")
            if time.monotonic() > until:
                raise JobFailed("it took too long")
            if _memory_bytes(self._process.pid) > self._limits.memory_bytes:
                raise JobFailed("it took too much memory")

    def _replace(self, why: str) -> None:
        self.end()
        if not self._closing.is_set():
            status = self._process.returncode
            ended = signal.Signals(-status).name if status < 0 else f"status {status}"
            _log.warning("a worker is replaced: %s (%s)", why, ended)

    def end(self) -> None:
        """Kill the process, if it still lives, and bury it."""
        self._pipe.close()
        self._process.kill()
        self._process.wait()


def _program(handle: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-P", "-m", "app.jobs.child", str(handle), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        pass_fds=[handle],
        env=_environment(),
    )


def _memory_bytes(pid: int) -> int:
    """What a process holds in memory; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _environment() -> dict[str, str]:
    """The environment of a worker: one thread, modules found where ours were, none of the service's secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEDGLING_")}
    path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    return kept | dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONPATH": path}
