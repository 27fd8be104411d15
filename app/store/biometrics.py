"""Biometric notices and responses, reference photos and templates (Protection of Freedoms Act 2012, part 1, chapter 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from app.db import new_id
from app.domain import Box
from app.errors import Conflict
from app.store import Store, audit
from app.store.roster import unused_references
from app.tables import BiometricNoticeRow, BiometricResponseRow, ReferencePhotoRow, TemplateRow


class Actor(StrEnum):
    """Who answered."""

    PARENT = "parent"
    CARER = "carer"
    LOCAL_AUTHORITY = "local_authority"
    VOLUNTARY_ORGANISATION = "voluntary_organisation"
    CHILD = "child"


class BiometricDecision(StrEnum):
    """What was answered."""

    CONSENT = "consent"
    WITHDRAW = "withdraw"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer to the use of a child's face."""

    pupil: str
    actor: Actor
    decision: BiometricDecision
    in_writing: bool
    received_on: date
    recorded_by: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A parent who was told in writing on ``sent_on``, or is exempt on the ground ``exemption``."""

    pupil: str
    contact: str
    sent_on: date | None = None
    exemption: str = ""
    recorded_by: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReferencePhoto:
    """A photo of a child to compare with; the picture is in ``vault.PhotoFiles``; ``face`` is the child's."""

    id: str
    pupil: str
    sha256: str
    face: Box
    taken_on: date | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Template:
    """One engine's sealed vector of one reference photo."""

    id: str
    pupil: str
    reference_photo: str
    engine: str
    vector_sealed: bytes
    quality: float


def record_response(store: Store, response: Response, *, by: str, now: datetime) -> None:
    """Add a response; earlier ones stay."""
    detail = {"actor": str(response.actor), "decision": str(response.decision)}
    audit.append(store, audit.Action.RESPONSE_RECORD, response.pupil, detail, by=by, now=now)
    store.session.execute(
        insert(BiometricResponseRow).values(
            id=new_id(now),
            school_id=store.school_id,
            pupil_id=response.pupil,
            actor=str(response.actor),
            decision=str(response.decision),
            in_writing=response.in_writing,
            received_on=response.received_on,
            recorded_by=by,
            recorded_at=now,
        )
    )


def responses(store: Store) -> tuple[Response, ...]:
    """All responses of all pupils, oldest first."""
    query = select(BiometricResponseRow).where(BiometricResponseRow.school_id == store.school_id)
    order = (BiometricResponseRow.received_on, BiometricResponseRow.recorded_at, BiometricResponseRow.id)
    return tuple(_response(row) for row in store.session.scalars(query.order_by(*order)))


def responses_of(store: Store, pupil_id: str) -> tuple[Response, ...]:
    """All responses for one pupil, oldest first."""
    return tuple(response for response in responses(store) if response.pupil == pupil_id)


def record_notice(store: Store, notice: Notice, *, by: str, now: datetime) -> None:
    """Add a notice or an exemption."""
    audit.append(store, audit.Action.NOTICE_RECORD, notice.pupil, by=by, now=now)
    store.session.execute(
        insert(BiometricNoticeRow).values(
            id=new_id(now),
            school_id=store.school_id,
            pupil_id=notice.pupil,
            contact=notice.contact,
            sent_on=notice.sent_on,
            exemption=notice.exemption,
            recorded_by=by,
            recorded_at=now,
        )
    )


def notices(store: Store) -> tuple[Notice, ...]:
    """All notices and exemptions of all pupils, oldest first."""
    query = select(BiometricNoticeRow).where(BiometricNoticeRow.school_id == store.school_id)
    order = (BiometricNoticeRow.recorded_at, BiometricNoticeRow.id)
    return tuple(
        Notice(row.pupil_id, row.contact, row.sent_on, row.exemption, row.recorded_by, row.recorded_at)
        for row in store.session.scalars(query.order_by(*order))
    )


