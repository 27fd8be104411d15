from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from app.errors import Malformed
from app.store import audit, schools
from app.store.audit import Action
from tests.databases import tamper
from tests.store.conftest import NOW, Opened


def write_lines(school: Opened, count: int) -> None:
    for place in range(count):
        with school.write() as store:
            audit.append(store, Action.DRAFT_ADD, f"draft-{place}", {"place": place}, by="anna", now=NOW)


def problems(school: Opened) -> list[tuple[int, str]]:
    with school.read() as store:
        return [(problem.seq, problem.what) for problem in audit.verify(store).problems]


def test_an_untouched_chain_is_whole(school: Opened) -> None:
    write_lines(school, 4)
    with school.read() as store:
        report = audit.verify(store)
        newest = audit.page(store, limit=1).items[0]
    assert (report.rows, report.head, report.problems) == (5, newest.hash, ())


def test_lines_say_who_did_what_and_when(school: Opened) -> None:
    detail = {"b": [1, None, True, {"nul \0": "\ud800"}], "a": "é"}
    with school.write() as store:
        audit.append(store, Action.KEY_CREATE, "key-1", detail, by="anna", now=NOW + timedelta(microseconds=7))
    with school.read() as store:
        line = audit.about(store, "key-1")[0]
        assert audit.verify(store).problems == ()
    assert (line.seq, line.actor, line.action, line.at) == (
        2,
        "anna",
        "access.key.create",
        NOW + timedelta(microseconds=7),
    )
    assert line.detail == detail


def test_two_schools_have_chains_of_their_own(school: Opened, other_school: Opened) -> None:
    write_lines(school, 2)
    write_lines(other_school, 3)
    with school.read() as store, other_school.read() as other:
        assert [line.seq for line in audit.page(store, limit=9).items] == [3, 2, 1]
        assert audit.verify(store).rows == 3
        assert audit.verify(other).rows == 4
        assert audit.verify(store).head != audit.verify(other).head


def test_what_was_rolled_back_leaves_no_line(school: Opened) -> None:
    with pytest.raises(ZeroDivisionError), school.write() as store:  # noqa: PT012
        audit.append(store, Action.KEY_CREATE, "key-1", by="anna", now=NOW)
        _ = 1 / 0
    write_lines(school, 1)
    assert problems(school) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "somebody else"),
        ("action", "desk.draft.move"),
        ("subject", "draft-9"),
        ("detail", '{"place": 7}'),
        ("at", "2026-11-22 09:31:00+00:00"),
    ],
)
def test_an_edited_line_is_found(school: Opened, column: str, value: str) -> None:
    write_lines(school, 3)
    if school.database.file is not None:
        value = value.replace("+00:00", ".000000")
    tamper(school.database, f"UPDATE audit SET {column} = :value WHERE seq = 3", value=value)
    assert problems(school) == [(3, "was changed after it was written")]


def test_a_fraction_smuggled_in_is_found(school: Opened) -> None:
    write_lines(school, 1)
    tamper(school.database, "UPDATE audit SET detail = '{\"place\": 0.5}' WHERE seq = 2")
    assert problems(school) == [(2, "was changed after it was written")]


def test_a_line_edited_together_with_its_hash_breaks_the_chain(school: Opened) -> None:
    write_lines(school, 3)
    tamper(school.database, "UPDATE audit SET hash = previous_hash WHERE seq = 2")
    found = problems(school)
    assert (2, "was changed after it was written") in found
    assert (3, "does not follow the line before it") in found


def test_a_removed_line_is_found(school: Opened) -> None:
    write_lines(school, 3)
    tamper(school.database, "DELETE FROM audit WHERE seq = 2")
    assert problems(school) == [(2, "missing: 3 follows 1"), (3, "does not follow the line before it")]


def test_a_removed_beginning_is_found(school: Opened) -> None:
    write_lines(school, 2)
    tamper(school.database, "DELETE FROM audit WHERE seq = 1")
    assert (1, "missing: 2 follows 0") in problems(school)


def test_a_cut_off_tail_is_found(school: Opened) -> None:
    write_lines(school, 3)
    tamper(school.database, "DELETE FROM audit WHERE seq > 2")
    assert problems(school) == [(3, "lines up to 4 are missing at the end")]


