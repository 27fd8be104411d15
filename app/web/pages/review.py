"""A draft's page, and what approvers do on it: decide, compare faces, pass it on, have it checked again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import desk, publishing
from app.desk import Deciding
from app.domain import QUEUED
from app.errors import Conflict, Fault, FledglingError, Malformed, NotAllowed
from app.store import Store, drafts, locks, looks, people, queue
from app.store.comparisons import Compared, Likeness
from app.store.verdicts import DecisionKind
from app.web.dossiers import draft_out
from app.web.pages.comparing import asked_by_name
from app.web.pages.deciding import accepted, colleagues
from app.web.pages.draft_page import answered_by, draft_for, show_draft
from app.web.pages.rendering import Visitor, in_plain_words, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Reviewing, Visiting, field
from app.web.problems import faults_of
from app.web.schemas import DecisionIn
from app.web.schoolwork import workplace_of
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_SAME = "same-"
_TOLD = (Conflict, Malformed, NotAllowed)

Seen = Annotated[str, Query(max_length=64)]


@router.get("/drafts/{draft_id}")
def show(service: Serving, visitor: Visiting, draft_id: str, seen: Seen = "") -> Response:
    """One's own drafts; all of them for those who review. ``seen`` is the verdict that they had before them."""
    return show_draft(service, visitor, draft_id, seen=seen)


@router.get("/drafts/{draft_id}/decision")
@router.get("/drafts/{draft_id}/escalation")
@router.get("/drafts/{draft_id}/comparisons")
@router.get("/drafts/{draft_id}/vet")
@router.get("/drafts/{draft_id}/take-over")
@router.get("/drafts/{draft_id}/photos/{number}/cover")
def go_back(service: Serving, visitor: Visiting, draft_id: str) -> Response:
    """Whoever reloads what a form showed comes to the page that it stood on."""
    with service.database.read() as session:
        draft_for(Store(session, visitor.principal.school_id), visitor, draft_id)
    return RedirectResponse(f"/drafts/{draft_id}", SEE_OTHER)


@router.get("/drafts/{draft_id}/previous")
def go_to_previous(service: Serving, visitor: Reviewing, draft_id: str) -> Response:
    """To the draft that waits next longest before this one, or back to the queue."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        draft_for(store, visitor, draft_id)
        found = looks.waiting_before(store, draft_id)
    return RedirectResponse(f"/drafts/{found}" if found else "/queue", SEE_OTHER)


# ---------------------------------------------------------------- deciding


@router.post("/drafts/{draft_id}/decision")
def decide(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Decide on the draft as it was looked at; where that cannot be, the page again with the reason.

    Whoever approves what is to be checked is shown first what they accept by it.
    """
    me = visitor.principal
    try:
        deciding = _deciding(form)
        accepted_it = deciding.seen and field(form, "accepted") == deciding.seen
        if deciding.decision is DecisionKind.APPROVE and not accepted_it:
            with service.database.read() as session:
                store = Store(session, me.school_id)
                desk.check(store, draft_id, deciding, by=me.id, now=now)
                draft = draft_out(store, draft_id, visitor.policy, me)
                looked_for = asked_by_name(store, draft_id)
            if accepting := accepted(draft):
                unchecked = [one.message for one in accepting if one.rule != desk.ROLL_CALL]
                return _confirm(visitor, draft_id, form, deciding, unchecked, looked_for)
        with service.database.write() as session:
            store = Store(session, me.school_id)
            desk.decide(store, draft_id, deciding, by=me.id, now=now)
            publishing.after_decision(store, draft_id, visitor.policy, by=me.id, now=now)
    except _TOLD as problem:
        return _again(service, visitor, draft_id, form, problem)
    return RedirectResponse(_next(service, visitor, draft_id, form), SEE_OTHER)


def _next(service: Service, visitor: Visitor, draft_id: str, form: FormData) -> str:
    if field(form, "then") != "next":
        return f"/drafts/{draft_id}"
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        found = queue.next_free(store, after=draft_id, by=visitor.principal.id, now=service.clock())
    return f"/drafts/{found}" if found else "/queue"


def _confirm(
    visitor: Visitor,
    draft_id: str,
    form: FormData,
    deciding: Deciding,
    accepting: list[str],
    looked_for: tuple[str, ...],
) -> Response:
    """Asks once more, naming what would be accepted."""
    return render(
        "draft_confirm.html",
        visitor,
        draft_id=draft_id,
        accepting=accepting,
        looked_for=looked_for,
        fields=[
            ("digest", deciding.digest),
            ("seen", deciding.seen),
            ("accepted", deciding.seen),
            ("reason", printable(deciding.reason)),
            ("then", field(form, "then")),
            *((f"answer-{pupil}", said) for pupil, said in deciding.answers.items()),
        ],
    )


