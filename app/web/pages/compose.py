"""Writing a post: the form, and what became of it. What was typed stays until it is taken."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from app import desk
from app.domain import Draft, hash_of
from app.errors import Conflict, Fault, FledglingError, Malformed
from app.store import Store, accounts, events
from app.web.dossiers import draft_out
from app.web.drafting import judge, keep_files
from app.web.intake import Intake, Upload, from_json, read_upload, safe_name
from app.web.pages import visiting
from app.web.pages.draft_page import draft_for
from app.web.pages.marking import ORDER, grouped
from app.web.pages.rendering import Visitor, in_plain_words, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Writing
from app.web.problems import faults_of
from app.web.repeats import once
from app.web.reports import report
from app.web.schemas import PHOTOS, AltText, Report
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_alt_text: TypeAdapter[str] = TypeAdapter(AltText)
_PHOTOS_AGAIN = "Choose the photos again: a browser does not keep them."
_KEPT_DESCRIPTIONS = "Choose the photos again: only their descriptions were kept here."
_LABELS = {
    "text": "The post",
    "classes": "Classes pictured",
    "event_id": "Event",
    "account": "Account",
    "photos": "Photos",
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, to be shown again. ``attempt`` marks one filling-in, so that it counts once."""

    text: str = ""
    classes: str = ""
    outsiders: bool = False
    event_id: str = ""
    account: str = ""
    alt_texts: tuple[str, ...] = ("",) * PHOTOS
    attempt: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that came in: what was typed, and the draft it makes or what is wrong with it."""

    typed: Typed
    intake: Intake | FledglingError
    with_photos: bool = field(default=False)
    without_names: bool = field(default=False)  # whether the text is to be taken over as suggested


class LiveFinding(BaseModel):
    """What a finding is about, in its rule's words."""

    outcome: str
    title: str


class LiveOut(BaseModel):
    """What is told of a post while it is written."""

    policy_length: int
    policy_limit: int
    weighted_length: int
    x_limit: int
    notes: list[str]
    findings: list[LiveFinding]


class DraftMade(BaseModel):
    """What is kept of a submission, so that the same form sent twice leads to the same draft."""

    id: str


@router.get("/compose")
def show_form(service: Serving, visitor: Writing, again: Annotated[str, Query(max_length=64)] = "") -> Response:
    """An empty form; with ``again``, filled in from a draft of the visitor's own."""
    if not again:
        return _page(service, visitor, Typed())
    with service.database.read() as session:
        found = draft_for(Store(session, visitor.principal.school_id), visitor, again)
    said = [_KEPT_DESCRIPTIONS] if found.draft.photos else []
    return _page(service, visitor, _typed_from(found.draft), said)


def _typed_from(draft: Draft) -> Typed:
    alt_texts = [photo.alt_text for photo in draft.photos]
    return Typed(
        text=draft.text,
        classes=", ".join(draft.classes),
        outsiders=draft.outsiders,
        event_id=draft.event_id or "",
        account=draft.account,
        alt_texts=(*alt_texts, *[""] * (PHOTOS - len(alt_texts))),
    )


async def _sent(visitor: Writing, form: Posted) -> Sent:  # noqa: ARG001 - the role is checked before the form is read
    typed = _typed(form)
    chosen = [one for one in form.getlist("photos") if isinstance(one, UploadFile) and one.filename]
    wanted = visiting.field(form, "use") == "without-names"
    try:
        return Sent(typed, await _intake(form, typed), bool(chosen), wanted)
    except FledglingError as error:
        return Sent(typed, error, bool(chosen))


def _typed(form: FormData) -> Typed:
    given = [text if isinstance(text, str) else "" for text in form.getlist("alt_texts")][:PHOTOS]
    return Typed(
        text=visiting.field(form, "text"),
        classes=visiting.field(form, "classes"),
        outsiders=visiting.field(form, "outsiders") == "true",
        event_id=visiting.field(form, "event_id"),
        account=visiting.field(form, "account"),
        alt_texts=(*given, *[""] * (PHOTOS - len(given))),
        attempt=visiting.field(form, "attempt"),
    )


async def _intake(form: FormData, typed: Typed) -> Intake:
    intake = _words_alone(typed)
    uploads = await _uploads(form)
    parts = [part for one in uploads for part in (one.data, one.alt_text.encode(), one.file_name.encode())]
    return replace(intake, uploads=uploads, fingerprint=hash_of(intake.fingerprint.encode(), *parts))


def _words_alone(typed: Typed) -> Intake:
    """What was typed as a draft without its photos."""
    return from_json(
        {
            "text": typed.text,
            "classes": [name.strip() for name in typed.classes.split(",") if name.strip()],
            "outsiders": typed.outsiders,
            "event_id": typed.event_id or None,
            "account": typed.account or None,
        }
    )


async def _uploads(form: FormData) -> tuple[Upload, ...]:
    """The photos chosen. An input left empty comes as a nameless file; it is skipped, and its alt text with it."""
    inputs, alt_texts = form.getlist("photos"), form.getlist("alt_texts")
    chosen = [(number, part) for number, part in enumerate(inputs) if isinstance(part, UploadFile) and part.filename]
    if len(chosen) > PHOTOS:
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


@router.post("/compose")
def submit(service: Serving, visitor: Writing, sent: Annotated[Sent, Depends(_sent)], now: Now) -> Response:
    """Vet and keep the draft, then show it; with problems, the form again."""
    if isinstance(sent.intake, FledglingError):
        return _refused(service, visitor, sent, sent.intake)
    try:
        return _submit(service, visitor, sent.typed, sent.intake, now)
    except FledglingError as error:
        return _refused(service, visitor, sent, error)


