"""A school's own reference photos: only with consent that holds, only where faces are compared at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.accuracy import measure, references
from app.accuracy.references import NothingToCompare
from app.policy import MatchingMode
from app.register import Office, add_reference_photo, import_roster, record_response
from app.store import Store, audit, biometrics, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.vision import paper
from tests.accuracy.conftest import ENGINE, FACE, PEOPLE, SHEET
from tests.register.conftest import NOW, office
from tests.seeing import EYES

__all__ = ["office"]

CONSENT = (Actor.PARENT, BiometricDecision.CONSENT, True, date(2026, 11, 1))


@pytest.fixture
def children(office: Office) -> list[str]:
    """Six children, each with consent and three reference photos."""
    rows = b"".join(b"U%d,F,S%d\n" % (number, number) for number in range(6))
    import_roster(office, b"UPN,Forename,Surname\n" + rows, by="k", now=NOW)
    with office.database.read() as session:
        pupils = [one.id for one in roster.every(Store(session, office.school_id))]
    for number, pupil in enumerate(pupils):
        record_response(
            office, pupil, Response(pupil, *CONSENT), [Notice("", "Mother", date(2026, 9, 1))], by="k", now=NOW
        )
        for paler in range(3):
            red, green, blue = PEOPLE[number]
            photo = paper.png([((red + paler, green + paler, blue), FACE)], size=SHEET)
            add_reference_photo(office, pupil, photo, EYES, by="k", now=NOW)
    return pupils


def test_each_photo_is_left_out_in_turn(office: Office, children: list[str]) -> None:
    labelled = references.portraits(office, by="k", now=NOW)
    found = measure(labelled, ENGINE, office.policy, references=(1, 2, 3)).matching
    assert found is not None
    assert (found.people, found.pictures, found.usable_people) == (6, 18, 6)
    assert {row.references for row in found.advice} == {1, 2}, "with three photos one is left out and two are left"
    assert found.verification is not None
    assert found.verification.own_pairs == 6 * 3 * 2


def test_it_stands_in_the_audit_trail_without_anybodys_id(office: Office, children: list[str]) -> None:
    references.portraits(office, by="k", now=NOW)
    with office.database.read() as session:
        (line,) = audit.page(Store(session, office.school_id), limit=1).items
    assert (line.action, line.actor, line.subject) == (audit.Action.ACCURACY_MEASURE, "k", office.school_id)
    assert line.detail == {"photos": 18, "pupils": 6}


def test_whoever_may_not_be_on_record_is_not_looked_at(office: Office, children: list[str]) -> None:
    with office.database.write() as session:  # past the register, which would have destroyed the photos at once
        no = Response(children[0], Actor.CHILD, BiometricDecision.OBJECT, False, date(2026, 11, 20))
        biometrics.record_response(Store(session, office.school_id), no, by="k", now=NOW)
    assert {portrait.person for portrait in references.portraits(office, by="k", now=NOW).portraits} == set(
        children[1:]
    )


def test_what_is_destroyed_meanwhile_is_not_looked_at(office: Office, children: list[str]) -> None:
    labelled = references.portraits(office, by="k", now=NOW)
    no = Response(children[0], Actor.CHILD, BiometricDecision.OBJECT, False, date(2026, 11, 20))
    record_response(office, children[0], no, by="k", now=NOW)
    found = measure(labelled, ENGINE, office.policy).matching
    assert found is not None
    assert found.refused == (("cannot-be-opened", 3),)
    assert found.usable_people == 5


def test_where_faces_are_not_compared_nothing_is_measured(office: Office, children: list[str]) -> None:
    off = replace(office, policy=replace(office.policy, matching=MatchingMode.OFF))
    with pytest.raises(NothingToCompare, match="does not let faces be compared"):
        references.portraits(off, by="k", now=NOW)


def test_without_reference_photos_there_is_nothing(office: Office) -> None:
    with pytest.raises(NothingToCompare, match="No child with valid"):
        references.portraits(office, by="k", now=NOW)
    with office.database.read() as session:
        assert audit.page(Store(session, office.school_id), limit=1).items[0].action != audit.Action.ACCURACY_MEASURE
