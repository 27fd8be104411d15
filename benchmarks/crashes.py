"""Kill -9 at random moments, many times, while drafts go from the desk to a double of X that counts; nothing may be lost or doubled.

Each life of the process hands in and approves three drafts with a photo, while its job engine publishes them, and is
killed somewhere in between. After the last, everything is let finish; where a post is in doubt, a person looks at the
double and says so, as they would. The double takes every post, however often; it answers late, so that kills fall
between what it has done and what we know.

    .venv/bin/python -m benchmarks.crashes [--kills 200] [--postgres URL] [--workers]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session

from app import desk, publishing
from app.db import Database
from app.desk import Deciding
from app.domain import Box, Draft
from app.founding import found_school, prepare
from app.integrations.publisher import Done, Outcome, Posted, Publisher, Recent, Unknown
from app.jobs import Here
from app.jobs.engine import Engine
from app.main import open_service, the_time
from app.publishing import PUBLISH, people, sweeping
from app.settings import Settings
from app.store import Store, attempts, audit, drafts, outbox, publications, schools
from app.store.publications import State
from app.store.verdicts import DecisionKind
from app.vetting import vet
from app.vision import paper
from app.web.schoolwork import register_of
from app.web.service import Service
from app.web.working import press_of

DRAFTS_A_LIFE = 3
SLOW_S = 0.03
_LAST = 120.0


# ---------------------------------------------------------------- the double


class _Double(BaseHTTPRequestHandler):
    """Takes posts; each is counted half-way through the time it takes to answer."""

    posts: list[dict[str, Any]]  # made anew for each server
    slow_s: float

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        time.sleep(self.slow_s)
        answer: dict[str, Any] = {"id": f"m{len(body)}"}
        if self.path == "/posts":
            sent = json.loads(body)
            number = str(1000 + len(self.posts))
            self.posts.append(
                {"id": number, "text": sent["text"], "at": the_time().timestamp(), "media": len(sent["media"])}
            )
            answer = {"id": number}
        time.sleep(self.slow_s)
        self._answer(answer)

    def do_GET(self) -> None:
        self._answer(self.posts)

    def _answer(self, what: Any) -> None:
        data = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def handle(self) -> None:
        with suppress(ConnectionError):  # whoever asked was killed
            super().handle()


@contextmanager
def double(slow_s: float = SLOW_S) -> Iterator[str]:
    """A double on loopback, as a process of its own; its address. It answers after twice that time."""
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        handler = type("Double", (_Double,), {"posts": [], "slow_s": slow_s})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        os.write(told, str(server.server_port).encode())
        os.close(told)
        server.serve_forever()
    os.close(told)
    port = os.read(ready, 10).decode()
    os.close(ready)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@dataclass(frozen=True)
class Counting:
    """The double as a publisher."""

    address: str
    name: str = "x"

    def upload(self, data: bytes, media_type: str) -> Outcome[str]:  # noqa: ARG002
        """An id."""
        return self._ask("/media", data, lambda said: str(said["id"]))

    def describe(self, media_id: str, alt_text: str) -> Outcome[None]:  # noqa: ARG002
        """Nothing is kept of it."""
        return self._ask("/metadata", alt_text.encode(), lambda _: None)

    def post(self, text: str, media_ids: Sequence[str]) -> Outcome[Posted]:
        """One more, each time."""
        sent = json.dumps({"text": text, "media": list(media_ids)}).encode()
        return self._ask(
            "/posts", sent, lambda said: Posted(said["id"], f"https://x.com/whitehouseps/status/{said['id']}")
        )

    def delete(self, post_id: str) -> Outcome[None]:  # noqa: ARG002
        """Nobody deletes here."""
        return Unknown("nobody deletes here")

    def find_recent(self, since: datetime) -> Outcome[tuple[Recent, ...]]:
        """All of them."""
        return Done(tuple(one for one in posts_at(self.address) if one.at >= since))

    def _ask(self, path: str, body: bytes, read: Callable[[Any], Any]) -> Outcome[Any]:
        try:
            return Done(read(httpx.post(self.address + path, content=body, timeout=10).json()))
        except httpx.HTTPError as error:
            return Unknown(type(error).__name__)


def posts_at(address: str) -> list[Recent]:
    """What stands at the double."""
    return [
        Recent(
            one["id"],
            f"https://x.com/whitehouseps/status/{one['id']}",
            one["text"],
            datetime.fromtimestamp(one["at"], UTC),
        )
        for one in httpx.get(f"{address}/posts", timeout=10).json()
    ]


# ---------------------------------------------------------------- a life


def opened(settings: Settings) -> tuple[Service, str]:
    """The service of those settings with the engine on paper, and its one school."""
    service = open_service(settings, crew=Here(paper.engine))
    with service.database.read() as session:
        (school,) = schools.every(session)
    return service, school.id


def engine_of(service: Service, address: str, name: str = "") -> Engine:
    """An engine that publishes to the double."""

    @contextmanager
    def connected(_: str) -> Iterator[Publisher | None]:
        yield Counting(address)

    def publish(school_id: str, draft_id: str, turn: int) -> bool:
        press = replace(press_of(service, school_id), connected=connected)
        return publishing.carry_out(press, draft_id, turn, now=the_time())

    return Engine(service.database, {PUBLISH: publish}, name=name)


def hand_in(service: Service, school_id: str, number: int) -> str:
    """Hand in and approve a draft with a photo, as the two people would; its id."""
    now = the_time()
    taken = desk.take(service.eyes, _photo(number), file_name="a.png", alt_text="A row of bulbs")
    service.files.put(taken.clean.sha256, taken.clean.data)
    draft = Draft(f"We planted {number} bulbs.", (taken.upload.photo,), "whitehouseps", author="author")
    register = register_of(service, school_id)
    vetted = vet(draft, [taken.submitted], register.snapshot(now), service.eyes, register.policy, now)
    with service.database.write() as session:
        draft_id = desk.submit(Store(session, school_id), draft, [taken], vetted, kind="key", now=now)
    with service.database.write() as session:
        store = Store(session, school_id)
        deciding = Deciding(DecisionKind.APPROVE, drafts.get(store, draft_id).digest, "")
        desk.decide(store, draft_id, deciding, by="approver", now=now)
        publishing.after_decision(store, draft_id, register.policy, by="approver", now=now)
    return draft_id


def _photo(number: int) -> bytes:
    colour = (number % 200, number // 200 % 200, 90)
    return paper.png(faces=[(colour, Box(40 + 150 * place, 160, 130 + 150 * place, 280)) for place in range(3)])


def live(
    settings: Settings,
    address: str,
    first: int,
    name: str = "",
    drafts: int = DRAFTS_A_LIFE,
    launched: int | None = None,
) -> None:
    """A life: work, and hand in drafts, until killed. It writes to ``launched`` after each draft, or at once if there is none."""
    service, school_id = opened(settings)
    engine_of(service, address, name).launch()
    for number in range(first, first + drafts):
        hand_in(service, school_id, number)
        if launched is not None:
            os.write(launched, b".")
    if launched is not None and not drafts:
        os.write(launched, b".")
    threading.Event().wait()


def in_a_process(do: Callable[[], None]) -> int:
    """Do it in a process of its own, with all that is imported here; its id."""
    child = os.fork()
    if child:
        return child
    try:
        do()
    except BaseException:  # noqa: BLE001 - it must not go on as a second parent
        traceback.print_exc()
    finally:
        os._exit(1)


def kill(process: int) -> bool:
    """Kill it; whether it lived until then."""
    os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == -signal.SIGKILL


# ---------------------------------------------------------------- the count


@dataclass
class Tally:
    """What came of it all."""

    kills: int = 0
    died: int = 0
    drafts: int = 0
    approved: int = 0
    published: int = 0
    posts: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unapproved: list[str] = field(default_factory=list)
    by_a_person: int = 0
    untold: int = 0
    audit_problems: int = 0
    drained_s: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled, unapproved or untold."""
        return not (self.lost or self.doubled or self.unapproved or self.untold or self.audit_problems or self.died)


