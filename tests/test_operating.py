"""What docs/operating.md shows is run as it stands there; what needs Docker is held to what there is."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from typer.main import get_command

from app.cli import app as commands
from app.web import metrics
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
CONSOLE = re.findall(r"^\$ (.+)$", GUIDE, re.MULTILINE)
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVE = ".venv/bin/python -m app serve\n"


class Shell:
    """One shell that goes through the guide, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("app", "migrations"):
            (folder / name).symlink_to(ROOT / name)
        (folder / ".venv" / "bin").mkdir(parents=True)
        python = folder / ".venv" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
        python.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEDGLING_")}
        models = Path(os.environ.get("FLEDGLING_MODELS_DIR", ROOT / ".cache" / "models"))
        shared = os.environ.get("FLEDGLING_SHARED", str(ROOT.parent / "shared"))
        own = {"FLEDGLING_MODELS_DIR": str(models), "FLEDGLING_SHARED": shared, "NO_COLOR": "1"}
        self.env = kept | own | {"FLEDGLING_DATA_DIR": str(folder / "data")}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])

    def run(self, block: str) -> str:
        """Run a block; what it set stays set."""
        block = block.replace(":8000", f":{self.port}")
        ran = subprocess.run(
            ["bash", "-c", f"set -eu -o pipefail\n{block}\nexport -p > .exported"],
            env=self.env | self._before(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert ran.returncode == 0, (block, ran.stdout, ran.stderr)
        return ran.stdout

    def _before(self) -> dict[str, str]:
        return {"BASH_ENV": str(self.folder / ".exported")} if (self.folder / ".exported").exists() else {}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What every block printed, by its first words; served from where the guide says to."""
    shell = Shell(tmp_path_factory.mktemp("operating"))
    server: subprocess.Popen[bytes] | None = None
    printed: dict[str, str] = {}
    try:
        for block in BLOCKS:
            if block == SERVE:
                order = [sys.executable, "-m", "app", "serve", "--port", str(shell.port)]
                server = subprocess.Popen(order, env=shell.env, cwd=shell.folder, stderr=subprocess.DEVNULL)
                _wait(shell.port)
                continue
            if "app migrate" in block and server is not None:
                server.terminate()
                server.wait(20)
            printed[block] = shell.run(re.sub(r"^([A-Z]+)=", r"export \1=", block, flags=re.MULTILINE))
        yield printed
    finally:
        if server is not None and server.poll() is None:
            server.terminate()
            server.wait(20)


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            httpx.get(f"http://127.0.0.1:{port}/livez").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    pytest.fail("the service does not answer")


def of(told: dict[str, str], words: str) -> str:
    (found,) = [output for block, output in told.items() if words in block]
    return found


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_first_publication_is_rehearsed(told: dict[str, str]) -> None:
    _, begins, rest = of(told, "decision.json").rpartition('{"draft_id"')
    last = json.loads(begins + rest)
    assert last["state"] in {"rehearsed", "waiting"}, "waiting outside the policy's hours"
    assert last["state"] == "rehearsed" or last["due_at"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_backup_of_a_running_service_comes_back(told: dict[str, str]) -> None:
    made, restored = of(told, "restore --check"), of(told, "elsewhere/key")
    assert "whole, made at" in made
    assert "audit trail: in order" in restored
    assert "all in order. Head:" in restored


def test_every_command_it_names_is_there() -> None:
    known = get_command(commands)
    named = re.findall(r"python -m app ([a-z]+)(?: ([a-z]+))?", GUIDE)
    assert len(named) > 20
    for command, further in named:
        found = known.commands[command]  # type: ignore[attr-defined]
        if hasattr(found, "commands"):
            assert further in found.commands, (command, further)


def test_every_metric_it_names_is_there() -> None:
    source = Path(metrics.__file__).read_text(encoding="utf-8")
    for name in re.findall(r"fledgling_[a-z_]+(?=[^a-z_.:/@])", GUIDE.partition("## Watching it")[2]):
        assert f'"{name.removesuffix("_total")}"' in source, name


def test_every_setting_and_file_it_names_is_there() -> None:
    from app.settings import Settings

    for name in re.findall(r"FLEDGLING_([A-Z][A-Z_]+[A-Z])", GUIDE):
        assert name == "SECRETS_DIR" or name.lower() in Settings.model_fields, name
    for link in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (ROOT / "docs" / link).exists(), link


def test_what_is_said_to_docker_fits_the_compose_file() -> None:
    for line in CONSOLE:
        words = shlex.split(line)
        if words[:3] == ["docker", "compose", "run"]:
            assert any(service in words for service in COMPOSE["services"]), line


def test_the_compose_file_has_no_password_and_keeps_data() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"database", "migrate", "web", "worker"}
    assert all("healthcheck" in one for name, one in services.items() if name != "web"), "the image has web's"
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    for name in ("web", "worker", "migrate"):
        assert services[name]["image"] == "fledgling"
        assert services[name]["volumes"] == ["data:/data"]
        assert services[name]["read_only"]
    assert set(COMPOSE["volumes"]) == {"data", "database"}
    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == {
        f"secrets/{name}" for name in COMPOSE["secrets"]
    }
    made = set(re.findall(r"> secrets/([a-z_]+)", GUIDE))
    assert made == set(COMPOSE["secrets"])
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or str(value).startswith("/run/secrets/"), name
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "FLEDGLING_SECRETS_DIR=/run/secrets" in image
    assert "/readyz" in image


def test_the_service_is_a_plain_role_in_the_database() -> None:
    made = COMPOSE["configs"]["plain_role"]["content"]
    (target,) = [one["target"] for one in COMPOSE["services"]["database"]["configs"]]
    assert target.startswith("/docker-entrypoint-initdb.d/")
    assert "CREATE ROLE fledgling LOGIN PASSWORD" in made
    assert "SUPERUSER" not in made
    assert "POSTGRES_USER" not in COMPOSE["services"]["database"]["environment"], "that one is a superuser"


def test_the_check_of_the_worker_is_a_program() -> None:
    program = COMPOSE["services"]["worker"]["healthcheck"]["test"]
    assert program[:3] == ["CMD", "python", "-c"]
    compile(program[3], "healthcheck", "exec")
    assert "at_work" in program[3]
