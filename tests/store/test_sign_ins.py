"""Who has to wait, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.db import Database
from app.store import sign_ins
from app.store.sign_ins import Counter
from app.tables import SignInWaitRow
from tests.store.conftest import NOW

MINUTE = timedelta(minutes=1)
ONE = Counter("one", 3)
PLACE = Counter("place", 5, timedelta(hours=1))


def _try(database: Database, *counters: Counter, after: timedelta = timedelta(0)) -> timedelta:
    with database.write() as session:
        return sign_ins.begin(session, counters, now=NOW + after)


def test_waits_double_up_to_a_quarter_of_an_hour(database: Database) -> None:
    at = timedelta(0)
    for _ in range(2):
        assert not _try(database, ONE, after=at)
    for minutes in (1, 2, 4, 8, 15, 15):
        assert not _try(database, ONE, after=at)
        assert _try(database, ONE, after=at) == MINUTE * minutes
        at += MINUTE * minutes


def test_it_is_forgotten_after_a_while_without_failures(database: Database) -> None:
    for _ in range(3):
        assert not _try(database, ONE)
    assert _try(database, ONE) == MINUTE
    assert not _try(database, ONE, after=timedelta(hours=24))
    assert not _try(database, ONE, after=timedelta(hours=24))


def test_what_was_right_is_taken_back(database: Database) -> None:
    for _ in range(4):
        assert not _try(database, ONE, PLACE)
        with database.write() as session:
            sign_ins.was_right(session, [ONE, PLACE], forgiven=["one"], now=NOW)
    with database.read() as session:
        assert session.query(SignInWaitRow).count() == 0
    for _ in range(2):
        _try(database, ONE, PLACE)
    with database.write() as session:
        sign_ins.was_right(session, [ONE, PLACE], forgiven=["one"], now=NOW)
    with database.read() as session:
        (left,) = session.query(SignInWaitRow)
        assert (left.mark, left.failures, left.wait_until) == ("place", 1, None)


def test_whoever_waits_for_one_reason_is_not_counted_for_another(database: Database) -> None:
    for _ in range(3):
        _try(database, ONE)
    assert _try(database, ONE, PLACE) == MINUTE
    with database.read() as session:
        assert {row.mark: row.failures for row in session.query(SignInWaitRow)} == {"one": 3, "place": 0}


def test_the_table_is_bounded(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_ins, "ROWS", 20)
    for number in range(40):
        _try(database, Counter(f"mark-{number}", 3), after=timedelta(seconds=number))
    with database.read() as session:
        marks = {row.mark for row in session.query(SignInWaitRow)}
    assert len(marks) <= 21
    assert "mark-39" in marks
    with database.write() as session:
        sign_ins.forget_old(session, now=NOW + timedelta(days=2))
        assert session.query(SignInWaitRow).count() == 0
