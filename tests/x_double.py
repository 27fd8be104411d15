"""A double of X: a small server that keeps to the documented requests, answers, limits and errors, and counts.

Sources: docs.x.com (github.com/xdevplatform/docs, openapi.json 2.167 of August 2026; "OAuth 2.0 Authorization Code Flow with PKCE",
"Creating a signature", "Response codes and errors", "Rate limits", "Pricing"), and answers reported in public threads for 402 and for
duplicates. Faults come in by ``faults``, one for each call that acts, or by ``POST /double`` from another process.

Run by itself: ``python -m tests.x_double PORT``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import html
import json
import re
import secrets
import socket
import sys
import threading
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

WINDOW_S = 900
MOST_IMAGE_BYTES = 5 * 1024 * 1024
LIMITS = {
    "POST /2/tweets": 100,
    "DELETE /2/tweets": 50,
    "POST /2/media/upload": 500,
    "POST /2/media/metadata": 500,
    "PUT /2/hidden": 50,
    "POST /2/muting": 50,
    "GET /2/followers": 300,
    "GET /2/mentions": 300,
    "GET /2/blocking": 15,
    "GET /2/me": 75,
    "GET /2/tweets": 900,
}
PRICES = {"post": 0.015, "post-with-url": 0.2, "metadata": 0.005, "delete": 0.01, "read": 0.001, "user": 0.015}
_URL = re.compile(r"https?://\S+|\b[a-z0-9-]+\.(?:co\.uk|org\.uk|sch\.uk|com|org|uk)\b\S*", re.IGNORECASE)
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png", b"RIFF": "image/webp", b"GIF8": "image/gif"}
FAULTS = ("429", "402", "500", "503", "duplicate", "hang", "hang-after", "reset", "reset-after", "bare-text")


def the_time() -> float:
    """Now, in seconds since 1970."""
    return datetime.now(UTC).timestamp()  # noqa: TID251 - X has a clock of its own


@dataclass
class Media:
    """A picture that was uploaded."""

    owner: str
    data: bytes
    kind: str
    alt_text: str = ""
    until: float = 0.0


@dataclass
class Post:
    """A post that stands."""

    id: str
    owner: str
    sent: str
    media: tuple[str, ...]
    at: datetime
    replies: str = ""
    hidden: bool = False


@dataclass
class World:
    """All that the double knows. ``posted`` counts every post ever made, by its words."""

    accounts: dict[str, str] = field(default_factory=lambda: {"1001": "whitehouseps"})
    clients: dict[str, str] = field(default_factory=lambda: {"client": "secret"})
    consumer: tuple[str, str] = ("consumer-key", "consumer-secret")
    token: tuple[str, str, str] = ("token", "token-secret", "1001")
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    access: dict[str, tuple[str, str, frozenset[str], float]] = field(default_factory=dict)
    refresh: dict[str, tuple[str, str, frozenset[str]]] = field(default_factory=dict)
    used_refresh: dict[str, str] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    media: dict[str, Media] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    posted: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    calls: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    followers: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)
    blocked: list[dict[str, Any]] = field(default_factory=list)
    muted: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    credit: float = 1e9
    limits: dict[str, int] = field(default_factory=lambda: dict(LIMITS))
    used: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    old_names: bool = False
    hang_s: float = 30.0
    slow_s: float = 0.0  # before and after whatever a call does
    takes_twins: bool = False  # X does not; but one that does shows every second post
    clock: Callable[[], float] = the_time
    last_id: int = 1_880_000_000_000_000_000

    def new_id(self) -> str:
        """An id of X's kind."""
        self.last_id += secrets.randbelow(1000) + 1
        return str(self.last_id)


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers or {}


def problem(status: int, slug: str, title: str, detail: str, **more: Any) -> Refusal:
    kind = f"https://api.x.com/2/problems/{slug}" if slug else "about:blank"
    return Refusal(status, {"title": title, "detail": detail, "type": kind, "status": status, **more})


def duplicate() -> Refusal:
    return problem(403, "", "Forbidden", "You are not allowed to create a Tweet with duplicate content.")


def no_credit() -> Refusal:
    return Refusal(
        402,
        {
            "title": "CreditsDepleted",
            "detail": "Your enrolled account [1] does not have any credits to fulfill this request.",
            "type": "https://api.twitter.com/2/problems/credits",
        },
    )


