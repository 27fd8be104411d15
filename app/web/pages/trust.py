"""The schools of the trust, for whoever looks after all of them: how each stands, and a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.errors import Conflict, FledglingError, Malformed
from app.web import joining, standing
from app.web.ages import age, urgency
from app.web.joining import FROM_TRUST, Newcomer
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import PageRoute, Posted, Visiting, field
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)


def _of_trust(visitor: Visiting) -> Visitor:
    visitor.need(Scope.TRUST)
    return visitor


OfTrust = Annotated[Visitor, Depends(_of_trust)]


@router.get("/trust")
def show(service: Serving, visitor: OfTrust, now: Now) -> Response:
    """Every school in counts and words, and the form that makes another."""
    return _page(service, visitor, now)


@router.post("/trust/schools")
def add(request: Request, service: Serving, visitor: OfTrust, form: Posted, now: Now) -> Response:
    """Make a school, and show the link for its first administrator: once, to hand over."""
    name, slug, administrator, email = (
        printable(field(form, one)).strip() for one in ("name", "slug", "administrator", "email")
    )
    newcomer = Newcomer(name, slug, administrator, email)
    try:
        joined = joining.join(service, newcomer, str(request.base_url), by=FROM_TRUST + visitor.principal.id, now=now)
    except (Conflict, Malformed) as problem:
        return _page(service, visitor, now, problem=problem, typed=newcomer)
    return render("school_joined.html", visitor, joined=joined, made=joined.invitation)


def _page(
    service: Service,
    visitor: Visitor,
    now: datetime,
    *,
    problem: FledglingError | None = None,
    typed: Newcomer | None = None,
) -> Response:
    return render(
        "trust.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        typed=typed or Newcomer("", "", "", ""),
        every=standing.of_all(service),
        today=visitor.policy.local(now).date(),
        age=lambda instant: age(instant, now),
        urgency=lambda instant: urgency(instant, now),
    )
