"""What the contract promises, tried over HTTP and on the command line."""

from __future__ import annotations

import io
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.acceptance.conftest import ROSTER, School

CSV = {"content-type": "text/csv"}


def vet(client: httpx.Client, **draft: Any) -> dict[str, Any]:
    answer = client.post("/v1/vet", json=draft)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rules(report: dict[str, Any]) -> set[str]:
    return {finding["rule"] for finding in report["findings"]}


def submit(client: httpx.Client, **draft: Any) -> dict[str, Any]:
    answer = client.post("/v1/drafts", json=draft)
    assert answer.status_code == 201, answer.text
    stored: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/drafts/{stored['id']}"
    return stored


def decide(client: httpx.Client, draft: dict[str, Any], **changed: Any) -> httpx.Response:
    wanted = {"decision": "approve", "digest": draft["digest"], "reason": ""} | changed
    return client.post(f"/v1/drafts/{draft['id']}/decision", json=wanted)


def upload(client: httpx.Client, data: bytes, name: str = "photo.jpg") -> httpx.Response:
    return client.post("/v1/photos", files={"file": (name, data, "image/jpeg")})


def encoded(picture: Image.Image, kind: str, **how: Any) -> bytes:
    into = io.BytesIO()
    picture.save(into, kind, **how)
    return into.getvalue()


def assert_problem(answer: httpx.Response, status: int, slug: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("/problems/")
    assert told["title"]
    if slug:
        assert told["type"] == f"/problems/{slug}"


# ---------------------------------------------------------------- rules


@pytest.mark.parametrize(
    ("text", "rule", "verdict"),
    [
        ("", "wording.empty", "reject"),
        ("\u200b\u2060 \ufe0f", "wording.empty", "reject"),
        ("We had a lovely time at school. " * 5, "wording.too-long", "reject"),
        ("What a load of sh1t weather for sports day", "wording.offensive", "reject"),
        ("Sports day was f u c k i n g cold", "wording.offensive", "reject"),
        ("Call Mrs Begum on 07700 900123 for tickets", "wording.private-details", "reject"),
        ("Happy birthday! Born 12/03/2018", "wording.private-details", "reject"),
        ("A Year 6 pupil was excluded today", "wording.sensitive-fact", "refer"),
        ("We had fun today.It was great", "wording.accidental-link", "approve"),
        ("DM us for details", "accounts.private-discussion", "reject"),
        ("@LeedsRhinos thanks for the visit!", "accounts.reply", "refer"),
        ("RT @LeedsRhinos: great day out", "accounts.repost", "refer"),
        ("We are at the museum right now!", "events.not-yet-over", "refer"),
        ("Well done Alice, great reading", "names.pupil-named", "reject"),
        ("Champion: A l i c e  S m i t h", "names.pupil-named", "reject"),
        ("#WellDoneAliceSmith for the win", "names.pupil-named", "reject"),
        ("Star of the week in Oak: A.S.", "names.pupil-named", "reject"),
    ],
)
def test_rules_trip(cms: httpx.Client, text: str, rule: str, verdict: str) -> None:
    report = vet(cms, text=text)
    assert rule in rules(report)
    assert report["verdict"] == verdict
    assert "Alice" not in str(report["findings"])


@pytest.mark.parametrize(
    "text",
    [
        "What a superstar day in Oak class! We learned all about volcanoes.",
        "Year 4 had hope in their hearts as they planted rose bushes",
        "Mrs Grace's class wrote poems about Will Shakespeare",
        "Thomas the Tank Engine visited Reception!",
        "Childline is there for you: 0800 1111",
        "Scunthorpe museum visit was a hit",
        "Jack and the Beanstalk was our panto",
        "A robin visited our bird table in the garden",
        "Holly and ivy wreaths made at forest school",
        "Thank you to parents for a wonderful turnout yesterday",
    ],
)
def test_good_news_is_approved(cms: httpx.Client, text: str) -> None:
    report = vet(cms, text=text)
    assert report["verdict"] == "approve", report["findings"]


def test_spans_count_code_points(cms: httpx.Client) -> None:
    text = "wow 🎉🎉 e\u0301 Well done Alice Smith!"
    found = next(one for one in vet(cms, text=text)["findings"] if one["rule"] == "names.pupil-named")
    assert found["where"]["field"] == "text"
    assert text[found["where"]["start"] : found["where"]["end"]] == "Alice Smith"


def test_report_has_the_contracts_shape(cms: httpx.Client, reviewer: httpx.Client) -> None:
    report = vet(cms, text="Well done Alice Smith https://example.org @bbc #fun")
    assert {"verdict", "findings", "text", "photos", "digest", "policy", "engine", "vetted_at"} <= set(report)
    assert {"weighted_length", "x_limit", "policy_length", "policy_limit", "urls", "mentions", "hashtags"} <= set(
        report["text"]
    )
    shape = {"rule", "outcome", "title", "clause", "clause_text", "message", "hint", "where"}
    assert all(shape <= set(finding) and "pupils" not in finding for finding in report["findings"])
    assert len(report["digest"]) == 64
    vetted_at = datetime.fromisoformat(report["vetted_at"])
    assert vetted_at.utcoffset() is not None
    assert not vetted_at.utcoffset()
    told = next(one for one in vet(reviewer, text="Well done Alice Smith")["findings"] if one.get("pupils"))
    assert len(told["pupils"]) == 1


def test_handles_ignore_case_and_at(cms: httpx.Client) -> None:
    assert "accounts.not-ours" not in rules(vet(cms, text="Lovely bread", account="@WhitehousePS"))
    assert "accounts.not-ours" in rules(vet(cms, text="Lovely bread", account="@elsewhere"))


# ---------------------------------------------------------------- doors and malformed input


def test_doors_are_shut(cms: httpx.Client, office: httpx.Client) -> None:
    with httpx.Client(base_url=cms.base_url, trust_env=False) as bare:
        assert_problem(bare.post("/v1/vet", json={"text": "x"}), 401)
        assert_problem(bare.get("/v1/queue", headers={"authorization": "Bearer nope"}), 401)
        assert bare.get("/livez").status_code == bare.get("/readyz").status_code == 200
        assert bare.get("/openapi.json").json()["openapi"].startswith("3.1")
    assert_problem(cms.get("/v1/queue"), 403)
    assert_problem(cms.put("/v1/roster", content=ROSTER, headers=CSV), 403)
    assert_problem(office.post("/v1/drafts", json={"text": "x"}), 403)


def test_revoked_key_is_refused_at_once(school: School, cms: httpx.Client) -> None:
    made = school.run("key", "create", "--name", "brief", "--scope", "drafts:write")
    headers = {"authorization": f"Bearer {made.stdout.strip().splitlines()[-1]}"}
    assert cms.post("/v1/vet", json={"text": "x"}, headers=headers).status_code == 200
    key_id = made.stderr.split()[1]
    assert school.run("key", "revoke", key_id).returncode == 0
    assert_problem(cms.post("/v1/vet", json={"text": "x"}, headers=headers), 401)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b"",
        b"[" * 100_000,
        b'{"text": 5}',
        b'{"text": NaN}',
        b'{"text": "\xff"}',
        b'{"text": "a\\ud800b"}',
        b'{"text": "a\\u0000b"}',
        b'{"text": "x", "photos": {}}',
        b'{"text": "x", "photos": [{"id": "nope"}]}',
        b'{"text": "x", "event_id": "nope"}',
        b'{"text": "x", "outsiders": "maybe"}',
        b'{"text": "' + b"x" * 4001 + b'"}',
    ],
)
@pytest.mark.parametrize("path", ["/v1/vet", "/v1/drafts"])
def test_malformed_drafts(cms: httpx.Client, path: str, body: bytes) -> None:
    assert_problem(cms.post(path, content=body, headers={"content-type": "application/json"}), 422)


