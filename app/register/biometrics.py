"""Faces of children on record: what parents and children said of it, the photos and vectors, and their end.

Losing validity destroys templates and reference photos at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

import numpy as np

from app.errors import Conflict, Fault, Malformed, NotFound
from app.register import version
from app.register.office import Office
from app.register.validity import valid_pupils
from app.store import Store, biometrics, roster
from app.store.biometrics import Notice, ReferencePhoto, Response
from app.vault import SealBroken, Vault
from app.vetting import sight_of
from app.vision import Engine, Enrolment, EnrolmentRefused, Picture, enrol
from app.vision.clean import publishable
from app.vision.embed import Vectors
from app.vision.pixels import open_photo

EXEMPTIONS = frozenset({"not_found", "lacks_capacity", "welfare", "not_practicable"})
"""Grounds on which a parent need not be told (section 27 (1))."""


class ConsentMissing(Conflict):
    """The child's face may not be put on record."""

    slug = "biometric-consent-missing"


class ReferencePhotoRefused(Malformed):
    """A reference photo that does not show one face well enough; the slug says which of the reasons."""


# ---------------------------------------------------------------- notices and responses


def record_notices(office: Office, pupil_id: str, notices: Sequence[Notice], *, by: str, now: datetime) -> bool:
    """Record that parents were told or are exempt; returns whether the child's face may now be on record.

    A contact with neither day nor exemption counts as known and not told. Malformed for an unknown ground.
    """
    wrong = [at for at, notice in enumerate(notices) if notice.exemption and notice.exemption not in EXEMPTIONS]
    if wrong:
        faults = tuple(Fault(f"#/notices/{at}/exemption", f"one of {', '.join(sorted(EXEMPTIONS))}") for at in wrong)
        raise Malformed("This is no ground on which a parent need not be told.", errors=faults)
    return _record(office, pupil_id, notices, None, by=by, now=now)


def record_response(
    office: Office, pupil_id: str, response: Response, notices: Sequence[Notice] = (), *, by: str, now: datetime
) -> bool:
    """Record what somebody said, and with it notices; returns whether the child's face may now be on record.

    If not, templates and reference photos are destroyed at once. NotFound if there is no such
    pupil; Malformed for a day to come.
    """
    if response.received_on > office.day(now):
        raise Malformed("The day lies in the future.", errors=(Fault("#/received_on", "lies in the future"),))
    return _record(office, pupil_id, notices, response, by=by, now=now)


def _record(
    office: Office, pupil_id: str, notices: Sequence[Notice], response: Response | None, *, by: str, now: datetime
) -> bool:
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if roster.find(store, pupil_id) is None:
            raise NotFound("There is no such pupil.")
        for notice in notices:
            biometrics.record_notice(store, replace(notice, pupil=pupil_id), by=by, now=now)
        if response is not None:
            biometrics.record_response(store, replace(response, pupil=pupil_id), by=by, now=now)
        valid = pupil_id in valid_pupils(store, office.day(now))
        files = () if valid else destroy_all(store, [pupil_id], why="not-valid", by=by, now=now)
        version.stamp(store, office.policy, now)
    for sha256 in files:
        office.files.delete(sha256)
    return valid


def destroy_all(store: Store, pupils: Iterable[str], *, why: str, by: str, now: datetime) -> tuple[str, ...]:
    """Destroy templates and reference photos of these pupils; returns the files to delete after the commit."""
    return tuple(sha256 for pupil in pupils for sha256 in biometrics.destroy(store, pupil, why=why, by=by, now=now))


# ---------------------------------------------------------------- reference photos


def add_reference_photo(
    office: Office, pupil_id: str, data: bytes, engine: Engine, *, taken_on: date | None = None, by: str, now: datetime
) -> ReferencePhoto:
    """Put a child's face on record: the photo, without its metadata, and the engine's vector, both sealed.

    Nothing is looked at before it is certain that it may be. Raises NotFound, ConsentMissing,
    PhotoRefused for a file that is no photo, ReferencePhotoRefused for one that shows no face well
    enough, Conflict if the child has that photo already.
    """
    _check_permitted(office, pupil_id, now)
    clean = publishable(open_photo(data))
    enrolment = _enrolled(office, open_photo(clean.data), engine)
    office.files.put(clean.sha256, clean.data)
    try:
        with office.database.write() as session:
            store = Store(session, office.school_id)
            store.take_turn()
            _refuse_unless_valid(store, pupil_id, office.day(now))
            photo = biometrics.add_reference_photo(
                store, pupil_id, clean.sha256, enrolment.box, taken_on=taken_on, by=by, now=now
            )
            _keep_vector(office, store, photo, enrolment, by=by, now=now)
            version.stamp(store, office.policy, now)
    except BaseException:
        _forget_unused(office, clean.sha256)
        raise
    return photo


