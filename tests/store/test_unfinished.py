"""Unfinished posts in the store: one school's never another's, and nothing in the audit trail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.errors import NotFound
from app.store import Store, audit, people, unfinished
from app.store.unfinished import Unfinished, Written
from tests.store.conftest import NOW, Opened


def _person(store: Store) -> str:
    return people.add(store, "Nisha", "nisha@whitehouse.example", "author", "hash", by="test", now=NOW).id


def _save(school: Opened, by: str, *, minutes: int = 0, **known: str | int) -> Unfinished:
    written = Written(
        str(known.get("id", "")), int(known.get("revision", 0)), str(known.get("tab", "t")), b"sealed", ()
    )
    with school.write() as store:
        return unfinished.save(store, written, by=by, now=NOW + timedelta(minutes=minutes))


def test_a_post_is_changed_in_its_place_and_not_audited(school: Opened) -> None:
    with school.write() as store:
        person = _person(store)
    with school.read() as store:
        lines = audit.verify(store).rows
    first = _save(school, person)
    second = _save(school, person, minutes=1, id=first.id, revision=1, tab="other")
    assert (second.id, second.revision, second.tab) == (first.id, 2, "other")
    assert (second.created_at, second.updated_at) == (NOW, NOW + timedelta(minutes=1))
    with school.read() as store:
        assert audit.verify(store).rows == lines
        assert unfinished.every(store, by=person) == (second,)


def test_the_one_changed_last_stands_first(school: Opened) -> None:
    with school.write() as store:
        person = _person(store)
    first, second = _save(school, person), _save(school, person, minutes=1, tab="u")
    with school.read() as store:
        assert [one.id for one in unfinished.every(store, by=person)] == [second.id, first.id]
    _save(school, person, minutes=2, id=first.id, revision=1)
    with school.read() as store:
        assert [one.id for one in unfinished.every(store, by=person)] == [first.id, second.id]


def test_another_school_sees_nothing(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        person = _person(store)
    kept = _save(school, person)
    with other_school.write() as store:
        assert unfinished.find(store, kept.id, by=person) is None
        assert unfinished.every(store, by=person) == ()
        assert unfinished.forget_before(store, NOW + timedelta(days=99)) == 0
        with pytest.raises(NotFound):
            unfinished.throw_away(store, kept.id, by=person, now=NOW)


def test_what_is_old_is_forgotten(school: Opened) -> None:
    with school.write() as store:
        person = _person(store)
    _save(school, person)
    late = _save(school, person, minutes=1, tab="u")
    with school.write() as store:
        assert unfinished.forget_before(store, NOW) == 1
    with school.read() as store:
        assert unfinished.every(store, by=person) == (late,)
