"""Jobs beside the request: done once, kept for a while, begun again after they failed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from app.errors import Malformed
from app.jobs import Crew, Here, JobFailed, Jobs, NoTurn, Turn, Work
from tests.seeing import Aside


def jobs(crew: Crew | None = None, *, kept: int = 8, timeout_s: float = 10.0) -> Jobs[int]:
    return Jobs(crew or Here(lambda: 40), kept=kept, timeout_s=timeout_s)


class Counted:
    """A job that says how often it was done."""

    def __init__(self, *, fails: int = 0) -> None:
        self.times, self._fails = 0, fails

    def __call__(self, _tool: int) -> int:
        self.times += 1
        if self.times <= self._fails:
            raise LookupError("the model is not there")
        return self.times


def result(made: Jobs[int], key: str, job: Callable[[int], int]) -> int:
    return made.wait(made.start(key, job, lambda: ()))


def test_a_job_is_done_once_while_its_result_is_kept() -> None:
    job, made = Counted(), jobs()
    assert [result(made, "a", job) for _ in range(3)] == [1, 1, 1]
    assert result(made, "b", job) == 2
    assert job.times == 2


def test_a_job_gets_the_tool_and_arguments_fetched_when_it_is_begun() -> None:
    made, fetched = jobs(), []

    def fetch() -> tuple[int]:
        fetched.append(1)
        return (2,)

    for _ in range(2):
        assert made.wait(made.start("a", lambda tool, number: tool + number, fetch)) == 42
    assert fetched == [1]
    assert made.run(lambda tool, number: f"{tool}{number}", 2) == "402"


def test_the_tool_is_loaded_once_and_only_where_it_is_needed() -> None:
    loads: list[int] = []

    def load() -> int:
        loads.append(1)
        return 40

    made = jobs(Here(load))
    assert loads == []
    assert [made.run(lambda tool: int(tool)) for _ in range(2)] == [40, 40]
    assert loads == [1]


def test_the_oldest_results_are_dropped_first() -> None:
    made = jobs(kept=2)
    for key in ("a", "b", "a", "c"):
        result(made, key, Counted())
    assert [key for key in "abc" if made.begun(key)] == ["a", "c"], "what was asked for last stays longest"
    again = Counted()
    result(made, "b", again)
    assert again.times == 1


def test_what_is_still_being_done_is_never_dropped() -> None:
    gate = threading.Event()
    made = jobs(Aside(40), kept=1)
    waiting = made.start("a", lambda _: int(gate.wait(10)), lambda: ())
    made.start("b", lambda _: 2, lambda: ())
    assert made.begun("a") is waiting
    gate.set()
    assert made.wait(waiting) == 1
    made.close()


def test_a_failed_job_is_told_and_begun_again() -> None:
    job, made = Counted(fails=1), jobs()
    with pytest.raises(JobFailed, match="LookupError"):
        result(made, "a", job)
    assert made.begun("a") is None
    assert result(made, "a", job) == 2
    assert made.begun("a") is not None


def test_an_error_of_ours_comes_as_it_is() -> None:
    def tell(_: int) -> int:
        raise Malformed("It is not as it should be.")

    with pytest.raises(Malformed):
        jobs().run(tell)


def test_a_job_that_takes_too_long_fails_and_its_result_serves_later() -> None:
    gate = threading.Event()
    made = jobs(Aside(40), timeout_s=0.05)
    begun = made.start("a", lambda _: int(gate.wait(10)) + 6, lambda: ())
    with pytest.raises(JobFailed, match="too long"):
        made.wait(begun)
    gate.set()
    begun.result(10)
    never = Counted()
    assert result(made, "a", never) == 7
    assert never.times == 0
    made.close()


class Nobody:
    """A crew that is always busy."""

    def __init__(self) -> None:
        self.taken: list[Work[int]] = []

    def begin(self, work: Work[int], turn: Turn) -> None:
        self.taken.append(work)

    def close(self) -> None:
        for work in self.taken:
            work.future.cancel()


def test_a_job_whose_turn_does_not_come_in_time_is_given_up() -> None:
    busy = Nobody()
    with pytest.raises(NoTurn):
        jobs(busy, timeout_s=0.01).run(Counted())
    assert busy.taken[0].future.cancelled()


def test_a_job_cancelled_by_the_end_of_its_crew_failed() -> None:
    made = jobs(Nobody())
    begun = made.start("a", Counted(), lambda: ())
    made.close()
    with pytest.raises(JobFailed):
        made.wait(begun)
    assert made.begun("a") is None


def test_asking_whether_a_job_was_begun_begins_nothing() -> None:
    made = jobs()
    assert made.begun("a") is None
    assert made.begun("a") is None


def test_after_the_end_nothing_is_begun() -> None:
    made = jobs()
    made.close()
    with pytest.raises(RuntimeError, match="shutdown"):
        made.run(Counted())
