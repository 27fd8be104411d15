from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.domain import Box, Event, Pupil, StaffMember
from app.errors import Conflict, Malformed, NotFound
from app.store import Store, audit, biometrics, events, holds, permissions, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.store.holds import HoldLevel, HoldWanted
from app.store.permissions import Given, PermissionAnswer
from app.store.roster import RosterChange
from tests.store.conftest import NOW, Opened

TODAY = NOW.date()
YEAR = "2026-27"
ALICE = Pupil("alice", "B1", "Alice", "Smith", "Ali", "Smith", "Mae", ("Jones",), "4", "Oak", date(2018, 6, 19))
ZOE = Pupil("zoe", "B2", "Zoë", "O’Brien-Lee", class_name="Rowan")
FACE = Box(1, 2, 30, 40)


def enrol(store: Store, *pupils: Pupil) -> None:
    roster.replace(store, RosterChange(added=pupils), by="office", now=NOW)


@pytest.fixture
def enrolled(school: Opened) -> Opened:
    with school.write() as store:
        enrol(store, ZOE, ALICE)
    return school


def test_a_roster_comes_back_by_surname(enrolled: Opened, other_school: Opened) -> None:
    with enrolled.read() as store, other_school.read() as other:
        assert roster.every(store) == (ZOE, ALICE)
        assert roster.find(store, "alice") == ALICE
        assert roster.as_of(store) == NOW
        assert roster.every(other) == ()
        assert roster.find(other, "alice") is None
        assert roster.as_of(other) is None


def test_an_import_adds_changes_and_marks_leavers(enrolled: Opened) -> None:
    moved, new = replace(ALICE, class_name="Elm", former=()), Pupil("new", "B3", "New", "Child")
    with enrolled.write() as store:
        change = RosterChange(added=[new], changed=[moved], left={"zoe"}, left_on=TODAY)
        roster.replace(store, change, by="office", now=NOW + timedelta(days=1))
    with enrolled.read() as store:
        assert {pupil.id: pupil for pupil in roster.every(store)} == {
            "alice": moved,
            "zoe": replace(ZOE, left_on=TODAY),
            "new": new,
        }
        assert roster.as_of(store) == NOW + timedelta(days=1)
        assert audit.page(store, limit=1).items[0].detail == {"added": ["new"], "changed": ["alice"], "left": ["zoe"]}


def test_several_pupils_change_at_once(enrolled: Opened) -> None:
    changed = [replace(ALICE, year="5"), replace(ZOE, year="6", born_on=TODAY)]
    with enrolled.write() as store:
        roster.replace(store, RosterChange(changed=changed), by="office", now=NOW)
        assert {pupil.year for pupil in roster.every(store)} == {"5", "6"}


def test_another_schools_pupils_are_out_of_reach(enrolled: Opened, other_school: Opened) -> None:
    with other_school.write() as store:
        change = RosterChange(changed=[replace(ALICE, year="9")], left=["zoe"], left_on=TODAY)
        roster.replace(store, change, by="office", now=NOW)
    with enrolled.read() as store:
        assert roster.every(store) == (ZOE, ALICE)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("alice", ["alice"]),
        ("zoe", ["zoe"]),
        ("ZOË rowan", ["zoe"]),
        ("jones", ["alice"]),
        ("lee", ["zoe"]),
        ("b1", ["alice"]),
        ("o", ["zoe", "alice"]),
        ("alice rowan", []),
        ("lice", []),
        ("", ["zoe", "alice"]),
        ("\0", []),
    ],
)
def test_pupils_are_searched_by_how_their_names_begin(enrolled: Opened, words: str, found: list[str]) -> None:
    with enrolled.read() as store:
        assert [pupil.id for pupil in roster.search(store, words, limit=9)] == found
        assert len(roster.search(store, words, limit=1)) == min(1, len(found))


def test_a_upn_too_long_to_index_is_malformed(school: Opened) -> None:
    with pytest.raises(Malformed), school.write() as store:
        enrol(store, replace(ALICE, upn="B" * 300))


