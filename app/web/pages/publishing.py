"""What is to be published, in a browser: planned, held, to be posted by hand, uncertain, out; and the switch for all of it."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, FledglingError, Malformed, NotFound
from app.publishing import people, plan_again, take_off
from app.publishing.planning import LONGEST_REASON, go_on
from app.publishing.timing import instant_of
from app.store import Store, drafts, holding, photos, publications
from app.store.publications import State
from app.web.pages.publication_words import Shown, shown
from app.web.pages.rendering import Visitor, in_plain_words, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Reviewing, field
from app.web.service import Now, Service, Serving
from app.web.working import press_of

router = APIRouter(route_class=PageRoute)

PLACE = "/publications"
_LISTED = 50
FOR_PEOPLE = (State.UNCERTAIN, State.TAKING_DOWN, State.TASK, State.HELD, State.FAILED)
"""What the page lists first: a person must do something about it."""
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


@router.get(PLACE)
def show_list(service: Serving, visitor: Reviewing) -> Response:
    """What a person must see to, what is planned, what is out."""
    return _list(service, visitor)


def _list(service: Service, visitor: Visitor, problem: FledglingError | None = None, reason: str = "") -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)

        def every(*states: State, latest_first: bool = False) -> list[Shown]:
            page = publications.listed(store, states, limit=_LISTED, latest_first=latest_first)
            found = (shown(store, one.draft_id, visitor.policy) for one in page.items)
            return [one for one in found if one is not None]

        lists = {state: every(state) for state in FOR_PEOPLE}
        planned = [shown(store, one.draft_id, visitor.policy) for one in publications.planned(store, limit=_LISTED)]
        return render(
            "publications.html",
            visitor,
            status=problem.status if problem else 200,
            faults=_faults(problem),
            switch=holding.current(store),
            for_people=[one for state in FOR_PEOPLE for one in lists[state]],
            planned=[one for one in (*planned, *every(State.POSTING)) if one is not None],
            rehearsed=every(State.REHEARSED, latest_first=True),
            out=every(State.PUBLISHED, State.TAKEN_DOWN, latest_first=True),
            longest=LONGEST_REASON,
            reason=printable(reason),
        )


@router.get("/publications/{draft_id}")
def show_one(service: Serving, visitor: Reviewing, draft_id: str) -> Response:
    """How far an approved draft has got, and what can be done about it."""
    return _one(service, visitor, draft_id)


def _one(
    service: Service,
    visitor: Visitor,
    draft_id: str,
    problem: FledglingError | None = None,
    sent: dict[str, str] | None = None,
) -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        one = shown(store, draft_id, visitor.policy)
        if one is None:
            raise NotFound("This draft is not approved.", slug="not-approved")
        return render(
            "publication.html",
            visitor,
            status=problem.status if problem else 200,
            faults=_faults(problem),
            one=one,
            longest=LONGEST_REASON,
            sent={"reason": "", "url": "", "publish_at": ""}
            | {key: printable(said) for key, said in (sent or {}).items()},
        )


def _faults(problem: FledglingError | None) -> list[str]:
    return [problem.detail, *(in_plain_words(fault.detail) for fault in problem.errors)] if problem else []


Doing = Callable[[Store], object]


def _do(service: Service, visitor: Visitor, draft_id: str, form: Posted, do: Doing) -> Response:
    """Do it in one transaction, and answer as `_answered`."""

    def in_one() -> None:
        with service.database.write() as session:
            do(Store(session, visitor.principal.school_id))

    return _answered(service, visitor, draft_id, form, in_one)


def _answered(service: Service, visitor: Visitor, draft_id: str, form: Posted, do: Callable[[], object]) -> Response:
    """Do it and show the page anew; where it cannot be done, the page with the reason and what was typed."""
    try:
        do()
    except (Conflict, Malformed) as problem:
        sent = {name: field(form, name) for name in ("reason", "url", "publish_at")}
        return _one(service, visitor, draft_id, problem, sent)
    return RedirectResponse(f"{PLACE}/{draft_id}", SEE_OTHER)


@router.post("/publications/{draft_id}/plan")
def plan(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Publish it at that day and time, or as soon as it may."""

    def do(store: Store) -> object:
        wanted = field(form, "publish_at").strip()
        at = instant_of(wanted, visitor.policy) if wanted else None
        return plan_again(store, draft_id, at, field(form, "reason"), visitor.policy, by=visitor.principal.id, now=now)

    return _do(service, visitor, draft_id, form, do)


