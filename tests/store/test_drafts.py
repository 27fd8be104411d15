from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain import MOVES, QUEUED, Draft, Evidence, Finding, Outcome, Photo, SchoolFacts, Stage, TextFacts, Verdict
from app.errors import Malformed, NotFound
from app.store import Store, audit, drafts, photos, verdicts
from app.store.paging import read_cursor, write_cursor
from app.store.photos import StoredPhoto, Upload
from app.store.verdicts import DecisionKind
from tests.store.conftest import NOW, Opened

DAY = timedelta(days=1)
DRAFT = Draft(
    "Nul \0 and half \ud800",
    account="@WhitehousePS",
    author="key-1",
    classes=("Oak", "Elm"),
    outsiders=True,
    event_id="e1",
    reply_to="https://x.com/a/status/1",
    repost_of=None,
    publish_at=NOW + DAY,
    source_url="https://school.example/post",
)
UPLOAD = Upload(
    Photo("ab" * 32, "As uploaded", "IMG.jpg", (("artist", "x"),), ("position",)), 40, 30, 999, "image/jpeg"
)


def upload(store: Store, sha256: str = "ab" * 32, *, later: timedelta = timedelta()) -> StoredPhoto:
    one = replace(UPLOAD, photo=replace(UPLOAD.photo, sha256=sha256))
    return photos.add(store, one, expires_at=NOW + DAY + later, by="key-1", now=NOW + later)


def add(store: Store, draft: Draft = DRAFT, *, later: int = 0) -> drafts.StoredDraft:
    return drafts.add(store, draft, author_kind="key", by="key-1", now=NOW + timedelta(minutes=later))


def vet(store: Store, draft: drafts.StoredDraft, *found: Outcome, later: int = 0) -> verdicts.StoredVerdict:
    now = NOW + timedelta(minutes=later)
    findings = tuple(Finding(f"a.{outcome.word}", outcome, "t", "c", "ct", "m") for outcome in found)
    return verdicts.add(
        store,
        draft.id,
        Verdict(findings, "whitehouse@1", "paper", draft.digest, now),
        Evidence(draft.draft, TextFacts(), (), SchoolFacts(), now),
        revision=draft.revision,
        register_version=3,
        by="vetting",
        now=now,
    )


