"""From what came in to a draft of the domain: photos opened and cleaned, ids looked up, the account filled in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app import desk
from app.domain import Draft, Matching, SchoolFacts
from app.errors import Fault, Malformed
from app.policy import Policy
from app.store import Store, people, photos
from app.store.photos import StoredPhoto
from app.vetting import Submitted, Vetted, vet
from app.web.intake import Intake, Upload
from app.web.schoolwork import register_of
from app.web.security import Principal
from app.web.service import Service


@dataclass(frozen=True, slots=True)
class Assembled:
    """A draft ready to be vetted. ``taken`` are photos that came along, still without an id."""

    draft: Draft
    submitted: tuple[Submitted, ...]
    taken: tuple[desk.Taken, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A draft, the verdict on it, and the policy by which it was judged."""

    assembled: Assembled
    vetted: Vetted
    policy: Policy


def judge(service: Service, principal: Principal, intake: Intake, now: datetime) -> Judged:
    """Assemble the draft that was sent and vet it; nothing is stored."""
    register = register_of(service, principal.school_id)
    snapshot = register.snapshot(now)
    assembled = assemble(service, principal, intake, snapshot.facts, now)
    vetted = vet(assembled.draft, assembled.submitted, snapshot, service.eyes, register.policy, now)
    return Judged(assembled, vetted, register.policy)


def assemble(service: Service, principal: Principal, intake: Intake, school: SchoolFacts, now: datetime) -> Assembled:
    """The draft that was sent. Malformed (422) for an unknown photo or event; PhotoRefused for a photo not taken."""
    sent = intake.draft
    if sent.event_id is not None and school.event(sent.event_id) is None:
        raise Malformed("There is no such event.", slug="event-unknown", errors=(Fault("#/event_id", "is unknown"),))
    named = _photos(service, principal, [ref.id for ref in sent.photos], now) if sent.photos else []
    taken = tuple(
        desk.take(service.eyes, one.data, file_name=one.file_name, alt_text=one.alt_text) for one in intake.uploads
    )
    submitted = (
        *(desk.stored(photo, service.files, ref.alt_text) for photo, ref in zip(named, sent.photos, strict=True)),
        *(one.submitted for one in taken),
    )
    draft = Draft(
        text=sent.text,
        photos=tuple(one.photo for one in submitted),
        account=sent.account or (school.accounts[0].handle if school.accounts else ""),
        author=principal.id,
        classes=tuple(name.strip() for name in sent.classes if name.strip()),
        outsiders=sent.outsiders,
        event_id=sent.event_id,
        reply_to=sent.reply_to,
        repost_of=sent.repost_of,
        publish_at=sent.publish_at,
        source_url=sent.source_url,
    )
    return Assembled(draft, submitted, taken)


def _photos(service: Service, principal: Principal, ids: list[str], now: datetime) -> list[StoredPhoto]:
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        known = photos.find_each(store, ids)
        uploaders = {photo.uploaded_by for photo in known.values()} - {principal.id}
        of_others = {one for one in uploaders if people.find(store, one) is not None}
    found, faults = [], []
    for index, photo_id in enumerate(ids):
        photo = known.get(photo_id)
        # What a person uploaded is theirs alone; the school's programs share what they bring.
        unknown = photo is None or photo.uploaded_by in of_others
        if photo is None or unknown or (photo.expires_at is not None and photo.expires_at <= now):
            faults.append(Fault(f"#/photos/{index}/id", "is not the id of a stored photo"))
        else:
            found.append(photo)
    if faults:
        raise Malformed("A photo is unknown or has expired.", slug="photo-unknown", errors=tuple(faults))
    return found


def take_photo(service: Service, upload: Upload) -> desk.Taken:
    """One photo that comes before its draft: opened, cleaned and its file written. PhotoRefused for one not taken."""
    taken = desk.take(service.eyes, upload.data, file_name=upload.file_name, alt_text=upload.alt_text)
    service.files.put(taken.clean.sha256, taken.clean.data)
    return taken


def photo_until(service: Service, now: datetime) -> datetime:
    """Until when a photo is kept that no draft takes."""
    return now + timedelta(hours=service.settings.photo_hours)


def begin_to_look(service: Service, school_id: str, photo: Submitted, now: datetime) -> None:
    """Begin to look, so that the verdict is there when it is asked for."""
    register = register_of(service, school_id)
    may = register.snapshot(now).may_match(Draft(""), register.policy.matching)
    service.eyes.start(photo, may if may is Matching.DONE else Matching.OFF)


def keep_files(service: Service, assembled: Assembled) -> None:
    """Write the photos that came along; before the transaction that names them, so that none is ever missing."""
    for one in assembled.taken:
        service.files.put(one.clean.sha256, one.clean.data)
