"""Drafts, queue and decisions in a browser: who sees what, who decides, and what is said where that cannot be."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app import register
from app.domain import Account, Field, Finding, Outcome, Stage, Words
from app.store import drafts, looks, roster, verdicts
from tests.web.conftest import NOW, REFUSED, Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, drawn, open_browser
from tests.web.pages.review_forms import GROUP, asked_on, digest_on, enrol_alice, fault_on, id_of, seen_on, stage_at


@pytest.fixture
def author(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "author")


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


@both_databases
def test_an_approver_finds_a_draft_in_the_queue_and_approves_it(
    author: Browser, approver: Browser, school: School
) -> None:
    place = author.draft()
    assert place in approver.get("/queue").text
    page = approver.get(place).text
    answer = approver.post(f"{place}/decision", decision="approve", digest=digest_on(page))
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    assert stage_at(school, place) is Stage.APPROVED
    assert "Approved by Approver, 22 November 2026, 09:30" in author.get(place).text
    assert place not in approver.get("/queue").text
    assert "There is nothing to decide" in approver.get(place).text


@pytest.mark.parametrize(("decision", "stage"), [("return", Stage.RETURNED), ("reject", Stage.REJECTED)])
def test_sending_a_draft_back_needs_a_reason(
    author: Browser, approver: Browser, school: School, decision: str, stage: Stage
) -> None:
    place = author.draft()
    digest = digest_on(approver.get(place).text)
    refused = approver.post(f"{place}/decision", decision=decision, digest=digest, reason="  ")
    assert refused.status_code == 422
    assert "write why" in fault_on(refused.text)
    approver.post(f"{place}/decision", decision=decision, digest=digest, reason="Which <gate>?\r\nSay so.")
    assert stage_at(school, place) is stage
    assert "There is nothing to decide" in approver.get(place).text
    assert "Write it anew" in author.get(place).text
    assert "Which &lt;gate&gt;?\nSay so." in author.get(place).text


@both_databases
def test_the_roll_call_is_answered_child_by_child(author: Browser, approver: Browser, school: School) -> None:
    place = author.draft(DULL, GROUP)
    page = approver.get(place).text
    asked = asked_on(page)
    assert asked == sorted(f"answer-{school.pupil(upn).id}" for upn in REFUSED)
    assert "Is Alice Smith (Oak) in the photos?" in page
    assert "Is Tom Okafor (Rowan) in the photos?" in page
    digest = digest_on(page)

    one = {asked[0]: "not-in-photo"}
    refused = approver.post(f"{place}/decision", decision="approve", digest=digest, reason="Looked.", **one)
    assert refused.status_code == 409
    assert "Look for each child" in fault_on(refused.text)
    assert f'name="{asked[0]}" value="not-in-photo" checked' in refused.text
    assert f'name="{asked[1]}" value="cant-tell" checked' in refused.text
    assert "Looked." in refused.text
    seen = dict.fromkeys(asked, "in-photo")
    assert approver.post(f"{place}/decision", decision="approve", digest=digest, **seen).status_code == 409
    assert stage_at(school, place) is Stage.REFERRED

    answers = dict.fromkeys(asked, "not-in-photo")
    given = {"decision": "approve", "digest": digest, "seen": seen_on(page), "reason": "Fine.", **answers}
    asked_once_more = approver.post(f"{place}/decision", **given)
    assert asked_once_more.status_code == 200
    assert "You looked for these 2 children and saw none of them: " in asked_once_more.text
    assert "Alice Smith (Oak); Tom Okafor (Rowan)." in asked_once_more.text
    assert "a person must check the list of children" not in asked_once_more.text
    dialog = page.partition('<dialog id="accept"')[2].partition("</dialog>")[0]
    assert "saw none of them: Alice Smith (Oak); Tom Okafor (Rowan)." in dialog
    assert "a person must check the list of children" not in dialog
    assert stage_at(school, place) is Stage.REFERRED
    (accepted,) = re.findall('name="accepted" value="([0-9a-f]+)"', asked_once_more.text)
    assert approver.post(f"{place}/decision", accepted=accepted, **given).status_code == 303
    assert stage_at(school, place) is Stage.APPROVED


def test_only_the_children_of_the_roll_call_are_named_and_only_to_approvers(author: Browser, approver: Browser) -> None:
    place = author.draft(DULL, GROUP, classes="Oak")
    page = approver.get(place).text
    assert "Alice Smith" in page
    assert "Okafor" not in page
    assert "Smith" not in author.get(place).text
    named = author.draft("A prize for Tom Okafor!")
    assert "answer-" not in approver.get(named).text


def test_a_child_gone_from_the_roster_is_still_asked_for(author: Browser, approver: Browser, school: School) -> None:
    place = author.draft(DULL, GROUP, classes="Oak")
    with school.write() as store:
        roster.erase(store, school.pupil(REFUSED[0]).id, by="test", now=NOW)
    assert "a child who is no longer on the roster" in approver.get(place).text


def test_nobody_decides_on_a_photo_of_their_own(approver: Browser, school: School) -> None:
    place = approver.draft(DULL, GROUP)
    page = approver.get(place)
    assert "somebody else must decide" in page.text
    assert "/decision" not in page.text
    with school.read() as store:
        digest = drafts.get(store, place.removeprefix("/drafts/")).digest
    answer = approver.post(f"{place}/decision", decision="approve", digest=digest)
    assert answer.status_code == 403
    assert "Somebody else decides on it" in fault_on(answer.text)
    assert stage_at(school, place) is Stage.REFERRED
    words_alone = approver.draft()
    assert "/decision" in approver.get(words_alone).text


def test_a_stopped_draft_cannot_be_approved(author: Browser, approver: Browser, school: School) -> None:
    place = author.draft("Well done Tom Okafor!")
    page = approver.get(place).text
    assert "nobody can approve it as it is" in page
    with school.read() as store:
        digest = drafts.get(store, place.removeprefix("/drafts/")).digest
    answer = approver.post(f"{place}/decision", decision="approve", digest=digest)
    assert answer.status_code == 409
    assert "Return it to its author" in fault_on(answer.text)


def test_a_changed_register_asks_for_another_check(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    place = author.draft()
    digest = digest_on(approver.get(place).text)
    register.put_accounts(school.office, [Account("whitehouse_oak")], by="test", now=NOW)
    refused = approver.post(f"{place}/decision", decision="approve", digest=digest)
    assert refused.status_code == 409
    assert "Check again" in fault_on(refused.text)
    clock.go_on(seconds=1)
    again = approver.post(f"{place}/vet")
    assert (again.status_code, again.headers["location"]) == (303, place)
    answer = approver.post(f"{place}/decision", decision="approve", digest=digest)
    assert answer.status_code == 303


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"decision": "approve", "digest": "0" * 64}, 409, "look at it again"),
        ({"decision": "approve", "digest": "x"}, 422, "cannot be taken"),
        ({"decision": "publish"}, 422, "cannot be taken"),
        ({}, 422, "cannot be taken"),
        ({"decision": "return", "reason": "x" * 2001}, 422, "reason"),
        ({"decision": "return", "reason": "no\x00"}, 422, "NUL"),
        ({"decision": "approve", "answer-nobody": "not-in-photo"}, 422, "not asked"),
        ({"decision": "approve", "answer-nobody": "maybe"}, 422, "cannot be taken"),
    ],
)
@both_databases
def test_a_decision_that_does_not_fit_shows_the_page_again(
    author: Browser, approver: Browser, school: School, fields: dict[str, str], status: int, said: str
) -> None:
    place = author.draft()
    digest = digest_on(approver.get(place).text)
    answer = approver.post(f"{place}/decision", **{"digest": digest, **fields})
    assert answer.status_code == status
    assert said in fault_on(answer.text)
    assert stage_at(school, place) is Stage.READY


def test_a_draft_decided_meanwhile_says_so(author: Browser, approver: Browser, school: School) -> None:
    place = author.draft()
    digest = digest_on(approver.get(place).text)
    approver.post(f"{place}/decision", decision="return", digest=digest, reason="No.")
    late = approver.post(f"{place}/decision", decision="approve", digest=digest)
    assert late.status_code == 409
    assert "Somebody else was quicker" in fault_on(late.text)
    with school.write() as store:
        drafts.move(store, place.removeprefix("/drafts/"), Stage.RETURNED, Stage.WITHDRAWN, by="test", now=NOW)
    assert "Check again</button>" not in approver.get(place).text
    assert approver.post(f"{place}/vet").status_code == 409


@pytest.mark.parametrize("role", ["author", "office"])
def test_decisions_are_for_approvers(
    author: Browser, new_client: Callable[[], TestClient], school: School, role: str
) -> None:
    place = author.draft()
    other = open_browser(new_client(), school, role)
    assert other.post(f"{place}/decision", decision="approve").status_code == 403
    assert author.post(f"{place}/decision", decision="approve").status_code == 403
    assert stage_at(school, place) is Stage.READY


def test_another_authors_draft_is_not_there(
    author: Browser, new_client: Callable[[], TestClient], school: School
) -> None:
    place = author.draft(DULL, GROUP)
    other = open_browser(new_client(), school, "author")
    answer = other.get(place)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert other.post(f"{place}/vet").status_code == 404
    assert place not in other.get("/drafts").text


@both_databases
@pytest.mark.parametrize(
    "path", ["/drafts/nothing", "/drafts/%00", "/drafts/%ff", "/drafts/x/decision", "/drafts/x/previous"]
)
def test_what_is_not_there_is_told_as_a_page(approver: Browser, path: str) -> None:
    answer = approver.get(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"].startswith("text/html")
    assert '<a href="/queue">Back to the queue</a>' in answer.text


def test_the_author_is_told_what_comes_next(author: Browser, approver: Browser) -> None:
    place, stopped = author.draft(), author.draft("Well done Tom Okafor!")
    page = author.get(place).text
    assert "Sent. An approver looks at it next." in page
    assert re.search(r'class="light approve">Ready</span> <strong>For an approver</strong>', page)
    assert "Sent. An approver" not in approver.get(place).text
    page = author.get(stopped).text
    assert "Sent. An approver" not in page
    assert "Stopped: nobody can approve it as it is." in page
    approver.post(f"{place}/decision", decision="return", digest=digest_on(approver.get(place).text), reason="No.")
    assert "Sent. An approver" not in author.get(place).text


@both_databases
def test_words_read_in_a_picture_are_told_and_can_be_allowed(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    place = author.draft(DULL, GROUP)
    clock.go_on(seconds=1)
    with school.write() as store:
        look = looks.of_revision(store, id_of(place), 1)
        assert look is not None
        facts = replace(look.evidence.photos[0], picture_text="Welcome\nto Tom\nOkafor Hall")
        named = Finding(
            "names.perhaps-pupil", Outcome.REFER, "", "", "", "A name.", where=Words(11, 21, Field.PICTURE_TEXT, 0)
        )
        verdict = replace(look.verdict, findings=(named,), vetted_at=clock())
        evidence = replace(look.evidence, photos=(facts,))
        verdicts.add(
            store,
            id_of(place),
            verdict,
            evidence,
            revision=1,
            register_version=look.register_version,
            by="t",
            now=clock(),
        )
    page = approver.get(place).text
    assert re.search(r"In the words on photo 1: “Tom\nOkafor”", page)
    assert 'name="phrase" type="text" maxlength="80" required value="Tom Okafor Hall"' in page
    assert re.search(r"In the words on photo 1: “Tom\nOkafor”", author.get(place).text)
    assert 'name="phrase"' not in author.get(place).text
    report = approver.client.get(f"/v1/drafts/{id_of(place)}", headers=school.key("drafts:review")).text
    assert "Okafor Hall" not in report


def test_alike_findings_stand_together(author: Browser) -> None:
    page = author.get(author.draft(DULL, GROUP)).text
    assert page.count("photos.identifiable") == 1
    assert "In photo 1, face 1; in photo 1, face 2; in photo 1, face 3" in page


def test_a_likeness_is_shown_by_a_sign_and_the_likest_faces_are_told(
    author: Browser, approver: Browser, school: School
) -> None:
    child = enrol_alice(school)
    likeness = author.draft(DULL, [(drawn(), "Children planting bulbs")], classes="Oak")
    page = approver.get(likeness).text
    assert page.count('class="clear"') == 1
    assert re.search(r"<text [^>]*>1 !</text>", page)
    assert "In photo 1, face 1" in page
    others = author.draft(DULL, [(drawn(without_first=True), "Children planting bulbs")], classes="Oak")
    page = approver.get(others).text
    assert asked_on(page) == [f"answer-{child}"]
    assert re.search(r"Likest in photo 1: face \d, \d", page)
    assert "Likest" not in author.get(others).text


def test_a_draft_of_a_program_is_decided_too(approver: Browser, school: School) -> None:
    made = approver.client.post("/v1/drafts", json={"text": DULL}, headers=school.key("drafts:write"))
    page = approver.get(f"/drafts/{made.json()['id']}").text
    assert "by a program (by key)" in page
    assert "/decision" in page