def test_a_photo_comes_back_as_it_was_taken_in(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        photo = upload(store)
    with school.read() as store, other_school.read() as other:
        assert photos.find(store, photo.id) == photo
        assert photos.find(store, "none") is None
        assert photos.find(other, photo.id) is None
    assert photo.photo == replace(UPLOAD.photo, id=photo.id)
    assert (photo.width, photo.height, photo.bytes, photo.media_type) == (40, 30, 999, "image/jpeg")
    assert (photo.uploaded_by, photo.created_at, photo.expires_at) == ("key-1", NOW, NOW + DAY)


def test_an_unused_photo_expires(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        late, soon = upload(store, later=DAY), upload(store)
        assert photos.expired(store, limit=9, now=NOW + DAY - timedelta(seconds=1)) == ()
        assert photos.expired(store, limit=9, now=NOW + DAY) == (soon.id,)
        assert photos.expired(store, limit=9, now=NOW + 2 * DAY) == (soon.id, late.id)
        assert photos.expired(store, limit=1, now=NOW + 2 * DAY) == (soon.id,)
    with other_school.read() as store:
        assert photos.expired(store, limit=9, now=NOW + 9 * DAY) == ()


def test_a_file_is_given_up_with_its_last_upload(school: Opened, other_school: Opened) -> None:
    with other_school.write() as store:
        theirs = upload(store, "bb")
    with school.write() as store:
        one, two, shared = upload(store, "aa"), upload(store, "aa"), upload(store, "bb")
        assert photos.remove(store, [theirs.id], by="housekeeping", now=NOW) == ()
        assert photos.remove(store, [one.id, shared.id], by="housekeeping", now=NOW) == ()
        assert photos.remove(store, [two.id], by="housekeeping", now=NOW) == ("aa",)
        assert photos.find_each(store, [one.id, two.id, shared.id]) == {}
    with other_school.read() as store:
        assert photos.find(store, theirs.id) == theirs


def test_a_photo_in_a_draft_neither_expires_nor_can_be_removed(school: Opened) -> None:
    with school.write() as store:
        photo = upload(store)
        add(store, replace(DRAFT, photos=(photo.photo,)))
        kept = photos.find(store, photo.id)
        assert kept is not None
        assert kept.expires_at is None
        assert photos.expired(store, limit=9, now=NOW + 9 * DAY) == ()
        assert photos.remove(store, [photo.id], by="housekeeping", now=NOW) == ()
        assert photos.find(store, photo.id) == kept


def test_a_draft_comes_back_exactly_as_it_was_sent(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        first, second = upload(store, "aa").photo, upload(store, "bb").photo
        given = replace(DRAFT, photos=(replace(second, alt_text="Alt \0"), first))
        added = add(store, given)
    with school.read() as store, other_school.read() as other:
        assert drafts.get(store, added.id) == added
        assert drafts.find(other, added.id) is None
        with pytest.raises(NotFound):
            drafts.get(other, added.id)
    assert added.draft == given
    assert added.draft.digest == added.digest == given.digest
    assert (added.stage, added.revision, added.author_kind) == (Stage.RECEIVED, 1, "key")
    assert (added.created_at, added.updated_at) == (NOW, NOW)


def test_one_photo_may_stand_in_two_drafts(school: Opened) -> None:
    with school.write() as store:
        photo = upload(store).photo
        one, two = (add(store, replace(DRAFT, photos=(replace(photo, alt_text=alt),))) for alt in ("One", "Two"))
        assert [draft.draft.photos[0].alt_text for draft in (one, two)] == ["One", "Two"]


@pytest.mark.parametrize("photo_id", ["unknown", None])
def test_a_draft_with_an_unknown_photo_is_not_taken_in(school: Opened, photo_id: str | None) -> None:
    with pytest.raises(NotFound, match="not on record"), school.write() as store:
        add(store, replace(DRAFT, photos=(Photo("aa", id=photo_id),)))
    with school.read() as store:
        assert drafts.by_author(store, "key-1", limit=9).items == ()


def test_another_schools_photo_is_unknown(school: Opened, other_school: Opened) -> None:
    with other_school.write() as store:
        photo = upload(store).photo
    with pytest.raises(NotFound), school.write() as store:
        add(store, replace(DRAFT, photos=(photo,)))


def test_a_draft_moves_only_from_where_it_stands(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        draft = add(store)
        assert drafts.move(store, draft.id, Stage.RECEIVED, Stage.READY, by="vetting", now=NOW + DAY)
        assert not drafts.move(store, draft.id, Stage.RECEIVED, Stage.REJECTED, by="vetting", now=NOW)
        assert not drafts.move(store, "none", Stage.RECEIVED, Stage.REJECTED, by="vetting", now=NOW)
        moved = drafts.get(store, draft.id)
        assert (moved.stage, moved.updated_at) == (Stage.READY, NOW + DAY)
        lines = [line.detail for line in audit.about(store, draft.id) if line.action == "desk.draft.move"]
        assert lines == [{"from": "received", "to": "ready"}]
    with other_school.write() as store:
        assert not drafts.move(store, draft.id, Stage.READY, Stage.APPROVED, by="anna", now=NOW)


@pytest.mark.parametrize("stage", list(Stage))
def test_a_move_that_no_draft_makes_is_refused(school: Opened, stage: Stage) -> None:
    with school.write() as store:
        draft = add(store)
        for to in set(Stage) - MOVES[stage]:
            with pytest.raises(ValueError, match="cannot move"):
                drafts.move(store, draft.id, stage, to, by="anna", now=NOW)


def test_of_two_who_decide_at_once_one_is_first(school: Opened) -> None:
    with school.write() as store:
        draft = add(store)
        drafts.move(store, draft.id, Stage.RECEIVED, Stage.READY, by="vetting", now=NOW)
    won: list[str] = []
    start = threading.Barrier(4)

    def decide(who: str, to: Stage) -> None:
        start.wait()
        with school.write() as store:
            if drafts.move(store, draft.id, Stage.READY, to, by=who, now=NOW):
                won.append(who)

    places = (("anna", Stage.APPROVED), ("ben", Stage.RETURNED), ("cat", Stage.APPROVED), ("dan", Stage.WITHDRAWN))
    threads = [threading.Thread(target=decide, args=place) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    with school.read() as store:
        assert drafts.get(store, draft.id).stage is dict(places)[won[0]]
        assert [line.actor for line in audit.about(store, draft.id)] == ["key-1", "vetting", won[0]]
        assert audit.verify(store).problems == ()


def test_a_revision_takes_the_place_of_the_one_before(school: Opened) -> None:
    with school.write() as store:
        plain, covered = upload(store, "aa").photo, upload(store, "bb").photo
        draft = add(store, replace(DRAFT, photos=(plain,)))
        changed = replace(DRAFT, text="Covered", photos=(covered,))
        assert drafts.revise(store, draft.id, changed, expected=1, by="anna", now=NOW + DAY)
        assert not drafts.revise(store, draft.id, DRAFT, expected=1, by="ben", now=NOW + DAY)
        revised = drafts.get(store, draft.id)
        assert (revised.draft, revised.revision, revised.digest) == (changed, 2, changed.digest)
        assert (revised.created_at, revised.updated_at, revised.stage) == (NOW, NOW + DAY, draft.stage)
        assert photos.expired(store, limit=9, now=NOW + DAY) == (plain.id,)


def test_a_photo_that_another_draft_has_outlives_a_revision(school: Opened) -> None:
    with school.write() as store:
        photo = upload(store).photo
        one, _ = (add(store, replace(DRAFT, photos=(photo,))) for _ in range(2))
        assert drafts.revise(store, one.id, DRAFT, expected=1, by="anna", now=NOW)
        assert photos.expired(store, limit=9, now=NOW + 9 * DAY) == ()


def test_the_queue_holds_what_waits_longest_first(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        added = [add(store, later=later) for later in (3, 1, 2, 2, 5)]
        for draft in added[:4]:
            drafts.move(store, draft.id, Stage.RECEIVED, sorted(QUEUED)[added.index(draft) % 2], by="v", now=NOW)
    waiting = sorted(added[:4], key=lambda draft: (draft.created_at, draft.id))
    with school.read() as store, other_school.read() as other:
        first = drafts.queue(store, limit=3)
        second = drafts.queue(store, limit=3, cursor=first.next)
        assert [draft.id for draft in (*first.items, *second.items)] == [draft.id for draft in waiting]
        assert second.next is None
        assert drafts.queue(store, limit=4).next is None
        received = drafts.queue(store, limit=3, stages={Stage.RECEIVED})
        assert [draft.id for draft in received.items] == [added[4].id]
        assert drafts.queue(other, limit=3).items == ()


def test_an_author_sees_their_own_newest_first(school: Opened) -> None:
    with school.write() as store:
        photo = upload(store).photo
        own = [add(store, replace(DRAFT, photos=(photo,)), later=later) for later in (1, 2, 2, 2, 3)]
        add(store, replace(DRAFT, author="key-2"))
    newest = sorted(own, key=lambda draft: (draft.created_at, draft.id), reverse=True)
    with school.read() as store:
        seen: list[drafts.StoredDraft] = []
        cursor: str | None = None
        for _ in range(3):
            page = drafts.by_author(store, "key-1", limit=2, cursor=cursor)
            seen += page.items
            cursor = page.next
        assert seen == newest
        assert cursor is None
        assert drafts.by_author(store, "\0", limit=2).items == ()


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert read_cursor(write_cursor(NOW, "é")) == (NOW, "é")


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "====",
        "\ud800",
        encoded([1, 2]),
        encoded(["2026-11-22T09:30:00", "x"]),
        encoded(["2026-11-22T09:30:00Z"]),
        encoded(["2026-11-22T09:30:00Z", 5]),
        encoded(["0001-01-01T00:00:00+14:00", "x"]),
        encoded({}),
        encoded(None),
        encoded("ab"),
        "W1tbW1tb" * 9000,
    ],
)
def test_no_other_cursor_is_taken(cursor: str) -> None:
    with pytest.raises(Malformed, match="not one of ours"):
        read_cursor(cursor)


def test_the_latest_verdict_is_the_one_shown(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        one, two, none = add(store), add(store), add(store)
        vet(store, one, Outcome.REJECT)
        last = vet(store, one, Outcome.ADVISE, Outcome.REFER, later=1)
        only = vet(store, two)
    with school.read() as store, other_school.read() as other:
        assert verdicts.latest(store, [one.id, two.id, none.id]) == {one.id: last, two.id: only}
        assert verdicts.latest(store, []) == {}
        assert verdicts.latest(other, [one.id]) == {}
        assert verdicts.evidence(store, last.id) == Evidence(
            one.draft, TextFacts(), (), SchoolFacts(), NOW + timedelta(minutes=1)
        )
        assert verdicts.evidence(other, last.id) is None
        line = audit.about(store, one.id)[-1]
    assert line.detail["rules"] == ["a.advise", "a.refer"]
    assert (line.detail["answer"], line.detail["register_version"]) == ("refer", 3)


def test_decisions_add_up(school: Opened, other_school: Opened) -> None:
    with school.write() as store:
        draft, other_draft = add(store), add(store)
        made = [
            verdicts.decide(
                store,
                draft.id,
                kind,
                revision=1,
                digest=draft.digest,
                reason="Because \0",
                answers={"roll-call": True, "who": ["p1"]},
                by=who,
                now=NOW + timedelta(minutes=later),
            )
            for later, (kind, who) in enumerate([(DecisionKind.RETURN, "anna"), (DecisionKind.APPROVE, "ben")])
        ]
    with school.read() as store, other_school.read() as other:
        assert verdicts.decisions(store, [draft.id, other_draft.id]) == {draft.id: tuple(made), other_draft.id: ()}
        assert verdicts.decisions(other, [draft.id]) == {draft.id: ()}
        assert audit.about(store, draft.id)[-1].detail["decision"] == "approve"


def test_a_verdict_needs_a_draft(school: Opened) -> None:
    with school.write() as store:
        draft = add(store)
    with pytest.raises(IntegrityError), school.write() as store:
        vet(store, replace(draft, id="none"))
    with school.read() as store:
        assert audit.verify(store).problems == ()
