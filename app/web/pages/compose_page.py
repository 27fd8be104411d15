"""The page on which a post is written: the form, what was found in it, and the post as X will show it."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from starlette.responses import HTMLResponse

from app.domain import Account, Event, SchoolFacts
from app.errors import FledglingError
from app.store import Store, unfinished
from app.text.length import measure
from app.web.pages.composing import Attached, Typed, own_photos
from app.web.pages.fixes import Fix, Vetted, offered
from app.web.pages.marking import alike, grouped
from app.web.pages.rendering import Visitor, printable, render
from app.web.schemas import ALT_TEXT_POINTS, PHOTOS, FindingOut, Report, WordsWhere
from app.web.schoolwork import register_of
from app.web.service import Service

THUMB_PX, SCREEN_PX = 320, 1280
"""The long sides of a photo in the form, and as X will show it."""

_LISTED_POINTS = 90
_PAST, _AHEAD = timedelta(days=60), timedelta(days=120)


@dataclass(frozen=True, slots=True)
class Card:
    """A stored photo as the form shows it. ``position`` counts from 1."""

    position: int
    id: str
    alt_text: str
    before: str
    thumb: str
    picture: str
    shape: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An event to choose; ``over`` says how it stands in words."""

    id: str
    title: str
    starts_at: datetime
    over: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """An unfinished post in the list: how it begins, and when it was changed last."""

    id: str
    begins: str
    photos: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Spot:
    """Words of the text that a finding points at, as code points."""

    start: int
    end: int
    outcome: str


def show_form(
    service: Service,
    visitor: Visitor,
    typed: Typed,
    now: datetime,
    *,
    faults: Sequence[str] = (),
    said: Sequence[str] = (),
    status: int = 200,
    vetted: Vetted | None = None,
) -> HTMLResponse:
    """The form with what stands in it; ``vetted`` is the report on that, ``said`` what was just done."""
    facts = register_of(service, visitor.principal.school_id).snapshot(now).facts
    known = own_photos(service, visitor, [one.id for one in typed.photos])
    typed = replace(typed, photos=tuple(one for one in typed.photos if one.id in known))
    return render(
        "compose.html",
        visitor,
        status=status,
        values=_printable(typed),
        faults=list(faults),
        said=list(said),
        cards=cards(visitor, typed.photos, {one: (known[one].width, known[one].height) for one in known}),
        room=range(len(typed.photos), PHOTOS),
        most_photos=PHOTOS,
        alt_points=ALT_TEXT_POINTS,
        classes=_classes(facts, typed),
        accounts=_accounts(facts, visitor, typed),
        events=_events(facts, typed, now),
        waiting=waiting(service, visitor, but=typed.unfinished),
        policy_limit=visitor.policy.limits.policy_length,
        x_limit=visitor.policy.limits.x_length,
        **found_in(visitor, vetted),
    )


def found_in(visitor: Visitor, vetted: Vetted | None, *, quoting: bool = True) -> dict[str, Any]:
    """What the template of the findings needs; without ``quoting`` no word of the post is among it."""
    if vetted is None:
        return {"report": None, "findings": [], "fixes": [], "spots": [], "parts": {}, "preview": [], "live": False}
    groups = alike(vetted.report)
    alt_texts = [photo.alt_text for photo in vetted.evidence.draft.photos]
    found = grouped(vetted.report, vetted.typed.text, alt_texts)
    return {
        "report": vetted.report,
        "findings": found if quoting else [(finding, []) for finding, _ in found],
        "fixes": [[_with_face(visitor, fix) for fix in offered(vetted, group, visitor.policy)] for group in groups],
        "spots": [spots(group) for group in groups],
        "parts": {"words": _part(groups, photos=False), "photos": _part(groups, photos=True)},
        "preview": preview_parts(vetted.typed.text, vetted.report) if quoting else [],
        "live": not quoting,
    }


@dataclass(frozen=True, slots=True)
class Part:
    """Findings shown together, by their numbers: what matters, and what is advice alone."""

    matters: list[int]
    advice: list[int]


