"""What stands in the form of a post: read from what was sent, and made a draft that can be judged."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from app.domain import Draft, hash_of
from app.errors import Fault, FledglingError, Malformed
from app.policy import Policy
from app.store import Store, unfinished
from app.store.photos import StoredPhoto
from app.web.drafting import Judged, judge
from app.web.intake import Intake, Upload, from_json, read_upload, safe_name
from app.web.pages import visiting
from app.web.pages.rendering import Visitor
from app.web.pages.visiting import Posted, Writing
from app.web.problems import faults_of
from app.web.schemas import PHOTOS, AltText
from app.web.service import Service

_alt_text: TypeAdapter[str] = TypeAdapter(AltText)
_TOKEN = re.compile("[0-9a-f]{32}")
_LAYERS = 20  # covered copies of one photo, each over the other
UNKNOWN_PHOTO = "photo-unknown"


@dataclass(frozen=True, slots=True)
class Attached:
    """A stored photo in the form. ``before`` are the photos that it is a covered copy of, the first one first."""

    id: str
    alt_text: str = ""
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, to be shown again. ``attempt`` marks one filling-in, so that it counts once.

    ``ticked`` are classes chosen, ``classes`` those written. ``publish_at`` is as the form has it: by the school's
    clock. ``alt_texts`` belong to files still to be sent. ``tab`` marks the form through all its checks.
    """

    text: str = ""
    classes: str = ""
    ticked: tuple[str, ...] = ()
    outsiders: bool = False
    event_id: str = ""
    account: str = ""
    publish_at: str = ""
    photos: tuple[Attached, ...] = ()
    alt_texts: tuple[str, ...] = ("",) * PHOTOS
    attempt: str = ""
    tab: str = ""
    unfinished: str = ""
    revision: int = 0

    @property
    def worth_keeping(self) -> bool:
        """Whether there is anything in it that somebody would miss."""
        return bool(self.text.strip() or self.photos or any(text.strip() for text in self.alt_texts))


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came in: what was typed, the photos that came along or what is wrong, and which button sent it."""

    typed: Typed
    uploads: tuple[Upload, ...] | FledglingError
    with_photos: bool = field(default=False)
    use: str = ""


async def _sent(visitor: Writing, form: Posted) -> Sent:  # noqa: ARG001 - the role is checked before the form is read
    typed = typed_in(form)
    chosen = [one for one in form.getlist("photos") if isinstance(one, UploadFile) and one.filename]
    use = visiting.field(form, "use")[:200]
    try:
        return Sent(typed, await _uploads(form, PHOTOS - len(typed.photos)), bool(chosen), use)
    except FledglingError as error:
        return Sent(typed, error, bool(chosen), use)


Sending = Annotated[Sent, Depends(_sent)]


def typed_in(form: FormData) -> Typed:
    """What the form's text fields hold."""
    given = _texts(form, "alt_texts")[:PHOTOS]
    revision = visiting.field(form, "revision")
    return Typed(
        text=visiting.field(form, "text"),
        classes=visiting.field(form, "classes"),
        ticked=tuple(_texts(form, "ticked")),
        outsiders=visiting.field(form, "outsiders") == "true",
        event_id=visiting.field(form, "event_id"),
        account=visiting.field(form, "account"),
        publish_at=visiting.field(form, "publish_at"),
        photos=_attached(form),
        alt_texts=(*given, *[""] * (PHOTOS - len(given))),
        attempt=visiting.field(form, "attempt"),
        tab=token_in(visiting.field(form, "tab")),
        unfinished=visiting.field(form, "unfinished")[:64],
        revision=int(revision) if re.fullmatch("[0-9]{1,9}", revision) else 0,
    )


def token_in(given: str) -> str:
    """A mark that a form carries, or a new one where it carries none of ours."""
    return given if _TOKEN.fullmatch(given) else secrets.token_hex(16)


def _texts(form: FormData, name: str) -> list[str]:
    return [text.replace("\r\n", "\n") if isinstance(text, str) else "" for text in form.getlist(name)]


def _attached(form: FormData) -> tuple[Attached, ...]:
    """The stored photos, in order; more than a post can have are told of later."""
    ids = _texts(form, "photo_ids")[: 2 * PHOTOS]
    alts = [*_texts(form, "photo_alt_texts"), *[""] * len(ids)]
    before = [*_texts(form, "photo_before"), *[""] * len(ids)]
    return tuple(
        Attached(photo_id[:64], alt, tuple(one[:64] for one in earlier.split()[-_LAYERS:]))
        for photo_id, alt, earlier in zip(ids, alts, before, strict=False)
    )


