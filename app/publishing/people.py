"""What persons do about a publication: post it by hand, say what became of one in doubt, take it down, hold everything."""

from __future__ import annotations

import re
from datetime import datetime

from app.domain import Stage, account_of, fold_handle
from app.errors import Conflict, Fault, Malformed
from app.integrations.publisher import Done, Hold, Posted, Refused, Unknown, Wait
from app.publishing.carrying import check, still_stands
from app.publishing.planning import required
from app.publishing.press import Press
from app.publishing.settling import published, send_back, taken_down
from app.store import Store, attempts, drafts, holding, publications
from app.store.attempts import Attempt, AttemptOutcome
from app.store.publications import State

_POST = re.compile(r"/status(?:es)?/([0-9]{1,19})(?![0-9])")


def begin_by_hand(press: Press, draft_id: str, *, by: str, now: datetime) -> bool:
    """Check a draft once more and give it to a person to post; False where it may not go out any more.

    From then on it may be out, until they say where it is or that it is not. Conflict where it is nobody's task.
    """
    with press.database.read() as session:
        store = Store(session, press.school_id)
        _of_state(store, draft_id, State.TASK)
        if drafts.get(store, draft_id).stage is not Stage.APPROVED:
            raise Conflict("Somebody is posting it already, or it was stopped.", slug="wrong-stage")
    approved = check(press, draft_id, now)
    if approved is None:
        return False
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        _of_state(store, draft_id, State.TASK)
        if holding.current(store).paused:
            raise Conflict("Publishing is paused.", slug="paused")
        if not still_stands(store, approved):
            raise Conflict("Something changed in this very moment; try again.", slug="wrong-stage")
        draft = approved.draft
        attempt = attempts.begin(
            store,
            draft_id,
            revision=draft.revision,
            digest=draft.digest,
            publisher="manual",
            account=fold_handle(draft.draft.account),
            by=by,
            now=now,
        )
        if not attempts.send(store, attempt, by=by, now=now):
            raise Conflict("It may be out already: look at the account first.", slug="may-be-out")
        drafts.move(store, draft_id, draft.stage, Stage.PUBLISHING, by=by, now=now)
    return True


def record_post(store: Store, draft_id: str, address: str, *, by: str, now: datetime) -> None:
    """Note where a draft stands that a person posted, or found at the account.

    Malformed where the address is not that of a post of the draft's account; Conflict where nobody asked.
    """
    store.take_turn()
    attempt = _in_doubt(store, draft_id)
    post = _post_of(address, attempt.account)
    other = attempts.drafts_of_posts(store, [post.id]).get(post.id)
    if other is not None and other != draft_id:
        raise Conflict("That post is another draft's.", slug="other-draft")
    published(store, attempt, post, by=by, now=now)


def _post_of(address: str, account: str) -> Posted:
    address = address.strip()
    found = _POST.search(address)
    if account_of(address) is None or found is None:
        fault = Fault("#/url", "is not the address of a post")
        raise Malformed("That is not the address of a post, such as https://x.com/…/status/…", errors=(fault,))
    if account_of(address) != account:
        fault = Fault("#/url", "is another account's")
        raise Malformed(f"That post is not on @{account}.", slug="other-account", errors=(fault,))
    return Posted(found[1], f"https://x.com/{account}/status/{found[1]}")


def record_not_posted(store: Store, draft_id: str, reason: str, *, by: str, now: datetime) -> None:
    """Note that a draft in doubt is not out: a person looked. It stays approved, and waits to be planned anew."""
    store.take_turn()
    reason = required(reason)
    attempt = _in_doubt(store, draft_id)
    attempts.unsend(store, attempt, by=by, now=now)
    send_back(store, draft_id, by=by, now=now)
    if attempt.publisher == "manual":
        publications.next_turn(store, draft_id, now=now, state=State.TASK, due_at=None, problem="by-hand", words=reason)
        return
    publications.next_turn(store, draft_id, now=now, state=State.HELD, due_at=None, problem="not-posted", words=reason)


def take_down(press: Press, draft_id: str, reason: str, *, by: str, now: datetime) -> bool:
    """Take a published draft down; False where a person has to do it by hand, for whom it is listed.

    Conflict where it is not out.
    """
    reason = required(reason)
    with press.database.read() as session:
        attempt = _out(Store(session, press.school_id), draft_id)
    words, gone = "It was posted by hand.", False
    if attempt.publisher != "manual":
        with press.connected(attempt.account) as publisher:
            answer = publisher.delete(attempt.post_id) if publisher else Hold("", "The account is not connected.")
        gone, words = isinstance(answer, Done), _why(answer)
    with press.database.write() as session:
        store = Store(session, press.school_id)
        store.take_turn()
        attempt = _out(store, draft_id)
        if gone:
            taken_down(store, attempt, reason, by=by, now=now)
        else:
            publications.change(store, draft_id, State.TAKING_DOWN, now=now, problem="by-hand", words=words)
    return gone


def _why(answer: Done[None] | Wait | Hold | Refused | Unknown) -> str:
    return "" if isinstance(answer, Done) else answer.reason or "It could not be done from here."


def record_taken_down(store: Store, draft_id: str, reason: str, *, by: str, now: datetime) -> None:
    """Note that a person took a published draft down. Conflict where it was not out."""
    store.take_turn()
    taken_down(store, _out(store, draft_id), required(reason), by=by, now=now)


def note_recalled(store: Store, draft_id: str, reason: str, *, by: str, now: datetime) -> None:
    """Where somebody said of a listed draft that it is taken down: note it here too, if it was out by us."""
    publication = publications.find(store, draft_id)
    attempt = attempts.find(store, draft_id, publication.revision) if publication else None
    if attempt is not None and drafts.get(store, draft_id).stage is Stage.PUBLISHED:
        taken_down(store, attempt, reason, by=by, now=now)


def pause(store: Store, reason: str, *, by: str, now: datetime) -> bool:
    """Hold everything of the school; False where it was held before."""
    return holding.pause(store, required(reason), by=by, now=now)


def _of_state(store: Store, draft_id: str, *states: State) -> None:
    if publications.get(store, draft_id).state not in states:
        raise Conflict("The draft has moved on; look at it again.", slug="wrong-stage")


def _in_doubt(store: Store, draft_id: str) -> Attempt:
    """The attempt of which a person is to say what became of it."""
    publication = publications.get(store, draft_id)
    attempt = attempts.find(store, draft_id, publication.revision)
    _of_state(store, draft_id, State.TASK, State.UNCERTAIN)
    if attempt is None or not attempt.in_doubt:
        raise Conflict("Nothing of it was sent.", slug="wrong-stage")
    return attempt


def _out(store: Store, draft_id: str) -> Attempt:
    attempt = attempts.find(store, draft_id, publications.get(store, draft_id).revision)
    posted = attempt is not None and attempt.outcome is AttemptOutcome.POSTED
    if attempt is None or not posted or drafts.get(store, draft_id).stage is not Stage.PUBLISHED:
        raise Conflict("The draft is not out.", slug="wrong-stage")
    return attempt
