"""What no generator thinks of, sent to every operation: surrogates, NUL, days at the end of time, headers of no sense.

The answer is never a 5xx, and always one that the description tells of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.web.api.test_any_request import Callers, callers, furnished  # noqa: F401
from tests.web.test_openapi import DESCRIBED, EVERY, operations, resolved

Described = dict[str, Any]
Request = tuple[str, dict[str, Any]]

LEAVES: tuple[Any, ...] = (
    *("\ud800", "a\x00b", " ", "x" * 50_000, "9999-12-31", "0001-01-01", "9999-12-31T23:59:59-23:59"),
    *("0001-01-01T00:00:00+23:59", 10**400, -(2**63), 1e308, True, None, [], {}, [[]], ["\ud800"], {"\ud800": "\x00"}),
)
BODIES = (
    b"",
    b"null",
    b"[]",
    b"0",
    b'"',
    b"{",
    b"[" * 100_000,
    b"\xff\xfe{",
    b"\xef\xbb\xbf{}",
    b"NaN",
    b'{"a":1,"a":2}',
)
PARTS = (
    "%00",
    "%ED%A0%80",
    "%FF",
    "x" * 4000,
    "..%2F..%2Fetc",
    "9" * 400,
    "-1",
    "1e5",
    "%F0%9F%90%A3",
    "%E2%80%AE",
    "a%0D%0Ab",
)
KINDS = (
    *("", "application/json; charset=utf-16", "application/json; charset=nonsense", "application/vnd.api+json", "*/*"),
    *(
        "multipart/form-data",
        f"multipart/form-data; boundary={'x' * 300}",
        'multipart/form-data; boundary=""',
        ";",
        "a/b/c",
    ),
    *("application/x-www-form-urlencoded", "text/csv; charset=utf-7", "text/csv; header=absent"),
)
HEADERS: tuple[tuple[str, bytes], ...] = (
    ("idempotency-key", b""),
    ("idempotency-key", b"x" * 256),
    ("idempotency-key", b"\xff\xfe"),
    ("idempotency-key", b"a\x00b"),
    ("if-match", b'W/"'),
    ("if-none-match", b"*"),
    ("range", b"bytes=5-1"),
    ("content-encoding", b"gzip"),
    ("content-length", b"-1"),
    ("accept", b";;q=2,\xff"),
    ("accept-language", b"*" * 5000),
    ("cookie", b"fledgling_session=\xff; =; \x00"),
    ("x-request-id", b"\xff" * 40),
    ("x-forwarded-for", b"not an address"),
    ("expect", b"nonsense"),
)

OF_READING = {"range", "accept", "cookie", "x-request-id"}
"""What a call that sends nothing could trip over."""


def _spoilt(value: Any) -> Iterator[Any]:
    """The value with one part of it after another replaced by each of `LEAVES`."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from ({**value, name: other} for other in _spoilt(part))
        yield value | {"\ud800": 1}
    elif isinstance(value, list) and value:
        yield from ([other, *value[1:]] for other in _spoilt(value[0]))
        yield value * 1_200
    yield from LEAVES


def _bodies(operation: Described) -> Iterator[dict[str, Any]]:
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return
    for kind, one in content.items():
        shown = [example["value"] for example in one["examples"].values()]
        if kind == "application/json":
            for value in _spoilt(shown[0]):
                yield {"content": json.dumps(value).encode(), "headers": {"content-type": kind}}
        for body in BODIES:
            yield {"content": body, "headers": {"content-type": kind}}
    for kind in KINDS:
        yield {"content": b'{"text": "x"}', "headers": {"content-type": kind}}


def _requests(path: str, operation: Described, ids: dict[str, str]) -> Iterator[Request]:
    known = path
    for name, value in ids.items():
        known = known.replace(f"{{{name}}}", value)
    yield known, {}
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        for part in PARTS:
            odd = path.replace(f"{{{name}}}", part)
            for other, value in ids.items():
                odd = odd.replace(f"{{{other}}}", value)
            yield odd, {}
    for one in map(resolved, operation.get("parameters", [])):
        if one["in"] == "query":
            yield from ((f"{known}?{one['name']}={part}", {}) for part in PARTS)
    yield f"{known}?%00=%FF&{'&'.join(f'a{at}=1' for at in range(500))}", {}
    yield from ((known, body) for body in _bodies(operation))
    read = "requestBody" not in operation and not any("$ref" in one for one in operation.get("parameters", []))
    yield from ((known, {"headers": {name: value}}) for name, value in HEADERS if not read or name in OF_READING)


@pytest.mark.parametrize(("method", "path"), [(method, path) for method, path, _ in operations()], ids=list(EVERY))
def test_odd_requests_get_described_answers(
    method: str,
    path: str,
    bare_app: FastAPI,
    callers: Callers,  # noqa: F811
) -> None:
    operation: Described = DESCRIBED["paths"][path][method]
    who = callers.lead if operation["tags"] == ["safeguarding"] else callers.key
    told = {int(status) for status in operation["responses"]} | {404}  # an odd path is another address
    wrong = []
    client = TestClient(bare_app, raise_server_exceptions=False, follow_redirects=False)
    for address, sent in _requests(path, operation, callers.ids):
        headers = {**who, **sent.get("headers", {})}
        answer = client.request(method, address, headers=headers, content=sent.get("content"))
        if answer.status_code not in told or (answer.status_code >= 500 and path != "/readyz"):
            wrong.append((answer.status_code, address[:150], str(sent)[:300], answer.text[:200]))
    assert wrong == []