async def _uploads(form: FormData, room: int) -> tuple[Upload, ...]:
    """The photos chosen. An input left empty comes as a nameless file; it is skipped, and its alt text with it."""
    inputs, alt_texts = form.getlist("photos"), form.getlist("alt_texts")
    chosen = [(number, part) for number, part in enumerate(inputs) if isinstance(part, UploadFile) and part.filename]
    if len(chosen) > room:
        raise Malformed("A post has at most four photos.", errors=(Fault("#/photos", f"at most {PHOTOS} are taken"),))
    uploads = []
    for number, part in chosen:
        alt_text = _alt_text_of(alt_texts[number] if number < len(alt_texts) else "", number)
        uploads.append(Upload(await read_upload(part), safe_name(part.filename), alt_text))
    return tuple(uploads)


def _alt_text_of(given: object, number: int) -> str:
    try:
        return _alt_text.validate_python(given)
    except ValidationError as error:
        said = faults_of(error.errors(include_input=False, include_url=False))
        faults = tuple(Fault(f"#/alt_texts/{number}", fault.detail) for fault in said)
        raise Malformed("A description cannot stay as it is.", errors=faults) from None


def classes_in(typed: Typed) -> list[str]:
    """The classes declared, chosen or written, each once."""
    named = [*typed.ticked, *(name.strip() for name in typed.classes.split(","))]
    return list(dict.fromkeys(name for name in named if name.strip()))


def instant_of(typed: Typed, policy: Policy) -> datetime | None:
    """When the post is to be published at the earliest; a time without a zone is by the school's clock."""
    given = typed.publish_at.strip()
    if not given:
        return None
    try:
        said = datetime.fromisoformat(given)
        return (said if said.tzinfo else said.replace(tzinfo=ZoneInfo(policy.timezone))).astimezone(UTC)
    except (ValueError, OverflowError):
        fault = Fault("#/publish_at", "is not a day and a time, such as 2026-12-05T16:00")
        raise Malformed("The time is none.", errors=(fault,)) from None


def clock_time(instant: datetime, policy: Policy) -> str:
    """An instant as the form's field has it: by the school's clock, to the minute."""
    return policy.local(instant).replace(tzinfo=None, second=0, microsecond=0).isoformat(timespec="minutes")


def intake_of(visitor: Visitor, typed: Typed, uploads: tuple[Upload, ...] = ()) -> Intake:
    """The draft that was sent; Malformed where it cannot be one."""
    publish_at = instant_of(typed, visitor.policy)
    body: dict[str, Any] = {
        "text": typed.text,
        "photos": [{"id": one.id, "alt_text": one.alt_text} for one in typed.photos],
        "classes": classes_in(typed),
        "outsiders": typed.outsiders,
        "event_id": typed.event_id or None,
        "account": typed.account or None,
        "publish_at": publish_at.isoformat() if publish_at else None,
    }
    if len(typed.photos) + len(uploads) > PHOTOS:
        raise Malformed("A post has at most four photos.", errors=(Fault("#/photos", f"at most {PHOTOS} are taken"),))
    intake = from_json(body)
    if not uploads:
        return intake
    parts = [part for one in uploads for part in (one.data, one.alt_text.encode(), one.file_name.encode())]
    return replace(intake, uploads=uploads, fingerprint=hash_of(intake.fingerprint.encode(), *parts))


def judged(service: Service, visitor: Visitor, intake: Intake, now: datetime) -> Judged:
    """The draft as it stands judged; Malformed where a photo is not the visitor's own, or gone."""
    wanted = [one.id for one in intake.draft.photos]
    known = own_photos(service, visitor, wanted)
    for index, photo_id in enumerate(wanted):
        photo = known.get(photo_id)
        if photo is None or (photo.expires_at is not None and photo.expires_at <= now):
            fault = Fault(f"#/photos/{index}/id", "is not there any more: it was not used in time. Add it again")
            raise Malformed("A photo is unknown or has expired.", slug=UNKNOWN_PHOTO, errors=(fault,))
    return judge(service, visitor.principal, intake, now)


def own_photos(service: Service, visitor: Visitor, photo_ids: list[str]) -> dict[str, StoredPhoto]:
    """Those of the photos that the visitor may put into a post, by id."""
    if not photo_ids:
        return {}
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        return unfinished.photos_of(store, photo_ids, by=visitor.principal.id)


def typed_from(draft: Draft, visitor: Visitor, usable: dict[str, StoredPhoto]) -> Typed:
    """The form filled in from a draft, with those of its photos that are ``usable``."""
    held = draft.publish_at
    return Typed(
        text=draft.text,
        ticked=draft.classes,
        outsiders=draft.outsiders,
        event_id=draft.event_id or "",
        account=draft.account,
        publish_at=clock_time(held, visitor.policy) if held else "",
        photos=tuple(Attached(one.id, one.alt_text) for one in draft.photos if one.id and one.id in usable),
        tab=token_in(""),
    )
