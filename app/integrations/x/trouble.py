"""What can go wrong with X, told apart by what is to be done about it.

After X's pages "Response codes and errors" and "Rate limits" (docs.x.com) as they stood in August 2026, and after answers
that others reported since: problem types come with the prefixes of api.x.com and of api.twitter.com, so only the last
part of their path counts, and an older shape (``errors`` with a ``code``) still occurs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import httpx

from app.errors import FledglingError

DUPLICATE_WORDS = "duplicate content"
_KEPT_BYTES = 4096
_LIMIT_CODE = 88
_DEFAULT_WAIT = timedelta(minutes=15)
"""X counts in windows of a quarter of an hour; waited for where an answer does not say when the window ends."""
_LONGEST_WAIT = timedelta(days=1)

_NO_CREDIT = frozenset({"credits", "credits-depleted", "usage-capped"})
_NOT_CONNECTED = frozenset(
    {
        "client-forbidden",
        "oauth1-permissions",
        "unsupported-authentication",
        "not-authorized-for-resource",
        "client-not-enrolled",
    }
)


class Trouble(StrEnum):
    """What an answer means for whoever asked."""

    LIMITED = "limited"  # asked too often: nothing was done, wait
    NO_CREDIT = "no-credit"  # nothing was done, and nothing will be until somebody pays
    NOT_CONNECTED = "not-connected"  # the account must be connected anew, or with more rights
    TOKEN_ENDED = "token-ended"  # noqa: S105 - renew the token and ask once more
    DUPLICATE = "duplicate"  # X has a post of these very words already
    REFUSED = "refused"  # nothing was done; asking again would be no use
    GONE = "gone"  # there is no such thing
    UNAVAILABLE = "unavailable"  # nothing was sent, or X says that nothing was done
    UNKNOWN = "unknown"  # it may have been done or not


@dataclass(frozen=True, slots=True)
class _Told:
    """An answer as far as it can be understood."""

    slug: str = ""
    detail: str = ""
    code: int | None = None


class XTrouble(FledglingError):
    """X did not do what was asked. ``until``: when to ask again, where X says so; ``kind``: what it means."""

    status = 502
    title = "X did not do it"
    slug = "x-trouble"

    def __init__(
        self, kind: Trouble, detail: str, *, until: datetime | None = None, answered: int | None = None
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.until = until
        self.answered = answered


def of_answer(answer: httpx.Response, now: datetime, *, acts: bool) -> XTrouble:
    """What an answer that is no success means. ``acts``: whether the call would have changed something at X."""
    told = _read(answer)
    status = answer.status_code
    detail = f"X answered {status}" + (f" ({told.slug})" if told.slug else "") + "."
    kind = _kind(status, told, acts=acts)
    until = _until(answer, now) if kind is Trouble.LIMITED else None
    return XTrouble(kind, detail, until=until, answered=status)


def of_failure(error: httpx.HTTPError, *, acts: bool) -> XTrouble:
    """What a failed call means: only where no connection was made is it certain that nothing was done."""
    unsent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError)
    kind = Trouble.UNKNOWN if acts and not unsent else Trouble.UNAVAILABLE
    return XTrouble(kind, f"X could not be asked ({type(error).__name__}).")


def _kind(status: int, told: _Told, *, acts: bool) -> Trouble:
    if status == HTTPStatus.PAYMENT_REQUIRED or told.slug in _NO_CREDIT:
        return Trouble.NO_CREDIT
    if status == HTTPStatus.TOO_MANY_REQUESTS or told.code == _LIMIT_CODE:
        return Trouble.LIMITED
    if status == HTTPStatus.UNAUTHORIZED:
        return Trouble.TOKEN_ENDED
    if status == HTTPStatus.FORBIDDEN:
        if DUPLICATE_WORDS in told.detail.lower():
            return Trouble.DUPLICATE
        return Trouble.NOT_CONNECTED if told.slug in _NOT_CONNECTED else Trouble.REFUSED
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return Trouble.GONE
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return Trouble.UNKNOWN if acts else Trouble.UNAVAILABLE
    return Trouble.REFUSED


def _until(answer: httpx.Response, now: datetime) -> datetime:
    """When X counts anew; never so far off that a broken header would stop a school for good."""
    for name in ("x-rate-limit-reset", "x-user-limit-24hour-reset"):
        told = answer.headers.get(name, "")
        if told.isascii() and told.isdigit() and len(told) <= 11:
            at = datetime.fromtimestamp(int(told), UTC)
            return min(max(at, now + timedelta(seconds=1)), now + _LONGEST_WAIT)
    after = answer.headers.get("retry-after", "")
    if after.isascii() and after.isdigit() and len(after) <= 6:
        return now + min(timedelta(seconds=max(int(after), 1)), _LONGEST_WAIT)
    return now + _DEFAULT_WAIT


def _read(answer: httpx.Response) -> _Told:
    try:
        body: Any = json.loads(answer.content[:_KEPT_BYTES])
    except (ValueError, UnicodeDecodeError, RecursionError):
        return _Told()
    if not isinstance(body, dict):
        return _Told()
    errors = body.get("errors")
    first: Any = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    kind = body.get("type", first.get("type"))
    detail = body.get("detail", first.get("message", first.get("detail")))
    code = first.get("code")
    return _Told(
        slug=kind.rstrip("/").rsplit("/", 1)[-1][:40] if isinstance(kind, str) and kind != "about:blank" else "",
        detail=detail[:400] if isinstance(detail, str) else "",
        code=code if isinstance(code, int) else None,
    )
