"""Faces on record: only with consent, and gone as soon as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from app.domain import Box
from app.errors import Conflict, Malformed, NotFound
from app.register import (
    ConsentMissing,
    Office,
    Reembedded,
    ReferencePhotoRefused,
    add_reference_photo,
    embed_again,
    erase_pupil,
    import_roster,
    record_notices,
    record_response,
    snapshot,
)
from app.register.biometrics import read_vectors
from app.register.child_keys import discard_photo, open_photo_file
from app.store import Store, audit, biometrics, roster, schools
from app.store.biometrics import Actor, BiometricDecision, Notice, ReferencePhoto, Response
from app.vault import Vault
from app.vetting import Snapshot
from app.vision import paper
from app.vision.detect import Found, Rgb
from app.vision.embed import Vectors
from tests.register.conftest import NOW, with_policy
from tests.seeing import EYES, eyes_with

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
        add_reference_photo(office, child, b"never opened", EYES, by="k", now=NOW)
    with pytest.raises(NotFound):
        add_reference_photo(office, "nobody", PHOTO, EYES, by="k", now=NOW)


def test_a_reference_photo_gives_a_sealed_vector(office: Office, child: str) -> None:
    assert consent(office, child)
    kept = add_reference_photo(office, child, PHOTO, EYES, taken_on=date(2026, 9, 2), by="k", now=NOW)
    assert kept.face == BLUE[1]
    assert on_record(office, child) == (1, 1)
    assert open_photo_file(office, kept).startswith((b"\x89PNG", b"\xff\xd8"))
    with office.database.read() as session:
        store = Store(session, office.school_id)
        assert read_vectors(store, office.vault, "another-engine", frozenset({child})) == {}
        assert read_vectors(store, Vault(bytes(32)), ENGINE.name, frozenset({child})) == {}


def test_the_same_photo_counts_once_and_keeps_its_file(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    with pytest.raises(Conflict):
        add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    assert on_record(office, child) == (1, 1)


@pytest.mark.parametrize(("photo", "slug"), [(paper.png(), "no-face"), (paper.png([BLUE, RED]), "several-faces")])
def test_a_poor_photo_is_refused_and_leaves_nothing(office: Office, child: str, photo: bytes, slug: str) -> None:
    consent(office, child)
    with pytest.raises(ReferencePhotoRefused) as refused:
        add_reference_photo(office, child, photo, EYES, by="k", now=NOW)
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
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    no = Response(child, actor, decision, False, date(2026, 11, 22))
    assert record_response(office, child, no, by="k", now=NOW) is False
    assert on_record(office, child) == (0, 0)
    with office.database.read() as session:
        trail = audit.about(Store(session, office.school_id), child)
    assert trail[-1].action == audit.Action.BIOMETRICS_DESTROY
    with pytest.raises(ConsentMissing):
        add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)


def test_a_parent_who_was_not_told_ends_validity(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    assert record_notices(office, child, [Notice("", "Father")], by="k", now=NOW) is False
    assert on_record(office, child) == (0, 0)
    assert record_notices(office, child, [Notice("", "Father", exemption="welfare")], by="k", now=NOW) is True


NEWER = "paper-2"


def templates(office: Office) -> list[str]:
    """The engines of all vectors."""
    with office.database.read() as session:
        return [one.engine for one in biometrics.every_template(Store(session, office.school_id))]


def actions(office: Office, child: str) -> list[str]:
    with office.database.read() as session:
        return [str(line.action) for line in audit.about(Store(session, office.school_id), child)]


def test_a_new_engine_gets_its_vectors_from_the_photos_on_record(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    with office.database.read() as session:
        before = schools.get(Store(session, office.school_id)).register_version
    newer = replace(ENGINE, embedder=NewerEmbedder())
    assert snapshot_of(office, NEWER).gallery.pupils == ()
    assert embed_again(office, eyes_with(newer), by="k", now=NOW) == Reembedded(1)
    assert templates(office) == [NEWER]
    assert snapshot_of(office, NEWER).gallery.pupils == (child,)
    assert snapshot_of(office, ENGINE.name).gallery.pupils == ()
    assert embed_again(office, eyes_with(newer), by="k", now=NOW) == Reembedded()
    with office.database.read() as session:
        assert schools.get(Store(session, office.school_id)).register_version > before
    assert actions(office, child).count(audit.Action.TEMPLATES_DROP) == 1


def snapshot_of(office: Office, engine: str) -> Snapshot:
    return snapshot(office.database, office.school_id, office.policy, office.vault, now=NOW, engine=engine)


def test_a_photo_that_the_new_engine_cannot_use_leaves_its_child_without_a_vector(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    broken = replace(ENGINE, embedder=BrokenNewer())
    assert embed_again(office, eyes_with(broken), by="k", now=NOW) == Reembedded(without=(child,))
    assert templates(office) == [ENGINE.name], "it could not be looked at, so the old one stays"
    blind = replace(ENGINE, detector=BlindDetector(), embedder=NewerEmbedder())
    assert embed_again(office, eyes_with(blind), by="k", now=NOW) == Reembedded(without=(child,))
    assert templates(office) == []
    assert embed_again(office, eyes_with(replace(ENGINE, embedder=NewerEmbedder())), by="k", now=NOW) == Reembedded(1)
    assert templates(office) == [NEWER]


def test_a_refused_photo_is_looked_at_once_by_each_engine(office: Office, child: str) -> None:
    consent(office, child)
    photo = add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    detector = BlindDetector()
    blind = replace(ENGINE, detector=detector, embedder=NewerEmbedder())
    for _ in range(2):
        assert embed_again(office, eyes_with(blind), by="k", now=NOW) == Reembedded(without=(child,))
    assert (detector.looks, templates(office)) == (1, [])
    assert actions(office, photo.id).count(audit.Action.TEMPLATE_REFUSE) == 1
    assert embed_again(office, EYES, by="k", now=NOW) == Reembedded(1), "another engine tries"
    assert embed_again(office, eyes_with(blind), by="k", now=NOW) == Reembedded(without=(child,))
    assert (detector.looks, templates(office)) == (1, []), "what was refused keeps no older vector either"


def test_a_refused_photo_is_looked_at_again_when_the_school_asks_less(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    newer = replace(ENGINE, embedder=NewerEmbedder())
    asks_more = with_policy(office, photo=replace(office.policy.photo, identifiable_height_px=500))
    assert embed_again(asks_more, eyes_with(newer), by="k", now=NOW) == Reembedded(without=(child,))
    assert embed_again(office, eyes_with(newer), by="k", now=NOW) == Reembedded(1)


def test_one_lost_photo_does_not_keep_the_others_waiting(office: Office, child: str) -> None:
    consent(office, child)
    lost = add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    add_reference_photo(office, child, paper.png([RED]), EYES, by="k", now=NOW)
    discard_photo(office, child, lost.sha256)
    newer = replace(ENGINE, embedder=NewerEmbedder())
    assert embed_again(office, eyes_with(newer), by="k", now=NOW) == Reembedded(1)
    assert sorted(templates(office)) == [ENGINE.name, NEWER]


def test_without_consent_faces_are_destroyed_in_place_of_measured_anew(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    with office.database.write() as session:  # as if it had lapsed unnoticed
        no = Response(child, Actor.CHILD, BiometricDecision.OBJECT, False, date(2026, 11, 22))
        biometrics.record_response(Store(session, office.school_id), no, by="k", now=NOW)
    newer = replace(ENGINE, embedder=NewerEmbedder())
    assert embed_again(office, eyes_with(newer), by="k", now=NOW) == Reembedded(destroyed=(child,))
    assert (templates(office), on_record(office, child)) == ([], (0, 0))
    assert actions(office, child)[-1] == audit.Action.BIOMETRICS_DESTROY


def test_without_an_embedder_nothing_is_touched(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    assert embed_again(office, eyes_with(replace(ENGINE, embedder=None)), by="k", now=NOW) == Reembedded()
    assert templates(office) == [ENGINE.name]


def test_vectors_left_over_from_an_older_engine_are_dropped(office: Office, child: str) -> None:
    consent(office, child)
    photo = add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    with office.database.write() as session:
        biometrics.add_template(Store(session, office.school_id), photo, "older", b"", quality=1, by="k", now=NOW)
    assert embed_again(office, EYES, by="k", now=NOW) == Reembedded()
    assert templates(office) == [ENGINE.name]


@pytest.mark.parametrize(
    "content", [b"", np.zeros(128, "<f4").tobytes(), (128).to_bytes(4, "little") + bytes(500), bytes(4)], ids=range(4)
)
def test_a_vector_that_is_not_as_long_as_it_says_does_not_count_and_is_made_anew(
    office: Office, child: str, content: bytes
) -> None:
    consent(office, child)
    photo = add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    keep_sealed(office, photo, content)
    with office.database.read() as session:
        store = Store(session, office.school_id)
        assert read_vectors(store, office.vault, ENGINE.name, frozenset({child})) == {}
    assert embed_again(office, EYES, by="k", now=NOW) == Reembedded(1)
    assert on_record(office, child) == (1, 1)


def test_where_vectors_of_one_engine_differ_in_length_none_counts(office: Office, child: str) -> None:
    consent(office, child)
    photo = add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    add_reference_photo(office, child, paper.png([RED]), EYES, by="k", now=NOW)
    keep_sealed(office, photo, (2).to_bytes(4, "little") + np.ones(2, "<f4").tobytes())
    with office.database.read() as session:
        store = Store(session, office.school_id)
        assert read_vectors(store, office.vault, ENGINE.name, frozenset({child})) == {}
    assert snapshot_of(office, ENGINE.name).gallery.pupils == ()
    assert embed_again(office, EYES, by="k", now=NOW) == Reembedded(1)
    assert on_record(office, child) == (2, 2)


def keep_sealed(office: Office, photo: ReferencePhoto, content: bytes) -> None:
    """Put other content into the seal of that photo's vector."""
    sealed = office.vault.seal(content, f"template {photo.pupil} {ENGINE.name}")
    with office.database.write() as session:
        store = Store(session, office.school_id)
        biometrics.add_template(store, photo, ENGINE.name, sealed, quality=1, by="k", now=NOW)


class NewerEmbedder(paper.PaperEmbedder):
    """The paper engine under another name."""

    name = NEWER


class BrokenNewer(NewerEmbedder):
    """Gives nothing."""

    def embed(self, rgb: Rgb, founds: Sequence[Found]) -> Vectors:
        raise RuntimeError("no")


class BlindDetector(paper.PaperDetector):
    """Finds nobody, and counts how often it looked."""

    name = "blind-1"

    def __init__(self) -> None:
        self.looks = 0

    def detect(self, rgb: Rgb) -> tuple[Found, ...]:
        self.looks += 1
        return ()

    def glance(self, rgb: Rgb) -> tuple[Found, ...]:
        return ()


def test_leaving_and_erasure_destroy_too(office: Office, child: str) -> None:
    consent(office, child)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    import_roster(
        office, b"UPN,Forename,Surname\n" + b"".join(b"U%d,F,S%d\n" % (n, n) for n in range(1, 6)), by="k", now=NOW
    )
    assert on_record(office, child) == (0, 0)
    with pytest.raises(ConsentMissing):
        add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    import_roster(
        office, b"UPN,Forename,Surname\n" + b"".join(b"U%d,F,S%d\n" % (n, n) for n in range(6)), by="k", now=NOW
    )
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
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
