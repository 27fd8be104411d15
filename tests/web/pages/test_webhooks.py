"""The pages of webhooks and of feeds, for administrators."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook
from starlette.testclient import TestClient

from app.store import feeds, webhooks
from app.store.feeds import FeedState
from tests.listening import Listener
from tests.web.conftest import School, both_databases
from tests.web.pages.forms import Browser

pytestmark = both_databases


@pytest.fixture
def more_settings() -> dict[str, Any]:
    return {"private_hosts": frozenset({"127.0.0.1"})}


@pytest.fixture
def admin(school: School, client: TestClient) -> Browser:
    person = school.person("administrator")
    return Browser(client, person, school.sign_in(client, person))


@pytest.fixture
def address(listener: Listener) -> str:
    return listener.url.replace("hook.local", "127.0.0.1")


def _hooks(school: School) -> tuple[webhooks.StoredWebhook, ...]:
    with school.read() as store:
        return webhooks.every(store)


def _secret(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    assert found
    return found[0]


def test_a_program_is_told_tested_and_told_again(
    admin: Browser,
    school: School,
    listener: Listener,
    address: str,
) -> None:
    assert "No program is told yet" in admin.get("/webhooks").text
    made = admin.post("/webhooks", url=address, types="draft.published")
    secret = _secret(made.text)
    assert "whsec_" not in admin.get("/webhooks").text
    (hook,) = _hooks(school)
    assert hook.types == {"draft.published"}
    listener.answers = [(500, {}, b""), (204, {}, b"")]
    tested = admin.post(f"/webhooks/{hook.id}/test")
    assert tested.status_code == 303
    shown = admin.get(tested.headers["location"]).text
    assert "not accepted (500)" in shown
    with school.read() as store:
        (waits,) = webhooks.deliveries(store, hook.id, limit=5).items
    assert admin.post(f"/webhooks/{hook.id}/deliveries/{waits.id}/again").status_code == 303
    assert "Accepted" in admin.get(f"/webhooks/{hook.id}").text
    for _, headers, body in listener.heard:
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == Webhook(secret).sign(headers["webhook-id"], at, body.decode())
        assert b'"type":"webhook.test"' in body
    assert len(listener.heard) == 2


def test_a_secret_is_renewed_and_an_address_told_no_more(admin: Browser, school: School, address: str) -> None:
    old = _secret(admin.post("/webhooks", url=address).text)
    (hook,) = _hooks(school)
    assert _secret(admin.post(f"/webhooks/{hook.id}/secret").text) != old
    admin.post(f"/webhooks/{hook.id}/active", active="no")
    assert "Is told no more" in admin.get("/webhooks").text
    assert not _hooks(school)[0].active
    admin.post(f"/webhooks/{hook.id}/active", active="yes")
    assert _hooks(school)[0].active


@pytest.mark.parametrize("url", ["", "cms.example", "http://cms.example/", "https://a:b@cms.example/", "x" * 3000])
def test_an_address_that_is_none_is_told_and_stays_in_the_form(admin: Browser, school: School, url: str) -> None:
    told = admin.post("/webhooks", url=url, types="draft.vetted")
    assert told.status_code == 422
    assert 'value="draft.vetted" checked' in told.text
    assert _hooks(school) == ()
    assert admin.post("/feeds", url=url).status_code == 422


def test_a_feed_is_added_and_ended(admin: Browser, school: School) -> None:
    assert admin.post("/feeds", url="https://whitehouse.example/feed").status_code == 303
    assert "Read every quarter of an hour for @whitehouseps" in admin.get("/feeds").text
    assert admin.post("/feeds", url="https://whitehouse.example/feed").status_code == 409
    with school.read() as store:
        (feed,) = feeds.every(store)
    assert admin.post(f"/feeds/{feed.id}/end").status_code == 303
    with school.read() as store:
        assert feeds.get(store, feed.id).state is FeedState.ENDED


def test_what_there_is_not_is_not_found(admin: Browser, school: School, address: str) -> None:
    admin.post("/webhooks", url=address)
    (hook,) = _hooks(school)
    for path in ("/webhooks/x/test", "/webhooks/x/secret", "/webhooks/x/active", "/feeds/x/end"):
        assert admin.post(path).status_code == 404, path
    assert admin.get("/webhooks/x").status_code == 404
    assert admin.post(f"/webhooks/{hook.id}/deliveries/x/again").status_code == 404
    assert admin.get(f"/webhooks/{hook.id}?cursor=x").status_code == 422


@pytest.mark.parametrize("role", ["author", "approver", "office", "dsl", "dpo"])
def test_other_roles_have_no_business_here(school: School, new_client: Callable[[], TestClient], role: str) -> None:
    client, person = new_client(), school.person(role)
    other = Browser(client, person, school.sign_in(client, person))
    for path in ("/webhooks", "/feeds", "/webhooks/x"):
        assert other.get(path).status_code == 403
    for path in ("/webhooks", "/feeds", "/webhooks/x/test", "/webhooks/x/secret", "/webhooks/x/active", "/feeds/x/end"):
        assert other.post(path).status_code == 403
    assert _hooks(school) == ()
