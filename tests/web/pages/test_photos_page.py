"""Photos of a post being written: taken in one by one, shown to their owner alone, attached by nobody else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import Any

import pillow_heif
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.store import drafts, photos
from tests.web.conftest import School, both_databases
from tests.web.pages.forms import DULL, Browser, Value, drawn, open_browser

KEY = "0123456789abcdef" * 2


@pytest.fixture
def author(client: TestClient, school: School) -> Browser:
    return open_browser(client, school, "author")


def _put(author: Browser, data: bytes | None = None, name: str = "a.png", *more: tuple[str, Value]) -> Any:
    parts: list[tuple[str, Value]] = [("csrf", author.csrf), ("file", (name, drawn() if data is None else data)), *more]
    return author.send(parts, to="/compose/photos")


def _src(card: str) -> str:
    (path,) = re.findall('src="([^"]+)"', card)
    return str(path)


def _compose(author: Browser, ids: Sequence[str], to: str = "/compose") -> Any:
    parts: list[tuple[str, Value]] = [("csrf", author.csrf), ("text", DULL)]
    for one in ids:
        parts += [("photo_ids", one), ("photo_alt_texts", "Bulbs")]
    return author.send(parts, to=to)


@both_databases
def test_a_photo_is_kept_shown_and_attached(author: Browser, school: School) -> None:
    answer = _put(author)
    assert answer.status_code == 201
    photo_id, card = answer.json()["id"], answer.json()["card"]
    shown = author.get(_src(card))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["cache-control"] == "no-store"
    path = _src(card).partition("?")[0]
    assert author.get(path).headers["content-type"] == "image/png"
    assert author.get(f"{path}?box=1,2,30,40").headers["content-type"] == "image/jpeg"
    place = _compose(author, [photo_id]).headers["location"]
    with school.read() as store:
        kept = drafts.get(store, place.removeprefix("/drafts/")).draft
        stored = photos.find(store, photo_id)
    assert [(one.id, one.alt_text) for one in kept.photos] == [(photo_id, "Bulbs")]
    assert stored is not None
    assert (stored.uploaded_by, stored.expires_at) == (author.person.id, None)


def test_a_phones_heic_is_taken_and_shown_as_every_browser_can(author: Browser) -> None:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.open(io.BytesIO(drawn())).convert("RGB")).save(out, quality=90)
    answer = _put(author, out.getvalue(), "IMG_0412.HEIC")
    assert answer.status_code == 201
    shown = author.get(_src(answer.json()["card"]).partition("?")[0])
    assert shown.headers["content-type"] == "image/png"  # drawn: few colours
    assert Image.open(io.BytesIO(shown.content)).size == Image.open(io.BytesIO(drawn())).size


def test_the_same_photo_sent_again_on_a_poor_line_is_one(author: Browser) -> None:
    first, again = (_put(author, None, "a.png", ("key", KEY)) for _ in range(2))
    assert again.status_code == 201
    assert again.json() == first.json()
    assert _put(author, drawn(2), "b.png", ("key", KEY)).status_code == 422
    assert _put(author, None, "a.png", ("key", "odd")).json()["id"] != first.json()["id"]


@pytest.mark.parametrize(
    ("data", "status", "slug"),
    [
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(200), 415, ""),
        (b"no picture", 415, ""),
        (b"", 415, ""),
        (b"x" * 20_000_001, 413, "photo-too-large"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(author: Browser, data: bytes, status: int, slug: str) -> None:
    answer = _put(author, data)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert slug in answer.json()["type"]
    assert len(answer.json()["detail"]) > 20


def test_one_photo_is_sent_at_a_time(author: Browser) -> None:
    two: list[tuple[str, Value]] = [("csrf", author.csrf), ("file", ("a.png", drawn())), ("file", ("b.png", drawn()))]
    assert author.send(two, to="/compose/photos").status_code == 422
    assert author.post("/compose/photos", file="words").status_code == 422
    assert author.send([("csrf", "made up"), two[1]], to="/compose/photos").status_code == 403


def test_nobody_else_sees_or_attaches_it(author: Browser, new_client: Callable[[], TestClient], school: School) -> None:
    kept = _put(author).json()
    others = [open_browser(new_client(), school, role) for role in ("author", "approver", "administrator")]
    for other in others:
        assert other.get(_src(kept["card"])).status_code == 404
        for to in ("/compose", "/compose/check", "/compose/live"):
            answer = _compose(other, [kept["id"]], to)
            assert answer.status_code == 422
            assert "not there any more" in answer.text or "unknown" in answer.text
        fixed = other.post("/compose/fix", text=DULL, photo_ids=kept["id"], use="cover 0 40,160,130,280")
        assert fixed.status_code == 422
    assert new_client().get(_src(kept["card"])).status_code == 303
    assert open_browser(new_client(), school, "dpo").get(_src(kept["card"])).status_code == 403


def test_a_path_belongs_to_one_session(author: Browser, school: School) -> None:
    path = _src(_put(author).json()["card"])
    school.sign_in(author.client, author.person)
    assert author.get(path).status_code == 404


@pytest.mark.parametrize("query", ["box=1,2", "box=9,9,1,1", "box=0,0,99999,99999", "size=0", "size=9999", "size=a"])
def test_no_other_part_of_a_photo_is_shown(author: Browser, query: str) -> None:
    path = _src(_put(author).json()["card"]).partition("?")[0]
    assert author.get(f"{path}?{query}").status_code == 404


def test_a_photo_whose_day_is_over_leaves_the_form_and_is_told(author: Browser, school: School) -> None:
    kept = _put(author).json()
    other = open_browser(author.client, school, "author")
    assert _compose(other, [kept["id"]]).status_code == 422
    page = _compose(other, [kept["id"]]).text
    assert "Photo 1: is not there any more" in page
    assert kept["id"] not in page


def test_five_photos_are_too_many(author: Browser) -> None:
    kept = [_put(author).json()["id"] for _ in range(4)]
    answer = _compose(author, [*kept, kept[0]])
    assert answer.status_code == 422
    assert "Photos: at most 4 are taken." in answer.text
    assert _compose(author, kept).status_code == 303
