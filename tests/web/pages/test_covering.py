"""Covering faces and parts of photos on a draft's page: shown first, done, vetted again, and looked at beside what it was."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app import desk
from app.domain import Stage
from app.store import drafts
from tests.web.conftest import Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, open_browser
from tests.web.pages.review_forms import (
    GROUP,
    approval,
    digest_on,
    enrol_alice,
    fault_on,
    id_of,
    pictures_on,
    seen_on,
    stage_at,
)


@pytest.fixture
def author(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "author")


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


def _cover(browser: Browser, place: str, *more: tuple[str, str], number: int = 0, digest: str = "") -> object:
    page = browser.get(place).text
    fields: Sequence[tuple[str, str]] = [
        ("csrf", browser.csrf),
        ("digest", digest or digest_on(page)),
        ("seen", seen_on(page)),
        *more,
    ]
    body: dict[str, list[str]] = {}
    for name, value in fields:
        body.setdefault(name, []).append(value)
    return browser.client.post(f"{place}/photos/{number}/cover", data=body)


@both_databases
def test_a_child_by_all_likeness_is_covered_and_the_draft_can_be_approved(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    enrol_alice(school)
    place = author.draft(DULL, GROUP, classes="Oak")
    page = approver.get(place).text
    assert stage_at(school, place) is Stage.REJECTED
    assert "Cover this face" in page
    clock.go_on(seconds=2)
    shown = _cover(approver, place, ("face", "0"), ("step", "preview"))
    assert shown.status_code == 200, shown.text  # type: ignore[attr-defined]
    assert "Photo 1 as it would be" in shown.text  # type: ignore[attr-defined]
    assert stage_at(school, place) is Stage.REJECTED, "looking changes nothing"
    (picture,) = re.findall('src="(/pictures/[^"]+)"', shown.text)  # type: ignore[attr-defined]
    preview = approver.get(picture.replace("&amp;", "&"))
    assert preview.headers["content-type"] == "image/jpeg"

    done = _cover(approver, place, ("face", "0"), ("step", "cover"))
    assert done.status_code == 303  # type: ignore[attr-defined]
    assert "?seen=" in done.headers["location"]  # type: ignore[attr-defined]
    assert stage_at(school, place) is not Stage.REJECTED
    after = approver.get(done.headers["location"].partition("#")[0]).text  # type: ignore[attr-defined]
    assert "Changed since you looked" in after
    assert "Photo 1 is another picture, or parts of it were covered" in after
    assert "Not found any more: Stop" in after
    assert approver.post(f"{place}/decision", **approval(after)).status_code == 303
    assert stage_at(school, place) is Stage.APPROVED


def test_boxes_and_faces_are_covered_at_once_in_either_manner(author: Browser, school: School) -> None:
    for style in ("solid", "coarse"):
        place = author.draft(DULL, GROUP)
        more = (("face", "1"), ("face", "2"), ("box", "5,5,60,60"), ("style", style))
        assert _cover(author, place, *more).status_code == 303  # type: ignore[attr-defined]
        with school.read() as store:
            kept = drafts.get(store, id_of(place))
        assert kept.revision == 2
        with Image.open(io.BytesIO(school.service.files.get(kept.draft.photos[0].sha256))) as photo:
            face = photo.convert("RGB").crop((200, 180, 270, 270)).getcolors()
        assert face is not None
        assert (style == "solid") is (face == [(70 * 90, (96, 96, 96))])
        assert len(face) <= 40, "of the face nothing but large blocks is left"


def test_a_part_is_covered_by_numbers_alone(author: Browser, school: School) -> None:
    place = author.draft(DULL, GROUP)
    sides = (("left", "5"), ("top", "5"), ("right", "60"), ("bottom", "60"))
    assert _cover(author, place, *sides).status_code == 303  # type: ignore[attr-defined]
    with school.read() as store:
        assert drafts.get(store, id_of(place)).revision == 2


def test_before_and_after_can_be_looked_at_for_a_day(author: Browser, school: School, clock: Clock) -> None:
    place = author.draft(DULL, GROUP)
    first = next(one for one in pictures_on(author.get(place).text) if one.endswith("/1/0/screen"))
    was = author.get(first).content
    _cover(author, place, ("face", "0"))
    page = author.get(place).text
    assert f'data-before="{first}"' in page
    assert author.get(first).content == was
    service = school.service
    clock.go_on(hours=25)
    desk.delete_unused(service.database, school.id, service.files, by="test", now=clock())
    author.csrf = school.sign_in(author.client, author.person)
    assert "data-before" not in author.get(place).text


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "Choose at least one"),
        ((("face", "9"),), "not in the photo"),
        ((("face", "-1"),), "not in the photo"),
        ((("face", "x"),), "not in the photo"),
        ((("face", "²"),), "not in the photo"),
        ((("box", "1,2,3"),), "four whole numbers"),
        ((("box", "a,b,c,d"),), "four whole numbers"),
        ((("box", "9,9,9,9"),), "is empty"),
        ((("box", "99000,99000,99999,99999"),), "outside the photo"),
        ((("left", "5"), ("top", "")), "four whole numbers"),
        ((("face", "0"), ("style", "blur")), "Choose how"),
        (tuple(("box", "1,1,20,20") for _ in range(101)), "At most 100"),
    ],
)
@pytest.mark.parametrize("step", ["preview", "cover"])
def test_what_cannot_be_covered_is_told_and_changes_nothing(
    author: Browser, school: School, more: tuple[tuple[str, str], ...], said: str, step: str
) -> None:
    place = author.draft(DULL, GROUP)
    answer = _cover(author, place, *more, ("step", step))
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert said in fault_on(answer.text)  # type: ignore[attr-defined]
    with school.read() as store:
        assert drafts.get(store, id_of(place)).revision == 1


def test_a_draft_that_changed_meanwhile_is_not_covered_as_it_was(author: Browser, school: School) -> None:
    place = author.draft(DULL, GROUP)
    old = digest_on(author.get(place).text)
    _cover(author, place, ("face", "0"))
    late = _cover(author, place, ("face", "1"), digest=old)
    assert late.status_code == 409  # type: ignore[attr-defined]
    assert "look at it again" in fault_on(late.text)  # type: ignore[attr-defined]
    with school.read() as store:
        assert drafts.get(store, id_of(place)).revision == 2


def test_only_its_author_and_approvers_cover(
    author: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    place = author.draft(DULL, GROUP)
    digest = digest_on(author.get(place).text)
    for role, status in (("author", 404), ("office", 404), ("dpo", 404)):
        other = open_browser(new_client(), school, role)
        answer = other.post(f"{place}/photos/0/cover", digest=digest, face="0")
        assert answer.status_code == status, role
    assert author.post(f"{place}/photos/1/cover", digest=digest, face="0").status_code == 404
    assert author.client.post(f"{place}/photos/0/cover", data={"face": "0", "digest": digest}).status_code == 403
    with school.read() as store:
        assert drafts.get(store, id_of(place)).revision == 1
