"""A real server process with its own data folder, and a client for each kind of key."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent.parent
ROSTER = (ROOT / "app" / "demo_school" / "roster.csv").read_bytes()
STAFF = (ROOT / "app" / "demo_school" / "staff.csv").read_bytes()
SCOPES = {"cms": ("drafts:write",), "reviewer": ("drafts:write", "review:write"), "office": ("register:write",)}
START_S = 40


@dataclass(frozen=True, slots=True)
class School:
    """A served school: a client for each key, and the command line on the same data."""

    environment: dict[str, str]
    admin: httpx.Client
    keys: dict[str, httpx.Client] = field(default_factory=dict)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``python -m app`` with those arguments."""
        return _run(self.environment, *arguments)


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def _secret(run: subprocess.CompletedProcess[str]) -> str:
    """The one line of standard output that is a key and nothing else."""
    found = [line for line in run.stdout.splitlines() if re.fullmatch(r"fl_\S+", line)]
    assert len(found) == 1, run.stderr
    return found[0]


def _client(port: int, key: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=60, trust_env=False
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_life(client: httpx.Client, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and server.poll() is None:
        try:
            if client.get("/livez").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def server_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server's standard output and error go."""
    return tmp_path_factory.mktemp("log") / "server.log"


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory, server_log: Path) -> Iterator[School]:
    """A school with the fictional roster and staff, served by the real engine until the tests end."""
    data = tmp_path_factory.mktemp("data")
    environment = {name: text for name, text in os.environ.items() if name != "FLEDGLING_DATABASE_URL"}
    environment |= {"FLEDGLING_DATA_DIR": str(data)}
    made = ROOT / "data" / "models"
    if made.is_dir():
        environment.setdefault("FLEDGLING_MODELS_DIR", str(made))
    admin_key = _secret(_run(environment, "init", "--school", "Whitehouse Primary School", "--account", "whitehouseps"))
    port = _free_port()
    with server_log.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "app", "serve", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    served = School(environment, _client(port, admin_key))
    try:
        _await_life(served.admin, server, server_log)
        for name, scopes in SCOPES.items():
            wanted = [part for scope in scopes for part in ("--scope", scope)]
            served.keys[name] = _client(port, _secret(served.run("key", "create", "--name", name, *wanted)))
        for path, content in (("/v1/roster", ROSTER), ("/v1/staff", STAFF)):
            loaded = served.keys["office"].put(path, content=content, headers={"content-type": "text/csv"})
            assert loaded.status_code == 200, loaded.text
        yield served
    finally:
        for client in (served.admin, *served.keys.values()):
            client.close()
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


@pytest.fixture
def cms(school: School) -> httpx.Client:
    """A key with ``drafts:write`` alone."""
    return school.keys["cms"]


@pytest.fixture
def reviewer(school: School) -> httpx.Client:
    """A key with ``drafts:write`` and ``review:write``."""
    return school.keys["reviewer"]


@pytest.fixture
def office(school: School) -> httpx.Client:
    """A key with ``register:write`` alone."""
    return school.keys["office"]
