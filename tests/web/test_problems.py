"""Errors nobody expected: told as a problem, logged without what was sent."""

from __future__ import annotations

import asyncio
import logging

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.main import application
from app.web.problems import Contained


def test_an_unexpected_error_says_nothing_of_what_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    app = application()

    @app.get("/broken")
    def broken() -> None:
        raise LookupError("Priya Patel")

    with caplog.at_level(logging.DEBUG):
        client = TestClient(app)
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/internal"
    assert "Priya" not in answer.text + caplog.text
    assert "LookupError" in caplog.text
    assert "test_problems.py" in caplog.text


def test_a_caller_who_goes_away_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive, send).body()

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    with caplog.at_level(logging.INFO):
        asyncio.run(Contained(reads)({"type": "http", "method": "POST", "path": "/", "headers": []}, gone, send))
    assert [record.levelname for record in caplog.records if record.name == "app.web.problems"] == ["INFO"]