def run(settings: Settings, kills: int, seed: int = 1, longest_s: float = 4.0) -> Tally:
    """Found a school, live and be killed so many times, let it finish, count."""
    chance, tally = random.Random(seed), Tally(kills)
    prepare(settings)
    service = open_service(settings, crew=Here(paper.engine))
    found_school(service, "Whitehouse", "whitehouseps", by="test", now=the_time())
    _warm_up(service)

    with double() as address:
        for life in range(kills):
            ready, told = os.pipe()
            first = 1 + life * DRAFTS_A_LIFE
            process = in_a_process(partial(live, settings, address, first, launched=told))
            os.close(told)
            if life % 5:  # one in five is killed while it begins, or takes up what the last one left
                os.read(ready, 1)
            os.close(ready)
            time.sleep(chance.uniform(0.0, longest_s))
            tally.died += not kill(process)
        began = time.monotonic()
        _finish(settings, address, tally)
        tally.drained_s = time.monotonic() - began
        _count(settings, address, tally)
    return tally


def _warm_up(service: Service) -> None:
    """Import and read here, once, what every life would have to; then close the service."""
    import dbos  # noqa: F401

    with service.database.read() as session:
        (school,) = schools.every(session)
    register, now = register_of(service, school.id), the_time()
    taken = desk.take(service.eyes, _photo(0), file_name="a.png", alt_text="A row of bulbs")
    draft = Draft("We planted 5 bulbs.", (taken.upload.photo,), "whitehouseps", author="author")
    vet(draft, [taken.submitted], register.snapshot(now), service.eyes, register.policy, now)
    service.close()


