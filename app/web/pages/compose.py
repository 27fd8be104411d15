"""Writing a post: the form, what is found in it, fixes in one press, and sending it. What was typed stays until it is taken."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import desk
from app.domain import Draft
from app.errors import Conflict, Fault, FledglingError, Malformed, NotFound
from app.store import Store, unfinished
from app.web.dossiers import draft_out
from app.web.drafting import Judged, keep_files
from app.web.intake import Intake
from app.web.pages import fixes, kept
from app.web.pages.compose_page import (
    Spot,
    entities,
    found_in,
    over_at,
    photos_html,
    show_form,
    spots,
    unsealed,
)
from app.web.pages.composing import (
    UNKNOWN_PHOTO,
    Attached,
    Sending,
    Sent,
    Typed,
    intake_of,
    judged,
    own_photos,
    token_in,
    typed_from,
    typed_in,
)
from app.web.pages.draft_access import draft_for
from app.web.pages.marking import ORDER
from app.web.pages.photos_page import cover, keep_photos
from app.web.pages.rendering import Visitor, in_plain_words, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Writing
from app.web.problems import answer_to
from app.web.repeats import once
from app.web.reports import report
from app.web.schemas import PHOTOS, Report
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_PHOTOS_AGAIN = "Choose the photos again: a browser does not keep them."
_PHOTOS_GONE = "Its photos are not kept any more: add them again."
_LABELS = {
    "text": "The post",
    "classes": "Classes pictured",
    "event_id": "Event",
    "account": "Account",
    "photos": "Photos",
    "publish_at": "Not before",
}
_SAID = {
    "without-names": "The names were put in other words.",
    "say": "The name was put in other words.",
    "describe": "The description was put in other words.",
    "drop": "The sentence was taken out.",
    "hold": "The post will wait until the event is over.",
    "cover": "The face was covered in a copy of the photo. “Undo cover”, beside the photo, brings it back.",
    "uncover": "The photo is as it was before it was covered.",
    "remove": "The photo was taken out of the post.",
    "earlier": "The photo was moved.",
    "later": "The photo was moved.",
}


class LiveFinding(BaseModel):
    """What a finding is about, in its rule's words."""

    outcome: str
    title: str


class LiveSpan(BaseModel):
    """Words of the post by their places, as code points."""

    start: int
    end: int
    kind: str


class LiveOut(BaseModel):
    """What is told of a post while it is written; ``html`` are the findings as the page shows them."""

    verdict: str
    policy_length: int
    policy_limit: int
    weighted_length: int
    x_limit: int
    over_at: int | None
    notes: list[str]
    findings: list[LiveFinding]
    spans: list[LiveSpan]
    html: str


class Fixed(BaseModel):
    """What stands in the form after a fix; ``photos`` are the cards as the page shows them."""

    said: str
    text: str
    event_id: str
    publish_at: str
    photos: str


class DraftMade(BaseModel):
    """What is kept of a submission, so that the same form sent twice leads to the same draft."""

    id: str


PlaceIn = Annotated[str, Query(max_length=64)]
KeptIn = Annotated[str, Query(max_length=64, alias="unfinished")]


@router.get("/compose")
def show(service: Serving, visitor: Writing, now: Now, again: PlaceIn = "", taken_up: KeptIn = "") -> Response:
    """An empty form; filled in from a draft of one's own, from an unfinished post, or with what a sign-out interrupted."""
    fields = kept.take(service, visitor, "/compose")
    if fields is not None:
        form = FormData([(name, value) for name, values in fields.items() for value in values])
        return show_form(service, visitor, typed_in(form), now, said=[kept.TOLD])
    if taken_up:
        return show_form(service, visitor, _taken_up(service, visitor, taken_up), now)
    if not again:
        return show_form(service, visitor, Typed(tab=token_in("")), now)
    with service.database.read() as session:
        draft = draft_for(Store(session, visitor.principal.school_id), visitor, again).draft
    typed = _from_draft(service, visitor, draft)
    return show_form(service, visitor, typed, now, said=_missing(draft, typed))


def _taken_up(service: Service, visitor: Visitor, unfinished_id: str) -> Typed:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        found = unfinished.find(store, unfinished_id, by=visitor.principal.id)
    typed = None if found is None else unsealed(service, visitor, found)
    if typed is None:
        raise NotFound("This unfinished post is not there any more: it was sent, thrown away, or left for a month.")
    return replace(typed, tab=token_in(""))


def _from_draft(service: Service, visitor: Visitor, draft: Draft) -> Typed:
    return typed_from(draft, visitor, own_photos(service, visitor, [one.id or "" for one in draft.photos]))


