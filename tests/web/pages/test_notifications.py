"""When one is told, deputies, and what administrators see of mail, in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.reach import Reach
from app.store import deputies, notices
from app.store.notices import Kind, Rhythm, State, Wishes
from tests.mail_server import Post, running
from tests.web.conftest import NOW, School, both_databases
from tests.web.pages.forms import Browser, open_browser


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with running() as server:
        yield server


@pytest.fixture
def more_settings(post: Post) -> dict[str, Any]:
    return {"smtp_host": "localhost", "smtp_port": post.port, "smtp_tls": "none", "smtp_sender": "a@b.example"}


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


@pytest.fixture
def administrator(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "administrator")


WISHED = {
    "rhythm": "daily",
    "daily_at": "11:30",
    "opens": "09:00",
    "closes": "12:00",
    "days": "5",
    "nudges": "1",
}


def wishes(school: School, browser: Browser) -> Wishes | None:
    with school.read() as store:
        return notices.wishes(store, "Europe/London").get(browser.person.id)


@both_databases
def test_somebody_says_when_they_are_told(approver: Browser, school: School) -> None:
    page = approver.get("/notifications").text
    assert 'value="at-once" checked' in page
    assert 'name="opens" type="time" required value="07:30"' in page
    kept = approver.post("/notifications", **WISHED)
    assert (kept.status_code, kept.headers["location"]) == (303, "/notifications?done=kept")
    reach = Reach(time(9), time(12), frozenset({5}))
    assert wishes(school, approver) == Wishes(Rhythm.DAILY, time(11, 30), reach, nudges=True, decisions=False)
    page = approver.get("/notifications?done=kept").text
    assert "you are told as you wish from now on" in page
    assert 'value="daily" checked' in page
    assert re.search(r'name="days" value="5" checked', page)
    assert not re.search(r'name="days" value="0" checked', page)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"rhythm": "weekly"}, "how often"),
        ({"opens": "noon"}, "hours and minutes"),
        ({"opens": "09:00+01:00"}, "hours and minutes"),
        ({"closes": "\x00"}, "hours and minutes"),
        ({"closes": "09:00"}, "begin before they end"),
        ({"opens": "13:00"}, "begin before they end"),
        ({"daily_at": "12:00"}, "lie in the hours"),
        ({"daily_at": ""}, "hours and minutes"),
        ({"days": "7"}, "day of the week"),
        ({"days": "<b>"}, "day of the week"),
    ],
)
def test_wishes_that_cannot_be_are_told_and_what_was_typed_stays(
    approver: Browser, school: School, changed: dict[str, str], said: str
) -> None:
    answer = approver.post("/notifications", **{**WISHED, **changed})
    assert answer.status_code == 422
    assert said in re.findall(r'(?s)<div class="fault" role="alert">(.*?)</div>', answer.text)[0]
    assert "<b>" not in answer.text
    if "opens" not in changed:
        assert 'name="opens" type="time" required value="09:00"' in answer.text
    assert wishes(school, approver) is None


def test_without_a_day_nothing_is_kept(approver: Browser, school: School) -> None:
    answer = approver.post("/notifications", **{name: value for name, value in WISHED.items() if name != "days"})
    assert answer.status_code == 422
    assert wishes(school, approver) is None


def test_an_author_is_asked_of_their_own_drafts_alone(new_client: Callable[[], TestClient], school: School) -> None:
    author = open_browser(new_client(), school, "author")
    page = author.get("/notifications").text
    assert 'name="rhythm"' not in page
    assert "Away, and deputies" not in page
    assert "Mails that did not go out" not in page
    assert author.post("/notifications", **WISHED, decisions="1").status_code == 303
    kept = wishes(school, author)
    assert kept is not None
    assert (kept.rhythm, kept.nudges, kept.decisions) == (Rhythm.NEVER, False, True)
    assert author.post("/notifications/deputies").status_code == 403
    assert author.post("/notifications/test").status_code == 403


@pytest.mark.parametrize("role", ["colleague", "dpo"])
def test_whoever_gets_no_mail_has_nothing_to_wish_for(
    new_client: Callable[[], TestClient], school: School, role: str
) -> None:
    somebody = open_browser(new_client(), school, role)
    assert 'href="/notifications"' not in somebody.get("/rules").text
    assert somebody.get("/notifications").status_code == 403
    assert somebody.post("/notifications", **WISHED, decisions="1").status_code == 403
    assert wishes(school, somebody) is None


# ---------------------------------------------------------------- deputies


@both_databases
def test_an_approver_names_a_deputy(
    approver: Browser, administrator: Browser, new_client: Callable[[], TestClient], school: School
) -> None:
    deputy = open_browser(new_client(), school, "dsl")
    assert "stand in for nobody" in approver.get("/notifications").text
    fields = {"deputy": deputy.person.id, "begins_on": "2026-11-22", "ends_on": "2026-11-27"}
    done = approver.post("/notifications/deputies", **fields)
    assert (done.status_code, done.headers["location"]) == (303, "/notifications?done=named#away")
    assert "is away until 27 November 2026" in approver.get("/notifications").text
    assert "is away until 27 November; you stand in" in deputy.get("/queue").text
    assert "is away until 27 November; Dsl stands in" in approver.get("/queue").text
    again = approver.post("/notifications/deputies", **fields)
    assert again.status_code == 409
    assert "end that one first" in again.text
    (absence,) = re.findall(r"/notifications/deputies/(\w+)/end", approver.get("/notifications").text)
    assert f"{absence}/end" not in deputy.get("/notifications").text
    assert deputy.post(f"/notifications/deputies/{absence}/end").status_code == 404
    assert administrator.post(f"/notifications/deputies/{absence}/end").status_code == 303
    assert approver.post(f"/notifications/deputies/{absence}/end").status_code == 404
    assert "is away" not in approver.get("/queue").text


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"deputy": "nobody-of-that-id"}, 422, "who may decide"),
        ({"deputy": "\x00"}, 422, "who may decide"),
        ({"deputy": "self"}, 422, "own deputy"),
        ({"person": "other"}, 403, "of yourself alone"),
        ({"begins_on": "soon"}, 422, "first and the last day"),
        ({"ends_on": ""}, 422, "first and the last day"),
        ({"ends_on": "2026-11-21"}, 422, "before the first"),
        ({"begins_on": "2026-11-01", "ends_on": "2026-11-02"}, 422, "passed already"),
        ({"ends_on": "2030-01-01"}, 422, "a year at most"),
        ({"ends_on": "99999-01-01"}, 422, "first and the last day"),
    ],
)
def test_absences_that_cannot_be_are_told(
    approver: Browser, school: School, changed: dict[str, str], status: int, said: str
) -> None:
    other = school.person("approver")
    given = {"begins_on": "2026-11-22", "ends_on": "2026-11-24", **changed}
    who = {"self": approver.person.id, "other": other.id}
    answer = approver.post("/notifications/deputies", **{key: who.get(value, value) for key, value in given.items()})
    assert answer.status_code == status
    assert said in answer.text
    with school.read() as store:
        assert deputies.coming(store, NOW.date()) == ()


def test_an_author_cannot_stand_in(approver: Browser, school: School) -> None:
    author = school.person("author")
    answer = approver.post("/notifications/deputies", deputy=author.id, begins_on="2026-11-22", ends_on="2026-11-24")
    assert answer.status_code == 422
    assert author.id not in approver.get("/notifications").text


def test_administrators_are_warned_where_nobody_is_left(approver: Browser, administrator: Browser) -> None:
    assert "No approver is at the desk" not in administrator.get("/queue").text
    given = {"person": approver.person.id, "begins_on": "2026-11-22", "ends_on": "2026-11-24"}
    assert administrator.post("/notifications/deputies", **given).status_code == 303
    assert "No approver is at the desk today" in administrator.get("/queue").text
    assert "the administrators are told" in administrator.get("/notifications").text
    assert "nobody stands in" in approver.get("/queue").text


# ---------------------------------------------------------------- mail


def test_an_administrator_sends_themselves_a_test_mail(administrator: Browser, post: Post) -> None:
    post.taken.clear()
    assert administrator.post("/notifications/test").headers["location"] == "/notifications?done=tested"
    assert "took the test mail" in administrator.get("/notifications?done=tested").text
    assert [mail.recipients for mail in post.taken] == [[administrator.person.email]]
    post.refuses["RCPT"] = "550 nobody of that name"
    answer = administrator.post("/notifications/test")
    post.refuses.clear()
    assert answer.status_code == 409
    assert "The server refused the address (code 550)." in answer.text


def test_administrators_see_what_did_not_go_out(administrator: Browser, approver: Browser, school: School) -> None:
    assert "all mails of the last three months went out" in administrator.get("/notifications").text
    with school.write() as store:
        notices.post(store, approver.person.id, Kind.DIGEST, ["a"], now=NOW)
        (notice_id,) = notices.due(store.session, limit=1, now=NOW)
        taken = notices.take(store.session, notice_id, now=NOW)
        assert taken is not None
        notices.settle(store, taken, State.GIVEN_UP, "password", now=NOW)
    page = administrator.get("/notifications").text
    assert "Given up after a day. The server did not take user and password." in page
    assert approver.person.name in page
    assert "Given up" not in approver.get("/notifications").text


class TestWithoutMail:
    @pytest.fixture
    def more_settings(self) -> dict[str, Any]:
        return {"smtp_host": ""}

    def test_that_there_is_none_is_said(self, administrator: Browser, approver: Browser) -> None:
        assert "FLEDGLING_SMTP_HOST" in administrator.get("/notifications").text
        assert "nobody is told by mail yet" in approver.get("/notifications").text
        assert "FLEDGLING" not in approver.get("/notifications").text
        assert administrator.post("/notifications/test").status_code == 409
        assert approver.post("/notifications", **WISHED).status_code == 303


class TestWithMailSetUpWrongly:
    @pytest.fixture
    def more_settings(self) -> dict[str, Any]:
        return {"smtp_host": "localhost"}

    def test_it_is_said(self, administrator: Browser, approver: Browser) -> None:
        assert "FLEDGLING_SMTP_SENDER must be" in administrator.get("/notifications").text
        assert "Mail is set up wrongly" in approver.get("/notifications").text
        assert "FLEDGLING_SMTP_SENDER must be" in administrator.post("/notifications/test").text


def test_forms_of_another_site_are_refused(approver: Browser) -> None:
    for path in ("", "/deputies", "/deputies/x/end", "/test"):
        assert approver.client.post(f"/notifications{path}", data=WISHED).status_code == 403
