"""Vet, store photos, submit drafts, read them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app import desk
from app.domain import hash_of
from app.errors import Fault, Malformed, NotFound
from app.store import Store, drafts, photos
from app.web.api.pages import Cursor, Limit
from app.web.docs import draft_body, errors, photo_body
from app.web.dossiers import draft_out, queue_items
from app.web.drafting import begin_to_look, judge, keep_files, photo_until, take_photo
from app.web.intake import Intake, Upload, read_draft, read_file_form, read_upload, safe_name
from app.web.repeats import RepeatKey, once
from app.web.reports import report
from app.web.schemas import DraftOut, DraftPage, PhotoStored, Report, is_alt_text
from app.web.schoolwork import register_of
from app.web.security import Author, Caller, Scope
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1", tags=["vetting"])

Incoming = Annotated[Intake, Depends(read_draft)]


@router.post(
    "/vet",
    operation_id="vet",
    summary="Judge a draft and store nothing",
    response_model=Report,
    responses=errors(413, 415),
    openapi_extra=draft_body(),
)
def vet_only(service: Serving, principal: Author, intake: Incoming, now: Now) -> Response:
    """The report; nothing of the draft is kept."""
    judged = judge(service, principal, intake, now)
    vetted = judged.vetted
    made = report(vetted.verdict, vetted.evidence, judged.policy, reviewer=principal.may(Scope.REVIEW))
    return Response(made.model_dump_json(), media_type="application/json")


async def _one_photo(request: Request) -> Upload:
    async with read_file_form(request) as (form, part):
        alt_text = form.get("alt_text", "")
        if not isinstance(alt_text, str) or not is_alt_text(alt_text):
            faults = (Fault("#/alt_text", "is not text of at most 1,000 characters"),)
            raise Malformed("The alt text cannot be kept.", errors=faults)
        return Upload(await read_upload(part), safe_name(part.filename), alt_text)


@router.post(
    "/photos",
    operation_id="store_photo",
    summary="Store one photo privately and begin to look at it",
    status_code=201,
    response_model=PhotoStored,
    responses=errors(409, 413, 415),
    openapi_extra=photo_body(),
)
def store_photo(
    service: Serving,
    principal: Author,
    sent: Annotated[Upload, Depends(_one_photo)],
    key: RepeatKey,
    now: Now,
) -> Response:
    """An unused photo is deleted after a day."""
    body_hash = hash_of(sent.data, sent.file_name.encode(), sent.alt_text.encode())
    with once(service, principal, key, route="POST /v1/photos", body_hash=body_hash) as attempt:
        if attempt.again:
            return attempt.again
        taken = take_photo(service, sent)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            until = photo_until(service, now)
            kept = photos.add(store, taken.upload, expires_at=until, by=principal.id, now=now)
            answer = attempt.answer(
                store,
                201,
                PhotoStored(
                    id=kept.id,
                    sha256=kept.photo.sha256,
                    width=kept.width,
                    height=kept.height,
                    bytes=kept.bytes,
                    expires_at=until,
                ),
            )
        begin_to_look(service, principal.school_id, taken.submitted, now)
        return answer


@router.post(
    "/drafts",
    operation_id="submit_draft",
    summary="Judge a draft and store it",
    status_code=201,
    response_model=DraftOut,
    responses=errors(409, 413, 415),
    openapi_extra=draft_body(),
)
def submit(service: Serving, principal: Author, intake: Incoming, key: RepeatKey, now: Now) -> Response:
    """The stored draft with its report; `Location` names it."""
    with once(service, principal, key, route="POST /v1/drafts", body_hash=intake.fingerprint) as attempt:
        if attempt.again:
            return attempt.again
        judged = judge(service, principal, intake, now)
        assembled = judged.assembled
        keep_files(service, assembled)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            draft_id = desk.submit(store, assembled.draft, assembled.taken, judged.vetted, kind=principal.kind, now=now)
            made = draft_out(store, draft_id, judged.policy, principal, judged.vetted.evidence)
            return attempt.answer(store, 201, made, {"Location": f"/v1/drafts/{draft_id}"})


@router.get(
    "/drafts/{draft_id}",
    operation_id="read_draft",
    summary="Read a draft, its report and its decisions",
    response_model=DraftOut,
    responses=errors(404),
)
def read(service: Serving, principal: Caller, draft_id: str) -> Response:
    """One's own drafts with `drafts:write`, all with `review:write`."""
    if not principal.may(Scope.REVIEW):
        principal.need(Scope.DRAFTS)
    policy = register_of(service, principal.school_id).policy
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        found = drafts.get(store, draft_id)
        if found.draft.author != principal.id and not principal.may(Scope.REVIEW):
            raise NotFound("There is no such draft.")
        return Response(draft_out(store, draft_id, policy, principal).model_dump_json(), media_type="application/json")


@router.get(
    "/drafts",
    operation_id="list_drafts",
    summary="One's own drafts, newest first",
    response_model=DraftPage,
    responses=errors(),
)
def list_own(service: Serving, principal: Author, limit: Limit = 20, cursor: Cursor = None) -> DraftPage:
    """Page by page."""
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        page = drafts.by_author(store, principal.id, limit=limit, cursor=cursor)
        return DraftPage(items=queue_items(store, page.items), next=page.next)
