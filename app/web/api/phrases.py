"""Phrases that approvers allow."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app import register
from app.store import Store
from app.store.phrases import About
from app.web.api.pages import Cursor, Limit
from app.web.docs import errors
from app.web.phrase_schemas import PhraseIn, PhraseOut, PhrasePage, WithdrawalIn, phrase_out
from app.web.repeats import RepeatKey, fingerprint, once
from app.web.schoolwork import names_of, office_of
from app.web.security import Approver
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1/allowed-phrases", tags=["desk"])


@router.get(
    "",
    operation_id="list_allowed_phrases",
    summary="The phrases that approvers allowed, latest first",
    response_model=PhrasePage,
    responses=errors(),
)
def list_allowed(
    service: Serving,
    principal: Approver,
    now: Now,
    withdrawn: Annotated[bool, Query(description="Those that were taken back as well.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PhrasePage:
    """Each with whether it is in force: one that has become a pupil's name is not."""
    names = names_of(service, principal.school_id, now)
    office = office_of(service, principal.school_id)
    page = register.list_phrases(office, names, withdrawn=withdrawn, limit=limit, cursor=cursor)
    return PhrasePage(items=[phrase_out(one) for one in page.items], next=page.next)


@router.post(
    "",
    operation_id="allow_phrase",
    summary="Allow a phrase",
    status_code=201,
    response_model=PhraseOut,
    responses=errors(409),
)
def allow(service: Serving, principal: Approver, body: PhraseIn, key: RepeatKey, now: Now) -> Response:
    """Words that are nothing but a pupil's name are refused. Drafts that wait are to be vetted again."""
    with once(service, principal, key, route="POST /v1/allowed-phrases", body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        wanted = register.Wanted(body.phrase, About(body.about), body.reason)
        names = names_of(service, principal.school_id, now)
        office = office_of(service, principal.school_id)
        made = register.allow_phrase(office, names, wanted, by=principal.id, now=now)
        with service.database.write() as session:
            return attempt.answer(Store(session, principal.school_id), 201, phrase_out(made))


@router.post(
    "/{phrase_id}/withdraw",
    operation_id="withdraw_phrase",
    summary="Take an allowed phrase back",
    response_model=PhraseOut,
    responses=errors(404, 409),
)
def withdraw(
    service: Serving, principal: Approver, phrase_id: str, body: WithdrawalIn, key: RepeatKey, now: Now
) -> Response:
    """It stays on record. Drafts that wait are to be vetted again."""
    route = f"POST /v1/allowed-phrases/{phrase_id}/withdraw"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        names = names_of(service, principal.school_id, now)
        office = office_of(service, principal.school_id)
        taken = register.withdraw_phrase(office, names, phrase_id, body.reason, by=principal.id, now=now)
        with service.database.write() as session:
            return attempt.answer(Store(session, principal.school_id), 200, phrase_out(taken))
