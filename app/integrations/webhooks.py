"""Telling other programs what happened: one call by Standard Webhooks 1.0.0, and what its answer means.

https://github.com/standard-webhooks/standard-webhooks (spec 1.0.0): the id is the same at every try, the timestamp that of the try; several
signatures, separated by blanks, let a secret be changed without a gap; an answer that leads elsewhere is a failure.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import httpx
from standardwebhooks.webhooks import Webhook

from app.integrations import targets
from app.integrations.targets import Resolve

TIMEOUT_S = 15.0
_LONGEST_WAIT = timedelta(days=1)


class Heard(StrEnum):
    """What became of one call."""

    YES = "yes"
    NO = "no"
    GONE = "gone"  # 410: whoever is there wants no more


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one call. ``status`` 0 is no answer; ``word`` says why in one word, ``after`` is what they asked for."""

    heard: Heard
    status: int = 0
    word: str = ""
    after: timedelta | None = None


def client(transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for such calls."""
    return targets.client(TIMEOUT_S, transport)


def body_of(type_: str, at: datetime, data: Mapping[str, Any]) -> str:
    """What is sent, to the byte the same at every try."""
    instant = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return json.dumps({"type": type_, "timestamp": instant, "data": dict(data)}, separators=(",", ":"))


def call(
    http: httpx.Client,
    url: str,
    secrets: Sequence[str],
    event_id: str,
    body: str,
    *,
    now: datetime,
    allowed: Collection[str] = (),
    resolved: Resolve = targets.resolve,
) -> Answer:
    """Make one call, signed with every secret that holds (``whsec_…``). The target is checked anew each time."""
    try:
        target = targets.check(url, allowed, resolved)
    except targets.Forbidden:
        return Answer(Heard.NO, word="forbidden-address")
    except OSError:
        return Answer(Heard.NO, word="no-such-host")
    signatures = " ".join(Webhook(secret).sign(event_id, now, body) for secret in secrets)
    headers = {
        "Host": target.host_header,
        "Content-Type": "application/json",
        "User-Agent": "Fledgling-Webhooks",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures,
    }
    try:
        with http.stream(
            "POST", target.pinned, content=body.encode(), headers=headers, extensions={"sni_hostname": target.host}
        ) as answer:
            return _meaning(answer.status_code, answer.headers)  # what they write is not read
    except httpx.TimeoutException:
        return Answer(Heard.NO, word="timed-out")
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError):
        return Answer(Heard.NO, word="unreachable")


def _meaning(status: int, headers: httpx.Headers) -> Answer:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answer(Heard.YES, status)
    if status == HTTPStatus.GONE:
        return Answer(Heard.GONE, status, "gone")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return Answer(Heard.NO, status, "led-elsewhere")
    after = headers.get("retry-after", "")
    wanted = timedelta(seconds=int(after)) if after.isascii() and after.isdigit() and len(after) <= 6 else None
    return Answer(Heard.NO, status, "refused", min(wanted, _LONGEST_WAIT) if wanted else None)
