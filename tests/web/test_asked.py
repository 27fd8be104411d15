"""Ids of requests, and a log that tells what happened and about nobody."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError
from starlette.testclient import TestClient

from app.main import application
from app.web import logs
from tests.web.api.conftest import author, office  # noqa: F401
from tests.web.api.test_bad_input import problem
from tests.web.conftest import PASSWORD, School, permissions_csv

ID = "[0-9a-f]{32}"
Headers = dict[str, str]


class Log:
    """What was written to the log, in the form that the service writes."""

    def __init__(self, form: logs.Form) -> None:
        self.written = io.StringIO()
        self.handler = logging.StreamHandler(self.written)
        self.handler.setFormatter(logs.formatter(form))

    @property
    def text(self) -> str:
        return self.written.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["event"] == "request"]


@pytest.fixture(params=["json"])
def log(request: pytest.FixtureRequest) -> Iterator[Log]:
    made = Log(request.param)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(made.handler)
    logs.hear()
    yield made
    root.removeHandler(made.handler)
    root.setLevel(level)


def test_every_answer_bears_an_id_of_its_own(client: TestClient) -> None:
    ids = {
        client.get(path).headers["x-request-id"] for path in ("/livez", "/sign-in", "/static/fledgling.css", "/none")
    }
    assert len(ids) == 4
    assert all(re.fullmatch(ID, one) for one in ids)


def test_the_id_of_a_proxy_is_taken(client: TestClient) -> None:
    for given in ("0f9c2b7e5d1a", "5f2b1c3e-9d7a-4c1b-8e2f-0a1b2c3d4e5f"):
        assert client.get("/livez", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "alice", "Alice Smith", "0f9c", "a" * 65, "0f9c2b7e5d1a\u00e9", "0f9c2b7e;drop"])
def test_what_may_be_somebodys_name_is_no_id(client: TestClient, given: str) -> None:
    answer = client.get("/livez", headers=[(b"X-Request-ID", given.encode("latin-1"))])
    assert re.fullmatch(ID, answer.headers["x-request-id"])


def test_a_problem_bears_the_id(client: TestClient, author: Headers) -> None:  # noqa: F811
    for answer in (
        client.get("/v1/drafts"),
        client.post("/v1/vet", headers=author, json={"text": 1}),
        client.get("/v1/drafts/none", headers=author),
        client.post("/v1/vet", headers=author, content=b"x" * 1_000_001),
    ):
        assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_an_unexpected_error_bears_the_id_and_is_found_by_it(log: Log) -> None:
    app = application()

    @app.get("/broken")
    def broken() -> None:
        raise LookupError("Priya Patel")

    body = problem(TestClient(app).get("/broken"), 500, "internal")
    found = [line for line in log.lines if line.get("request_id") == body["request_id"]]
    assert [line["event"].partition(":")[0] for line in found] == ["unexpected error", "request"]
    assert "Priya" not in log.text


def test_a_line_has_the_route_and_never_the_path(client: TestClient, author: Headers, log: Log) -> None:  # noqa: F811
    asked = client.get("/v1/drafts/abc123?cursor=xyz789", headers=author).headers["x-request-id"]
    client.get("/somewhere/abc123")
    client.request("BREW", "/v1/drafts")
    first, second, third = log.requests()
    assert first | {"ms": 0, "at": ""} == {
        "event": "request",
        "method": "GET",
        "route": "/v1/drafts/{draft_id}",
        "status": 404,
        "ms": 0,
        "request_id": asked,
        "level": "info",
        "logger": "fledgling.access",
        "at": "",
    }
    assert first["ms"] > 0
    assert (second["route"], third["method"]) == ("none", "OTHER")
    assert "abc123" not in log.text
    assert "xyz789" not in log.text


@pytest.mark.parametrize("log", ["json", "plain"], indirect=True)
def test_nobody_is_in_the_log(
    new_client: Callable[[], TestClient],
    school: School,
    author: Headers,  # noqa: F811
    office: Headers,  # noqa: F811
    log: Log,
) -> None:
    client = new_client()
    pupil = school.pupil("B823403726001")
    words = "Well done Alice Smith of Oak, who ran faster than Tom Okafor!"
    head = school.person("approver", "r.lane@whitehouse.example")
    draft = client.post(
        "/v1/drafts", headers=author | {"Idempotency-Key": "alice-smith-1"}, json={"text": words}
    ).json()
    client.post("/v1/vet", headers=author, json={"text": words, "classes": "Oak"})
    client.post("/v1/vet", headers=author, content=words.encode(), params={"q": "Alice Smith"})
    client.post("/v1/photos", headers=author, files={"file": ("Alice Smith.jpg", b"no photo", "image/jpeg")})
    client.get("/v1/pupils", headers=office, params={"q": "Alice"})
    client.put("/v1/permissions", headers=office | {"Content-Type": "text/csv"}, content=permissions_csv())
    client.put("/v1/roster", headers=office | {"Content-Type": "text/csv"}, content=b"Forename,Alice\nAlice,Smith\n")
    client.get(f"/v1/pupils/{pupil.id}/permissions", headers=office)
    client.get(f"/people/{head.email}", headers={"X-Request-ID": "Alice-Smith", "User-Agent": "Alice"})
    for typed in (PASSWORD, "wrong horse"):
        client.post("/sign-in", data={"email": head.email, "password": typed}, headers={"Origin": "http://testserver"})
    school.sign_in(client, head)
    for path in ("/queue", f"/drafts/{draft['id']}", "/pupils?q=Alice+Smith", "/people", "/account"):
        client.get(path)
    assert len(log.text.splitlines()) > 10
    secrets = [
        author["Authorization"],
        office["Authorization"],
        *(one.value or "" for one in client.cookies.jar),
        PASSWORD,
        "wrong horse",
    ]
    said = ["Alice", "Smith", "Okafor", "faster", "whitehouse.example", "r.lane", "B8234", "alice-smith"]
    ids = [draft["id"], pupil.id, head.id]
    found = [one for one in (*secrets, *said, *ids) if one.removeprefix("Bearer ") in log.text]
    assert found == []


def test_what_errors_of_libraries_say_is_not_written(log: Log) -> None:
    try:
        raise SQLAlchemyError("INSERT INTO pupils VALUES ('Alice Smith')")
    except SQLAlchemyError:
        logging.getLogger("somewhere").exception("it failed\nfor good")
    (line,) = log.lines
    assert (line["event"], line["error"], line["level"]) == ("it failed for good", "SQLAlchemyError", "error")
    assert line["place"].startswith("test_asked.py:")
    assert "Alice" not in log.text


@pytest.mark.parametrize("log", ["plain"], indirect=True)
def test_plain_lines_are_for_people(client: TestClient, log: Log) -> None:
    asked = client.get("/v1/drafts").headers["x-request-id"]
    line = next(one for one in log.text.splitlines() if " request " in one)
    assert re.fullmatch(
        r"\S+Z INFO request method=GET route=/v1/drafts status=401 ms=[\d.]+"
        rf" request_id={asked} \(fledgling\.access\)",
        line,
    )


def test_setting_up_hears_libraries_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        logs.set_up("json")
        logging.getLogger("httpx").info("HTTP Request: GET https://example.org/alice")
        logging.getLogger("app.jobs").info("told")
        logging.getLogger("dbos").warning("heard")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.captureWarnings(capture=False)
    written = capsys.readouterr().err
    assert {"told", "heard"} <= {json.loads(line)["event"] for line in written.splitlines()}
    assert "alice" not in written
