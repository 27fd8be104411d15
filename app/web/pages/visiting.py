"""Who visits a page: a person with a session. Forms carry the session's token, and errors are pages too."""

from __future__ import annotations

import hmac
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import FormData
from starlette.responses import Response

from app.errors import FledglingError, NotAllowed, NotFound, NotSignedIn
from app.store import Store, holding, posting_requests, queue, schools
from app.web.intake import read_form
from app.web.pages import kept
from app.web.pages.rendering import Visitor, render
from app.web.schoolwork import policy_of
from app.web.security import Scope, person_of, session_token
from app.web.service import Now, Service, Serving

_log = logging.getLogger(__name__)

SEE_OTHER = 303


class PageRoute(APIRoute):
    """A route whose errors are shown as pages; without a session it leads to the sign-in page and back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors turned into pages."""
        handle = super().get_route_handler()

        async def as_page(request: Request) -> Response:
            try:
                return await handle(request)
            except NotSignedIn:
                return await kept.to_sign_in(request)
            except RequestValidationError:
                return _problem_page(request, NotFound("There is no such page."))
            except FledglingError as error:
                return _problem_page(request, error)

        return as_page


def _problem_page(request: Request, error: FledglingError) -> Response:
    if error.status >= 500:
        _log.warning("unavailable: %s", error.slug)
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    return render("problem.html", visitor, status=error.status, problem=error)


def visitor_of(request: Request, service: Service, now: Now) -> Visitor | None:
    """The person whose session the cookie holds, or None. Keys are not for pages and count for nothing here."""
    principal = person_of(service, session_token(service, request), now)
    if principal is None:
        return None
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        name = schools.get(store).name
        badges = _waiting(store) if principal.may(Scope.REVIEW) else {}
        held = _held(store) if principal.may(Scope.REVIEW) else ""
    key = service.vault.mark(principal.session, "pictures of a session")
    return Visitor(principal, name, policy_of(service, principal.school_id), badges, held, picture_key=key)


def _held(store: Store) -> str:
    """Why all publishing is held; empty where it is not."""
    now = holding.current(store)
    return (now.reason or "The service held it by itself.") if now.paused else ""


def _waiting(store: Store) -> dict[str, int]:
    """What waits for an approver, by the names of the menu's badges."""
    return {"queue": queue.count(store), "requests": posting_requests.count_waiting(store)}


def _anybody(request: Request, service: Serving, now: Now) -> Visitor | None:
    visitor = visitor_of(request, service, now)
    request.state.visitor = visitor
    return visitor


PerhapsVisiting = Annotated[Visitor | None, Depends(_anybody)]


def _somebody(visitor: PerhapsVisiting) -> Visitor:
    if visitor is None:
        raise NotSignedIn("This page is for people who are signed in.")
    return visitor


Visiting = Annotated[Visitor, Depends(_somebody)]


def _with(scope: Scope) -> Callable[[Visitor], Visitor]:
    def check(visitor: Visiting) -> Visitor:
        visitor.need(scope)
        return visitor

    return check


Writing = Annotated[Visitor, Depends(_with(Scope.DRAFTS))]
Reviewing = Annotated[Visitor, Depends(_with(Scope.REVIEW))]
Administering = Annotated[Visitor, Depends(_with(Scope.ADMIN))]


async def _posted(request: Request, visitor: Visiting) -> AsyncIterator[FormData]:
    """The form of somebody who is signed in; a page of another site cannot know the token that it must hold."""
    async with read_form(request) as form:
        token = field(form, "csrf")
        if not hmac.compare_digest(token.encode("utf-8", "surrogatepass"), visitor.principal.csrf.encode()):
            raise NotAllowed(
                "This form was not sent from a page of yours that is still open. Go back, reload, try again.",
                slug="csrf-token-missing",
            )
        yield form


Posted = Annotated[FormData, Depends(_posted, scope="function")]


def field(form: FormData, name: str) -> str:
    """A text field, with line breaks as one character (browsers send two); empty where there is none."""
    value = form.get(name)
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""