def _missing(draft: Draft, typed: Typed) -> list[str]:
    return [_PHOTOS_GONE] if len(typed.photos) < len(draft.photos) else []


@router.post("/compose")
def submit(service: Serving, visitor: Writing, sent: Sending, now: Now) -> Response:
    """Vet and keep the draft, then show it; with problems, the form again."""
    try:
        return _submit(service, visitor, sent.typed, _intake(visitor, sent), now)
    except FledglingError as error:
        return _refused(service, visitor, sent, error, now)


def _intake(visitor: Visitor, sent: Sent) -> Intake:
    if isinstance(sent.uploads, FledglingError):
        raise sent.uploads
    return intake_of(visitor, sent.typed, sent.uploads)


@router.post("/compose/check")
def check(service: Serving, visitor: Writing, sent: Sending, now: Now) -> Response:
    """Vet what stands in the form; a button of the form changes something first. Photos that came along are kept for it."""
    try:
        made, done = _judge(service, visitor, sent.typed, _intake(visitor, sent), now)
        typed = _with_uploads(service, visitor, sent, made, done, now)
        vetted = replace(made, typed=typed)
        if not sent.use:
            return show_form(service, visitor, typed, now, vetted=vetted)
        try:
            fixed = _fixed(service, visitor, vetted, sent.use, now)
        except Malformed as refused:
            return show_form(service, visitor, typed, now, faults=_told(refused), status=refused.status, vetted=vetted)
        made, _ = _judge(service, visitor, fixed, intake_of(visitor, fixed), now)
        said = [_SAID[sent.use.partition(" ")[0]]] if fixed != typed else []
        return show_form(service, visitor, fixed, now, said=said, vetted=made)
    except FledglingError as error:
        return _refused(service, visitor, sent, error, now)


def _judge(
    service: Service, visitor: Visitor, typed: Typed, intake: Intake, now: datetime
) -> tuple[fixes.Vetted, Judged]:
    done = judged(service, visitor, intake, now)
    said = report(done.vetted.verdict, done.vetted.evidence, done.policy, reviewer=False)
    return fixes.Vetted(typed, said, done.vetted.evidence), done


def _with_uploads(
    service: Service, visitor: Visitor, sent: Sent, made: fixes.Vetted, done: Judged, now: datetime
) -> Typed:
    """The form with the photos that came along stored, so that nobody has to choose them again."""
    if not done.assembled.taken:
        return made.typed
    keep_files(service, done.assembled)
    stored = keep_photos(service, visitor, done.assembled.taken, now)
    used = Counter(one.upload.photo.alt_text for one in done.assembled.taken)
    left = []
    for text in sent.typed.alt_texts:
        if used[text]:
            used[text] -= 1
        else:
            left.append(text)
    photos = (*made.typed.photos, *(Attached(one.id, one.photo.alt_text) for one in stored))
    return replace(made.typed, photos=photos, alt_texts=(*left, *[""] * (PHOTOS - len(left))))


def _fixed(service: Service, visitor: Visitor, vetted: fixes.Vetted, use: str, now: datetime) -> Typed:
    """The form after that fix; Malformed where it does not fit what stands there."""
    asked = fixes.face_to_cover(vetted, use)
    if asked is None:
        return fixes.done(vetted, use, visitor.policy)
    number, box = asked
    photos = list(vetted.typed.photos)
    photos[number] = cover(service, visitor, photos[number], box, now)
    return replace(vetted.typed, photos=tuple(photos))


@router.post("/compose/fix")
def fix(service: Serving, visitor: Writing, sent: Sending, now: Now) -> Response:
    """A fix for the page's script: what stands in the form then. Problems are told as of the API."""
    try:
        vetted, _ = _judge(service, visitor, sent.typed, intake_of(visitor, sent.typed), now)
        fixed = _fixed(service, visitor, vetted, sent.use, now)
    except FledglingError as error:
        return answer_to(error)
    told = Fixed(
        said=_SAID[sent.use.partition(" ")[0]],
        text=fixed.text,
        event_id=fixed.event_id,
        publish_at=fixed.publish_at,
        photos=photos_html(service, visitor, fixed.photos),
    )
    return Response(told.model_dump_json(), media_type="application/json")


@router.post("/compose/live")
def count(service: Serving, visitor: Writing, sent: Sending, now: Now) -> Response:
    """Lengths and findings of what is being written, for the page's script; nothing is kept."""
    vetted, _ = _judge(service, visitor, sent.typed, _intake(visitor, sent), now)
    return Response(_live(visitor, vetted).model_dump_json(), media_type="application/json")


