"""The page of feeds: which pages of the school's website bring drafts; for administrators."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, FledglingError, Malformed
from app.exchange import reading
from app.store import Store, accounts, feeds
from app.web.exchanging import reader_of
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, Administering, PageRoute, Posted, field
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

PLACE = "/feeds"

_WORDS = {
    "forbidden-address": "its address leads into a private network",
    "too-much": "it is too large, too slow or leads round in circles",
    "unreachable": "the website could not be reached",
    "no-feed": "what came is no RSS or Atom feed",
    "gone": "the website says that it is gone for good",
}


@router.get(PLACE)
def show(service: Serving, visitor: Administering) -> Response:
    """The feeds."""
    return _page(service, visitor)


@router.post(PLACE)
def add(service: Serving, visitor: Administering, form: Posted) -> Response:
    """Read a feed from now on."""
    url, account = field(form, "url").strip(), field(form, "account")
    try:
        with reader_of(service) as reader:
            reading.add(reader, visitor.principal.school_id, url, account, by=visitor.principal.id)
    except (Conflict, Malformed) as problem:
        return _page(service, visitor, problem=problem, url=url)
    return RedirectResponse(PLACE, SEE_OTHER)


@router.post("/feeds/{feed_id}/end")
def end(service: Serving, visitor: Administering, feed_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """Read a feed no more."""
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        feeds.get(store, feed_id)
        feeds.end(store, feed_id, by=visitor.principal.id, now=now)
    return RedirectResponse(PLACE, SEE_OTHER)


def _page(service: Service, visitor: Visitor, *, problem: FledglingError | None = None, url: str = "") -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        found, own = feeds.every(store), accounts.every(store)
    return render(
        "feeds.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        feeds=found,
        accounts=own,
        words=_WORDS,
        url=printable(url),
    )
