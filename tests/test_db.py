from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from app import db
from app.db import Database, new_id
from app.domain import Account
from app.errors import SetUpError, Unavailable
from app.store import Store, accounts, everywhere, schools
from app.tables import AccountRow, SchoolRow
from app.tables.base import as_sent, storable

NOW = datetime(2026, 11, 22, 9, 30, 0, 123456, tzinfo=UTC)


def add_school(database: Database, name: str) -> str:
    with database.write() as session:
        return schools.create(session, name, by="test", now=NOW).id


def names(database: Database) -> list[str]:
    with database.read() as session:
        return [school.name for school in schools.every(session)]


def test_what_was_written_is_read(database: Database) -> None:
    add_school(database, "Whitehouse")
    assert names(database) == ["Whitehouse"]


def test_what_raised_is_rolled_back(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as session:  # noqa: PT012
        schools.create(session, "Whitehouse", by="test", now=NOW)
        _ = 1 / 0
    assert names(database) == []
    add_school(database, "After")
    assert names(database) == ["After"]


def test_a_savepoint_alone_is_rolled_back(database: Database) -> None:
    with database.write() as session:
        schools.create(session, "Kept", by="test", now=NOW)
        with pytest.raises(ZeroDivisionError), session.begin_nested():  # noqa: PT012
            schools.create(session, "Lost", by="test", now=NOW)
            _ = 1 / 0
    assert names(database) == ["Kept"]


def test_a_reading_session_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as session:
        schools.create(session, "Whitehouse", by="test", now=NOW)
    assert names(database) == []


def test_a_reading_session_sees_one_snapshot(database: Database) -> None:
    with database.read() as session:
        before = schools.every(session)
        add_school(database, "Whitehouse")
        assert schools.every(session) == before == ()
    assert names(database) == ["Whitehouse"]


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        everywhere(session).execute(
            insert(AccountRow).values(id="a", school_id="none", handle="x", classes=[], posters=[], position=0)
        )


def test_instants_come_back_in_utc(database: Database) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=-5)))
    with database.write() as session:
        school_id = schools.create(session, "Whitehouse", by="test", now=elsewhere).id
    with database.read() as session:
        created_at = schools.get(Store(session, school_id)).created_at
    assert created_at == NOW
    assert created_at.tzinfo is UTC


def test_instants_sort_as_instants(database: Database) -> None:
    add_school(database, "One")
    with database.read() as session:
        everywhere(session)
        query = select(SchoolRow.id).where(SchoolRow.created_at < NOW.astimezone(timezone(timedelta(hours=9))))
        assert session.scalars(query).all() == []
        later = NOW + timedelta(microseconds=1)
        assert len(session.scalars(select(SchoolRow.id).where(SchoolRow.created_at < later)).all()) == 1


def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.read() as session:
        session.scalars(select(SchoolRow.id).where(SchoolRow.created_at < datetime(2026, 1, 1))).all()


@pytest.mark.parametrize("sent", ["nul \0 in", "half \ud800 of one", "\udfff\ud800", "\x1b0000", "\x1b", "😀 é"])
def test_any_words_come_back_as_they_were_sent(database: Database, sent: str) -> None:
    school_id = add_school(database, sent)
    with database.write() as session:
        row = {"id": "a", "school_id": school_id, "handle": sent, "position": 0, "posters": []}
        everywhere(session).execute(insert(AccountRow).values(classes=[sent, {sent: [sent, 1, None, True]}], **row))
    assert names(database) == [sent]
    with database.read() as session:
        found = everywhere(session).scalars(select(AccountRow).where(AccountRow.handle == sent)).one()
        assert found.classes == [sent, {sent: [sent, 1, None, True]}]


def test_an_id_that_cannot_be_stored_is_simply_not_found(database: Database) -> None:
    school_id = add_school(database, "Whitehouse")
    with database.read() as session:
        for asked in ("\0", "\ud800", f"{school_id}\0"):
            assert everywhere(session).scalars(select(SchoolRow.id).where(SchoolRow.id == asked)).all() == []


@given(st.text(st.characters(codec=None)))
@example("\x1b0000\0\ud800")
def test_escaping_is_undone_and_leaves_nothing_unstorable(words: str) -> None:
    written = storable(words)
    assert as_sent(written) == words
    assert "\0" not in written
    assert written.encode().decode() == written


