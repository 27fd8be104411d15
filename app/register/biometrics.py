"""Faces of children on record: what parents and children said of it, the photos and vectors, and their end.

Losing validity destroys templates and reference photos at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from app.errors import Conflict, Fault, Malformed, NotFound
from app.register import version
from app.register.ageing import PhotoState, ageing
from app.register.child_keys import (
    ChildVault,
    discard_photo,
    discard_photos,
    key_for,
    open_photo_file,
    put_photo,
    template_purpose,
    vaults_of,
)
from app.register.dpia import DpiaMissing
from app.register.office import Office, require_own
from app.register.validity import MISTAKEN, valid_pupils
from app.store import Store, biometrics, dpias
from app.store.biometrics import Notice, ReferencePhoto, Response, Template
from app.store.pupil_keys import KeyPurpose
from app.vault import PhotoLost, SealBroken, Vault
from app.vetting import Eyes, sight_of
from app.vision import Enrolment, EnrolmentRefused
from app.vision.embed import Vectors
from app.vision.refusals import PhotoRefused
from app.vision.tasks import EngineFacts

_log = logging.getLogger(__name__)

EXEMPTIONS = frozenset({"not_found", "lacks_capacity", "welfare", "not_practicable"})
"""Grounds on which a parent need not be told (section 27 (1))."""
_WORDS = EXEMPTIONS | {MISTAKEN}


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
    wrong = [at for at, notice in enumerate(notices) if notice.exemption and notice.exemption not in _WORDS]
    if wrong:
        faults = tuple(Fault(f"#/notices/{at}/exemption", f"one of {', '.join(sorted(_WORDS))}") for at in wrong)
        raise Malformed("This is no ground on which a parent need not be told.", errors=faults)
    today = office.day(now)
    early = [at for at, notice in enumerate(notices) if notice.sent_on is not None and notice.sent_on > today]
    if early:
        faults = tuple(Fault(f"#/notices/{at}/sent_on", "lies in the future") for at in early)
        raise Malformed("The day lies in the future.", errors=faults)
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
        require_own(store, pupil_id)
        dpia = dpias.current(store)
        about = dpia.version if dpia else ""
        for notice in notices:
            biometrics.record_notice(store, replace(notice, pupil=pupil_id, dpia_version=about), by=by, now=now)
        if response is not None:
            biometrics.record_response(store, replace(response, pupil=pupil_id, dpia_version=about), by=by, now=now)
        valid = pupil_id in valid_pupils(store, office.day(now))
        gone = {} if valid else destroy_all(store, [pupil_id], why="not-valid", by=by, now=now)
        version.stamp(store, office.policy, now)
    _discard(office, gone)
    return valid


def destroy_all(
    store: Store, pupils: Iterable[str], *, why: str, by: str, now: datetime
) -> Mapping[str, tuple[str, ...]]:
    """Destroy templates, reference photos and the keys of these pupils.

    Returns what ``discard_photos`` is to delete after the commit.
    """
    return {pupil: biometrics.destroy(store, pupil, why=why, by=by, now=now) for pupil in pupils}


def _discard(office: Office, gone: Mapping[str, tuple[str, ...]]) -> None:
    for pupil, unused in gone.items():
        discard_photos(office, pupil, unused)
    if gone:
        office.database.settle()


# ---------------------------------------------------------------- reference photos


def add_reference_photo(
    office: Office, pupil_id: str, data: bytes, eyes: Eyes, *, taken_on: date | None = None, by: str, now: datetime
) -> ReferencePhoto:
    """Put a child's face on record: the photo, without its metadata, and the engine's vector, both sealed.

    Nothing is looked at before it is certain that it may be. Raises NotFound, DpiaMissing, ConsentMissing,
    PhotoRefused for a file that is no photo, ReferencePhotoRefused for one that shows no face well
    enough, Conflict if the child has that photo already.
    """
    _check_permitted(office, pupil_id, now)
    _refuse_unless_fresh(office, taken_on or office.day(now), office.day(now))
    clean, found = eyes.take_reference(data, sight_of(office.policy, eyes.engine.name))
    if isinstance(found, EnrolmentRefused):
        raise ReferencePhotoRefused(found.detail, slug=f"reference-{found.slug}")
    put = False
    try:
        with office.database.write() as session:
            store = Store(session, office.school_id)
            store.take_turn()
            _refuse_unless_valid(store, pupil_id, office.day(now))
            photo = biometrics.add_reference_photo(
                store, pupil_id, clean.sha256, found.box, taken_on=taken_on, by=by, now=now
            )
            _keep_vector(office, store, photo, found, by=by, now=now)
            put = True
            put_photo(office, store, pupil_id, clean.sha256, clean.data, now=now)
            version.stamp(store, office.policy, now)
    except BaseException:
        if put:
            discard_photo(office, pupil_id, clean.sha256)
        raise
    return photo


def remove_reference_photo(office: Office, pupil_id: str, photo_id: str, *, by: str, now: datetime) -> None:
    """Take one photo off record, with its vectors; NotFound if the child has none of that id."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        require_own(store, pupil_id)
        every = biometrics.reference_photos(store)
        photo = next((one for one in every if one.id == photo_id and one.pupil == pupil_id), None)
        if photo is None:
            raise NotFound("There is no such reference photo.")
        unused = biometrics.remove_reference_photo(store, photo, by=by, now=now)
        version.stamp(store, office.policy, now)
    discard_photo(office, pupil_id, photo.sha256, unused)


