"""How the school's accounts go out: as a dry run, by hand, or connected to X; for administrators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from app.domain import fold_handle
from app.errors import Conflict, FledglingError, Malformed, NotFound
from app.integrations import x
from app.publishing import connections as connecting
from app.store import Store, accounts, connections, people
from app.store.connections import Connection, Way
from app.web.lines import line_of
from app.web.pages.rendering import Visitor, render
from app.web.pages.visiting import SEE_OTHER, Administering, PageRoute, Posted, field
from app.web.service import Service, Serving

router = APIRouter(route_class=PageRoute)

PLACE = "/connections"
_BACK = "/connections/callback"
_LONGEST_KEY = 200

_KEYS = ("consumer_key", "consumer_secret", "token", "token_secret")
_WAYS = {
    Way.DRY_RUN: "Dry run: all is checked and put together, and nothing goes out",
    Way.MANUAL: "By hand: somebody posts it from a ready page and notes its address",
    Way.OAUTH1: "Connected to X by its four keys",
    Way.OAUTH2: "Connected to X",
}
_TROUBLES = {
    "reconnect": "X does not take the connection any more. Connect the account again; until then its posts wait.",
    "keys-refused": "X does not take the keys any more. Put in new ones; until then its posts wait.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An account as the page shows it."""

    handle: str
    connection: Connection | None
    way: str
    trouble: str
    chosen_by: str


@router.get(PLACE)
def show(service: Serving, visitor: Administering) -> Response:
    """The accounts and how each goes out."""
    return _page(service, visitor)


@router.post("/connections/{handle}/way")
def choose(service: Serving, visitor: Administering, handle: str, form: Posted) -> Response:
    """Let an account go out by hand or as a dry run."""
    try:
        _known(service, visitor, handle)
        way = field(form, "way")
        if way not in {Way.DRY_RUN, Way.MANUAL}:
            raise Malformed("Choose a dry run or posting by hand.")
        with line_of(service, visitor.principal.school_id) as line:
            connecting.choose(line, handle, Way(way), by=visitor.principal.id)
    except (Conflict, Malformed) as problem:
        return _page(service, visitor, problem)
    return RedirectResponse(PLACE, SEE_OTHER)


@router.post("/connections/{handle}/keys")
def put_keys(service: Serving, visitor: Administering, handle: str, form: Posted) -> Response:
    """Connect an account by its four keys."""
    try:
        _known(service, visitor, handle)
        given = {name: field(form, name).strip() for name in _KEYS}
        if not all(key and len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable() for key in given.values()):
            raise Malformed("All four keys are needed, as X's console shows them.", slug="x-keys-malformed")
        with line_of(service, visitor.principal.school_id) as line:
            connecting.put_keys(line, handle, x.OAuth1Keys(**given), by=visitor.principal.id)
    except (Conflict, Malformed) as problem:
        return _page(service, visitor, problem)
    return RedirectResponse(PLACE, SEE_OTHER)


@router.post("/connections/{handle}/connect")
def lead_away(request: Request, service: Serving, visitor: Administering, handle: str, form: Posted) -> Response:  # noqa: ARG001
    """A page with the way to X: a form may not lead to another site, a link may."""
    try:
        _known(service, visitor, handle)
        back = _address(request, service) + _BACK
        with line_of(service, visitor.principal.school_id) as line:
            address = connecting.lead_away(line, handle, visitor.principal.id, back)
    except (Conflict, Malformed) as problem:
        return _page(service, visitor, problem)
    return render("connect.html", visitor, handle=fold_handle(handle), address=address)


@router.get(_BACK)
def come_back(
    service: Serving,
    visitor: Administering,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=2000)] = "",
    error: Annotated[str, Query(max_length=500)] = "",
) -> Response:
    """Back from X, with a code or without."""
    try:
        if error or not (state and code):
            raise Conflict("Access was not given at X: nothing was connected.", slug="x-access-refused")
        with line_of(service, visitor.principal.school_id) as line:
            connecting.come_back(line, state, code, visitor.principal.id)
    except Conflict as problem:
        return _page(service, visitor, problem)
    return RedirectResponse(PLACE, SEE_OTHER)


def _address(request: Request, service: Service) -> str:
    """Where this service is reached: X sends people back to exactly what was registered there."""
    public = service.settings.public_url.rstrip("/")
    if public:
        return public
    here = urlsplit(str(request.base_url))
    return f"{here.scheme}://{here.netloc}"


def _known(service: Service, visitor: Visitor, handle: str) -> None:
    with service.database.read() as session:
        every = accounts.every(Store(session, visitor.principal.school_id))
    if fold_handle(handle) not in {one.handle for one in every}:
        raise NotFound("The school has no account of that handle.")


def _page(service: Service, visitor: Visitor, problem: FledglingError | None = None) -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        chosen = {one.handle: one for one in connections.every(store)}
        names = {one.id: one.name for one in people.every(store)}
        handles = [one.handle for one in accounts.every(store)]
    shown = []
    for handle in handles:
        found = chosen.get(handle)
        way = _WAYS[found.way if found else Way.DRY_RUN]
        trouble = _TROUBLES.get(found.trouble, "") if found else ""
        shown.append(Shown(handle, found, way, trouble, names.get(found.chosen_by, "") if found else ""))
    return render(
        "connections.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        accounts=shown,
        app_set_up=bool(service.settings.x_client_id),
    )
