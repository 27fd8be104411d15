"""A life of the service: it works, drafts are handed in and decided, and it tells a diary what it is at, until it is killed.

All is the service's own but the eyes, which are those on paper, and how long it waits for X: a second and a half.
"""

from __future__ import annotations

import os
import re
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import httpx

from app import desk, publishing
from app.desk import Deciding
from app.domain import Box, Draft
from app.exchange import Teller, deliver_due
from app.integrations import webhooks
from app.integrations.publisher import Outcome, Posted, Publisher, Recent
from app.integrations.x.publisher import XPublisher
from app.jobs import Here
from app.jobs.engine import Engine
from app.jobs.queues import Deeds
from app.main import open_service, the_time
from app.publishing import PUBLISH, people, planning, sweeping
from app.settings import Settings
from app.store import Store, drafts, holding, publications, queue, schools
from app.store.publications import State
from app.store.verdicts import DecisionKind
from app.vetting import vet
from app.vision import paper
from app.web.schoolwork import register_of
from app.web.service import Service
from app.web.working import press_of
from benchmarks.doubles import line_to_x, posts_at

DRAFTS_A_LIFE = 3
REFUSED_EVERY = 5  # each so-manieth draft is refused by the approver
X_LATE_S = 1.5
# A person does not look the moment that something was sent; half of it waits until the service has looked again itself.
_LOOKED_AT_AFTER = (timedelta(seconds=6), timedelta(seconds=45))
_NUMBER = re.compile(r"planted (\d+) bulbs")
TELL, LOOK_ROUND = "tell", "look-round"
STAGES = (
    "vetting",
    "storing",
    "deciding",
    "checking",
    "handing over",
    "posting",
    "looking for",
    "telling",
)

Value = TypeVar("Value")
Clock = Callable[[], datetime]


class Diary:
    """What a life is at, line by line to a pipe: ``+`` it begins something, ``-`` it has ended, ``=`` it has done it."""

    def __init__(self, to: int | None = None) -> None:
        self._to = to

    @contextmanager
    def at(self, what: str) -> Iterator[None]:
        """Be at something."""
        self.note(f"+{what}")
        try:
            yield
        finally:
            self.note(f"-{what}")

    def note(self, line: str) -> None:
        """Write a line."""
        if self._to is not None:
            os.write(self._to, f"{line}\n".encode())


@dataclass(frozen=True)
class _Noting:
    """A publisher that notes in the diary what it is at."""

    inner: XPublisher
    diary: Diary
    name: str = "x"

    def upload(self, data: bytes, media_type: str) -> Outcome[str]:
        return self._at("handing over", lambda: self.inner.upload(data, media_type))

    def describe(self, media_id: str, alt_text: str) -> Outcome[None]:
        return self._at("handing over", lambda: self.inner.describe(media_id, alt_text))

    def post(self, text: str, media_ids: Sequence[str]) -> Outcome[Posted]:
        return self._at("posting", lambda: self.inner.post(text, media_ids))

    def delete(self, post_id: str) -> Outcome[None]:
        return self.inner.delete(post_id)

    def find_recent(self, since: datetime) -> Outcome[tuple[Recent, ...]]:
        return self._at("looking for", lambda: self.inner.find_recent(since))

    def _at(self, what: str, do: Callable[[], Value]) -> Value:
        with self.diary.at(what):
            return do()


class _Calls(httpx.HTTPTransport):
    """Calls to programs that are told, noted in the diary."""

    def __init__(self, diary: Diary) -> None:
        super().__init__()
        self._diary = diary

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with self._diary.at("telling"):
            return super().handle_request(request)


def opened(settings: Settings, clock: Clock = the_time) -> tuple[Service, str]:
    """The service of those settings with the engine on paper, and its one school."""
    service = open_service(settings, crew=Here(paper.engine), clock=clock)
    with service.database.read() as session:
        (school,) = schools.every(session)
    return service, school.id


def engine_of(
    service: Service, address: str, name: str = "", diary: Diary | None = None, late_s: float = X_LATE_S
) -> Engine:
    """An engine that publishes to the double at that address, tells what is to be told each second, and looks round."""
    noted = diary or Diary()

    @contextmanager
    def connected(_: str) -> Iterator[Publisher | None]:
        with httpx.Client(base_url=address, timeout=late_s) as http:
            yield _Noting(line_to_x(address, http), noted)

    def publish(school_id: str, draft_id: str, turn: int) -> bool:
        with noted.at("checking"):
            press = replace(press_of(service, school_id), connected=connected)
            return publishing.carry_out(press, draft_id, turn, now=service.clock())

    def tell() -> bool:
        with webhooks.client(_Calls(noted)) as http:
            hosts = service.settings.private_hosts
            return deliver_due(Teller(service.database, service.vault, http, service.clock, hosts)) > 0

    def look_round() -> bool:
        sweeping.pick_up(service.database, service.clock())
        return False

    deeds: Deeds = {PUBLISH: publish, TELL: tell, LOOK_ROUND: look_round}
    return Engine(service.database, deeds, every={TELL: 1.0, LOOK_ROUND: 5.0}, name=name)


# ---------------------------------------------------------------- people


def text_of(number: int) -> str:
    """The words of the draft of that number."""
    return f"We planted {number} bulbs."


