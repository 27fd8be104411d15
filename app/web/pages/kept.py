"""What was typed into a form whose session had ended is kept for whoever typed it; and the way back to that page.

Text fields alone, sealed, for twelve hours, for that person and page, given back once. No file, password or token.
"""

from __future__ import annotations

import hmac
import json
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response
from starlette.routing import compile_path

from app.errors import FledglingError
from app.store import Store
from app.store import kept as forms
from app.vault import SealBroken
from app.web.intake import read_form
from app.web.pages.rendering import Visitor
from app.web.security import locked_of
from app.web.service import Service

KEPT_FOR = timedelta(hours=12)
CHARACTERS = 100_000
"""The most that is kept of a form; a longer one is not kept at all."""

TOLD = "You were signed out; what you had written is here. Look at it and send it again."
"""What a page says above fields that it has filled in from here."""

_SECRET = frozenset({"csrf", "password", "present_password", "new_password", "code", "token", "sealed"})
_NOT_PAGES = ("/v1", "/static", "/sign-in", "/sign-out", "/second-factor", "/new-password", "/welcome", "/forgotten")
_LONGEST = 500
_AS_IT_IS = "/?&=%:@!$'()*+,;-._~"
_SEE_OTHER = 303


def take(service: Service, visitor: Visitor, path: str) -> dict[str, list[str]] | None:
    """The fields kept for that visitor and page (a path without its query), or None. They are given once."""
    now, principal = service.clock(), visitor.principal
    with service.database.read() as session:
        if not forms.is_there(Store(session, principal.school_id), principal.id, path, now=now):
            return None
    with service.database.write() as session:
        sealed = forms.take(Store(session, principal.school_id), principal.id, path, now=now)
    try:
        opened = None if sealed is None else service.vault.open(sealed, _purpose(principal.id, path))
    except SealBroken:
        return None
    if opened is None:
        return None
    fields: dict[str, list[str]] = json.loads(opened)
    return fields


def own_path(given: str) -> str:
    """``given`` where it is a path of a page of ours, with or without a query; otherwise nothing.

    Whatever a browser could take for another host, or that could break out of a header, is none.
    """
    if not given.startswith("/") or given.startswith("//") or len(given) > _LONGEST:
        return ""
    if not given.isascii() or not given.isprintable() or "\\" in given or "#" in given:
        return ""
    path = urlsplit(given).path
    inner = any(path == start or path.startswith(start + "/") for start in _NOT_PAGES)
    return "" if inner or "//" in path else quote(given, safe=_AS_IT_IS)


async def to_sign_in(request: Request) -> Response:
    """The answer to whoever has no session: to the sign-in page and back; a form that was sent is kept on the way."""
    page = own_path(_asked(request)) if request.method in {"GET", "HEAD"} else _page_of_form(request)
    if request.method == "POST" and page:
        await _keep(request, urlsplit(page).path)
    place = f"/sign-in?next={quote(page, safe='/')}" if page and page != "/" else "/sign-in"
    if request.headers.get("hx-request"):  # a part of a page that a script asked for: the whole page goes
        return Response(status_code=401, headers={"HX-Redirect": place})
    return RedirectResponse(place, _SEE_OTHER)


def _asked(request: Request) -> str:
    if request.headers.get("hx-request"):  # a script asked for a part of the page that the person sees
        return _page_of_form(request)
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _page_of_form(request: Request) -> str:
    """The page of ours on which the form stood, as the browser says; nothing where it does not."""
    try:
        referrer = urlsplit(request.headers.get("referer", ""))
        ours = {request.headers.get("host", ""), urlsplit(request.app.state.service.settings.public_url).netloc}
    except ValueError:
        return ""
    if referrer.netloc not in ours or not referrer.netloc:
        return own_path(request.url.path) if not referrer.netloc and _is_page(request) else ""
    return own_path(referrer.path + (f"?{referrer.query}" if referrer.query else ""))


def _is_page(request: Request) -> bool:
    """Whether what was posted to can be looked at as well, so that the form may have stood there."""
    return any(
        "GET" in (one.methods or ()) and compile_path(one.path)[0].fullmatch(request.url.path)
        for one in iter_route_contexts(request.app.routes)
        if one.path
    )


async def _keep(request: Request, path: str) -> None:
    """Keep the form, if its session is one that lay idle or expired and the form is from a page of that session."""
    service: Service = request.app.state.service
    now = service.clock()
    locked = await run_in_threadpool(locked_of, service, request, now)
    if locked is None:
        return
    try:
        async with read_form(request) as form:
            token = form.get("csrf")
            fields = _fields(form)
    except (FledglingError, RuntimeError):  # no form, or its body was read already
        return
    if not isinstance(token, str) or not hmac.compare_digest(
        token.encode("utf-8", "surrogatepass"), locked.csrf.encode()
    ):
        return
    text = json.dumps(fields)
    if fields and len(text) <= CHARACTERS:
        await run_in_threadpool(_put, service, locked.person.school_id, locked.person.id, path, text, now)


def _put(service: Service, school_id: str, person_id: str, path: str, text: str, now: datetime) -> None:
    sealed = service.vault.seal(text.encode(), _purpose(person_id, path))
    with service.database.write() as session:
        forms.put(Store(session, school_id), person_id, path, sealed, until=now + KEPT_FOR, now=now)


def _fields(form: FormData) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str) and name not in _SECRET:
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return fields


def _purpose(person_id: str, path: str) -> str:
    return f"kept form {person_id} {path}"
