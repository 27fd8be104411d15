"""What is told to whom by mail, and when: against a real mail server, with a clock that is moved."""

from __future__ import annotations

import email
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email import policy
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from app import desk
from app.desk import Deciding
from app.domain.reach import Reach
from app.policy import DEFAULT_FILE
from app.store import deputies, drafts, escalations, notices, people, policies
from app.store.deputies import Naming
from app.store.notices import LEASE, Rhythm, State, Wishes
from app.store.people import Person
from app.store.verdicts import DecisionKind
from app.tables import DraftRow
from app.web import mailing
from app.web.mailing import send_due
from tests.mail_server import Post, running
from tests.seeing import PAPER_DISTANCES
from tests.web.api.test_drafts import submit
from tests.web.conftest import Clock, School, both_databases

MONDAY = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
TEXT = "Year 4 built a Roman road in the playground and it held a bicycle!"


@pytest.fixture
def post() -> Iterator[Post]:
    with running() as server:
        yield server


@pytest.fixture
def more_settings(post: Post) -> dict[str, Any]:
    return {
        "smtp_host": "localhost",
        "smtp_port": post.port,
        "smtp_tls": "none",
        "smtp_sender": "fledgling@whitehouse.example",
        "smtp_timeout_s": 5,
        "public_url": "https://desk.whitehouse.example/",
    }


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY)


@pytest.fixture
def approver(school: School) -> Person:
    return school.person("approver")


@pytest.fixture
def draft(client: TestClient, school: School) -> Callable[[], str]:
    """Sends a draft that waits for an approver; returns its id."""
    key = school.key("drafts:write")
    return lambda: str(submit(client, key, text=TEXT)["id"])


def bodies(post: Post) -> list[tuple[str, str, str]]:
    """Of each mail: to whom, subject, body."""
    found = []
    for taken in post.taken:
        message = email.message_from_bytes(taken.data, policy=policy.default)
        found.append((taken.recipients[0], str(message["Subject"]), message.get_content().replace("\r\n", "\n")))
    return found


def subjects(post: Post) -> list[tuple[str, str]]:
    return [(to, subject) for to, subject, _ in bodies(post)]


def decide(school: School, draft_id: str, decision: DecisionKind, by: Person) -> None:
    with school.write() as store:
        digest = drafts.get(store, draft_id).digest
        desk.decide(store, draft_id, Deciding(decision, digest, "Because.", {}), by=by.id, now=school.service.clock())


def wish(school: School, person: Person, **wishes: Any) -> None:
    with school.write() as store:
        notices.put_wishes(store, person.id, replace(Wishes(), **wishes), now=school.service.clock())


