"""Only what was approved goes out, byte for byte, and only while nothing was learned that the approver did not know."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app import register
from app.domain import Account, Stage
from app.publishing.people import begin_by_hand
from app.store import drafts, policies, roster, verdicts
from app.store.publications import State
from tests.databases import tamper
from tests.publishing.conftest import Approve
from tests.publishing.paper import Publishing
from tests.publishing.test_carrying import stage_of
from tests.web.api.test_permissions import say
from tests.web.conftest import REFUSED, Clock, School, both_databases


def changed_register(school: School) -> None:
    """Something that a verdict could rest on, and that changes none."""
    register.put_accounts(school.office, [Account("whitehouse_rowan")], by="test", now=school.service.clock())


@both_databases
def test_a_changed_register_has_it_vetted_again_and_out_it_goes(
    school: School, publishing: Publishing, approve: Approve
) -> None:
    draft_id = approve(photos=1)
    changed_register(school)
    with school.read() as store:
        before = verdicts.latest(store, [draft_id])[draft_id]
    assert publishing.work(draft_id).state is State.PUBLISHED
    with school.read() as store:
        after = verdicts.latest(store, [draft_id])[draft_id]
    assert after.id != before.id
    assert after.register_version == before.register_version + 1


def test_an_unchanged_school_has_it_vetted_once(school: School, publishing: Publishing, approve: Approve) -> None:
    draft_id = approve()
    with school.read() as store:
        before = verdicts.latest(store, [draft_id])[draft_id]
    publishing.work(draft_id)
    with school.read() as store:
        assert verdicts.latest(store, [draft_id])[draft_id].id == before.id


def test_a_changed_policy_has_it_vetted_again(school: School, publishing: Publishing, approve: Approve) -> None:
    draft_id = approve()
    with school.write() as store:
        now = policies.current(store)
        assert now is not None
        stricter = now.source.replace("policy_length = 140", "policy_length = 20")
        policies.add(store, stricter, by="governors", now=school.service.clock())
    ended = publishing.work(draft_id)
    assert (ended.state, ended.problem) == (State.ENDED, "approval-void")
    assert stage_of(school, draft_id) is Stage.REJECTED
    assert publishing.account.calls == []


def test_a_verdict_of_another_day_is_made_anew(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve()
    clock.go_on(days=8)  # the roster is out of date by now, but a post without photos does not rest on it
    state = publishing.work(draft_id).state
    with school.read() as store:
        assert verdicts.latest(store, [draft_id])[draft_id].verdict.vetted_at == clock()
    assert state is State.PUBLISHED


def test_a_roster_that_went_stale_meanwhile_sends_a_photo_back_to_the_desk(
    school: School, publishing: Publishing, approve: Approve, clock: Clock
) -> None:
    draft_id = approve(photos=1)
    clock.go_on(days=8)
    ended = publishing.work(draft_id)
    assert (ended.state, ended.problem) == (State.ENDED, "approval-void")
    assert "what was not known when it was approved" in ended.words
    assert stage_of(school, draft_id) is Stage.REFERRED


@both_databases
def test_a_permission_lost_between_approval_and_publication_stops_it(
    client: TestClient, school: School, publishing: Publishing, approve: Approve
) -> None:
    draft_id = approve(photos=1)
    publishing.bit(draft_id)  # begun: the pictures are about to be handed over
    with school.read() as store:
        child = next(
            one
            for one in roster.every(store)
            if one.class_name == "Cedar" and one.upn not in REFUSED and not one.left_on
        )
    say(client, school.key("register:write"), school, child.upn, "refused", told_by="mother")
    publishing.work(draft_id)
    assert publishing.account.asked("post") == 0
    assert stage_of(school, draft_id) is Stage.REFERRED


def test_a_text_that_was_changed_behind_our_back_goes_nowhere(
    school: School, publishing: Publishing, approve: Approve
) -> None:
    draft_id = approve()
    tamper(school.service.database, "UPDATE drafts SET text = :text WHERE id = :id", text="Buy this.", id=draft_id)
    held = publishing.work(draft_id)
    assert (held.state, held.problem) == (State.HELD, "broken")
    assert publishing.account.calls == []


def test_a_picture_that_is_gone_holds_it(school: School, publishing: Publishing, approve: Approve) -> None:
    draft_id = approve(photos=1)
    with school.read() as store:
        (photo,) = drafts.get(store, draft_id).draft.photos
    school.service.files.delete(photo.sha256)
    held = publishing.work(draft_id)
    assert (held.state, held.problem) == (State.HELD, "broken")
    assert "Photo 1" in held.words


@pytest.mark.parametrize("begun", [False, True])
def test_what_was_changed_while_it_was_under_way_is_not_sent(
    school: School, publishing: Publishing, approve: Approve, begun: bool
) -> None:
    draft_id = approve(photos=1)
    if begun:
        publishing.bit(draft_id)
        publishing.bit(draft_id)
    tamper(school.service.database, "UPDATE draft_photos SET alt_text = 'Tom' WHERE draft_id = :id", id=draft_id)
    assert publishing.work(draft_id).state is State.HELD
    assert publishing.account.asked("post") == 0


def test_by_hand_too_only_what_may_still_go_out(school: School, publishing: Publishing, approve: Approve) -> None:
    publishing.by_hand()
    draft_id = approve()
    assert publishing.work(draft_id).state is State.TASK
    with school.write() as store:
        now = policies.current(store)
        assert now is not None
        policies.add(
            store,
            now.source.replace("policy_length = 140", "policy_length = 20"),
            by="governors",
            now=school.service.clock(),
        )
    assert not begin_by_hand(publishing.press, draft_id, by="office", now=school.service.clock())
    assert stage_of(school, draft_id) is Stage.REJECTED
