"""OAuth 2.0 with PKCE at X: leading a person there, fetching tokens, renewing and revoking them.

After docs.x.com, "OAuth 2.0 Authorization Code Flow with PKCE". A code holds for 30 seconds, an access token for two hours. A refresh
token is used once: each answer brings the next one, and using an old one again can end the whole connection. So a new
pair is kept before it is used, and two processes never renew at once; both is the caller's work.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeGuard
from urllib.parse import urlencode

import httpx

from app.integrations.x.trouble import Trouble, XTrouble, of_failure

AUTHORIZE = "https://x.com/i/oauth2/authorize"
API = "https://api.x.com"
SCOPES = (
    "tweet.read",
    "tweet.write",
    "users.read",
    "media.write",
    "tweet.moderate.write",
    "follows.read",
    "block.read",
    "mute.read",
    "mute.write",
    "offline.access",
)
"""All that this service will ever need: asked for at once, as a scope added later needs the account connected anew."""

_LASTS = timedelta(hours=2)
_LONGEST_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class App:
    """The app as it was registered at X. Without a secret it is a public one."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What is remembered while a person is at X: ``state`` finds it again, ``verifier`` proves that it was us."""

    state: str
    verifier: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair of tokens, and what they allow."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]


def authorize_address(app: App, redirect_uri: str, *, authorize: str = AUTHORIZE) -> tuple[str, Grant]:
    """Where to lead the person who connects the account, and what to remember until they come back."""
    grant = Grant(secrets.token_urlsafe(32), secrets.token_urlsafe(64), redirect_uri)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(grant.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(SCOPES),
        "state": grant.state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{authorize}?{urlencode(asked)}", grant


def exchange(http: httpx.Client, app: App, grant: Grant, code: str, *, now: datetime) -> Tokens:
    """Tokens for the code that the person came back with. XTrouble where X gives none."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": grant.redirect_uri,
        "code_verifier": grant.verifier,
    }
    return _tokens(http, app, asked, now)


def refresh(http: httpx.Client, app: App, refresh_token: str, *, now: datetime) -> Tokens:
    """The next pair of tokens. XTrouble of the kind NOT_CONNECTED where the old one holds no more, UNKNOWN where X may
    have given a pair that never arrived: then the old one may still hold, or be used up.
    """
    return _tokens(http, app, {"grant_type": "refresh_token", "refresh_token": refresh_token}, now)


def revoke(http: httpx.Client, app: App, token: str) -> None:
    """Tell X that a token is not needed any more. XTrouble where it could not be told."""
    form, auth = _as(app, {"token": token})
    try:
        answer = http.post("/2/oauth2/revoke", data=form, auth=auth)
    except httpx.HTTPError as error:
        raise of_failure(error, acts=True) from None
    if not answer.is_success:
        raise XTrouble(Trouble.REFUSED, f"X answered {answer.status_code}.", answered=answer.status_code)


def _as(app: App, form: dict[str, str]) -> tuple[dict[str, str], httpx.Auth]:
    """The app says who it is: by its secret where it has one, else by name."""
    if app.client_secret:
        return form, httpx.BasicAuth(app.client_id, app.client_secret)
    return {**form, "client_id": app.client_id}, httpx.Auth()


def _tokens(http: httpx.Client, app: App, asked: dict[str, str], now: datetime) -> Tokens:
    form, auth = _as(app, asked)
    try:
        answer = http.post("/2/oauth2/token", data=form, auth=auth)
    except httpx.HTTPError as error:
        raise of_failure(error, acts=True) from None
    if answer.status_code in (400, 401, 403):
        # invalid_grant, invalid_client and their like: nothing but connecting anew helps.
        raise XTrouble(
            Trouble.NOT_CONNECTED, "X gives no token: connect the account again.", answered=answer.status_code
        )
    if not answer.is_success:
        kind = Trouble.LIMITED if answer.status_code == 429 else Trouble.UNKNOWN
        raise XTrouble(kind, f"X answered {answer.status_code} when asked for a token.", answered=answer.status_code)
    return _read(answer, now)


def _read(answer: httpx.Response, now: datetime) -> Tokens:
    try:
        body: Any = json.loads(answer.content)
    except (ValueError, RecursionError):
        body = None
    found = body if isinstance(body, dict) else {}
    access, renewal = found.get("access_token"), found.get("refresh_token", "")
    if not _is_token(access) or not (renewal == "" or _is_token(renewal)):
        raise XTrouble(Trouble.NOT_CONNECTED, "X's answer holds no token: connect the account again.")
    lasts = found.get("expires_in")
    seconds = lasts if isinstance(lasts, int) and 0 < lasts <= 31_536_000 else _LASTS.total_seconds()
    scope = found.get("scope")
    scopes = frozenset(scope.split()) if isinstance(scope, str) else frozenset(SCOPES)
    return Tokens(access, renewal, now + timedelta(seconds=seconds), scopes)


def _is_token(found: object) -> TypeGuard[str]:
    return isinstance(found, str) and 0 < len(found) <= _LONGEST_TOKEN and found.isascii() and found.isprintable()
