"""What came of many lives and deaths: counted at the double, at the program that is told, and in the database."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from app.db import Database
from app.jobs import Here
from app.main import open_service, the_time
from app.policy import load_default
from app.settings import Settings
from app.store import Store, attempts, audit, drafts, holding, outbox, publications, schools
from app.store.publications import State
from app.store.webhooks import DeliveryState
from app.tables import DeliveryRow
from app.vision import paper
from app.web.pages.publication_words import shown
from app.web.pages.publishing import FOR_PEOPLE
from app.web.service import Service
from benchmarks.doubles import heard_by, posted
from benchmarks.lives import is_refused

_EVERY = 10_000
_GOING_ON = (State.WAITING, State.POSTING)


@dataclass
class Tally:
    """What came of it all. ``stored`` and ``decided`` are the drafts of which a life said so before it was killed."""

    kills: int = 0
    died: int = 0  # by themselves
    killed_at: Counter[str] = field(default_factory=Counter)
    stored: list[str] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    drafts: int = 0
    approved: int = 0
    refused: int = 0
    published: int = 0
    posts: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unapproved: list[str] = field(default_factory=list)
    events: int = 0
    undelivered: int = 0
    heard_again: int = 0
    unsigned: int = 0
    untold: int = 0
    held: Counter[str] = field(default_factory=Counter)
    sighted: set[tuple[str, str]] = field(default_factory=set)
    hidden: list[str] = field(default_factory=list)
    by_a_person: int = 0
    audit_problems: int = 0
    lived_s: float = 0.0
    drained_s: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled, unapproved, untold or hidden, and nobody died by themselves."""
        bad = (self.lost, self.doubled, self.unapproved, self.undelivered, self.unsigned, self.untold, self.hidden)
        return not (any(bad) or self.audit_problems or self.died or self.errors)

    def see(self, what: str, which: str) -> None:
        """Note a hold that stands on the page; each once."""
        if (what, which) not in self.sighted:
            self.sighted.add((what, which))
            self.held[what] += 1

    def figures(self) -> dict[str, Any]:
        """Figures alone."""
        counted = {name: value for name, value in vars(self).items() if name != "sighted"}
        return {name: len(value) if isinstance(value, list) else value for name, value in counted.items()}

    def told(self) -> str:
        """All figures, and what went wrong in full."""
        bad = {name: getattr(self, name) for name in ("lost", "doubled", "unapproved", "hidden", "errors")}
        return json.dumps(self.figures(), indent=1) + "".join(f"\n{name}: {what}" for name, what in bad.items() if what)


def look_for_hidden(settings: Settings, tally: Tally) -> None:
    """Whether every approved draft that is not out stands on the page of publications, with a word of what is the matter."""
    database = Database(settings.url)
    try:
        with database.read() as session:
            (school,) = schools.every(session)
            _look(Store(session, school.id), tally)
    finally:
        database.dispose()


def _look(store: Store, tally: Tally) -> None:
    policy, pause = load_default(), holding.current(store)
    every = [one.id for one in drafts.by_author(store, "author", limit=_EVERY).items]
    approved = publications.find_each(store, every)
    listed = {one.draft_id for one in publications.listed(store, FOR_PEOPLE, limit=_EVERY).items}
    planned = {one.draft_id for one in publications.listed(store, _GOING_ON, limit=_EVERY).items}
    if pause.paused:
        tally.see(f"everything: {pause.problem}", str(pause.paused_at))
    if pause.paused and not pause.reason:
        tally.hidden.append("a pause without a reason")
    for draft_id, one in approved.items():
        if one.state is State.PUBLISHED:
            continue
        page = shown(store, draft_id, policy)
        told = page is not None and bool(page.told)
        if one.state in FOR_PEOPLE:
            tally.see(f"{one.state}: {one.problem}", f"{draft_id} {one.turn}")
        goes_on = one.state in _GOING_ON and draft_id in planned and one.due_at is not None
        if not (told and (draft_id in listed or goes_on)):
            tally.hidden.append(f"{draft_id} {one.state} {one.problem} {one.due_at}")


