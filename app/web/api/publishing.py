"""What happens after approval: the plan, the switch that holds everything, and what people say of posts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.errors import NotFound
from app.publishing import people, plan_again, take_off
from app.publishing.planning import go_on
from app.store import Store, drafts, holding, publications
from app.store.publications import State as PublicationState
from app.web.api.pages import Cursor, Limit
from app.web.docs import errors
from app.web.publication_schemas import (
    PauseIn,
    PauseOut,
    PlanIn,
    PostedIn,
    PublicationOut,
    PublicationPage,
    ReasonIn,
    State,
    pause_out,
    publication_out,
)
from app.web.repeats import RepeatKey, fingerprint, once
from app.web.schemas import Incoming
from app.web.schoolwork import policy_of
from app.web.security import Approver, Caller, Principal, Scope
from app.web.service import Now, Service, Serving
from app.web.working import press_of

router = APIRouter(prefix="/v1", tags=["publishing"])

States = Annotated[list[State] | None, Query(description="Those in such a state; may be given several times.")]


@router.get(
    "/publications",
    operation_id="list_publications",
    summary="Approved drafts on their way out",
    response_model=PublicationPage,
    responses=errors(),
)
def list_publications(
    service: Serving, principal: Approver, state: States = None, limit: Limit = 20, cursor: Cursor = None
) -> PublicationPage:
    """Those changed first in front."""
    wanted = [PublicationState(one) for one in state] if state else list(PublicationState)
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        page = publications.listed(store, wanted, limit=limit, cursor=cursor)
        return PublicationPage(items=[publication_out(store, one.draft_id) for one in page.items], next=page.next)


@router.get(
    "/drafts/{draft_id}/publication",
    operation_id="read_publication",
    summary="How far an approved draft has got",
    response_model=PublicationOut,
    responses=errors(404),
)
def read_publication(service: Serving, principal: Caller, draft_id: str) -> PublicationOut:
    """One's own drafts with `drafts:write`, all with `review:write`. 404 for a draft that was never approved."""
    if not principal.may(Scope.REVIEW):
        principal.need(Scope.DRAFTS)
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        if drafts.get(store, draft_id).draft.author != principal.id and not principal.may(Scope.REVIEW):
            raise NotFound("There is no such draft.")
        return publication_out(store, draft_id)


@router.put(
    "/drafts/{draft_id}/publication",
    operation_id="plan_publication",
    summary="Publish an approved draft at another time, or as soon as it may",
    response_model=PublicationOut,
    responses=errors(404, 409),
)
def plan(service: Serving, principal: Approver, draft_id: str, body: PlanIn, now: Now) -> PublicationOut:
    """Also one that was held, failed, or only rehearsed. Never before its event is over."""
    policy = policy_of(service, principal.school_id)
    with service.database.write() as session:
        store = Store(session, principal.school_id)
        plan_again(store, draft_id, body.publish_at, body.reason, policy, by=principal.id, now=now)
        return publication_out(store, draft_id)


Doing = Callable[[Store], None]


def _once(
    service: Service, principal: Principal, key: RepeatKey, draft_id: str, verb: str, body: Incoming, do: Doing
) -> Response:
    route = f"POST /v1/drafts/{draft_id}/publication/{verb}"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            do(store)
            return attempt.answer(store, 200, publication_out(store, draft_id))


@router.post(
    "/drafts/{draft_id}/publication/take-off",
    operation_id="take_off_publication",
    summary="Take an approved draft off the plan",
    response_model=PublicationOut,
    responses=errors(404, 409),
)
def take_off_plan(
    service: Serving, principal: Approver, draft_id: str, body: ReasonIn, key: RepeatKey, now: Now
) -> Response:
    """It stays approved, until it is planned anew or its approval lapses."""

    def do(store: Store) -> None:
        take_off(store, draft_id, body.reason, by=principal.id, now=now)

    return _once(service, principal, key, draft_id, "take-off", body, do)


@router.post(
    "/drafts/{draft_id}/publication/posted",
    operation_id="record_post",
    summary="Say where a draft stands that a person posted, or found",
    response_model=PublicationOut,
    responses=errors(404, 409),
)
def posted(service: Serving, principal: Approver, draft_id: str, body: PostedIn, key: RepeatKey, now: Now) -> Response:
    """For a draft of which it is not known whether it is out. The address must be one of the draft's account."""

    def do(store: Store) -> None:
        people.record_post(store, draft_id, body.url, by=principal.id, now=now)

    return _once(service, principal, key, draft_id, "posted", body, do)


@router.post(
    "/drafts/{draft_id}/publication/not-posted",
    operation_id="record_not_posted",
    summary="Say that a draft is not out",
    response_model=PublicationOut,
    responses=errors(404, 409),
)
def not_posted(
    service: Serving, principal: Approver, draft_id: str, body: ReasonIn, key: RepeatKey, now: Now
) -> Response:
    """For a draft of which it is not known whether it is out: only after looking at the account."""

    def do(store: Store) -> None:
        people.record_not_posted(store, draft_id, body.reason, by=principal.id, now=now)

    return _once(service, principal, key, draft_id, "not-posted", body, do)


@router.post(
    "/drafts/{draft_id}/publication/take-down",
    operation_id="take_down",
    summary="Take a published draft down",
    response_model=PublicationOut,
    responses=errors(404, 409),
)
def take_down(
    service: Serving, principal: Approver, draft_id: str, body: ReasonIn, key: RepeatKey, now: Now
) -> Response:
    """Where that cannot be done from here, the state is `taking-down`: a person deletes it and says so."""
    route = f"POST /v1/drafts/{draft_id}/publication/take-down"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        people.take_down(press_of(service, principal.school_id), draft_id, body.reason, by=principal.id, now=now)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            return attempt.answer(store, 200, publication_out(store, draft_id))


@router.post(
    "/drafts/{draft_id}/publication/taken-down",
    operation_id="record_taken_down",
    summary="Say that a person took a published draft down",
    response_model=PublicationOut,
    responses=errors(404, 409),
)
def taken_down(
    service: Serving, principal: Approver, draft_id: str, body: ReasonIn, key: RepeatKey, now: Now
) -> Response:
    """Its recalls end with it."""

    def do(store: Store) -> None:
        people.record_taken_down(store, draft_id, body.reason, by=principal.id, now=now)

    return _once(service, principal, key, draft_id, "taken-down", body, do)


@router.get(
    "/publishing",
    operation_id="read_pause",
    summary="Whether everything that is to be published is held",
    response_model=PauseOut,
    responses=errors(),
)
def read_pause(service: Serving, principal: Approver) -> PauseOut:
    """By a person, or by the service itself, as when the account has no credit."""
    with service.database.read() as session:
        return pause_out(holding.current(Store(session, principal.school_id)))


@router.put(
    "/publishing",
    operation_id="put_pause",
    summary="Hold everything that is to be published, or go on",
    response_model=PauseOut,
    responses=errors(),
)
def put_pause(service: Serving, principal: Approver, body: PauseIn, now: Now) -> PauseOut:
    """What waited meanwhile goes out then, each in its turn."""
    with service.database.write() as session:
        store = Store(session, principal.school_id)
        _switch(store, principal, body, now)
        return pause_out(holding.current(store))


def _switch(store: Store, principal: Principal, body: PauseIn, now: datetime) -> None:
    if body.paused:
        people.pause(store, body.reason, by=principal.id, now=now)
    else:
        go_on(store, by=principal.id, now=now)
