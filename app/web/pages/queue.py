"""The queue, oldest first, with who is looking at what; and one's own drafts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from app.domain import QUEUED
from app.errors import Conflict
from app.store import Store, deputies, drafts, locks, people, queue
from app.web.duty import duty
from app.web.pages.queue_lines import SHELVES, Sieved, items, own_items
from app.web.pages.rendering import Visitor, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Reviewing, Writing
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LISTED = 20
_STOPPED = "stopped"
_NO_CONTENT = 204

Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/drafts")
def list_own(
    service: Serving,
    visitor: Writing,
    now: Now,
    show: Annotated[str, Query(max_length=40)] = "all",
    cursor: Cursor = None,
) -> Response:
    """What the visitor wrote, newest first; ``show`` names a shelf."""
    shelf = next((one for one in SHELVES if one.key == show), SHELVES[0])
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        page = queue.written(store, visitor.principal.id, shelf.stages, limit=LISTED, cursor=cursor)
        lines = own_items(store, visitor.policy, page.items, now)
    return render("list.html", visitor, shelves=SHELVES, shelf=shelf, items=lines, next=page.next, further=cursor)


@router.get("/queue")
def show_queue(
    service: Serving,
    visitor: Reviewing,
    wanted: Sieved,
    now: Now,
    show: Annotated[str, Query(max_length=40)] = "",
    cursor: Cursor = None,
) -> Response:
    """What waits for an approver, longest waiting first; with ``show=stopped``, what the rules stopped."""
    if show == _STOPPED:
        return _show_stopped(service, visitor, now, cursor)
    me, today = visitor.principal, visitor.policy.day_of(now)
    with service.database.read() as session:
        store = Store(session, me.school_id)
        page = queue.waiting(store, wanted.sieve(visitor), limit=LISTED, cursor=cursor)
        desk = duty(people.every(store), deputies.current(store, today))
        lines = items(store, visitor, page.items, now)
        total, shown, choices = queue.count(store), queue.count(store, wanted.sieve(visitor)), queue.choices(store)
        free, stopped = queue.next_free(store, by=me.id, now=now), queue.count_stopped(store)
    return render(
        "queue.html",
        visitor,
        items=lines,
        wanted=wanted,
        total=total,
        matching=shown,
        choices=choices,
        free=free,
        stopped=stopped,
        desk=desk,
        nobody=desk.is_empty and me.may(Scope.ADMIN),
        further=bool(cursor),
        more=wanted.address(page.next) if page.next else "",
    )


def _show_stopped(service: Service, visitor: Visitor, now: datetime, cursor: str | None) -> Response:
    """What an approver may bring into the queue by covering a face; it waits for nobody and counts in no badge."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        page = queue.stopped(store, limit=LISTED, cursor=cursor)
        lines = items(store, visitor, page.items, now)
        total, stopped = queue.count(store), queue.count_stopped(store)
    more = f"/queue?{urlencode({'show': _STOPPED, 'cursor': page.next})}" if page.next else ""
    return render(
        "queue_stopped.html", visitor, items=lines, total=total, stopped=stopped, further=bool(cursor), more=more
    )


@router.get("/queue/next")
def take_next(
    service: Serving, visitor: Reviewing, now: Now, after: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """To the draft that waits longest and is free; ``after`` one draft, to the next behind it."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        found = queue.next_free(store, after=after, by=visitor.principal.id, now=now)
    return RedirectResponse(f"/drafts/{found}" if found else "/queue", SEE_OTHER)


@router.post("/queue/locks/{draft_id}")
def renew(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """Keep the draft while it is open; Conflict (``locked``) where somebody else has it now."""
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        _refuse_done(store, draft_id)
        lock = locks.claim(store, draft_id, by=visitor.principal.id, now=now)
    if lock.person_id != visitor.principal.id:
        raise Conflict(f"{lock.name} is looking at this draft now.", slug="locked")
    return Response(status_code=_NO_CONTENT)


@router.post("/queue/locks/{draft_id}/release")
def release(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """Let go of the draft, on the way back to the queue."""
    with service.database.write() as session:
        locks.release(Store(session, visitor.principal.school_id), draft_id, by=visitor.principal.id, now=now)
    return RedirectResponse("/queue", SEE_OTHER)


@router.post("/queue/locks/{draft_id}/take-over")
def take_over(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """Take the draft from whoever is looking at it; written down."""
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        _refuse_done(store, draft_id)
        locks.take_over(store, draft_id, by=visitor.principal.id, now=now)
    return RedirectResponse(f"/drafts/{draft_id}", SEE_OTHER)


def _refuse_done(store: Store, draft_id: str) -> None:
    if drafts.get(store, draft_id).stage not in QUEUED:
        raise Conflict("This draft does not wait for anybody any more.", slug="wrong-stage")
