"""What is to be taken down, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.domain import Stage
from app.store import drafts, recalls, roster
from tests.web.api.test_permissions import say
from tests.web.conftest import NOW, REFUSED, Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, drawn, open_browser


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


def _put_out(school: School, place: str) -> None:
    with school.write() as store:
        draft = drafts.get(store, place.removeprefix("/drafts/"))
        for before, after in (
            (draft.stage, Stage.APPROVED),
            (Stage.APPROVED, Stage.PUBLISHING),
            (Stage.PUBLISHING, Stage.PUBLISHED),
        ):
            assert drafts.move(store, draft.id, before, after, by="publisher", now=NOW)


@both_databases
def test_a_post_is_listed_and_ends_with_a_reason(
    client: TestClient, new_client: Callable[[], TestClient], school: School, approver: Browser, clock: Clock
) -> None:
    assert "Nothing is to be taken down" in approver.get("/recalls").text
    author = open_browser(new_client(), school, "author")
    one, two = (author.draft(DULL, [(drawn(), "Children planting bulbs")], classes="Oak") for _ in range(2))
    for place in (one, two):
        _put_out(school, place)
    with school.read() as store:
        child = next(
            one for one in roster.every(store) if one.class_name == "Oak" and one.upn not in REFUSED and not one.left_on
        )
    clock.go_on(minutes=1)
    say(client, school.key("register:write"), school, child.upn, "refused", told_by="mother")
    page = approver.get("/recalls").text
    assert one in page
    assert "by the classes declared" in page
    assert "(Oak)" in page
    first, second = dict.fromkeys(re.findall(r'action="/recalls/(\w+)"', page))
    refused = approver.post(f"/recalls/{first}", outcome="kept", reason="  ")
    assert refused.status_code == 422
    assert "takes a reason" in refused.text
    assert approver.post(f"/recalls/{first}", outcome="burnt", reason="x").status_code == 422
    assert approver.post(f"/recalls/{first}", outcome="kept", reason="x" * 501).status_code == 422
    done = approver.post(f"/recalls/{first}", outcome="taken_down", reason="Deleted <today>.")
    assert (done.status_code, done.headers["location"]) == (303, "/recalls")
    assert approver.post(f"/recalls/{first}", outcome="kept", reason="Too late.").status_code == 409
    lead = open_browser(new_client(), school, "dsl")
    assert lead.post(f"/recalls/{second}", outcome="kept", reason="She is away.").status_code == 303
    page = approver.get("/recalls").text
    assert "Nothing is to be taken down" in page
    assert "Taken down" in page
    assert "Deleted &lt;today&gt;." in page
    with school.read() as store:
        assert recalls.open_recalls(store, limit=5).items == ()


@pytest.mark.parametrize("role", ["author", "office", "dpo"])
def test_only_approvers_and_the_lead_come_in(new_client: Callable[[], TestClient], school: School, role: str) -> None:
    browser = open_browser(new_client(), school, role)
    assert browser.get("/recalls").status_code == 403
    assert browser.post("/recalls/x", outcome="kept", reason="x").status_code == 403


def test_a_form_of_another_site_is_refused(approver: Browser) -> None:
    assert approver.client.post("/recalls/x", data={"outcome": "kept", "reason": "x"}).status_code == 403
