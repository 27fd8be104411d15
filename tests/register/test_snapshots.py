"""The snapshot that vetting is given: right, immutable, cheap, and renewed by whatever matters."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, event

from app.domain import Account, ChildNotShown
from app.policy import NotAnswered
from app.register import (
    Office,
    add_reference_photo,
    import_events,
    import_permissions,
    import_roster,
    import_staff,
    open_round,
    put_accounts,
    record_response,
    set_hold,
    snapshot,
)
from app.store import Store, biometrics, everywhere, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.tables import TemplateRow
from app.vetting import Snapshot
from tests.register.conftest import NOW
from tests.register.test_biometrics import PHOTO
from tests.register.test_lists import EVENTS, STAFF
from tests.register.test_roster import DEMO
from tests.seeing import EYES

ROLL = b"UPN,Forename,Surname,Class\nU1,Al,A,Oak\nU2,Bo,B,Ash\nU3,Cy,C,Ash\nU4,Di,D,Ash\nU5,Ed,E,Ash\n"
ANSWERS = b"UPN,Twitter\nU1,N\nU2,Y\nU3,Y\nU4,Y\nU5,Y\n"
CONSENT = Response("", Actor.PARENT, BiometricDecision.CONSENT, True, date(2026, 11, 1))
NOTICE = Notice("", "Mother", date(2026, 9, 1))


def take(office: Office, now: datetime = NOW, engine: str = "paper-1") -> Snapshot:
    return snapshot(office.database, office.school_id, office.policy, office.vault, now=now, engine=engine)


def ids(office: Office) -> dict[str, str]:
    with office.database.read() as session:
        return {pupil.upn: pupil.id for pupil in roster.every(Store(session, office.school_id))}


@pytest.fixture
def stocked(office: Office) -> Office:
    """An office with everything but templates."""
    import_roster(office, ROLL, by="k", now=NOW)
    import_permissions(office, ANSWERS, by="k", now=NOW)
    import_staff(office, STAFF, by="k", now=NOW)
    import_events(office, EVENTS, "text/csv", by="k", now=NOW)
    put_accounts(office, [Account("whitehouseps")], by="k", now=NOW)
    return office


def test_an_empty_register_says_that_nothing_was_loaded(office: Office) -> None:
    found = take(office)
    assert (found.facts.roster_as_of, found.facts.permissions_as_of, found.facts.not_shown) == (None, None, ())
    assert (found.gallery.pupils, found.consented, found.class_of) == ((), frozenset(), {})


def test_the_facts(stocked: Office) -> None:
    found, pupils = take(stocked), ids(stocked)
    assert found.facts.not_shown == (ChildNotShown(pupils["U1"], "Oak"),)
    assert found.facts.staff_handles == {"joking"}
    assert [one.id for one in found.facts.events] == ["e1"]
    assert found.facts.account("@WhitehousePS") is not None
    assert (found.facts.roster_as_of, found.facts.permissions_as_of) == (NOW, NOW)
    assert found.class_of[pupils["U1"]] == "Oak"


def test_it_is_kept_for_one_query(stocked: Office) -> None:
    first, asked = take(stocked), []

    @event.listens_for(Engine, "before_cursor_execute")
    def _count(*arguments: object) -> None:
        if str(arguments[2]).startswith("SELECT") and "set_config" not in str(arguments[2]):
            asked.append(arguments[2])

    try:
        assert take(stocked) is first
    finally:
        event.remove(Engine, "before_cursor_execute", _count)
    assert len(asked) == 1


def test_a_roster_loaded_again_is_fresh_without_a_new_version(stocked: Office) -> None:
    first, later = take(stocked), NOW + timedelta(hours=2)
    import_roster(stocked, ROLL, by="k", now=later)
    second = take(stocked, later)
    assert (second.version, second.facts.roster_as_of) == (first.version, later)
    assert second.guide is first.guide


def test_whatever_matters_makes_a_new_version(stocked: Office) -> None:
    pupils, seen = ids(stocked), [take(stocked).version]

    def changed() -> bool:
        seen.append(take(stocked).version)
        return seen[-1] > seen[-2]

    import_roster(stocked, ROLL.replace(b"Bo,B", b"Beau,B"), by="k", now=NOW)
    assert changed()
    import_permissions(stocked, ANSWERS.replace(b"U2,Y", b"U2,N"), by="k", now=NOW)
    assert changed()
    set_hold(stocked, pupils["U3"], "x", by="dsl", now=NOW)
    assert changed()
    import_staff(stocked, STAFF.replace(b"@joking", b"@other"), by="k", now=NOW)
    assert changed()
    import_events(stocked, EVENTS.replace(b"Hall", b"Field"), "text/csv", by="k", now=NOW)
    assert changed()
    put_accounts(stocked, [Account("another")], by="k", now=NOW)
    assert changed()
    record_response(stocked, pupils["U1"], CONSENT, [NOTICE], by="k", now=NOW)
    assert changed()
    add_reference_photo(stocked, pupils["U1"], PHOTO, EYES, by="k", now=NOW)
    assert changed()
    import_permissions(stocked, ANSWERS.replace(b"U2,Y", b"U2,N"), by="k", now=NOW + timedelta(minutes=1))
    assert not changed()


def test_the_turn_of_a_day_can_make_a_new_version(office: Office) -> None:
    import_roster(office, ROLL, by="k", now=NOW)
    open_round(office, opened_on=date(2026, 11, 1), due_on=date(2026, 11, 22), by="k", now=NOW)
    before, after = take(office), take(office, NOW + timedelta(days=1))
    assert (len(before.facts.not_shown), len(after.facts.not_shown)) == (5, 0)
    assert after.version > before.version
    assert take(office, NOW + timedelta(days=2)).version == after.version
    assert len(take(office, NOW + timedelta(days=300)).facts.not_shown) == 5


def test_another_policy_is_another_snapshot(stocked: Office) -> None:
    open_round(stocked, opened_on=date(2026, 9, 1), due_on=date(2026, 9, 30), by="k", now=NOW)
    import_permissions(stocked, ANSWERS.replace(b"U2,Y", b"U2,"), by="k", now=NOW)
    strict = replace(stocked, policy=replace(stocked.policy, not_answered=NotAnswered.REFUSE))
    # This year's yes of U2 was taken back by a blank: silence, which the policies read differently.
    assert (len(take(stocked).facts.not_shown), len(take(strict).facts.not_shown)) == (1, 2)


def test_the_gallery_holds_one_engines_vectors_of_children_with_consent(stocked: Office) -> None:
    child = ids(stocked)["U1"]
    record_response(stocked, child, CONSENT, [NOTICE], by="k", now=NOW)
    add_reference_photo(stocked, child, PHOTO, EYES, by="k", now=NOW)
    found = take(stocked)
    assert (found.gallery.engine, found.gallery.pupils, found.consented) == ("paper-1", (child,), frozenset({child}))
    assert found.facts.not_shown[0].has_templates
    other = take(stocked, engine="dlib-resnet-1")
    assert (other.gallery.engine, other.gallery.pupils) == ("dlib-resnet-1", ())
    assert not other.facts.not_shown[0].has_templates


def test_a_damaged_vector_leaves_the_child_to_people(stocked: Office) -> None:
    child = ids(stocked)["U1"]
    record_response(stocked, child, CONSENT, [NOTICE], by="k", now=NOW)
    add_reference_photo(stocked, child, PHOTO, EYES, by="k", now=NOW)
    with stocked.database.write() as session:
        everywhere(session).query(TemplateRow).update({"vector_sealed": b"damaged"})
    assert take(stocked).facts.not_shown == (ChildNotShown(child, "Oak", has_templates=False),)
    with stocked.database.read() as session:
        assert len(biometrics.templates(Store(session, stocked.school_id), "paper-1")) == 1


def test_names_of_leavers_stay_while_guarded_and_they_are_on_no_class_list(stocked: Office) -> None:
    gone = ids(stocked)["U1"]
    import_roster(stocked, ROLL.replace(b"U1,Al,A,Oak\n", b""), by="k", now=NOW)
    found = take(stocked)
    assert gone not in found.class_of
    assert [child.pupil for child in found.facts.not_shown] == [gone]
    assert take(stocked, NOW + timedelta(days=31)).facts.not_shown == ()


def test_a_school_of_420_is_read_within_a_second(office: Office) -> None:
    import_roster(office, DEMO, by="k", now=NOW)
    began = time.perf_counter()
    found = take(office)
    assert time.perf_counter() - began < 1
    assert len(found.class_of) == 420