def test_staff_come_back_in_their_order(school: Opened, other_school: Opened) -> None:
    first = [StaffMember("Mrs", "Sarah", "Whitfield", "Headteacher", ("sarahw",)), StaffMember("Mr", "James", "Carter")]
    with school.write() as store:
        roster.replace_staff(store, first, by="office", now=NOW)
    with other_school.write() as store:
        roster.replace_staff(store, [], by="office", now=NOW)
    with school.write() as store:
        assert roster.staff(store) == tuple(first)
        roster.replace_staff(store, first[1:], by="office", now=NOW)
        assert roster.staff(store) == tuple(first[1:])


def test_the_calendar_is_replaced_whole(school: Opened, other_school: Opened) -> None:
    fair = Event("e1", "Fair", NOW + timedelta(days=2), NOW + timedelta(days=3), "Hall", ("fete", "fayre"))
    trip = Event("e2", "Trip", NOW, NOW)
    with school.write() as store:
        events.replace(store, [fair, trip], by="office", now=NOW)
    with other_school.write() as store:
        events.replace(store, [fair], by="office", now=NOW)
    with school.write() as store:
        assert events.every(store) == (trip, fair)
        assert events.find(store, "e1") == fair
        assert events.find(store, "e3") is None
        events.replace(store, [], by="office", now=NOW)
        assert events.every(store) == ()
    with other_school.read() as store:
        assert events.every(store) == (fair,)


def answers(store: Store, year: str = YEAR) -> dict[tuple[str, str], str]:
    return {(one.pupil, one.channel): str(one.answer) for one in permissions.current(store, year)}


def record(store: Store, *given: Given, year: str = YEAR, later: int = 0) -> tuple[str, ...]:
    now = NOW + timedelta(minutes=later)
    return permissions.load(store, year, given, source="csv", by="office", now=now)


def test_the_latest_answer_counts_and_the_earlier_stay(enrolled: Opened) -> None:
    granted = Given("alice", "twitter", PermissionAnswer.GRANTED, "Yes")
    with enrolled.write() as store:
        assert record(store, granted, Given("zoe", "twitter", PermissionAnswer.NOT_ANSWERED)) == ("alice", "zoe")
        assert record(store, Given("alice", "twitter", PermissionAnswer.WITHDRAWN, "No"), later=1) == ("alice",)
    with enrolled.read() as store:
        assert answers(store) == {("alice", "twitter"): "withdrawn", ("zoe", "twitter"): "not_answered"}
        assert [(one.answer, one.raw, one.recorded_by) for one in permissions.history(store, "alice")] == [
            ("granted", "Yes", "office"),
            ("withdrawn", "No", "office"),
        ]


def test_loading_the_same_answers_again_adds_nothing(enrolled: Opened) -> None:
    given = [Given("alice", channel, PermissionAnswer.REFUSED, "N") for channel in ("twitter", "website")]
    with enrolled.write() as store:
        record(store, *given)
        assert record(store, *given, later=5) == ()
        assert len(permissions.history(store, "alice")) == 2
        known = permissions.round_of(store, YEAR)
    assert known is not None
    assert known.as_of == NOW + timedelta(minutes=5)


def test_a_pupil_named_twice_keeps_the_last_answer(enrolled: Opened) -> None:
    with enrolled.write() as store:
        given = [Given("alice", "twitter", answer) for answer in (PermissionAnswer.GRANTED, PermissionAnswer.REFUSED)]
        record(store, *given)
        assert answers(store) == {("alice", "twitter"): "refused"}


def test_each_school_year_stands_alone(enrolled: Opened) -> None:
    with enrolled.write() as store:
        record(store, Given("alice", "twitter", PermissionAnswer.GRANTED), year="2025-26")
        assert answers(store) == {}
        assert answers(store, "2025-26") == {("alice", "twitter"): "granted"}
        assert permissions.round_of(store, YEAR) is None


def test_one_answer_given_at_the_door_makes_no_register_fresh(enrolled: Opened) -> None:
    given = [Given("alice", "twitter", PermissionAnswer.REFUSED)]
    with enrolled.write() as store:
        permissions.record(store, YEAR, given, source="form", by="office", now=NOW)
        assert answers(store) == {("alice", "twitter"): "refused"}
        assert permissions.round_of(store, YEAR) is None


