"""When a draft is due, planning anew, and the switch that holds everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import Event, Stage
from app.errors import Conflict, Malformed
from app.policy import DEFAULT_FILE, Hours, load_default, parse
from app.publishing.people import pause
from app.publishing.planning import go_on, plan_again, take_off
from app.publishing.timing import due, instant_of
from app.store import audit, drafts, events, holding, policies, publications
from app.store.publications import State, WhyThen
from app.web.schoolwork import policy_of
from tests.publishing.conftest import Approve
from tests.publishing.paper import Publishing
from tests.publishing.test_carrying import stage_of
from tests.seeing import PAPER_DISTANCES
from tests.web.conftest import NOW, Clock, School, both_databases

LONDON = ZoneInfo("Europe/London")
SCHOOL_HOURS = Hours(8, 18, frozenset(range(5)))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("instant", "opens"),
    [
        (utc(2026, 11, 23, 7, 59), utc(2026, 11, 23, 8)),  # a Monday in winter: GMT
        (utc(2026, 11, 23, 8), utc(2026, 11, 23, 8)),
        (utc(2026, 11, 23, 17, 59), utc(2026, 11, 23, 17, 59)),
        (utc(2026, 11, 23, 18), utc(2026, 11, 24, 8)),
        (utc(2026, 11, 27, 18), utc(2026, 11, 30, 8)),  # over the weekend
        (utc(2026, 7, 6, 6, 59), utc(2026, 7, 6, 7)),  # in summer 8 o'clock is 7 UTC
        (utc(2027, 3, 26, 18), utc(2027, 3, 29, 7)),  # the clocks go forward on the Sunday
        (utc(2026, 10, 23, 17), utc(2026, 10, 26, 8)),  # and back
    ],
)
def test_hours_are_those_of_the_schools_clock(instant: datetime, opens: datetime) -> None:
    assert SCHOOL_HOURS.next_open(instant, LONDON) == opens


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 23),
    st.integers(1, 24),
    st.sets(st.integers(0, 6), min_size=1),
)
def test_what_opens_is_open_and_never_earlier(instant: datetime, opens: int, closes: int, weekdays: set[int]) -> None:
    if opens >= closes:
        opens, closes = closes - 1, opens + 1
    hours = Hours(opens, closes, frozenset(weekdays))
    found = hours.next_open(instant, LONDON)
    local = found.astimezone(LONDON)
    assert found >= instant
    assert local.weekday() in weekdays
    assert opens <= local.hour < closes
    assert hours.next_open(found, LONDON) == found


def test_the_latest_of_wish_event_and_hours_decides() -> None:
    policy = load_default()
    event = Event("fair", "Fair", NOW, NOW + timedelta(hours=5))
    assert due(None, None, policy, NOW).why is WhyThen.NOW
    assert due(NOW - timedelta(hours=1), None, policy, NOW).due_at == NOW
    assert due(NOW + timedelta(hours=1), None, policy, NOW).why is WhyThen.WANTED
    plan = due(NOW + timedelta(hours=1), event, policy, NOW)
    assert (plan.due_at, plan.why) == (event.ends_at, WhyThen.EVENT)


def test_times_on_the_schools_clock() -> None:
    policy = load_default()
    assert instant_of("2026-07-01T16:30", policy) == utc(2026, 7, 1, 15, 30)
    assert instant_of("2026-12-01T16:30", policy) == utc(2026, 12, 1, 16, 30)
    assert instant_of("2026-10-25T01:30", policy) == utc(2026, 10, 25, 0, 30), "of two such times the first"
    assert instant_of("2026-12-01T16:30:00Z", policy) == utc(2026, 12, 1, 16, 30)
    for wrong in ("2027-03-28T01:30", "tomorrow", "", "9999-99-99T00:00", "9999-12-31T23:59+00:00x"):
        with pytest.raises(Malformed) as raised:
            instant_of(wrong, policy)
        assert raised.value.slug == "no-such-time"


@both_databases
def test_a_time_in_the_future_is_kept(school: School, publishing: Publishing, approve: Approve, clock: Clock) -> None:
    at = clock() + timedelta(days=2)
    draft_id = approve(publish_at=at.isoformat())
    planned = publishing.of(draft_id)
    assert (planned.due_at, planned.why_then) == (at, WhyThen.WANTED)
    assert stage_of(school, draft_id) is Stage.SCHEDULED
    assert publishing.work(draft_id).state is State.WAITING
    clock.time = at
    assert publishing.work(draft_id).state is State.PUBLISHED


def test_a_draft_waits_until_its_event_is_over_wherever_that_moves(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    ends_at = clock() + timedelta(hours=2)
    with school.write() as store:
        events.replace(store, [Event("fair", "Winter market", clock(), ends_at)], by="test", now=clock())
    draft_id = approve(event_id="fair")
    assert (publishing.of(draft_id).due_at, publishing.of(draft_id).why_then) == (ends_at, WhyThen.EVENT)
    with school.write() as store:
        later = Event("fair", "Winter market", clock(), ends_at + timedelta(hours=1))
        events.replace(store, [later], by="test", now=clock())
    clock.time = ends_at
    assert publishing.work(draft_id).due_at == later.ends_at
    clock.time = later.ends_at
    assert publishing.work(draft_id).state is State.PUBLISHED


def test_a_schools_hours_hold_back(school: School, publishing: Publishing, approve: Approve, clock: Clock) -> None:
    source = DEFAULT_FILE.read_text(encoding="utf-8").replace("approval_days = 14", "from_hour = 8\nuntil_hour = 18")
    source = source.replace("from_hour = 8\nuntil", 'weekdays = ["monday", "tuesday"]\nfrom_hour = 8\nuntil', 1)
    assert parse(source + PAPER_DISTANCES).publishing.hours == Hours(8, 18, frozenset({0, 1}))
    with school.write() as store:
        policies.add(store, source + PAPER_DISTANCES, by="test", now=clock())
    draft_id = approve()  # on a Sunday
    waiting = publishing.of(draft_id)
    assert (waiting.due_at, waiting.why_then) == (utc(2026, 11, 23, 8), WhyThen.HOURS)
    assert stage_of(school, draft_id) is Stage.SCHEDULED


@both_databases
def test_off_the_plan_and_on_again(school: School, publishing: Publishing, approve: Approve, clock: Clock) -> None:
    policy = policy_of(school.service, school.id)
    draft_id = approve(publish_at=(clock() + timedelta(days=1)).isoformat())
    old = publishing.of(draft_id).turn
    with school.write() as store:
        for reason in ("", "  ", "x" * 501):
            with pytest.raises(Malformed):
                take_off(store, draft_id, reason, by="head", now=clock())
        take_off(store, draft_id, "The trip was put off.", by="head", now=clock())
        with pytest.raises(Conflict):
            take_off(store, draft_id, "Again.", by="head", now=clock())
    assert stage_of(school, draft_id) is Stage.APPROVED
    clock.go_on(days=1)
    assert not publishing.bit(draft_id, old)
    assert not publishing.bit(draft_id)
    assert publishing.account.calls == []
    with school.write() as store:
        plan_again(store, draft_id, clock() + timedelta(hours=1), "It was today.", policy, by="head", now=clock())
    assert stage_of(school, draft_id) is Stage.SCHEDULED
    clock.go_on(hours=1)
    assert publishing.work(draft_id).state is State.PUBLISHED
    with school.write() as store, pytest.raises(Conflict):
        plan_again(store, draft_id, None, "Once more.", policy, by="head", now=clock())


def test_an_approval_is_not_stretched(school: School, publishing: Publishing, approve: Approve, clock: Clock) -> None:
    policy = policy_of(school.service, school.id)
    draft_id = approve()
    with school.write() as store:
        for at in (clock() - timedelta(seconds=1), clock() + timedelta(days=14, seconds=1)):
            with pytest.raises(Malformed) as raised:
                plan_again(store, draft_id, at, "Then.", policy, by="head", now=clock())
            assert raised.value.slug == "wrong-time"
        assert plan_again(store, draft_id, clock() + timedelta(days=14), "Then.", policy, by="head", now=clock())


@both_databases
def test_one_switch_holds_everything(school: School, publishing: Publishing, approve: Approve, clock: Clock) -> None:
    first = approve(photos=1)
    publishing.bit(first)
    with school.write() as store:
        assert pause(store, "A child is missing.", by="head", now=clock())
        assert not pause(store, "Again.", by="head", now=clock())
    second = approve()
    assert publishing.work(second).state is State.WAITING
    assert publishing.work(first).state is State.WAITING
    assert stage_of(school, first) is Stage.APPROVED, "what was begun and not sent steps back"
    assert publishing.account.asked("post") == 0
    with school.write() as store:
        held = holding.current(store)
        assert (held.paused, held.paused_by, held.reason) == (True, "head", "A child is missing.")
        assert go_on(store, by="head", now=clock())
        assert audit.verify(store).problems == ()
    for draft_id in (first, second):
        assert publishing.work(draft_id).state is State.PUBLISHED


def test_what_was_withdrawn_is_on_no_list(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve(publish_at=(clock() + timedelta(days=1)).isoformat())
    with school.write() as store:
        assert [one.draft_id for one in publications.planned(store)] == [draft_id]
        drafts.move(store, draft_id, Stage.SCHEDULED, Stage.WITHDRAWN, by="author", now=clock())
        assert publications.planned(store) == ()
        assert publications.counts(store) == {}
    clock.go_on(days=1)
    assert publishing.work(draft_id).state is State.ENDED
    assert publishing.account.calls == []