def _finish(settings: Settings, address: str, tally: Tally) -> None:
    service, school_id = opened(settings)
    engine = engine_of(service, address)
    engine.launch()
    until = time.monotonic() + _LAST
    while time.monotonic() < until:
        with service.database.read() as session:
            counted = publications.counts(Store(session, school_id))
        if not counted.keys() - {State.PUBLISHED}:
            break
        tally.by_a_person += _look(service, school_id, address)
        sweeping.pick_up(service.database, the_time())
        time.sleep(0.5)
    engine.close()
    service.close()


def _look(service: Service, school_id: str, address: str) -> int:
    """A person looks at the account for what is in doubt, and says what they see."""
    seen = {one.text: one for one in posts_at(address)}
    now, policy = the_time(), register_of(service, school_id).policy
    settled = 0
    with service.database.write() as session:
        store = Store(session, school_id)
        for one in publications.listed(store, [State.UNCERTAIN, State.HELD], limit=100).items:
            post = seen.get(drafts.get(store, one.draft_id).draft.text)
            if one.state is State.HELD or post is None:
                if one.state is State.UNCERTAIN:
                    people.record_not_posted(store, one.draft_id, "It is not there.", by="head", now=now)
                publishing.plan_again(store, one.draft_id, None, "Once more.", policy, by="head", now=now)
            else:
                people.record_post(store, one.draft_id, post.url, by="head", now=now)
            settled += 1
    return settled


def _count(settings: Settings, address: str, tally: Tally) -> None:
    service, school_id = opened(settings)
    posted = Counter(one.text for one in posts_at(address))
    with service.database.read() as session:
        store = Store(session, school_id)
        every = drafts.by_author(store, "author", limit=100_000).items
        found = publications.find_each(store, [one.id for one in every])
        told = Counter(
            one.data["draft_id"] for one in outbox.of_school(store) if one.type is outbox.EventType.DRAFT_PUBLISHED
        )
        out = attempts.latest(store, [one.id for one in every])
        tally.audit_problems = len(audit.verify(store).problems)
    service.close()
    tally.drafts, tally.approved = len(every), len(found)
    tally.published = sum(one.state is State.PUBLISHED for one in found.values())
    tally.posts = sum(posted.values())
    text_of = {one.id: one.draft.text for one in every}
    tally.lost = [
        one
        for one, publication in found.items()
        if publication.state is not State.PUBLISHED or not posted[text_of[one]]
    ]
    tally.doubled = [words for words, count in posted.items() if count > 1]
    tally.unapproved = [words for words in posted if words not in {text_of[one] for one in found}]
    tally.untold = sum(told[one] != 1 for one in found if out[one].post_id)


