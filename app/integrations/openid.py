"""Asking an OpenID Connect provider who somebody is: discovery, authorization code with PKCE, the ID token's proof.

Built on Authlib's parts (OpenID Connect Core 1.0, RFC 6749, 7636, 9207). No token outlives ``identify``: what is
kept is what the ID token says.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

SCOPE = "openid email profile"
ALGORITHMS = ("RS256", "PS256", "ES256")
"""How an ID token may be signed: by a private key alone. ``none`` and shared secrets are never taken."""

LEEWAY = timedelta(minutes=2)
"""By how much the provider's clock may differ from ours."""

METADATA_AGE = timedelta(hours=1)
TIMEOUT_S = 10.0
LARGEST_BYTES = 1_000_000

_SIZES = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class ProviderSilent(Exception):
    """The provider cannot be reached, or answers with what is none of its documents. Trying again may help."""


class ProviderRefused(Exception):
    """The provider, or the proof that it gave, says no. ``why`` is a short word of ours for the log; never quoted."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Registration:
    """This service as the provider knows it."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """What one sign-in is tied to: the browser by ``state``, the token by ``nonce``, the code by ``verifier``."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Known:
    """The provider's metadata and keys, and when they were fetched."""

    metadata: Mapping[str, Any]
    keys: KeySet
    at: datetime


class OpenIdProvider:
    """A provider; its metadata and keys are kept for an hour, and fetched anew when a token names a key unknown.

    Safe to share between threads. ``transport`` is given by tests.
    """

    def __init__(self, ours: Registration, transport: httpx.BaseTransport | None = None) -> None:
        self._ours = ours
        self._transport = transport
        self._known: _Known | None = None
        self._lock = threading.Lock()

    def address(self, secrets: Secrets, now: datetime) -> str:
        """Where the browser is sent to sign in."""
        metadata = self._metadata(now).metadata
        client = OAuth2Client(
            None,
            client_id=self._ours.client_id,
            redirect_uri=self._ours.redirect_uri,
            scope=SCOPE,
            code_challenge_method="S256",
        )
        address, _ = client.create_authorization_url(
            metadata["authorization_endpoint"],
            state=secrets.state,
            code_verifier=secrets.verifier,
            nonce=secrets.nonce,
        )
        return str(address)

    def check_sender(self, issuer: str | None, now: datetime) -> None:
        """Refuse an answer that says it comes from another provider, or does not say so where ours always does."""
        promised = self._metadata(now).metadata.get("authorization_response_iss_parameter_supported") is True
        if issuer is None and promised:
            raise ProviderRefused("the answer does not say whose it is")
        if issuer is not None and issuer != self._ours.issuer:
            raise ProviderRefused("the answer is another provider's")

    def identify(self, code: str, secrets: Secrets, now: datetime) -> Mapping[str, Any]:
        """Who signed in: what the ID token says, once all of it is proven."""
        return self._prove(self._exchange(code, secrets, now), secrets, now)

    def _exchange(self, code: str, secrets: Secrets, now: datetime) -> str:
        metadata = self._metadata(now).metadata
        body = prepare_token_request(
            "authorization_code",
            code=code,
            redirect_uri=self._ours.redirect_uri,
            code_verifier=secrets.verifier,
        )
        # By RFC 6749 §2.3.1 id and secret are form-encoded before they become a Basic header.
        user, password = quote_plus(self._ours.client_id), quote_plus(self._ours.client_secret)
        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        auth = (user, password) if "client_secret_basic" in methods else None
        if auth is None:
            body += f"&client_id={user}&client_secret={password}"
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        status, answer = self._ask("POST", metadata["token_endpoint"], content=body, headers=headers, auth=auth)
        if status >= 500:
            raise ProviderSilent("the token endpoint fails")
        id_token = answer.get("id_token")
        if status != 200 or not isinstance(id_token, str):
            raise ProviderRefused("the code was not taken")
        return id_token

    def _prove(self, id_token: str, secrets: Secrets, now: datetime) -> Mapping[str, Any]:
        try:
            token = self._verified(id_token, now)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self._ours.issuer},
                    "sub": {"essential": True},
                    "aud": {"essential": True, "value": self._ours.client_id},
                    "nonce": {"essential": True},
                },
                params={"nonce": secrets.nonce, "client_id": self._ours.client_id},
            )
            claims.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderRefused(f"the token does not prove itself ({type(error).__name__})") from None
        return dict(claims)

    def _verified(self, id_token: str, now: datetime) -> jwt.Token:
        """The token, its signature checked; a provider that changed its keys meanwhile is asked for them once more."""
        try:
            return jwt.decode(id_token, self._metadata(now).keys, registry=_SIZES)
        except (InvalidKeyIdError, BadSignatureError):
            with self._lock:
                self._known = None
            return jwt.decode(id_token, self._metadata(now).keys, registry=_SIZES)

    def _metadata(self, now: datetime) -> _Known:
        with self._lock:
            known = self._known
        if known is not None and timedelta() <= now - known.at < METADATA_AGE:
            return known
        metadata = self._discover()
        known = _Known(metadata, self._keys(metadata["jwks_uri"]), now)
        with self._lock:
            self._known = known
        return known

    def _discover(self) -> Mapping[str, Any]:
        issuer = self._ours.issuer
        status, found = self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if status != 200:
            raise ProviderSilent("there is no discovery document")
        if found.get("issuer") != issuer:
            raise ProviderRefused("the discovery document is another issuer's")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe_address(found.get(name)):
                raise ProviderRefused(f"the discovery document has no https address as {name}")
        return found

    def _keys(self, address: str) -> KeySet:
        status, found = self._ask("GET", address)
        keys = found.get("keys")
        if status != 200 or not isinstance(keys, list):
            raise ProviderSilent("there are no keys")
        signing = [one for one in keys if isinstance(one, dict) and one.get("kty") in {"RSA", "EC"}]
        try:
            return KeySet.import_key_set({"keys": [one for one in signing if one.get("use", "sig") == "sig"]})
        except (JoseError, ValueError, TypeError, KeyError):
            raise ProviderRefused("the keys cannot be read") from None

    def _ask(self, method: str, address: str, **options: Any) -> tuple[int, Mapping[str, Any]]:
        try:
            with httpx.Client(transport=self._transport, timeout=TIMEOUT_S, follow_redirects=False) as client:
                answer = client.request(method, address, **options)
            found = answer.json() if len(answer.content) <= LARGEST_BYTES else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
            raise ProviderSilent("no answer that can be read") from None
        if not isinstance(found, dict):
            raise ProviderSilent("the answer is no JSON object")
        return answer.status_code, found


def is_safe_address(address: object) -> bool:
    """Whether it is an https address, or one of this machine itself."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in {"127.0.0.1", "localhost"}))
