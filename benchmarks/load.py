"""Load on a server on loopback: kept-alive connections that post one thing after another, and what that takes."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

ROOT = Path(__file__).parent.parent
POSTS = [
    "Year 4 built a Roman road in the playground today and it held a bicycle! Well done to everyone who helped.",
    "Our choir sang at the town hall this morning. The audience clapped for a whole minute. What a treat!",
    "Hazel class planted forty sunflowers along the fence. Which one will be the tallest by July?",
    "Thank you to the parents who painted the library at the weekend. It looks wonderful.",
]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is posted: where, with which keys in turn, and the answer that is expected."""

    path: str
    keys: Sequence[str]
    status: int = 200

    def request(self, count: int) -> bytes:
        """The request of that number."""
        body = json.dumps({"text": POSTS[count % len(POSTS)]}).encode()
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.keys[count % len(self.keys)]}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass(frozen=True, slots=True)
class Speed:
    """Requests per second; p50 and p99 in milliseconds."""

    rate: float
    p50_ms: float
    p99_ms: float


async def _client(port: int, asked: Asked, until: float, times: list[float], start: int, step: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = start
    while time.perf_counter() < until:
        request = asked.request(count)
        began = time.perf_counter()
        writer.write(request)
        answer = await reader.readuntil(b"\r\n\r\n")
        if not answer.startswith(b"HTTP/1.1 %d" % asked.status):
            raise SystemExit(f"not what was expected: {answer[:200]!r}")
        length = next(
            int(line.split(b":")[1]) for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
        count += step
    writer.close()


async def _load(port: int, asked: Asked, seconds: float, connections: int) -> Speed:
    for lasting in (min(1.0, seconds), seconds):
        times: list[float] = []
        began = time.perf_counter()
        clients = (
            _client(port, asked, began + lasting, times, start, connections if len(asked.keys) > 1 else 1)
            for start in range(connections)
        )
        await asyncio.gather(*clients)
        took = time.perf_counter() - began
    cuts = quantiles(times, n=100)
    return Speed(len(times) / took, cuts[49] * 1000, cuts[98] * 1000)


def load(port: int, asked: Asked, *, seconds: float, connections: int) -> Speed:
    """Post for so long, after a second of warming up."""
    return asyncio.run(_load(port, asked, seconds, connections))


def free_port() -> int:
    """A port of the loopback nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(
    command: Callable[[int], Sequence[str]], env: Mapping[str, str], log: Path = Path(os.devnull)
) -> Iterator[tuple[int, int]]:
    """A server that answers, as a process of its own: its port and its process; stopped afterwards."""
    port = free_port()
    with log.open("ab") as written:
        process = subprocess.Popen(
            command(port), cwd=env.get("SERVE_FROM", str(ROOT)), env=dict(env), stdout=written, stderr=written
        )
    try:
        _wait_for(port, process)
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def serving(port: int) -> Sequence[str]:
    """The command that serves Fledgling there."""
    return [sys.executable, "-m", "app", "serve", "--port", str(port)]


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(3000):  # on a busy machine it takes minutes
        if process.poll() is not None:
            raise SystemExit("the server stopped")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit("the server did not start")


def environment(**more: str) -> dict[str, str]:
    """This process's environment and those settings."""
    return os.environ | {"FLEDGLING_MODELS_DIR": str(ROOT / ".cache" / "models")} | more
