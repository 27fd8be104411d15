"""vet: the exit status is the verdict, and 3 whatever went wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.jobs import Here
from app.main import open_service, serve
from app.settings import Settings
from app.vision import models
from tests.cli.conftest import CommandLine
from tests.seeing import BLUE, RED, drawn

NEWS = "Year 4 built a Roman road in the playground today and it held a bicycle!"
NAMED = "Well done to Priya Patel in Holly class for her volcano poem!"


@pytest.mark.parametrize(
    ("text", "status", "word"),
    [(NEWS, 0, "READY (approve)"), ("Join us on Saturday at 2pm!", 1, "CHECK (refer)"), (NAMED, 2, "STOP (reject)")],
)
def test_the_exit_status_is_the_verdict(command: CommandLine, text: str, status: int, word: str) -> None:
    done = command("vet", text)
    assert (done.status, done.err) == (status, "")
    assert done.out.startswith(f"{word} {text}\n")
    assert command("vet", "-", stdin=f"{text}\n".encode()).status == status


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--no-such-option", NEWS),
        (NEWS, "--photo", "nowhere.jpg"),
        (NEWS, "--photo", "{text_file}"),
        (NEWS, *["--photo", "{photo}"] * 5),
        (NEWS, "--alt", "of no photo"),
        (NEWS, "--event", "no-such-event"),
        (NEWS, "--school", "elm-park"),
        ("a" * 4001,),
    ],
    ids=["no text", "option", "no file", "no photo", "five photos", "alt text", "event", "school", "too long"],
)
def test_what_could_not_run_is_no_verdict(command: CommandLine, tmp_path: Path, args: tuple[str, ...]) -> None:
    (tmp_path / "photo.png").write_bytes(drawn(RED))
    (tmp_path / "text.png").write_text("no photo")
    places = {"photo": str(tmp_path / "photo.png"), "text_file": str(tmp_path / "text.png")}
    done = command("vet", *(arg.format(**places) for arg in args))
    assert (done.status, done.out) == (3, "")
    assert done.err
    assert "Traceback" not in done.err


def test_text_that_is_not_utf8_could_not_run(command: CommandLine) -> None:
    done = command("vet", "-", stdin=b"caf\xe9")
    assert (done.status, done.out) == (3, "")
    assert "UTF-8" in done.err


def test_a_failure_of_the_service_is_no_verdict(command: CommandLine) -> None:
    command.environment["FLEDGLING_DATABASE_URL"] = "no url at all"
    assert command("vet", NEWS).status == 3
    (command.folder / "key").write_text("another key")
    del command.environment["FLEDGLING_DATABASE_URL"]
    assert command("vet", NEWS).status == 3


def shape(value: Any) -> Any:
    """The names of a report, and of what kind their values are."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


def test_json_is_the_report_of_the_api(command: CommandLine, tmp_path: Path) -> None:
    photo = tmp_path / "hall.png"
    photo.write_bytes(drawn(RED, BLUE))
    args = ("--photo", str(photo), "--alt", "Two shapes", "--class", "Oak", "--outsiders")
    done = command("vet", NAMED, *args, "--json")
    assert done.status == 2
    told = json.loads(done.out)
    secret = command.done("key", "create", "--name", "cms", "--scope", "drafts:write").out.strip()
    settings = Settings(data_dir=command.folder, database_url="", key=None)
    places = {name: Path(path) for name, path in command.environment.items()}
    engine = models.ready(places["FLEDGLING_MODELS_DIR"], places["FLEDGLING_SHARED"])
    with TestClient(serve(open_service(settings, crew=Here(lambda: engine)))) as client:
        answer = client.post(
            "/v1/vet",
            headers={"Authorization": f"Bearer {secret}"},
            data={"text": NAMED, "alt_texts": ["Two shapes"], "classes": ["Oak"], "outsiders": "true"},
            files=[("photos", (photo.name, photo.read_bytes(), "image/png"))],
        ).json()
    assert shape(told) == shape(answer)
    assert {**told, "vetted_at": ""} == {**answer, "vetted_at": ""}
    assert all("pupils" not in one for one in told["findings"])


def test_a_photo_without_alt_text_is_found_wanting_and_nothing_is_kept(command: CommandLine, tmp_path: Path) -> None:
    photo = tmp_path / "hall.png"
    photo.write_bytes(drawn())
    before = command.files()
    done = command("vet", NEWS, "--photo", str(photo))
    assert done.status == 1
    assert "photos.no-alt-text" in done.out
    after = command.files()
    database = str(command.folder / "fledgling.db")
    assert after.keys() == before.keys()
    assert {name for name in after if after[name] != before[name]} <= {database}, "at most the snapshot's version"


def test_another_account_is_not_ours(command: CommandLine) -> None:
    done = command("vet", NEWS, "--account", "@somebody")
    assert done.status == 2
    assert "accounts.not-ours" in done.out


def test_notes_and_the_text_without_names_are_printed(command: CommandLine) -> None:
    done = command("vet", f"{NAMED} See whitehouse.org")
    assert "note: A post with a link costs the school about $0.20" in done.out
    assert "without names: Well done to a Year 3 pupil in Holly class for her volcano poem!" in done.out
    assert "without names" not in command("vet", NEWS).out
