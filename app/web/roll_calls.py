"""The roll-call of a draft: whom an approver must look for, what they look like, and the faces to compare with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from app import desk
from app.domain import Box, Evidence, Pupil
from app.errors import NotFound
from app.register import called
from app.register.likeness import open_likeness, pictured
from app.store import Store, audit, drafts, photos, roster, verdicts
from app.store.drafts import StoredDraft
from app.web.schoolwork import office_of
from app.web.security import Principal
from app.web.service import Service

FACE_PX = 112
"""The side of a face in a strip, and of a child's picture."""

NOBODY_KNOWN = "a child who is no longer on the roster"
_HEADERS = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A child to look for; ``likest`` has for each photo that was compared all its faces, likest first."""

    pupil: str
    name: str
    class_name: str
    has_picture: bool
    likest: tuple[tuple[int, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class RollCall:
    """Whom to look for in a draft, by class and name."""

    draft: StoredDraft
    children: tuple[Asked, ...]


def roll_call(service: Service, principal: Principal, draft_id: str, now: datetime) -> RollCall:
    """The roll-call of the latest verdict; NotFound if there is no such draft."""
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        draft, wanted, evidence = _read(store, draft_id)
        known = {pupil.id: pupil for pupil in roster.every(store) if pupil.id in wanted}
    with_picture = pictured(office_of(service, principal.school_id), wanted, now) if wanted else frozenset[str]()
    children = [_asked(one, known, one in with_picture, evidence) for one in wanted]
    return RollCall(draft, tuple(sorted(children, key=lambda child: (child.class_name, child.name, child.pupil))))


def _read(store: Store, draft_id: str) -> tuple[StoredDraft, frozenset[str], Evidence]:
    draft = drafts.get(store, draft_id)
    said = verdicts.latest(store, [draft_id]).get(draft_id)
    evidence = verdicts.evidence(store, said.id) if said else None
    if said is None or evidence is None:
        raise NotFound("There is no such draft.")
    return draft, desk.roll_call(said.verdict), evidence


def _asked(pupil_id: str, known: Mapping[str, Pupil], has_picture: bool, evidence: Evidence) -> Asked:
    likest = tuple(
        (number, one.faces)
        for number, photo in enumerate(evidence.photos)
        for one in photo.line_ups
        if one.pupil == pupil_id and one.faces
    )
    pupil = known.get(pupil_id)
    if pupil is None:
        return Asked(pupil_id, NOBODY_KNOWN, "", has_picture, likest)
    return Asked(pupil_id, called(pupil).name, pupil.class_name, has_picture, likest)


def picture_of(service: Service, principal: Principal, draft_id: str, pupil_id: str, now: datetime) -> Response:
    """The face of a child of the draft's roll-call; of nobody else, whatever is on record."""
    with service.database.read() as session:
        _, wanted, _ = _read(Store(session, principal.school_id), draft_id)
    if pupil_id not in wanted:
        raise NotFound("The draft's roll-call does not ask for this child.")
    office = office_of(service, principal.school_id)
    likeness = open_likeness(office, pupil_id, draft_id, by=principal.id, now=now)
    data = service.eyes.strip(likeness.data, [likeness.face], None, FACE_PX)
    return Response(data, media_type="image/jpeg", headers=_HEADERS)


def faces_of(service: Service, principal: Principal, draft_id: str, number: int, now: datetime) -> Response:
    """All faces of one photo of a draft side by side, in the report's order; looking at them is audited."""
    with service.database.write() as session:
        store = Store(session, principal.school_id)
        draft, _, evidence = _read(store, draft_id)
        kept = _photo(store, draft, number)
        faces = evidence.photos[number].faces if number < len(evidence.photos) else ()
        if not faces:
            raise NotFound("No face was seen in this photo.")
        audit.append(store, audit.Action.FACES_READ, draft_id, {"photo": number}, by=principal.id, now=now)
    boxes: Sequence[Box] = [face.box for face in faces]
    data = service.eyes.strip(service.files.get(kept.photo.sha256), boxes, (kept.width, kept.height), FACE_PX)
    return Response(data, media_type="image/jpeg", headers=_HEADERS)


def _photo(store: Store, draft: StoredDraft, number: int) -> photos.StoredPhoto:
    shown = draft.draft.photos
    if not 0 <= number < len(shown):
        raise NotFound("The draft has no such photo.")
    photo_id = shown[number].id or ""
    kept = photos.find_each(store, [photo_id])[photo_id]
    if kept.purged_at is not None:
        raise NotFound("The picture was deleted, as its time was over.", slug="photo-purged")
    return kept