def test_a_round_is_opened_and_keeps_what_was_loaded(enrolled: Opened) -> None:
    with enrolled.write() as store:
        record(store)
        for due_on in (TODAY, TODAY + timedelta(days=7)):
            permissions.open_round(store, YEAR, opened_on=TODAY, due_on=due_on, by="head", now=NOW)
        assert permissions.round_of(store, YEAR) == permissions.Round(YEAR, TODAY, TODAY + timedelta(days=7), NOW)


def test_only_one_answer_can_be_current(enrolled: Opened) -> None:
    with enrolled.write() as store:
        record(store, Given("alice", "twitter", PermissionAnswer.GRANTED))
        record(store, Given("alice", "twitter", PermissionAnswer.REFUSED), later=1)
    with pytest.raises(Exception, match=r"(?i)unique"), enrolled.write() as store:
        store.session.execute(text("UPDATE permissions SET current = true"))


def test_a_hold_holds_until_it_is_lifted(enrolled: Opened, other_school: Opened) -> None:
    with enrolled.write() as store:
        wanted = HoldWanted("alice", HoldLevel.NO_PUBLISH, b"sealed", TODAY, "answer-1")
        hold = holds.put_on(store, wanted, by="dsl", now=NOW)
        assert (hold.review_on, hold.answer_id) == (TODAY, "answer-1")
        assert holds.standing(store) == holds.of_pupil(store, "alice") == (hold,)
        assert holds.of_pupil(store, "zoe") == ()
        holds.stand_for(store, "alice", "answer-2")
        hold = replace(hold, answer_id="answer-2")
    with other_school.write() as store:
        assert holds.standing(store) == ()
        assert not holds.lift(store, hold.id, by="dsl", now=NOW)
        assert holds.sealed_reason(store, hold.id) is None
    with enrolled.write() as store:
        assert holds.sealed_reason(store, hold.id) == b"sealed"
        assert holds.lift(store, hold.id, by="dsl", now=NOW)
        assert not holds.lift(store, hold.id, by="dsl", now=NOW)
        assert holds.standing(store) == ()
        assert holds.of_pupil(store, "alice") == (replace(hold, lifted_by="dsl", lifted_at=NOW),)
        assert audit.about(store, hold.id) == (), "the answer beside it has the line"


def test_biometric_responses_and_notices_add_up(enrolled: Opened, other_school: Opened) -> None:
    consent = Response("alice", Actor.PARENT, BiometricDecision.CONSENT, in_writing=True, received_on=TODAY)
    objection = Response("alice", Actor.CHILD, BiometricDecision.OBJECT, in_writing=False, received_on=TODAY)
    with enrolled.write() as store:
        for response in (consent, objection, replace(consent, pupil="zoe")):
            biometrics.record_response(store, response, by="office", now=NOW)
        biometrics.record_notice(store, Notice("alice", "contact-1", TODAY), by="office", now=NOW)
        biometrics.record_notice(store, Notice("alice", "contact-2", exemption="not_found"), by="office", now=NOW)
    with enrolled.read() as store, other_school.read() as other:
        kept = biometrics.responses_of(store, "alice")
        assert {(one.actor, one.decision, one.in_writing) for one in kept} == {
            ("parent", "consent", True),
            ("child", "object", False),
        }
        assert {(one.recorded_by, one.recorded_at) for one in kept} == {("office", NOW)}
        assert len(biometrics.responses(store)) == 3
        assert {(one.contact, one.sent_on, one.exemption) for one in biometrics.notices(store)} == {
            ("contact-1", TODAY, ""),
            ("contact-2", None, "not_found"),
        }
        assert (biometrics.responses(other), biometrics.notices(other)) == ((), ())


