"""All that is held about one child, gathered for whoever asks for it under the right of access (UK GDPR, Article 15).

Holds are told to the safeguarding lead alone: without them nothing shows that there is one, as a hold looks like any
family's no.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain import Field, NameFound, Pupil, Words
from app.errors import NotFound
from app.register.child_keys import open_photo_file, open_reason
from app.register.office import Office
from app.register.traces import BLOCK
from app.store import Store, appearances, audit, biometrics, comparisons, holds, imports, permissions, roster, verdicts
from app.store.appearances import Appearance
from app.store.audit import AuditLine
from app.store.biometrics import Notice, ReferencePhoto, Response
from app.store.comparisons import Likeness
from app.store.imports import TransferNames
from app.store.permissions import Permission
from app.vault import PhotoLost, SealBroken

EXPORTED = frozenset(
    {
        "permissions",
        "biometric_notices",
        "biometric_responses",
        "reference_photos",
        "templates",
        "transfer_names",
        "source_pupils",
        "comparisons",
    }
)
"""The tables of a pupil that an export holds."""
WITHHELD = frozenset({"holds", "pupil_keys", "not_shown"})
"""Those that it does not: holds are the safeguarding lead's, a key says nothing of a child, and who is not shown follows from the rest."""

_SAFEGUARDING = "safeguarding."
_COMPARED = {
    Likeness.SAME: "the same child",
    Likeness.DIFFERENT: "not this child",
    Likeness.CANT_TELL: "cannot be told",
}


@dataclass(frozen=True, slots=True)
class Portrait:
    """A reference photo with its picture; None where it cannot be opened. ``engines`` made a vector of it."""

    photo: ReferencePhoto
    picture: bytes | None
    engines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A draft in which the child was found. ``text`` is without other children's names; ``photos`` count from 1."""

    draft: str
    stage: str
    created_at: datetime
    text: str
    named: bool
    photos: tuple[int, ...]
    likeness: str
    asked_for: bool
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeldHold:
    """A safeguarding hold with its reason."""

    level: str
    set_at: datetime
    lifted_at: datetime | None
    review_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """Everything. ``holds`` is None where it was not asked for."""

    pupil: Pupil
    joined_on: date | None
    other_names: tuple[str, ...]
    permissions: tuple[Permission, ...]
    notices: tuple[Notice, ...]
    responses: tuple[Response, ...]
    portraits: tuple[Portrait, ...]
    found: tuple[Found, ...]
    audit: tuple[AuditLine, ...]
    made_at: datetime
    holds: tuple[HeldHold, ...] | None = None


def gather(office: Office, pupil_id: str, *, with_holds: bool = False, by: str, now: datetime) -> Held:
    """All that is held; the gathering is audited. NotFound if there is no such pupil."""
    with office.database.write() as session:
        store = Store(session, office.school_id)
        pupil = roster.find(store, pupil_id)
        if pupil is None:
            raise NotFound("There is no such pupil.")
        audit.append(store, audit.Action.PUPIL_EXPORT, pupil_id, by=by, now=now)
    with office.database.read() as session:
        store = Store(session, office.school_id)
        return Held(
            pupil,
            roster.joined(store).get(pupil_id),
            _other_names(imports.transfer_names(store).get(pupil_id)),
            permissions.history(store, pupil_id),
            tuple(one for one in biometrics.notices(store) if one.pupil == pupil_id),
            biometrics.responses_of(store, pupil_id),
            _portraits(office, store, pupil_id),
            tuple(_found(store, one, pupil_id) for one in appearances.of_pupil(store, pupil_id)),
            _audit_lines(store, pupil_id),
            now,
            _holds(office, store, pupil_id) if with_holds else None,
        )


def _other_names(told: TransferNames | None) -> tuple[str, ...]:
    if told is None:
        return ()
    return tuple(one for one in (told.preferred_first, told.preferred_surname, told.middle, *told.former) if one)


def _audit_lines(store: Store, pupil_id: str) -> tuple[AuditLine, ...]:
    lines = audit.mentioning(store, pupil_id)
    return tuple(line for line in lines if not line.action.startswith(_SAFEGUARDING))


def _portraits(office: Office, store: Store, pupil_id: str) -> tuple[Portrait, ...]:
    templates = biometrics.every_template(store)
    return tuple(
        Portrait(one, _picture(office, one), tuple(made.engine for made in templates if made.reference_photo == one.id))
        for one in biometrics.reference_photos(store)
        if one.pupil == pupil_id
    )


def _picture(office: Office, photo: ReferencePhoto) -> bytes | None:
    try:
        return open_photo_file(office, photo)
    except (SealBroken, PhotoLost):
        return None


def _found(store: Store, one: Appearance, pupil_id: str) -> Found:
    names = one.evidence.text.names
    faces = [
        (number, face)
        for number, photo in enumerate(one.evidence.photos, start=1)
        for face in photo.faces
        if pupil_id in face.pupils
    ]
    lined_up = {
        number
        for number, photo in enumerate(one.evidence.photos, start=1)
        for line_up in photo.line_ups
        if line_up.pupil == pupil_id
    }
    decided = verdicts.decisions(store, [one.draft])[one.draft]
    return Found(
        one.draft,
        str(one.stage),
        one.created_at,
        without_others(one.evidence.draft.text, names, pupil_id),
        any(pupil_id in name.pupils for name in names),
        tuple(sorted({number for number, _ in faces} | lined_up)),
        ", ".join(sorted({str(face.match) for _, face in faces if face.match})),
        any(pupil_id in finding.pupils for finding in one.findings),
        (
            *(str(answer) for each in decided if (answer := each.answers.get(pupil_id))),
            *(
                f"photo {each.photo + 1}, face {each.face + 1}: {_COMPARED[each.answer]}"
                for each in comparisons.of_pupil(store, one.draft, pupil_id)
            ),
        ),
    )


def without_others(text: str, names: Sequence[NameFound], pupil_id: str) -> str:
    """The text with blocks in place of words that name other children, or may."""
    hidden = {place for name in names if pupil_id not in name.pupils for place in _places(name.where)}
    return "".join(BLOCK if at in hidden and not one.isspace() else one for at, one in enumerate(text))


def _places(where: Words) -> Iterable[int]:
    return range(where.start, where.end) if where.field is Field.TEXT else ()


def _holds(office: Office, store: Store, pupil_id: str) -> tuple[HeldHold, ...]:
    return tuple(
        HeldHold(str(one.level), one.set_at, one.lifted_at, one.review_on, _reason(office, store, pupil_id, one.id))
        for one in holds.of_pupil(store, pupil_id)
    )


def _reason(office: Office, store: Store, pupil_id: str, hold_id: str) -> str:
    try:
        return open_reason(office, store, pupil_id, holds.sealed_reason(store, hold_id) or b"")
    except SealBroken:
        return "(cannot be opened)"
