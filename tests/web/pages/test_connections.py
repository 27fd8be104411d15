"""The page on which administrators connect the school's accounts to X."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.testclient import TestClient

from app.store import connections
from app.store.connections import Way
from tests.web.conftest import School, both_databases
from tests.web.pages.forms import Browser
from tests.x_double import World, running

pytestmark = both_databases


@pytest.fixture(scope="module")
def double() -> Iterator[tuple[str, World]]:
    with running() as found:
        yield found


@pytest.fixture
def more_settings(double: tuple[str, World]) -> dict[str, Any]:
    return {
        "x_client_id": "client",
        "x_client_secret": "secret",
        "x_api": double[0],
        "x_authorize": f"{double[0]}/i/oauth2/authorize",
        "public_url": "http://testserver",
    }


def _browser(school: School, new_client: Callable[[], TestClient], role: str) -> Browser:
    client, person = new_client(), school.person(role)
    return Browser(client, person, school.sign_in(client, person))


@pytest.fixture
def admin(school: School, new_client: Callable[[], TestClient]) -> Browser:
    return _browser(school, new_client, "administrator")


def _way(school: School) -> connections.Connection | None:
    with school.read() as store:
        return connections.find(store, "whitehouseps")


def _go_to_x(page: str) -> str:
    found = re.search(r'href="([^"]+authorize[^"]+)"', page)
    assert found
    answer = httpx.get(unescape(found[1]))
    back = urlsplit(answer.headers["location"])
    assert back.path == "/connections/callback"
    return f"{back.path}?{back.query}"


def test_an_account_is_connected_by_way_of_x(admin: Browser, school: School) -> None:
    assert "dry run" in admin.get("/connections").text
    away = admin.post("/connections/whitehouseps/connect")
    assert away.status_code == 200
    back = admin.get(_go_to_x(away.text))
    assert (back.status_code, back.headers["location"]) == (303, "/connections")
    found = _way(school)
    assert found is not None
    assert (found.way, found.user_id) == (Way.OAUTH2, "1001")
    assert admin.person.name in admin.get("/connections").text


def test_what_x_sent_back_is_no_use_to_another_administrator(
    admin: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    other = _browser(school, new_client, "administrator")
    back = _go_to_x(admin.post("/connections/whitehouseps/connect").text)
    assert other.get(back).status_code == 409
    assert _way(school) is None


def test_access_that_was_not_given_connects_nothing(admin: Browser, school: School) -> None:
    told = admin.get("/connections/callback?error=access_denied&state=x")
    assert told.status_code == 409
    assert "nothing was connected" in told.text
    assert admin.get("/connections/callback").status_code == 409
    assert _way(school) is None


KEYS = {
    "consumer_key": "consumer-key",
    "consumer_secret": "consumer-secret",
    "token": "token",
    "token_secret": "token-secret",
}


def test_four_keys_connect_and_are_never_shown(admin: Browser, school: School) -> None:
    assert admin.post("/connections/whitehouseps/keys", **KEYS).status_code == 303
    found = _way(school)
    assert found is not None
    assert found.way is Way.OAUTH1
    assert "token-secret" not in admin.get("/connections").text


@pytest.mark.parametrize(
    "wrong", [{"token": ""}, {"token": "x" * 300}, {"token": "é"}, {"token": "a b\n"}, {"token_secret": "no"}]
)
def test_wrong_keys_are_told_and_not_echoed(admin: Browser, school: School, wrong: dict[str, str]) -> None:
    told = admin.post("/connections/whitehouseps/keys", **{**KEYS, **wrong})
    assert told.status_code in {409, 422}
    assert "consumer-secret" not in told.text
    assert _way(school) is None


def test_posting_by_hand_is_chosen_in_the_place_of_x(admin: Browser, school: School) -> None:
    admin.post("/connections/whitehouseps/keys", **KEYS)
    assert admin.post("/connections/whitehouseps/way", way="manual").status_code == 303
    found = _way(school)
    assert found is not None
    assert (found.way, found.secrets) == (Way.MANUAL, None)
    assert admin.post("/connections/whitehouseps/way", way="oauth2").status_code == 422
    assert admin.post("/connections/somebody/way", way="manual").status_code == 404


@pytest.mark.parametrize("role", ["author", "approver", "office", "dsl", "dpo"])
def test_other_roles_have_no_business_here(school: School, new_client: Callable[[], TestClient], role: str) -> None:
    other = _browser(school, new_client, role)
    assert other.get("/connections").status_code == 403
    assert other.get("/connections/callback?state=a&code=b").status_code == 403
    assert other.post("/connections/whitehouseps/way", way="manual").status_code == 403
    assert other.post("/connections/whitehouseps/keys", **KEYS).status_code == 403
    assert other.post("/connections/whitehouseps/connect").status_code == 403
    assert _way(school) is None