def add_reference_photo(
    store: Store, pupil_id: str, sha256: str, face: Box, *, taken_on: date | None, by: str, now: datetime
) -> ReferencePhoto:
    """Note a reference photo whose file is stored already; Conflict if the child has that very photo."""
    photo = ReferencePhoto(new_id(now), pupil_id, sha256, face, taken_on, now)
    audit.append(store, audit.Action.REFERENCE_ADD, photo.id, {"pupil": pupil_id}, by=by, now=now)
    try:
        with store.session.begin_nested():
            store.session.execute(
                insert(ReferencePhotoRow).values(
                    id=photo.id,
                    school_id=store.school_id,
                    pupil_id=pupil_id,
                    sha256=sha256,
                    taken_on=taken_on,
                    created_at=now,
                    box_left=face.left,
                    box_top=face.top,
                    box_right=face.right,
                    box_bottom=face.bottom,
                )
            )
    except IntegrityError:
        raise Conflict("This photo is a reference photo of the child already.", slug="photo-exists") from None
    return photo


def reference_photos(store: Store) -> tuple[ReferencePhoto, ...]:
    """All reference photos, oldest first."""
    query = select(ReferencePhotoRow).where(ReferencePhotoRow.school_id == store.school_id)
    order = (ReferencePhotoRow.created_at, ReferencePhotoRow.id)
    return tuple(_photo(row) for row in store.session.scalars(query.order_by(*order)))


def add_template(
    store: Store, photo: ReferencePhoto, engine: str, vector_sealed: bytes, *, quality: float, by: str, now: datetime
) -> Template:
    """Keep an engine's sealed vector of a reference photo, in place of the one it may have had."""
    template = Template(new_id(now), photo.pupil, photo.id, engine, vector_sealed, quality)
    detail = {"pupil": photo.pupil, "photo": photo.id, "engine": engine}
    audit.append(store, audit.Action.TEMPLATE_ADD, template.id, detail, by=by, now=now)
    store.session.execute(
        delete(TemplateRow).where(
            TemplateRow.school_id == store.school_id,
            TemplateRow.reference_photo_id == photo.id,
            TemplateRow.engine == engine,
        )
    )
    store.session.execute(
        insert(TemplateRow).values(
            id=template.id,
            school_id=store.school_id,
            pupil_id=photo.pupil,
            reference_photo_id=photo.id,
            engine=engine,
            vector_sealed=vector_sealed,
            quality=quality,
            created_at=now,
        )
    )
    return template


def templates(store: Store, engine: str) -> tuple[Template, ...]:
    """All vectors of one engine, by pupil."""
    query = select(TemplateRow).where(TemplateRow.school_id == store.school_id, TemplateRow.engine == engine)
    return tuple(
        Template(row.id, row.pupil_id, row.reference_photo_id, row.engine, row.vector_sealed, row.quality)
        for row in store.session.scalars(query.order_by(TemplateRow.pupil_id, TemplateRow.id))
    )


def destroy(store: Store, pupil_id: str, *, why: str, by: str, now: datetime) -> tuple[str, ...]:
    """Remove a child's templates and reference photos; ``why`` is a word for the audit trail.

    Returns the SHA-256s of the photos whose files are to be deleted after the commit.
    """
    store.take_turn()
    of_pupil = (ReferencePhotoRow.school_id == store.school_id, ReferencePhotoRow.pupil_id == pupil_id)
    photos = store.session.scalars(select(ReferencePhotoRow.sha256).where(*of_pupil)).all()
    if not photos:
        return ()
    detail = {"why": why, "photos": len(photos)}
    audit.append(store, audit.Action.BIOMETRICS_DESTROY, pupil_id, detail, by=by, now=now)
    store.session.execute(
        delete(TemplateRow).where(TemplateRow.school_id == store.school_id, TemplateRow.pupil_id == pupil_id)
    )
    store.session.execute(delete(ReferencePhotoRow).where(*of_pupil))
    return unused_references(store, photos)


def _response(row: BiometricResponseRow) -> Response:
    return Response(
        row.pupil_id,
        Actor(row.actor),
        BiometricDecision(row.decision),
        row.in_writing,
        row.received_on,
        row.recorded_by,
        row.recorded_at,
    )


def _photo(row: ReferencePhotoRow) -> ReferencePhoto:
    face = Box(row.box_left, row.box_top, row.box_right, row.box_bottom)
    return ReferencePhoto(row.id, row.pupil_id, row.sha256, face, row.taken_on, row.created_at)
