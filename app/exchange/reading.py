"""Feeds of the school's website: every new item becomes a draft, vetted like any other, and waits for a person.

The draft is that of whoever added the feed: their right to post is what counts. What stood in the feed when it was added is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from app import desk
from app.db import Database
from app.desk import Taken, Workplace
from app.domain import Draft, fold_handle
from app.errors import FledglingError, Malformed
from app.integrations import feeds as web
from app.integrations import targets
from app.integrations.feeds import Came, Fetched, Item
from app.integrations.targets import Resolve
from app.store import Store, accounts, feeds
from app.store.feeds import Feed
from app.vetting import vet

ACTOR = "feeds"
EVERY = timedelta(minutes=15)
LONGEST_PAUSE = timedelta(days=1)
MOST_FEEDS = 10
_DRAFTS_AT_ONCE = 10
_FEEDS_AT_ONCE = 20
_STEPS = 7  # after which the pause is the longest


@dataclass(frozen=True, slots=True)
class Desk:
    """What reading takes: ``workplace`` gives a school's desk. ``allowed`` are hosts that may lie in a private network."""

    database: Database
    workplace: Callable[[str], Workplace]
    http: httpx.Client
    clock: Callable[[], datetime]
    allowed: frozenset[str] = frozenset()
    resolved: Resolve = targets.resolve


def add(at: Desk, school_id: str, url: str, account: str, *, by: str) -> Feed:
    """Read a feed from now on. Malformed for an address that cannot be one, or an account that is not the school's."""
    targets.check_shape(url, at.allowed)
    with at.database.write() as session:
        store = Store(session, school_id)
        store.take_turn()
        handles = [one.handle for one in accounts.every(store)]
        handle = fold_handle(account) or (handles[0] if handles else "")
        if handle not in handles:
            raise Malformed("The school has no account of that handle.", slug="account-unknown")
        if len(feeds.every(store)) >= MOST_FEEDS:
            raise Malformed(f"At most {MOST_FEEDS} feeds are read.", slug="feeds-too-many")
        return feeds.add(store, url, handle, by=by, now=at.clock())


def read_due(at: Desk) -> int:
    """Read the feeds that are due; returns how many drafts were made. What fails is tried again later."""
    with at.database.read() as session:
        found = feeds.due(session, _FEEDS_AT_ONCE, at.clock())
    return sum(_read(at, one) for one in found)


def _read(at: Desk, feed: Feed) -> int:
    with at.database.write() as session:
        if not feeds.claim(Store(session, feed.school_id), feed, at.clock()):
            return 0
    fetched = web.fetch(
        at.http,
        feed.url,
        etag=feed.etag,
        last_modified=feed.last_modified,
        allowed=at.allowed,
        resolved=at.resolved,
    )
    now = at.clock()
    if fetched.came is Came.NEW:
        return _take(at, feed, fetched)
    with at.database.write() as session:
        store = Store(session, feed.school_id)
        if fetched.came is Came.SAME:
            feeds.note_read(store, feed.id, marks=None, next_at=now + EVERY, now=now)
        elif fetched.came is Came.GONE:
            feeds.end(store, feed.id, word=fetched.word, by=ACTOR, now=now)
        else:
            feeds.note_failed(store, feed, fetched.word, next_at=now + pause(feed.failures))
    return 0


def pause(failures: int) -> timedelta:
    """How long a feed that cannot be read is left alone: twice as long each time, a day at most."""
    return min(EVERY * (1 << min(failures, _STEPS)), LONGEST_PAUSE)


def _take(at: Desk, feed: Feed, fetched: Fetched) -> int:
    items = {one.key: one for one in reversed(fetched.items)}  # oldest first, as they stand the other way round
    with at.database.read() as session:
        new = feeds.unseen(Store(session, feed.school_id), feed.id, list(items))
    waiting = [one for key, one in items.items() if key in new]
    made, words = 0, ""
    if feed.read_at is None:
        _pass_over(at, feed, waiting)
        waiting = []
    for item in waiting[:_DRAFTS_AT_ONCE]:
        try:
            _draft(at, feed, item)
            made += 1
        except FledglingError as error:
            words = error.slug
            break  # it is tried again with the next reading
    now = at.clock()
    left = len(waiting) > made
    marks = None if left else (fetched.etag, fetched.last_modified)
    with at.database.write() as session:
        store = Store(session, feed.school_id)
        if words:
            feeds.note_failed(store, feed, words, next_at=now + pause(feed.failures))
        else:
            feeds.note_read(store, feed.id, marks=marks, next_at=now + EVERY, now=now)
    return made


def _pass_over(at: Desk, feed: Feed, items: list[Item]) -> None:
    now = at.clock()
    with at.database.write() as session:
        store = Store(session, feed.school_id)
        store.take_turn()
        for item in items:
            feeds.see(store, feed.id, item.key, "", word="stood-there-before", now=now)


def _draft(at: Desk, feed: Feed, item: Item) -> None:
    """Make the draft and note the item in one transaction: it becomes a draft once, whatever happens."""
    now, place = at.clock(), at.workplace(feed.school_id)
    taken, missing = _pictures(at, place, item)
    draft = Draft(
        text=" ".join(part for part in (item.title, item.link) if part),
        photos=tuple(one.submitted.photo for one in taken),
        account=feed.account,
        author=feed.created_by,
        source_url=item.link or None,
    )
    submitted = tuple(one.submitted for one in taken)
    vetted = vet(draft, submitted, place.register.snapshot(now), place.eyes, place.register.policy, now)
    for one in taken:
        place.files.put(one.clean.sha256, one.clean.data)
    with at.database.write() as session:
        store = Store(session, feed.school_id)
        store.take_turn()
        if not feeds.unseen(store, feed.id, [item.key]):
            return
        draft_id = desk.submit(store, draft, taken, vetted, kind="person", now=now)
        feeds.see(store, feed.id, item.key, draft_id, word="photo-missing" if missing else "", now=now)


def _pictures(at: Desk, place: Workplace, item: Item) -> tuple[list[Taken], bool]:
    """The item's pictures as photos, and whether one could not be had or was none that is taken."""
    taken, missing = [], False
    for one in item.pictures:
        data = web.fetch_picture(at.http, one.url, allowed=at.allowed, resolved=at.resolved)
        try:
            if data is None:
                missing = True
            else:
                taken.append(desk.take(place.eyes, data, file_name="", alt_text=one.alt_text))
        except FledglingError:
            missing = True
    return taken, missing
