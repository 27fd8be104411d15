"""A school's own reference photos as portraits: sealed, opened one at a time, and only where consent holds that day."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from app.accuracy.labels import Labelled, Portrait
from app.errors import Conflict
from app.policy import MatchingMode
from app.register import Office
from app.register.child_keys import open_photo_file
from app.register.validity import valid_pupils
from app.store import Store, biometrics
from app.store.biometrics import ReferencePhoto
from app.vision import Picture
from app.vision.pixels import open_photo


class NothingToCompare(Conflict):
    """The school compares no faces, or has no reference photos that may be looked at."""

    title, slug = "There is nothing to measure on", "no-references"


def portraits(office: Office, *, by: str, now: datetime) -> Labelled:
    """The reference photos of the children whose faces may be on record; each is read when it is its turn.

    That they are looked at stands in the audit trail before the first is opened, as counts. A photo destroyed meanwhile,
    as when a consent ends, is not found any more and not looked at.
    """
    if office.policy.matching is MatchingMode.OFF:
        raise NothingToCompare("The school's policy does not let faces be compared.")
    with office.database.read() as session:
        store = Store(session, office.school_id)
        valid = valid_pupils(store, office.day(now))
        photos = [photo for photo in biometrics.reference_photos(store) if photo.pupil in valid]
    if not photos:
        raise NothingToCompare("No child with valid biometric consent has a reference photo on record.")
    with office.database.write() as session:
        pupils = {photo.pupil for photo in photos}
        biometrics.note_measuring(Store(session, office.school_id), len(photos), len(pupils), by=by, now=now)
    return Labelled(portraits=tuple(Portrait(partial(_opened, office, photo), photo.pupil) for photo in photos))


def _opened(office: Office, photo: ReferencePhoto) -> Picture:
    return open_photo(open_photo_file(office, photo))
