"""Published drafts to take down, as a child must not be shown any more."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from app import desk
from app.publishing import people as published
from app.store import Store, recalls
from app.store.recalls import RecallOutcome
from app.web.api.pages import Cursor, Limit
from app.web.docs import errors
from app.web.recall_schemas import RecallOut, RecallOutcomeIn, RecallPage, recall_out
from app.web.repeats import RepeatKey, fingerprint, once
from app.web.security import Approver
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1", tags=["desk"])

State = Annotated[Literal["open", "closed"], Query(description="Those to decide on, or those that ended.")]


@router.get(
    "/recalls",
    operation_id="list_recalls",
    summary="Published drafts to take down",
    response_model=RecallPage,
    responses=errors(),
)
def list_recalls(
    service: Serving, principal: Approver, state: State = "open", limit: Limit = 20, cursor: Cursor = None
) -> RecallPage:
    """Open ones oldest first, ended ones latest first. Nothing in them tells why a child must not be shown."""
    listed = recalls.open_recalls if state == "open" else recalls.closed_recalls
    with service.database.read() as session:
        page = listed(Store(session, principal.school_id), limit=limit, cursor=cursor)
    return RecallPage(items=[recall_out(one) for one in page.items], next=page.next)


@router.post(
    "/recalls/{recall_id}/outcome",
    operation_id="end_recall",
    summary="Say that a draft was taken down, or why it is kept",
    response_model=RecallOut,
    responses=errors(404, 409),
)
def end_recall(
    service: Serving, principal: Approver, recall_id: str, body: RecallOutcomeIn, key: RepeatKey, now: Now
) -> Response:
    """Either takes a reason. Nobody keeps a draft of their own that shows a photo."""
    route = f"POST /v1/recalls/{recall_id}/outcome"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            ended = desk.end_recall(
                store, recall_id, RecallOutcome(body.outcome), body.reason, by=principal.id, now=now
            )
            if ended.outcome is RecallOutcome.TAKEN_DOWN:
                published.note_recalled(store, ended.draft, body.reason, by=principal.id, now=now)
            return attempt.answer(store, 200, recall_out(ended))
