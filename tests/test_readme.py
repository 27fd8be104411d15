"""What the README shows is run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.demo import pictures, posts
from app.errors import SetUpError
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
SCHOOL = next(block for block in BLOCKS if "init --school" in block)
CURLS = [block for block in BLOCKS if block.startswith("curl")]


def shell(command: str, env: dict[str, str], cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    # The README's interpreter is the project's own; the tests run in whichever runs them.
    command = command.replace(".venv/bin/python", sys.executable)
    return subprocess.run(
        ["bash", "-c", command], env=env, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("readme")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEDGLING_")}
    models = Path(os.environ.get("FLEDGLING_MODELS_DIR", ROOT / ".cache" / "models"))
    return kept | {"FLEDGLING_DATA_DIR": str(folder), "FLEDGLING_MODELS_DIR": str(models), "NO_COLOR": "1"}


@pytest.fixture(scope="module")
def key(env: dict[str, str]) -> str:
    """The school of the README; the key that its commands print."""
    printed = ""
    for line in SCHOOL.strip().splitlines():
        ran = shell(line, env)
        assert ran.returncode == 0, (line, ran.stdout, ran.stderr)
        printed += ran.stdout
    secrets = [line for line in printed.splitlines() if line.startswith("fl_")]
    assert len(secrets) == 2
    assert "READY (approve)" in printed
    return secrets[1]


@pytest.fixture(scope="module")
def port(env: dict[str, str], key: str) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    server = subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--port", str(free)], env=env, cwd=ROOT, stderr=subprocess.DEVNULL
    )
    for _ in range(300):
        try:
            httpx.get(f"http://127.0.0.1:{free}/livez").raise_for_status()
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    yield free
    server.terminate()
    server.wait(20)


def test_the_commands_of_a_school_of_your_own(key: str) -> None:
    assert key.startswith("fl_")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_calls_by_http(env: dict[str, str], key: str, port: int, tmp_path: Path) -> None:
    try:
        (tmp_path / "hall.jpg").write_bytes(pictures.group_photo(opted_out=False))
    except SetUpError as error:
        pytest.skip(error.detail)
    vetted, submitted = (shell(one.replace(":8000", f":{port}"), env | {"KEY": key}, tmp_path) for one in CURLS)
    report = json.loads(vetted.stdout)
    assert report["verdict"] == "reject"
    (named,) = [one for one in report["findings"] if one["rule"] == "names.pupil-named"]
    assert named["where"] == {"field": "text", "start": 13, "end": 24}
    draft = json.loads(submitted.stdout)
    assert draft["stage"] == "referred"  # no permission round is loaded yet
    assert draft["report"]["photos"][0]["composition"] == "group"


def test_the_reports_are_those_of_the_demo() -> None:
    """The table's rows are what tests of the demo expect; here only that every draft stands in it."""
    try:
        titles = [post.title for post in posts()]
    except SetUpError as error:
        pytest.skip(error.detail)
    shown = " ".join(README.split())
    for number, title in enumerate(titles, 1):
        assert f"│ {number} │ {title.split()[0]}" in shown


def test_every_file_it_names_is_there() -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / link).exists(), link
