"""Work beside the request: each job done once while its result is wanted, in processes that may die.

The only room that knows how jobs are run. A job is a function of a module, called with the crew's tool and with
arguments that can be pickled; what it raises comes back as it is if it is ours to tell, else as ``JobFailed``.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Generic, TypeVar, TypeVarTuple

from app.jobs.crew import Crew, Here, JobFailed, NoTurn, Turn, Work
from app.jobs.processes import Limits, Processes

Result = TypeVar("Result")
Answer = TypeVar("Answer")
Given = TypeVarTuple("Given")

Begun = Future
"""A job that was begun; `Jobs.wait` gives its result."""

__all__ = ["Begun", "Crew", "Here", "JobFailed", "Jobs", "Limits", "NoTurn", "Processes", "Turn", "Work"]


class Jobs(Generic[Result]):
    """Jobs by key; the newest ``kept`` results stay in memory, and nowhere else."""

    def __init__(self, crew: Crew, *, kept: int, timeout_s: float) -> None:
        self._crew = crew
        self._kept = kept
        self._timeout_s = timeout_s
        self._futures: OrderedDict[str, Begun[Result]] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, key: str, job: Callable[..., Result], fetch: Callable[[], tuple[Any, ...]]) -> Begun[Result]:
        """Begin the job, unless it was begun before and did not fail.

        ``fetch`` gives its arguments in this process, when it is the job's turn.
        """
        with self._lock:
            future = self._futures.get(key)
            work = Work(job, fetch) if future is None or _failed(future) else None
            if work is not None:
                future = self._futures[key] = work.future
            self._futures.move_to_end(key)
            for old in list(self._futures)[: -self._kept]:
                if self._futures[old].done():
                    del self._futures[old]
        if work is not None:
            self._crew.begin(work, Turn.BESIDE)
        assert future is not None  # noqa: S101 - it was there or was made
        return future

    def run(self, job: Callable[[Any, *Given], Answer], *arguments: *Given) -> Answer:
        """The result of a job that somebody waits for, ahead of those begun beside; kept nowhere.

        NoTurn where it could not be begun in time, another JobFailed where there is no result.
        """
        work: Work[Answer] = Work(job, lambda: arguments)
        self._crew.begin(work, Turn.AWAITED)
        try:
            return self._result(work.future)
        except JobFailed:
            if work.future.cancel():
                raise NoTurn("all were busy") from None
            raise

    def wait(self, job: Begun[Result]) -> Result:
        """The result of a job that was begun; JobFailed if there is none in time."""
        return self._result(job)

    def _result(self, job: Future[Answer]) -> Answer:
        try:
            return job.result(self._timeout_s)
        except (FutureTimeout, CancelledError) as error:
            raise JobFailed("it took too long") from error

    def begun(self, key: str) -> Begun[Result] | None:
        """That job, if it was begun, is still kept and did not fail; never begins it."""
        with self._lock:
            future = self._futures.get(key)
            return None if future is None or _failed(future) else future

    def close(self) -> None:
        """Cut off what is running, cancel what waits, begin nothing more."""
        self._crew.close()


def _failed(future: Begun[Result]) -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)