def _part(groups: Sequence[Sequence[FindingOut]], *, photos: bool) -> Part:
    """The findings about photos, or those about the rest."""
    mine = [number for number, group in enumerate(groups) if _is_about_photos(group[0]) is photos]
    advice = [number for number in mine if groups[number][0].outcome == "advise"]
    return Part([number for number in mine if number not in advice], advice)


def _is_about_photos(finding: FindingOut) -> bool:
    of_a_photo = finding.where is not None and finding.where.photo is not None
    return of_a_photo or finding.rule.startswith(
        ("photos.", "children.roll-call", "children.opted", "children.perhaps")
    )


def _with_face(visitor: Visitor, fix: Fix) -> dict[str, str]:
    face = f"{picture_path(visitor, fix.photo)}?box={fix.box}" if fix.photo else ""
    return {"use": fix.use, "words": fix.words, "face": face}


def spots(findings: Sequence[FindingOut]) -> list[Spot]:
    """Where in the text findings point."""
    return [
        Spot(one.where.start, one.where.end, one.outcome)
        for one in findings
        if isinstance(one.where, WordsWhere) and one.where.field == "text" and one.where.start < one.where.end
    ]


# ---------------------------------------------------------------- photos


def picture_path(visitor: Visitor, photo_id: str) -> str:
    """Where a photo of a post being written is served, to this session alone."""
    return f"/compose/photos/{picture_token(visitor, photo_id)}/{photo_id}"


def picture_token(visitor: Visitor, photo_id: str) -> str:
    """What nobody but this session's pages knows of a photo's path."""
    key = f"compose {visitor.picture_key} {visitor.principal.session}".encode()
    return hmac.new(key, photo_id.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:32]


def cards(visitor: Visitor, photos: Sequence[Attached], sizes: dict[str, tuple[int, int]]) -> list[Card]:
    """The photos as the form shows them."""
    return [
        Card(
            position=number,
            id=one.id,
            alt_text=printable(one.alt_text),
            before=" ".join(one.before),
            thumb=f"{picture_path(visitor, one.id)}?size={THUMB_PX}",
            picture=f"{picture_path(visitor, one.id)}?size={SCREEN_PX}",
            shape="tall" if sizes[one.id][1] > sizes[one.id][0] else "wide",
        )
        for number, one in enumerate(photos, 1)
    ]


def photos_html(service: Service, visitor: Visitor, photos: Sequence[Attached]) -> str:
    """The cards alone, for the page's script."""
    known = own_photos(service, visitor, [one.id for one in photos])
    sizes = {one: (known[one].width, known[one].height) for one in known}
    shown = cards(visitor, [one for one in photos if one.id in known], sizes)
    page = render("compose_photos.html", visitor, cards=shown, alt_points=ALT_TEXT_POINTS)
    return bytes(page.body).decode()


# ---------------------------------------------------------------- what can be chosen


def _classes(facts: SchoolFacts, typed: Typed) -> list[tuple[str, bool]]:
    """The school's classes and whether each is chosen; what is chosen and none of them stands at the end."""
    names = [*sorted(facts.classes, key=str.casefold), *(one for one in typed.ticked if one not in facts.classes)]
    return [(printable(name), name in typed.ticked) for name in names]


def _accounts(facts: SchoolFacts, visitor: Visitor, typed: Typed) -> list[Account]:
    """The accounts that the visitor may post to; all of them where there is none, to be told why."""
    theirs = [
        one
        for one in facts.accounts
        if not one.posters or visitor.principal.id in one.posters or one.handle == typed.account
    ]
    return theirs or list(facts.accounts)


def _events(facts: SchoolFacts, typed: Typed, now: datetime) -> list[Choice]:
    """The events around this day, those that are over first and the latest of them on top."""
    near = [one for one in facts.events if one.id == typed.event_id or now - _PAST < one.ends_at < now + _AHEAD]
    past = sorted((one for one in near if one.ends_at <= now), key=lambda one: one.ends_at, reverse=True)
    ahead = sorted((one for one in near if one.ends_at > now), key=lambda one: one.starts_at)
    return [_choice(one, "over") for one in past] + [
        _choice(one, "not over yet" if one.starts_at <= now else "still to come") for one in ahead
    ]


