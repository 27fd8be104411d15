"""How much may come in. Counted as it arrives, so that a lying Content-Length gains nothing."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLarge
from app.web.problems import answer_to

JSON_BYTES = 1_000_000
SHEET_BYTES = 40_000_000
PHOTO_BYTES = 20_000_000
FORM_BYTES = 4 * PHOTO_BYTES + 2_000_000

_SHEETS = frozenset(
    {
        *("text/csv", "text/calendar", "text/plain", "text/xml", "application/xml", "application/zip"),
        "application/x-zip-compressed",
    }
)


class BodyLimit:
    """ASGI middleware: a body larger than its kind may be is refused, at the latest where it passes the limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on with a counting ``receive``."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        limit = _limit_for(headers.get(b"content-type", b"").decode("latin-1"))
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            await answer_to(_too_large(limit))(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit:
                raise _too_large(limit)
            return message

        await self.app(scope, counted, send)


def _limit_for(content_type: str) -> int:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return FORM_BYTES
    if kind in _SHEETS:
        return SHEET_BYTES
    return JSON_BYTES


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is larger than {limit:,} bytes.", slug="body-too-large")
