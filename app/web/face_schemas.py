"""Faces on record, the assessment they need and what was destroyed, as they go in and out as JSON."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from app.register import FaceRecord, PhotoOnRecord
from app.register.validity import Contact, Lack, WhyNot
from app.store.biometrics import Notice, Response
from app.store.destructions import Destruction
from app.store.dpias import Dpia
from app.web.schemas import UNSTORABLE, DayIn, Incoming, Outgoing

_WORDS = {
    Lack.DPIA: "No data-protection impact assessment of face matching is on record.",
    Lack.NOT_ON_ROLL: "The child is not on roll.",
    Lack.CONTACTS: "Nobody with parental responsibility is on record.",
    Lack.NOT_TOLD: "has not been told in writing.",
    Lack.TOLD_OF_AN_OLDER_USE: "was told of an earlier version of this use and must be told anew.",
    Lack.CONSENT: "Nobody with parental responsibility has consented in writing.",
    Lack.CONSENT_TO_AN_OLDER_USE: "The consent was to an earlier version of this use: ask anew.",
    Lack.OBJECTION: "said no.",
    Lack.REFUSAL: "The child refuses.",
}
Day = date
_OF_SOMEBODY = frozenset({Lack.NOT_TOLD, Lack.TOLD_OF_AN_OLDER_USE, Lack.OBJECTION})

Exemption = Literal["not_found", "lacks_capacity", "welfare", "not_practicable", "entered_in_error"]


def in_words(one: WhyNot) -> str:
    """What is lacking, in a sentence."""
    words = _WORDS[one.lack]
    return f"{one.contact[:1].upper()}{one.contact[1:]} {words}" if one.lack in _OF_SOMEBODY else words


def _clean(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("must not hold NUL characters or lone surrogates")
    if not text.strip():
        raise ValueError("must not be blank")
    return text.strip()


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_clean)]
Words = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_clean)]


class DpiaIn(Incoming):
    """A data-protection impact assessment of face matching, as the school has approved it."""

    reference: Line = Field(description="Where it is filed.")
    version: Annotated[str, StringConstraints(pattern=r"^\d{1,4}(\.\d{1,4}){0,2}$")] = Field(
        description="Numbers with dots. When the first number changes, every family is told and asked anew."
    )
    date_: DayIn = Field(alias="date", description="The day it was approved.")
    dpo_opinion: Words = Field(description="What the data protection officer advised.")
    approved_by: Line = Field(description="Who approved it, such as the governors.")
    review_due: DayIn = Field(description="By when it is to be reviewed; afterwards drafts bear an advice.")


class DpiaOut(Outgoing):
    """The assessment in force, and who must be asked anew under it."""

    reference: str
    version: str
    date: Day
    dpo_opinion: str
    approved_by: str
    review_due: Day
    review_overdue: bool
    recorded_by: str
    recorded_at: datetime | None
    ask_anew: list[str] = Field(description="Pupils whose families agreed to an earlier version only.")


def dpia_out(dpia: Dpia, ask_anew: tuple[str, ...], today: date) -> DpiaOut:
    """The assessment as JSON."""
    return DpiaOut(
        reference=dpia.reference,
        version=dpia.version,
        date=dpia.assessed_on,
        dpo_opinion=dpia.dpo_opinion,
        approved_by=dpia.approved_by,
        review_due=dpia.review_due,
        review_overdue=today > dpia.review_due,
        recorded_by=dpia.recorded_by,
        recorded_at=dpia.recorded_at,
        ask_anew=list(ask_anew),
    )


class DestructionOut(Outgoing):
    """So many things of one child that were destroyed. ``proof``: SHA-256 of the wrapped key that went with them."""

    id: str
    pupil: str
    what: str
    how_many: int
    trigger: str
    proof: str | None
    destroyed_by: str
    destroyed_at: datetime


class DestructionPage(Outgoing):
    """A page of the record of destructions, newest first."""

    items: list[DestructionOut]
    next: str | None


def destruction_out(one: Destruction) -> DestructionOut:
    """A destruction as JSON."""
    return DestructionOut(
        id=one.id,
        pupil=one.pupil,
        what=one.what,
        how_many=one.how_many,
        trigger=one.trigger,
        proof=one.proof or None,
        destroyed_by=one.destroyed_by,
        destroyed_at=one.destroyed_at,
    )


class NoticeIn(Incoming):
    """Somebody with parental responsibility: told on a day, exempt, or only known and not told yet."""

    contact: Line = Field(description="Who, as the office knows them, such as `mother`.")
    sent_on: DayIn | None = Field(default=None, description="When the written notice went out.")
    exemption: Exemption | None = Field(
        default=None, description="Why they need not be told; `entered_in_error`: they have no parental responsibility."
    )

    @model_validator(mode="after")
    def _either(self) -> NoticeIn:
        if self.sent_on is not None and self.exemption is not None:
            raise ValueError("is told or exempt, not both")
        return self


class NoticesIn(Incoming):
    """What is known of a child's contacts; what was recorded before stays."""

    notices: Annotated[list[NoticeIn], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _each_once(self) -> NoticesIn:
        if len({one.contact.casefold() for one in self.notices}) < len(self.notices):
            raise ValueError("names a contact twice")
        return self


class WhyNotOut(Outgoing):
    """One thing that is lacking."""

    lack: str
    contact: str | None
    message: str


class StandingOut(Outgoing):
    """Whether the child's face may be on record now, and what is lacking if not: computed, never set."""

    pupil: str
    valid: bool
    why_not: list[WhyNotOut]


class ContactOut(Outgoing):
    """Somebody with a say, and whether they were told of the use as it is now."""

    name: str
    told_on: date | None
    exemption: str | None
    told_of_an_older_use: bool


class NoticeOut(Outgoing):
    """A notice or exemption as it was recorded."""

    contact: str
    sent_on: date | None
    exemption: str | None
    dpia_version: str
    recorded_by: str
    recorded_at: datetime | None


class ResponseOut(Outgoing):
    """An answer as it was recorded. ``written_confirmation_pending``: a spoken no, acted on at once."""

    actor: str
    contact: str
    decision: Literal["consent", "withdraw", "object"]
    in_writing: bool
    written_confirmation_pending: bool
    received_on: date
    dpia_version: str
    recorded_by: str
    recorded_at: datetime | None


class PhotoAgeOut(Outgoing):
    """A reference photo with its age; ``lapsed`` ones are not compared with."""

    id: str
    pupil: str
    taken_on: date = Field(description="Where nobody said when it was taken: when it came.")
    months: int
    state: Literal["in-use", "due", "lapsed"]
    due_on: date
    lapses_on: date


class PhotoList(Outgoing):
    """A child's reference photos, oldest first; never the pictures."""

    items: list[PhotoAgeOut]
    next: str | None = Field(default=None, description="Always null: a child has few.")


class FacesOut(StandingOut):
    """All that is on record of one child's face."""

    contacts: list[ContactOut]
    notices: list[NoticeOut]
    responses: list[ResponseOut]
    photos: list[PhotoAgeOut]


class DueOut(Outgoing):
    """What the office has to do: families to be asked anew, photos to be taken anew."""

    ask_anew: list[str]
    photos: list[PhotoAgeOut]


def standing_out(record: FaceRecord) -> StandingOut:
    """Whether it may be, as JSON."""
    return StandingOut(pupil=record.pupil.id, valid=record.is_valid, why_not=[_why_not(one) for one in record.why_not])


def faces_out(record: FaceRecord) -> FacesOut:
    """The whole record as JSON."""
    return FacesOut(
        pupil=record.pupil.id,
        valid=record.is_valid,
        why_not=[_why_not(one) for one in record.why_not],
        contacts=[_contact(one) for one in record.contacts],
        notices=[_notice(one) for one in record.notices],
        responses=[_response(one, pending=one in record.awaited) for one in record.responses],
        photos=[photo_out(one) for one in record.photos],
    )


def photo_out(one: PhotoOnRecord) -> PhotoAgeOut:
    """A photo and how it stands, as JSON."""
    return PhotoAgeOut(
        id=one.photo.id,
        pupil=one.photo.pupil,
        taken_on=one.ageing.taken_on,
        months=one.months,
        state=one.state.value,
        due_on=one.ageing.due_on,
        lapses_on=one.ageing.lapses_on,
    )


def _why_not(one: WhyNot) -> WhyNotOut:
    return WhyNotOut(lack=one.lack.value, contact=one.contact or None, message=in_words(one))


def _contact(one: Contact) -> ContactOut:
    return ContactOut(
        name=one.name,
        told_on=one.told_on,
        exemption=one.exemption or None,
        told_of_an_older_use=one.told_of_an_older_use,
    )


def _notice(one: Notice) -> NoticeOut:
    return NoticeOut(
        contact=one.contact,
        sent_on=one.sent_on,
        exemption=one.exemption or None,
        dpia_version=one.dpia_version,
        recorded_by=one.recorded_by,
        recorded_at=one.recorded_at,
    )


def _response(one: Response, *, pending: bool) -> ResponseOut:
    return ResponseOut(
        actor=one.actor.value,
        contact=one.contact,
        decision=one.decision.value,
        in_writing=one.in_writing,
        written_confirmation_pending=pending,
        received_on=one.received_on,
        dpia_version=one.dpia_version,
        recorded_by=one.recorded_by,
        recorded_at=one.recorded_at,
    )
