"""Allowed phrases on record: per school, with an audit line for every change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.errors import Malformed
from app.store import audit, phrases
from app.store.phrases import About, AllowedPhrase
from tests.store.conftest import NOW, Opened


def allow(school: Opened, phrase: str, about: About = About.NAMES, seconds: int = 0) -> AllowedPhrase:
    with school.write() as store:
        return phrases.add(store, phrase, about, "Our hall.", by="amy", now=NOW + timedelta(seconds=seconds))


def test_a_phrase_comes_back_as_it_was_allowed(school: Opened, other_school: Opened) -> None:
    hall = allow(school, "Grace Darling Hall")
    field = allow(school, "Fanny's Field", About.WORDING, seconds=1)
    assert hall == AllowedPhrase(hall.id, "Grace Darling Hall", About.NAMES, "Our hall.", "amy", NOW)
    with school.read() as store, other_school.read() as other:
        assert phrases.standing(store) == (hall, field)
        assert phrases.find(store, field.id) == field
        assert phrases.standing(other) == ()
        assert phrases.find(other, field.id) is None
        assert phrases.page(other, withdrawn=True, limit=9).items == ()


def test_a_phrase_taken_back_stays_on_record(school: Opened, other_school: Opened) -> None:
    hall = allow(school, "Grace Darling Hall")
    later = NOW + timedelta(days=1)
    with other_school.write() as store:
        assert not phrases.withdraw(store, hall.id, "Renamed.", by="ben", now=later)
    with school.write() as store:
        assert phrases.withdraw(store, hall.id, "Renamed.", by="ben", now=later)
        assert not phrases.withdraw(store, hall.id, "Again.", by="cat", now=later)
        assert not phrases.withdraw(store, "nobody", "Again.", by="cat", now=later)
    with school.read() as store:
        found = phrases.find(store, hall.id)
        assert found is not None
        assert (found.withdrawn_by, found.withdrawn_at, found.withdrawn_reason) == ("ben", later, "Renamed.")
        assert phrases.standing(store) == ()
        assert phrases.page(store, withdrawn=False, limit=9).items == ()
        assert phrases.page(store, withdrawn=True, limit=9).items == (found,)


def test_every_change_is_audited_without_the_words(school: Opened) -> None:
    hall = allow(school, "Grace Darling Hall")
    with school.write() as store:
        phrases.withdraw(store, hall.id, "Renamed.", by="ben", now=NOW)
    with school.read() as store:
        lines = audit.about(store, hall.id)
        assert [(line.action, line.actor, line.detail) for line in lines] == [
            ("register.phrase.allow", "amy", {"about": "names"}),
            ("register.phrase.withdraw", "ben", {"about": "names"}),
        ]
        assert audit.verify(store).problems == ()


def test_the_list_goes_page_by_page_latest_first(school: Opened) -> None:
    added = [allow(school, f"Hall {number}", seconds=number // 2) for number in range(5)]
    wanted = sorted(added, key=lambda one: (one.allowed_at, one.id), reverse=True)
    found: list[AllowedPhrase] = []
    cursor: str | None = None
    with school.read() as store:
        for _ in range(3):
            page = phrases.page(store, withdrawn=False, limit=2, cursor=cursor)
            found += page.items
            cursor = page.next
        assert cursor is None
        assert found == wanted
        with pytest.raises(Malformed):
            phrases.page(store, withdrawn=False, limit=2, cursor="x")
