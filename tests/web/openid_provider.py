"""A small but true OpenID provider over real HTTP on this machine: discovery, keys, authorize with PKCE, token.

It keeps codes for one use and a minute, checks client, redirect address and verifier, and signs with RS256. ``faults``
make it misbehave: each is one way in which a real or a false provider could.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode

import uvicorn
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "fledgling:desk", "a secret/with+signs &"
RUTH: dict[str, Any] = {
    "sub": "ruth-1",
    "name": "Ruth Lane",
    "email": "Ruth.Lane@whitehouse.example",
    "email_verified": True,
}


@dataclass
class Code:
    """A code that was given out and not used yet."""

    redirect_uri: str
    nonce: str
    challenge: str
    claims: dict[str, Any]


@dataclass
class Provider:
    """The provider as tests set it: who signs in, by which clock, with which faults."""

    clock: Callable[[], float]
    issuer: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: dict(RUTH))
    faults: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    authorized: list[dict[str, str]] = field(default_factory=list)
    keys: list[RSAKey] = field(default_factory=list)
    published: list[RSAKey] | None = None
    methods: tuple[str, ...] = ("client_secret_basic", "client_secret_post")
    codes: dict[str, Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rotate()

    def rotate(self, *, kid: str = "") -> None:
        """Sign with a new key from now on, and publish it in place of the old."""
        self.keys = [RSAKey.generate_key(2048, {"kid": kid or secrets.token_hex(4), "use": "sig"})]

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/keys", self.jwks),
                Route("/authorize", self.authorize),
                Route("/token", self.token, methods=["POST"]),
            ]
        )

    async def discovery(self, request: Request) -> Response:
        self.asked.append("discovery")
        if "down" in self.faults:
            return PlainTextResponse("Bad gateway", 502)
        told = {
            "issuer": "https://elsewhere.example" if "discovery-issuer" in self.faults else self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": "http://far.example/token" if "plain" in self.faults else f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": list(self.methods),
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse(told)

    async def jwks(self, request: Request) -> Response:
        self.asked.append("keys")
        keys = [key.as_dict(private=False) for key in (self.keys if self.published is None else self.published)]
        odd = {"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AA"}
        for_secrets = {**keys[0], "kid": "enc", "use": "enc"}
        return JSONResponse({"keys": [odd, for_secrets, *keys]})

    async def authorize(self, request: Request) -> Response:
        """Sign the person in without asking, and send them back with a code."""
        asked = dict(request.query_params)
        self.authorized.append(asked)
        back = asked["redirect_uri"]
        given = {"state": asked["state"], "iss": self.issuer}
        if asked["client_id"] != CLIENT_ID or asked["response_type"] != "code" or "openid" not in asked["scope"]:
            return PlainTextResponse("no such client", 400)
        if asked["code_challenge_method"] != "S256" or not asked["code_challenge"] or not asked["nonce"]:
            return PlainTextResponse("no challenge", 400)
        if "denied" in self.faults:
            given["error"] = "access_denied"
            given["error_description"] = "<b>Somebody pressed no</b>"
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = Code(back, asked["nonce"], asked["code_challenge"], dict(self.claims))
            given["code"] = code
        if "mix-up" in self.faults:
            given["iss"] = "https://elsewhere.example"
        if "no-iss" in self.faults:
            del given["iss"]
        return RedirectResponse(f"{back}?{urlencode(given)}", 302)

    async def token(self, request: Request) -> Response:
        self.asked.append("token")
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        if "token-fails" in self.faults:
            return JSONResponse({"error": "server_error"}, 500)
        if "token-is-a-page" in self.faults:
            return PlainTextResponse("<html>", 200)
        if self._client_of(request, form) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or form.get("redirect_uri") != code.redirect_uri or form["grant_type"] != "authorization_code":
            return JSONResponse({"error": "invalid_grant"}, 400)
        if not hmac.compare_digest(create_s256_code_challenge(form.get("code_verifier", "")), code.challenge):
            return JSONResponse({"error": "invalid_grant"}, 400)
        answer = {"access_token": "opaque-access", "token_type": "Bearer", "expires_in": 3600}
        if "no-id-token" not in self.faults:
            answer["id_token"] = self.id_token(code)
        return JSONResponse(answer)

    def _client_of(self, request: Request, form: dict[str, str]) -> tuple[str, str]:
        header = request.headers.get("authorization", "")
        if header.startswith("Basic ") and "client_secret_basic" in self.methods:
            user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
            return unquote_plus(user), unquote_plus(password)
        if "client_secret_post" in self.methods and not header:
            return form.get("client_id", ""), form.get("client_secret", "")
        return "", ""

    def id_token(self, code: Code) -> str:
        now = int(self.clock())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": code.nonce,
            **code.claims,
        }
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"},
            "aud": {"aud": "somebody-else"},
            "auds": {"aud": [CLIENT_ID, "somebody-else"]},
            "azp": {"azp": "somebody-else"},
            "iss": {"iss": "https://elsewhere.example"},
            "expired": {"iat": now - 900, "exp": now - 600},
            "future": {"iat": now + 600, "exp": now + 900},
            "exp-words": {"exp": "tomorrow"},
            "sub-number": {"sub": 7},
            "slow-clock": {"iat": now - 400, "exp": now - 90},
            "fast-clock": {"iat": now + 90, "exp": now + 390},
        }
        for fault in self.faults:
            claims |= wrong.get(fault, {})
        for fault in self.faults:
            if fault.startswith("without-"):
                del claims[fault.removeprefix("without-")]
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        key = self.keys[0]
        if "alg-none" in self.faults:
            return _unsigned("none", key.kid, claims) + "."
        if "alg-hs256" in self.faults:
            head = _unsigned("HS256", key.kid, claims)  # with the public key as the shared secret
            return f"{head}.{_base64(hmac.digest(key.as_pem(private=False), head.encode(), 'sha256'))}"
        if "signature" in self.faults:
            other = RSAKey.generate_key(2048, {"kid": key.kid or ""})
            return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, other)
        if "payload" in self.faults:
            head, _, sign = jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key).split(".")
            changed = _base64(json.dumps({**claims, "sub": "head"}).encode())
            return f"{head}.{changed}.{sign}"
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, KeySet([key]))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unsigned(alg: str, kid: str | None, claims: dict[str, Any]) -> str:
    return ".".join(_base64(json.dumps(one).encode()) for one in ({"alg": alg, "kid": kid}, claims))


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    """Serve it on a free port of this machine while the block lasts."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        provider.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(provider.app(), log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield provider
        finally:
            server.should_exit = True
            thread.join(10)
