"""Work beside the request: a few threads, each job done once while its result is wanted.

The only module that knows how jobs are run.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Generic, TypeVar

Result = TypeVar("Result")

Begun = Future
"""A job that was begun; `Jobs.wait` gives its result."""


class JobFailed(Exception):
    """The job raised, was cut off, or took longer than allowed."""


class Jobs(Generic[Result]):
    """Jobs by key; the newest ``kept`` results stay in memory, and nowhere else."""

    def __init__(self, workers: int, *, kept: int, timeout_s: float) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="look")
        self._kept = kept
        self._timeout_s = timeout_s
        self._futures: OrderedDict[str, Begun[Result]] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, key: str, job: Callable[[], Result]) -> Begun[Result]:
        """Begin the job, unless it was begun before and did not fail."""
        with self._lock:
            future = self._futures.get(key)
            if future is None or _failed(future):
                future = self._pool.submit(job)
                self._futures[key] = future
            self._futures.move_to_end(key)
            for old in list(self._futures)[: -self._kept]:
                if self._futures[old].done():
                    del self._futures[old]
            return future

    def wait(self, job: Begun[Result]) -> Result:
        """The result of a job that was begun; JobFailed if there is none in time."""
        try:
            return job.result(self._timeout_s)
        except (FutureTimeout, CancelledError) as error:
            raise JobFailed("it took too long") from error
        except Exception as error:
            raise JobFailed(type(error).__name__) from error

    def begun(self, key: str) -> Begun[Result] | None:
        """That job, if it was begun, is still kept and did not fail; never begins it."""
        with self._lock:
            future = self._futures.get(key)
            return None if future is None or _failed(future) else future

    def close(self) -> None:
        """Wait for what is running; begin nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _failed(future: Begun[Result]) -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)
