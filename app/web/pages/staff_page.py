"""The staff list in a browser: whose personal accounts posts may not lead to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.store import Store, roster, trail
from app.store.audit import Action
from app.store.trail import Asked
from app.web.pages.rendering import Visitor, render
from app.web.pages.visiting import PageRoute, Visiting
from app.web.security import Scope
from app.web.service import Serving

router = APIRouter(route_class=PageRoute)


def _with_register(visitor: Visiting) -> Visitor:
    visitor.need(Scope.REGISTER)
    return visitor


@router.get("/staff")
def show(service: Serving, visitor: Annotated[Visitor, Depends(_with_register)]) -> Response:
    """Everybody on the list, in its order."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        staff = roster.staff(store)
        loaded = trail.page(store, Asked(actions=(Action.STAFF_REPLACE.value,)), limit=1).items
    return render("staff.html", visitor, staff=staff, as_of=loaded[0].at if loaded else None)
