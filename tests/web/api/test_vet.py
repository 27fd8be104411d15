"""POST /v1/vet: judge, and store nothing."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.domain import Box
from app.store import drafts
from app.vision import paper
from tests.web.conftest import School, both_databases

GOOD_NEWS = "Year 4 built a Roman road in the playground and it held a bicycle!"
BLUE, RED = (30, 60, 200), (200, 40, 30)


def photo(*colours: tuple[int, int, int], size: tuple[int, int] = (800, 400), **options: Any) -> bytes:
    """A drawn photo with a face of each colour, as PNG."""
    faces = [(colour, Box(40 + 150 * at, 100, 140 + 150 * at, 220)) for at, colour in enumerate(colours)]
    held = io.BytesIO()
    Image.fromarray(paper.draw(faces, size=size)).save(held, "PNG", **options)
    return held.getvalue()


def rules(report: dict[str, Any], *, above_advice: bool = True) -> set[str]:
    return {one["rule"] for one in report["findings"] if not above_advice or one["outcome"] != "advise"}


@both_databases
def test_good_news_is_approved(client: TestClient, author: dict[str, str]) -> None:
    answer = client.post("/v1/vet", headers=author, json={"text": GOOD_NEWS})
    assert answer.status_code == 200
    report = answer.json()
    assert report["verdict"] == "approve"
    assert rules(report) == set()
    assert report["text"]["policy_length"] == len(GOOD_NEWS)
    assert report["text"]["policy_limit"] == 140
    assert report["text"]["x_limit"] == 280
    assert report["policy"] == "whitehouse@1"
    assert report["photos"] == []
    assert len(report["digest"]) == 64


@both_databases
def test_a_named_pupil_is_rejected_with_the_span(client: TestClient, author: dict[str, str]) -> None:
    text = "Our Star of the Week is Priya Patel for her writing about volcanoes."
    report = client.post("/v1/vet", headers=author, json={"text": text}).json()
    assert report["verdict"] == "reject"
    (named,) = [one for one in report["findings"] if one["rule"] == "names.pupil-named"]
    where = named["where"]
    assert where == {"field": "text", "start": text.index("Priya"), "end": text.index(" for her")}
    assert "Priya" not in named["message"] + named["hint"]


def test_pupil_ids_are_for_reviewers_alone(client: TestClient, school: School, author: dict[str, str]) -> None:
    body = {"text": "Our Star of the Week is Priya Patel for her writing."}
    blind = client.post("/v1/vet", headers=author, json=body).json()
    seeing = client.post("/v1/vet", headers=school.key("drafts:write", "review:write"), json=body).json()
    assert all("pupils" not in one for one in blind["findings"])
    assert "line_ups" not in blind
    assert any(one.get("pupils") for one in seeing["findings"])
    assert seeing["line_ups"] == []


def test_spans_are_code_points_as_sent(client: TestClient, author: dict[str, str]) -> None:
    text = "👩‍🚀🎉 Well done to Priya Patel, our star!"
    report = client.post("/v1/vet", headers=author, json={"text": text}).json()
    where = next(one["where"] for one in report["findings"] if one["rule"] == "names.pupil-named")
    assert text[where["start"] : where["end"]] == "Priya Patel"


def test_a_photo_in_a_form_is_looked_at(client: TestClient, author: dict[str, str]) -> None:
    answer = client.post(
        "/v1/vet",
        headers=author,
        data={"text": GOOD_NEWS, "alt_texts": ["Children with a road"], "classes": ["Cedar"]},
        files=[("photos", ("IMG_1.png", photo(BLUE, RED, (20, 160, 40)), "image/png"))],
    )
    report = answer.json()
    assert answer.status_code == 200, report
    (seen,) = report["photos"]
    assert (seen["width"], seen["height"], seen["composition"]) == (800, 400, "group")
    assert [face["box"]["left"] for face in seen["faces"]] == [40, 190, 340]
    assert seen["faces"][0]["height_px"] == 120
    assert seen["faces"][0]["match"] is None
    assert report["verdict"] == "approve", report["findings"]


def test_no_draft_and_no_file_is_left_behind(client: TestClient, school: School, author: dict[str, str]) -> None:
    before = sorted(school.service.settings.data_dir.rglob("*"))
    client.post(
        "/v1/vet",
        headers=author,
        data={"text": GOOD_NEWS},
        files=[("photos", ("a.png", photo(BLUE), "image/png"))],
    )
    after = [path for path in sorted(school.service.settings.data_dir.rglob("*")) if "fledgling.db" not in path.name]
    assert after == [path for path in before if "fledgling.db" not in path.name]
    with school.read() as store:
        assert drafts.queue(store, limit=10).items == ()


@pytest.mark.parametrize(
    ("colours", "composition", "rule"),
    [((BLUE,), "individual", "photos.individual"), ((), "nobody", None), ((BLUE, RED), "pair", None)],
)
def test_composition(
    client: TestClient,
    author: dict[str, str],
    colours: tuple[tuple[int, int, int], ...],
    composition: str,
    rule: str | None,
) -> None:
    report = client.post(
        "/v1/vet",
        headers=author,
        data={"text": GOOD_NEWS, "alt_texts": ["A wall"], "classes": ["Cedar"]},
        files=[("photos", ("a.png", photo(*colours), "image/png"))],
    ).json()
    assert report["photos"][0]["composition"] == composition
    assert rules(report) == ({rule} if rule else set())


def test_a_class_with_a_refused_child_needs_the_roll_call(client: TestClient, author: dict[str, str]) -> None:
    def vet(name: str) -> set[str]:
        return rules(
            client.post(
                "/v1/vet",
                headers=author,
                data={"text": GOOD_NEWS, "alt_texts": ["Children with a road"], "classes": [name]},
                files=[("photos", ("a.png", photo(BLUE, RED, (20, 160, 40)), "image/png"))],
            ).json()
        )

    assert vet("Oak") == {"children.roll-call"}
    assert vet("oak ") == {"children.roll-call"}
    assert vet("Cedar") == set()


def test_no_class_declared_means_the_whole_school(client: TestClient, author: dict[str, str]) -> None:
    report = client.post(
        "/v1/vet",
        headers=author,
        data={"text": GOOD_NEWS, "alt_texts": ["Children with a road"]},
        files=[("photos", ("a.png", photo(BLUE, RED, (20, 160, 40)), "image/png"))],
    ).json()
    assert rules(report) == {"children.roll-call"}


def test_an_unknown_account_is_a_finding(client: TestClient, author: dict[str, str]) -> None:
    report = client.post("/v1/vet", headers=author, json={"text": GOOD_NEWS, "account": "elsewhere"}).json()
    assert rules(report) == {"accounts.not-ours"}
    report = client.post("/v1/vet", headers=author, json={"text": GOOD_NEWS, "account": "@WhitehousePS"}).json()
    assert rules(report) == set()


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d", "\u2800", "\u3164"])
def test_empty_text_is_a_finding(client: TestClient, author: dict[str, str], text: str) -> None:
    answer = client.post("/v1/vet", headers=author, json={"text": text})
    assert answer.status_code == 200
    assert "wording.empty" in rules(answer.json())


def test_a_stale_or_missing_register_refers(client: TestClient, school: School, author: dict[str, str]) -> None:
    school.service.clock.go_on(days=30)  # type: ignore[attr-defined]
    text_only = client.post("/v1/vet", headers=author, json={"text": GOOD_NEWS}).json()
    assert text_only["verdict"] == "approve"
    shown = client.post(
        "/v1/vet",
        headers=author,
        data={"text": GOOD_NEWS, "alt_texts": ["A wall"], "classes": ["Cedar"]},
        files=[("photos", ("a.png", photo(), "image/png"))],
    ).json()
    assert rules(shown) == {"children.register-stale"}


def test_a_whole_second_of_four_thousand_code_points(client: TestClient, author: dict[str, str]) -> None:
    report = client.post("/v1/vet", headers=author, json={"text": "a" * 4000}).json()
    assert rules(report) == {"wording.too-long"}


def test_a_report_never_holds_a_childs_name(client: TestClient, school: School) -> None:
    text = "What a goal! #WellDonePriyaPatel @priyapatel09 saw it. #TeamWhitehouse"
    headers = school.key("drafts:write", "review:write")
    answer = client.post("/v1/vet", headers=headers, json={"text": text})
    assert answer.json()["verdict"] == "reject"
    assert "priya" not in answer.text.lower()
    assert "patel" not in answer.text.lower()
    named, ours = answer.json()["text"]["hashtags"]
    assert named == {"value": None, "start": 13, "end": 32}
    assert ours["value"] == "TeamWhitehouse"


def test_an_unknown_class_hides_nobody(client: TestClient, author: dict[str, str]) -> None:
    report = client.post(
        "/v1/vet",
        headers=author,
        data={"text": GOOD_NEWS, "alt_texts": ["Children with a road"], "classes": ["Nonesuch"]},
        files=[("photos", ("a.png", photo(BLUE, RED, (20, 160, 40)), "image/png"))],
    ).json()
    assert rules(report) == {"children.roll-call"}


def test_children_from_elsewhere_need_a_person(client: TestClient, author: dict[str, str]) -> None:
    report = client.post(
        "/v1/vet",
        headers=author,
        data={"text": GOOD_NEWS, "alt_texts": ["A match"], "classes": ["Cedar"], "outsiders": "true"},
        files=[("photos", ("a.png", photo(BLUE, RED, (20, 160, 40)), "image/png"))],
    ).json()
    assert rules(report) == {"children.roll-call"}


def test_a_finding_and_the_text_say_what_could_be_said_instead(client: TestClient, author: dict[str, str]) -> None:
    text = "Well done Priya Patel and Kofi Asante! #WellDonePriya"
    report = client.post("/v1/vet", headers=author, json={"text": text}).json()
    named = [one["instead"] for one in report["findings"] if one["rule"] == "names.pupil-named"]
    assert named == ["a Year 3 pupil", "a Year 4 pupil", "a Year 3 pupil"]
    assert report["text"]["without_names"] == "Well done to two of our pupils! #WellDone"
    again = client.post("/v1/vet", headers=author, json={"text": report["text"]["without_names"]}).json()
    assert again["verdict"] == "approve"
    assert again["text"]["without_names"] is None
    other = client.post("/v1/vet", headers=author, json={"text": "Join us on Saturday at 2pm!"}).json()
    assert {one["instead"] for one in other["findings"]} == {None}


def test_alt_texts_are_said_without_names_too(client: TestClient, author: dict[str, str]) -> None:
    report = client.post(
        "/v1/vet",
        headers=author,
        data={"text": GOOD_NEWS, "alt_texts": ["Priya Patel on a road", "Children on a road"], "classes": ["Cedar"]},
        files=[("photos", ("a.png", photo(BLUE, RED), "image/png")), ("photos", ("b.png", photo(RED), "image/png"))],
    ).json()
    assert report["text"]["without_names"] is None
    assert report["text"]["alt_texts_without_names"] == ["A Year 3 pupil on a road", None]


@pytest.mark.parametrize(
    "text",
    [
        "Our Priya Patel's castle, Kofi Asante (Oak) & @priyapatel09 too! #WellDonePriyaPatel priya.patel@mail.example",
        "PRIYA PATEL\nKofi\nkofi asante https://whitehouse.example/kofi-asante-wins",
    ],
)
def test_a_text_without_names_holds_none_of_those_found(client: TestClient, author: dict[str, str], text: str) -> None:
    report = client.post("/v1/vet", headers=author, json={"text": text}).json()
    places = [one["where"] for one in report["findings"] if one["rule"].startswith("names.")]
    assert len(places) >= 3
    for where in places:
        assert text[where["start"] : where["end"]].casefold() not in json.dumps(report, ensure_ascii=False).casefold()


def test_notes_tell_what_counts_differently_and_what_a_link_costs(client: TestClient, author: dict[str, str]) -> None:
    plain = client.post("/v1/vet", headers=author, json={"text": GOOD_NEWS}).json()
    assert plain["text"]["notes"] == []
    assert plain["text"]["weighted_reference"] == plain["text"]["weighted_length"] == len(GOOD_NEWS)
    text = f"{GOOD_NEWS} \U0001f426\u200d\U0001f525 whitehouse.org"
    report = client.post("/v1/vet", headers=author, json={"text": text}).json()
    assert report["verdict"] == plain["verdict"] == "approve"
    assert report["text"]["weighted_reference"] == len(GOOD_NEWS) + 30
    assert report["text"]["notes"] == [
        f"X may count {len(GOOD_NEWS) + 27} or {len(GOOD_NEWS) + 30} characters; the larger one decides.",
        "A post with a link costs the school about $0.20 to publish through X's interface, one without $0.015.",
    ]