def embed_again(office: Office, engine: Engine, *, by: str, now: datetime) -> tuple[str, ...]:
    """Make the vectors that a new engine lacks, from the photos on record; returns the pupils left without one.

    Until then faces are not compared with theirs.
    """
    with office.database.read() as session:
        store = Store(session, office.school_id)
        valid = valid_pupils(store, office.day(now))
        made = {template.reference_photo for template in biometrics.templates(store, engine.name)}
        photos = [
            photo for photo in biometrics.reference_photos(store) if photo.id not in made and photo.pupil in valid
        ]
    without: dict[str, None] = {}
    for photo in photos:
        found = enrol(open_photo(office.files.get(photo.sha256)), engine, sight_of(office.policy, engine.name))
        if isinstance(found, EnrolmentRefused) or not _add_vector(office, photo, found, by=by, now=now):
            without[photo.pupil] = None
    return tuple(without)


def _add_vector(office: Office, photo: ReferencePhoto, found: Enrolment, *, by: str, now: datetime) -> bool:
    """Keep a vector unless the photo or the consent has gone while it was made."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if photo not in biometrics.reference_photos(store) or photo.pupil not in valid_pupils(store, office.day(now)):
            return False
        _keep_vector(office, store, photo, found, by=by, now=now)
        version.stamp(store, office.policy, now)
    return True


def _check_permitted(office: Office, pupil_id: str, now: datetime) -> None:
    with office.database.read() as session:
        _refuse_unless_valid(Store(session, office.school_id), pupil_id, office.day(now))


def _refuse_unless_valid(store: Store, pupil_id: str, on: date) -> None:
    if roster.find(store, pupil_id) is None:
        raise NotFound("There is no such pupil.")
    if pupil_id not in valid_pupils(store, on):
        raise ConsentMissing(
            "There is no valid biometric consent: notices to the parents, a written consent and nobody's no are needed."
        )


def _enrolled(office: Office, picture: Picture, engine: Engine) -> Enrolment:
    found = enrol(picture, engine, sight_of(office.policy, engine.name))
    if isinstance(found, EnrolmentRefused):
        raise ReferencePhotoRefused(found.detail, slug=f"reference-{found.slug}")
    return found


def _keep_vector(
    office: Office, store: Store, photo: ReferencePhoto, enrolment: Enrolment, *, by: str, now: datetime
) -> None:
    sealed = office.vault.seal(enrolment.vector.astype("<f4").tobytes(), _purpose(photo.pupil, enrolment.engine))
    biometrics.add_template(store, photo, enrolment.engine, sealed, quality=enrolment.quality, by=by, now=now)


def _forget_unused(office: Office, sha256: str) -> None:
    """Delete a file that no reference photo names."""
    with office.database.read() as session:
        unused = roster.unused_references(Store(session, office.school_id), [sha256])
    for each in unused:
        office.files.delete(each)


def _purpose(pupil_id: str, engine: str) -> str:
    return f"template {pupil_id} {engine}"


def read_vectors(store: Store, vault: Vault, engine: str, pupils: frozenset[str]) -> dict[str, Vectors]:
    """The vectors of that engine, ``(k, 128)`` a child, of those of the pupils who have any.

    A vector that cannot be opened is left out: the child then counts as one without templates, whom only a
    person can find.
    """
    rows: dict[str, list[Vectors]] = {}
    for template in biometrics.templates(store, engine):
        if template.pupil not in pupils:
            continue
        try:
            data = vault.open(template.vector_sealed, _purpose(template.pupil, engine))
        except SealBroken:
            continue
        rows.setdefault(template.pupil, []).append(np.frombuffer(data, "<f4").astype(np.float32).reshape(1, -1))
    return {pupil: np.concatenate(vectors) for pupil, vectors in rows.items()}
