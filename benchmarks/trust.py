"""A thousand schools of 300 pupils in one PostgreSQL: text-only POST /v1/drafts for all of them in turn, and for one.

Every school is asked once before it is timed, which is timed by itself: the first draft of a school reads its register.

    .venv/bin/python -m benchmarks.trust --postgres URL [--schools 1000] [--pupils 300] [--seconds 20]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import insert, text

from app.db import Database, new_id
from app.domain import Pupil
from app.founding import prepare
from app.main import the_time
from app.settings import Settings
from app.store import Store, everywhere, keys, schools
from app.tables import AccountRow, PupilRow
from app.web.security import Scope
from benchmarks.load import POSTS, Asked, Speed, environment, load, server, serving
from benchmarks.places import place
from benchmarks.rosters import synthetic_pupils

CONNECTIONS = 4
_PATTERNS = 20
_COLUMNS = (
    "upn, legal_first, legal_surname, preferred_first, preferred_surname, middle, former, year, class_name, elsewhere"
)
_COPY = text(f"""
    WITH numbered AS (SELECT id, substring(slug from 8)::int AS number FROM schools)
    INSERT INTO pupils (id, school_id, {_COLUMNS})
    SELECT md5(pupils.id || one.id), one.id, {_COLUMNS}
    FROM numbered AS one JOIN numbered AS pattern ON pattern.number = one.number % :patterns
    JOIN pupils ON pupils.school_id = pattern.id WHERE one.number >= :patterns
""")


@dataclass(frozen=True, slots=True)
class Measured:
    """Speed for one school and for all, the median of each school's first draft, and the server's memory."""

    one: Speed
    every: Speed
    first_ms: float
    memory_mb: int

    @property
    def ratio(self) -> float:
        """How much longer half of the drafts take where all schools send some."""
        return self.every.p50_ms / self.one.p50_ms


def fill(settings: Settings, count: int, pupils: int) -> list[str]:
    """Make the schools, row by row without their offices; their keys. Every twentieth school has the same children's names."""
    prepare(settings)
    database = Database(settings.url)
    children, secrets = synthetic_pupils(min(count, _PATTERNS) * pupils), []
    with database.write() as session:
        for number in range(count):
            now = the_time()
            school = schools.create(session, f"School {number}", by="test", now=now)
            store = Store(session, school.id)
            secrets.append(keys.create(store, "cms", [Scope.DRAFTS], by="test", now=now)[1])
            account = {"handle": f"school{number}", "classes": [], "posters": [], "position": 0}
            store.insert(AccountRow, {"id": new_id(now), "school_id": school.id, **account})
            if number < _PATTERNS:
                rows = [_row(one, school.id) for one in children[number * pupils : (number + 1) * pupils]]
                store.session.execute(insert(PupilRow), rows)
    with database.write() as session:
        everywhere(session).execute(_COPY, {"patterns": _PATTERNS})
        session.execute(text("ANALYZE"))
    database.dispose()
    return secrets


def _row(one: Pupil, school_id: str) -> dict[str, Any]:
    return {
        "id": new_id(the_time()),
        "school_id": school_id,
        "upn": one.upn,
        "legal_first": one.legal_first,
        "legal_surname": one.legal_surname,
        "preferred_first": "",
        "preferred_surname": "",
        "middle": one.middle,
        "former": [],
        "year": one.year,
        "class_name": one.class_name,
        "elsewhere": False,
    }


def measure(settings: Settings, *, count: int, pupils: int, seconds: float) -> Measured:
    """Fill, serve, load for one school and then for all, half and half twice, so that neither has the better hour."""
    secrets = fill(settings, count, pupils)
    env = environment(FLEDGLING_DATA_DIR=str(settings.data_dir), FLEDGLING_DATABASE_URL=settings.database_url)
    one, every = Asked("/v1/drafts", secrets[:1], 201), Asked("/v1/drafts", secrets, 201)
    with server(serving, env) as (port, process):
        first_ms = _first(port, secrets)
        halves = [load(port, asked, seconds=seconds / 2, connections=CONNECTIONS) for asked in (one, every, one, every)]
        memory = Path(f"/proc/{process}/status").read_text()
    kept = next(int(line.split()[1]) // 1024 for line in memory.splitlines() if line.startswith("VmRSS"))
    return Measured(_both(halves[0], halves[2]), _both(halves[1], halves[3]), first_ms, kept)


def _both(first: Speed, second: Speed) -> Speed:
    return replace(
        first,
        rate=(first.rate + second.rate) / 2,
        p50_ms=(first.p50_ms + second.p50_ms) / 2,
        p99_ms=max(first.p99_ms, second.p99_ms),
    )


def _first(port: int, secrets: list[str]) -> float:
    times = []
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        for secret in secrets:
            began = time.perf_counter()
            answer = http.post("/v1/drafts", json={"text": POSTS[0]}, headers={"authorization": f"Bearer {secret}"})
            times.append(time.perf_counter() - began)
            if answer.status_code != 201:
                raise SystemExit(f"not kept: {answer.status_code}")
    return sorted(times)[len(times) // 2] * 1000


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgres", required=True, help="A server's URL.")
    parser.add_argument("--schools", type=int, default=1000)
    parser.add_argument("--pupils", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=20)
    given = parser.parse_args()
    with place(given.postgres) as settings:
        found = measure(settings, count=given.schools, pupils=given.pupils, seconds=given.seconds)
    for name, speed in (("one school", found.one), ("all", found.every)):
        print(f"{name:12} {speed.rate:.0f}/s   p50 {speed.p50_ms:.1f} ms   p99 {speed.p99_ms:.1f} ms")
    print(f"p50 {found.ratio:.2f} x; first of each school {found.first_ms:.0f} ms; {found.memory_mb} MB")


if __name__ == "__main__":
    main()
