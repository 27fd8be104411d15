"""The data-protection impact assessment without which no face is compared, and who must be asked anew when it changes."""

from __future__ import annotations

from datetime import date, datetime

from app.errors import Conflict, Fault, Malformed
from app.register import version
from app.register.child_keys import discard_photos
from app.register.office import Office
from app.register.validity import asked_anew, of_each, valid_pupils
from app.store import Store, biometrics, dpias, roster
from app.store.dpias import Dpia


class DpiaMissing(Conflict):
    """No assessment of face matching is on record."""

    slug = "dpia-missing"


class DpiaWouldDestroy(Conflict):
    """The new version would take away the consent under which faces are on record, and was not confirmed."""

    slug = "dpia-would-destroy"


def record_dpia(office: Office, dpia: Dpia, *, confirm: bool = False, by: str, now: datetime) -> Dpia:
    """Put an assessment in force.

    With another major number all notices and consents are of an older use: faces on record are destroyed at once, which
    must be confirmed. Malformed for days that cannot be; Conflict for a version below the one in force.
    """
    _check_days(dpia, office.day(now))
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        before = dpias.current(store)
        if before is not None and _numbers(dpia.version) < _numbers(before.version):
            raise Conflict(f"Version {before.version} is in force already.", slug="dpia-version-older")
        dpias.add(store, dpia, by=by, now=now)
        files = _destroy_lapsed(office, store, confirm=confirm or before is None, by=by, now=now)
        version.stamp(store, office.policy, now)
        made = dpias.current(store)
    for pupil, unused in files.items():
        discard_photos(office, pupil, unused)
    if files:
        office.database.settle()
    return made or dpia


def _destroy_lapsed(
    office: Office, store: Store, *, confirm: bool, by: str, now: datetime
) -> dict[str, tuple[str, ...]]:
    valid = valid_pupils(store, office.day(now))
    lapsed = sorted({one.pupil for one in biometrics.reference_photos(store)} - valid)
    if lapsed and not confirm:
        raise DpiaWouldDestroy(
            f"The families of {len(lapsed)} children whose faces are on record did not agree to this version: "
            "their photos and templates would be destroyed. Confirm if that is right."
        )
    return {pupil: biometrics.destroy(store, pupil, why="dpia-changed", by=by, now=now) for pupil in lapsed}


def _check_days(dpia: Dpia, today: date) -> None:
    faults = []
    if dpia.assessed_on > today:
        faults.append(Fault("#/date", "lies in the future"))
    if dpia.review_due <= dpia.assessed_on:
        faults.append(Fault("#/review_due", "must be after the day of the assessment"))
    if faults:
        raise Malformed("The days of the assessment cannot be.", errors=tuple(faults))


def _numbers(version_text: str) -> tuple[int, ...]:
    """The version to compare by: 2 is 2.0."""
    numbers = [int(one) for one in version_text.split(".")]
    return (*numbers, *[0] * (3 - len(numbers)))


def read_dpia(office: Office) -> Dpia | None:
    """The assessment in force, or None."""
    with office.database.read() as session:
        return dpias.current(Store(session, office.school_id))


def to_ask_anew(office: Office, now: datetime) -> tuple[str, ...]:
    """The pupils on roll whose families agreed to an older version and have not said no: they must be asked again."""
    with office.database.read() as session:
        store = Store(session, office.school_id)
        dpia = dpias.current(store)
        said, told = of_each(biometrics.responses(store)), of_each(biometrics.notices(store))
        on_roll = [pupil.id for pupil in roster.every(store) if pupil.left_on is None]
    today = office.day(now)
    return tuple(one for one in on_roll if asked_anew(said.get(one, ()), told.get(one, ()), dpia, today))