@dataclass(frozen=True, slots=True)
class Reembedded:
    """What came of making vectors anew: how many were ``made``, whose faces were ``destroyed`` for want of consent, and
    who is left ``without`` any vector, though there are photos: another photo is needed."""

    made: int = 0
    destroyed: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def embed_again(office: Office, eyes: Eyes, *, by: str, now: datetime) -> Reembedded:
    """Make the vectors that the engine lacks, from the photos on record, and drop those of other engines.

    Where there is no consent any more, the photos go too. Until a vector is made its child counts as one without. An old
    vector stays only where its photo could not be looked at. A photo that was looked at and refused is not looked at again
    by the same engine with the same limit.
    """
    engine, dimensions = eyes.engine, eyes.engine.dimensions
    if dimensions is None:
        return Reembedded()
    with office.database.read() as session:
        store = Store(session, office.school_id)
        if dpias.current(store) is None:  # nobody's face may be looked at, and none is in use
            return Reembedded()
        valid, photos = valid_pupils(store, office.day(now)), biometrics.reference_photos(store)
        made = _photos_with_vectors(office, store, engine.name, dimensions)
        old = {one.reference_photo for one in biometrics.every_template(store) if one.engine != engine.name}
    lacking = [photo for photo in photos if photo.id not in made]
    gone = tuple(dict.fromkeys(photo.pupil for photo in lacking if photo.pupil not in valid))
    destroyed = tuple(pupil for pupil in gone if _destroy_unless_valid(office, pupil, by=by, now=now))
    ours = _looked_by(office, engine)
    for photo in photos:
        if photo.id in old and (photo.id in made or photo.refused_by == ours):
            _drop_old(office, photo, engine, by=by, now=now)
    untried = [photo for photo in lacking if photo.pupil in valid and photo.refused_by != ours]
    count = sum(_embed_photo_again(office, photo, eyes, by=by, now=now) for photo in untried)
    return Reembedded(count, destroyed, _without_vectors(office, engine.name, dimensions))


def _looked_by(office: Office, engine: EngineFacts) -> str:
    """What a refusal depends on: the engine, and the one limit that a school sets."""
    return f"{engine.full_name}, {sight_of(office.policy, engine.name).identifiable_px} px"


def _photos_with_vectors(office: Office, store: Store, engine: str, dimensions: int) -> frozenset[str]:
    """The ids of the photos of which there is a vector of that engine that can be used."""
    templates = biometrics.templates(store, engine)
    vaults = vaults_of(store, office.vault, {one.pupil for one in templates}, KeyPurpose.FACES)
    every = ((one.reference_photo, _unsealed(vaults[one.pupil], one)) for one in templates)
    return frozenset(photo for photo, vector in every if vector is not None and vector.shape == (1, dimensions))


def _without_vectors(office: Office, engine: str, dimensions: int) -> tuple[str, ...]:
    with office.database.read() as session:
        store = Store(session, office.school_id)
        photos = biometrics.reference_photos(store)
        made = _photos_with_vectors(office, store, engine, dimensions)
    having = {photo.pupil for photo in photos if photo.id in made}
    return tuple(dict.fromkeys(photo.pupil for photo in photos if photo.pupil not in having))


def _destroy_unless_valid(office: Office, pupil_id: str, *, by: str, now: datetime) -> bool:
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if pupil_id in valid_pupils(store, office.day(now)):
            return False
        gone = destroy_all(store, [pupil_id], why="not-valid", by=by, now=now)
        version.stamp(store, office.policy, now)
    _discard(office, gone)
    return True


def _embed_photo_again(office: Office, photo: ReferencePhoto, eyes: Eyes, *, by: str, now: datetime) -> bool:
    """Whether that photo has its vector now."""
    try:
        found = eyes.enrol(open_photo_file(office, photo), sight_of(office.policy, eyes.engine.name))
    except (SealBroken, PhotoLost, PhotoRefused) as error:
        _log.warning("a reference photo could not be opened: %s", type(error).__name__)
        return False
    if isinstance(found, Enrolment):
        return _add_vector(office, photo, found, by=by, now=now)
    if found.slug != "engine-failed":
        _refuse(office, photo, eyes.engine, by=by, now=now)
    return False


