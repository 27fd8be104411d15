"""Deciding on a draft's page: who holds it, what voids an approval and what changed, comparing, passing on."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app import desk, register
from app.domain import Account, Stage
from app.store import audit, comparisons, drafts, escalations, policies
from app.web.schoolwork import workplace_of
from tests.web.conftest import REFUSED, Clock, School, both_databases
from tests.web.pages.forms import DULL, Browser, drawn, open_browser
from tests.web.pages.review_forms import (
    GROUP,
    approval,
    asked_on,
    compared_on,
    digest_on,
    enrol_alice,
    fault_on,
    id_of,
    seen_on,
    stage_at,
)


@pytest.fixture
def author(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "author")


@pytest.fixture
def approver(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "approver")


@pytest.fixture
def lead(new_client: Callable[[], TestClient], school: School) -> Browser:
    return open_browser(new_client(), school, "dsl")


def _revet(school: School, place: str) -> None:
    at = workplace_of(school.service, school.id)
    desk.revet(at, id_of(place), by="test", now=school.service.clock())


# ---------------------------------------------------------------- two at one draft


@both_databases
def test_one_approver_at_a_time_decides(author: Browser, approver: Browser, lead: Browser, school: School) -> None:
    place = author.draft()
    mine = approver.get(place).text
    theirs = lead.get(place).text
    assert "Approver is looking at this draft, since 22 November 2026, 09:30" in theirs
    assert "Take over" in theirs
    assert "Take over" not in mine
    assert 'id="decide"' not in theirs
    assert 'name="decision"' not in theirs
    refused = lead.post(f"{place}/decision", **approval(mine))
    assert refused.status_code == 409
    assert "Approver is looking at this draft. Ask them, or take it over first." in fault_on(refused.text)
    assert refused.text.partition("<main")[2].count("Approver is looking") == 1
    assert 'name="decision"' not in refused.text
    assert stage_at(school, place) is Stage.READY
    assert lead.post(f"{place}/take-over", seen=seen_on(mine), reason="").headers["location"] == place
    assert approver.post(f"{place}/decision", **approval(mine)).status_code == 409
    assert lead.post(f"{place}/decision", **approval(lead.get(place).text)).status_code == 303
    assert lead.post(f"{place}/take-over").status_code == 409
    assert stage_at(school, place) is Stage.APPROVED


def test_what_was_written_comes_along_when_a_draft_is_taken_over(
    author: Browser, approver: Browser, lead: Browser, school: School
) -> None:
    place = author.draft()
    mine = approver.get(place).text
    lead.post(f"/queue/locks/{id_of(place)}/take-over")
    sent = {"decision": "return", "digest": digest_on(mine), "seen": seen_on(mine)}
    refused = approver.post(f"{place}/decision", **sent, reason="Which door?", quick="Choose another photo.")
    assert refused.status_code == 409
    assert "Which door?</textarea>" in refused.text
    assert '<input type="hidden" name="quick" value="Choose another photo.">' in refused.text
    taken = approver.post(f"{place}/take-over", reason="Which door?", quick="Choose another photo.").text
    assert "Which door?</textarea>" in taken
    assert re.search(r'value="Choose another photo\." checked', taken)
    assert "You are looking at it" in taken
    assert author.post(f"{place}/take-over").status_code == 403


def test_a_lock_ends_by_itself_and_with_the_decision(
    author: Browser, approver: Browser, lead: Browser, school: School, clock: Clock
) -> None:
    place, other = author.draft(), author.draft("More bulbs.")
    approver.get(place)
    clock.go_on(minutes=16)
    assert "is looking at this draft" not in lead.get(place).text
    page = approver.get(other).text
    approver.post(f"{other}/decision", decision="return", digest=digest_on(page), quick="Choose another photo.")
    _revet(school, other)
    assert "is looking at this draft" not in lead.get(other).text


def test_authors_hold_nothing(author: Browser, approver: Browser) -> None:
    place = author.draft()
    author.get(place)
    assert "is looking at this draft" not in approver.get(place).text


# ---------------------------------------------------------------- deciding


def test_quick_reasons_and_own_words_are_sent_together(author: Browser, approver: Browser) -> None:
    place = author.draft()
    page = approver.get(place).text
    approver.post(
        f"{place}/decision",
        decision="return",
        digest=digest_on(page),
        quick="Choose another photo.",
        reason="This one is dark.",
    )
    assert "Choose another photo.\nThis one is dark." in author.get(place).text


def test_the_next_draft_follows_and_the_queue_after_the_last(author: Browser, approver: Browser, clock: Clock) -> None:
    first = author.draft()
    clock.go_on(seconds=1)
    second = author.draft("More bulbs.")
    assert approver.get(f"{second}/previous").headers["location"] == first
    assert approver.get(f"{first}/previous").headers["location"] == "/queue"
    assert approver.get("/drafts/nothing/previous").status_code == 404
    done = approver.post(f"{first}/decision", then="next", **approval(approver.get(first).text))
    assert done.headers["location"] == second
    done = approver.post(f"{second}/decision", then="next", **approval(approver.get(second).text))
    assert done.headers["location"] == "/queue"


def test_reloading_what_a_form_showed_leads_to_the_page(
    author: Browser, new_client: Callable[[], TestClient], school: School
) -> None:
    place = author.draft(DULL, GROUP)
    for form in ("decision", "escalation", "comparisons", "vet", "take-over", "photos/0/cover"):
        assert author.get(f"{place}/{form}").headers["location"] == place
        stranger = open_browser(new_client(), school, "author")
        assert stranger.get(f"{place}/{form}").status_code == 404


def test_accepting_is_asked_for_every_time_and_never_by_accident(
    author: Browser, approver: Browser, school: School
) -> None:
    place = author.draft(DULL, GROUP)
    fields = approval(approver.get(place).text)
    for wrong in ("", "yes", "0" * 32):
        asked = approver.post(f"{place}/decision", **{**fields, "accepted": wrong})
        assert asked.status_code == 200
        assert "saw none of them" in asked.text
    assert approver.post(f"{place}/decision", **{**fields, "seen": "", "accepted": ""}).status_code == 200
    assert stage_at(school, place) is Stage.REFERRED


# ---------------------------------------------------------------- what voids an approval


@both_databases
def test_other_findings_void_what_was_looked_at_and_say_what_changed(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    place = author.draft("The mayor opened Grace Darling Hall.")
    page = approver.get(place).text
    with school.write() as store:
        current = policies.current(store)
        assert current is not None
        source = re.sub(r"(?m)^policy_length = \d+", "policy_length = 20", current.source)
        policies.add(store, source, by="test", now=clock())
    refused = approver.post(f"{place}/decision", **approval(page))
    assert refused.status_code == 409
    assert "The policy has changed" in fault_on(refused.text)
    clock.go_on(seconds=1)
    again = approver.post(f"{place}/vet", seen=seen_on(page))
    after = approver.get(again.headers["location"]).text
    assert "Changed since you looked" in after
    assert "The policy it is judged by" in after
    assert "Found now: Stop" in after
    assert approver.post(f"{place}/decision", **approval(page)).status_code == 409
    assert stage_at(school, place) is Stage.REJECTED


def test_a_check_that_says_the_same_leaves_what_was_looked_at_standing(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    place = author.draft()
    page = approver.get(place).text
    clock.go_on(seconds=1)
    _revet(school, place)
    assert approver.post(f"{place}/decision", **approval(page)).status_code == 303


def test_a_check_that_says_something_else_does_not(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    enrol = enrol_alice
    place = author.draft(DULL, [(drawn(without_first=True), "Children planting bulbs")], classes="Oak")
    page = approver.get(place).text
    clock.go_on(seconds=2)
    enrol(school)
    _revet(school, place)
    refused = approver.post(f"{place}/decision", **approval(page))
    assert refused.status_code == 409
    assert "Changed since you looked" in refused.text


@both_databases
def test_an_approval_that_was_voided_says_by_what(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    place = author.draft(DULL, GROUP)
    fields = approval(approver.get(place).text)
    clock.go_on(seconds=1)
    approver.post(f"{place}/decision", **fields)
    clock.go_on(seconds=1)
    covered = approver.post(f"{place}/photos/0/cover", digest=fields["digest"], face="0", step="cover")
    assert covered.status_code == 303
    page = approver.get(place).text
    assert "Approved before, and not any more" in page
    assert "Approver approved this draft, 22 November 2026, 09:30" in page
    assert "Photo 1 is another picture" in page
    assert approver.post(f"{place}/decision", **approval(page)).status_code == 303


def test_a_changed_register_is_named(author: Browser, approver: Browser, school: School, clock: Clock) -> None:
    place = author.draft()
    page = approver.get(place).text
    register.put_accounts(school.office, [Account("whitehouse_oak")], by="test", now=clock())
    clock.go_on(seconds=1)
    again = approver.post(f"{place}/vet", seen=seen_on(page))
    assert "The register: who is at the school" in approver.get(again.headers["location"]).text
    for odd in ("nothing", "é", "x" * 65):
        assert approver.get(f"{place}?seen={odd}").status_code in {200, 404}
    assert approver.post(f"{place}/vet", seen="/evil?x").headers["location"] == place


# ---------------------------------------------------------------- comparing


@both_databases
def test_an_answer_is_kept_for_whoever_looks_next_and_clears_nothing(
    author: Browser, approver: Browser, lead: Browser, school: School, clock: Clock
) -> None:
    child = enrol_alice(school)
    place = author.draft(DULL, GROUP, classes="Oak")
    page = approver.get(place).text
    (name,) = compared_on(page)
    assert name == f"same-0-0-{child}"
    assert f'name="{name}" value="cant-tell" checked' in page
    assert "Match, by all likeness: face 1 and Alice Smith (Oak)" in page
    assert "%" not in re.sub(r"(?s)<head>.*</head>|href=\"[^\"]*\"", "", page)
    clock.go_on(seconds=1)
    kept = approver.post(f"{place}/comparisons", revision="1", **{name: "different"})
    assert (kept.status_code, kept.headers["location"]) == (303, f"{place}#compare")
    for answer in ("same", "different"):
        clock.go_on(seconds=1)
        approver.post(f"{place}/comparisons", revision="1", **{name: answer})
    assert f'name="{name}" value="different" checked' in approver.get(place).text
    theirs = lead.get(place).text
    assert "Approver: not this child, 22 November 2026, 09:30" in theirs
    assert f'name="{name}" value="cant-tell" checked' in theirs
    assert stage_at(school, place) is Stage.REJECTED
    refused = (
        approver.post(f"{place}/decision", **{**approval(page), "accepted": seen_on(page)})
        if "decide" in page
        else None
    )
    assert refused is None or refused.status_code == 409
    with school.read() as store:
        (one,) = comparisons.latest(store, id_of(place), 1)
        lines = [line for line in audit.about(store, id_of(place)) if line.action == "desk.faces.compare"]
        assert audit.verify(store).problems == ()
    assert (one.answer, one.by) == ("different", approver.person.id)
    assert [line.detail["answer"] for line in lines] == ["different", "same", "different"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"revision": "1"}, 422),
        ({"revision": "x", "same-0-0-CHILD": "same"}, 422),
        ({"revision": "2", "same-0-0-CHILD": "same"}, 409),
        ({"revision": "1", "same-0-0-CHILD": "certainly"}, 422),
        ({"revision": "1", "same-0-9-CHILD": "same"}, 404),
        ({"revision": "1", "same-4-0-CHILD": "same"}, 404),
        ({"revision": "1", "same-0-CHILD": "same"}, 422),
        ({"revision": "1", "same-²-0-CHILD": "same"}, 422),
        ({"revision": "1", "same-0-0-nobody": "same"}, 404),
        ({"revision": "1", "same-0-0-\x00": "same"}, 404),
    ],
)
@both_databases
def test_an_answer_that_does_not_fit_is_refused(
    author: Browser, approver: Browser, school: School, fields: dict[str, str], status: int
) -> None:
    child = enrol_alice(school)
    place = author.draft(DULL, GROUP, classes="Oak")
    sent = {name.replace("CHILD", child): value for name, value in fields.items()}
    assert approver.post(f"{place}/comparisons", **sent).status_code == status
    with school.read() as store:
        assert comparisons.latest(store, id_of(place), 1) == ()


def test_comparing_is_for_approvers_and_not_for_photos_of_their_own(
    author: Browser, approver: Browser, school: School
) -> None:
    child = enrol_alice(school)
    place, own = author.draft(DULL, GROUP, classes="Oak"), approver.draft(DULL, GROUP, classes="Oak")
    sent = {"revision": "1", f"same-0-0-{child}": "different"}
    assert author.post(f"{place}/comparisons", **sent).status_code == 403
    assert approver.post(f"{own}/comparisons", **sent).status_code == 403
    assert compared_on(approver.get(own).text) == []
    assert compared_on(author.get(place).text) == []


def test_somebody_who_saw_the_child_is_reminded_in_the_roll_call(
    author: Browser, approver: Browser, school: School
) -> None:
    child = school.pupil(REFUSED[0]).id
    place = author.draft(DULL, GROUP, classes="Oak")
    assert approver.post(f"{place}/comparisons", revision="1", **{f"same-0-1-{child}": "same"}).status_code == 303
    page = approver.get(place).text
    assert f'name="answer-{child}" value="in-photo" checked' in page
    assert "You, 22 November 2026, 09:30: face 2: same child" in page
    assert "1</span> of 1 answered" in page


def test_the_roll_call_shows_every_face_and_the_rest_of_the_class(author: Browser, approver: Browser) -> None:
    place = author.draft(DULL, GROUP, classes="Oak")
    page = approver.get(place).text
    assert len(asked_on(page)) == 1
    assert "3 faces were seen" in page
    assert "not compared by machine" in page
    assert page.count("data-large") == 3
    assert re.search(r"The others of Oak \(\d+\)", page)
    assert "data-large" not in author.get(place).text


# ---------------------------------------------------------------- passing on


@both_databases
def test_a_draft_is_passed_on_with_a_note_and_waits_as_before(
    author: Browser, approver: Browser, lead: Browser, school: School, clock: Clock
) -> None:
    place = author.draft()
    approver.get(place)
    clock.go_on(seconds=1)
    done = approver.post(f"{place}/escalation", to=lead.person.id, note="Is that <the mayor>?", then="next")
    assert done.status_code == 303
    assert stage_at(school, place) is Stage.READY
    page = lead.get(place).text
    assert "Approver passed this on to you" in page
    assert "Is that &lt;the mayor&gt;?" in page
    assert "the mayor" not in author.get(place).text
    with school.read() as store:
        (line,) = [one for one in audit.about(store, id_of(place)) if one.action == "desk.draft.escalate"]
        assert set(escalations.standing(store, [id_of(place)])) == {id_of(place)}
    assert "mayor" not in str(line.detail)
    clock.go_on(seconds=1)
    lead.post(f"{place}/decision", **approval(page))
    with school.read() as store:
        assert escalations.standing(store, [id_of(place)]) == {}


@pytest.mark.parametrize(
    ("to", "note", "said"),
    [
        ("lead", " ", "write a note"),
        ("nobody", "Look.", "Choose a colleague"),
        ("me", "Look.", "Choose a colleague"),
        ("author", "Look.", "Choose a colleague"),
        ("\x00", "Look.", "Choose a colleague"),
        ("lead", "x" * 2001, "write a note"),
        ("lead", "a\x00b", "cannot be kept"),
    ],
)
@both_databases
def test_passing_on_needs_somebody_and_a_note(
    author: Browser, approver: Browser, lead: Browser, school: School, to: str, note: str, said: str
) -> None:
    place = author.draft()
    people = {"lead": lead.person.id, "me": approver.person.id, "author": author.person.id}
    answer = approver.post(f"{place}/escalation", to=people.get(to, to), note=note)
    assert answer.status_code == 422
    assert said in fault_on(answer.text)
    with school.read() as store:
        assert escalations.standing(store, [id_of(place)]) == {}


def test_only_approvers_pass_on_and_only_what_waits(author: Browser, approver: Browser, lead: Browser) -> None:
    place = author.draft()
    assert author.post(f"{place}/escalation", to=lead.person.id, note="Look.").status_code == 403
    approver.post(f"{place}/decision", **approval(approver.get(place).text))
    assert approver.post(f"{place}/escalation", to=lead.person.id, note="Look.").status_code == 409
    assert approver.post("/drafts/nothing/escalation", to=lead.person.id, note="Look.").status_code == 404


# ---------------------------------------------------------------- a session that ends


def test_a_session_that_ends_mid_review_loses_nothing(
    author: Browser, approver: Browser, school: School, clock: Clock
) -> None:
    place = author.draft(DULL, GROUP, classes="Oak")
    page = approver.get(place).text
    (asked,) = asked_on(page)
    clock.go_on(hours=2)
    sent = {"decision": "return", "digest": digest_on(page), "seen": seen_on(page), asked: "in-photo"}
    ended = approver.client.post(
        f"{place}/decision",
        data={"csrf": approver.csrf, "reason": "She is in the second row.", "quick": "Choose another photo.", **sent},
        headers={"referer": f"http://testserver{place}"},
    )
    assert ended.status_code == 303
    assert ended.headers["location"].startswith("/sign-in?next=")
    approver.csrf = school.sign_in(approver.client, approver.person)
    again = approver.get(place).text
    assert "what you had written is here" in again
    assert "She is in the second row." in again
    assert f'name="{asked}" value="in-photo" checked' in again
    assert re.search(r'value="Choose another photo\." checked', again)
    assert "what you had written is here" not in approver.get(place).text
    with school.read() as store:
        assert drafts.get(store, id_of(place)).stage is Stage.REFERRED
