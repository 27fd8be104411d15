"""Addresses that nobody has: a page for people, a problem for programs, and nothing of what was asked in either."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.web.api.test_bad_input import problem
from tests.web.conftest import School
from tests.web.test_headers import lost

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    "path", ["/nowhere", "/<script>alert(1)</script>", "/static/nowhere.css", "/drafts%00", "/%ff"]
)
def test_a_browser_gets_a_page(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "<h1>Not found</h1>" in answer.text
    assert 'href="/sign-in"' in answer.text
    assert "alert(1)" not in answer.text
    assert "nowhere" not in answer.text
    assert lost(answer.headers) == []


def test_who_is_signed_in_finds_the_way_back(client: TestClient, school: School) -> None:
    school.sign_in(client, school.person("approver"))
    answer = client.get("/nowhere", headers=BROWSER)
    assert answer.status_code == 404
    assert 'href="/queue"' in answer.text


def test_a_method_that_a_page_does_not_know(client: TestClient) -> None:
    answer = client.post("/livez", headers=BROWSER)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert "<h1>That does not work here</h1>" in answer.text


def test_programs_get_a_problem(client: TestClient) -> None:
    problem(client.get("/nowhere"), 404, "not-found")
    problem(client.get("/v1/nowhere", headers=BROWSER), 404, "not-found")
    problem(client.post("/livez"), 405, "method-not-allowed")


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/drafts", "GET, POST"),
        ("/v1/drafts/x/publication", "GET, PUT"),
        ("/v1/vet", "POST"),
        ("/v1/pupils/x", "DELETE"),
    ],
)
def test_all_methods_of_an_address_are_named(client: TestClient, path: str, methods: str) -> None:
    answer = client.patch(path)
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == methods