# ---------------------------------------------------------------- two workers


def takeover(settings: Settings) -> float:
    """Two workers on PostgreSQL, one killed with work in hand: seconds until all of it was done by the other."""
    prepare(settings)
    service = open_service(settings, crew=Here(paper.engine))
    school, _ = found_school(service, "Whitehouse", "whitehouseps", by="test", now=the_time())
    _warm_up(service)
    with double(slow_s=0.4) as address:
        ready, told = os.pipe()
        two = in_a_process(partial(live, settings, address, 100, "two", drafts=0, launched=told))
        os.read(ready, 1)
        one = in_a_process(partial(live, settings, address, 1, "one", drafts=6))
        _until(settings, lambda session: bool(session.scalar(text(_IN_HAND))))
        kill(one)
        began = time.monotonic()
        _until(settings, lambda session: _all_settled(session, school.id))
        took = time.monotonic() - began
        kill(two)
        tally = Tally()
        _count(settings, address, tally)
        if tally.doubled or tally.unapproved or not tally.posts:
            raise SystemExit(f"doubled, unapproved or none: {tally}")
    return took


_IN_HAND = "SELECT count(*) > 1 FROM dbos.workflow_status WHERE executor_id = 'one' AND status = 'PENDING' AND name = 'publish'"


def _all_settled(session: Session, school_id: str) -> bool:
    page = publications.listed(Store(session, school_id), list(State), limit=100)
    return {one.state for one in page.items} <= {State.PUBLISHED, State.UNCERTAIN}


def _until(settings: Settings, enough: Callable[[Session], bool]) -> None:
    database = Database(settings.url)
    until = time.monotonic() + _LAST
    try:
        while time.monotonic() < until:
            with database.read() as session:
                if enough(session):
                    return
            time.sleep(0.02)
    finally:
        database.dispose()
    raise SystemExit("it never came to that")


# ---------------------------------------------------------------- the command


@contextmanager
def place(postgres: str = "") -> Iterator[Settings]:
    """A data folder, and a database of its own on that server, else an SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        url = ""
        if postgres:
            server, name = make_url(postgres), f"fledgling_crashes_{os.getpid()}"
            _on(postgres, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
            url = server.set(database=name).render_as_string(hide_password=False)
        try:
            yield Settings(data_dir=Path(folder) / "data", database_url=url, look_workers=1)
        finally:
            if postgres:
                _on(postgres, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _on(server: str, *statements: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", default="", help="A server's URL; without it, SQLite.")
    parser.add_argument("--workers", action="store_true", help="On PostgreSQL: how long taking over takes.")
    given = parser.parse_args()
    with place(given.postgres) as settings:
        if given.workers:
            print(f"one of two workers killed: the other had done its work after {takeover(settings):.1f} s")
            return
        tally = run(settings, given.kills, given.seed)
    kind = "PostgreSQL" if given.postgres else "SQLite"
    print("| | kills | approved | posts | lost | doubled | unapproved | untold | settled by a person | drained |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    print(
        f"| {kind} | {tally.kills} | {tally.approved} | {tally.posts} | {len(tally.lost)} | {len(tally.doubled)} |"
        f" {len(tally.unapproved)} | {tally.untold} | {tally.by_a_person} | {tally.drained_s:.1f} s |"
    )
    sys.exit(0 if tally.is_clean else 1)


if __name__ == "__main__":
    main()
