"""What is sealed of a child cannot be read without the child's key, and not by anybody once that is destroyed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.errors import NotFound
from app.register import (
    Office,
    add_reference_photo,
    embed_again,
    erase_pupil,
    holds_of,
    import_roster,
    purge_leavers,
    read_hold_reason,
    record_response,
    remove_reference_photo,
    reseal,
    set_hold,
)
from app.register.biometrics import read_vectors
from app.register.child_keys import ChildVault, open_photo_file, vault_of
from app.store import Store, audit, biometrics, destructions, everywhere, holds, pupil_keys, roster
from app.store.biometrics import Actor, BiometricDecision, ReferencePhoto, Response
from app.store.destructions import Destruction
from app.store.pupil_keys import KeyPurpose
from app.tables import Base
from app.vault import PhotoFiles, SealBroken, Vault
from app.vision import paper
from tests.register.conftest import NOW
from tests.register.test_biometrics import ENGINE, PHOTO, RED, child, consent
from tests.seeing import EYES

__all__ = ["child"]

REASON = "Moved under protection; the father must not learn where"
NO = Response("", Actor.CHILD, BiometricDecision.OBJECT, False, date(2026, 11, 22))


def stored(office: Office) -> bytes:
    """Every byte of the database and of the data folder."""
    office.database.settle()
    with office.database.read() as session:
        rows = [
            repr(row) for table in Base.metadata.sorted_tables for row in everywhere(session).execute(select(table))
        ]
        values = [
            value
            for table in Base.metadata.sorted_tables
            for row in everywhere(session).execute(select(table))
            for value in row
            if isinstance(value, bytes)
        ]
    raw = office.database.file
    files = [raw, raw.with_name(f"{raw.name}-wal")] if raw else []
    folder = [file for file in office.files.folder.rglob("*") if file.is_file()]
    read = b"".join(file.read_bytes() for file in [*files, *folder] if file.exists())
    names = "".join(str(file) for file in folder)
    return read + b"".join(values) + "".join(rows).encode() + names.encode()


def wrapped(office: Office, child: str, purpose: KeyPurpose = KeyPurpose.FACES) -> bytes | None:
    with office.database.read() as session:
        return pupil_keys.find(Store(session, office.school_id), child, purpose)


def destroyed(office: Office) -> tuple[Destruction, ...]:
    with office.database.read() as session:
        return destructions.page(Store(session, office.school_id), limit=99).items


def vectors(office: Office, child: str) -> bytes:
    with office.database.read() as session:
        found = read_vectors(Store(session, office.school_id), office.vault, ENGINE.name, frozenset({child}))
    return found[child].astype("<f4").tobytes() if child in found else b""


def enrolled(office: Office, child: str) -> ReferencePhoto:
    consent(office, child)
    return add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)


def hold(office: Office, child: str) -> str:
    return set_hold(office, child, REASON, by="dsl", now=NOW).id


# ---------------------------------------------------------------- nothing is readable


def test_nothing_of_it_is_readable_in_the_database_or_on_the_disk(office: Office, child: str) -> None:
    photo, hold_id = enrolled(office, child), hold(office, child)
    picture, vector = open_photo_file(office, photo), vectors(office, child)
    assert vector
    assert read_hold_reason(office, child, hold_id, by="dsl", now=NOW) == REASON
    everything = stored(office)
    secret = (vector, vector[: len(vector) // 2], picture, picture[200:400], REASON.encode(), REASON[:20].encode())
    assert [one for one in secret if one in everything] == []
    for clear in (child.encode(), b"biometric.photo.add"):
        assert clear in everything, "what is not sealed is found, so the search would find more"


def test_the_master_key_alone_does_not_open_it(office: Office, child: str) -> None:
    photo = enrolled(office, child)
    with office.database.read() as session:
        (template,) = biometrics.every_template(Store(session, office.school_id))
    with pytest.raises(SealBroken):
        office.vault.open(template.vector_sealed, f"template {child} {ENGINE.name}")
    with pytest.raises(SealBroken):
        PhotoFiles(office.files.folder / child, office.vault).get(photo.sha256)


def test_each_child_and_each_purpose_has_a_key_of_its_own(office: Office, child: str) -> None:
    enrolled(office, child)
    hold(office, child)
    faces, reasons = wrapped(office, child), wrapped(office, child, KeyPurpose.HOLDS)
    assert faces is not None
    assert reasons is not None
    assert office.vault.unwrap(faces, f"key faces {child}")
    for purpose in (f"key holds {child}", "key faces another"):
        with pytest.raises(SealBroken):
            office.vault.unwrap(faces, purpose)


# ---------------------------------------------------------------- its end


def test_a_no_shreds_the_key_and_leaves_a_proof(office: Office, child: str) -> None:
    photo, hold_id = enrolled(office, child), hold(office, child)
    key = wrapped(office, child)
    assert key is not None
    with office.database.read() as session:
        (template,) = biometrics.every_template(Store(session, office.school_id))
    copy = (office.files.folder / child / photo.sha256[:2] / photo.sha256[2:4] / photo.sha256).read_bytes()
    record_response(office, child, NO, by="somebody", now=NOW)
    assert wrapped(office, child) is None
    proof = hashlib.sha256(key).hexdigest()
    assert {
        (one.pupil, one.what, one.how_many, one.trigger, one.proof, one.destroyed_by) for one in destroyed(office)
    } == {
        (child, "templates", 1, "not-valid", proof, "somebody"),
        (child, "reference-photos", 1, "not-valid", proof, "somebody"),
    }
    everything = stored(office)
    assert key not in everything, "the wrapped key is gone from the file too, not only from the table"
    assert template.vector_sealed not in everything
    assert list(office.files.folder.rglob("*.*")) == []
    with office.database.read() as session:
        vault = vault_of(Store(session, office.school_id), office.vault, child, KeyPurpose.FACES)
    for sealed, purpose in (
        (template.vector_sealed, f"template {child} {ENGINE.name}"),
        (copy, f"photo {photo.sha256}"),
    ):
        with pytest.raises(SealBroken):
            vault.open(sealed, purpose)
    assert read_hold_reason(office, child, hold_id, by="dsl", now=NOW) == REASON, "that has another key"


def test_consent_again_makes_a_new_key(office: Office, child: str) -> None:
    enrolled(office, child)
    before = wrapped(office, child)
    record_response(office, child, NO, by="k", now=NOW)
    later = NOW + timedelta(minutes=1)
    record_response(office, child, replace(NO, decision=BiometricDecision.CONSENT), by="k", now=later)
    add_reference_photo(office, child, PHOTO, EYES, by="k", now=NOW)
    assert wrapped(office, child) not in (None, before)
    assert vectors(office, child)


def test_erasure_shreds_both_keys_and_the_record_outlives_the_child(office: Office, child: str) -> None:
    enrolled(office, child)
    hold(office, child)
    keys = [wrapped(office, child), wrapped(office, child, KeyPurpose.HOLDS)]
    erase_pupil(office, child, by="k", now=NOW)
    assert {(one.what, one.trigger) for one in destroyed(office)} == {
        ("templates", "erased"),
        ("reference-photos", "erased"),
    }, "who had a hold is nobody's to read in that list"
    everything = stored(office)
    assert [key for key in keys if key is None or key in everything] == []
    for key in keys:
        assert hashlib.sha256(key or b"").hexdigest().encode() in everything


def test_leaving_destroys_the_face_and_keeps_the_reason(office: Office, child: str) -> None:
    enrolled(office, child)
    hold_id = hold(office, child)
    rows = b"".join(b"U%d,F,S%d\n" % (number, number) for number in range(1, 6))
    import_roster(office, b"UPN,Forename,Surname\n" + rows, by="k", now=NOW)
    assert {one.trigger for one in destroyed(office)} == {"left"}
    assert (wrapped(office, child), vectors(office, child)) == (None, b"")
    assert read_hold_reason(office, child, hold_id, by="dsl", now=NOW) == REASON
    later = NOW.replace(year=2029)
    purge_leavers(office, by="k", now=later)
    assert wrapped(office, child, KeyPurpose.HOLDS) is None


def test_one_photo_goes_and_the_others_stay(office: Office, child: str) -> None:
    first = enrolled(office, child)
    second = add_reference_photo(office, child, paper.png([RED]), EYES, by="k", now=NOW)
    remove_reference_photo(office, child, first.id, by="k", now=NOW)
    assert open_photo_file(office, second)
    assert sum(file.is_file() for file in office.files.folder.rglob("*")) == 1
    assert {(one.what, one.trigger, one.proof) for one in destroyed(office)} == {
        ("templates", "removed", ""),
        ("reference-photos", "removed", ""),
    }
    with pytest.raises(NotFound):
        remove_reference_photo(office, child, first.id, by="k", now=NOW)


# ---------------------------------------------------------------- what was sealed before there were such keys


def as_before(office: Office, child: str) -> tuple[ReferencePhoto, str]:
    """A vector, a photo and a hold's reason under the master key's seal, and no keys."""
    photo, hold_id = enrolled(office, child), hold(office, child)
    picture, vector = open_photo_file(office, photo), vectors(office, child)
    purpose = f"template {child} {ENGINE.name}"
    with office.database.write() as session:
        store = Store(session, office.school_id)
        (template,) = biometrics.every_template(store)
        packed = (len(vector) // 4).to_bytes(4, "little") + vector
        biometrics.seal_template_anew(store, template, office.vault.seal(packed, purpose))
        holds.seal_reason_anew(store, hold_id, office.vault.seal(REASON.encode(), f"hold {child}"))
        for each in KeyPurpose:
            pupil_keys.drop(store, child, each)
    (office.files.folder / child / photo.sha256[:2] / photo.sha256[2:4] / photo.sha256).unlink()
    office.files.put(photo.sha256, picture)
    return photo, hold_id


def test_older_seals_still_open(office: Office, child: str) -> None:
    photo, hold_id = as_before(office, child)
    assert vectors(office, child)
    assert open_photo_file(office, photo)
    assert read_hold_reason(office, child, hold_id, by="dsl", now=NOW) == REASON


def test_older_seals_are_renewed_once(office: Office, child: str) -> None:
    photo, hold_id = as_before(office, child)
    picture, vector = open_photo_file(office, photo), vectors(office, child)
    assert reseal(office, by="k", now=NOW) == 1
    assert reseal(office, by="k", now=NOW) == 0
    assert (open_photo_file(office, photo), vectors(office, child)) == (picture, vector)
    assert read_hold_reason(office, child, hold_id, by="dsl", now=NOW) == REASON
    assert not office.files.exists(photo.sha256)
    assert wrapped(office, child) is not None
    with office.database.read() as session:
        store = Store(session, office.school_id)
        assert not any(office.vault.has_sealed(one.vector_sealed) for one in biometrics.every_template(store))
        assert not any(office.vault.has_sealed(sealed) for _, _, sealed in holds.sealed_reasons(store))
        assert [line.action for line in audit.about(store, office.school_id)].count(audit.Action.SEALS_RENEW) == 1
    record_response(office, child, NO, by="k", now=NOW)
    assert vectors(office, child) == b""


def test_a_photo_that_two_children_have_stays_for_the_other(office: Office, child: str) -> None:
    photo = as_before(office, child)[0]
    with office.database.read() as session:
        other = next(one.id for one in roster.every(Store(session, office.school_id)) if one.id != child)
    consent(office, other)
    with office.database.write() as session:
        biometrics.add_reference_photo(
            Store(session, office.school_id), other, photo.sha256, photo.face, taken_on=None, by="k", now=NOW
        )
    assert reseal(office, by="k", now=NOW) == 2
    record_response(office, child, NO, by="k", now=NOW)
    assert open_photo_file(office, replace(photo, pupil=other))
    assert not office.files.exists(photo.sha256)


def test_what_cannot_be_opened_stays_as_it_is(office: Office, child: str) -> None:
    photo, hold_id = as_before(office, child)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        (template,) = biometrics.every_template(store)
        other = Vault(bytes(32))
        biometrics.seal_template_anew(store, template, other.seal(b"x", "else"))
        holds.seal_reason_anew(store, hold_id, other.seal(b"x", "else"))
    office.files.delete(photo.sha256)
    assert reseal(office, by="k", now=NOW) == 0
    assert wrapped(office, child) is None
    assert embed_again(office, EYES, by="k", now=NOW).without == (child,)


def test_a_key_that_cannot_be_unwrapped_opens_nothing(office: Office, child: str) -> None:
    enrolled(office, child)
    with office.database.read() as session:
        vault = vault_of(Store(session, office.school_id), Vault(bytes(32)), child, KeyPurpose.FACES)
    assert vault.own is None
    with pytest.raises(SealBroken):
        ChildVault(None, office.vault).open(b"FV\x02" + bytes(40), "x")
    assert holds_of(office, child) == ()


def test_the_folder_of_photos_is_the_childs(office: Office, child: str, tmp_path: Path) -> None:
    photo = enrolled(office, child)
    (file,) = (one for one in tmp_path.rglob(photo.sha256) if one.is_file())
    assert file.relative_to(office.files.folder).parts[0] == child
