"""Asking for the right to post, and the answer: who may ask, who answers, what it changes, and that both are kept."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app import register
from app.domain import Account
from app.register import posting
from app.store import accounts, audit, people, posting_requests
from app.store.posting_requests import Outcome, PostingRequest
from tests.web.conftest import NOW, Clock, School, both_databases
from tests.web.pages.forms import Browser, open_browser

WHY = "I run the <gardening> club."


@pytest.fixture
def colleague(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "colleague")


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


def _asked(school: School, browser: Browser, handle: str = "whitehouseps") -> PostingRequest:
    answer = browser.post("/ask-to-post", account=handle, reason=WHY)
    assert (answer.status_code, answer.headers.get("location")) == (303, "/ask-to-post"), answer.text
    with school.read() as store:
        return posting_requests.of_person(store, browser.person.id)[0]


def _fault(page: str) -> str:
    (fault,) = re.findall(r'(?s)<div class="fault" role="alert">(.*?)</div>', page)
    return str(fault)


def _role(school: School, browser: Browser) -> str:
    with school.read() as store:
        found = people.find(store, browser.person.id)
    assert found is not None
    return found.role


def _posters(school: School) -> dict[str, tuple[str, ...]]:
    with school.read() as store:
        return {one.handle: one.posters for one in accounts.every(store)}


@both_databases
def test_a_colleague_asks_and_becomes_an_author(colleague: Browser, approver: Browser, school: School) -> None:
    request = _asked(school, colleague)
    assert "waits for an answer" in colleague.get("/ask-to-post").text
    page = approver.get("/posting-requests").text
    assert "Colleague asks to post to @whitehouseps" in page
    assert "I run the &lt;gardening&gt; club." in page
    assert re.search(r'href="/posting-requests"[^>]*>Requests to post\s*<span class="badge">1', page)
    answer = approver.post(f"/posting-requests/{request.id}", decision="grant", account="whitehouseps", reason="Yes!")
    assert answer.status_code == 303
    assert _role(school, colleague) == "author"
    assert _posters(school) == {"whitehouseps": ()}
    colleague.csrf = school.sign_in(colleague.client, colleague.person)
    own = colleague.get("/ask-to-post").text
    assert "granted" in own
    assert "Yes!" in own
    assert colleague.get("/compose").status_code == 200
    assert "Granted: Yes!" in approver.get("/posting-requests").text
    with school.read() as store:
        actions = [line.action for line in audit.about(store, request.id)]
        assert actions == ["access.posting.ask", "access.posting.decide"]
        assert posting_requests.count_waiting(store) == 0
        assert audit.verify(store).problems == ()


@both_databases
def test_an_account_that_names_its_posters_names_one_more(
    approver: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    register.put_accounts(
        school.office,
        [Account("whitehouseps", (), (approver.person.id,)), Account("oak_class", ("Oak",), (approver.person.id,))],
        by="test",
        now=NOW,
    )
    author = open_browser(new_client(), school, "author")
    request = _asked(school, author)
    approver.post(f"/posting-requests/{request.id}", decision="grant", account="oak_class", reason="Your class's.")
    both = (approver.person.id, author.person.id)
    assert _posters(school) == {"whitehouseps": (approver.person.id,), "oak_class": both}
    assert _role(school, author) == "author"
    assert "You may post to @oak_class" in author.get("/ask-to-post").text
    with school.read() as store:
        assert posting_requests.was_granted(store, author.person.id)


@both_databases
def test_a_no_is_kept_with_its_reason(colleague: Browser, approver: Browser, school: School, clock: Clock) -> None:
    request = _asked(school, colleague)
    approver.post(f"/posting-requests/{request.id}", decision="decline", reason="Ask again in spring.")
    assert _role(school, colleague) == "colleague"
    assert "Ask again in spring." in colleague.get("/ask-to-post").text
    clock.go_on(seconds=1)
    again = _asked(school, colleague)
    assert again.id != request.id
    with school.read() as store:
        assert [one.outcome for one in posting_requests.of_person(store, colleague.person.id)] == [
            Outcome.WAITING,
            Outcome.DECLINED,
        ]
        assert not posting_requests.was_granted(store, colleague.person.id)


@both_databases
@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"decision": "grant", "reason": " "}, 422, "reason is empty"),
        ({"decision": "decline", "reason": "x" * 501}, 422, "more than 500"),
        ({"decision": "decline", "reason": "no\x00"}, 422, "cannot be kept"),
        ({"decision": "", "reason": "Yes"}, 422, "Press one"),
        ({"decision": "grant", "reason": "Yes", "account": "townlibrary"}, 404, ""),
    ],
)
def test_an_answer_that_is_none_changes_nothing(
    colleague: Browser, approver: Browser, school: School, fields: dict[str, str], status: int, said: str
) -> None:
    request = _asked(school, colleague)
    answer = approver.post(f"/posting-requests/{request.id}", **{"account": "whitehouseps", **fields})
    assert answer.status_code == status
    if said:
        assert said in _fault(answer.text)
    with school.read() as store:
        assert posting_requests.waiting(store) == (request,)
    assert _role(school, colleague) == "colleague"


@both_databases
def test_a_request_is_answered_once(colleague: Browser, approver: Browser, school: School) -> None:
    request = _asked(school, colleague)
    path = f"/posting-requests/{request.id}"
    approver.post(path, decision="decline", reason="No.")
    answer = approver.post(path, decision="grant", account="whitehouseps", reason="Yes.")
    assert answer.status_code == 409
    assert "answered this request already" in _fault(answer.text)
    assert _role(school, colleague) == "colleague"
    assert approver.post("/posting-requests/x", decision="decline", reason="No.").status_code == 404


@both_databases
def test_nobody_grants_their_own(approver: Browser, school: School, new_client: Callable[[], TestClient]) -> None:
    head = school.person("approver")
    register.put_accounts(school.office, [Account("whitehouseps", (), (head.id,))], by="test", now=NOW)
    request = _asked(school, approver)
    page = approver.get("/posting-requests").text
    assert "This is your own request" in page
    assert f'action="/posting-requests/{request.id}"' not in page
    for decision in ("grant", "decline"):
        fields = {"decision": decision, "account": "whitehouseps", "reason": "Me."}
        assert approver.post(f"/posting-requests/{request.id}", **fields).status_code == 403
    assert _posters(school) == {"whitehouseps": (head.id,)}


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"reason": ""}, 422, "reason is empty"),
        ({"reason": "x" * 501}, 422, "more than 500"),
        ({"account": "townlibrary"}, 404, "no such account"),
        ({"account": ""}, 404, "no such account"),
    ],
)
def test_a_request_that_is_none_is_told(
    colleague: Browser, school: School, fields: dict[str, str], status: int, said: str
) -> None:
    answer = colleague.post("/ask-to-post", **{"account": "@WhitehousePS", "reason": WHY, **fields})
    assert answer.status_code == status
    assert said in _fault(answer.text)
    with school.read() as store:
        assert posting_requests.waiting(store) == ()


@both_databases
def test_the_same_is_not_asked_twice_nor_what_one_has(colleague: Browser, approver: Browser, school: School) -> None:
    _asked(school, colleague)
    again = colleague.post("/ask-to-post", account="whitehouseps", reason=WHY)
    assert again.status_code == 409
    assert "asked for this account already" in _fault(again.text)
    has = approver.post("/ask-to-post", account="whitehouseps", reason=WHY)
    assert has.status_code == 409
    assert "You may write posts for @whitehouseps" in approver.get("/ask-to-post").text
    with school.read() as store:
        assert posting_requests.count_waiting(store) == 1


def test_who_reads_alone_is_not_given_the_right(
    approver: Browser, school: School, new_client: Callable[[], TestClient]
) -> None:
    officer = open_browser(new_client(), school, "dpo")
    assert "Your role reads" in officer.get("/ask-to-post").text
    assert officer.post("/ask-to-post", account="whitehouseps", reason=WHY).status_code == 409
    colleague = open_browser(new_client(), school, "colleague")
    request = _asked(school, colleague)
    with school.write() as store:
        people.change(store, colleague.person.id, role="dpo", by="test", now=NOW)
    path = f"/posting-requests/{request.id}"
    assert approver.post(path, decision="grant", account="whitehouseps", reason="Yes").status_code == 409
    assert _role(school, colleague) == "dpo"
    with school.write() as store:
        people.change(store, colleague.person.id, active=False, by="test", now=NOW)
    assert approver.post(path, decision="grant", account="whitehouseps", reason="Yes").status_code == 409
    assert approver.post(path, decision="decline", reason="Has left").status_code == 303


def test_an_account_closed_meanwhile_is_not_granted(colleague: Browser, approver: Browser, school: School) -> None:
    request = _asked(school, colleague)
    posting.close_account(school.office, "whitehouseps", "Not used.", by="test", now=NOW)
    path = f"/posting-requests/{request.id}"
    assert approver.post(path, decision="grant", account="whitehouseps", reason="Yes").status_code == 404
    assert _role(school, colleague) == "colleague"


@pytest.mark.parametrize("role", ["author", "office", "dpo", "colleague"])
def test_only_approvers_answer(
    new_client: Callable[[], TestClient], colleague: Browser, school: School, role: str
) -> None:
    request = _asked(school, colleague)
    browser = open_browser(new_client(), school, role)
    assert browser.get("/posting-requests").status_code == 403
    fields = {"decision": "grant", "account": "whitehouseps", "reason": "Yes"}
    assert browser.post(f"/posting-requests/{request.id}", **fields).status_code == 403
    assert _role(school, colleague) == "colleague"
