"""Who is away and who stands in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.errors import Conflict, Malformed, NotFound
from app.store import audit, deputies, people
from app.store.deputies import Absence, Naming
from tests.store.conftest import NOW, Opened

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


def _person(school: Opened, name: str) -> str:
    with school.write() as store:
        return people.add(store, name, f"{name}@whitehouse.example", "approver", "", by="test", now=NOW).id


def _name(school: Opened, person: str, deputy: str | None, first: date, last: date) -> Absence:
    with school.write() as store:
        return deputies.name(store, Naming(person, deputy, first, last), today=TODAY, by=person, now=NOW)


def test_both_days_are_included(school: Opened) -> None:
    sarah, nisha = _person(school, "Sarah"), _person(school, "Nisha")
    made = _name(school, sarah, nisha, TODAY + DAY, TODAY + 2 * DAY)
    assert (made.name, made.deputy, made.deputy_id) == ("Sarah", "Nisha", nisha)
    with school.read() as store:
        assert deputies.current(store, TODAY) == ()
        assert deputies.current(store, TODAY + DAY) == (made,) == deputies.current(store, TODAY + 2 * DAY)
        assert deputies.coming(store, TODAY) == (made,)
        assert deputies.coming(store, TODAY + 3 * DAY) == ()
        (line,) = audit.about(store, made.id)
    assert line.detail == {"person": sarah, "deputy": nisha, "begins_on": "2026-11-23", "ends_on": "2026-11-24"}


def test_somebody_may_be_away_without_a_deputy(school: Opened) -> None:
    sarah = _person(school, "Sarah")
    made = _name(school, sarah, None, TODAY, TODAY)
    assert (made.deputy_id, made.deputy) == (None, "")


@pytest.mark.parametrize(
    ("first", "last", "slug"),
    [
        (TODAY + DAY, TODAY, "days-malformed"),
        (TODAY - 2 * DAY, TODAY - DAY, "days-malformed"),
        (TODAY, TODAY + 366 * DAY, "days-malformed"),
    ],
)
def test_days_that_cannot_be_are_refused(school: Opened, first: date, last: date, slug: str) -> None:
    sarah, nisha = _person(school, "Sarah"), _person(school, "Nisha")
    with pytest.raises(Malformed) as told:
        _name(school, sarah, nisha, first, last)
    assert told.value.slug == slug


def test_nobody_is_their_own_deputy(school: Opened) -> None:
    sarah = _person(school, "Sarah")
    with pytest.raises(Malformed, match="own deputy"):
        _name(school, sarah, sarah, TODAY, TODAY)


def test_days_that_overlap_are_refused(school: Opened) -> None:
    sarah, nisha = _person(school, "Sarah"), _person(school, "Nisha")
    _name(school, sarah, nisha, TODAY + DAY, TODAY + 3 * DAY)
    for first, last in ((TODAY, TODAY + DAY), (TODAY + 3 * DAY, TODAY + 9 * DAY), (TODAY, TODAY + 9 * DAY)):
        with pytest.raises(Conflict) as told:
            _name(school, sarah, None, first, last)
        assert told.value.slug == "away-already"
    _name(school, sarah, None, TODAY, TODAY)
    _name(school, nisha, None, TODAY + DAY, TODAY + DAY)


def test_an_absence_ends_once_and_by_its_own_person(school: Opened, other_school: Opened) -> None:
    sarah, nisha = _person(school, "Sarah"), _person(school, "Nisha")
    made = _name(school, sarah, nisha, TODAY, TODAY + DAY)
    for where, whose in ((school, nisha), (other_school, None)):
        with pytest.raises(NotFound), where.write() as store:
            deputies.end(store, made.id, whose=whose, by=nisha, now=NOW)
    with school.write() as store:
        deputies.end(store, made.id, whose=sarah, by=sarah, now=NOW)
        assert deputies.coming(store, TODAY) == ()
    with pytest.raises(NotFound), school.write() as store:
        deputies.end(store, made.id, whose=None, by=sarah, now=NOW)
    _name(school, sarah, None, TODAY, TODAY)


def test_people_who_left_neither_are_away_nor_stand_in(school: Opened, other_school: Opened) -> None:
    sarah, nisha, stranger = _person(school, "Sarah"), _person(school, "Nisha"), _person(other_school, "Ada")
    with pytest.raises(NotFound):
        _name(school, sarah, stranger, TODAY, TODAY)
    _name(school, sarah, nisha, TODAY, TODAY)
    with school.write() as store:
        people.change(store, nisha, active=False, by="test", now=NOW)
        (left,) = deputies.current(store, TODAY)
        assert (left.deputy_id, left.deputy) == (None, "")
        people.change(store, sarah, active=False, by="test", now=NOW)
        assert deputies.current(store, TODAY) == ()
    with pytest.raises(NotFound):
        _name(school, nisha, None, TODAY, TODAY)
