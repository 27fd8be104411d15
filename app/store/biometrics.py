"""Biometric notices and responses, reference photos and templates (Protection of Freedoms Act 2012, part 1, chapter 2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.db import new_id
from app.domain import Box
from app.errors import Conflict
from app.store import Store, audit, destructions, everywhere, pupil_keys
from app.store.pupil_keys import KeyPurpose
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
    """An answer to the use of a child's face. ``contact`` is which parent, where there are several.

    ``dpia_version`` is that of the assessment that was in force: of the use that was answered.
    """

    pupil: str
    actor: Actor
    decision: BiometricDecision
    in_writing: bool
    received_on: date
    recorded_by: str = ""
    recorded_at: datetime | None = None
    contact: str = ""
    dpia_version: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A parent who was told in writing on ``sent_on``, or is exempt on the ground ``exemption``.

    ``dpia_version`` is that of the assessment that was in force: of the use that the notice tells of.
    """

    pupil: str
    contact: str
    sent_on: date | None = None
    exemption: str = ""
    recorded_by: str = ""
    recorded_at: datetime | None = None
    dpia_version: str = ""


@dataclass(frozen=True, slots=True)
class ReferencePhoto:
    """A photo of a child to compare with; the picture is in ``vault.PhotoFiles``; ``face`` is the child's.

    ``refused_by`` are the eyes that last looked at it and would not take it, in the words of ``refuse_reference_photo``.
    """

    id: str
    pupil: str
    sha256: str
    face: Box
    taken_on: date | None
    created_at: datetime
    refused_by: str = ""


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
            contact=response.contact,
            dpia_version=response.dpia_version,
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
            dpia_version=notice.dpia_version,
            recorded_by=by,
            recorded_at=now,
        )
    )