@router.post("/publications/{draft_id}/take-off")
def take_it_off(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Take it off the plan."""
    return _do(
        service,
        visitor,
        draft_id,
        form,
        lambda store: take_off(store, draft_id, field(form, "reason"), by=visitor.principal.id, now=now),
    )


@router.post("/publications/{draft_id}/begin")
def begin(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Check it once more and show what to copy."""

    def do() -> object:
        press = press_of(service, visitor.principal.school_id)
        return people.begin_by_hand(press, draft_id, by=visitor.principal.id, now=now)

    return _answered(service, visitor, draft_id, form, do)


@router.post("/publications/{draft_id}/posted")
def posted(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Note its address."""
    return _do(
        service,
        visitor,
        draft_id,
        form,
        lambda store: people.record_post(store, draft_id, field(form, "url"), by=visitor.principal.id, now=now),
    )


@router.post("/publications/{draft_id}/not-posted")
def not_posted(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Note that it is not out."""
    return _do(
        service,
        visitor,
        draft_id,
        form,
        lambda store: people.record_not_posted(
            store, draft_id, field(form, "reason"), by=visitor.principal.id, now=now
        ),
    )


@router.post("/publications/{draft_id}/take-down")
def take_down(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Take it down, or have somebody do it."""

    def do() -> object:
        press = press_of(service, visitor.principal.school_id)
        return people.take_down(press, draft_id, field(form, "reason"), by=visitor.principal.id, now=now)

    return _answered(service, visitor, draft_id, form, do)


@router.post("/publications/{draft_id}/taken-down")
def taken_down(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Note that somebody took it down."""
    return _do(
        service,
        visitor,
        draft_id,
        form,
        lambda store: people.record_taken_down(
            store, draft_id, field(form, "reason"), by=visitor.principal.id, now=now
        ),
    )


@router.get("/publications/{draft_id}/photos/{number}")
def download(service: Serving, visitor: Reviewing, draft_id: str, number: int) -> Response:
    """A photo exactly as it was approved, counted from 1, for whoever posts it by hand."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        one = shown(store, draft_id, visitor.policy)
        if one is None or not one.is_begun or not 1 <= number <= len(one.draft.draft.photos):
            raise NotFound("Nobody is posting that photo by hand.")
        photo = drafts.get(store, draft_id).draft.photos[number - 1]
        media_type = photos.find_each(store, [photo.id or ""])[photo.id or ""].media_type
    name = f"photo-{number}.{_ENDINGS.get(media_type, 'bin')}"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(service.files.get(photo.sha256), media_type=media_type, headers=headers)


@router.post("/publishing/pause")
def pause(service: Serving, visitor: Reviewing, form: Posted, now: Now) -> Response:
    """Hold everything."""
    try:
        with service.database.write() as session:
            store = Store(session, visitor.principal.school_id)
            people.pause(store, field(form, "reason"), by=visitor.principal.id, now=now)
    except Malformed as problem:
        return _list(service, visitor, problem, field(form, "reason"))
    return RedirectResponse(PLACE, SEE_OTHER)


@router.post("/publishing/go-on")
def resume(service: Serving, visitor: Reviewing, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """Hold nothing any more."""
    with service.database.write() as session:
        go_on(Store(session, visitor.principal.school_id), by=visitor.principal.id, now=now)
    return RedirectResponse(PLACE, SEE_OTHER)