def test_a_wholly_emptied_trail_is_found(school: Opened) -> None:
    tamper(school.database, "DELETE FROM audit")
    assert problems(school) == [(1, "lines up to 1 are missing at the end")]


def test_lines_in_another_order_are_found(school: Opened) -> None:
    write_lines(school, 3)
    for old, new in ((3, 99), (2, 3), (99, 2)):
        tamper(school.database, f"UPDATE audit SET seq = {new} WHERE seq = {old}")
    assert {seq for seq, _ in problems(school)} >= {2, 3, 4}


def test_a_line_of_another_school_is_found(school: Opened, other_school: Opened) -> None:
    write_lines(school, 1)
    tamper(school.database, "DELETE FROM audit WHERE school_id = :s", s=school.school_id)
    tamper(
        school.database,
        "UPDATE audit SET school_id = :s WHERE school_id = :o",
        s=school.school_id,
        o=other_school.school_id,
    )
    assert (1, "does not follow the line before it") in problems(school)


def test_a_line_added_behind_the_head_is_found(school: Opened) -> None:
    write_lines(school, 2)
    tamper(school.database, "UPDATE schools SET audit_seq = audit_seq - 1")
    assert problems(school) == [(3, "lines follow that the school's row does not know of")]


def test_another_last_line_is_found(school: Opened) -> None:
    write_lines(school, 1)
    tamper(school.database, "UPDATE schools SET audit_hash = 'x'")
    assert problems(school) == [(2, "the last line is not the one the school's row knows of")]


def test_pages_go_back_in_time(school: Opened) -> None:
    write_lines(school, 4)
    with school.read() as store:
        first = audit.page(store, limit=2)
        second = audit.page(store, limit=2, cursor=first.next)
        third = audit.page(store, limit=2, cursor=second.next)
    assert [line.seq for each in (first, second, third) for line in each.items] == [5, 4, 3, 2, 1]
    assert third.next is None


@pytest.mark.parametrize("cursor", ["", "x", "-1", "²", "1" * 30])
def test_only_our_cursors_are_taken(school: Opened, cursor: str) -> None:
    with pytest.raises(Malformed), school.read() as store:
        audit.page(store, limit=2, cursor=cursor)


@pytest.mark.parametrize("detail", [{"x": 0.5}, {"x": NOW}, {"x": [b"bytes"]}, {1: "x"}])
def test_what_would_not_come_back_alike_is_refused(school: Opened, detail: dict[Any, Any]) -> None:
    with pytest.raises(TypeError), school.write() as store:
        audit.append(store, Action.KEY_CREATE, "key-1", detail, by="anna", now=NOW)


def test_many_writers_make_one_chain(school: Opened) -> None:
    threads = [threading.Thread(target=write_lines, args=(school, 8)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with school.read() as store:
        report = audit.verify(store)
        assert schools.get(store).id == school.school_id
    assert (report.rows, report.problems) == (33, ())


def test_actions_are_subject_thing_verb() -> None:
    assert all(len(action.split(".")) == 3 for action in Action)
    assert len(set(Action)) == len(list(Action))


def test_lines_that_are_let_go_leave_a_chain_that_proves_itself(school: Opened) -> None:
    write_lines(school, 3)
    later = NOW + timedelta(days=1)
    with school.write() as store:
        assert audit.count_before(store, later) == 4
        assert audit.cut(store, later, by="purge", now=later) == 4
        assert audit.cut(store, later, by="purge", now=later) == 0
    write_lines(school, 2)
    with school.read() as store:
        report = audit.verify(store)
        assert (report.rows, report.problems) == (3, ())
        assert dict(audit.about(store, school.school_id)[0].detail)["up_to"] == 4


def test_a_beginning_cut_off_by_somebody_else_shows(school: Opened) -> None:
    write_lines(school, 3)
    with school.read() as store:
        first = audit.about(store, school.school_id)[0]
    tamper(school.database, "UPDATE schools SET audit_cut = 1, audit_cut_hash = :hash", hash=first.hash)
    tamper(school.database, "DELETE FROM audit WHERE seq = 1")
    assert problems(school) == [(1, "lines up to here were removed otherwise than by the purge")]
