"""By hand, taking down, and what a person may say of a post."""

from __future__ import annotations

import pytest

from app.domain import Stage
from app.errors import Conflict, Malformed
from app.integrations.publisher import Hold, Unknown
from app.publishing.people import (
    begin_by_hand,
    note_recalled,
    record_not_posted,
    record_post,
    record_taken_down,
    take_down,
)
from app.store import attempts, publications, recalls
from app.store.publications import State
from app.store.recalls import RecallOutcome, WhyFound
from tests.publishing.conftest import Approve
from tests.publishing.paper import Publishing
from tests.publishing.test_carrying import stage_of, types_told
from tests.web.conftest import Clock, School, both_databases

URL = "https://x.com/whitehouseps/status/4711"


@both_databases
def test_a_person_posts_by_hand_and_notes_the_address(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    publishing.by_hand()
    draft_id = approve(photos=1)
    assert publishing.work(draft_id).state is State.TASK
    assert stage_of(school, draft_id) is Stage.APPROVED
    with school.write() as store, pytest.raises(Conflict):
        record_post(store, draft_id, URL, by="office", now=clock())
    assert begin_by_hand(publishing.press, draft_id, by="office", now=clock())
    assert stage_of(school, draft_id) is Stage.PUBLISHING
    with pytest.raises(Conflict):
        begin_by_hand(publishing.press, draft_id, by="head", now=clock())
    with school.write() as store:
        for wrong in (
            "",
            "whitehouseps",
            "https://x.com/whitehouseps",
            "https://example.org/whitehouseps/status/1",
            "https://x.com/i/status/1",
            "https://x.com/somebodyelse/status/1",
            "javascript:alert(1)",
        ):
            with pytest.raises(Malformed):
                record_post(store, draft_id, wrong, by="office", now=clock())
        record_post(
            store, draft_id, "https://mobile.twitter.com/WhitehousePS/status/4711/photo/1", by="office", now=clock()
        )
    assert stage_of(school, draft_id) is Stage.PUBLISHED
    with school.read() as store:
        assert attempts.get(store, draft_id, 1).url == URL
    assert publishing.account.calls == []


def test_a_person_who_did_not_post_after_all(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    publishing.by_hand()
    draft_id = approve()
    publishing.work(draft_id)
    begin_by_hand(publishing.press, draft_id, by="office", now=clock())
    with school.write() as store:
        record_not_posted(store, draft_id, "The telephone rang.", by="office", now=clock())
    assert (publishing.of(draft_id).state, stage_of(school, draft_id)) == (State.TASK, Stage.APPROVED)
    assert begin_by_hand(publishing.press, draft_id, by="head", now=clock())


def test_one_address_is_one_draft(school: School, publishing: Publishing, approve: Approve, clock: Clock) -> None:
    publishing.by_hand()
    first, second = approve(), approve()
    for draft_id in (first, second):
        publishing.work(draft_id)
        begin_by_hand(publishing.press, draft_id, by="office", now=clock())
    with school.write() as store:
        record_post(store, first, URL, by="office", now=clock())
        with pytest.raises(Conflict) as raised:
            record_post(store, second, URL, by="office", now=clock())
    assert raised.value.slug == "other-draft"


@both_databases
def test_taking_down_deletes_closes_and_tells(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    with pytest.raises(Conflict):
        take_down(publishing.press, draft_id, "Now.", by="head", now=clock())
    publishing.work(draft_id)
    with school.write() as store:
        recalls.open_recall(store, draft_id, {"child": WhyFound.CLASS}, by="register", now=clock())
    with pytest.raises(Malformed):
        take_down(publishing.press, draft_id, " ", by="head", now=clock())
    assert take_down(publishing.press, draft_id, "A family asked.", by="head", now=clock())
    assert publishing.account.deleted == ["1000"]
    assert stage_of(school, draft_id) is Stage.WITHDRAWN
    assert "draft.withdrawn" in types_told(school)
    with school.read() as store:
        assert recalls.open_recalls(store, limit=5).items == ()
        (closed,) = recalls.closed_recalls(store, limit=5).items
        assert closed.outcome is RecallOutcome.TAKEN_DOWN
        assert attempts.get(store, draft_id, 1).taken_down_at == clock()


@pytest.mark.parametrize("answer", [Hold("disconnected", "Connect the account."), Unknown("no answer")])
def test_what_cannot_be_taken_down_from_here_is_a_persons_task(
    school: School, publishing: Publishing, approve: Approve, clock: Clock, answer: Hold | Unknown
) -> None:
    draft_id = approve()
    publishing.work(draft_id)
    publishing.account.answers["delete"] = [answer]
    assert not take_down(publishing.press, draft_id, "A family asked.", by="head", now=clock())
    assert (publishing.of(draft_id).state, stage_of(school, draft_id)) == (State.TAKING_DOWN, Stage.PUBLISHED)
    assert publishing.of(draft_id).words == answer.reason
    with school.write() as store:
        record_taken_down(store, draft_id, "Deleted in the app.", by="head", now=clock())
        assert publications.get(store, draft_id).state is State.TAKEN_DOWN
        with pytest.raises(Conflict):
            record_taken_down(store, draft_id, "Again.", by="head", now=clock())


def test_a_recall_that_ends_by_taking_down_is_noted_here(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    with school.write() as store:
        note_recalled(store, draft_id, "It was never out.", by="head", now=clock())
    publishing.work(draft_id)
    with school.write() as store:
        note_recalled(store, draft_id, "Deleted.", by="head", now=clock())
    assert stage_of(school, draft_id) is Stage.WITHDRAWN