@router.post("/compose/check")
def check(service: Serving, visitor: Writing, sent: Annotated[Sent, Depends(_sent)], now: Now) -> Response:
    """Vet what stands in the form and keep nothing; on demand with the text that names nobody put in its place."""
    if isinstance(sent.intake, FledglingError):
        return _refused(service, visitor, sent, sent.intake)
    typed, intake = sent.typed, sent.intake
    try:
        made = _report(service, visitor, intake, now)
        if sent.without_names and made.text.without_names is not None:
            typed = replace(typed, text=made.text.without_names)
            draft = intake.draft.model_copy(update={"text": typed.text})
            made = _report(service, visitor, replace(intake, draft=draft), now)
    except FledglingError as error:
        return _refused(service, visitor, sent, error)
    alt_texts = [one.alt_text for one in intake.uploads]
    return _page(service, visitor, typed, [_PHOTOS_AGAIN] if sent.with_photos else [], found=(made, alt_texts))


@router.post("/compose/live")
def count(service: Serving, visitor: Writing, sent: Annotated[Sent, Depends(_sent)], now: Now) -> Response:
    """Lengths and findings of what is being written, for the page's script; nothing is kept."""
    if isinstance(sent.intake, FledglingError):
        raise sent.intake
    made = _report(service, visitor, sent.intake, now)
    titles = sorted({(ORDER.index(one.outcome), one.title) for one in made.findings})
    told = LiveOut(
        policy_length=made.text.policy_length,
        policy_limit=made.text.policy_limit,
        weighted_length=made.text.weighted_length,
        x_limit=made.text.x_limit,
        notes=made.text.notes,
        findings=[LiveFinding(outcome=ORDER[rank], title=title) for rank, title in titles],
    )
    return Response(told.model_dump_json(), media_type="application/json")


@router.post("/compose/without-names/{draft_id}")
def write_anew(service: Serving, visitor: Writing, draft_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """The form filled in from a draft, its names put in other words, and vetted; nothing is kept."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        kept = draft_for(store, visitor, draft_id).draft
        said = draft_out(store, draft_id, visitor.policy, visitor.principal).report.text
    photos = tuple(
        photo if alt_text is None else replace(photo, alt_text=alt_text)
        for photo, alt_text in zip(kept.photos, said.alt_texts_without_names, strict=True)
    )
    text = kept.text if said.without_names is None else said.without_names
    typed = _typed_from(replace(kept, text=text, photos=photos))
    try:
        made = _report(service, visitor, _words_alone(typed), now)
    except FledglingError as error:
        return _refused(service, visitor, Sent(typed, error, bool(photos)), error)
    return _page(service, visitor, typed, [_KEPT_DESCRIPTIONS] if photos else [], found=(made, []))


def _report(service: Service, visitor: Visitor, intake: Intake, now: datetime) -> Report:
    judged = judge(service, visitor.principal, intake, now)
    return report(judged.vetted.verdict, judged.vetted.evidence, judged.policy, reviewer=False)


def _submit(service: Service, visitor: Visitor, typed: Typed, intake: Intake, now: datetime) -> Response:
    principal = visitor.principal
    # The content is part of the key: whoever goes back, changes something and sends again means another draft.
    key = f"compose {typed.attempt} {intake.fingerprint}" if re.fullmatch("[0-9a-f]{32}", typed.attempt) else None
    with once(service, principal, key, route="POST /compose", body_hash=intake.fingerprint) as attempt:
        if attempt.again:
            return RedirectResponse(attempt.again.headers["location"], SEE_OTHER)
        judged = judge(service, principal, intake, now)
        assembled = judged.assembled
        keep_files(service, assembled)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            draft_id = desk.submit(store, assembled.draft, assembled.taken, judged.vetted, kind=principal.kind, now=now)
            place = f"/drafts/{draft_id}"
            attempt.answer(store, SEE_OTHER, DraftMade(id=draft_id), {"location": place})
        return RedirectResponse(place, SEE_OTHER)


def _refused(service: Service, visitor: Visitor, sent: Sent, error: FledglingError) -> Response:
    if isinstance(error, Conflict) and error.slug == "idempotency-key-running":
        said = ["This post is being checked already. It will stand under My drafts in a moment."]
    else:
        said = [_words(fault) for fault in error.errors] or [error.detail]
    if sent.with_photos:
        said.append(_PHOTOS_AGAIN)
    return _page(service, visitor, sent.typed, said, status=error.status)


def _words(fault: Fault) -> str:
    name, _, number = fault.pointer.removeprefix("#/").partition("/")
    label = f"What photo {int(number) + 1} shows" if name == "alt_texts" else _LABELS.get(name, "The form")
    return f"{label}: {in_plain_words(fault.detail)}."


def _page(
    service: Service,
    visitor: Visitor,
    typed: Typed,
    faults: list[str] | None = None,
    *,
    status: int = 200,
    found: tuple[Report, list[str]] | None = None,
) -> Response:
    """The form; ``found`` is the report on what stands in it, with the photos' descriptions."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        own, planned = accounts.every(store), events.every(store)
    shown = replace(
        typed,
        text=printable(typed.text),
        classes=printable(typed.classes),
        alt_texts=tuple(printable(text) for text in typed.alt_texts),
        attempt=secrets.token_hex(16),
    )
    return render(
        "compose.html",
        visitor,
        status=status,
        values=shown,
        faults=faults or [],
        accounts=own,
        events=planned,
        policy_limit=visitor.policy.limits.policy_length,
        report=found[0] if found else None,
        findings=grouped(found[0], typed.text, found[1]) if found else [],
    )