def is_refused(text: str) -> bool:
    """Whether the approver refuses the draft of those words."""
    found = _NUMBER.search(text)
    return found is None or int(found[1]) % REFUSED_EVERY == 0


def hand_in(service: Service, school_id: str, number: int, diary: Diary) -> str:
    """Hand in a draft with a photo; its id."""
    now = service.clock()
    with diary.at("vetting"):
        taken = desk.take(service.eyes, photo(number), file_name="a.png", alt_text="A row of bulbs")
        service.files.put(taken.clean.sha256, taken.clean.data)
        draft = Draft(text_of(number), (taken.upload.photo,), "whitehouseps", author="author")
        register = register_of(service, school_id)
        vetted = vet(draft, [taken.submitted], register.snapshot(now), service.eyes, register.policy, now)
    with diary.at("storing"), service.database.write() as session:
        draft_id = desk.submit(Store(session, school_id), draft, [taken], vetted, kind="key", now=now)
    diary.note(f"=stored {draft_id}")
    return draft_id


def photo(number: int) -> bytes:
    """A picture on paper of its own, for each number."""
    colour = (number % 200, number // 200 % 200, 90)
    return paper.png(faces=[(colour, Box(40 + 150 * place, 160, 130 + 150 * place, 280)) for place in range(3)])


def decide_all(service: Service, school_id: str, diary: Diary) -> int:
    """The approver decides on everything that waits, also on what an earlier life left."""
    with service.database.read() as session:
        waiting = queue.waiting(Store(session, school_id), limit=100).items
    policy = register_of(service, school_id).policy
    for line in waiting:
        now = service.clock()
        with diary.at("deciding"), service.database.write() as session:
            store = Store(session, school_id)
            said = DecisionKind.REJECT if is_refused(line.text) else DecisionKind.APPROVE
            deciding = Deciding(said, drafts.get(store, line.id).digest, "Not for the account.")
            desk.decide(store, line.id, deciding, by="approver", now=now)
            publishing.after_decision(store, line.id, policy, by="approver", now=now)
        diary.note(f"=decided {line.id}")
    return len(waiting)


def see_to_it(service: Service, school_id: str, address: str) -> int:
    """A person sees to what the page lists for people: ends a pause, looks at the account for what is in doubt, plans anew."""
    policy, now, seen_to = register_of(service, school_id).policy, service.clock(), 0
    with service.database.read() as session:
        store = Store(session, school_id)
        paused = holding.current(store).paused
        states = [State.UNCERTAIN, State.HELD, State.FAILED]
        listed = publications.listed(store, states, limit=200).items
    if paused:
        with service.database.write() as session:
            seen_to += planning.go_on(Store(session, school_id), by="head", now=now)
    listed = tuple(one for one in listed if now - one.updated_at > _LOOKED_AT_AFTER[ord(one.draft_id[-1]) % 2])
    seen = {_words(one.text): one for one in posts_at(address)} if listed else {}
    for one in listed:
        with service.database.write() as session:
            store = Store(session, school_id)
            store.take_turn()
            if publications.get(store, one.draft_id) != one:
                continue  # the service went on with it meanwhile
            post = seen.get(_words(drafts.get(store, one.draft_id).draft.text))
            if one.state is State.UNCERTAIN and post is not None:
                people.record_post(
                    store, one.draft_id, f"https://x.com/whitehouseps/status/{post.id}", by="head", now=now
                )
            else:
                if one.state is State.UNCERTAIN:
                    people.record_not_posted(store, one.draft_id, "It is not there.", by="head", now=now)
                publishing.plan_again(store, one.draft_id, None, "Once more.", policy, by="head", now=now)
            seen_to += 1
    return seen_to


def _words(text: str) -> str:
    found = _NUMBER.search(text)
    return found[0] if found else text


# ---------------------------------------------------------------- a life


def live(
    settings: Settings,
    address: str,
    first: int,
    name: str = "",
    drafts: int = DRAFTS_A_LIFE,
    told: int | None = None,
    late_s: float = X_LATE_S,
) -> None:
    """A life: work, hand in so many drafts, decide, see to what is held, until killed. ``told`` is where its diary goes."""
    diary = Diary(told)
    with diary.at("beginning"):
        service, school_id = opened(settings)
        engine_of(service, address, name, diary, late_s).launch()
    diary.note("=launched")
    numbers = iter(range(first, first + drafts))
    handing_in = threading.Thread(
        target=partial(_hand_in_all, service, school_id, numbers, diary), name="author", daemon=True
    )
    handing_in.start()
    while True:
        if drafts:
            _or_note(diary, lambda: see_to_it(service, school_id, address))
        time.sleep(0.5)


def _hand_in_all(service: Service, school_id: str, numbers: Iterator[int], diary: Diary) -> None:
    _or_note(diary, lambda: decide_all(service, school_id, diary))
    for number in numbers:
        _or_note(diary, lambda: hand_in(service, school_id, number, diary))  # noqa: B023 - done at once
        _or_note(diary, lambda: decide_all(service, school_id, diary))
    diary.note("=handed in")


def _or_note(diary: Diary, do: Callable[[], object]) -> None:
    try:
        do()
    except Exception as error:  # noqa: BLE001 - counted, whatever it is
        traceback.print_exc()
        diary.note(f"!{type(error).__name__}")
