"""Two approvers open one draft: who is looking is seen, one alone decides, and whoever was overtaken is told."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from app.domain import Stage
from app.store import audit, locks
from app.store.verdicts import DecisionKind
from tests.browser.furnishing import Hand
from tests.browser.scenarios.acting import decisions_on, person, picture, stage_of
from tests.browser.serving import Desk

LIBRARY = "The library is open at lunch on Tuesdays and Thursdays."


def holder(desk: Desk, draft: str) -> str:
    with desk.school.read() as store:
        lock = locks.find(store, draft, now=desk.clock())
    return lock.name if lock else ""


def test_the_second_sees_who_is_looking_takes_over_and_the_first_is_told(
    desk: Desk, open_page: Callable[..., Page]
) -> None:
    whitlock, okonkwo = person(desk, "Mrs Whitlock", "approver"), person(desk, "Ms Okonkwo", "dsl")
    draft = Hand(desk, person(desk, "Ms Ferreira", "author")).write(LIBRARY)

    first = open_page(whitlock, "/queue")
    first.get_by_role("link", name=LIBRARY).click()
    expect(first.get_by_text("You are looking at it")).to_be_visible()
    assert holder(desk, draft) == "Mrs Whitlock"

    # the second sees it in the queue and on the page, and cannot decide
    desk.clock.go_on(minutes=2)
    second = open_page(okonkwo, "/queue")
    line = second.locator(f"#draft-{draft}")
    expect(line).to_contain_text("Mrs Whitlock is looking at it")
    expect(second.get_by_role("link", name="Start with the oldest")).to_have_count(0)
    picture(second, "two-1-queue")
    line.get_by_role("link", name=LIBRARY).click()
    notice = second.get_by_role("status").filter(has_text="Mrs Whitlock is looking at this draft")
    expect(notice).to_be_visible()
    picture(second, "two-2-held")
    for decision in ("Approve", "Return to the author", "Reject"):
        expect(second.get_by_role("button", name=decision, exact=True)).to_have_count(0)
    expect(second.get_by_text("Mrs Whitlock has this draft now")).to_be_visible()
    assert stage_of(desk, draft) is Stage.READY
    assert decisions_on(desk, draft) == ()
    assert holder(desk, draft) == "Mrs Whitlock"

    # the second takes over, which is written down; the first is told on deciding, and nothing is done
    second.get_by_role("button", name="Take over", exact=True).click()
    expect(second.get_by_text("You are looking at it")).to_be_visible()
    assert holder(desk, draft) == "Ms Okonkwo"
    with desk.school.read() as store:
        lines = [one for one in audit.about(store, draft) if one.action == audit.Action.LOCK_TAKE_OVER]
    assert [(one.actor, one.detail) for one in lines] == [(okonkwo.id, {"from": whitlock.id})]

    first.get_by_label("In your own words").fill("Say which door they use.")
    first.get_by_role("button", name="Return to the author").click()
    expect(first.get_by_role("alert").first).to_contain_text("Ms Okonkwo is looking at this draft. Ask them")
    expect(first.get_by_text("Ms Okonkwo is looking at this draft")).to_have_count(1)
    expect(first.get_by_role("button", name="Return to the author")).to_have_count(0)
    expect(first.get_by_label("In your own words")).to_have_value("Say which door they use.")
    picture(first, "two-4-overtaken")
    assert stage_of(desk, draft) is Stage.READY
    assert decisions_on(desk, draft) == ()

    second.get_by_role("button", name="Approve", exact=True).click()
    expect(second.get_by_text("Nothing waits.")).to_be_visible()
    (decided,) = decisions_on(desk, draft)
    assert (decided.decision, decided.decided_by) == (DecisionKind.APPROVE, okonkwo.id)
    first.get_by_role("button", name="Take over and decide").click()
    expect(first.get_by_role("alert").first).to_be_visible()
    picture(first, "two-5-too-late")
    assert decisions_on(desk, draft) == (decided,)


def test_a_page_that_was_overtaken_says_so_by_itself(desk: Desk, open_page: Callable[..., Page]) -> None:
    whitlock, okonkwo = person(desk, "Mrs Whitlock", "approver"), person(desk, "Ms Okonkwo", "dsl")
    draft = Hand(desk, person(desk, "Ms Ferreira", "author")).write(LIBRARY)
    first = open_page(whitlock, "/queue")
    first.clock.install()
    first.get_by_role("link", name=LIBRARY).click()
    expect(first.get_by_text("You are looking at it")).to_be_visible()
    with desk.school.write() as store:
        locks.take_over(store, draft, by=okonkwo.id, now=desk.clock())
    first.clock.run_for(11_000)
    expect(first.get_by_role("alert")).to_contain_text("Somebody else has taken this draft over")
    expect(first.get_by_text("You are looking at it")).to_be_hidden()
    expect(first.get_by_role("link", name="Load it again")).to_be_visible()
    expect(first.get_by_role("button", name="Approve", exact=True)).to_be_hidden()
    picture(first, "two-6-told-by-itself")
    assert holder(desk, draft) == "Ms Okonkwo"
