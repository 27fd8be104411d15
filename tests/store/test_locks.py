"""One approver an item."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.db import Database
from app.domain import Draft
from app.errors import NotFound
from app.store import audit, drafts, locks, people
from tests.store.conftest import NOW, Opened


def _person(school: Opened, name: str) -> str:
    with school.write() as store:
        return people.add(store, name, f"{name}@whitehouse.example", "approver", "", by="test", now=NOW).id


def _draft(school: Opened) -> str:
    with school.write() as store:
        return drafts.add(store, Draft("We planted bulbs."), author_kind="key", by="test", now=NOW).id


def test_the_first_who_opens_a_draft_holds_it(school: Opened) -> None:
    draft, sarah, nisha = _draft(school), _person(school, "Sarah"), _person(school, "Nisha")
    with school.write() as store:
        mine = locks.claim(store, draft, by=sarah, now=NOW)
        assert (mine.person_id, mine.name, mine.since, mine.until) == (sarah, "Sarah", NOW, NOW + locks.LASTS)
        assert locks.claim(store, draft, by=nisha, now=NOW + timedelta(minutes=14)) == mine
        assert locks.holders(store, [draft, "nothing"], NOW) == {draft: mine}


def test_renewing_keeps_since_when(school: Opened) -> None:
    draft, sarah = _draft(school), _person(school, "Sarah")
    later = NOW + timedelta(minutes=10)
    with school.write() as store:
        locks.claim(store, draft, by=sarah, now=NOW)
        renewed = locks.claim(store, draft, by=sarah, now=later)
    assert (renewed.since, renewed.until) == (NOW, later + locks.LASTS)


def test_a_lock_ends_by_itself(school: Opened) -> None:
    draft, sarah, nisha = _draft(school), _person(school, "Sarah"), _person(school, "Nisha")
    ended = NOW + locks.LASTS
    with school.write() as store:
        locks.claim(store, draft, by=sarah, now=NOW)
        assert locks.find(store, draft, now=ended) is None
        assert locks.claim(store, draft, by=nisha, now=ended).name == "Nisha"
        assert locks.claim(store, draft, by=nisha, now=ended + locks.LASTS).since == ended + locks.LASTS


def test_only_ones_own_is_released(school: Opened) -> None:
    draft, sarah, nisha = _draft(school), _person(school, "Sarah"), _person(school, "Nisha")
    with school.write() as store:
        locks.claim(store, draft, by=sarah, now=NOW)
        locks.release(store, draft, by=nisha, now=NOW)
        assert locks.find(store, draft, now=NOW) is not None
        locks.release(store, draft, by=sarah, now=NOW)
        assert locks.find(store, draft, now=NOW) is None


def test_taking_over_is_written_down_and_claiming_is_not(school: Opened) -> None:
    draft, sarah, nisha = _draft(school), _person(school, "Sarah"), _person(school, "Nisha")
    with school.write() as store:
        locks.take_over(store, draft, by=sarah, now=NOW)  # from nobody
        locks.take_over(store, draft, by=sarah, now=NOW)  # from oneself
        taken = locks.take_over(store, draft, by=nisha, now=NOW + timedelta(minutes=1))
        assert (taken.person_id, taken.since) == (nisha, NOW + timedelta(minutes=1))
        assert locks.claim(store, draft, by=sarah, now=NOW + timedelta(minutes=1)) == taken
        lines = [one for one in audit.about(store, draft) if one.action == audit.Action.LOCK_TAKE_OVER]
    assert [(one.actor, one.detail) for one in lines] == [(nisha, {"from": sarah})]


def test_there_must_be_a_draft_and_a_person(school: Opened, other_school: Opened) -> None:
    draft, sarah, stranger = _draft(school), _person(school, "Sarah"), _person(other_school, "Ada")
    with school.write() as store:
        for draft_id, person in (("nothing", sarah), (draft, "key"), (draft, stranger), ("\x00", sarah)):
            with pytest.raises(NotFound):
                locks.claim(store, draft_id, by=person, now=NOW)
            with pytest.raises(NotFound):
                locks.take_over(store, draft_id, by=person, now=NOW)


def test_another_school_sees_nothing(school: Opened, other_school: Opened) -> None:
    draft, sarah = _draft(school), _person(school, "Sarah")
    with school.write() as store:
        locks.claim(store, draft, by=sarah, now=NOW)
    with other_school.write() as store:
        locks.release(store, draft, by=sarah, now=NOW)
        assert locks.holders(store, [draft], NOW) == {}
    with school.read() as store:
        assert locks.find(store, draft, now=NOW) is not None


def test_two_who_come_at_once_get_one_lock(database: Database, school: Opened) -> None:
    draft = _draft(school)
    both = [_person(school, "Sarah"), _person(school, "Nisha")]

    def claim(person: str) -> str:
        with school.write() as store:
            return locks.claim(store, draft, by=person, now=NOW).person_id

    with ThreadPoolExecutor(2) as pool:
        for _ in range(5):
            assert len(set(pool.map(claim, both))) == 1