def _add_vector(office: Office, photo: ReferencePhoto, found: Enrolment, *, by: str, now: datetime) -> bool:
    """Keep a vector unless the photo or the consent has gone while it was made."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if photo not in biometrics.reference_photos(store) or photo.pupil not in valid_pupils(store, office.day(now)):
            return False
        _keep_vector(office, store, photo, found, by=by, now=now)
        biometrics.drop_templates(store, photo, but=found.engine, by=by, now=now)
        version.stamp(store, office.policy, now)
    return True


def _refuse(office: Office, photo: ReferencePhoto, engine: EngineFacts, *, by: str, now: datetime) -> None:
    """Remember it, and drop what other engines made of the photo."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        biometrics.refuse_reference_photo(store, photo, _looked_by(office, engine), by=by, now=now)
        if biometrics.drop_templates(store, photo, but=engine.name, by=by, now=now):
            version.stamp(store, office.policy, now)


def _drop_old(office: Office, photo: ReferencePhoto, engine: EngineFacts, *, by: str, now: datetime) -> None:
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        if biometrics.drop_templates(store, photo, but=engine.name, by=by, now=now):
            version.stamp(store, office.policy, now)


def _check_permitted(office: Office, pupil_id: str, now: datetime) -> None:
    with office.database.read() as session:
        _refuse_unless_valid(Store(session, office.school_id), pupil_id, office.day(now))


def _refuse_unless_valid(store: Store, pupil_id: str, on: date) -> None:
    require_own(store, pupil_id)
    if dpias.current(store) is None:
        raise DpiaMissing("No data-protection impact assessment of face matching is on record: none may be enrolled.")
    if pupil_id not in valid_pupils(store, on):
        raise ConsentMissing(
            "There is no valid biometric consent: notices to the parents, a written consent and nobody's no are needed."
        )


def _keep_vector(
    office: Office, store: Store, photo: ReferencePhoto, enrolment: Enrolment, *, by: str, now: datetime
) -> None:
    own = key_for(store, office.vault, photo.pupil, KeyPurpose.FACES, now=now)
    sealed = own.seal(_packed(enrolment.vector), template_purpose(photo.pupil, enrolment.engine))
    biometrics.add_template(store, photo, enrolment.engine, sealed, quality=enrolment.quality, by=by, now=now)


def _refuse_unless_fresh(office: Office, taken_on: date, today: date) -> None:
    """Refuse a photo of a day to come, and one that is too old to be compared with already."""
    if taken_on > today:
        raise Malformed("The day lies in the future.", errors=(Fault("#/taken_on", "lies in the future"),))
    if ageing(taken_on, office.policy).state(today) is PhotoState.LAPSED:
        raise ReferencePhotoRefused("The photo is too old: children change.", slug="reference-too-old")


def _packed(vector: Vectors) -> bytes:
    """One vector as it is sealed: how long it is (4 bytes, little-endian), then its numbers (float32, little-endian)."""
    return vector.size.to_bytes(4, "little") + vector.astype("<f4").tobytes()


def _unsealed(vault: ChildVault, template: Template) -> Vectors | None:
    """The vector, ``(1, d)``, or None if it cannot be opened or is not as long as it says."""
    try:
        data = vault.open(template.vector_sealed, template_purpose(template.pupil, template.engine))
    except SealBroken:
        return None
    length, numbers = int.from_bytes(data[:4], "little"), data[4:]
    if not length or len(numbers) != 4 * length:
        return None
    return np.frombuffer(numbers, "<f4").astype(np.float32).reshape(1, -1)


def read_vectors(
    store: Store, vault: Vault, engine: str, pupils: frozenset[str], photos: frozenset[str] | None = None
) -> dict[str, Vectors]:
    """The vectors of that engine, ``(k, d)`` a child, of those of the pupils who have any, of these photos or of all.

    A vector that cannot be opened is left out: the child then counts as one without templates, whom only a
    person can find. If they are not all of one length none is to be trusted, and all children count so.
    """
    rows: dict[str, list[Vectors]] = {}
    vaults = vaults_of(store, vault, pupils, KeyPurpose.FACES)
    for template in biometrics.templates(store, engine):
        wanted = template.pupil in pupils and (photos is None or template.reference_photo in photos)
        vector = _unsealed(vaults[template.pupil], template) if wanted else None
        if vector is not None:
            rows.setdefault(template.pupil, []).append(vector)
    if len({vector.shape for vectors in rows.values() for vector in vectors}) > 1:
        _log.error("the vectors of one engine are not of one length")
        return {}
    return {pupil: np.concatenate(vectors) for pupil, vectors in rows.items()}