def _choice(event: Event, over: str) -> Choice:
    return Choice(event.id, event.title, event.starts_at, over)


# ---------------------------------------------------------------- as X will show it


def preview_parts(text: str, report: Report) -> list[tuple[str, str]]:
    """The text in parts, each with what it is: ``link`` as X colours it, or nothing."""
    marks = sorted(entities(report))
    edges = sorted({0, len(text), *(min(edge, len(text)) for mark in marks for edge in mark)})
    return [
        (text[start:end], "link" if any(first <= start and end <= last for first, last in marks) else "")
        for start, end in pairwise(edges)
    ]


def entities(report: Report) -> list[tuple[int, int]]:
    """Links, mentions and hashtags by their places."""
    return [(one.start, one.end) for one in (*report.text.urls, *report.text.mentions, *report.text.hashtags)]


def over_at(text: str, report: Report) -> int | None:
    """Where the text goes over one of the limits, as a code point; None where it fits. A link is not cut in two."""
    said = report.text
    if said.policy_length <= said.policy_limit and said.weighted_length <= said.x_limit:
        return None
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        lengths = measure(text[:middle])
        fits = lengths.policy <= said.policy_limit and lengths.weighted <= said.x_limit
        low, high = (middle, high) if fits else (low, middle - 1)
    return min([low, *(one.start for one in said.urls if one.start < low < one.end)])


# ---------------------------------------------------------------- unfinished posts


def waiting(service: Service, visitor: Visitor, *, but: str = "") -> list[Waiting]:
    """The visitor's unfinished posts, the one changed last first."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        kept = [one for one in unfinished.every(store, by=visitor.principal.id) if one.id != but]
    listed = []
    for one in kept:
        typed = unsealed(service, visitor, one)
        if typed is not None:
            words = " ".join(printable(typed.text).split())
            begins = words if len(words) <= _LISTED_POINTS else f"{words[:_LISTED_POINTS]}…"
            listed.append(Waiting(one.id, begins, len(one.photos), one.updated_at))
    return listed


def sealed(service: Service, visitor: Visitor, typed: Typed) -> bytes:
    """What stands in the form, for nobody to read but its writer."""
    said = {
        "text": typed.text,
        "classes": typed.classes,
        "ticked": typed.ticked,
        "outsiders": typed.outsiders,
        "event_id": typed.event_id,
        "account": typed.account,
        "publish_at": typed.publish_at,
        "photos": [[one.id, one.alt_text, one.before] for one in typed.photos],
        "alt_texts": typed.alt_texts,
    }
    return service.vault.seal(json.dumps(said).encode(), _purpose(visitor))


def unsealed(service: Service, visitor: Visitor, kept: unfinished.Unfinished) -> Typed | None:
    """What stood in the form; None where it cannot be opened any more, as with another key."""
    try:
        said = json.loads(service.vault.open(kept.sealed, _purpose(visitor)))
    except FledglingError:
        return None
    return Typed(
        text=said["text"],
        classes=said["classes"],
        ticked=tuple(said["ticked"]),
        outsiders=said["outsiders"],
        event_id=said["event_id"],
        account=said["account"],
        publish_at=said["publish_at"],
        photos=tuple(Attached(photo, alt_text, tuple(before)) for photo, alt_text, before in said["photos"]),
        alt_texts=tuple(said["alt_texts"]),
        unfinished=kept.id,
        revision=kept.revision,
    )


def _purpose(visitor: Visitor) -> str:
    return f"unfinished post of {visitor.principal.id}"


def _printable(typed: Typed) -> Typed:
    return replace(
        typed,
        text=printable(typed.text),
        classes=printable(typed.classes),
        event_id=printable(typed.event_id),
        publish_at=printable(typed.publish_at),
        unfinished=printable(typed.unfinished),
        photos=tuple(replace(one, alt_text=printable(one.alt_text)) for one in typed.photos),
        alt_texts=tuple(printable(text) for text in typed.alt_texts),
        attempt=secrets.token_hex(16),
    )
