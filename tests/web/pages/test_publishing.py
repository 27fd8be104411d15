"""What is to be published, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from app.desk import Deciding, decide
from app.domain import Stage
from app.publishing import after_decision
from app.store import drafts, publications
from app.store.publications import State
from app.store.verdicts import DecisionKind
from app.web.schoolwork import policy_of
from tests.publishing.paper import Account, Publishing
from tests.web.conftest import Clock, School, both_databases
from tests.web.pages.forms import Browser, drawn, open_browser


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


@pytest.fixture
def author(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "author")


def approved(school: School, author: Browser, photos: int = 0) -> str:
    place = author.draft(photos=[(drawn(), "Children planting bulbs")] * photos, classes="Cedar" if photos else "")
    draft_id = place.removeprefix("/drafts/")
    now = school.service.clock()
    with school.write() as store:
        draft = drafts.get(store, draft_id)
        assert draft.stage in {Stage.READY, Stage.REFERRED}
        decide(store, draft_id, Deciding(DecisionKind.APPROVE, draft.digest, "", {}), by="head", now=now)
        after_decision(store, draft_id, policy_of(school.service, school.id), by="head", now=now)
    return draft_id


@both_databases
def test_a_plan_is_changed_taken_off_and_everything_held(
    school: School, approver: Browser, author: Browser, clock: Clock
) -> None:
    page = approver.get("/publications").text
    assert "Nothing is planned" in page
    assert "All publishing is held" not in page
    draft_id = approved(school, author)
    place = f"/publications/{draft_id}"
    assert place in approver.get("/publications").text
    at = (clock() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert approver.post(f"{place}/plan", publish_at=at, reason="For assembly.").status_code == 303
    assert "It goes out on 24 November 2026" in approver.get(place).text
    for form in ({"publish_at": at, "reason": ""}, {"publish_at": "soon", "reason": "x"}, {"reason": "x" * 600}):
        answer = approver.post(f"{place}/plan", **form)
        assert answer.status_code == 422
        assert "Not done" in answer.text
    assert approver.post(f"{place}/take-off", reason="Not yet.").status_code == 303
    assert "taken off the plan" in approver.get("/publications").text
    assert approver.post("/publishing/pause", reason="").status_code == 422
    assert approver.post("/publishing/pause", reason="A child is missing.").status_code == 303
    assert "Everything is held" in approver.get("/publications").text
    assert "<strong>All publishing is held.</strong> A child is missing." in approver.get(place).text
    assert approver.post("/publishing/go-on").status_code == 303
    assert "Posts go out" in approver.get("/publications").text


@both_databases
def test_posting_by_hand_from_a_ready_page(school: School, approver: Browser, author: Browser) -> None:
    publishing = Publishing(school, Account(school))
    publishing.by_hand()
    draft_id = approved(school, author, photos=1)
    place = f"/publications/{draft_id}"
    assert publishing.work(draft_id).state is State.TASK
    assert approver.get(f"{place}/photos/1").status_code == 404
    assert approver.post(f"{place}/posted", url="https://x.com/whitehouseps/status/7").status_code == 409
    assert approver.post(f"{place}/begin").status_code == 303
    page = approver.get(place).text
    assert "Ready to post" in page
    assert "Children planting bulbs" in page
    picture = approver.get(f"{place}/photos/1")
    with school.read() as store:
        (photo,) = drafts.get(store, draft_id).draft.photos
    assert picture.content == school.service.files.get(photo.sha256)
    assert picture.headers["content-disposition"].startswith('attachment; filename="photo-1.')
    assert approver.get(f"{place}/photos/2").status_code == 404
    refused = approver.post(f"{place}/posted", url="https://x.com/other/status/7")
    assert refused.status_code == 422
    assert "https://x.com/other/status/7" in refused.text
    assert approver.post(f"{place}/not-posted", reason="").status_code == 422
    assert approver.post(f"{place}/posted", url="https://x.com/whitehouseps/status/7").status_code == 303
    assert "https://x.com/whitehouseps/status/7" in approver.get(place).text
    assert approver.post(f"{place}/take-down", reason="A family asked.").status_code == 303
    assert "could not be taken down from here" in approver.get(place).text
    assert approver.post(f"{place}/taken-down", reason="Deleted.").status_code == 303
    with school.read() as store:
        assert drafts.get(store, draft_id).stage is Stage.WITHDRAWN
        assert publications.get(store, draft_id).state is State.TAKEN_DOWN


def test_only_approvers_see_it(school: School, author: Browser, approver: Browser) -> None:
    draft_id = approved(school, author)
    assert author.get("/publications").status_code == 403
    assert author.get(f"/publications/{draft_id}").status_code == 403
    assert author.post("/publishing/pause", reason="x").status_code == 403
    assert approver.get("/publications/nobody").status_code == 404
    waiting = author.draft("We sang in the hall.").removeprefix("/drafts/")
    assert approver.get(f"/publications/{waiting}").status_code == 404
