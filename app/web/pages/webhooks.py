"""The page of webhooks: which addresses are told what, and what became of each telling; for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, FledglingError, Malformed
from app.exchange import telling
from app.store import Store, webhooks
from app.web.exchanging import teller_of
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, Administering, PageRoute, Posted, field
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

PLACE = "/webhooks"
LISTED = 50

_WHY_ENDED = {
    "gone": "The address answered that it wants no more (410).",
    "no-answer": "Nothing was accepted there for a day.",
    "by-hand": "Ended here.",
}
_WORDS = {
    "forbidden-address": "the address leads into a private network",
    "no-such-host": "there is no such host",
    "timed-out": "no answer in time",
    "unreachable": "could not be reached",
    "led-elsewhere": "answered that it is elsewhere; that is not followed",
    "refused": "not accepted",
    "gone": "wants no more",
}


@router.get(PLACE)
def show(service: Serving, visitor: Administering) -> Response:
    """The addresses that are told."""
    return _page(service, visitor)


@router.post(PLACE)
def add(service: Serving, visitor: Administering, form: Posted) -> Response:
    """Tell an address from now on; its secret is shown on the page that answers, and never again."""
    url = field(form, "url").strip()
    types = [one for one in form.getlist("types") if isinstance(one, str)]
    try:
        with teller_of(service) as teller:
            found, secret = telling.add(teller, visitor.principal.school_id, url, types, by=visitor.principal.id)
    except Malformed as problem:
        return _page(service, visitor, problem=problem, url=url, types=types)
    return _page(service, visitor, secret=secret, secret_of=found.id)


@router.post("/webhooks/{webhook_id}/secret")
def rotate(service: Serving, visitor: Administering, webhook_id: str, form: Posted) -> Response:  # noqa: ARG001
    """A new secret, shown on the page that answers."""
    with teller_of(service) as teller:
        secret = telling.rotate(teller, visitor.principal.school_id, webhook_id, by=visitor.principal.id)
    return _page(service, visitor, secret=secret, secret_of=webhook_id)


@router.post("/webhooks/{webhook_id}/test")
def send_test(service: Serving, visitor: Administering, webhook_id: str, form: Posted) -> Response:  # noqa: ARG001
    """Send a call that says nothing but that it is a test, at once."""
    with teller_of(service) as teller:
        telling.send_test(teller, visitor.principal.school_id, webhook_id, by=visitor.principal.id)
        telling.deliver_due(teller)
    return RedirectResponse(f"{PLACE}/{webhook_id}", SEE_OTHER)


@router.post("/webhooks/{webhook_id}/active")
def set_active(service: Serving, visitor: Administering, webhook_id: str, form: Posted, now: Now) -> Response:
    """Tell an address no more, or again."""
    active = field(form, "active") == "yes"
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        webhooks.get(store, webhook_id)
        why = "" if active else "by-hand"
        webhooks.set_active(store, webhook_id, active=active, why=why, by=visitor.principal.id, now=now)
    return RedirectResponse(PLACE, SEE_OTHER)


@router.get("/webhooks/{webhook_id}")
def show_deliveries(
    service: Serving,
    visitor: Administering,
    webhook_id: str,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """What became of the events for an address, newest first."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        found = webhooks.get(store, webhook_id)
        page = webhooks.deliveries(store, webhook_id, limit=LISTED, cursor=cursor)
    return render("deliveries.html", visitor, hook=found, deliveries=page.items, next=page.next, words=_WORDS)


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/again")
def again(
    service: Serving,
    visitor: Administering,
    webhook_id: str,
    delivery_id: str,
    form: Posted,  # noqa: ARG001
    now: Now,
) -> Response:
    """Deliver once more."""
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        if not webhooks.get(store, webhook_id).active:
            raise Conflict("This address is told no more: tell it again first.", slug="webhook-ended")
        webhooks.again(store, delivery_id, by=visitor.principal.id, now=now)
    with teller_of(service) as teller:
        telling.deliver_due(teller)
    return RedirectResponse(f"{PLACE}/{webhook_id}", SEE_OTHER)


def _page(
    service: Service,
    visitor: Visitor,
    *,
    problem: FledglingError | None = None,
    url: str = "",
    types: list[str] | None = None,
    secret: str = "",
    secret_of: str = "",
) -> Response:
    with service.database.read() as session:
        found = webhooks.every(Store(session, visitor.principal.school_id))
    return render(
        "webhooks.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        hooks=found,
        why_ended=_WHY_ENDED,
        every_type=[str(one) for one in telling.TYPES],
        url=printable(url),
        types=types or [],
        secret=secret,
        secret_of=secret_of,
    )
