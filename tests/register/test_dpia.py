"""Without an assessment no face is compared; with another of another kind everybody is asked anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.domain import Draft, Matching
from app.errors import Conflict, Malformed
from app.policy import MatchingMode, Staleness
from app.register import (
    DpiaMissing,
    DpiaWouldDestroy,
    Office,
    Reembedded,
    add_reference_photo,
    embed_again,
    photos_due,
    read_dpia,
    read_faces,
    record_dpia,
    record_response,
    to_ask_anew,
)
from app.register.validity import Lack
from app.store import Store, audit, everywhere, schools
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.vision import paper
from tests.register.conftest import DPIA, NOW, with_policy
from tests.register.test_biometrics import PHOTO, RED, child, consent
from tests.register.test_child_keys import destroyed
from tests.register.test_snapshots import take
from tests.seeing import EYES

__all__ = ["child"]

NEXT = replace(DPIA, version="2.0", assessed_on=date(2026, 11, 20))


@pytest.fixture
def unassessed(office: Office) -> Office:
    """The office of another school of the same database, which recorded none."""
    with office.database.write() as session:
        return replace(office, school_id=schools.create(session, "Elm Park", by="set-up", now=NOW).id)


def test_what_is_recorded_is_in_force(office: Office, unassessed: Office) -> None:
    kept = read_dpia(office)
    assert kept is not None
    assert replace(kept, id="", recorded_by="", recorded_at=None) == DPIA
    assert (kept.recorded_by, kept.recorded_at) == ("set-up", NOW)
    assert read_dpia(unassessed) is None
    with office.database.read() as session:
        (line,) = audit.about(Store(session, office.school_id), kept.id)
    assert (line.action, line.detail) == ("biometric.dpia.record", {"version": "1.0"})


def test_without_one_nothing_is_matched_whatever_the_policy_says(unassessed: Office) -> None:
    found = take(unassessed)
    assert not found.assessed
    for mode in MatchingMode:
        assert found.may_match(Draft(""), mode) is Matching.OFF
    assert embed_again(unassessed, EYES, by="k", now=NOW) == Reembedded()


def test_without_one_nobody_is_enrolled(office: Office, child: str) -> None:
    consent(office, child)
    with office.database.write() as session:
        everywhere(session).execute(text("DELETE FROM dpias"))
    with pytest.raises(DpiaMissing):
        add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    assert read_faces(office, child, NOW).why_not[0].lack is Lack.DPIA


@pytest.mark.parametrize(
    "wrong",
    [{"assessed_on": date(2026, 11, 23)}, {"review_due": date(2026, 8, 20)}, {"review_due": date(2020, 1, 1)}],
)
def test_days_that_cannot_be(office: Office, wrong: dict[str, date]) -> None:
    with pytest.raises(Malformed):
        record_dpia(office, replace(DPIA, **wrong), by="k", now=NOW)  # type: ignore[arg-type]


def test_a_version_below_the_one_in_force_is_refused(office: Office) -> None:
    record_dpia(office, replace(DPIA, version="1.10"), by="k", now=NOW + timedelta(seconds=1))
    for older in ("1.9", "1", "0.99.7"):
        with pytest.raises(Conflict) as refused:
            record_dpia(office, replace(DPIA, version=older), by="k", now=NOW)
        assert refused.value.slug == "dpia-version-older"


def test_a_smaller_change_lets_consents_stand(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    record_dpia(office, replace(DPIA, version="1.1"), by="k", now=NOW + timedelta(seconds=1))
    assert read_faces(office, child, NOW).is_valid
    assert take(office).gallery.pupils == (child,)
    assert to_ask_anew(office, NOW) == ()


def test_a_greater_change_destroys_when_confirmed_and_lists_whom_to_ask(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    later = NOW + timedelta(minutes=1)
    with pytest.raises(DpiaWouldDestroy):
        record_dpia(office, NEXT, by="k", now=later)
    kept = read_dpia(office)
    assert kept is not None
    assert kept.version == "1.0"
    assert take(office).gallery.pupils == (child,)
    record_dpia(office, NEXT, confirm=True, by="k", now=later)
    assert (take(office, later).gallery.pupils, to_ask_anew(office, later)) == ((), (child,))
    assert {one.trigger for one in destroyed(office)} == {"dpia-changed"}
    assert [one for one in office.files.folder.rglob("*") if one.is_file()] == []
    again = Response(child, Actor.PARENT, BiometricDecision.CONSENT, True, date(2026, 11, 22))
    assert record_response(office, child, again, by="k", now=later) is False
    told = [Notice("", "Mother", date(2026, 11, 21))]
    assert record_response(office, child, again, told, by="k", now=later + timedelta(minutes=1)) is True
    assert to_ask_anew(office, later) == ()


def test_recording_one_makes_a_new_version_of_the_register(office: Office) -> None:
    before = take(office).version
    record_dpia(office, replace(DPIA, version="1.1"), by="k", now=NOW + timedelta(seconds=1))
    after = take(office)
    assert after.version > before
    assert after.facts.dpia_review_on == DPIA.review_due


def test_photos_grow_due_and_then_lapse(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, taken_on=date(2026, 1, 10), by="k", now=NOW)
    assert photos_due(office, NOW) == ()
    due = NOW.replace(year=2027, month=1, day=10)
    assert [one.photo.pupil for one in photos_due(office, due)] == [child]
    before = take(office, due)
    assert before.gallery.pupils == (child,)
    lapsed = due + timedelta(days=42)
    found = take(office, lapsed)
    assert (found.gallery.pupils, {one.has_templates for one in found.facts.not_shown}) == ((), {False})
    assert found.version > before.version
    record_response(
        office, child, Response("", Actor.CHILD, BiometricDecision.OBJECT, False, date(2026, 11, 22)), by="k", now=NOW
    )
    assert photos_due(office, lapsed) == (), "only where validity stands"


def test_a_fresh_photo_beside_an_old_one_is_enough(office: Office, child: str) -> None:
    consent(office, child)
    strict = with_policy(office, staleness=Staleness(7, reference_months=1, reference_grace_days=7))
    add_reference_photo(strict, child, PHOTO, EYES, taken_on=date(2026, 10, 20), by="k", now=NOW)
    assert len(photos_due(strict, NOW)) == 1
    add_reference_photo(strict, child, paper.png([RED]), EYES, taken_on=date(2026, 11, 20), by="k", now=NOW)
    assert photos_due(strict, NOW) == ()


@pytest.mark.parametrize(
    ("taken_on", "slug"), [(date(2026, 11, 23), "malformed"), (date(2024, 1, 1), "reference-too-old")]
)
def test_photos_of_days_that_cannot_be_are_refused(office: Office, child: str, taken_on: date, slug: str) -> None:
    consent(office, child)
    with pytest.raises(Malformed) as refused:
        add_reference_photo(office, child, PHOTO, EYES, taken_on=taken_on, by="k", now=NOW)
    assert refused.value.slug == slug
