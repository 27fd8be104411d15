"""Posting: pictures handed over one by one, described, then the post itself, once; in doubt, the account is searched."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from app.domain import Stage
from app.integrations.publisher import Done, Hold, Outcome, Posted, Publisher, Refused, Unknown, Wait
from app.jobs.queues import put
from app.publishing import alike, checking
from app.publishing.checking import Broken
from app.publishing.planning import line_up_again, publish_job
from app.publishing.press import Press
from app.publishing.settling import ACTOR, hold, published, refused, send_back
from app.store import Store, attempts, holding, photos, publications, schools
from app.store.attempts import Attempt, Medium
from app.store.drafts import StoredDraft
from app.store.publications import Plan, Publication, State, WhyThen

_MEDIA_LAST = timedelta(hours=20)  # X keeps them for 24
_LOOK_AGAIN_S = (30, 120, 600)
_MOST_FAILURES = 6
_DISCONNECTED = Hold("disconnected", "The account is not connected any more.", everything=True)


def go_on(press: Press, draft: StoredDraft, publication: Publication, *, paused: bool, now: datetime) -> bool:
    """Do the next bit for a draft that is being published; whether more is left."""
    with press.database.read() as session:
        store = Store(session, press.school_id)
        attempt = attempts.get(store, draft.id, draft.revision)
        approved = checking.read(store, draft.id)
    if attempt.publisher == "manual":
        return False  # a person is at it
    with press.connected(attempt.account) as publisher:
        if attempt.in_doubt:
            return _look_for(press, draft, attempt, publisher, now)
        if publisher is None:
            return _not_sent(press, publication, _DISCONNECTED, now)
        if isinstance(approved, Broken):
            return _not_sent(press, publication, Hold("broken", approved.words), now)
        if paused:
            return _step_back(press, publication, now)
        pictures = _hand_over(press, draft, publication, attempt, publisher, now)
        if pictures is not None:
            return pictures
        return _send(press, draft, publication, attempt, publisher, now)


def _step_back(press: Press, publication: Publication, now: datetime) -> bool:
    """Back to the approved ones, as it was: nothing was sent."""
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        if _is_current(store, publication) and send_back(store, publication.draft_id, now=now):
            publications.change(store, publication.draft_id, State.WAITING, now=now)
    return False


# ---------------------------------------------------------------- pictures


def _hand_over(
    press: Press, draft: StoredDraft, publication: Publication, attempt: Attempt, publisher: Publisher, now: datetime
) -> bool | None:
    """Hand over or describe the next picture; None where all are there."""
    media = [one for one in attempt.media if now - one.at < _MEDIA_LAST]
    for number, photo in enumerate(draft.draft.photos):
        if number == len(media) or media[number].sha256 != photo.sha256:
            media_type = _media_type(press, photo.id or "")
            outcome = publisher.upload(press.files.get(photo.sha256), media_type)
            if not isinstance(outcome, Done):
                return _not_sent(press, publication, outcome, now)
            media[number:] = [Medium(photo.sha256, outcome.value, now)]
            return _keep(press, attempt, media)
    for number, photo in enumerate(draft.draft.photos):
        if photo.alt_text.strip() and not media[number].described:
            said = publisher.describe(media[number].id, photo.alt_text)
            if not isinstance(said, Done):
                return _not_sent(press, publication, said, now)
            media[number] = replace(media[number], described=True)
            return _keep(press, attempt, media)
    return None


def _media_type(press: Press, photo_id: str) -> str:
    with press.database.read() as session:
        return photos.find_each(Store(session, press.school_id), [photo_id])[photo_id].media_type


def _keep(press: Press, attempt: Attempt, media: list[Medium]) -> bool:
    with press.database.write() as session:
        attempts.keep_media(Store(session, press.school_id), attempt, media)
    return True


# ---------------------------------------------------------------- the post


def _send(
    press: Press, draft: StoredDraft, publication: Publication, attempt: Attempt, publisher: Publisher, now: datetime
) -> bool:
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        if not _is_current(store, publication):
            return False
        if holding.current(store).paused or not _unchanged(store, draft, press, now):
            send_back(store, draft.id, now=now)
            publications.change(store, draft.id, State.WAITING, now=now)
            return not holding.current(store).paused
        if not attempts.send(store, attempt, by=ACTOR, now=now):
            return True  # somebody else did: next it is looked for
    outcome = publisher.post(draft.draft.text, [one.id for one in attempt.media])
    with press.database.read() as session:
        attempt = attempts.get(Store(session, press.school_id), draft.id, draft.revision)
    return _answered(press, publication, attempt, outcome, now)


def _unchanged(store: Store, draft: StoredDraft, press: Press, now: datetime) -> bool:
    """Whether what was checked before the pictures were handed over still is so."""
    approved = checking.read(store, draft.id)
    if isinstance(approved, Broken):
        return False
    version, engine = schools.register_version(store), press.eyes.engine.name
    return checking.is_fresh(approved, press, version, engine, now)


def _answered(
    press: Press, publication: Publication, attempt: Attempt, outcome: Outcome[Posted], now: datetime
) -> bool:
    """Write down what came of sending."""
    if isinstance(outcome, Unknown) or (isinstance(outcome, Refused) and outcome.duplicate):
        return True  # in doubt: look for it at once
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        current = attempts.get(store, attempt.draft_id, attempt.revision)
        if not current.in_doubt or current.tries != attempt.tries:
            return False  # whoever took over has found it already
        if isinstance(outcome, Done):
            published(store, current, outcome.value, by=ACTOR, now=now)
            return False
        if isinstance(outcome, Refused):
            refused(store, current, outcome.slug, outcome.reason, now=now)
            return False
        attempts.unsend(store, current, by=ACTOR, now=now)
    return _not_sent(press, publication, outcome, now)


def _not_sent(press: Press, publication: Publication, outcome: Wait | Hold | Refused | Unknown, now: datetime) -> bool:
    """What follows where for certain nothing is out."""
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        if not _is_current(store, publication):
            return False
        if isinstance(outcome, Refused):
            attempt = attempts.get(store, publication.draft_id, publication.revision)
            refused(store, attempt, outcome.slug, outcome.reason, now=now)
        elif isinstance(outcome, Hold):
            _halt(store, publication, outcome, now)
        elif publication.failures >= _MOST_FAILURES:
            _halt(store, publication, Hold("unreachable", outcome.reason or "The account could not be reached."), now)
        else:
            _later(store, publication, outcome, now)
    return False


def _halt(store: Store, publication: Publication, why: Hold, now: datetime) -> None:
    send_back(store, publication.draft_id, now=now)
    if not why.everything:
        hold(store, publication.draft_id, why.slug, why.reason, now=now)
        return
    publications.change(store, publication.draft_id, State.WAITING, now=now)
    holding.pause(store, why.reason, problem=why.slug, by=ACTOR, now=now)


def _later(store: Store, publication: Publication, outcome: Wait | Unknown, now: datetime) -> None:
    """Back in line for when it may be asked again; only what the other side does not explain is counted."""
    until = outcome.until if isinstance(outcome, Wait) else now + timedelta(seconds=60 * 2**publication.failures)
    send_back(store, publication.draft_id, to=Stage.SCHEDULED, now=now)
    counted = replace(publication, failures=publication.failures + (0 if isinstance(outcome, Wait) else 1))
    plan = Plan(max(until, now + timedelta(seconds=1)), WhyThen.RATE, publication.wanted_at)
    line_up_again(store, counted, plan, by=ACTOR, now=now)


def _is_current(store: Store, publication: Publication) -> bool:
    return publications.get(store, publication.draft_id).turn == publication.turn


# ---------------------------------------------------------------- in doubt


def _look_for(press: Press, draft: StoredDraft, attempt: Attempt, publisher: Publisher | None, now: datetime) -> bool:
    """Search the account's recent posts: found, it is published; else it is uncertain, and looked for a few times more."""
    assert attempt.sent_at is not None  # noqa: S101 - that is what being in doubt means
    since = attempt.sent_at - timedelta(minutes=10)
    outcome = publisher.find_recent(since) if publisher is not None else None
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        current = attempts.get(store, draft.id, draft.revision)
        if not current.in_doubt:
            return False
        if isinstance(outcome, Done):
            others = attempts.drafts_of_posts(store, [one.id for one in outcome.value])
            text, shown = draft.draft.text, len(draft.draft.photos)
            found = alike.find(text, shown, attempt.sent_at, outcome.value, others)
            if found is not None:
                published(store, current, Posted(found.id, found.url), by=ACTOR, now=now)
                return False
        _in_doubt(store, current, now)
    return False


def _in_doubt(store: Store, attempt: Attempt, now: datetime) -> None:
    """Tell people at once, and look again a few times: what was posted may be slow to show."""
    looks = attempts.note_look(store, attempt)
    more = looks <= len(_LOOK_AGAIN_S)
    due_at = now + timedelta(seconds=_LOOK_AGAIN_S[looks - 1]) if more else None
    again = publications.next_turn(
        store,
        attempt.draft_id,
        now=now,
        state=State.UNCERTAIN,
        due_at=due_at,
        why_then=WhyThen.AGAIN,
        problem="no-answer",
        words="",
    )
    if more:
        put(store.session, publish_job(store, again, now))
