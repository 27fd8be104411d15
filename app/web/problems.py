"""Every error leaves as problem details (RFC 9457), and no error text repeats what was sent."""

from __future__ import annotations

import json
import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import Fault, FledglingError, Malformed
from app.web.asked import request_id

MEDIA_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)

_HTTP_SLUGS = {
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Method not allowed"),
    413: ("too-large", "Too large"),
    415: ("unsupported-media-type", "Unsupported"),
}


def answer(problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A problem as an HTTP answer; it bears the request's id, by which the log tells more."""
    if asked := request_id():
        problem = problem | {"request_id": asked}
    return Response(json.dumps(problem), status_code=problem["status"], media_type=MEDIA_TYPE, headers=headers)


def answer_to(error: FledglingError) -> Response:
    """The answer to one of our own errors."""
    headers = {"WWW-Authenticate": 'Bearer realm="fledgling"'} if error.status == 401 else None
    return answer(error.problem(), headers)


def pointer(location: tuple[int | str, ...]) -> str:
    """A pydantic location (``("body", "photos", 0, "id")``) as a JSON pointer (``#/photos/0/id``)."""
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in location if part != "body"]
    return "#/" + "/".join(parts) if parts else "#"


def faults_of(errors: Any) -> tuple[Fault, ...]:
    """Pydantic's errors as faults, without the input they quote."""
    return tuple(Fault(pointer(tuple(one["loc"])), str(one["msg"])) for one in errors)


async def _ours(_request: Request, error: Exception) -> Response:
    assert isinstance(error, FledglingError)  # noqa: S101 - registered for this class alone
    if error.status >= 500:
        _log.warning("unavailable: %s", error.slug)
    return answer_to(error)


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return answer_to(
        Malformed("The request does not have the form the contract asks for.", errors=faults_of(error.errors()))
    )


async def http(_request: Request, error: Exception) -> Response:
    """The answer to one of the framework's own errors."""
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 400:  # the framework's word for a body it cannot parse
        return answer_to(Malformed("The body cannot be read.", slug="not-json"))
    slug, title = _HTTP_SLUGS.get(error.status_code, ("http-error", "HTTP error"))
    problem = {"type": f"/problems/{slug}", "title": title, "status": error.status_code, "detail": title + "."}
    return answer(problem, dict(error.headers) if error.headers else None)


class Contained:
    """ASGI middleware: an error nobody expected becomes a problem, and goes no further.

    The framework's own handler raises it again for the server to log whole, and its message may hold what was sent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on; answer 500 where it fails before it was answered."""
        answered = False

        async def noting(message: Message) -> None:
            nonlocal answered
            answered = answered or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except ClientDisconnect:  # whoever sent it went away: nobody is there to answer, and nothing failed here
            _log.info("the caller went away")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is answered here
            _log.error("unexpected error: %s at %s", type(error).__name__, _place(error))
            if scope["type"] == "http" and not answered:
                await answer(FledglingError("The service failed; nothing was changed.").problem())(scope, receive, send)


def _place(error: Exception) -> str:
    """Where it was raised: file and line, and nothing of what it says."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""


def install(app: FastAPI) -> None:
    """Make every error of ``app`` leave as problem details."""
    app.add_exception_handler(FledglingError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http)