def _again(service: Service, visitor: Visitor, draft_id: str, form: FormData, problem: FledglingError) -> Response:
    return show_draft(
        service, visitor, draft_id, problem=problem, answered=answered_by(form), seen=field(form, "seen")[:64]
    )


def _deciding(form: FormData) -> Deciding:
    answered = answered_by(form)
    reason = "\n".join(part for part in (" ".join(answered.quick), answered.reason.strip("\n")) if part.strip())
    given = {
        "decision": field(form, "decision"),
        "digest": field(form, "digest"),
        "reason": reason,
        "answers": answered.answers,
    }
    try:
        taken = DecisionIn.model_validate(given)
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        said = "; ".join(f"{fault.pointer.removeprefix('#/')}: {in_plain_words(fault.detail)}" for fault in faults)
        raise Malformed(f"The form cannot be taken as it is ({said}).", errors=faults) from None
    kind = DecisionKind(taken.decision)
    return Deciding(kind, taken.digest, taken.reason, dict(taken.answers), field(form, "seen")[:64])


# ---------------------------------------------------------------- beside deciding


@router.post("/drafts/{draft_id}/take-over")
def take_over(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Take the draft from whoever is looking at it; written down. What was written before is in the forms again."""
    given, me = answered_by(form), visitor.principal
    try:
        with service.database.write() as session:
            store = Store(session, me.school_id)
            if drafts.get(store, draft_id).stage not in QUEUED:
                raise Conflict("This draft does not wait for anybody any more.", slug="wrong-stage")
            locks.take_over(store, draft_id, by=me.id, now=now)
    except Conflict as problem:
        return _again(service, visitor, draft_id, form, problem)
    if given:
        return show_draft(service, visitor, draft_id, answered=given, seen=field(form, "seen")[:64])
    return RedirectResponse(f"/drafts/{draft_id}", SEE_OTHER)


@router.post("/drafts/{draft_id}/escalation")
def escalate(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Pass the draft on to somebody who may decide; it waits as before."""
    me, to, note = visitor.principal, field(form, "to"), field(form, "note")
    try:
        with service.database.write() as session:
            store = Store(session, me.school_id)
            draft_for(store, visitor, draft_id)
            staff = {one.id: one for one in people.every(store)}
            if to not in {one.id for one in colleagues(staff, me.id)}:
                to = ""
            desk.escalate(store, draft_id, to, _storable(note), by=me.id, now=now)
    except _TOLD as problem:
        return _again(service, visitor, draft_id, form, problem)
    return RedirectResponse(_next(service, visitor, draft_id, form), SEE_OTHER)


def _storable(note: str) -> str:
    if printable(note) != note:
        fault = Fault("#/note", "has characters that cannot be kept")
        raise Malformed("The note has characters that cannot be kept.", slug="note-unreadable", errors=(fault,))
    return note


@router.post("/drafts/{draft_id}/comparisons")
def compare(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Keep whether faces are the children that they are compared with."""
    me = visitor.principal
    try:
        answers, revision = _compared(form)
        with service.database.write() as session:
            store = Store(session, me.school_id)
            drafts.get(store, draft_id)
            for compared, answer in answers:
                desk.compare(store, draft_id, compared, answer, revision=revision, by=me.id, now=now)
    except _TOLD as problem:
        return _again(service, visitor, draft_id, form, problem)
    return RedirectResponse(f"/drafts/{draft_id}#compare", SEE_OTHER)


def _compared(form: FormData) -> tuple[list[tuple[Compared, Likeness]], int]:
    """The answers of the form, each named ``same-<photo>-<face>-<pupil>``, and the revision that was looked at."""
    found = []
    try:
        revision = _count(field(form, "revision"))
        for name in form:
            if name.startswith(_SAME):
                photo, face, pupil = name.removeprefix(_SAME).split("-", 2)
                found.append((Compared(_count(photo), _count(face), pupil), Likeness(field(form, name))))
    except ValueError:
        raise Malformed("Choose one of the three answers for each face.", slug="comparison-unreadable") from None
    if not found:
        raise Malformed("Choose an answer first.", slug="comparison-unreadable")
    return found, revision


def _count(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 7):
        raise ValueError("not a small whole number")
    return int(written)


@router.post("/drafts/{draft_id}/vet")
def vet_again(service: Serving, visitor: Visiting, draft_id: str, form: Posted, now: Now) -> Response:
    """Vet the draft with the register and policy of now, then show it with what changed."""
    principal = visitor.principal
    with service.database.read() as session:
        draft_for(Store(session, principal.school_id), visitor, draft_id)
    try:
        desk.revet(workplace_of(service, principal.school_id), draft_id, by=principal.id, now=now)
    except Conflict as problem:
        return show_draft(service, visitor, draft_id, problem=problem)
    seen = field(form, "seen")
    known = f"?seen={seen}" if seen.isascii() and seen.isalnum() and len(seen) <= 64 else ""
    return RedirectResponse(f"/drafts/{draft_id}{known}", SEE_OTHER)
