"""Pupils of the trust's other schools, kept beside our own and out of their way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from app.domain import Pupil
from app.store import audit, permissions, roster
from app.store.permissions import Given, PermissionAnswer
from app.store.roster import RosterChange
from app.tables import PermissionRow
from tests.store.conftest import NOW, Opened

ALICE = Pupil("alice", "B1", "Alice", "Smith", class_name="Oak")
BILAL = Pupil("bilal", "B2", "Bilal", "Khan", "Bil", "Khan", former=("Ali",), elsewhere=True)
GONE = Pupil("gone", "B3", "Zoë", "Long", left_on=date(2026, 9, 1), elsewhere=True)


@pytest.fixture
def trust(school: Opened) -> Opened:
    with school.write() as store:
        roster.replace(store, RosterChange(added=[ALICE, BILAL, GONE]), by="office", now=NOW)
    return school


def last_detail(opened: Opened) -> object:
    with opened.read() as store:
        return audit.page(store, limit=1).items[0].detail


def mark(opened: Opened) -> str:
    with opened.read() as store:
        return roster.elsewhere_mark(store)


def test_they_are_in_no_list_unless_asked_for(trust: Opened, other_school: Opened) -> None:
    with trust.read() as store, other_school.read() as other:
        assert roster.every(store) == (ALICE,)
        assert roster.search(store, "", limit=9) == (ALICE,)
        assert roster.search(store, "khan", limit=9) == ()
        assert roster.elsewhere(store) == (BILAL, GONE)
        assert roster.find(store, "bilal") == BILAL
        assert roster.elsewhere(other) == ()
        assert roster.elsewhere_mark(other) == ""


def test_the_audit_trail_counts_them_and_names_those_who_moved(trust: Opened) -> None:
    assert last_detail(trust) == {"added": ["alice"], "changed": [], "left": [], "moved": [], "elsewhere": 2}
    before = mark(trust)
    with trust.write() as store:
        change = RosterChange(changed=[replace(ALICE, elsewhere=True)], moved=["alice"])
        roster.replace(store, change, by="office", now=NOW)
        assert roster.every(store) == ()
    assert last_detail(trust) == {"added": [], "changed": [], "left": [], "moved": ["alice"], "elsewhere": 1}
    assert mark(trust) != before


def test_the_mark_is_another_when_they_change_and_only_then(trust: Opened) -> None:
    seen = [mark(trust)]
    with trust.write() as store:
        roster.replace(store, RosterChange(changed=[replace(ALICE, year="5")]), by="office", now=NOW)
    assert mark(trust) == seen[-1]
    with trust.write() as store:
        ours = RosterChange(changed=[replace(BILAL, elsewhere=False)], came=["bilal"])
        roster.replace(store, ours, by="office", now=NOW)
    seen.append(mark(trust))
    with trust.write() as store:
        roster.erase(store, "alice", by="office", now=NOW)
    assert mark(trust) == seen[-1]
    with trust.write() as store:
        roster.erase(store, "gone", by="office", now=NOW)
    seen.append(mark(trust))
    assert len(set(seen)) == 3


def test_leavers_are_forgotten_with_all_that_was_theirs(trust: Opened) -> None:
    with trust.write() as store:
        given = [Given(pupil, "social-media", PermissionAnswer.REFUSED) for pupil in ("alice", "bilal", "gone")]
        permissions.record(store, "2026-27", given, source="mis", by="office", now=NOW)
        late = replace(ALICE, id="late", upn="B4", left_on=date(2026, 9, 1))
        roster.replace(store, RosterChange(added=[late]), by="office", now=NOW)
        assert roster.forget_elsewhere(store, date(2026, 9, 1), by="k", now=NOW) == 0
    before, lines = mark(trust), last_detail(trust)
    with trust.write() as store:
        assert roster.forget_elsewhere(store, date(2026, 9, 2), by="k", now=NOW + timedelta(days=1)) == 1
        assert roster.elsewhere(store) == (BILAL,)
        assert {pupil.id for pupil in roster.every(store)} == {"alice", "late"}
        assert store.session.scalar(select(func.count()).select_from(PermissionRow)) == 2
    assert lines != last_detail(trust) == {"elsewhere": 1}
    assert mark(trust) != before
