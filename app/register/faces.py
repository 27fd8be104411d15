"""What is on record of children's faces: contacts, notices, answers, photos with their age, and what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.domain import Pupil
from app.register.ageing import Ageing, PhotoState, ageing_of
from app.register.office import Office, require_own
from app.register.validity import Contact, Lack, WhyNot, awaits_writing, contacts_of, valid_pupils, why_not
from app.store import Store, biometrics, dpias, roster
from app.store.biometrics import Notice, ReferencePhoto, Response
from app.store.dpias import Dpia


@dataclass(frozen=True, slots=True)
class PhotoOnRecord:
    """A reference photo and how it stands; ``months`` is its age."""

    photo: ReferencePhoto
    ageing: Ageing
    state: PhotoState
    months: int


@dataclass(frozen=True, slots=True)
class FaceRecord:
    """All that is on record of one child's face. ``why_not`` is empty where it may be.

    ``awaited`` are the spoken noes, acted on already, that are to be confirmed in writing.
    """

    pupil: Pupil
    dpia: Dpia | None
    contacts: tuple[Contact, ...]
    notices: tuple[Notice, ...]
    responses: tuple[Response, ...]
    awaited: tuple[Response, ...]
    why_not: tuple[WhyNot, ...]
    photos: tuple[PhotoOnRecord, ...]

    @property
    def is_valid(self) -> bool:
        """Whether the child's face may be on record now: computed, never set."""
        return not self.why_not


def read_faces(office: Office, pupil_id: str, now: datetime) -> FaceRecord:
    """The record of one child; NotFound if there is no such pupil."""
    today = office.day(now)
    with office.database.read() as session:
        store = Store(session, office.school_id)
        pupil = require_own(store, pupil_id)
        dpia = dpias.current(store)
        said = biometrics.responses_of(store, pupil_id)
        told = tuple(one for one in biometrics.notices(store) if one.pupil == pupil_id)
        photos = [one for one in biometrics.reference_photos(store) if one.pupil == pupil_id]
    lacking = why_not(said, told, dpia, today)
    if pupil.left_on is not None:
        lacking = (WhyNot(Lack.NOT_ON_ROLL), *lacking)
    return FaceRecord(
        pupil,
        dpia,
        contacts_of(said, told, dpia, today),
        told,
        said,
        tuple(one for one in said if awaits_writing(one, said)),
        lacking,
        tuple(on_record(office, one, today) for one in photos),
    )


def on_record(office: Office, photo: ReferencePhoto, today: date) -> PhotoOnRecord:
    """How a photo stands today."""
    days = ageing_of(photo, office.policy)
    return PhotoOnRecord(photo, days, days.state(today), days.months(today))


def photos_due(office: Office, now: datetime) -> tuple[PhotoOnRecord, ...]:
    """The photos, of children whose faces may be on record, that are to be taken anew; the oldest first.

    A photo is not among them where the child has a newer one that is not due.
    """
    today = office.day(now)
    with office.database.read() as session:
        store = Store(session, office.school_id)
        valid = valid_pupils(store, today)
        photos = [one for one in biometrics.reference_photos(store) if one.pupil in valid]
    every = [on_record(office, one, today) for one in photos]
    fresh = {one.photo.pupil for one in every if one.state is PhotoState.IN_USE}
    due = [one for one in every if one.photo.pupil not in fresh]
    return tuple(sorted(due, key=lambda one: (one.ageing.taken_on, one.photo.id)))


def enrolled_pupils(office: Office) -> tuple[Pupil, ...]:
    """The pupils of whom anything is on record: a notice, an answer, a photo; by surname and first name."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        known = {one.pupil for one in biometrics.responses(store)} | {one.pupil for one in biometrics.notices(store)}
        known |= {one.pupil for one in biometrics.reference_photos(store)}
        return tuple(one for one in roster.every(store) if one.id in known)
