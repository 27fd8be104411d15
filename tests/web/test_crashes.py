"""Photos that kill what looks at them: each fails alone, says so, and the service goes on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.conftest import ROOT
from tests.jobs.watching import children_of, gone
from tests.seeing import BLUE, GREEN, RED, drawn
from tests.vision.samples import encoded
from tests.web.conftest import School
from tests.web.fragile import CRASHING, HANGING

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
DULL = "We planted bulbs by the gate."


@dataclass(frozen=True)
class Server:
    """A service in a process of its own, and where its words go."""

    process: subprocess.Popen[bytes]
    client: httpx.Client
    log: Path

    @property
    def workers(self) -> set[int]:
        return children_of(self.process.pid)

    def vet(self, *photos: bytes) -> Any:
        files = [("photos", ("hall.png", one, "image/png")) for one in photos]
        form = {"text": DULL, "alt_texts": ["Children"] * len(photos)}
        answer = self.client.post("/v1/vet", data=form, files=files)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def store(self, photo: bytes) -> httpx.Response:
        return self.client.post("/v1/photos", files={"file": ("hall.png", photo, "image/png")})


@pytest.fixture
def server(school: School, tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = school.service.settings
    assert settings.key is not None
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FLEDGLING_")}
    given = {
        "FLEDGLING_DATA_DIR": str(settings.data_dir),
        "FLEDGLING_DATABASE_URL": settings.url,
        "FLEDGLING_KEY": settings.key.get_secret_value(),
    }
    key = school.key("drafts:write", "review:write")
    log = tmp_path / "server.log"
    order = [sys.executable, "-c", "from tests.web.fragile import main; main()", str(port)]
    with log.open("wb") as words:
        process = subprocess.Popen(order, cwd=ROOT, env=kept | given, stdout=words, stderr=words)
    address = f"http://127.0.0.1:{port}"
    with process, httpx.Client(base_url=address, headers=key, timeout=30, trust_env=False) as client:
        try:
            _await_readiness(client, process, log)
            yield Server(process, client, log)
        finally:
            process.kill()


def _await_readiness(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


def rules(report: Any) -> set[str]:
    return {finding["rule"] for finding in report["findings"]}


@pytest.mark.parametrize("harmful", [CRASHING, HANGING], ids=["crash", "hang"])
def test_a_photo_whose_look_kills_the_process_is_unseen_and_the_next_one_is_fine(
    server: Server, harmful: tuple[int, int, int]
) -> None:
    report = server.vet(drawn(RED, harmful), drawn(RED, BLUE, GREEN))
    bad, good = report["photos"]
    assert report["verdict"] == "refer"
    assert "photos.unseen" in rules(report)
    assert (bad["unseen"], bad["faces"]) == (["detector-failed", "words-not-read"], [])
    assert (good["unseen"], len(good["faces"])) == ([], 3)
    (after,) = server.vet(drawn(BLUE, GREEN))["photos"]
    assert (after["unseen"], len(after["faces"])) == ([], 2)
    assert len(server.workers) == 1, "the dead one was buried and replaced"


def test_a_stored_photo_that_kills_its_look_is_kept_and_unseen_in_its_draft(server: Server) -> None:
    stored = server.store(drawn(RED, CRASHING))
    assert stored.status_code == 201
    photos = [{"id": stored.json()["id"], "alt_text": "Children"}]
    draft = server.client.post("/v1/drafts", json={"text": DULL, "photos": photos})
    assert draft.status_code == 201
    report = draft.json()["report"]
    assert (report["verdict"], report["photos"][0]["unseen"]) == ("refer", ["detector-failed", "words-not-read"])


def test_a_photo_that_cannot_be_opened_alive_is_a_problem_and_nothing_is_kept(server: Server, school: School) -> None:
    files = sorted(school.service.settings.data_dir.rglob("*"))
    heavy = encoded(Image.new("RGB", (7000, 7000)), "jpeg")  # allowed, and more than these processes may take
    for answer in (
        server.store(heavy),
        server.client.post("/v1/vet", data={"text": DULL}, files={"photos": ("x.jpg", heavy, "image/jpeg")}),
    ):
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/problems/photo-unreadable"
    assert [one for one in sorted(school.service.settings.data_dir.rglob("*")) if ".db" not in one.name] == [
        one for one in files if ".db" not in one.name
    ]
    assert server.store(drawn(RED)).status_code == 201


def test_ended_in_the_middle_of_a_look_nothing_is_left_and_nothing_of_it_is_told(server: Server) -> None:
    assert server.store(drawn(RED, HANGING)).status_code == 201
    (worker,) = server.workers
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) in {0, -signal.SIGTERM}
    assert gone(worker)
    told = server.log.read_text()
    assert "Traceback" not in told
    assert "hall.png" not in told
