"""What bad input gets: a problem with a stable slug, and nothing stored. Never a 5xx."""

from __future__ import annotations

import io
import json
import struct
import zlib
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.domain import Stage
from app.store import drafts, photos
from tests.web.api.test_vet import BLUE, GOOD_NEWS, photo
from tests.web.conftest import School

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 400


def huge_png(side: int = 40_000) -> bytes:
    """A PNG of a few kilobytes that says it has side x side pixels, and does."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    row = b"\x00" * (side // 8 + 1)
    lines = packer.compress(row * 500) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def animated(kind: str) -> bytes:
    held = io.BytesIO()
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    frames[0].save(held, kind, save_all=True, append_images=frames[1:])
    return held.getvalue()


def jpeg() -> bytes:
    held = io.BytesIO()
    Image.effect_noise((400, 300), 60).convert("RGB").save(held, "JPEG")
    return held.getvalue()


PHOTOS = {
    "text": (b"not a picture at all", 415, "not-an-image"),
    "empty": (b"", 415, "not-an-image"),
    "truncated": (jpeg()[:-4000], 422, "photo-truncated"),
    "animated gif": (animated("GIF"), 415, "photo-animated"),
    "animated webp": (animated("WEBP"), 415, "photo-animated"),
    "animated png": (animated("PNG"), 415, "photo-animated"),
    "video": (MP4, 415, "photo-unsupported"),
    "svg": (SVG, 415, "photo-unsupported"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + b"0" * 200, 415, "photo-unsupported"),
    "40,000 x 40,000": (huge_png(), 413, "photo-too-many-pixels"),
    "25 MB": (jpeg() + b"\x00" * 25_000_000, 413, "photo-too-large"),
}


def nothing_stored(school: School) -> bool:
    with school.read() as store:
        page = drafts.queue(store, limit=10, stages=list(Stage))
        kept = photos.expired(store, limit=10, now=school.service.clock().replace(year=2100))
    files = list((school.service.settings.data_dir / "photos").rglob("*.*"))
    return page.items == () and kept == () and files == []


def problem(answer: Any, status: int, slug: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("name", PHOTOS)
def test_a_photo_that_is_not_taken(client: TestClient, school: School, author: dict[str, str], name: str) -> None:
    data, status, slug = PHOTOS[name]
    problem(client.post("/v1/photos", headers=author, files={"file": ("x.jpg", data, "image/jpeg")}), status, slug)
    for path in ("/v1/vet", "/v1/drafts"):
        answer = client.post(
            path, headers=author, data={"text": "x"}, files=[("photos", ("x.jpg", data, "image/jpeg"))]
        )
        problem(answer, status, slug)
    assert nothing_stored(school)


BODIES: dict[str, tuple[bytes, str]] = {
    "broken JSON": (b'{"text": "x"', "not-json"),
    "no JSON": (b"text=x", "not-json"),
    "NaN": (b'{"text": "x", "outsiders": NaN}', "not-json"),
    "deep JSON": (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not-json"),
    "not UTF-8": (b'{"text": "\xff\xfe"}', "not-utf-8"),
    "a list": (b'[{"text": "x"}]', "malformed"),
    "null": (b"null", "malformed"),
    "a wrong type": (b'{"text": 7}', "malformed"),
    "a word for a bool": (b'{"text": "x", "outsiders": "maybe"}', "malformed"),
    "an unknown field": (b'{"text": "x", "retweets": 1}', "malformed"),
    "4,001 code points": (json.dumps({"text": "a" * 4001}).encode(), "malformed"),
    "a lone surrogate": (b'{"text": "x\\ud800y"}', "malformed"),
    "NUL": (b'{"text": "x\\u0000y"}', "malformed"),
    "NUL in a class": (b'{"text": "x", "classes": ["O\\u0000ak"]}', "malformed"),
    "five photos": (json.dumps({"text": "x", "photos": [{"id": str(at)} for at in range(5)]}).encode(), "malformed"),
    "an unknown photo": (b'{"text": "x", "photos": [{"id": "nobody"}]}', "photo-unknown"),
    "a photo id with NUL": (b'{"text": "x", "photos": [{"id": "a\\u0000"}]}', "malformed"),
    "an unknown event": (b'{"text": "x", "event_id": "nothing"}', "event-unknown"),
    "a naive instant": (b'{"text": "x", "publish_at": "2026-12-01T09:00:00"}', "malformed"),
    "no instant": (b'{"text": "x", "publish_at": "tomorrow"}', "malformed"),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("path", ["/v1/vet", "/v1/drafts"])
def test_a_body_that_is_no_draft(
    client: TestClient, school: School, author: dict[str, str], path: str, name: str
) -> None:
    body, slug = BODIES[name]
    answer = client.post(path, headers=author | {"Content-Type": "application/json"}, content=body)
    told = problem(answer, 422, slug)
    if slug == "malformed":
        assert all(fault["pointer"].startswith("#") and fault["detail"] for fault in told["errors"])
    assert nothing_stored(school)


def test_the_pointer_leads_to_the_fault(client: TestClient, author: dict[str, str]) -> None:
    body = {"text": "x", "photos": [{"id": "a"}, {"id": 5}]}
    told = problem(client.post("/v1/vet", headers=author, json=body), 422, "malformed")
    assert [fault["pointer"] for fault in told["errors"]] == ["#/photos/1/id"]


FORMS: dict[str, dict[str, Any]] = {
    "an unknown field": {"data": {"text": "x", "mood": "good"}},
    "text twice": {"data": {"text": ["x", "y"]}},
    "4,001 code points": {"data": {"text": "a" * 4001}},
    "NUL": {"data": {"text": "a\x00b"}},
    "text as a file": {"files": [("text", ("x.txt", b"x", "text/plain"))]},
    "more alt texts than photos": {"data": {"text": "x", "alt_texts": ["a"]}},
    "a word for a bool": {"data": {"text": "x", "outsiders": "perhaps"}},
    "five photos": {
        "data": {"text": "x"},
        "files": [("photos", (f"{at}.png", photo(BLUE), "image/png")) for at in range(5)],
    },
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_no_draft(client: TestClient, school: School, author: dict[str, str], name: str) -> None:
    form = dict(FORMS[name])
    form.setdefault(
        "files", [("photos", ("", b"", "image/png"))] if "alt" not in name and "photos" not in name else None
    )
    if name in {"an unknown field", "text twice", "4,001 code points", "NUL", "a word for a bool"}:
        form["files"] = [("photos", ("a.png", photo(BLUE), "image/png"))]
    if name == "more alt texts than photos":
        form["files"] = [("photos", ("a.png", photo(BLUE), "image/png"))]
        form["data"] = {"text": "x", "alt_texts": ["a", "b"]}
    problem(client.post("/v1/drafts", headers=author, **form), 422, "malformed")
    assert nothing_stored(school)


def test_bytes_that_are_no_form(client: TestClient, author: dict[str, str]) -> None:
    for content_type in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = client.post("/v1/vet", headers=author | {"Content-Type": content_type}, content=b"--nonsense")
        problem(answer, 422, "form-broken")


def test_a_field_that_is_not_utf_8_is_read_as_latin_1(client: TestClient, author: dict[str, str]) -> None:
    """What old forms send; what would be published is what was read and judged."""
    head = author | {"Content-Type": "multipart/form-data; boundary=x"}
    body = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nCaf\xe9\r\n--x--\r\n'
    report = client.post("/v1/vet", headers=head, content=body).json()
    assert report["digest"] == client.post("/v1/vet", headers=author, json={"text": "Café"}).json()["digest"]


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/x-www-form-urlencoded"])
def test_another_kind_of_body(client: TestClient, author: dict[str, str], kind: str) -> None:
    answer = client.post("/v1/drafts", headers=author | {"Content-Type": kind}, content=b"text=x")
    problem(answer, 415, "unsupported-media-type")


def test_a_body_without_end(client: TestClient, school: School, author: dict[str, str]) -> None:
    answer = client.post(
        "/v1/drafts", headers=author | {"Content-Type": "application/json"}, content=b'{"text": "' + b"a" * 2_000_000
    )
    problem(answer, 413, "body-too-large")

    def drip() -> Any:
        for _ in range(40):
            yield b"a" * 50_000

    answer = client.post("/v1/drafts", headers=author | {"Content-Type": "application/json"}, content=drip())
    problem(answer, 413, "body-too-large")
    assert nothing_stored(school)


def test_nothing_sent_is_quoted_back(client: TestClient, author: dict[str, str]) -> None:
    for body in ({"text": 7, "account": "Priya Patel"}, {"text": "Priya Patel", "classes": "Priya Patel"}):
        answer = client.post("/v1/vet", headers=author, json=body)
        assert answer.status_code == 422
        assert "Priya" not in answer.text


def test_paths_and_methods_that_are_not_there(client: TestClient, author: dict[str, str]) -> None:
    problem(client.get("/v1/nothing", headers=author), 404, "not-found")
    problem(client.patch("/v1/vet", headers=author), 405, "method-not-allowed")
    problem(client.get("/v1/drafts/%01%00", headers=author), 404, "not-found")


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("/v1/drafts?limit=0", "#/query/limit"),
        ("/v1/drafts?limit=many", "#/query/limit"),
        ("/v1/drafts?cursor=rubbish", "#/cursor"),
        ("/v1/drafts?cursor=%00", "#/cursor"),
    ],
)
def test_a_page_that_is_not_there(client: TestClient, author: dict[str, str], path: str, pointer: str) -> None:
    told = problem(client.get(path, headers=author), 422, "malformed")
    assert [fault["pointer"] for fault in told["errors"]] == [pointer]


def test_good_news_still_passes(client: TestClient, author: dict[str, str]) -> None:
    """The counterpart of all the above: the same doors let a good draft in."""
    assert client.post("/v1/drafts", headers=author, json={"text": GOOD_NEWS}).status_code == 201


@pytest.mark.parametrize("path", ["/v1/vet", "/v1/drafts", "/v1/photos"])
def test_a_form_that_breaks_off(client: TestClient, school: School, author: dict[str, str], path: str) -> None:
    head = author | {"Content-Type": "multipart/form-data; boundary=B"}
    whole = b'--B\r\nContent-Disposition: form-data; name="text"\r\n\r\nWell done to everybody\r\n--B--\r\n'
    for cut in (8, 10, 20, 30):
        problem(client.post(path, headers=head, content=whole[:-cut]), 422, "form-broken")
    assert nothing_stored(school)


@pytest.mark.parametrize("field", ["reply_to", "repost_of", "source_url"])
@pytest.mark.parametrize(
    "value", ["notaurl", "javascript:alert(1)", "https://", "//x.com/a", "http://[", "ftp://x.com/a"]
)
def test_an_address_that_is_none(client: TestClient, author: dict[str, str], field: str, value: str) -> None:
    told = problem(client.post("/v1/vet", headers=author, json={"text": "x", field: value}), 422, "malformed")
    assert [fault["pointer"] for fault in told["errors"]] == [f"#/{field}"]


def test_a_body_of_another_route_that_is_not_utf_8(client: TestClient, school: School) -> None:
    headers = school.key("register:write") | {"Content-Type": "application/json"}
    problem(client.put("/v1/permission-round", headers=headers, content=b"\xff\xfe{"), 422, "not-json")