class Double:
    """The server's answers, over one world."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.lock = threading.Lock()

    # ------------------------------------------------------------ who calls

    def caller(self, request: Request) -> tuple[str, frozenset[str]]:
        """The account's id and the scopes of its token."""
        said = request.headers.get("authorization", "")
        if said.startswith("Bearer "):
            found = self.world.access.get(said[7:])
            if found is None or found[3] < self.world.clock() or found[1] in self.world.ended:
                raise problem(401, "", "Unauthorized", "Unauthorized")
            return found[0], found[2]
        if said.startswith("OAuth "):
            return self._signed(request, said[6:]), frozenset({"*"})
        raise problem(401, "", "Unauthorized", "Unauthorized")

    def _signed(self, request: Request, said: str) -> str:
        given = dict(re.findall(r'(\w+)="([^"]*)"', said))
        params = {name: _unquote(value) for name, value in given.items()}
        key, secret = self.world.consumer
        token, token_secret, owner = self.world.token
        signature = params.pop("oauth_signature", "")
        signed = sorted(
            (quote(name, safe="~"), quote(value, safe="~"))
            for name, value in [*params.items(), *parse_qsl(request.url.query, keep_blank_values=True)]
        )
        plain = "&".join(f"{name}={value}" for name, value in signed)
        address = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"
        base = "&".join((request.method, quote(address, safe="~"), quote(plain, safe="~")))
        signing = f"{quote(secret, safe='~')}&{quote(token_secret, safe='~')}"
        wanted = base64.b64encode(hmac.new(signing.encode(), base.encode(), hashlib.sha1).digest()).decode()
        fresh = abs(int(params.get("oauth_timestamp", "0")) - self.world.clock()) < 300
        mine = (params.get("oauth_consumer_key"), params.get("oauth_token")) == (key, token)
        if not (hmac.compare_digest(wanted, signature) and fresh and mine):
            raise problem(401, "", "Unauthorized", "Unauthorized")
        return owner

    def need(self, scopes: frozenset[str], *wanted: str) -> None:
        if "*" not in scopes and not scopes.issuperset(wanted):
            raise problem(
                403,
                "client-forbidden",
                "Client Forbidden",
                "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens with the right scope.",
                reason="client-not-enrolled",
            )

    def count(self, bucket: str, owner: str) -> dict[str, str]:
        """Take one of the window's calls; the headers that go with the answer."""
        now, limit = self.world.clock(), self.world.limits.get(bucket, 10_000)
        used = self.world.used[f"{bucket} {owner}"]
        used[:] = [at for at in used if at > now - WINDOW_S]
        reset = int((used[0] if used else now) + WINDOW_S)
        headers = {"x-rate-limit-limit": str(limit), "x-rate-limit-reset": str(reset)}
        if len(used) >= limit:
            refusal = problem(429, "rate-limit-exceeded", "Too Many Requests", "Too Many Requests")
            refusal.headers = {**headers, "x-rate-limit-remaining": "0"}
            raise refusal
        used.append(now)
        self.world.calls[bucket] += 1
        return {**headers, "x-rate-limit-remaining": str(limit - len(used))}

    def pay(self, what: str, times: int = 1) -> None:
        cost = PRICES[what] * times
        if self.world.credit < cost:
            raise no_credit()
        self.world.credit -= cost

    # ------------------------------------------------------------ signing in

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = secrets.token_urlsafe(16)
        self.world.codes[code] = {**asked, "until": self.world.clock() + 30}
        told = urlencode({"state": asked.get("state", ""), "code": code})
        return RedirectResponse(f"{asked['redirect_uri']}?{told}", 302)

    def issue(self, owner: str, family: str, scopes: frozenset[str]) -> dict[str, Any]:
        access, refresh = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self.world.access[access] = (owner, family, scopes, self.world.clock() + 7200)
        body = {"token_type": "bearer", "expires_in": 7200, "access_token": access, "scope": " ".join(sorted(scopes))}
        if "offline.access" in scopes:
            self.world.refresh[refresh] = (owner, family, scopes)
            body["refresh_token"] = refresh
        return body

    async def token(self, request: Request) -> dict[str, Any]:
        form = dict(parse_qsl((await request.body()).decode()))
        client = self._client(request, form)
        bad = Refusal(400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."})
        if form.get("grant_type") == "authorization_code":
            kept = self.world.codes.pop(form.get("code", ""), None)
            proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
            if (
                kept is None
                or kept["until"] < self.world.clock()
                or kept["client_id"] != client
                or kept["redirect_uri"] != form.get("redirect_uri")
                or kept["code_challenge"] != challenge
            ):
                raise bad
            return self.issue(next(iter(self.world.accounts)), secrets.token_hex(8), frozenset(kept["scope"].split()))
        if form.get("grant_type") == "refresh_token":
            given = form.get("refresh_token", "")
            if given in self.world.used_refresh:
                self.world.ended.add(self.world.used_refresh[given])
            found = self.world.refresh.pop(given, None)
            if found is None or found[1] in self.world.ended:
                raise bad
            self.world.used_refresh[given] = found[1]
            return self.issue(*found)
        raise bad

    def _client(self, request: Request, form: dict[str, str]) -> str:
        said = request.headers.get("authorization", "")
        if said.startswith("Basic "):
            name, _, secret = base64.b64decode(said[6:]).decode().partition(":")
            if self.world.clients.get(name) == secret:
                return name
        elif self.world.clients.get(form.get("client_id", "")) == "":
            return form["client_id"]
        raise Refusal(401, {"error": "unauthorized_client", "error_description": "Missing valid authorization header"})

    async def revoke(self, request: Request) -> dict[str, Any]:
        form = dict(parse_qsl((await request.body()).decode()))
        self._client(request, form)
        given = form.get("token", "")
        found = self.world.refresh.pop(given, None) or self.world.access.pop(given, None)
        if found is not None:
            self.world.ended.add(found[1])
        return {"revoked": True}

    # ------------------------------------------------------------ posting

    async def upload(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        owner, scopes = self.caller(request)
        self.need(scopes, "media.write")
        headers = self.count("POST /2/media/upload", owner)
        async with request.form() as form:
            part = form.get("media")
            data = await part.read() if part is not None and not isinstance(part, str) else b""
            category = form.get("media_category")
        kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "")
        if not kind or category != "tweet_image" or len(data) > MOST_IMAGE_BYTES:
            raise problem(400, "invalid-request", "Invalid Request", "media type unrecognized.")
        media_id = self.world.new_id()
        self.world.media[media_id] = Media(owner, data, kind, until=self.world.clock() + 86_400)
        told = {"id": media_id, "media_key": f"3_{media_id}", "size": len(data), "expires_after_secs": 86_400}
        return 200, {"data": told}, headers

    async def metadata(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        owner, scopes = self.caller(request)
        self.need(scopes, "media.write")
        headers = self.count("POST /2/media/metadata", owner)
        body = await _json(request)
        text = body.get("metadata", {}).get("alt_text", {}).get("text")
        media = self.world.media.get(body.get("id", ""))
        if media is None or media.owner != owner or not isinstance(text, str) or not 1 <= len(text) <= 1000:
            raise problem(
                400, "invalid-request", "Invalid Request", "One or more parameters to your request was invalid."
            )
        self.pay("metadata")
        media.alt_text = text
        return 200, {"data": {"id": body["id"], "associated_metadata": {"alt_text": {"text": text}}}}, headers

    async def post(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        owner, scopes = self.caller(request)
        self.need(scopes, "tweet.read", "tweet.write", "users.read")
        headers = self.count("POST /2/tweets", owner)
        body = await _json(request)
        ids = self._checked(body, owner)
        text = unicodedata.normalize("NFC", body.get("text", "")).strip()
        twin = any(one.owner == owner and one.sent == text for one in self.world.posts.values())
        if twin and text and not self.world.takes_twins:
            raise duplicate()
        self.pay("post-with-url" if _URL.search(text) else "post")
        post = Post(
            self.world.new_id(),
            owner,
            text,
            ids,
            datetime.fromtimestamp(self.world.clock(), UTC),
            body.get("reply_settings", ""),
        )
        self.world.posts[post.id] = post
        self.world.posted[text] += 1
        return 201, {"data": {"id": post.id, "text": shown(post), "edit_history_post_ids": [post.id]}}, headers

    def _checked(self, body: dict[str, Any], owner: str) -> tuple[str, ...]:
        known = {"text", "media", "reply_settings", "made_with_ai", "reply", "quote_tweet_id"}
        media = body.get("media")
        ids = media.get("media_ids", []) if isinstance(media, dict) else []
        text = body.get("text", "")
        bad = not isinstance(text, str) or set(body) - known or (media is not None and not 1 <= len(ids) <= 4)
        if bad or not (text.strip() or ids):
            raise problem(
                400, "invalid-request", "Invalid Request", "One or more parameters to your request was invalid."
            )
        if {"reply", "quote_tweet_id"} & set(body):
            raise problem(403, "", "Forbidden", "You are not permitted to perform this action.")
        if weight(text) > 280:
            raise problem(403, "", "Forbidden", "Your Tweet text is too long.")
        for one in ids:
            kept = self.world.media.get(one)
            if kept is None or kept.owner != owner or kept.until < self.world.clock():
                raise problem(400, "invalid-request", "Invalid Request", "Your media IDs are invalid.")
        return tuple(ids)

    def delete(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        owner, scopes = self.caller(request)
        self.need(scopes, "tweet.write")
        headers = self.count("DELETE /2/tweets", owner)
        found = self.world.posts.get(request.path_params["post_id"])
        if found is None:
            raise problem(404, "resource-not-found", "Not Found Error", "Could not find tweet.")
        if found.owner != owner:
            raise problem(403, "", "Forbidden", "You are not allowed to delete this Tweet.")
        self.pay("delete")
        del self.world.posts[found.id]
        return 200, {"data": {"deleted": True}}, headers

    # ------------------------------------------------------------ reading

    def me(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        owner, scopes = self.caller(request)
        self.need(scopes, "users.read", "tweet.read")
        handle = self.world.accounts[owner]
        return 200, {"data": {"id": owner, "username": handle, "name": "The school"}}, self.count("GET /2/me", owner)

    def own_posts(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        owner, _ = self.caller(request)
        headers = self.count("GET /2/tweets", owner)
        if self.world.old_names and "post.fields" in request.query_params:
            raise problem(
                400,
                "invalid-request",
                "Invalid Request",
                "The query parameter [post.fields] is not one of [tweet.fields]",
            )
        most = int(request.query_params.get("max_results", "10"))
        whose = request.path_params["user_id"]
        start = int(request.query_params.get("pagination_token", "0"))
        every = [one for one in reversed(self.world.posts.values()) if one.owner == whose]
        data = [{"id": one.id, "text": shown(one), "created_at": _iso(one.at)} for one in every[start : start + most]]
        meta: dict[str, Any] = {"result_count": len(data)}
        if start + most < len(every):
            meta["next_token"] = str(start + most)
        return 200, {"data": data, "meta": meta} if data else {"meta": meta}, headers

    def listing(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        """Followers, mentions and blocks: whole lists by pages, mentions from ``since_id`` on."""
        owner, _ = self.caller(request)
        what = request.url.path.rsplit("/", 1)[1]
        headers = self.count(f"GET /2/{what}", owner)
        rows = {"followers": self.world.followers, "mentions": self.world.mentions, "blocking": self.world.blocked}[
            what
        ]
        if since := request.query_params.get("since_id"):
            rows = [one for one in rows if int(one["id"]) > int(since)]
        most = int(request.query_params.get("max_results", "100"))
        start = int(request.query_params.get("pagination_token", "0") or 0)
        page = rows[start : start + most]
        self.pay("read", len(page))
        meta: dict[str, Any] = {"result_count": len(page)}
        if start + most < len(rows):
            meta["next_token"] = str(start + most)
        if what == "mentions" and page:
            meta |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
        return 200, {"data": page, "meta": meta} if page else {"meta": meta}, headers

    async def hide(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        owner, scopes = self.caller(request)
        self.need(scopes, "tweet.moderate.write")
        headers = self.count("PUT /2/hidden", owner)
        wanted = (await _json(request)).get("hidden")
        for one in self.world.mentions:
            if one["id"] == request.path_params["post_id"]:
                one["hidden"] = wanted
                return 200, {"data": {"hidden": wanted}}, headers
        raise problem(404, "resource-not-found", "Not Found Error", "Could not find tweet.")

    async def mute(self, request: Request) -> tuple[int, Any, dict[str, str]]:
        owner, scopes = self.caller(request)
        self.need(scopes, "mute.write")
        headers = self.count("POST /2/muting", owner)
        self.pay("user")
        self.world.muted.add((await _json(request))["target_user_id"])
        return 200, {"data": {"muting": True}}, headers

    # ------------------------------------------------------------ faults, and what tests ask

    async def control(self, request: Request) -> Response:
        """What was counted; with a body, settings of the world (faults, credit, limits, hang_s)."""
        if request.method == "POST":
            with self.lock:
                for name, value in (await _json(request)).items():
                    setattr(self.world, name, value)
        posts = [
            {"id": one.id, "text": one.sent, "alts": [self.world.media[key].alt_text for key in one.media]}
            | {"media": [hashlib.sha256(self.world.media[key].data).hexdigest() for key in one.media]}
            for one in self.world.posts.values()
        ]
        return JSONResponse({"posts": posts, "posted": self.world.posted, "calls": self.world.calls})

    def next_fault(self) -> str:
        with self.lock:
            return self.world.faults.pop(0) if self.world.faults else ""


def weight(text: str) -> int:
    """X's count, roughly: every address as 23, what lies beyond Latin as 2."""
    bare = _URL.sub("", unicodedata.normalize("NFC", text))
    urls = len(_URL.findall(text))
    return 23 * urls + sum(1 if ord(one) < 4352 or 8192 <= ord(one) <= 8247 else 2 for one in bare)


def shown(post: Post) -> str:
    """The words as X gives them back: addresses shortened, one more for pictures, escaped as in HTML."""
    text = _URL.sub(lambda found: "https://t.co/" + hashlib.md5(found[0].encode()).hexdigest()[:10], post.sent)
    if post.media:
        text = f"{text} https://t.co/{hashlib.md5(post.id.encode()).hexdigest()[:10]}".strip()
    return html.escape(text, quote=False)


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _unquote(value: str) -> str:
    return dict(parse_qsl(f"v={value.replace('+', '%2B')}", keep_blank_values=True)).get("v", "")


async def _json(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.body())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise problem(400, "invalid-request", "Invalid Request", "One or more parameters to your request was invalid.")
    return found


_FAULTY: dict[str, Callable[[], Refusal]] = {
    "429": lambda: Refusal(
        429,
        {"errors": [{"code": 88, "message": "Rate limit exceeded"}]},
        {"x-rate-limit-reset": str(int(the_time()) + 1)},
    ),
    "402": no_credit,
    "500": lambda: problem(500, "internal-error", "Internal Error", "Internal error"),
    "503": lambda: Refusal(
        503, {"title": "Service Unavailable", "detail": "Service Unavailable", "type": "about:blank"}
    ),
    "duplicate": duplicate,
    "bare-text": lambda: Refusal(400, "Bad request."),
}


def _route(double: Double, path: str, method: str, handler: Callable[[Request], Any], *, faulty: bool = False) -> Route:
    async def answer(request: Request) -> Response:
        fault = double.next_fault() if faulty else ""
        try:
            if fault in _FAULTY:
                raise _FAULTY[fault]()  # noqa: RSE102 - a new one each time
            if fault in {"reset", "hang"}:
                await asyncio.sleep(double.world.hang_s if fault == "hang" else 0)
                return _Reset()
            await asyncio.sleep(double.world.slow_s)
            found = handler(request)
            made = await found if asyncio.iscoroutine(found) else found
            await asyncio.sleep(double.world.slow_s)
        except Refusal as refusal:
            if isinstance(refusal.body, str):
                return Response(refusal.body, refusal.status, refusal.headers, "text/plain")
            return JSONResponse(refusal.body, refusal.status, refusal.headers)
        if fault in {"reset-after", "hang-after"}:
            await asyncio.sleep(double.world.hang_s if fault == "hang-after" else 0)
            return _Reset()
        if isinstance(made, Response):
            return made
        status, body, headers = made if isinstance(made, tuple) else (200, made, {})
        return JSONResponse(body, status, headers)

    return Route(path, answer, methods=[method])


def application(world: World | None = None) -> Starlette:
    """The double as an application; its world is ``app.state.double.world``."""
    double = Double(world)
    route = partial(_route, double)
    app = Starlette(
        routes=[
            route("/i/oauth2/authorize", "GET", double.authorize),
            route("/2/oauth2/token", "POST", double.token),
            route("/2/oauth2/revoke", "POST", double.revoke),
            route("/2/media/upload", "POST", double.upload, faulty=True),
            route("/2/media/metadata", "POST", double.metadata, faulty=True),
            route("/2/tweets", "POST", double.post, faulty=True),
            route("/2/tweets/{post_id}", "DELETE", double.delete, faulty=True),
            route("/2/tweets/{post_id}/hidden", "PUT", double.hide, faulty=True),
            route("/2/users/me", "GET", double.me),
            route("/2/users/{user_id}/tweets", "GET", double.own_posts),
            route("/2/users/{user_id}/followers", "GET", double.listing, faulty=True),
            route("/2/users/{user_id}/mentions", "GET", double.listing, faulty=True),
            route("/2/users/{user_id}/blocking", "GET", double.listing, faulty=True),
            route("/2/users/{user_id}/muting", "POST", double.mute, faulty=True),
            Route("/double", double.control, methods=["GET", "POST"]),
        ]
    )
    app.state.double = double
    return app


class _Reset(Response):
    """No answer: the connection breaks off in the middle."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionResetError


@contextmanager
def running(world: World | None = None) -> Iterator[tuple[str, World]]:
    """The double on a free port of this machine, in a thread: its address and its world."""
    app = application(world)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{port}", app.state.double.world
        server.should_exit = True
        thread.join(5)


if __name__ == "__main__":
    uvicorn.run(application(), port=int(sys.argv[1]), log_level="critical")
