"""Addresses that nobody has and methods that an address does not know: a page for browsers, a problem for programs."""

from __future__ import annotations

from functools import cache
from re import Pattern

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from app.errors import FledglingError, NotFound
from app.web import problems
from app.web.pages.rendering import Visitor, render
from app.web.pages.visiting import visitor_of

API = "/v1/"
"""Whatever asks below this path is a program, whatever it says it accepts."""


class WrongMethod(FledglingError):
    """The address is there, and cannot be used so."""

    status, title, slug = 405, "That does not work here", "method-not-allowed"


_PAGES: dict[int, FledglingError] = {
    404: NotFound("There is no such page."),
    405: WrongMethod("This address cannot be used like that. Go back, and press the button again."),
}


async def _answer(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    if error.status_code == 405 and (methods := _methods_at(request)):
        error.headers = {**(error.headers or {}), "Allow": ", ".join(methods)}
    page = _PAGES.get(error.status_code)
    if page is None or not _is_browser(request):
        return await problems.http(request, error)
    answer = render("problem.html", await run_in_threadpool(_visitor, request), status=page.status, problem=page)
    answer.headers.update(error.headers or {})
    return answer


def _is_browser(request: Request) -> bool:
    """Whether somebody looks at the answer: browsers say that they take HTML, and programs do not."""
    return "text/html" in request.headers.get("accept", "").lower() and not request.url.path.startswith(API)


def _visitor(request: Request) -> Visitor | None:
    service = getattr(request.app.state, "service", None)
    if service is None:
        return None
    try:
        return visitor_of(request, service, service.clock())
    except FledglingError:  # a busy database: the page is shown without a menu
        return None


def _methods_at(request: Request) -> list[str]:
    """All methods of the address: the framework names those of one of its routes alone."""
    path = request.scope["path"]
    every = iter_route_contexts(request.app.routes)
    return sorted({method for one in every if one.path and _form(one.path).match(path) for method in one.methods or ()})


@cache
def _form(path: str) -> Pattern[str]:
    pattern, _, _ = compile_path(path)
    return pattern


def install(app: FastAPI) -> None:
    """Answer so wherever ``app`` has no route; after `problems.install`, whose answer programs get."""
    app.add_exception_handler(HTTPException, _answer)
