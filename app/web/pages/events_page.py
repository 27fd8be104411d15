"""The school's calendar in a browser: what is to come, and what is over."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.store import Store, events, trail
from app.store.audit import Action
from app.store.trail import Asked
from app.web.pages.rendering import Visitor, render
from app.web.pages.visiting import PageRoute, Visiting
from app.web.security import Scope
from app.web.service import Now, Serving

router = APIRouter(route_class=PageRoute)

LATELY = 50
"""How many that are over are shown."""


def _reading(visitor: Visiting) -> Visitor:
    """Whoever writes posts about them, and the office."""
    if not visitor.principal.may(Scope.REGISTER):
        visitor.need(Scope.DRAFTS)
    return visitor


@router.get("/events")
def show(service: Serving, visitor: Annotated[Visitor, Depends(_reading)], now: Now) -> Response:
    """The calendar, next first; then those that are over, latest first."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        every = events.every(store)
        loaded = trail.page(store, Asked(actions=(Action.EVENTS_REPLACE.value,)), limit=1).items
    over = [one for one in every if one.ends_at <= now]
    return render(
        "events.html",
        visitor,
        to_come=[one for one in every if one.ends_at > now],
        over=over[::-1][:LATELY],
        past=len(over),
        as_of=loaded[0].at if loaded else None,
        now=now,
    )