def sha256(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def refer(store: Store, pupil: str, words: str) -> biometrics.ReferencePhoto:
    return biometrics.add_reference_photo(store, pupil, sha256(words), FACE, taken_on=TODAY, by="office", now=NOW)


def test_templates_of_one_engine_never_meet_anothers(enrolled: Opened, other_school: Opened) -> None:
    with enrolled.write() as store:
        photo = refer(store, "alice", "a")
        first = biometrics.add_template(store, photo, "paper", b"one", quality=0.5, by="office", now=NOW)
        biometrics.add_template(store, photo, "dlib", b"two", quality=0.25, by="office", now=NOW)
        assert biometrics.templates(store, "paper") == (first,)
        again = biometrics.add_template(store, photo, "paper", b"three", quality=0.75, by="office", now=NOW)
        assert biometrics.templates(store, "paper") == (again,)
        assert [template.vector_sealed for template in biometrics.templates(store, "dlib")] == [b"two"]
        assert biometrics.reference_photos(store) == (photo,)
    with other_school.read() as store:
        assert biometrics.templates(store, "paper") == ()


def test_a_childs_reference_photo_is_kept_once(enrolled: Opened) -> None:
    with enrolled.write() as store:
        refer(store, "alice", "a")
        with pytest.raises(Conflict):
            refer(store, "alice", "a")
        assert len(biometrics.reference_photos(store)) == 1


def test_a_refusal_is_kept_with_the_photo_of_its_own_school_and_only_there(
    enrolled: Opened, other_school: Opened
) -> None:
    with enrolled.write() as store:
        photo = refer(store, "alice", "a")
        biometrics.refuse_reference_photo(store, photo, "newer-2, 64 px", by="office", now=NOW)
        assert biometrics.reference_photos(store) == (replace(photo, refused_by="newer-2, 64 px"),)
        assert audit.about(store, photo.id)[-1].detail == {"pupil": "alice", "eyes": "newer-2, 64 px"}
    with other_school.write() as store:
        biometrics.refuse_reference_photo(store, photo, "another-3, 64 px", by="office", now=NOW)
        assert audit.about(store, photo.id) == ()
    with enrolled.read() as store:
        assert biometrics.reference_photos(store)[0].refused_by == "newer-2, 64 px"


def test_destroying_leaves_nothing_of_the_child_and_all_of_the_others(enrolled: Opened) -> None:
    with enrolled.write() as store:
        for pupil, words in (("alice", "own"), ("alice", "both"), ("zoe", "both")):
            photo = refer(store, pupil, words)
            biometrics.add_template(store, photo, "paper", b"x", quality=1, by="office", now=NOW)
        assert biometrics.destroy(store, "alice", why="withdrawn", by="office", now=NOW) == (sha256("own"),)
        assert biometrics.destroy(store, "alice", why="withdrawn", by="office", now=NOW) == ()
        assert [template.pupil for template in biometrics.templates(store, "paper")] == ["zoe"]
        assert [photo.pupil for photo in biometrics.reference_photos(store)] == ["zoe"]
        destroyed = [line for line in audit.about(store, "alice") if line.action == "biometric.templates.destroy"]
        assert [line.detail for line in destroyed] == [{"why": "withdrawn", "photos": 2}]


def test_erasure_removes_all_that_belongs_to_a_child(enrolled: Opened) -> None:
    with enrolled.write() as store:
        for pupil in ("alice", "zoe"):
            photo = refer(store, pupil, pupil)
            biometrics.add_template(store, photo, "paper", b"x", quality=1, by="office", now=NOW)
            record(store, Given(pupil, "twitter", PermissionAnswer.REFUSED))
            holds.put_on(store, HoldWanted(pupil, HoldLevel.NO_NAME, b"x"), by="dsl", now=NOW)
            biometrics.record_notice(store, Notice(pupil, "c"), by="office", now=NOW)
            biometrics.record_response(
                store, Response(pupil, Actor.PARENT, BiometricDecision.CONSENT, True, TODAY), by="office", now=NOW
            )
        assert roster.erase(store, "alice", by="office", now=NOW) == (sha256("alice"),)
    with enrolled.read() as store:
        assert roster.every(store) == (ZOE,)
        for table in (
            "templates",
            "reference_photos",
            "permissions",
            "holds",
            "biometric_notices",
            "biometric_responses",
        ):
            assert store.session.scalars(text(f"SELECT pupil_id FROM {table}")).all() == ["zoe"], table
        assert audit.verify(store).problems == ()
        assert "Alice" not in str(audit.page(store, limit=99))


def test_erasing_nobody_changes_nothing(enrolled: Opened, other_school: Opened) -> None:
    with pytest.raises(NotFound), other_school.write() as store:
        roster.erase(store, "alice", by="office", now=NOW)
    with other_school.read() as store:
        assert len(audit.page(store, limit=9).items) == 1
    with enrolled.read() as store:
        assert roster.find(store, "alice") == ALICE
