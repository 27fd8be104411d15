"""Getting an approved draft out, bit by bit; after each bit the record says where it stands, so that anybody can go on.

The order that nothing may change: checked, attempt on record, pictures handed over and described, *sent* on record, sent.
From then on the record is in doubt until the answer is in it, and a draft in doubt is looked for, never sent again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from app.domain import Stage, fold_handle
from app.errors import FledglingError
from app.integrations.publisher import Publisher
from app.jobs.queues import put
from app.publishing import checking, posting
from app.publishing.checking import Approved, Broken
from app.publishing.planning import PUBLISH, line_up_again, publish_job
from app.publishing.press import Press
from app.publishing.settling import ACTOR, end, hold, send_back, void
from app.publishing.timing import due, lapses_at
from app.store import Store, attempts, connections, drafts, events, holding, publications, schools, verdicts
from app.store.attempts import AttemptOutcome, Medium
from app.store.connections import Way
from app.store.drafts import StoredDraft
from app.store.publications import Publication, State, WhyThen

__all__ = ["PUBLISH", "carry_out"]

_log = logging.getLogger(__name__)

_OPEN = frozenset({State.WAITING, State.POSTING, State.UNCERTAIN})
_STILL_IN = frozenset({Stage.APPROVED, Stage.SCHEDULED, Stage.FAILED})
_AGAIN_S = (10, 60, 300, 900)


def carry_out(press: Press, draft_id: str, turn: int, *, now: datetime) -> bool:
    """Do the next bit of publishing a draft; False when there is nothing more to do in this turn.

    Whatever goes wrong on the way is tried again a few times, then waits for a person.
    """
    try:
        return _bit(press, draft_id, turn, now)
    except Exception as error:  # noqa: BLE001 - nothing of it may be lost, and nothing of it told
        kind = error.slug if isinstance(error, FledglingError) else type(error).__name__
        _log.error("publishing stumbled: %s", kind)
        _stumbled(press, draft_id, turn, now)
        return False


def _bit(press: Press, draft_id: str, turn: int, now: datetime) -> bool:
    with press.database.read() as session:
        store = Store(session, press.school_id)
        publication = publications.find(store, draft_id)
        if publication is None or publication.turn != turn or publication.state not in _OPEN:
            return False
        draft = drafts.get(store, draft_id)
        paused = holding.current(store).paused
    if draft.stage is Stage.PUBLISHING:
        return posting.go_on(press, draft, publication, paused=paused, now=now)
    if draft.stage not in _STILL_IN or publication.revision != draft.revision:
        return _over(press, publication, now)
    if paused:
        return False  # whoever ends the pause puts it in line again
    if publication.due_at is not None and publication.due_at > now:
        return _too_early(press, publication, now)
    if _put_off(press, draft, publication, now):
        return False
    approved = check(press, draft_id, now)
    return approved is not None and _begin(press, approved, publication, now)


def _over(press: Press, publication: Publication, now: datetime) -> bool:
    with press.database.write() as session:
        end(Store(session, press.school_id), publication.draft_id, "stopped", "", now=now)
    return False


def _too_early(press: Press, publication: Publication, now: datetime) -> bool:
    """Back in line, for when it is due: whoever put it there did not wait that long."""
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        if publications.get(store, publication.draft_id).turn == publication.turn:
            put(session, publish_job(store, publications.next_turn(store, publication.draft_id, now=now), now))
    return False


def _put_off(press: Press, draft: StoredDraft, publication: Publication, now: datetime) -> bool:
    """Whether it is too late, or too early: an event or the school's hours may have moved since it was planned."""
    if now >= lapses_at(publication.approved_at, draft.draft.publish_at, press.policy):
        with press.database.write() as session:
            store = Store(session, press.school_id)
            if drafts.move(store, draft.id, draft.stage, Stage.EXPIRED, by=ACTOR, now=now):
                end(store, draft.id, "expired", "Its approval had lapsed before it could be published.", now=now)
        return True
    with press.database.read() as session:
        store = Store(session, press.school_id)
        event = events.find(store, draft.draft.event_id) if draft.draft.event_id else None
    plan = due(publication.wanted_at, event, press.policy, now)
    if plan.due_at <= now:
        return False
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        current = publications.get(store, draft.id)
        if current.turn != publication.turn:
            return True
        if draft.stage is not Stage.SCHEDULED:
            drafts.move(store, draft.id, draft.stage, Stage.SCHEDULED, by=ACTOR, now=now)
        line_up_again(store, current, plan, by=ACTOR, now=now)
    return True


