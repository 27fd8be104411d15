"""Errors nobody expected: told as a problem, logged without what was sent."""

from __future__ import annotations

import logging

import pytest
from starlette.testclient import TestClient

from app.main import application


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
