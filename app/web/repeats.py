"""Idempotency-Key: a POST that stores is done once, however often a poor line makes the caller send it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.responses import Response

from app.errors import Conflict, Malformed
from app.store import Store, idempotency
from app.store.idempotency import KeptAnswer, Standing
from app.web.security import Principal
from app.web.service import Service

LENGTH = 255


async def _key(
    idempotency_key: Annotated[
        str | None,
        Header(description="Any string of at most 255 characters; the same key and body get the first answer again."),
    ] = None,
) -> str | None:
    if idempotency_key is None:
        return None
    bare = idempotency_key.strip()
    if len(bare) >= 2 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    if not bare or len(bare) > LENGTH or not bare.isprintable():
        raise Malformed("The Idempotency-Key has 1 to 255 printable characters.", slug="idempotency-key-malformed")
    return bare


RepeatKey = Annotated[str | None, Depends(_key)]


@dataclass(slots=True)
class Once:
    """A request under its key. ``again`` is the answer to give where it was done before."""

    principal: Principal
    key: str | None
    again: Response | None = None
    done: bool = field(default=False, init=False)

    def answer(self, store: Store, status: int, body: BaseModel, headers: dict[str, str] | None = None) -> Response:
        """The answer, kept in the transaction that did the work."""
        data = body.model_dump_json(exclude_none=False).encode()
        kept = KeptAnswer(status, headers or {}, data)
        if self.key is not None:
            idempotency.finish(store, self.principal.id, self.key, kept)
        self.done = True
        return respond(kept)


def respond(kept: KeptAnswer) -> Response:
    """A kept answer as an HTTP answer."""
    return Response(kept.body, kept.status, dict(kept.headers), "application/json")


def fingerprint(body: BaseModel) -> str:
    """SHA-256 of a parsed body: the same for the same content."""
    return hashlib.sha256(json.dumps(body.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


@contextmanager
def once(service: Service, principal: Principal, key: str | None, *, route: str, body_hash: str) -> Iterator[Once]:
    """Do the work at most once under that key. If the work raises, the key is free again.

    Raises Conflict (409) while the first is running, Malformed (422) for the same key with another body.
    """
    if key is None:
        yield Once(principal, None)
        return
    now = service.clock()
    with service.database.write() as session:
        store = Store(session, principal.school_id)
        begun = idempotency.begin(store, principal.id, key, route=route, body_hash=body_hash, now=now)
    if begun.standing is Standing.RUNNING:
        raise Conflict("The first request with this Idempotency-Key is still running.", slug="idempotency-key-running")
    if begun.standing is Standing.OTHER:
        raise Malformed("This Idempotency-Key was used with another request.", slug="idempotency-key-reused")
    if begun.answer is not None:
        yield Once(principal, key, respond(begun.answer))
        return
    attempt = Once(principal, key)
    try:
        yield attempt
    finally:
        if not attempt.done:
            with service.database.write() as session:
                idempotency.forget(Store(session, principal.school_id), principal.id, key)
