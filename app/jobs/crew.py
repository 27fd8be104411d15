"""Who does jobs: a crew with one tool, such as a face engine, that is loaded where the work is done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Generic, Protocol, TypeVar

from app.errors import FledglingError

Result = TypeVar("Result")


DONE, TOLD, FAILED = "done", "told", "failed"
"""How a job ended elsewhere: with a value, with an error that is ours to tell, with the name of any other error."""

Outcome = tuple[str, Any]


class JobFailed(Exception):
    """The job raised, was cut off, or its process died. Says how, and nothing of what was worked on."""


class NoTurn(JobFailed):
    """The job was never begun: others took all the time there was."""


class Turn(IntEnum):
    """Which job comes first: one that a request waits for goes before one that was begun beside it."""

    AWAITED = 0
    BESIDE = 1


@dataclass(frozen=True, slots=True, eq=False)
class Work(Generic[Result]):
    """A job to do: ``function(tool, *fetch())``; ``future`` tells how it ended."""

    function: Callable[..., Result]
    fetch: Callable[[], tuple[Any, ...]]
    future: Future[Result] = field(default_factory=Future)


class Crew(Protocol):
    """Does jobs in whatever place; every future it takes is ended sooner or later."""

    def begin(self, work: Work[Any], turn: Turn) -> None:
        """Take the job on. RuntimeError after ``close``."""
        ...

    def close(self) -> None:
        """End what is being done and take on nothing more."""
        ...


class Here:
    """Does each job at once, in the thread that asks and without protection: for commands and tests.

    The tool is loaded when the first job needs it.
    """

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load
        self._tool: list[Any] = []
        self._loading = threading.Lock()
        self._closed = False

    def begin(self, work: Work[Any], turn: Turn) -> None:  # noqa: ARG002 - nobody has to wait
        """Do the job; its future is done on return."""
        if self._closed:
            raise RuntimeError("no job is begun after shutdown")
        work.future.set_running_or_notify_cancel()
        try:
            result = work.function(self._loaded(), *work.fetch())
        except FledglingError as told:
            work.future.set_exception(told)
        except Exception as error:  # noqa: BLE001 - whatever it is, the job failed
            work.future.set_exception(JobFailed(type(error).__name__))
        else:
            work.future.set_result(result)

    def close(self) -> None:
        """Take on nothing more."""
        self._closed = True

    def _loaded(self) -> Any:
        with self._loading:
            if not self._tool:
                self._tool.append(self._load())
            return self._tool[0]