def test_five_photos_are_too_many(cms: httpx.Client) -> None:
    dot = encoded(Image.new("RGB", (64, 64), "white"), "PNG")
    parts = [("photos", (f"{number}.png", dot, "image/png")) for number in range(5)]
    assert_problem(cms.post("/v1/vet", files=parts, data={"text": "x"}), 422)


# ---------------------------------------------------------------- photos


def bomb() -> bytes:
    """A PNG of a few hundred bytes that says it is 40,000 × 40,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = (40_000).to_bytes(4, "big") * 2 + bytes((1, 0, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(999))) + chunk(b"IEND", b"")
    )


def bad_photos() -> dict[str, tuple[bytes, int]]:
    plain = Image.effect_noise((320, 240), 60).convert("RGB")
    turned = plain.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    jpeg = encoded(plain, "JPEG")
    moving = {"save_all": True, "append_images": [turned]}
    return {
        "text": (b"hello " * 40, 415),
        "empty": (b"", 415),
        "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415),
        "pdf": (b"%PDF-1.4 ...", 415),
        "video": (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500), 415),
        "animated-gif": (encoded(plain, "GIF", **moving), 415),
        "animated-webp": (encoded(plain, "WEBP", **moving), 415),
        "animated-png": (encoded(plain, "PNG", **moving), 415),
        "bmp": (encoded(plain, "BMP"), 415),
        "truncated": (jpeg[: len(jpeg) // 2], 422),
        "bomb": (bomb(), 413),
        "heavy": (jpeg + bytes(25_000_000 - len(jpeg)), 413),
    }


@pytest.mark.parametrize("kind", sorted(bad_photos()))
def test_bad_photos_are_refused(cms: httpx.Client, school: School, kind: str) -> None:
    folder = Path(school.environment["FLEDGLING_DATA_DIR"])
    before = sorted(folder.rglob("photos/**/*"))
    data, status = bad_photos()[kind]
    assert_problem(upload(cms, data), status)
    assert sorted(folder.rglob("photos/**/*")) == before


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "HEIF"])
def test_photos_are_told_by_content(cms: httpx.Client, school: School, kind: str) -> None:
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    answer = upload(cms, encoded(Image.new("RGB", (300, 200), "navy"), kind), "misleading.txt")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert {"id", "sha256", "width", "height", "bytes", "expires_at"} <= set(told)
    assert (told["width"], told["height"]) == (300, 200)
    kept = [one for one in Path(school.environment["FLEDGLING_DATA_DIR"]).rglob("photos/**/*") if one.is_file()]
    assert kept
    assert not any(one.read_bytes()[:3] == b"\xff\xd8\xff" for one in kept)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_set_upright(cms: httpx.Client, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    told = upload(cms, encoded(Image.new("RGB", (300, 200), "teal"), "JPEG", exif=exif)).json()
    assert (told["width"], told["height"]) == ((200, 300) if orientation > 4 else (300, 200))


def test_faces_on_a_real_photo(cms: httpx.Client, shared: Path) -> None:
    photo = upload(cms, (shared / "data" / "faces" / "scenes" / "2501e14cf85d.jpg").read_bytes()).json()
    report = vet(cms, text="Friends", photos=[{"id": photo["id"], "alt_text": "four friends"}])
    facts = report["photos"][0]
    assert (facts["width"], facts["height"], facts["composition"]) == (1920, 1537, "group")
    assert facts["sha256"] == photo["sha256"]
    assert len(facts["faces"]) == 4
    for face in facts["faces"]:
        box = face["box"]
        assert 0 <= box["left"] < box["right"] <= 1920
        assert 0 <= box["top"] < box["bottom"] <= 1537
        assert face["match"] is None
    assert report["verdict"] == "refer"
    assert {"children.roll-call", "children.register-stale"} <= rules(report)


def test_names_are_found_beside_the_text(cms: httpx.Client) -> None:
    data = encoded(Image.new("RGB", (300, 200), "olive"), "JPEG")
    parts = [("photos", ("alice smith.jpg", data, "image/jpeg"))]
    answer = cms.post("/v1/vet", files=parts, data={"text": "Look", "alt_texts": "Alice Smith smiling"})
    fields = {one["where"]["field"] for one in answer.json()["findings"] if one["rule"] == "names.pupil-named"}
    assert fields == {"alt_text", "file_name"}


# ---------------------------------------------------------------- the way of a draft


def test_own_drafts_alone_are_read(cms: httpx.Client, reviewer: httpx.Client) -> None:
    mine, theirs = submit(cms, text="Lovely bread today"), submit(reviewer, text="Lovely soup today")
    assert cms.get(f"/v1/drafts/{mine['id']}").json()["stage"] == "ready"
    assert_problem(cms.get(f"/v1/drafts/{theirs['id']}"), 404)
    assert reviewer.get(f"/v1/drafts/{mine['id']}").status_code == 200


def test_decisions(cms: httpx.Client, reviewer: httpx.Client) -> None:
    draft = submit(cms, text="Lovely cakes today")
    assert_problem(decide(cms, draft), 403)
    assert_problem(decide(reviewer, draft, digest="0" * 64), 409)
    assert_problem(decide(reviewer, draft, decision="perhaps"), 422)
    assert decide(reviewer, draft).json()["stage"] == "approved"
    assert_problem(decide(reviewer, draft), 409)
    rejected = submit(cms, text="Well done Alice Smith")
    assert rejected["stage"] == "rejected"
    assert_problem(decide(reviewer, rejected), 409)


def test_nobody_decides_on_their_own_photo(reviewer: httpx.Client) -> None:
    photo = upload(reviewer, encoded(Image.new("RGB", (300, 200), "maroon"), "JPEG")).json()
    draft = submit(reviewer, text="A wall", photos=[{"id": photo["id"], "alt_text": "a red wall"}])
    assert_problem(decide(reviewer, draft), 403)


def test_withdrawn_is_withdrawn(cms: httpx.Client, reviewer: httpx.Client) -> None:
    draft = submit(cms, text="Lovely jam today")
    assert cms.post(f"/v1/drafts/{draft['id']}/withdraw").json()["stage"] == "withdrawn"
    assert_problem(decide(reviewer, draft), 409)


def test_idempotency_keys(cms: httpx.Client) -> None:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    first, again = (cms.post("/v1/drafts", json={"text": "Same"}, headers=headers) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.text == again.text
    assert_problem(cms.post("/v1/drafts", json={"text": "Other"}, headers=headers), 422)


def test_many_at_once_and_pages(cms: httpx.Client, reviewer: httpx.Client) -> None:
    with ThreadPoolExecutor(20) as crowd:
        ids = set(crowd.map(lambda number: submit(cms, text=f"Lovely soup, bowl {number}")["id"], range(20)))
    assert len(ids) == 20
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = reviewer.get("/v1/queue", params={"limit": 7} | ({"cursor": cursor} if cursor else {})).json()
        seen += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen))
    assert ids <= set(seen)


# ---------------------------------------------------------------- the register


def put(office: httpx.Client, content: bytes, query: str = "") -> httpx.Response:
    return office.put(f"/v1/roster{query}", content=content, headers=CSV)


def test_roster_files(office: httpx.Client) -> None:
    lines = ROSTER.splitlines(keepends=True)
    for same in (ROSTER, b"\xef\xbb\xbf" + ROSTER.removeprefix(b"\xef\xbb\xbf")):
        told = put(office, same, "?dry_run=true").json()
        assert (told["added"], told["changed"], told["left"]) == ([], [], [])
    other = lines[1].replace(b"Alice", b"Beatrix")
    assert_problem(put(office, ROSTER.rstrip() + b"\n" + other), 422, "file-refused")
    assert_problem(put(office, ROSTER.replace(b"Legal Surname", b"Foo", 1)), 422, "file-refused")
    assert_problem(put(office, ROSTER + b"A1,\x81\x8d,x"), 422, "file-refused")
    assert_problem(put(office, b""), 422, "file-refused")
    assert_problem(put(office, b"".join(lines[:320])), 409, "roll-would-shrink")
    assert len(put(office, b"".join(lines[:320]), "?dry_run=true").json()["left"]) == 101
    assert office.get("/v1/pupils", params={"q": "alice smith"}).json()["items"]


def test_windows_1252(office: httpx.Client) -> None:
    row = "Z999999999999,Zoë,Zoë,,Beyoncé–Müller,Müller,4,Oak,2018-06-20\n"
    told = put(
        office,
        ROSTER.decode("utf-8-sig").rstrip().encode("cp1252", "ignore") + b"\n" + row.encode("cp1252"),
        "?dry_run=true",
    )
    assert told.status_code == 200
    assert told.json()["added"] == ["Z999999999999"]


def test_events(office: httpx.Client, cms: httpx.Client) -> None:
    calendar = (
        "id,title,starts_at,ends_at,place,synonyms\n"
        "fair,Lantern Fair,2126-12-11T15:30:00Z,2126-12-11T17:30:00Z,School hall,lantern evening\n"
    )
    assert office.put("/v1/events", content=calendar, headers=CSV).status_code == 200
    assert "events.not-yet-over" in rules(vet(cms, text="Lovely lanterns at 3.30pm in the hall", event_id="fair"))
    assert_problem(office.put("/v1/events", content=calendar.replace("2126-12-11T15:30:00Z", "soon"), headers=CSV), 422)


def test_reference_photos_need_an_assessment(office: httpx.Client) -> None:
    pupil = office.get("/v1/pupils", params={"q": "alice smith"}).json()["items"][0]
    photo = encoded(Image.new("RGB", (300, 200), "grey"), "JPEG")
    answer = office.post(f"/v1/pupils/{pupil['id']}/reference-photos", files={"file": ("a.jpg", photo, "image/jpeg")})
    assert_problem(answer, 409, "dpia-missing")  # before anybody is asked for consent; see docs/data-protection


# ---------------------------------------------------------------- the command line and the logs


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("Lovely bread from Year 4 today",), 0),
        (("We are at the museum right now!",), 1),
        (("Well done Alice Smith", "--json"), 2),
        (("x", "--photo", "/does/not/exist.jpg"), 3),
    ],
)
def test_vet_says_its_verdict_by_exit_status(school: School, arguments: tuple[str, ...], status: int) -> None:
    assert school.run("vet", *arguments).returncode == status


def test_audit_holds(school: School) -> None:
    assert school.run("audit", "verify").returncode == 0


def test_logs_hold_no_names_and_no_text(cms: httpx.Client, server_log: Path) -> None:
    vet(cms, text="Well done Alice Smith, marmalade maker")
    logged = server_log.read_text(errors="replace")
    assert "Alice" not in logged
    assert "marmalade" not in logged
