"""Bad pictures at the door: a problem with its slug and nothing kept, or a photo that is what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.vision import corpus, samples
from tests.vision.samples import encoded, noise, quarters
from tests.web.api.test_bad_input import nothing_stored, problem
from tests.web.conftest import School


def files_of(school: School) -> set[Path]:
    """All files of the data folder but the database's own."""
    return {one for one in school.service.settings.data_dir.rglob("*") if one.is_file() and ".db" not in one.name}


def send(client: TestClient, author: dict[str, str], data: bytes, name: str = "x.jpg", kind: str = "image/jpeg") -> Any:
    return client.post("/v1/photos", headers=author, files={"file": (name, data, kind)})


def rules(client: TestClient, author: dict[str, str], data: bytes) -> dict[str, Any]:
    """The rules that a draft with that photo trips, and where."""
    files = [("photos", ("x.jpg", data, "image/jpeg"))]
    report = client.post("/v1/vet", headers=author, data={"text": "x", "alt_texts": "Colours"}, files=files).json()
    return {finding["rule"]: finding["where"] for finding in report["findings"]}


def test_what_is_not_taken(client: TestClient, school: School, author: dict[str, str]) -> None:
    before = files_of(school)
    for _, data, slug in corpus.foreign():
        problem(send(client, author, data), 413 if slug == "photo-too-large" else 415, slug)
    for _, data, _ in corpus.broken():
        problem(send(client, author, data), 422, "photo-truncated")
    for kind in samples.FORMATS:
        problem(send(client, author, samples.bomb(kind)), 413, "photo-too-many-pixels")
    assert nothing_stored(school)
    assert files_of(school) == before


def test_random_bytes_never_break_the_door(client: TestClient, author: dict[str, str]) -> None:
    answers = [send(client, author, data) for _, data in corpus.scrambled()]
    assert {201, 422} <= {answer.status_code for answer in answers} <= {201, 413, 415, 422}
    assert all(answer.status_code == 201 or answer.json()["detail"] for answer in answers)


@pytest.mark.parametrize(
    ("file_name", "said"), [("x.txt", "text/plain"), ("x.gif", "image/gif"), ("x.pdf", "video/mp4")]
)
def test_a_photo_is_what_it_holds_whatever_it_is_called(
    client: TestClient, author: dict[str, str], file_name: str, said: str
) -> None:
    for name, data in corpus.every_kind(quarters()).items():
        answer = send(client, author, data, file_name, said)
        assert answer.status_code == 201, name
        assert (answer.json()["width"], answer.json()["height"]) == (96, 64), name


def test_what_is_kept_of_a_photo_and_archive_is_the_photo(
    client: TestClient, school: School, author: dict[str, str]
) -> None:
    before = files_of(school)
    assert send(client, author, dict(corpus.several())["jpeg and zip at once"].data).status_code == 201
    (kept,) = files_of(school) - before
    assert b"PK\x03\x04" not in kept.read_bytes()


def test_half_a_photo_goes_to_a_person(client: TestClient, author: dict[str, str]) -> None:
    """A broken download that some program has closed: nothing but its grey end tells."""
    whole = encoded(noise(), "jpeg")
    assert "photos.unseen" in rules(client, author, whole[: len(whole) // 2] + b"\xff\xd9")
    assert "photos.unseen" not in rules(client, author, whole)


@pytest.mark.parametrize("code", ["utf-8", "utf-16", "utf-16-be"])
def test_a_name_in_the_caption_is_found_in_every_code(client: TestClient, author: dict[str, str], code: str) -> None:
    raw = "Alice Smith".encode(code)
    block = corpus.exif_block(corpus.entry(0x010E, 2, len(raw) + 2, 26), after=raw + b"\0\0")
    data = samples.with_segment(encoded(quarters(), "jpeg"), 0xE1, b"Exif\0\0" + block)
    assert rules(client, author, data)["names.pupil-named"]["field"] == "metadata"
