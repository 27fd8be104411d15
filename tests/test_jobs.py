"""Jobs beside the request: done once, kept for a while, begun again after they failed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from app.jobs import JobFailed, Jobs


@contextmanager
def jobs(workers: int = 1, *, kept: int = 8, timeout_s: float = 10.0) -> Iterator[Jobs[int]]:
    made: Jobs[int] = Jobs(workers, kept=kept, timeout_s=timeout_s)
    yield made
    made.close()


class Counted:
    """A job that says how often it was done."""

    def __init__(self, *, fails: int = 0) -> None:
        self.times, self._fails = 0, fails

    def __call__(self) -> int:
        self.times += 1
        if self.times <= self._fails:
            raise LookupError("the model is not there")
        return self.times


def result(made: Jobs[int], key: str, job: Callable[[], int]) -> int:
    return made.wait(made.start(key, job))


def test_a_job_is_done_once_while_its_result_is_kept() -> None:
    job = Counted()
    with jobs() as made:
        assert [result(made, "a", job) for _ in range(3)] == [1, 1, 1]
        assert result(made, "b", job) == 2
    assert job.times == 2


def test_the_oldest_results_are_dropped_first() -> None:
    with jobs(kept=2) as made:
        for key in ("a", "b", "a", "c"):
            result(made, key, Counted())
        assert [key for key in "abc" if made.begun(key)] == ["a", "c"], "what was asked for last stays longest"
        again = Counted()
        result(made, "b", again)
        assert again.times == 1


def test_what_is_still_being_done_is_never_dropped() -> None:
    gate = threading.Event()
    with jobs(kept=1) as made:
        waiting = made.start("a", lambda: int(gate.wait(10)))
        made.start("b", lambda: 2)
        assert made.begun("a") is waiting
        gate.set()
        assert made.wait(waiting) == 1


def test_a_failed_job_is_told_and_begun_again() -> None:
    job = Counted(fails=1)
    with jobs() as made:
        with pytest.raises(JobFailed, match="LookupError"):
            result(made, "a", job)
        assert made.begun("a") is None
        assert result(made, "a", job) == 2
        assert made.begun("a") is not None


def test_a_job_that_takes_too_long_fails_and_its_result_serves_later() -> None:
    gate = threading.Event()
    with jobs(timeout_s=0.05) as made:
        begun = made.start("a", lambda: int(gate.wait(10)) + 6)
        with pytest.raises(JobFailed, match="too long"):
            made.wait(begun)
        gate.set()
        begun.result(10)
        never = Counted()
        assert result(made, "a", never) == 7
        assert never.times == 0


def test_asking_whether_a_job_was_begun_begins_nothing() -> None:
    with jobs() as made:
        assert made.begun("a") is None
        assert made.begun("a") is None


def test_closing_waits_for_what_runs_and_cancels_what_waits() -> None:
    gate, started = threading.Event(), threading.Event()

    def run() -> int:
        started.set()
        return int(gate.wait(10))

    with jobs() as made:
        running = made.start("a", run)
        waiting = made.start("b", lambda: 2)
        started.wait(10)
        threading.Timer(0.05, gate.set).start()
    assert running.result(0) == 1
    assert waiting.cancelled()
    with pytest.raises(JobFailed):
        made.wait(waiting)
    assert made.begun("b") is None
