"""Every request bears an id: in its answer, in every line of the log that it causes, in the problem that it meets."""

from __future__ import annotations

import logging
import re
import secrets
import time
from contextvars import ContextVar

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import metrics, telemetry

HEADER = "x-request-id"
ACCESS = "fledgling.access"
STATIC, NOWHERE = "/static", "none"
_PLAIN = re.compile(rb"[0-9a-fA-F-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ANSWER = 499
_QUIET = frozenset({"/livez", "/readyz", "/metrics", STATIC})

_log = logging.getLogger(ACCESS)
_current: ContextVar[str] = ContextVar("request_id", default="")


def request_id() -> str:
    """The id of the request that is being answered, or nothing."""
    return _current.get()


class Asked:
    """ASGI middleware: gives the request its id and, once it is answered, writes one line about it.

    An id that comes with it is taken if it is of hexadecimal digits and hyphens, as proxies make them: other words could
    be anybody's name. The line has the route as the code has it, never the path, where ids and searches stand.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = _id_of(scope)
        status = _NO_ANSWER

        async def with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = asked
            await send(message)

        began = time.perf_counter()
        token = _current.set(asked)
        try:
            await self.app(scope, receive, with_id)
        finally:
            _tell(scope, status, time.perf_counter() - began)
            _current.reset(token)


def _tell(scope: Scope, status: int, took_s: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    route = route_of(scope)
    metrics.answered(method, route, status, took_s)
    telemetry.answered(method, route, status, took_s)
    level = logging.DEBUG if route in _QUIET and status < 400 else logging.INFO
    told = {"method": method, "route": route, "status": status, "ms": round(took_s * 1000, 1)}
    _log.log(level, "request", extra=told)


def route_of(scope: Scope) -> str:
    """The route that answered, as the code has it, such as ``/v1/drafts/{draft_id}``."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return STATIC if scope.get("root_path") == STATIC else NOWHERE


def _id_of(scope: Scope) -> str:
    given = next((value for name, value in scope["headers"] if name == HEADER.encode()), b"")
    return given.decode() if _PLAIN.fullmatch(given) else secrets.token_hex(16)
