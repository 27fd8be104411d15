"""Signing as RFC 5849 asks, and tokens by the authorization code with PKCE."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.oauth1.rfc5849.signature import generate_signature_base_string, hmac_sha1_signature
from authlib.oauth1.rfc5849.wrapper import OAuth1Request

from app.integrations import x
from app.integrations.x.oauth1 import OAuth1, OAuth1Keys
from tests.x_double import World, running

APP = x.App("client", "secret")
CALLBACK = "https://fledgling.example/connections/callback"
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def double() -> Iterator[tuple[httpx.Client, World]]:
    with running() as (address, world), httpx.Client(base_url=address, timeout=2) as client:
        yield client, world


def _code(client: httpx.Client, address: str) -> dict[str, str]:
    there = urlsplit(address)
    answer = client.get(f"{there.path}?{there.query}")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def test_the_signature_is_that_of_xs_own_example() -> None:
    # docs.x.com, "Creating a signature".
    said = {
        "oauth_consumer_key": "xvz1evFS4wEEPTGEFPHBog",
        "oauth_nonce": "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
        "oauth_signature_method": "HMAC-SHA1",
        "oauth_timestamp": "1318622958",
        "oauth_token": "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
        "oauth_version": "1.0",
    }
    header = "OAuth " + ", ".join(f'{name}="{value}"' for name, value in said.items())
    request = OAuth1Request(
        "POST",
        "https://api.x.com/1.1/statuses/update.json?include_entities=true",
        body="status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21",
        headers={"Authorization": header, "Content-Type": "application/x-www-form-urlencoded"},
    )
    base = generate_signature_base_string(request)
    signed = hmac_sha1_signature(
        base, "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE"
    )
    assert signed == "Ls93hJiZbQ3akF3HF3x1Bz8/zU4="


def test_the_query_is_signed_and_the_body_is_not(double: tuple[httpx.Client, World]) -> None:
    client, _ = double
    auth = OAuth1(OAuth1Keys("consumer-key", "consumer-secret", "token", "token-secret"))
    found = client.get("/2/users/1001/tweets", params={"max_results": "5", "exclude": "a b,c&d=é~"}, auth=auth)
    assert found.status_code == 200
    assert client.post("/2/tweets", json={"text": "Good news"}, auth=auth).status_code == 201
    assert "secret" not in repr(OAuth1Keys("a", "secret", "b", "secret"))


def test_a_code_is_exchanged_once_and_the_tokens_work(double: tuple[httpx.Client, World]) -> None:
    client, _ = double
    address, grant = x.authorize_address(APP, CALLBACK)
    assert address.startswith("https://x.com/i/oauth2/authorize?")
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert grant.verifier not in address
    back = _code(client, address)
    assert back["state"] == grant.state
    tokens = x.exchange(client, APP, grant, back["code"], now=NOW)
    assert tokens.scopes == set(x.SCOPES)
    me = client.get("/2/users/me", headers={"Authorization": f"Bearer {tokens.access}"})
    assert me.json()["data"]["username"] == "whitehouseps"
    with pytest.raises(x.XTrouble) as refused:
        x.exchange(client, APP, grant, back["code"], now=NOW)
    assert refused.value.kind is x.Trouble.NOT_CONNECTED


def test_a_refresh_token_holds_once(double: tuple[httpx.Client, World]) -> None:
    client, _ = double
    address, grant = x.authorize_address(APP, CALLBACK)
    first = x.exchange(client, APP, grant, _code(client, address)["code"], now=NOW)
    second = x.refresh(client, APP, first.refresh, now=NOW)
    assert second.refresh != first.refresh
    with pytest.raises(x.XTrouble) as refused:
        x.refresh(client, APP, first.refresh, now=NOW)
    assert refused.value.kind is x.Trouble.NOT_CONNECTED
    with pytest.raises(x.XTrouble):  # using an old one again ends the whole connection
        x.refresh(client, APP, second.refresh, now=NOW)


def test_a_public_app_says_its_name_and_a_wrong_secret_is_refused(double: tuple[httpx.Client, World]) -> None:
    client, world = double
    world.clients["public"] = ""
    public = x.App("public")
    address, grant = x.authorize_address(public, CALLBACK)
    assert x.exchange(client, public, grant, _code(client, address)["code"], now=NOW).access
    address, grant = x.authorize_address(APP, CALLBACK)
    code = _code(client, address)["code"]
    with pytest.raises(x.XTrouble) as refused:
        x.exchange(client, x.App("client", "wrong"), grant, code, now=NOW)
    assert refused.value.kind is x.Trouble.NOT_CONNECTED
    assert "wrong" not in str(refused.value)


def test_revoking_ends_the_connection(double: tuple[httpx.Client, World]) -> None:
    client, _ = double
    address, grant = x.authorize_address(APP, CALLBACK)
    tokens = x.exchange(client, APP, grant, _code(client, address)["code"], now=NOW)
    x.revoke(client, APP, tokens.refresh)
    assert client.get("/2/users/me", headers={"Authorization": f"Bearer {tokens.access}"}).status_code == 401
    with pytest.raises(x.XTrouble):
        x.revoke(client, x.App("client", "wrong"), tokens.refresh)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b"{", x.Trouble.NOT_CONNECTED),
        (200, b'{"access_token": 5}', x.Trouble.NOT_CONNECTED),
        (200, b'{"access_token": "a\\nb"}', x.Trouble.NOT_CONNECTED),
        (200, b'{"access_token": "' + b"a" * 5000 + b'"}', x.Trouble.NOT_CONNECTED),
        (429, b"", x.Trouble.LIMITED),
        (503, b"", x.Trouble.UNKNOWN),
        (400, b"", x.Trouble.NOT_CONNECTED),
    ],
)
def test_an_answer_without_tokens_is_told_for_what_it_is(status: int, body: bytes, kind: x.Trouble) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    with httpx.Client(base_url="https://api.x.example", transport=transport) as client:
        with pytest.raises(x.XTrouble) as trouble:
            x.refresh(client, APP, "old", now=NOW)
        assert trouble.value.kind is kind


def test_a_line_that_broke_while_renewing_leaves_it_open_whether_the_old_token_is_used_up() -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("too long")

    with httpx.Client(base_url="https://api.x.example", transport=httpx.MockTransport(broken)) as client:
        with pytest.raises(x.XTrouble) as trouble:
            x.refresh(client, APP, "old", now=NOW)
        assert trouble.value.kind is x.Trouble.UNKNOWN
        with pytest.raises(x.XTrouble):
            x.revoke(client, APP, "old")