def test_ids_sort_by_time_and_differ() -> None:
    early, late = new_id(NOW), new_id(NOW + timedelta(milliseconds=1))
    assert early < late
    assert new_id(NOW) != new_id(NOW)
    assert len(early) == len(late) == 32


def test_two_threads_that_write_both_get_their_turn(database: Database) -> None:
    school_id = add_school(database, "Whitehouse")
    failures: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            for turn in range(15):
                with database.write() as session:
                    store = Store(session, school_id)
                    schools.set_register_version(store, f"{worker}-{turn}")
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.read() as session:
        assert schools.register_version(Store(session, school_id)) == 60


def test_readers_do_not_wait_for_a_writer(database: Database) -> None:
    with database.write() as session:
        schools.create(session, "Whitehouse", by="test", now=NOW)
        assert names(database) == []


def test_a_session_may_be_left_on_another_thread(sqlite_database: Database) -> None:
    writing = sqlite_database.write()
    session = writing.__enter__()
    schools.create(session, "Whitehouse", by="test", now=NOW)
    thread = threading.Thread(target=writing.__exit__, args=(None, None, None))
    thread.start()
    thread.join()
    assert names(sqlite_database) == ["Whitehouse"]


def test_whoever_has_waited_longest_writes_next(sqlite_database: Database) -> None:
    order: list[int] = []

    def write(place: int) -> None:
        with sqlite_database.write():
            order.append(place)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(5)]
    with sqlite_database.write():
        for thread in threads:
            thread.start()
            time.sleep(0.02)  # so that each is waiting before the next comes
        assert order == []
    for thread in threads:
        thread.join()
    assert order == [0, 1, 2, 3, 4]


def test_a_second_write_inside_the_first_gives_up(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "LOCK_WAIT_S", 0.01)
    with sqlite_database.write(), pytest.raises(Unavailable, match="busy"), sqlite_database.write():
        pass
    assert add_school(sqlite_database, "After")


def test_another_process_that_keeps_the_lock_is_told(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "LOCK_WAIT_S", 0.05)
    file = tmp_path / "busy.db"
    file.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{file}")
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable) as caught, database.write() as session:
        session.execute(text("SELECT 1"))
    assert caught.value.slug == "database-unavailable"
    other.close()
    database.dispose()


def test_an_error_in_our_own_sql_is_not_taken_for_an_unreachable_database(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as session:
        session.execute(text("SELECT nothing FROM nowhere"))


def test_a_postgres_that_is_not_there_is_told() -> None:
    database = Database("postgresql+psycopg://nobody:secret@127.0.0.1:1/nowhere")
    with pytest.raises(Unavailable, match="cannot be reached"), database.write() as session:
        session.execute(text("SELECT 1"))
    with pytest.raises(Unavailable), database.read() as session:
        session.execute(text("SELECT 1"))
    assert "secret" not in repr(database)
    database.dispose()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_sqlite_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(SetUpError):
        Database(url)


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new' / 'fledgling.db'}")
    database.upgrade()
    add_school(database, "Whitehouse")
    for path in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    database.dispose()


def test_sqlite_is_set_up_to_last(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA synchronous")) == 2
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
        assert session.scalar(text("PRAGMA busy_timeout")) == db.LOCK_WAIT_S * 1000


def test_accounts_survive_a_copy_of_the_file(sqlite_database: Database, tmp_path: Path) -> None:
    school_id = add_school(sqlite_database, "Whitehouse")
    with sqlite_database.write() as session:
        accounts.put(Store(session, school_id), [Account("whitehouseps")], by="test", now=NOW)
    sqlite_database.dispose()
    assert sqlite_database.file is not None
    assert os.listdir(tmp_path) == ["fledgling.db"]  # noqa: PTH208 - the journal is folded in


@pytest.mark.parametrize("url", ["nonsense", "", "mysql://user:secret@host/db", "://"])
def test_a_url_of_no_database(url: str) -> None:
    with pytest.raises(SetUpError) as refused:
        Database(url)
    assert "secret" not in refused.value.detail
