"""Faces on record: only with consent, and gone as soon as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain import Box
from app.errors import Conflict, Malformed, NotFound
from app.register import (
    ConsentMissing,
    Office,
    ReferencePhotoRefused,
    add_reference_photo,
    embed_again,
    erase_pupil,
    import_roster,
    record_notices,
    record_response,
)
from app.register.biometrics import read_vectors
from app.store import Store, audit, biometrics, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.vault import Vault
from app.vision import paper
from app.vision.detect import Found, Rgb
from tests.register.conftest import NOW

ENGINE = paper.engine()
BLUE = ((20, 40, 200), Box(200, 100, 400, 340))
RED = ((200, 40, 20), Box(420, 100, 600, 340))
PHOTO = paper.png([BLUE])


@pytest.fixture
def child(office: Office) -> str:
    import_roster(
        office, b"UPN,Forename,Surname\n" + b"".join(b"U%d,F,S%d\n" % (n, n) for n in range(6)), by="k", now=NOW
    )
    with office.database.read() as session:
        return next(one.id for one in roster.every(Store(session, office.school_id)) if one.upn == "U0")


def consent(office: Office, child: str) -> bool:
    response = Response(child, Actor.PARENT, BiometricDecision.CONSENT, True, date(2026, 11, 1))
    return record_response(office, child, response, [Notice("", "Mother", date(2026, 9, 1))], by="k", now=NOW)


def on_record(office: Office, child: str) -> tuple[int, int]:
    """How many vectors and how many files there are."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        vectors = read_vectors(store, office.vault, ENGINE.name, frozenset({child}))
        assert len(biometrics.reference_photos(store)) == sum(map(len, vectors.values()))
    return sum(map(len, vectors.values())), sum(file.is_file() for file in office.files.folder.rglob("*"))


def test_no_face_is_looked_at_without_consent(office: Office, child: str) -> None:
    with pytest.raises(ConsentMissing):
        add_reference_photo(office, child, b"never opened", ENGINE, by="k", now=NOW)
    with pytest.raises(NotFound):
        add_reference_photo(office, "nobody", PHOTO, ENGINE, by="k", now=NOW)


def test_a_reference_photo_gives_a_sealed_vector(office: Office, child: str) -> None:
    assert consent(office, child)
    kept = add_reference_photo(office, child, PHOTO, ENGINE, taken_on=date(2026, 9, 2), by="k", now=NOW)
    assert kept.face == BLUE[1]
    assert on_record(office, child) == (1, 1)
    assert office.files.get(kept.sha256).startswith((b"\x89PNG", b"\xff\xd8"))
    with office.database.read() as session:
        store = Store(session, office.school_id)
        assert read_vectors(store, office.vault, "another-engine", frozenset({child})) == {}
        assert read_vectors(store, Vault(bytes(32)), ENGINE.name, frozenset({child})) == {}


def test_the_same_photo_counts_once_and_keeps_its_file(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)
    with pytest.raises(Conflict):
        add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)
    assert on_record(office, child) == (1, 1)


@pytest.mark.parametrize(("photo", "slug"), [(paper.png(), "no-face"), (paper.png([BLUE, RED]), "several-faces")])
def test_a_poor_photo_is_refused_and_leaves_nothing(office: Office, child: str, photo: bytes, slug: str) -> None:
    consent(office, child)
    with pytest.raises(ReferencePhotoRefused) as refused:
        add_reference_photo(office, child, photo, ENGINE, by="k", now=NOW)
    assert refused.value.slug == f"reference-{slug}"
    assert on_record(office, child) == (0, 0)


@pytest.mark.parametrize(
    ("actor", "decision"),
    [
        (Actor.CHILD, BiometricDecision.OBJECT),
        (Actor.PARENT, BiometricDecision.WITHDRAW),
        (Actor.CARER, BiometricDecision.OBJECT),
    ],
)
def test_any_no_destroys_everything_at_once(
    office: Office, child: str, actor: Actor, decision: BiometricDecision
) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)
    no = Response(child, actor, decision, False, date(2026, 11, 22))
    assert record_response(office, child, no, by="k", now=NOW) is False
    assert on_record(office, child) == (0, 0)
    with office.database.read() as session:
        trail = audit.about(Store(session, office.school_id), child)
    assert trail[-1].action == audit.Action.BIOMETRICS_DESTROY
    with pytest.raises(ConsentMissing):
        add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)


def test_a_parent_who_was_not_told_ends_validity(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)
    assert record_notices(office, child, [Notice("", "Father")], by="k", now=NOW) is False
    assert on_record(office, child) == (0, 0)
    assert record_notices(office, child, [Notice("", "Father", exemption="welfare")], by="k", now=NOW) is True


def test_a_new_engine_gets_its_vectors_from_the_photos_on_record(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)
    newer = replace(ENGINE, embedder=NewerEmbedder())
    blind = replace(ENGINE, detector=BlindDetector(), embedder=NewerEmbedder())

    def vectors() -> int:
        with office.database.read() as session:
            return len(biometrics.templates(Store(session, office.school_id), newer.name))

    assert (embed_again(office, blind, by="k", now=NOW), vectors()) == ((child,), 0)
    assert (embed_again(office, newer, by="k", now=NOW), vectors()) == ((), 1)
    assert (embed_again(office, newer, by="k", now=NOW), vectors()) == ((), 1)


class NewerEmbedder(paper.PaperEmbedder):
    """The paper engine under another name."""

    name = "paper-2"


class BlindDetector(paper.PaperDetector):
    """Finds nobody."""

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        return ()


def test_leaving_and_erasure_destroy_too(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)
    import_roster(
        office, b"UPN,Forename,Surname\n" + b"".join(b"U%d,F,S%d\n" % (n, n) for n in range(1, 6)), by="k", now=NOW
    )
    assert on_record(office, child) == (0, 0)
    with pytest.raises(ConsentMissing):
        add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)
    import_roster(
        office, b"UPN,Forename,Surname\n" + b"".join(b"U%d,F,S%d\n" % (n, n) for n in range(6)), by="k", now=NOW
    )
    add_reference_photo(office, child, PHOTO, ENGINE, by="k", now=NOW)
    erase_pupil(office, child, by="k", now=NOW)
    assert on_record(office, child) == (0, 0)


def test_what_cannot_be_recorded(office: Office, child: str) -> None:
    to_come = Response(child, Actor.PARENT, BiometricDecision.CONSENT, True, (NOW + timedelta(days=1)).date())
    with pytest.raises(Malformed):
        record_response(office, child, to_come, by="k", now=NOW)
    with pytest.raises(Malformed):
        record_notices(office, child, [Notice("", "Mother", exemption="busy")], by="k", now=NOW)
    with pytest.raises(NotFound):
        record_notices(office, "nobody", [Notice("", "Mother")], by="k", now=NOW)
