"""From approved to published, bit by bit, and every answer that an account may give."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain import Stage
from app.integrations.publisher import Hold, Recent, Refused, Unknown, Wait
from app.jobs import queues
from app.publishing import sweeping
from app.publishing.people import pause, record_not_posted, record_post
from app.publishing.planning import go_on, plan_again, take_off
from app.store import attempts, audit, drafts, holding, outbox, publications
from app.store.attempts import AttemptOutcome
from app.store.publications import State, WhyThen
from app.web.schoolwork import policy_of
from tests.publishing.conftest import Approve
from tests.publishing.paper import Line, Publishing
from tests.web.conftest import Clock, School, both_databases

GOOD_NEWS = "Year 4 built a Roman road in the playground and it held a bicycle!"


def stage_of(school: School, draft_id: str) -> Stage:
    with school.read() as store:
        return drafts.get(store, draft_id).stage


def types_told(school: School) -> list[str]:
    with school.read() as store:
        return [str(one.type) for one in outbox.of_school(store)]


@both_databases
def test_an_approved_draft_goes_out_once_with_its_photos_described(
    school: School, publishing: Publishing, approve: Approve
) -> None:
    draft_id = approve(photos=2)
    assert (stage_of(school, draft_id), publishing.of(draft_id).state) == (Stage.APPROVED, State.WAITING)
    assert publishing.work(draft_id).state is State.PUBLISHED
    assert stage_of(school, draft_id) is Stage.PUBLISHED
    names = [name for name, _ in publishing.account.calls]
    assert names == ["upload", "upload", "describe", "describe", "post"]
    with school.read() as store:
        draft = drafts.get(store, draft_id)
        attempt = attempts.get(store, draft_id, 1)
        assert audit.verify(store).problems == ()
    sent = [given for name, given in publishing.account.calls if name == "upload"]
    assert [school.service.files.get(photo.sha256) for photo in draft.draft.photos] == [data for data, _ in sent]
    assert publishing.account.calls[-1] == ("post", (GOOD_NEWS, tuple(one.id for one in attempt.media)))
    assert (attempt.outcome, attempt.post_id, attempt.tries) == (AttemptOutcome.POSTED, "1000", 1)
    assert "draft.published" in types_told(school)
    assert not publishing.bit(draft_id), "a job that comes late finds nothing to do"
    assert publishing.account.asked("post") == 1


def test_each_bit_is_on_record_so_that_another_goes_on(
    school: School, publishing: Publishing, approve: Approve
) -> None:
    draft_id = approve(photos=1)
    turn = publishing.of(draft_id).turn
    assert publishing.bit(draft_id, turn)
    assert stage_of(school, draft_id) is Stage.PUBLISHING
    assert publishing.bit(draft_id, turn)
    assert publishing.bit(draft_id, turn)
    other = Publishing(school, publishing.account)  # another worker, who knows nothing but the record
    assert not other.bit(draft_id, turn)
    assert publishing.account.asked("upload") == 1
    assert publishing.of(draft_id).state is State.PUBLISHED


@both_databases
def test_an_attempt_without_an_outcome_is_looked_for_and_never_sent_again(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    publishing.bit(draft_id)
    with school.write() as store:  # the process died between saying that it sends, and the answer
        assert attempts.send(store, attempts.get(store, draft_id, 1), by="publisher", now=clock())
    clock.go_on(seconds=5)
    assert publishing.work(draft_id).state is State.UNCERTAIN
    assert publishing.account.asked("post") == 0
    assert stage_of(school, draft_id) is Stage.PUBLISHING
    url = "https://x.com/whitehouseps/status/77"
    publishing.account.posts.append(Recent("77", url, GOOD_NEWS + " ", clock()))
    clock.go_on(seconds=30)
    assert publishing.work(draft_id).state is State.PUBLISHED
    with school.read() as store:
        assert attempts.get(store, draft_id, 1).url == url


def test_what_never_shows_waits_for_a_person_who_says_so(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    publishing.account.answers["post"] = [Unknown("no answer in time")]
    for _ in range(5):
        publishing.work(draft_id)
        clock.go_on(minutes=10)
    left = publishing.of(draft_id)
    assert (left.state, left.due_at, left.problem) == (State.UNCERTAIN, None, "no-answer")
    assert publishing.account.asked("post") == 1
    assert publishing.account.asked("find_recent") == 5
    with school.write() as store:
        record_not_posted(store, draft_id, "It is not on our page.", by="head", now=clock())
        assert publications.get(store, draft_id).state is State.HELD
        assert drafts.get(store, draft_id).stage is Stage.APPROVED
        plan_again(store, draft_id, None, "Send it.", policy_of(school.service, school.id), by="head", now=clock())
    assert publishing.work(draft_id).state is State.PUBLISHED
    assert len(publishing.account.posts) == 1


def test_a_post_that_was_heard_though_the_answer_was_lost_is_found_at_once(
    school: School, publishing: Publishing, approve: Approve
) -> None:
    draft_id = approve()
    publishing.account.answers["post"], publishing.account.heard = [Unknown("reset")], True
    assert publishing.work(draft_id).state is State.PUBLISHED
    assert publishing.account.asked("post") == 1


def test_a_duplicate_that_is_ours_is_the_post(school: School, publishing: Publishing, approve: Approve) -> None:
    draft_id = approve()
    publishing.account.answers["post"] = [Refused("duplicate", "There is one.", duplicate=True)]
    publishing.account.heard = True
    assert publishing.work(draft_id).state is State.PUBLISHED


def test_a_duplicate_that_is_another_drafts_is_not_taken_for_it(
    school: School, publishing: Publishing, approve: Approve
) -> None:
    first, second = approve(), approve()
    publishing.work(first)
    publishing.account.answers["post"] = [Refused("duplicate", "There is one.", duplicate=True)]
    assert publishing.work(second).state is State.UNCERTAIN


@both_databases
def test_a_rate_limit_waits_its_time(school: School, publishing: Publishing, approve: Approve, clock: Clock) -> None:
    draft_id = approve()
    until = clock() + timedelta(minutes=15)
    publishing.account.answers["post"] = [Wait(until, "Too many posts.")]
    waiting = publishing.work(draft_id)
    assert (waiting.state, waiting.due_at, waiting.why_then) == (State.WAITING, until, WhyThen.RATE)
    assert stage_of(school, draft_id) is Stage.SCHEDULED
    assert publishing.work(draft_id).state is State.WAITING, "not a moment earlier"
    clock.time = until
    assert publishing.work(draft_id).state is State.PUBLISHED


@both_databases
def test_no_credit_holds_everything_until_a_person_goes_on(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    first, second = approve(), approve()
    publishing.account.answers["post"] = [Hold("no-credit", "The account has no credit.", everything=True)]
    assert publishing.work(first).state is State.WAITING
    with school.read() as store:
        held = holding.current(store)
    assert (held.paused, held.problem, held.paused_by) == (True, "no-credit", "publisher")
    assert publishing.work(second).state is State.WAITING
    assert publishing.account.asked("post") == 1
    with school.write() as store:
        assert go_on(store, by="head", now=clock())
        assert not go_on(store, by="head", now=clock())
    for draft_id in (first, second):
        assert publishing.work(draft_id).state is State.PUBLISHED


def test_a_hold_of_one_post_is_shown_and_planned_anew(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve(photos=1)
    publishing.account.answers["upload"] = [Hold("photo", "X does not take this photo.")]
    held = publishing.work(draft_id)
    assert (held.state, held.problem, held.words) == (State.HELD, "photo", "X does not take this photo.")
    assert stage_of(school, draft_id) is Stage.APPROVED
    with school.write() as store:
        plan_again(store, draft_id, None, "Try again.", policy_of(school.service, school.id), by="head", now=clock())
    assert publishing.work(draft_id).state is State.PUBLISHED


def test_what_is_refused_has_failed_and_is_told(school: School, publishing: Publishing, approve: Approve) -> None:
    draft_id = approve()
    publishing.account.answers["post"] = [Refused("x-refused", "X does not take this post.")]
    assert publishing.work(draft_id).state is State.FAILED
    assert stage_of(school, draft_id) is Stage.FAILED
    assert "draft.publish-failed" in types_told(school)


def test_a_picture_that_cannot_be_handed_over_is_tried_again_and_then_held(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve(photos=1)
    publishing.account.answers["upload"] = [Unknown("no answer")] * 9
    for _ in range(9):
        state = publishing.work(draft_id).state
        clock.go_on(hours=2)
    assert (state, publishing.of(draft_id).problem) == (State.HELD, "unreachable")
    assert publishing.account.asked("post") == 0


def test_pictures_that_were_handed_over_long_ago_are_handed_over_anew(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve(photos=1)
    publishing.account.answers["describe"] = [Wait(clock() + timedelta(hours=21), "Later.")]
    publishing.work(draft_id)
    clock.go_on(hours=21)
    assert publishing.work(draft_id).state is State.PUBLISHED
    assert publishing.account.asked("upload") == 2


def test_whatever_breaks_here_is_tried_again_and_then_waits_for_a_person(
    school: School, publishing: Publishing, approve: Approve, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    draft_id = approve(photos=1)
    publishing.account.answers["upload"] = [KeyError(GOOD_NEWS) for _ in range(5)]
    for _ in range(5):
        publishing.work(draft_id)
        clock.go_on(minutes=20)
    held = publishing.of(draft_id)
    assert (held.state, held.problem) == (State.HELD, "fault")
    assert stage_of(school, draft_id) is Stage.APPROVED
    assert GOOD_NEWS not in caplog.text


@both_databases
def test_without_a_connected_account_nothing_goes_out_and_it_stays_approved(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    publishing.connected = False
    draft_id = approve(photos=1)
    assert publishing.work(draft_id).state is State.REHEARSED
    assert stage_of(school, draft_id) is Stage.APPROVED
    assert publishing.account.calls == []
    with school.read() as store:
        attempt = attempts.get(store, draft_id, 1)
    assert (attempt.publisher, attempt.outcome, len(attempt.media)) == ("dry-run", AttemptOutcome.REHEARSED, 1)
    publishing.connected = True
    assert not publishing.bit(draft_id), "connecting an account does not let loose what was rehearsed"
    with school.write() as store:
        plan_again(store, draft_id, None, "Now.", policy_of(school.service, school.id), by="head", now=clock())
    assert publishing.work(draft_id).state is State.PUBLISHED


def test_an_account_that_was_disconnected_half_way_is_no_dry_run(
    school: School, publishing: Publishing, approve: Approve
) -> None:
    draft_id = approve()
    publishing.bit(draft_id)
    publishing.connected = False
    assert publishing.work(draft_id).state is State.WAITING
    with school.read() as store:
        assert holding.current(store).problem == "disconnected"


@both_databases
def test_what_nobody_is_at_is_put_in_line_again(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    assert sweeping.pick_up(school.service.database, clock()) == 0
    clock.go_on(minutes=3)
    before = publishing.of(draft_id).turn
    assert sweeping.pick_up(school.service.database, clock()) == 1
    assert publishing.of(draft_id).turn == before + 1
    assert not publishing.bit(draft_id, before), "the job of an earlier turn does nothing"
    assert publishing.account.calls == []
    assert publishing.work(draft_id).state is State.PUBLISHED


@both_databases
def test_what_is_still_in_line_keeps_its_place(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    """With more in line than is done in minutes, nothing would ever be done if all of it went to the end again and again."""
    line = Line()
    database = school.service.database
    queues.attach(database, line)
    waiting, lost = approve(), approve()
    turn = publishing.of(waiting).turn
    assert f"publish:{waiting}:{turn}" in line.ids
    line.ids.remove(f"publish:{lost}:{publishing.of(lost).turn}")
    clock.go_on(minutes=3)
    assert sweeping.pick_up(database, clock()) == 1
    assert (publishing.of(waiting).turn, publishing.of(lost).turn) == (turn, turn + 1)
    clock.go_on(minutes=3)
    assert sweeping.pick_up(database, clock()) == 0, "the other is in line too now"
    line.ids.clear()
    with school.write() as store:
        pause(store, "Half term.", by="head", now=clock())
    clock.go_on(minutes=3)
    assert sweeping.pick_up(database, clock()) == 0
    line.ids.add(f"publish:{waiting}:{turn}")
    turn_of_lost = publishing.of(lost).turn
    with school.write() as store:
        assert go_on(store, by="head", now=clock())
    assert (publishing.of(waiting).turn, publishing.of(lost).turn) == (turn, turn_of_lost + 1)
    queues.attach(database, None)


@both_databases
def test_an_approval_lapses(school: School, publishing: Publishing, approve: Approve, clock: Clock) -> None:
    publishing.connected = False
    draft_id, held = approve(), approve()
    publishing.work(draft_id)
    with school.write() as store:
        take_off(store, held, "Not now.", by="head", now=clock())
    policy = policy_of(school.service, school.id)
    clock.go_on(days=13, hours=23)
    assert sweeping.let_lapse(school.service.database, school.id, policy, clock()) == 0
    clock.go_on(hours=1)
    assert sweeping.let_lapse(school.service.database, school.id, policy, clock()) == 2
    assert {stage_of(school, one) for one in (draft_id, held)} == {Stage.EXPIRED}
    assert publishing.of(draft_id).problem == "expired"


def test_a_job_that_comes_after_the_approval_lapsed_posts_nothing(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    clock.go_on(days=14)
    assert publishing.work(draft_id).state is State.ENDED
    assert stage_of(school, draft_id) is Stage.EXPIRED
    assert publishing.account.calls == []


def test_what_breaks_while_it_is_sent_is_in_doubt(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    publishing.account.answers["post"] = [KeyError("data")]
    publishing.work(draft_id)
    clock.go_on(minutes=1)
    assert publishing.work(draft_id).state is State.UNCERTAIN
    assert publishing.account.asked("post") == 1


def test_found_by_a_person_it_is_published_at_that_address(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    publishing.account.answers["post"] = [Unknown("no answer")]
    publishing.account.answers["find_recent"] = [Unknown("no answer")]
    assert publishing.work(draft_id).state is State.UNCERTAIN
    with school.write() as store:
        record_post(store, draft_id, "https://twitter.com/WhitehousePS/status/4711?s=20", by="head", now=clock())
    with school.read() as store:
        attempt = attempts.get(store, draft_id, 1)
    assert (attempt.post_id, attempt.url) == ("4711", "https://x.com/whitehouseps/status/4711")
    assert publishing.work(draft_id).state is State.PUBLISHED
