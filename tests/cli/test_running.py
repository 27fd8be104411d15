"""serve and docs, as programs of their own."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from tests.cli.conftest import CommandLine
from tests.conftest import ROOT


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[str]) -> httpx.Response:
    until = time.monotonic() + 60
    while True:
        try:
            return httpx.get(url)
        except httpx.TransportError:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < until, "the service does not answer"
            time.sleep(0.1)


def test_serve_answers_and_ends_when_told(command: CommandLine) -> None:
    secret = command.done("key", "create", "--name", "cms", "--scope", "drafts:write").out.strip()
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", str(port)],
        cwd=ROOT,
        env=command.variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        alive = wait_for(f"http://127.0.0.1:{port}/livez", process)
        assert (alive.status_code, alive.json()["status"]) == (200, "ok")
        assert "server" not in alive.headers
        headers = {"Authorization": f"Bearer {secret}"}
        news = {"text": "Year 4 built a Roman road in the playground and it held a bicycle!"}
        report = httpx.post(f"http://127.0.0.1:{port}/v1/vet", headers=headers, json=news, timeout=60)
        assert report.json()["verdict"] == "approve"
    finally:
        process.terminate()
        out, err = process.communicate(timeout=30)
    assert process.returncode in {0, -15}
    assert "Traceback" not in err
    assert "Roman" not in out + err, "what is asked for is in no log"
    assert "request method=POST route=/v1/vet status=200" in err


def test_docs_are_fresh_and_found_stale(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "docs", tmp_path / "docs")

    def docs(*args: str) -> subprocess.CompletedProcess[str]:
        order = [sys.executable, "-m", "app", "docs", *args]
        return subprocess.run(order, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    fresh = docs("--check")
    assert (fresh.returncode, fresh.stderr) == (0, ""), "run: python -m app docs"
    described, rules = tmp_path / "docs" / "openapi.json", tmp_path / "docs" / "rules.md"
    whole = described.read_text(encoding="utf-8")
    described.write_text(re.sub("vet", "wet", whole), encoding="utf-8")
    rules.unlink()
    stale = docs("--check")
    assert stale.returncode == 1
    assert stale.stderr.splitlines() == ["stale: docs/openapi.json", "stale: docs/rules.md"]
    assert not rules.exists()
    assert docs().returncode == 0
    assert described.read_text(encoding="utf-8") == whole
    assert rules.read_text(encoding="utf-8") == (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