@both_databases
def test_an_approver_is_told_of_what_waits_once(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    assert send_due(school.service) == 0
    draft(), draft()
    clock.go_on(minutes=2)
    assert send_due(school.service) == 1
    ((to, subject, body),) = bodies(post)
    assert (to, subject) == (approver.email, "2 posts wait for you")
    assert "2 posts wait for an approver.\n\n  Ready: 2\n\nThe oldest since 09:40 (2 min)." in body
    assert "https://desk.whitehouse.example/queue\n" in body
    assert "https://desk.whitehouse.example/notifications" in body
    assert "bicycle" not in body
    assert approver.name not in body
    clock.go_on(minutes=31)
    assert send_due(school.service) == 0


def test_at_most_one_mail_in_half_an_hour(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    draft()
    send_due(school.service)
    for _ in range(3):
        clock.go_on(minutes=9)
        draft()
        send_due(school.service)
    assert len(post.taken) == 1
    clock.go_on(minutes=3)
    send_due(school.service)
    assert subjects(post)[1:] == [(approver.email, "4 posts wait for you")]


def test_the_policy_says_how_often(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    source = DEFAULT_FILE.read_text("utf-8").replace("digest_minutes = 30", "digest_minutes = 5") + PAPER_DISTANCES
    with school.write() as store:
        policies.add(store, source, by="test", now=clock())
    for _ in range(2):
        draft()
        send_due(school.service)
        clock.go_on(minutes=5)
    assert len(post.taken) == 2


def test_nobody_is_written_to_at_night_or_at_the_weekend(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    clock.time = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)  # Friday
    draft()
    while clock.time < datetime(2026, 11, 23, 7, 30, tzinfo=UTC):
        assert send_due(school.service) == 0
        clock.go_on(hours=1, minutes=15)
    assert send_due(school.service) == 1
    assert "since Friday 20 November, 18:00 (2 days)" in bodies(post)[0][2]


@pytest.mark.parametrize("day", [date(2026, 3, 27), date(2026, 3, 30), date(2026, 10, 23), date(2026, 10, 26)])
def test_the_morning_begins_by_the_schools_clock_in_summer_and_winter(
    school: School, approver: Person, draft: Callable[[], str], clock: Clock, day: date
) -> None:
    summer = date(2026, 3, 29) <= day < date(2026, 10, 25)
    begins = datetime.combine(day, time(6, 30) if summer else time(7, 30), UTC)
    clock.time = begins - timedelta(minutes=1)
    draft()
    assert send_due(school.service) == 0
    clock.time = begins
    assert send_due(school.service) == 1


def test_somebody_is_told_once_an_hour(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    wish(school, approver, rhythm=Rhythm.HOURLY)
    for _ in range(5):
        draft()
        send_due(school.service)
        clock.go_on(minutes=20)
    assert subjects(post) == [(approver.email, "1 post waits for you"), (approver.email, "4 posts wait for you")]


def test_somebody_is_told_once_a_day_of_what_came_until_then(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    wish(school, approver, rhythm=Rhythm.DAILY, daily_at=time(15, 30), nudges=False)
    draft()
    sent_at = []
    for _ in range(2 * 24 * 4):
        if send_due(school.service):
            sent_at.append(clock.time)
        if clock.time == MONDAY.replace(hour=15, minute=55):
            draft()
        clock.go_on(minutes=15)
    assert sent_at == [MONDAY.replace(hour=15, minute=40), MONDAY.replace(day=24, hour=15, minute=40)]
    assert [subject for _, subject in subjects(post)] == ["1 post waits for you", "2 posts wait for you"]


def test_what_waits_too_long_is_reminded_of_once_in_hours_that_count(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    clock.time = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # Friday: two hours, then Monday's
    draft()
    send_due(school.service)
    reminded_at = []
    while clock.time < datetime(2026, 11, 24, 12, 0, tzinfo=UTC):
        if send_due(school.service):
            reminded_at.append(clock.time)
        clock.go_on(minutes=30)
    assert reminded_at == [datetime(2026, 11, 23, 9, 30, tzinfo=UTC)]
    assert subjects(post)[1] == (approver.email, "Reminder: 1 post still waits")


def test_a_reminder_goes_in_the_place_of_the_usual_mail(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    wish(school, approver, rhythm=Rhythm.DAILY, daily_at=time(16, 0))
    draft()
    clock.go_on(hours=4)
    send_due(school.service)
    clock.go_on(hours=3)
    send_due(school.service)
    assert [subject for _, subject in subjects(post)] == ["Reminder: 1 post still waits"]


@both_databases
def test_an_author_is_told_when_theirs_is_decided(
    client: TestClient, school: School, approver: Person, post: Post, clock: Clock
) -> None:
    author = school.person("author")
    ids = [str(submit(client, school.key("drafts:write"), text=TEXT)["id"]) for _ in range(3)]
    with school.write() as store:
        store.session.execute(update(DraftRow).where(DraftRow.id.in_(ids[:2])).values(author=author.id))
    decide(school, ids[0], DecisionKind.APPROVE, approver)
    decide(school, ids[1], DecisionKind.RETURN, approver)
    decide(school, ids[2], DecisionKind.RETURN, approver)
    clock.go_on(minutes=1)
    assert send_due(school.service) == 1
    ((to, subject, body),) = bodies(post)
    assert (to, subject) == (author.email, "2 posts of yours decided")
    assert "  approved: 1\n  returned to you with a reason: 1" in body
    assert "https://desk.whitehouse.example/drafts\n" in body
    assert "Because" not in body
    assert send_due(school.service) == 0


def test_whoever_writes_no_more_is_told_of_no_decision(
    client: TestClient, school: School, approver: Person, clock: Clock
) -> None:
    once = school.person("colleague")
    draft_id = str(submit(client, school.key("drafts:write"), text=TEXT)["id"])
    with school.write() as store:
        store.session.execute(update(DraftRow).where(DraftRow.id == draft_id).values(author=once.id))
    decide(school, draft_id, DecisionKind.RETURN, approver)
    clock.go_on(minutes=1)
    assert send_due(school.service) == 0


def test_whoever_does_not_wish_it_is_not_told(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    wish(school, approver, rhythm=Rhythm.NEVER, nudges=False)
    draft()
    clock.go_on(hours=7)
    assert send_due(school.service) == 0
    wish(school, approver, rhythm=Rhythm.NEVER, nudges=True)
    assert send_due(school.service) == 1


@pytest.mark.parametrize("role", ["author", "office", "dpo", "administrator"])
def test_those_who_do_not_stand_at_the_desk_are_not_told(
    school: School, approver: Person, draft: Callable[[], str], post: Post, role: str
) -> None:
    school.person(role)
    draft()
    send_due(school.service)
    assert [to for to, _ in subjects(post)] == [approver.email]


def test_nobody_is_told_of_their_own(client: TestClient, school: School, approver: Person, clock: Clock) -> None:
    csrf = school.sign_in(client, approver)
    answer = client.post("/v1/drafts", json={"text": TEXT}, headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 201
    assert send_due(school.service) == 0


def away(school: School, person: Person, deputy: Person | None, *, both: bool = False) -> None:
    today = school.service.clock().date()
    with school.write() as store:
        naming = Naming(person.id, deputy.id if deputy else None, today, today, both)
        deputies.name(store, naming, today=today, by=person.id, now=school.service.clock())


@pytest.mark.parametrize("both", [False, True])
def test_a_deputy_is_told_in_the_place_of_who_is_away(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock, both: bool
) -> None:
    deputy = school.person("administrator")
    away(school, approver, deputy, both=both)
    draft()
    send_due(school.service)
    assert {to for to, _ in subjects(post)} == ({deputy.email, approver.email} if both else {deputy.email})
    told = next(body for to, _, body in bodies(post) if to == deputy.email)
    assert "because you stand in for a colleague today" in told
    clock.go_on(hours=5)
    post.taken.clear()
    send_due(school.service)
    assert (deputy.email, "Reminder: 1 post still waits") in subjects(post)


def test_where_nobody_is_left_the_administrators_are_told(
    school: School, approver: Person, draft: Callable[[], str], post: Post
) -> None:
    administrator = school.person("administrator")
    away(school, approver, None)
    draft()
    send_due(school.service)
    assert [to for to, _ in subjects(post)] == [administrator.email]


def test_a_draft_passed_on_is_told_to_whom_it_was_passed(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    lead = school.person("dsl")
    wish(school, lead, rhythm=Rhythm.NEVER, nudges=False)
    waiting = draft()
    with school.write() as store:
        escalations.add(store, waiting, lead.id, "Please look.", revision=1, by=approver.id, now=clock())
    send_due(school.service)
    assert (lead.email, "1 post passed on to you") in subjects(post)
    assert all("Please look" not in body for _, _, body in bodies(post))
    clock.go_on(hours=1)
    assert send_due(school.service) == 0


def test_what_was_decided_before_a_mail_could_go_is_not_told(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    post.refuses["RCPT"] = "451 later"
    waiting = draft()
    send_due(school.service)
    decide(school, waiting, DecisionKind.RETURN, approver)
    post.refuses.clear()
    clock.go_on(minutes=5)
    assert send_due(school.service) == 0
    with school.read() as store:
        assert [one.state for one in notices.of_person(store, approver.id, limit=9)] == [State.DROPPED]


def test_a_mail_that_was_not_taken_is_tried_again_ever_later_and_given_up_after_a_day(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    wish(school, approver, reach=Reach(time(0, 0), time(23, 59), frozenset(range(7))), nudges=False)
    post.refuses["MAIL"] = "451 later"
    draft()
    tries = []
    while clock.time < MONDAY + timedelta(hours=26):
        send_due(school.service)
        with school.read() as store:
            (one,) = notices.of_person(store, approver.id, limit=1)
        tries.append((one.tries, one.state))
        if one.state is State.GIVEN_UP:
            break
        clock.go_on(minutes=10)
    assert tries[-1][1] is State.GIVEN_UP
    assert timedelta(hours=24) <= clock.time - MONDAY < timedelta(hours=25, minutes=15)
    assert 20 < tries[-1][0] < 35
    with school.read() as store:
        assert notices.troubled(store, limit=9)[0].fault == "sender-451"
    post.refuses.clear()
    clock.go_on(minutes=31)
    assert send_due(school.service) == 1


def test_a_mailbox_that_is_not_there_keeps_nobody_else_waiting(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    other = school.person("approver")
    post.refuses[approver.email] = "550 nobody of that name"
    draft()
    assert send_due(school.service) == 1
    clock.go_on(minutes=30)
    assert send_due(school.service) == 0
    assert [to for to, _ in subjects(post)] == [other.email]


def test_it_is_not_sent_when_it_has_become_quiet_meanwhile(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    clock.time = MONDAY.replace(hour=17, minute=59)
    post.refuses["MAIL"] = "451 later"
    draft()
    send_due(school.service)
    post.refuses.clear()
    while clock.time < MONDAY.replace(day=24, hour=7, minute=30):
        assert send_due(school.service) == 0
        clock.go_on(minutes=1 if clock.time < MONDAY.replace(hour=18, minute=5) else 15)
    clock.go_on(minutes=15)
    assert send_due(school.service) == 1


@both_databases
def test_two_processes_send_each_mail_once(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    others = [school.person("approver") for _ in range(4)]
    draft()
    with ThreadPoolExecutor(3) as pool:
        sent = sum(pool.map(send_due, [school.service] * 3))
    assert sent == 5 == len(post.taken)
    assert {to for to, _ in subjects(post)} == {approver.email, *(one.email for one in others)}


def test_a_process_that_ends_while_it_sends_does_not_lead_to_a_second_mail(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    draft()
    mailing._make(school.service, school.id, clock())
    with school.write() as store:
        (notice_id,) = notices.due(store.session, limit=9, now=clock())
        assert notices.take(store.session, notice_id, now=clock())
    for _ in range(4):
        clock.go_on(minutes=LEASE.total_seconds() / 60)
        assert send_due(school.service) == 0
    assert post.taken == []
    with school.read() as store:
        assert [one.state for one in notices.troubled(store, limit=9)] == [State.UNSURE]


def test_whoever_has_left_is_not_written_to(
    school: School, approver: Person, draft: Callable[[], str], post: Post, clock: Clock
) -> None:
    post.refuses["MAIL"] = "451 later"
    draft()
    send_due(school.service)
    with school.write() as store:
        people.change(store, approver.id, active=False, by="test", now=clock())
    post.refuses.clear()
    clock.go_on(minutes=5)
    assert send_due(school.service) == 0


def test_without_a_mail_server_nothing_is_made(
    school: School, approver: Person, draft: Callable[[], str], post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    draft()
    settings = school.service.settings
    without = replace(school.service, settings=settings.model_copy(update={"smtp_host": ""}))
    wrong = replace(school.service, settings=settings.model_copy(update={"smtp_sender": ""}))
    assert send_due(without) == send_due(wrong) == 0
    assert "no mail is sent: smtp-sender" in caplog.text
    with school.read() as store:
        assert notices.of_person(store, approver.id, limit=9) == ()