def check(press: Press, draft_id: str, now: datetime) -> Approved | None:
    """The draft, if it is what was approved and the rules of now add nothing to what the approver knew.

    None where that is not so: the approval is void, or it is held for a person, and the record says why.
    """
    with press.database.read() as session:
        store = Store(session, press.school_id)
        approved = checking.read(store, draft_id)
    broken = approved if isinstance(approved, Broken) else checking.whole(approved, press.files)
    if isinstance(approved, Broken) or broken is not None:
        words = broken.words if broken else ""
        with press.database.write() as session:
            hold(Store(session, press.school_id), draft_id, "broken", words, now=now)
        return None
    version = press.snapshot(now).version
    if checking.is_fresh(approved, press, version, press.eyes.engine.name, now):
        return approved
    vetted = checking.vet_again(approved, press, now)
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        current = drafts.get(store, draft_id)
        if (current.stage, current.revision) != (approved.draft.stage, approved.draft.revision):
            return None
        kept = verdicts.add(
            store,
            draft_id,
            vetted.verdict,
            vetted.evidence,
            revision=current.revision,
            register_version=vetted.register_version,
            by=ACTOR,
            now=now,
        )
        if checking.is_worse(vetted.verdict, approved.verdict.verdict):
            void(store, current, vetted.verdict, now=now)
            return None
    return Approved(approved.draft, approved.photos, kept, approved.decision)


def _begin(press: Press, approved: Approved, publication: Publication, now: datetime) -> bool:
    """Put the attempt on record, or the rehearsal, or the task for a person."""
    handle = fold_handle(approved.draft.draft.account)
    with press.connected(handle) as publisher, press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        if holding.current(store).paused or publications.get(store, publication.draft_id).turn != publication.turn:
            return False
        if not still_stands(store, approved):
            return True  # something changed in this very moment: check again
        way = connections.find(store, handle)
        if way is not None and way.way is Way.MANUAL:
            _ask_person(store, approved.draft, now)
            return False
        if publisher is None:
            _rehearse(store, approved, now)
            return False
        _open_attempt(store, approved, publisher, handle, now)
        return True


def still_stands(store: Store, approved: Approved) -> bool:
    """Whether, in this transaction, draft and register are those that were checked a moment ago."""
    current = drafts.get(store, approved.draft.id)
    was = approved.draft
    return (current.stage, current.revision, current.digest) == (was.stage, was.revision, was.digest) and (
        schools.register_version(store) == approved.verdict.register_version
    )


def _open_attempt(store: Store, approved: Approved, publisher: Publisher, handle: str, now: datetime) -> None:
    draft = approved.draft
    attempts.begin(
        store,
        draft.id,
        revision=draft.revision,
        digest=draft.digest,
        publisher=publisher.name,
        account=handle,
        by=ACTOR,
        now=now,
    )
    drafts.move(store, draft.id, draft.stage, Stage.PUBLISHING, by=ACTOR, now=now)
    publications.change(store, draft.id, State.POSTING, now=now, problem="", words="")


def _ask_person(store: Store, draft: StoredDraft, now: datetime) -> None:
    if draft.stage is not Stage.APPROVED:
        drafts.move(store, draft.id, draft.stage, Stage.APPROVED, by=ACTOR, now=now)
    publications.change(store, draft.id, State.TASK, now=now, problem="by-hand", words="")


def _rehearse(store: Store, approved: Approved, now: datetime) -> None:
    """Write down what would be posted; the draft stays approved, as nothing is out."""
    draft = approved.draft
    attempt = attempts.begin(
        store,
        draft.id,
        revision=draft.revision,
        digest=draft.digest,
        publisher="dry-run",
        account=fold_handle(draft.draft.account),
        by=ACTOR,
        now=now,
    )
    if attempt.in_doubt or attempt.outcome is AttemptOutcome.POSTED:
        publications.change(store, draft.id, State.UNCERTAIN, now=now, due_at=None, problem="may-be-out", words="")
        return
    media = [Medium(photo.sha256, "", now, bool(photo.alt_text)) for photo in draft.draft.photos]
    attempts.keep_media(store, attempt, media)
    attempts.end(store, attempt, AttemptOutcome.REHEARSED, by=ACTOR, now=now)
    if draft.stage is not Stage.APPROVED:
        drafts.move(store, draft.id, draft.stage, Stage.APPROVED, by=ACTOR, now=now)
    publications.change(store, draft.id, State.REHEARSED, now=now, problem="dry-run", words="")


def _stumbled(press: Press, draft_id: str, turn: int, now: datetime) -> None:
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        publication = publications.get(store, draft_id)
        if publication.turn != turn or publication.state not in _OPEN:
            return
        if publication.failures >= len(_AGAIN_S):
            send_back(store, draft_id, now=now)
            hold(store, draft_id, "fault", "Something went wrong on our side, several times.", now=now)
            return
        due_at = now + timedelta(seconds=_AGAIN_S[publication.failures])
        again = publications.next_turn(
            store, draft_id, now=now, failures=publication.failures + 1, due_at=due_at, why_then=WhyThen.AGAIN
        )
        put(store.session, publish_job(store, again, now))