def notices(store: Store) -> tuple[Notice, ...]:
    """All notices and exemptions of all pupils, oldest first."""
    query = select(BiometricNoticeRow).where(BiometricNoticeRow.school_id == store.school_id)
    order = (BiometricNoticeRow.recorded_at, BiometricNoticeRow.id)
    return tuple(
        Notice(
            row.pupil_id,
            row.contact,
            row.sent_on,
            row.exemption,
            row.recorded_by,
            row.recorded_at,
            row.dpia_version,
        )
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


def refuse_reference_photo(store: Store, photo: ReferencePhoto, eyes: str, *, by: str, now: datetime) -> None:
    """Note that those eyes looked at the photo and would not take it; does nothing where it is gone."""
    this = (ReferencePhotoRow.school_id == store.school_id, ReferencePhotoRow.id == photo.id)
    noted = update(ReferencePhotoRow).where(*this).values(refused_by=eyes).returning(ReferencePhotoRow.id)
    if store.session.scalars(noted).all():
        detail = {"pupil": photo.pupil, "eyes": eyes}
        audit.append(store, audit.Action.TEMPLATE_REFUSE, photo.id, detail, by=by, now=now)


def note_measuring(store: Store, photos: int, pupils: int, *, by: str, now: datetime) -> None:
    """Write into the audit trail that the accuracy is measured on so many reference photos of so many children."""
    detail = {"photos": photos, "pupils": pupils}
    audit.append(store, audit.Action.ACCURACY_MEASURE, store.school_id, detail, by=by, now=now)


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
    return tuple(template for template in every_template(store) if template.engine == engine)


def every_template(store: Store) -> tuple[Template, ...]:
    """All vectors of all engines, by pupil."""
    query = select(TemplateRow).where(TemplateRow.school_id == store.school_id)
    return tuple(
        Template(row.id, row.pupil_id, row.reference_photo_id, row.engine, row.vector_sealed, row.quality)
        for row in store.session.scalars(query.order_by(TemplateRow.pupil_id, TemplateRow.id))
    )


def drop_templates(store: Store, photo: ReferencePhoto, *, but: str, by: str, now: datetime) -> bool:
    """Remove a reference photo's vectors of all engines but one; returns whether there were any."""
    others = (
        TemplateRow.school_id == store.school_id,
        TemplateRow.reference_photo_id == photo.id,
        TemplateRow.engine != but,
    )
    engines = store.session.scalars(select(TemplateRow.engine).where(*others).order_by(TemplateRow.engine)).all()
    if not engines:
        return False
    detail = {"photo": photo.id, "engines": list(engines)}
    audit.append(store, audit.Action.TEMPLATES_DROP, photo.pupil, detail, by=by, now=now)
    store.session.execute(delete(TemplateRow).where(*others))
    return True


def destroy(store: Store, pupil_id: str, *, why: str, by: str, now: datetime) -> tuple[str, ...]:
    """Remove a child's templates, reference photos and the key that sealed them; ``why`` is a word for the records.

    Returns the SHA-256s of the photos that no child has any more, whose files are to be deleted after the commit.
    """
    store.take_turn()
    of_pupil = (ReferencePhotoRow.school_id == store.school_id, ReferencePhotoRow.pupil_id == pupil_id)
    photos = store.session.scalars(select(ReferencePhotoRow.sha256).where(*of_pupil)).all()
    if not photos and pupil_keys.find(store, pupil_id, KeyPurpose.FACES) is None:
        return ()
    detail = {"why": why, "photos": len(photos)}
    audit.append(store, audit.Action.BIOMETRICS_DESTROY, pupil_id, detail, by=by, now=now)
    destructions.shred(store, pupil_id, KeyPurpose.FACES, why=why, by=by, now=now)
    store.session.execute(
        delete(TemplateRow).where(TemplateRow.school_id == store.school_id, TemplateRow.pupil_id == pupil_id)
    )
    store.session.execute(delete(ReferencePhotoRow).where(*of_pupil))
    return unused_references(store, photos)


def remove_reference_photo(store: Store, photo: ReferencePhoto, *, by: str, now: datetime) -> tuple[str, ...]:
    """Remove one photo with its vectors; the child's key stays for the others. Returns the SHA-256 as ``destroy`` does."""
    audit.append(store, audit.Action.REFERENCE_REMOVE, photo.id, {"pupil": photo.pupil}, by=by, now=now)
    of_photo = (TemplateRow.school_id == store.school_id, TemplateRow.reference_photo_id == photo.id)
    vectors = store.session.scalars(delete(TemplateRow).where(*of_photo).returning(TemplateRow.id)).all()
    this = (ReferencePhotoRow.school_id == store.school_id, ReferencePhotoRow.id == photo.id)
    store.session.execute(delete(ReferencePhotoRow).where(*this))
    for what, count in (("templates", len(vectors)), ("reference-photos", 1)):
        if count:
            destructions.record(store, photo.pupil, what, count, why="removed", by=by, now=now)
    return unused_references(store, [photo.sha256])


def seal_template_anew(store: Store, template: Template, vector_sealed: bytes) -> None:
    """Put another seal around the same vector."""
    this = (TemplateRow.school_id == store.school_id, TemplateRow.id == template.id)
    store.session.execute(update(TemplateRow).where(*this).values(vector_sealed=vector_sealed))


def children_of_photo(store: Store, sha256: str) -> frozenset[str]:
    """The children, of whichever school, who have that reference photo."""
    return frozenset(
        everywhere(store.session).scalars(select(ReferencePhotoRow.pupil_id).where(ReferencePhotoRow.sha256 == sha256))
    )


def _response(row: BiometricResponseRow) -> Response:
    return Response(
        row.pupil_id,
        Actor(row.actor),
        BiometricDecision(row.decision),
        row.in_writing,
        row.received_on,
        row.recorded_by,
        row.recorded_at,
        row.contact,
        row.dpia_version,
    )


def _photo(row: ReferencePhotoRow) -> ReferencePhoto:
    face = Box(row.box_left, row.box_top, row.box_right, row.box_bottom)
    return ReferencePhoto(row.id, row.pupil_id, row.sha256, face, row.taken_on, row.created_at, row.refused_by)