def is_at_rest(service: Service, school_id: str) -> bool:
    """Whether all that was approved is out, and all that is to be told was told."""
    with service.database.read() as session:
        store = Store(session, school_id)
        left = publications.counts(store).keys() - {State.PUBLISHED}
        waiting = select(func.count()).where(
            DeliveryRow.school_id == school_id, DeliveryRow.state == DeliveryState.WAITING.value
        )
        return not left and not outbox.waiting(session, 1) and not store.session.scalar(waiting)


def how_far(service: Service, school_id: str) -> object:
    """What is different once anything has moved."""
    with service.database.read() as session:
        store = Store(session, school_id)
        page = publications.listed(store, list(State), limit=_EVERY).items
        states = select(DeliveryRow.state, func.count(), func.sum(DeliveryRow.tries)).where(
            DeliveryRow.school_id == school_id
        )
        deliveries = store.session.execute(states.group_by(DeliveryRow.state)).all()
        sent = [(one.draft_id, one.state, one.turn, one.failures) for one in page if one.state is not State.PUBLISHED]
        media = {key: (one.media, one.sent_at, one.looks) for key, one in _attempts(store, sent).items()}
        return sorted(sent), sorted(map(tuple, deliveries)), sorted(map(str, media.items()))


def _attempts(store: Store, sent: Sequence[tuple[str, State, int, int]]) -> dict[str, attempts.Attempt]:
    return attempts.latest(store, [one[0] for one in sent])


def next_due(service: Service, school_id: str) -> datetime:
    """The first moment at which something is due that is not yet; the past, where something is due that nobody is at."""
    with service.database.read() as session:
        store = Store(session, school_id)
        waiting = (DeliveryRow.school_id == school_id, DeliveryRow.state == DeliveryState.WAITING.value)
        deliveries = store.session.scalars(select(DeliveryRow.next_at).where(*waiting)).all()
        page = publications.listed(store, list(State), limit=_EVERY).items
    found = [at for at in (*deliveries, *(one.due_at for one in page if one.state is not State.PUBLISHED)) if at]
    return min(found, default=the_time())


def count(settings: Settings, x: str, told: str, tally: Tally) -> None:
    """Fill in what can be counted at the end."""
    service = open_service(settings, crew=Here(paper.engine))
    posts, heard = posted(x), heard_by(told)
    with service.database.read() as session:
        (school,) = schools.every(session)
        store = Store(session, school.id)
        every = {one.id: one.draft.text for one in drafts.by_author(store, "author", limit=100_000).items}
        found = publications.find_each(store, list(every))
        events = outbox.of_school(store)
        tally.audit_problems = len(audit.verify(store).problems)
    service.close()
    out = {one: publication.state is State.PUBLISHED for one, publication in found.items()}
    tally.drafts, tally.approved, tally.published = len(every), len(found), sum(out.values())
    tally.refused = sum(is_refused(text) for text in every.values())
    tally.posts = sum(posts.values())
    wanted = {one for one, text in every.items() if not is_refused(text)}
    tally.lost = sorted(set(tally.stored) - every.keys())
    tally.lost += sorted(one for one in wanted if not out.get(one) or not posts.get(every[one]))
    tally.doubled = sorted(text for text, times in posts.items() if times > 1)
    approved = {every[one] for one in found if one in wanted}
    tally.unapproved = sorted(text for text in posts if text not in approved)
    published = Counter(one.data["draft_id"] for one in events if one.type is outbox.EventType.DRAFT_PUBLISHED)
    tally.untold = sum(published[one] != 1 for one in wanted)
    tally.events = len(events)
    tally.undelivered = sum(one.id not in heard["heard"] for one in events)
    tally.heard_again = sum(times - 1 for times in heard["heard"].values())
    tally.unsigned = heard["unsigned"]
