"""A crew of processes: whatever a job does to its process, it alone fails, and no process is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.errors import Malformed, SetUpError
from app.jobs import JobFailed, Limits, Processes, Turn, Work
from tests.conftest import ROOT
from tests.jobs import tricks
from tests.jobs.watching import children_of, gone

LIMITS = Limits(job_s=20, memory_bytes=300_000_000)
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and prctl")


@contextmanager
def crew(workers: int = 1, limits: Limits = LIMITS, load: Callable[[int], int] = tricks.load) -> Iterator[Processes]:
    made = Processes(load, 40, workers=workers, limits=limits)
    yield made
    made.close()


def begun(made: Processes, job: Callable[..., Any], *given: Any, turn: Turn = Turn.BESIDE) -> Future[Any]:
    work: Work[Any] = Work(job, lambda: given)
    made.begin(work, turn)
    return work.future


# ---------------------------------------------------------------- what kills a process

HARMFUL = [
    (tricks.segfault, (), LIMITS, "died"),
    (tricks.leave, (), LIMITS, "died"),
    (tricks.sleep, (600,), Limits(0.4, LIMITS.memory_bytes), "too long"),
    pytest.param(tricks.eat, (), LIMITS, "too much memory", marks=linux),
]


@pytest.mark.parametrize(("harm", "given", "limits", "why"), HARMFUL, ids=["segfault", "exit", "hang", "memory"])
def test_only_the_job_that_harms_its_process_fails(
    harm: Callable[..., Any], given: tuple[Any, ...], limits: Limits, why: str
) -> None:
    before = children_of(os.getpid())
    with crew(2, limits) as made:
        good = [begun(made, tricks.add, number) for number in range(3)]
        bad = begun(made, harm, *given)
        good += [begun(made, tricks.add, number) for number in range(3)]
        with pytest.raises(JobFailed, match=why):
            bad.result(30)
        assert [one.result(30) for one in good] == [40, 41, 42] * 2
        again = [begun(made, tricks.add, number) for number in range(4)]
        assert [one.result(30) for one in again] == [40, 41, 42, 43]
    assert children_of(os.getpid()) == before


def test_every_process_may_be_lost_and_more_than_once() -> None:
    with crew(2) as made:
        for _ in range(3):
            lost = [begun(made, tricks.leave) for _ in range(2)]
            assert all(isinstance(one.exception(30), JobFailed) for one in lost)
        assert begun(made, tricks.add, 2).result(30) == 42


def test_a_process_that_dies_between_two_jobs_costs_neither() -> None:
    with crew() as made:
        idle = begun(made, tricks.own_process).result(30)
        os.kill(idle, signal.SIGKILL)
        assert gone(idle)
        assert begun(made, tricks.own_process).result(30) != idle


def test_a_job_is_never_done_twice(tmp_path: Path) -> None:
    with crew(2, Limits(0.4, LIMITS.memory_bytes)) as made:
        began = tmp_path / "began"
        assert isinstance(begun(made, tricks.begin_and_sleep, str(began)).exception(30), JobFailed)
        began.unlink()
        assert [begun(made, tricks.add, number).result(30) for number in range(4)] == [40, 41, 42, 43]
        assert not began.exists()


# ---------------------------------------------------------------- what a process is


def test_a_process_serves_job_after_job_and_is_not_ours() -> None:
    with crew() as made:
        first = begun(made, tricks.own_process).result(30)
        assert begun(made, tricks.own_process).result(30) == first != os.getpid()


def test_a_process_has_one_thread_and_none_of_the_services_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGLING_KEY", "secret")
    with crew() as made:
        assert begun(made, tricks.settings).result(30) == ([], "1", 1)


def test_many_bytes_come_and_go() -> None:
    data = bytes(range(256)) * 100_000
    with crew() as made:
        assert begun(made, tricks.large, data).result(30) == data[::-1]


def test_what_is_awaited_goes_before_what_was_begun_beside() -> None:
    done: list[str] = []
    with crew() as made:
        begun(made, tricks.sleep, 0.3)
        time.sleep(0.1)
        beside = begun(made, tricks.add, 1)
        beside.add_done_callback(lambda _: done.append("beside"))
        awaited = begun(made, tricks.add, 1, turn=Turn.AWAITED)
        awaited.add_done_callback(lambda _: done.append("awaited"))
        beside.result(30)
    assert done == ["awaited", "beside"]


# ---------------------------------------------------------------- what a job raises


def test_an_error_is_told_without_its_words(capfd: pytest.CaptureFixture[str]) -> None:
    with crew() as made:
        error = begun(made, tricks.fail, "Alice Smith").exception(30)
        assert isinstance(error, JobFailed)
        assert str(error) == "RuntimeError"
        assert isinstance(begun(made, tricks.segfault).exception(30), JobFailed)
        assert begun(made, tricks.add, 1).result(30) == 41
    assert "Alice" not in "".join(capfd.readouterr())


def test_an_error_of_ours_comes_as_it_is() -> None:
    with crew() as made:
        error = begun(made, tricks.tell).exception(30)
    assert isinstance(error, Malformed)
    assert (error.slug, error.detail) == ("not-as-it-should-be", "It is not as it should be.")


def test_a_result_that_cannot_be_sent_is_none() -> None:
    with crew() as made:
        assert isinstance(begun(made, tricks.unfit_to_send).exception(30), JobFailed)
        assert begun(made, tricks.add, 1).result(30) == 41


def test_arguments_that_cannot_be_had_fail_the_job_alone() -> None:
    def lost() -> tuple[int]:
        raise LookupError("gone")

    with crew() as made:
        first = begun(made, tricks.own_process).result(30)
        work: Work[int] = Work(tricks.add, lost)
        made.begin(work, Turn.BESIDE)
        assert isinstance(work.future.exception(30), JobFailed)
        assert begun(made, tricks.own_process).result(30) == first


@pytest.mark.parametrize(
    ("load", "kind", "words"),
    [
        (tricks.load_never, SetUpError, "The weights are gone."),
        (tricks.load_wrongly, JobFailed, "LookupError"),
        (tricks.load_and_die, JobFailed, "its process died"),
    ],
)
def test_without_a_tool_every_job_says_so(load: Callable[[int], int], kind: type[Exception], words: str) -> None:
    before = children_of(os.getpid())
    with crew(load=load) as made:
        for _ in range(2):
            error = begun(made, tricks.add, 1).exception(30)
            assert isinstance(error, kind)
            assert str(error) == words
    assert children_of(os.getpid()) == before


# ---------------------------------------------------------------- the end


def test_closing_cuts_off_what_runs_and_cancels_what_waits() -> None:
    with crew() as made:
        running = begun(made, tricks.sleep, 600)
        until = time.monotonic() + 30
        while not running.running() and time.monotonic() < until:
            time.sleep(0.01)
        waiting = begun(made, tricks.add, 1)
    assert isinstance(running.exception(0), JobFailed)
    assert waiting.cancelled()
    with pytest.raises(RuntimeError, match="shutdown"):
        begun(made, tricks.add, 1)


PARENT = """
import sys, time
from app.jobs import Limits, Processes, Turn, Work
from tests.jobs import tricks
if __name__ == "__main__":
    made = Processes(tricks.load, 1, workers=1, limits=Limits(600, 2**30))
    asked = Work(tricks.own_process, lambda: ())
    made.begin(asked, Turn.BESIDE)
    made.begin(Work(getattr(tricks, sys.argv[1]), lambda: (sys.argv[2],)), Turn.BESIDE)
    print(asked.future.result(), flush=True)
    time.sleep(600)
"""


@linux
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("work", ["begin_and_sleep", "begin_and_sleep_holding_the_gil"])
def test_a_process_that_hangs_does_not_outlive_its_parent(tmp_path: Path, ending: int, work: str) -> None:
    began = tmp_path / "began"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, work, str(began)], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    with parent, parent.stdout as told:
        worker = int(told.readline())
        until = time.monotonic() + 30
        while not began.exists() and time.monotonic() < until:
            time.sleep(0.02)
        parent.send_signal(ending)
        parent.wait(30)
        assert gone(worker)


def test_signals_for_the_service_are_left_to_it() -> None:
    with crew() as made:
        worker = begun(made, tricks.own_process).result(30)
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            os.kill(worker, one)
        assert begun(made, tricks.own_process).result(30) == worker