def _live(visitor: Visitor, vetted: fixes.Vetted) -> LiveOut:
    made = vetted.report
    titles = sorted({(ORDER.index(one.outcome), one.title) for one in made.findings})
    shown = render("compose_found.html", visitor, **found_in(visitor, vetted, quoting=False))
    return LiveOut(
        verdict=made.verdict,
        policy_length=made.text.policy_length,
        policy_limit=made.text.policy_limit,
        weighted_length=made.text.weighted_length,
        x_limit=made.text.x_limit,
        over_at=over_at(vetted.typed.text, made),
        notes=made.text.notes,
        findings=[LiveFinding(outcome=ORDER[rank], title=title) for rank, title in titles],
        spans=_spans(made),
        html=bytes(shown.body).decode(),
    )


def _spans(made: Report) -> list[LiveSpan]:
    found = [LiveSpan(start=one.start, end=one.end, kind=one.outcome) for one in _in_text(made)]
    return found + [LiveSpan(start=start, end=end, kind="link") for start, end in entities(made)]


def _in_text(made: Report) -> list[Spot]:
    return sorted(spots(made.findings), key=lambda one: (one.start, one.end))


@router.post("/compose/without-names/{draft_id}")
def write_anew(service: Serving, visitor: Writing, draft_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """The form filled in from a draft, its names put in other words, and vetted; nothing is kept."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        held = draft_for(store, visitor, draft_id).draft
        said = draft_out(store, draft_id, visitor.policy, visitor.principal).report.text
    photos = tuple(
        photo if alt_text is None else replace(photo, alt_text=alt_text)
        for photo, alt_text in zip(held.photos, said.alt_texts_without_names, strict=True)
    )
    text = held.text if said.without_names is None else said.without_names
    typed = _from_draft(service, visitor, replace(held, text=text, photos=photos))
    try:
        vetted, _ = _judge(service, visitor, typed, intake_of(visitor, typed), now)
    except FledglingError as error:
        return _refused(service, visitor, Sent(typed, ()), error, now)
    return show_form(service, visitor, typed, now, said=_missing(held, typed), vetted=vetted)


def _submit(service: Service, visitor: Visitor, typed: Typed, intake: Intake, now: datetime) -> Response:
    principal = visitor.principal
    # The content is part of the key: whoever goes back, changes something and sends again means another draft.
    key = f"compose {typed.attempt} {intake.fingerprint}" if re.fullmatch("[0-9a-f]{32}", typed.attempt) else None
    with once(service, principal, key, route="POST /compose", body_hash=intake.fingerprint) as attempt:
        if attempt.again:
            return RedirectResponse(attempt.again.headers["location"], SEE_OTHER)
        done = judged(service, visitor, intake, now)
        assembled = done.assembled
        keep_files(service, assembled)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            draft_id = desk.submit(store, assembled.draft, assembled.taken, done.vetted, kind=principal.kind, now=now)
            unfinished.finish(store, typed.unfinished, typed.tab, by=principal.id)
            place = f"/drafts/{draft_id}"
            attempt.answer(store, SEE_OTHER, DraftMade(id=draft_id), {"location": place})
        return RedirectResponse(place, SEE_OTHER)


def _refused(service: Service, visitor: Visitor, sent: Sent, error: FledglingError, now: datetime) -> Response:
    said = _told(error)
    if sent.with_photos:
        said.append(_PHOTOS_AGAIN)
    typed = sent.typed
    if error.slug == UNKNOWN_PHOTO:  # or the form could never be sent
        known = own_photos(service, visitor, [one.id for one in typed.photos])
        there = {one for one, photo in known.items() if photo.expires_at is None or photo.expires_at > now}
        typed = replace(typed, photos=tuple(one for one in typed.photos if one.id in there))
    return show_form(service, visitor, typed, now, faults=said, status=error.status)


def _told(error: FledglingError) -> list[str]:
    if isinstance(error, Conflict) and error.slug == "idempotency-key-running":
        return ["This post is being checked already. It will stand under My drafts in a moment."]
    return [_words(fault) for fault in error.errors] or [error.detail]


def _words(fault: Fault) -> str:
    name, _, rest = fault.pointer.removeprefix("#/").partition("/")
    number = rest.partition("/")[0]
    label = _LABELS.get(name, "The form")
    if name in {"alt_texts", "photos"} and number.isdigit():
        label = f"Photo {int(number) + 1}" if rest.endswith("/id") else f"What photo {int(number) + 1} shows"
    return f"{label}: {printable(in_plain_words(fault.detail))}."
