"""Twenty minutes of drafts, decisions, posts and deliveries: the service's memory minute by minute, and what went wrong.

The service is served as always, on SQLite, with the real face engine; X and the program that is told are doubles. Each
second a draft comes in and is decided, each twentieth with a photo.

    .venv/bin/python -m benchmarks.soak [--minutes 20] [--every 1.0]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.db import Database
from app.main import the_time
from app.settings import Settings
from app.store import Store, keys, outbox, publications
from app.store.publications import State
from app.web.security import Scope
from benchmarks.crashes import found
from benchmarks.doubles import double_of_x, heard_by, posted, program
from benchmarks.load import POSTS, environment, server, serving
from benchmarks.photo_workers import pictures
from benchmarks.places import place

_PHOTO_EVERY = 20
_SETTLED_MINUTE = 5
_DRAIN_S = 60.0


@dataclass
class Soaked:
    """``memory_mb``: of the serving process, and ``looking_mb`` of the one that looks at photos, at the end of each minute."""

    minutes: float
    memory_mb: list[int] = field(default_factory=list)
    looking_mb: list[int] = field(default_factory=list)
    drafts: int = 0
    with_photo: int = 0
    decided: int = 0
    published: int = 0
    posted_twice: int = 0
    events: int = 0
    undelivered: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    def growth_mb(self, of: list[int]) -> int:
        """How much more at the end than after the fifth minute: the median of the last three against that of three then."""
        settled = of[min(_SETTLED_MINUTE - 1, len(of) - 1) :]
        begun, ended = sorted(settled[:3]), sorted(settled[-3:])
        return ended[len(ended) // 2] - begun[len(begun) // 2] if settled else 0


def soak(settings: Settings, minutes: float, every_s: float) -> Soaked:
    """Run for so long, then a minute more without new drafts, and count."""
    soaked = Soaked(minutes)
    with double_of_x() as x, program() as told:
        settings = settings.model_copy(update={"x_api": x, "private_hosts": frozenset({"127.0.0.1"})})
        school_id = found(settings, told)
        author, approver = _keys(settings, school_id)
        env = environment(
            FLEDGLING_DATA_DIR=str(settings.data_dir),
            FLEDGLING_X_API=x,
            FLEDGLING_PRIVATE_HOSTS='["127.0.0.1"]',
            FLEDGLING_LOOK_WORKERS="1",
            FLEDGLING_LOGS="json",
        )
        log = settings.data_dir / "log"
        photos = list(pictures(settings.shared, 40))
        with (
            server(serving, env, log) as (port, process),
            httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http,
        ):
            _go_on(http, author, approver, photos, process, soaked, every_s)
            _drain(settings, school_id)
        _count(settings, school_id, x, told, soaked)
        _read_log(log, soaked)
    return soaked


def _keys(settings: Settings, school_id: str) -> tuple[dict[str, str], dict[str, str]]:
    database = Database(settings.url)
    with database.write() as session:
        store = Store(session, school_id)
        made = [
            keys.create(store, name, [scope], by="test", now=the_time())[1]
            for name, scope in (("author", Scope.DRAFTS), ("approver", Scope.REVIEW))
        ]
    database.dispose()
    return {"authorization": f"Bearer {made[0]}"}, {"authorization": f"Bearer {made[1]}"}


def _go_on(
    http: httpx.Client,
    author: dict[str, str],
    approver: dict[str, str],
    photos: list[bytes],
    process: int,
    soaked: Soaked,
    every_s: float,
) -> None:
    began, minute = time.monotonic(), 0
    while (at := time.monotonic() - began) < soaked.minutes * 60:
        if at >= (minute + 1) * 60:
            minute += 1
            _note_memory(process, soaked)
        number = soaked.drafts + 1
        try:
            made = _hand_in(http, author, number, photos)
            soaked.drafts, soaked.with_photo = number, soaked.with_photo + (number % _PHOTO_EVERY == 0)
            soaked.decided += _decide(http, approver, made)
        except httpx.HTTPError as error:
            soaked.errors[f"answer: {_kind(error)}"] += 1
        time.sleep(max(0.0, every_s * number - (time.monotonic() - began)))
    _note_memory(process, soaked)


def _kind(error: httpx.HTTPError) -> str:
    return str(error.response.status_code) if isinstance(error, httpx.HTTPStatusError) else type(error).__name__


def _hand_in(http: httpx.Client, author: dict[str, str], number: int, photos: list[bytes]) -> dict[str, Any]:
    text = f"{POSTS[number % len(POSTS)]} That is {number} in all."
    if number % _PHOTO_EVERY == 0:
        photo = photos[number // _PHOTO_EVERY % len(photos)]
        answer = http.post(
            "/v1/drafts",
            data={"text": text, "alt_texts": "People outside"},
            files={"photos": ("a.jpg", photo, "image/jpeg")},
            headers=author,
        )
    else:
        answer = http.post("/v1/drafts", json={"text": text}, headers=author)
    made: dict[str, Any] = answer.raise_for_status().json()
    return made


def _decide(http: httpx.Client, approver: dict[str, str], made: dict[str, Any]) -> bool:
    """Approve what may be approved, reject the rest; False where it was rejected by the rules."""
    if made["stage"] == "rejected":
        return False
    body = {"decision": "approve", "digest": made["digest"]}
    http.post(f"/v1/drafts/{made['id']}/decision", json=body, headers=approver).raise_for_status()
    return True


def _note_memory(process: int, soaked: Soaked) -> None:
    soaked.memory_mb.append(_resident_mb(process))
    stats = {int(one.parent.name): one.read_text() for one in Path("/proc").glob("[0-9]*/stat") if _lives(one)}
    children = [pid for pid, stat in stats.items() if int(stat.rpartition(")")[2].split()[1]) == process]
    soaked.looking_mb.append(sum(_resident_mb(pid) for pid in children))


def _lives(stat: Path) -> bool:
    return os.access(stat, os.R_OK)


def _resident_mb(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def _drain(settings: Settings, school_id: str) -> None:
    database, until = Database(settings.url), time.monotonic() + _DRAIN_S
    while time.monotonic() < until:
        with database.read() as session:
            counted = publications.counts(Store(session, school_id))
            if not counted.keys() - {State.PUBLISHED} and not outbox.waiting(session, 1):
                break
        time.sleep(1)
    time.sleep(12)  # events are delivered each ten seconds
    database.dispose()


def _count(settings: Settings, school_id: str, x: str, told: str, soaked: Soaked) -> None:
    database = Database(settings.url)
    with database.read() as session:
        store = Store(session, school_id)
        counted = publications.counts(store)
        events = outbox.of_school(store)
    database.dispose()
    heard = heard_by(told)
    soaked.published = counted.get(State.PUBLISHED, 0)
    soaked.posted_twice = sum(times > 1 for times in posted(x).values())
    soaked.events, soaked.undelivered = len(events), sum(one.id not in heard["heard"] for one in events)
    for state, count in counted.items():
        if state is not State.PUBLISHED:
            soaked.errors[f"publication: {state}"] += count


def _read_log(log: Path, soaked: Soaked) -> None:
    """Whatever the service complained of, and whatever is no line of its log."""
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            soaked.errors["log: not a line"] += 1
            continue
        if said.get("level", "").lower() in {"error", "critical"}:
            soaked.errors[f"log: {str(said.get('message', said.get('event', '')))[:60]}"] += 1


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--every", type=float, default=1.0, help="Seconds between two drafts.")
    given = parser.parse_args()
    with place() as settings:
        soaked = soak(settings, given.minutes, given.every)
    print(vars(soaked))
    print(f"growth after minute {_SETTLED_MINUTE}: {soaked.growth_mb(soaked.memory_mb)} MB")


if __name__ == "__main__":
    main()
