"""A child's picture for whoever looks for them in a draft's photos: only while their face may be on record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain import Box
from app.errors import NotFound
from app.register.ageing import ageing_of, in_use
from app.register.child_keys import open_photo_file
from app.register.office import Office
from app.register.validity import valid_pupils
from app.store import Store, audit, biometrics
from app.store.biometrics import ReferencePhoto
from app.vault import PhotoLost, SealBroken


@dataclass(frozen=True, slots=True)
class Likeness:
    """A reference photo, opened, and where the child's face is in it."""

    data: bytes
    face: Box


def pictured(office: Office, pupils: Iterable[str], now: datetime) -> frozenset[str]:
    """Those of the pupils of whom there is a picture that may be looked at."""
    return frozenset(_latest(office, now)).intersection(pupils)


def open_likeness(office: Office, pupil_id: str, draft_id: str, *, by: str, now: datetime) -> Likeness:
    """The child's latest picture; looking at it is audited, with the draft for which it was. NotFound if there is none."""
    photo = _latest(office, now).get(pupil_id)
    if photo is None:
        raise NotFound("There is no picture of this child that may be looked at.")
    with office.database.write() as session:
        store = Store(session, office.school_id)
        audit.append(store, audit.Action.REFERENCE_READ, pupil_id, {"draft": draft_id}, by=by, now=now)
    try:
        return Likeness(open_photo_file(office, photo), photo.face)
    except (PhotoLost, SealBroken):
        raise NotFound("The picture of this child cannot be opened.") from None


def _latest(office: Office, now: datetime) -> dict[str, ReferencePhoto]:
    """The latest photo in use of each child whose face may be on record."""
    today = office.day(now)
    with office.database.read() as session:
        store = Store(session, office.school_id)
        photos = biometrics.reference_photos(store)
        valid = valid_pupils(store, today) if photos else frozenset()
    usable = [one for one in in_use(photos, office.policy, today) if one.pupil in valid]
    return {one.pupil: one for one in sorted(usable, key=lambda one: ageing_of(one, office.policy).taken_on)}
