"""Planning: an approved draft is put in line, planned anew, taken off the plan; everything is held, or goes on.

All of it happens in the caller's transaction, with the job that follows from it.
"""

from __future__ import annotations

from datetime import datetime

from app.domain import Event, Stage
from app.errors import Conflict, Fault, Malformed
from app.jobs.queues import Job, is_in_line, put
from app.policy import Policy
from app.publishing.timing import due, lapses_at
from app.store import Store, attempts, drafts, events, holding, publications
from app.store.drafts import StoredDraft
from app.store.publications import Plan, Publication, State

PUBLISH = "publish"
_PLANNABLE = frozenset({Stage.APPROVED, Stage.SCHEDULED, Stage.FAILED})
LONGEST_REASON = 500


def publish_job(store: Store, publication: Publication, now: datetime) -> Job:
    """The job that takes up a publication when it is due."""
    wait_s = (publication.due_at - now).total_seconds() if publication.due_at else 0.0
    ids = (store.school_id, publication.draft_id, publication.turn)
    return Job(PUBLISH, ids, f"{PUBLISH}:{publication.draft_id}:{publication.turn}", max(0.0, wait_s))


def after_decision(store: Store, draft_id: str, policy: Policy, *, by: str, now: datetime) -> None:
    """Put a draft in line if it is approved now; to be called after every decision, in its transaction.

    It stays APPROVED where it may go out at once, and is SCHEDULED where it has to wait.
    """
    draft = drafts.get(store, draft_id)
    if draft.stage is Stage.APPROVED:
        plan = due(draft.draft.publish_at, _event(store, draft), policy, now)
        _line_up(store, draft, plan, approved_at=now, by=by, now=now)


def plan_again(
    store: Store, draft_id: str, wanted_at: datetime | None, reason: str, policy: Policy, *, by: str, now: datetime
) -> Publication:
    """Publish an approved draft at another time, or as soon as may be; also one that was held, failed or rehearsed.

    Conflict where it is not to be planned, or may be out already; Malformed for a time that cannot be.
    """
    store.take_turn()
    draft = drafts.get(store, draft_id)
    publication = _plannable(store, draft)
    reason = required(reason)
    if wanted_at is not None and wanted_at <= now:
        raise _wrong_time("The time has passed.", "has passed")
    if wanted_at is not None and wanted_at > lapses_at(publication.approved_at, draft.draft.publish_at, policy):
        raise _wrong_time("The approval does not hold that long: have it approved anew then.", "is too late")
    plan = due(wanted_at, _event(store, draft), policy, now)
    planned = _line_up(store, draft, plan, approved_at=publication.approved_at, by=by, now=now)
    return publications.change(store, draft_id, planned.state, now=now, words=reason)


def take_off(store: Store, draft_id: str, reason: str, *, by: str, now: datetime) -> Publication:
    """Take an approved draft off the plan: it stays approved, and goes out when somebody plans it anew."""
    store.take_turn()
    draft = drafts.get(store, draft_id)
    publication = _plannable(store, draft)
    reason = required(reason)
    if publication.state is not State.WAITING:
        raise Conflict("It is not planned.", slug="not-planned")
    line = Plan(now, publication.why_then, publication.wanted_at)
    again = publications.put_in_line(
        store, draft_id, line, revision=draft.revision, approved_at=publication.approved_at, by=by, now=now
    )
    if draft.stage is Stage.SCHEDULED:
        drafts.move(store, draft_id, draft.stage, Stage.APPROVED, by=by, now=now)
    return publications.change(store, again.draft_id, State.HELD, now=now, problem="taken-off", words=reason)


def go_on(store: Store, *, by: str, now: datetime) -> bool:
    """Hold nothing any more, and put in line again what waited meanwhile; False where nothing was held.

    What is still in line keeps its place; a job that is just ending because all was held is missed by nobody but
    ``sweeping``, minutes later.
    """
    if not holding.resume(store, by=by, now=now):
        return False
    for publication in publications.planned(store, limit=10_000):
        if is_in_line(store.session, publish_job(store, publication, now).id):
            continue
        turned = publications.next_turn(store, publication.draft_id, now=now)
        put(store.session, publish_job(store, turned, now))
    return True


def line_up_again(store: Store, publication: Publication, plan: Plan, *, by: str, now: datetime) -> Publication:
    """Put a publication in line for later, with all that is known of it."""
    again = publications.put_in_line(
        store,
        publication.draft_id,
        plan,
        revision=publication.revision,
        approved_at=publication.approved_at,
        by=by,
        now=now,
    )
    again = publications.change(store, again.draft_id, again.state, now=now, failures=publication.failures)
    put(store.session, publish_job(store, again, now))
    return again


def _line_up(
    store: Store, draft: StoredDraft, plan: Plan, *, approved_at: datetime, by: str, now: datetime
) -> Publication:
    made = publications.put_in_line(
        store, draft.id, plan, revision=draft.revision, approved_at=approved_at, by=by, now=now
    )
    stage = Stage.SCHEDULED if plan.due_at > now else Stage.APPROVED
    if stage is not draft.stage:
        drafts.move(store, draft.id, draft.stage, stage, by=by, now=now)
    put(store.session, publish_job(store, made, now))
    return made


def _plannable(store: Store, draft: StoredDraft) -> Publication:
    publication = publications.get(store, draft.id)
    attempt = attempts.find(store, draft.id, draft.revision)
    if draft.stage not in _PLANNABLE or publication.revision != draft.revision:
        raise Conflict(f"A draft that is {draft.stage} is not planned.", slug="wrong-stage")
    if attempt is not None and attempt.in_doubt:
        raise Conflict("It may be out already: look at the account first.", slug="may-be-out")
    return publication


def _event(store: Store, draft: StoredDraft) -> Event | None:
    return events.find(store, draft.draft.event_id) if draft.draft.event_id else None


def required(reason: str) -> str:
    """The reason that was given; Malformed where there is none, or a treatise."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        what = "is empty" if not reason else f"has more than {LONGEST_REASON} characters"
        raise Malformed("It takes a reason.", slug="reason-missing", errors=(Fault("#/reason", what),))
    return reason


def _wrong_time(detail: str, fault: str) -> Malformed:
    return Malformed(detail, slug="wrong-time", errors=(Fault("#/publish_at", fault),))
