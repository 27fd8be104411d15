"""Traces: off unless a collector is named, and nothing in them that is about anybody."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import ValidationError
from starlette.testclient import TestClient

from app.errors import SetUpError
from app.settings import Settings
from app.web import telemetry
from tests.listening import Listener
from tests.web.conftest import School

Span = tuple[str, dict[str, Any], int]


@pytest.fixture
def sending(listener: Listener) -> Iterator[Listener]:
    """A process that sends to a collector."""
    listener.answers = [(200, {"content-type": "application/x-protobuf"}, b"")]
    listener.url = listener.url.replace("hook.local", "127.0.0.1")
    telemetry.begin(Settings(otlp_endpoint=f"{listener.url}/", otlp_headers="x-key=s3cret, x-other=1"))
    yield listener
    telemetry.end()


def spans(listener: Listener) -> list[Span]:
    """What the collector heard, once all was sent: name, attributes, status."""
    telemetry.end()
    heard = [ExportTraceServiceRequest.FromString(body) for _, _, body in listener.heard]
    return [
        (
            one.name,
            {kept.key: kept.value.string_value or kept.value.int_value for kept in one.attributes},
            one.status.code,
        )
        for request in heard
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for one in scope.spans
    ]


def test_a_request_is_told_by_its_route_alone(client: TestClient, school: School, sending: Listener) -> None:
    key = school.key("drafts:write", "register:write")
    draft = client.post("/v1/drafts", headers=key, json={"text": "Well done to Priya Patel!"}).json()["id"]
    client.get(f"/v1/drafts/{draft}", headers=key)
    client.get("/v1/pupils?q=Okafor", headers=key)
    client.get("/Priya/Patel", headers={"X-Request-ID": draft, "traceparent": f"00-{draft}-00f067aa0ba902b7-01"})
    client.get("/livez")
    told = spans(sending)
    assert told == [
        (
            "POST /v1/drafts",
            {"http.request.method": "POST", "http.route": "/v1/drafts", "http.response.status_code": 201},
            0,
        ),
        (
            "GET /v1/drafts/{draft_id}",
            {"http.request.method": "GET", "http.route": "/v1/drafts/{draft_id}", "http.response.status_code": 200},
            0,
        ),
        (
            "GET /v1/pupils",
            {"http.request.method": "GET", "http.route": "/v1/pupils", "http.response.status_code": 200},
            0,
        ),
        ("GET none", {"http.request.method": "GET", "http.route": "none", "http.response.status_code": 404}, 0),
    ]
    sent = b"".join(body for _, _, body in sending.heard)
    secret = key["Authorization"].removeprefix("Bearer ")
    words = ("Priya", "Patel", "Okafor", draft, school.id, secret, "testserver", "testclient")
    assert [word for word in words if word.encode() in sent] == []
    assert bytes.fromhex(draft) not in sent, "nor as the id of a trace"
    (path, headers, _), *_ = sending.heard
    assert (path, headers["x-key"], headers["x-other"]) == ("/v1/traces", "s3cret", "1")


def test_a_job_is_told_by_its_name_and_the_kind_of_its_error(sending: Listener) -> None:
    def broken(*_: object) -> bool:
        raise LookupError("Priya Patel")

    assert telemetry.job("tidy", lambda *_: True, "school-1") is True
    with pytest.raises(LookupError):
        telemetry.job("publish", broken, "school-1", "draft-1", 3)
    assert spans(sending) == [
        ("job tidy", {"fledgling.job": "tidy"}, 0),
        ("job publish", {"fledgling.job": "publish", "error.type": "LookupError"}, 2),
    ]
    sent = b"".join(body for _, _, body in sending.heard)
    assert not any(word in sent for word in (b"Priya", b"school-1", b"draft-1"))


def test_a_collector_that_is_away_hurts_nobody(client: TestClient) -> None:
    telemetry.begin(Settings(otlp_endpoint="http://127.0.0.1:9"))
    began = time.perf_counter()
    assert client.get("/v1/drafts").status_code == 401
    assert time.perf_counter() - began < 1
    telemetry.end()
    assert time.perf_counter() - began < 5


def test_without_a_collector_nothing_is_sent(app: FastAPI, client: TestClient, listener: Listener) -> None:
    assert app.state.service.settings.otlp_endpoint == ""
    telemetry.begin(app.state.service.settings)
    client.get("/v1/drafts")
    telemetry.end()
    assert telemetry.job("tidy", lambda *_: False) is False
    assert listener.heard == []


def test_what_is_no_collector_is_told_at_once() -> None:
    for address in ("collector:4318", "ftp://collector", "http://", "http://collector?x=1", "http://a b"):
        with pytest.raises(ValidationError):
            Settings(otlp_endpoint=address)
    with pytest.raises(SetUpError):
        telemetry.begin(Settings(otlp_endpoint="http://collector:4318", otlp_headers="no sign"))
