"""The job engine: jobs are put in line with the data, done once, taken up after a death; one engine on a file."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import Database
from app.errors import SetUpError
from app.jobs import queues
from app.jobs.engine import Client, Engine, prepare
from app.jobs.queues import Deed, Job

PATIENCE_S = 60.0


@contextmanager
def working(database: Database, deed: Deed, name: str = "") -> Iterator[Engine]:
    engine = Engine(database, {"deed": deed}, name=name)
    engine.launch()
    try:
        yield engine
    finally:
        engine.close()


def is_held(database: Database, job_id: str) -> bool:
    with database.read() as session:
        return queues.is_in_line(session, job_id)


def wait_for(enough: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not enough():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.05)


@pytest.mark.filterwarnings("default")  # what the engine's own libraries warn of is theirs
def test_a_job_is_put_in_line_with_the_data_or_not_at_all(database: Database) -> None:
    done: list[tuple[str | int, ...]] = []

    def deed(*ids: str | int) -> bool:
        done.append(ids)
        return len(done) < 3

    with working(database, deed):
        with pytest.raises(KeyError), database.write() as session:  # noqa: PT012
            queues.put(session, Job("deed", ("never",), "never"))
            raise KeyError
        with database.write() as session:
            queues.put(session, Job("deed", ("draft", 7), "deed:7"))
            queues.put(session, Job("deed", ("draft", 7), "deed:7"))
            queues.put(session, Job("deed", ("later",), "later", delay_s=3600))
        wait_for(lambda: len(done) == 3)
        wait_for(lambda: not is_held(database, "deed:7"))
        assert is_held(database, "later")
        assert not is_held(database, "never")
        with database.write() as session:
            queues.put(session, Job("deed", ("last",), "last"))
        wait_for(lambda: done[-1] == ("last",))
        assert done == [("draft", 7)] * 3 + [("last",)]
        schema = "" if database.file else "dbos."
        with database.read() as session:
            kept = session.scalars(text(f"SELECT inputs FROM {schema}workflow_input")).all()
        assert [one for one in kept if "draft" in one] == ['{"args": ["draft", 7], "kwargs": {}}'], "ids, as JSON"
    with database.write() as session:
        queues.put(session, Job("deed", ("nobody",), "nobody"))
    assert len(done) == 4


def test_where_no_engine_is_attached_nothing_is_put_in_line(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        queues.put(session, Job("deed", ("x",), "x"))
        tables = session.execute(text("SELECT name FROM sqlite_master WHERE name = 'workflow_status'")).all()
    assert tables == []


def test_a_second_process_on_a_file_is_refused_and_told_why(sqlite_database: Database) -> None:
    first = Engine(sqlite_database, {})
    with pytest.raises(SetUpError) as raised:
        Engine(sqlite_database, {})
    assert raised.value.slug == "already-running"
    assert "Another process serves" in raised.value.detail
    first._post.leave()
    Engine(sqlite_database, {})._post.leave()


def test_workers_on_a_host_have_names_of_their_own(postgres_database: Database) -> None:
    first, second = Engine(postgres_database, {}), Engine(postgres_database, {})
    assert first.name != second.name
    named = Engine(postgres_database, {}, name="press")
    with pytest.raises(SetUpError) as raised:
        Engine(postgres_database, {}, name="press")
    assert "press" in raised.value.detail
    named._post.leave()
    again = Engine(postgres_database, {}, name="press")
    for engine in (first, second, again):
        engine._post.leave()


@pytest.mark.filterwarnings("default")
def test_what_a_dead_process_left_is_taken_up(database: Database, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    prepare(database)
    database.dispose()

    def deed(who: str | int) -> bool:
        with seen.open("a") as file:
            file.write(f"{os.getpid()}\n")
        if os.getpid() == child:
            time.sleep(600)
        return False

    child = 0
    child = os.fork()
    if child == 0:
        child = os.getpid()
        try:
            engine = Engine(Database(database.url.render_as_string(hide_password=False)), {"deed": deed}, name="one")
            engine.launch()
            with engine._database.write() as session:
                queues.put(session, Job("deed", ("x",), "deed:x"))
            time.sleep(600)
        finally:
            os._exit(1)
    wait_for(seen.exists)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    began = time.monotonic()
    with working(database, deed, "" if database.file else "two"):
        wait_for(lambda: len(seen.read_text().split()) == 2)
        assert time.monotonic() - began < 30
    assert seen.read_text().split() == [str(child), str(os.getpid())]


@pytest.mark.filterwarnings("default")
def test_a_client_puts_in_line_what_a_worker_does_later(postgres_database: Database) -> None:
    prepare(postgres_database)
    queues.attach(postgres_database, Client(postgres_database))
    with postgres_database.write() as session:
        queues.put(session, Job("deed", ("later",), "later:1"))
    queues.attach(postgres_database, None)
    done: list[str | int] = []

    def deed(*ids: str | int) -> bool:
        done.extend(ids)
        return False

    with working(postgres_database, deed):
        wait_for(lambda: done == ["later"])
        log = logging.getLogger("dbos")
        assert log.propagate  # its warnings stand in the log that all write, in its form
        assert [type(one) for one in log.handlers] == [logging.NullHandler]


@pytest.mark.filterwarnings("default")
def test_a_job_that_breaks_ends_and_is_told_without_its_words(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    began: list[int] = []

    def deed(*_: str | int) -> bool:
        began.append(1)
        raise KeyError("Tom Okafor")

    with working(sqlite_database, deed):
        with sqlite_database.write() as session:
            queues.put(session, Job("deed", (), "broken"))
        wait_for(lambda: "a job failed: deed (KeyError)" in caplog.text)
    assert began == [1]
    assert "Tom" not in caplog.text
