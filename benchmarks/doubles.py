"""Doubles that count, on loopback, each a process of its own: of X (``tests.x_double``), and of a program that is told by webhooks.

The one of X takes every post, however often, so that a second one shows; it answers late, so that kills fall between what
it has done and what we know.
"""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import uvicorn
from standardwebhooks.webhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.integrations import x
from app.integrations.publisher import Done, Recent
from app.integrations.x.publisher import XPublisher
from app.main import the_time
from benchmarks.places import in_a_process, kill
from tests import x_double
from tests.x_double import LIMITS, World

KEYS = x.OAuth1Keys("consumer-key", "consumer-secret", "token", "token-secret")
HANDLE, USER_ID = "whitehouseps", "1001"
SLOW_S = 0.03
HANG_S = 2.5
FAULTS = ("429", "402", "500", "503", "duplicate", "hang", "hang-after", "reset", "reset-after", "bare-text")


def faults(count: int, share: float, seed: int) -> list[str]:
    """What becomes of so many calls: that share of them goes wrong, in every way by turns of chance."""
    chance = random.Random(seed)
    return [chance.choice(FAULTS) if chance.random() < share else "" for _ in range(count)]


@contextmanager
def double_of_x(slow_s: float = SLOW_S, given: Sequence[str] = ()) -> Iterator[str]:
    """X; its address. It answers after twice that time; ``given`` is what goes wrong, call by call."""
    world = World(
        faults=list(given), slow_s=slow_s, hang_s=HANG_S, takes_twins=True, limits=dict.fromkeys(LIMITS, 1_000_000)
    )
    with _served(x_double.application(world)) as address:
        yield address


@dataclass(frozen=True, slots=True)
class _Keys:
    """Keys that hold for ever."""

    def auth(self) -> httpx.Auth:
        return x.OAuth1(KEYS)

    def renewed(self) -> httpx.Auth:
        return x.OAuth1(KEYS)


def line_to_x(address: str, http: httpx.Client | None = None) -> XPublisher:
    """The service's own publisher, led to the double."""
    return XPublisher(http or httpx.Client(base_url=address, timeout=10), _Keys(), USER_ID, the_time)


def posted(address: str) -> dict[str, int]:
    """How often each text was posted."""
    found: dict[str, int] = httpx.get(f"{address}/double", timeout=60).json()["posted"]
    return found


def posts_at(address: str) -> tuple[Recent, ...]:
    """What somebody sees who looks at the account; empty where it cannot be looked at."""
    with httpx.Client(base_url=address, timeout=10) as http:
        seen = line_to_x(address, http).find_recent(the_time() - timedelta(days=1))
    return seen.value if isinstance(seen, Done) else ()


# ---------------------------------------------------------------- a program that is told


@dataclass
class _Told:
    """What was heard: how often each event came, and calls that were not signed as they must be."""

    secret: str = ""
    refuses: float = 0.0
    slow_s: float = SLOW_S
    heard: dict[str, int] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    unsigned: int = 0
    refused: int = 0
    chance: random.Random = field(default_factory=partial(random.Random, 3))

    async def hear(self, request: Request) -> Response:
        body = await request.body()
        if self.chance.random() < self.refuses:
            self.refused += 1
            return Response(status_code=503)
        event = request.headers["webhook-id"]
        at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
        # Not ``verify``: at the end of a run the clock is put on, and it wants one that is right.
        if Webhook(self.secret).sign(event, at, body.decode()) not in request.headers["webhook-signature"].split(" "):
            self.unsigned += 1
            return Response(status_code=401)
        self.heard[event] = self.heard.get(event, 0) + 1
        self.types[event] = json.loads(body)["type"]
        return Response(status_code=204)

    async def ask(self, request: Request) -> Response:
        if request.method == "POST":
            given = await request.json()
            self.secret, self.refuses = given["secret"], given["refuses"]
        told = {"heard": self.heard, "types": self.types, "unsigned": self.unsigned, "refused": self.refused}
        return JSONResponse(told)


@contextmanager
def program() -> Iterator[str]:
    """A program that is told of events at ``/hear``; its address."""
    told = _Told()
    app = Starlette(
        routes=[Route("/hear", told.hear, methods=["POST"]), Route("/told", told.ask, methods=["GET", "POST"])]
    )
    with _served(app) as address:
        yield address


def set_program(address: str, secret: str, refuses: float = 0.0) -> None:
    """Give it the secret that signs, and the share of calls that it refuses."""
    httpx.post(f"{address}/told", json={"secret": secret, "refuses": refuses}, timeout=10).raise_for_status()


def heard_by(address: str) -> dict[str, Any]:
    """What it has heard: ``heard`` by event, ``types``, ``unsigned``, ``refused``."""
    found: dict[str, Any] = httpx.get(f"{address}/told", timeout=60).json()
    return found


# ---------------------------------------------------------------- processes


@contextmanager
def _served(app: Starlette) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        port = listening.getsockname()[1]
        child = in_a_process(partial(_serve, app, listening))
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        kill(child)


def _serve(app: Starlette, listening: socket.socket) -> None:
    uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off")).run(sockets=[listening])
