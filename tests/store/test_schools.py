from __future__ import annotations

import pytest

from app.domain import Account
from app.errors import Conflict, Malformed
from app.store import accounts, policies, schools
from app.store.audit import Action, page
from tests.store.conftest import NOW, Opened, open_school


def test_a_school_gets_a_slug_of_its_name(school: Opened) -> None:
    with school.read() as store:
        found = schools.get(store)
        assert found == schools.find(store.session, "whitehouse-primary-school")
        assert (found.name, found.created_at, found.register_version, found.roster_as_of) == (
            "Whitehouse Primary School",
            NOW,
            0,
            None,
        )
        assert schools.find(store.session, "nowhere") is None
        assert page(store, limit=9).items[0].action == Action.SCHOOL_CREATE


@pytest.mark.parametrize(("name", "slug"), [("St Bède's C.E.", "st-bede-s-c-e"), ("学校", "school"), ("  A  ", "a")])
def test_slugs_are_plain(name: str, slug: str) -> None:
    assert schools.slug_of(name) == slug


def test_a_slug_is_given_once(school: Opened) -> None:
    with pytest.raises(Conflict):
        open_school(school.database, "Whitehouse  Primary School")
    with school.read() as store:
        assert len(schools.every(store.session)) == 1


def test_a_slug_too_long_to_index_is_refused(school: Opened) -> None:
    with pytest.raises(Malformed), school.write() as store:
        schools.create(store.session, "Name", "s" * 300, by="test", now=NOW)


def test_the_register_version_counts_changes_alone(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        versions = [schools.set_register_version(store, digest) for digest in ("a", "a", "b", "a")]
    assert versions == [1, 1, 2, 3]
    with school.read() as store, other_school.read() as other:
        assert schools.register_version(store) == 3
        assert schools.register_version(other) == 0


def test_the_first_account_is_the_default(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        accounts.put(store, [Account("WhitehousePS")], by="test", now=NOW)
        accounts.put(store, [Account("@oak_class", ("Oak",), ("p1",)), Account("alder")], by="test", now=NOW)
    with school.read() as store, other_school.read() as other:
        assert accounts.every(store) == (
            Account("whitehouseps"),
            Account("oak_class", ("Oak",), ("p1",)),
            Account("alder"),
        )
        assert accounts.every(other) == ()


def test_putting_an_account_again_changes_it_in_its_place(school: Opened) -> None:
    with school.write() as store:
        accounts.put(store, [Account("one"), Account("two")], by="test", now=NOW)
        accounts.put(store, [Account("ONE", ("Oak",))], by="test", now=NOW)
    with school.read() as store:
        assert accounts.every(store) == (Account("one", ("Oak",)), Account("two"))
        assert page(store, limit=1).items[0].detail == {"handles": ["one"]}


def test_policies_are_versions(school: Opened, other_school: Opened) -> None:
    with school.read() as store:
        assert policies.current(store) is None
    with school.write() as store:
        first = policies.add(store, "a = 1", by="anna", now=NOW)
        again = policies.add(store, "a = 1", by="ben", now=NOW)
        second = policies.add(store, "a = 2", by="ben", now=NOW)
    assert (first.version, again, second.version) == (1, first, 2)
    with school.read() as store, other_school.read() as other:
        assert policies.current(store) == second
        assert policies.history(store) == (second, first)
        assert policies.history(other) == ()
        assert [line.detail for line in page(store, limit=9).items if line.action == Action.POLICY_ADD] == [
            {"version": 2},
            {"version": 1},
        ]
