"""The queue and its decisions."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app import desk, publishing
from app.desk import Deciding
from app.domain import QUEUED, Box, Stage
from app.errors import NotFound
from app.store import Store, drafts
from app.store.queue import Sieve
from app.store.verdicts import DecisionKind
from app.web.api.pages import Cursor, Limit
from app.web.docs import errors
from app.web.dossiers import draft_out, queue_items
from app.web.repeats import RepeatKey, fingerprint, once
from app.web.schemas import CoverIn, DecisionIn, DraftOut, QueuePage, Short
from app.web.schoolwork import register_of, workplace_of
from app.web.security import Approver, Author, Caller, Principal, Scope
from app.web.service import Now, Service, Serving

router = APIRouter(prefix="/v1", tags=["desk"])


Of = Annotated[Literal["approve", "refer"] | None, Query(description="Of that verdict alone.")]
OfAccount = Annotated[Short, Query(description="For that account alone, with or without its `@`.")]
OfClass = Annotated[Short, Query(alias="class", description="Those that declare that class.")]
OfAuthor = Annotated[Short, Query(description="By that person or key alone: the draft's `author`.")]
Escalated = Annotated[bool, Query(description="Those alone that an approver passed on, and nobody decided since.")]

_STAGE_OF = {"approve": frozenset({Stage.READY}), "refer": frozenset({Stage.REFERRED}), None: QUEUED}
"""Where a draft of that verdict waits; one that the rules reject does not."""


def _sieve(
    verdict: Of = None,
    account: OfAccount = "",
    class_name: OfClass = "",
    author: OfAuthor = "",
    escalated: Escalated = False,
) -> Sieve:
    return Sieve(_STAGE_OF[verdict], account.strip(), class_name.strip(), author.strip(), escalated)


@router.get(
    "/queue", operation_id="queue", summary="What waits for an approver", response_model=QueuePage, responses=errors()
)
def queue(
    service: Serving,
    principal: Approver,
    sieve: Annotated[Sieve, Depends(_sieve)],
    limit: Limit = 20,
    cursor: Cursor = None,
) -> QueuePage:
    """Oldest first. A draft is listed where it passes all that is asked for."""
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        page = drafts.waiting(store, sieve, limit=limit, cursor=cursor)
        return QueuePage(items=queue_items(store, page.items), next=page.next)


@router.post(
    "/drafts/{draft_id}/decision",
    operation_id="decide",
    summary="Approve, return or reject a draft",
    response_model=DraftOut,
    responses=errors(404, 409),
)
def decide(
    service: Serving, principal: Approver, draft_id: str, body: DecisionIn, key: RepeatKey, now: Now
) -> Response:
    """Bound to what was looked at by its digest. Nobody decides on a draft of their own that shows a photo."""
    deciding = Deciding(DecisionKind(body.decision), body.digest, body.reason, dict(body.answers))
    route = f"POST /v1/drafts/{draft_id}/decision"
    policy = register_of(service, principal.school_id).policy
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            desk.decide(store, draft_id, deciding, by=principal.id, now=now)
            publishing.after_decision(store, draft_id, policy, by=principal.id, now=now)
            return attempt.answer(store, 200, draft_out(store, draft_id, policy, principal))


@router.post(
    "/drafts/{draft_id}/withdraw",
    operation_id="withdraw",
    summary="Take a draft back",
    response_model=DraftOut,
    responses=errors(404, 409),
)
def withdraw(service: Serving, principal: Author, draft_id: str, key: RepeatKey, now: Now) -> Response:
    """By its author, or by a reviewer."""
    policy = register_of(service, principal.school_id).policy
    with once(service, principal, key, route=f"POST /v1/drafts/{draft_id}/withdraw", body_hash="") as attempt:
        if attempt.again:
            return attempt.again
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            desk.withdraw(store, draft_id, by=principal.id, may_review=principal.may(Scope.REVIEW), now=now)
            return attempt.answer(store, 200, draft_out(store, draft_id, policy, principal))


@router.post(
    "/drafts/{draft_id}/vet",
    operation_id="vet_again",
    summary="Vet a stored draft again, with the register and policy of now",
    response_model=DraftOut,
    responses=errors(404, 409),
)
def vet_again(service: Serving, principal: Caller, draft_id: str, key: RepeatKey, now: Now) -> Response:
    """What a decision refused with `register-changed` asks for."""
    _own_or_reviewed(service, principal, draft_id)
    at = workplace_of(service, principal.school_id)
    with once(service, principal, key, route=f"POST /v1/drafts/{draft_id}/vet", body_hash="") as attempt:
        if attempt.again:
            return attempt.again
        desk.revet(at, draft_id, by=principal.id, now=now)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            return attempt.answer(store, 200, draft_out(store, draft_id, at.register.policy, principal))


@router.post(
    "/drafts/{draft_id}/photos/{number}/cover",
    operation_id="cover_photo",
    summary="Cover parts of a photo and vet again",
    response_model=DraftOut,
    responses=errors(404, 409),
)
def cover_photo(
    service: Serving, principal: Caller, draft_id: str, number: int, body: CoverIn, key: RepeatKey, now: Now
) -> Response:
    """Photos count from 0. The covered copy takes the photo's place; what was below is gone from the draft."""
    _own_or_reviewed(service, principal, draft_id)
    route = f"POST /v1/drafts/{draft_id}/photos/{number}/cover"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        boxes = [Box(one.left, one.top, one.right, one.bottom) for one in body.boxes]
        at = workplace_of(service, principal.school_id)
        desk.cover_photo(at, draft_id, number, boxes, by=principal.id, now=now)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            return attempt.answer(store, 200, draft_out(store, draft_id, at.register.policy, principal))


def _own_or_reviewed(service: Service, principal: Principal, draft_id: str) -> None:
    if principal.may(Scope.REVIEW):
        return
    principal.need(Scope.DRAFTS)
    with service.database.read() as session:
        if drafts.get(Store(session, principal.school_id), draft_id).draft.author != principal.id:
            raise NotFound("There is no such draft.")
