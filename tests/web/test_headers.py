"""Every answer's headers, graded: one mark for each thing that should be there, and full marks for every route."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.main import WEB
from app.web import headers
from tests.web.conftest import PASSWORD, School
from tests.web.walking import SYSTEM, Door, doors

HTTPS = "https://desk.whitehouse.example"

Headers = Mapping[str, str]


def _policy(of: Headers) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in of.get("content-security-policy", "").split(";"))
    return {name: value for name, _, value in parts if name}


def _only_ours(of: Headers) -> bool:
    policy = _policy(of)
    given = (policy.get(name, policy.get("default-src", "*")) for name in ("script-src", "style-src", "connect-src"))
    return all(value in {"'self'", "'none'"} for value in given)


def _nothing_off(of: Headers) -> bool:
    off = re.findall(r"([a-z-]+)=\(\)", of.get("permissions-policy", ""))
    return {"camera", "microphone", "geolocation", "payment", "usb", "display-capture"} <= set(off)


MARKS: dict[str, Callable[[Headers], bool]] = {
    "nothing is allowed but what is listed": lambda of: _policy(of).get("default-src") == "'none'",
    "scripts, styles and calls are ours": _only_ours,
    "nothing inline, nothing evaluated": lambda of: "unsafe" not in of.get("content-security-policy", "unsafe"),
    "pictures are ours": lambda of: _policy(of).get("img-src") == "'self' blob:",
    "forms go to us": lambda of: _policy(of).get("form-action") == "'self'",
    "no other base": lambda of: _policy(of).get("base-uri") == "'none'",
    "in nobody's frame": lambda of: _policy(of).get("frame-ancestors") == "'none'",
    "in nobody's frame, for old browsers": lambda of: of.get("x-frame-options") == "DENY",
    "kinds are not guessed": lambda of: of.get("x-content-type-options") == "nosniff",
    "addresses are not told to others": lambda of: of.get("referrer-policy") in {"same-origin", "no-referrer"},
    "windows are apart": lambda of: of.get("cross-origin-opener-policy") == "same-origin",
    "answers are for us alone": lambda of: of.get("cross-origin-resource-policy") == "same-origin",
    "no camera, no microphone, no place": _nothing_off,
    "nothing is kept": lambda of: of.get("cache-control") == "no-store",
    "no other origin may read": lambda of: "access-control-allow-origin" not in of,
    "not for search engines": lambda of: "noindex" in of.get("x-robots-tag", ""),
    "the server does not tell what it is": lambda of: "x-powered-by" not in of,
}
BEHIND_TLS: dict[str, Callable[[Headers], bool]] = {
    "always by TLS": lambda of: (
        int(re.findall(r"max-age=(\d+)", of.get("strict-transport-security", "max-age=0"))[0]) >= 31_536_000
    ),
    "plain addresses are raised": lambda of: "upgrade-insecure-requests" in _policy(of),
}


def lost(of: Headers, *, tls: bool = False) -> list[str]:
    """The marks that an answer does not get."""
    return [name for name, good in (MARKS | (BEHIND_TLS if tls else {})).items() if not good(of)]


def _call(client: TestClient, door: Door, token: str) -> Headers:
    sent = {"data": {"csrf": token}} if door.method == "POST" else {}
    answer = client.request(door.method, door.filled({"number": "0"}), headers={"X-CSRF-Token": token}, **sent)  # type: ignore[arg-type]
    assert answer.status_code < 500, (door, answer.text)
    return answer.headers


def test_every_route_gets_full_marks_for_somebody_and_for_nobody(
    app: FastAPI, school: School, new_client: Callable[[], TestClient]
) -> None:
    found: dict[str, list[str]] = {}
    nobody, somebody = new_client(), new_client()
    token = ""
    for door in doors(app):
        if not token or door.path == "/sign-out":
            token = school.sign_in(somebody, school.person("administrator"))
        for who, client in (("nobody", nobody), ("an administrator", somebody)):
            if missing := lost(_call(client, door, token)):
                found[f"{door.method} {door.path} for {who}"] = missing
        token = "" if door.path == "/sign-out" else token
    assert found == {}


@pytest.mark.parametrize("path", ["/nowhere", "/v1/nowhere", "/static/nowhere.css", "/drafts/%00", "/sign-in?next=//x"])
def test_what_is_not_there_gets_full_marks_too(client: TestClient, path: str) -> None:
    assert lost(client.get(path).headers) == []


def test_a_service_behind_tls_says_so_and_one_without_does_not(school: School, app: FastAPI) -> None:
    with_tls = replace(school.service, settings=school.service.settings.model_copy(update={"public_url": HTTPS}))
    client = TestClient(app, follow_redirects=False)
    assert "strict-transport-security" not in client.get("/sign-in").headers
    assert "upgrade-insecure-requests" not in _policy(client.get("/sign-in").headers)
    app.state.service = with_tls
    for path in ("/sign-in", "/v1/queue", "/static/fledgling.css", "/nowhere"):
        found = client.get(path).headers
        assert [name for name, good in BEHIND_TLS.items() if not good(found)] == [], path
    client.close()


def test_the_session_is_kept_from_scripts_and_from_other_sites(school: School, client: TestClient) -> None:
    person = school.person("author")
    answer = client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert re.search("SameSite=(lax|strict)", cookie, re.IGNORECASE)
    assert "Path=/" in cookie
    assert "Domain" not in cookie


def test_styles_and_scripts_are_kept_shortly_and_asked_for_by_their_tag(client: TestClient) -> None:
    for name in ("fledgling.css", "shell.js", "htmx.min.js", "fledgling.svg"):
        answer = client.get(f"/static/{name}")
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == headers.STATIC_AGE
        assert [mark for mark in lost(answer.headers) if mark != "nothing is kept"] == []
        again = client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["cache-control"] == headers.STATIC_AGE


def test_no_page_is_written_with_styles_or_scripts_of_its_own() -> None:
    for template in sorted((WEB / "templates").glob("*.html")):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle\s*=\s*[\"']", text), template.name
        assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), template.name
        assert not re.search(r"<style[\s>]", text), template.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), template.name
        assert not re.search(r"javascript:", text), template.name
        assert not re.search(r"(src=|<link[^>]* href=)[\"'](https?:)?//", text), template.name


def test_the_paths_outside_the_api_are_known(app: FastAPI) -> None:
    assert {door.path for door in doors(app) if not door.is_page and not door.path.startswith("/v1/")} <= SYSTEM
