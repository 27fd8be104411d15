"""Kill -9 at random moments, many times, while drafts go from the desk to a double of X that counts; nothing may be lost or doubled.

Each life of the process hands in three drafts with a photo, which are approved but for some, while its job engine publishes
them and tells a program by webhooks; it is killed somewhere in between: one life in eight while it begins, of the others half at a moment of chance, half
while they are at one of the stages, drawn by chance. After the last, everything is let finish; where a post is in doubt, a person
looks at the double and says so, as they would. With ``--faults`` a third of what X is asked goes wrong, in all ways that are
known, and a third of the webhooks are refused.

    .venv/bin/python -m benchmarks.crashes [--kills 200] [--postgres URL] [--faults]
"""

from __future__ import annotations

import argparse
import os
import random
import select
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from app import desk
from app.domain import Draft
from app.exchange import telling
from app.founding import found_school, prepare
from app.integrations import webhooks
from app.jobs import Here
from app.main import open_service, the_time
from app.publishing import connections
from app.settings import Settings
from app.store import schools
from app.vetting import vet
from app.vision import paper
from app.web.lines import line_of
from app.web.schoolwork import register_of
from app.web.service import Service
from benchmarks.doubles import HANDLE, KEYS, double_of_x, faults, program, set_program
from benchmarks.lives import (
    DRAFTS_A_LIFE,
    STAGES,
    Diary,
    decide_all,
    engine_of,
    live,
    opened,
    photo,
    see_to_it,
    text_of,
)
from benchmarks.places import in_a_process, kill, place
from benchmarks.reckoning import Tally, count, how_far, is_at_rest, look_for_hidden, next_due

LONGEST_S = 6.0
FAULTY, REFUSED = 0.3, 0.3
_LAST_S = 600.0
_STILL_S = 2.5  # when nothing has moved for so long, all wait for the clock
_LEAP = timedelta(minutes=3)
_NEVER_COMES_S = 3.0
_BEGUN_S = 0.7  # what it takes to begin where nobody else is at work


@dataclass
class _Leaping:
    """A clock that can be put on, so that nobody waits for what is due in an hour."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        return the_time() + self.ahead


def run(
    settings: Settings,
    kills: int,
    *,
    seed: int = 1,
    longest_s: float = LONGEST_S,
    longest_min: float = 60.0,
    faulty: bool = False,
) -> Tally:
    """Found a school, live and be killed so many times, though not for longer than that, let it finish, count."""
    chance, tally = random.Random(seed), Tally(kills)
    given = faults(kills * 60 + 500, FAULTY, seed) if faulty else ()
    with double_of_x(given=given) as x, program() as told:
        settings = settings.model_copy(update={"x_api": x, "private_hosts": frozenset({"127.0.0.1"})})
        found(settings, told, refuses=REFUSED if faulty else 0.0)
        began = time.monotonic()
        for life in range(kills):
            if time.monotonic() - began > longest_min * 60:
                tally.kills = life
                break
            _live_and_die(settings, x, 1 + life * DRAFTS_A_LIFE, chance, longest_s, tally)
            if life % 5 == 0:
                look_for_hidden(settings, tally)
        tally.lived_s = time.monotonic() - began
        began = time.monotonic()
        _finish(settings, x, tally)
        tally.drained_s = time.monotonic() - began
        count(settings, x, told, tally)
    return tally


def found(settings: Settings, told: str = "", refuses: float = 0.0) -> str:
    """A school whose account is connected to the double, and that tells the program there; returns the school's id."""
    prepare(settings)
    service = open_service(settings, crew=Here(paper.engine))
    school, _ = found_school(service, "Whitehouse", HANDLE, by="test", now=the_time())
    with line_of(service, school.id) as line:
        connections.put_keys(line, HANDLE, KEYS, by="test")
    if told:
        with webhooks.client() as http:
            teller = telling.Teller(service.database, service.vault, http, the_time, settings.private_hosts)
            _, secret = telling.add(teller, school.id, f"{told}/hear", [], by="test")
        set_program(told, secret, refuses)
    warm_up(service)
    return school.id


def warm_up(service: Service) -> None:
    """Import and read here, once, what every life would have to; then close the service."""
    import dbos  # noqa: F401

    with service.database.read() as session:
        (school,) = schools.every(session)
    register, now = register_of(service, school.id), the_time()
    taken = desk.take(service.eyes, photo(0), file_name="a.png", alt_text="A row of bulbs")
    draft = Draft(text_of(5), (taken.upload.photo,), HANDLE, author="author")
    vet(draft, [taken.submitted], register.snapshot(now), service.eyes, register.policy, now)
    service.close()


# ---------------------------------------------------------------- a life and its end


def _live_and_die(
    settings: Settings, x: str, first: int, chance: random.Random, longest_s: float, tally: Tally
) -> None:
    reading, writing = os.pipe()
    process = in_a_process(partial(live, settings, x, first, told=writing))
    os.close(writing)
    read = _Read(reading)
    _wait_to_kill(read, chance, longest_s)
    tally.died += not kill(process)
    read.wait(1.0)
    os.close(reading)
    tally.stored += read.after("=stored ")
    tally.decided += read.after("=decided ")
    tally.errors += read.after("!")
    tally.killed_at.update(read.open_ends() or ["between"])


def _wait_to_kill(read: _Read, chance: random.Random, longest_s: float) -> None:
    """One in eight dies while it begins; of the others half at a moment of chance, half at a stage. On a busy machine lives are longer."""
    began = time.monotonic()
    if chance.random() < 0.125:
        read.wait(chance.uniform(0.0, _BEGUN_S))
        return
    read.wait(10 * longest_s, until="=launched")
    slow = min(max(1.0, (time.monotonic() - began) / _BEGUN_S), 3.0)
    if chance.random() < 0.5:
        read.wait(slow * chance.uniform(0.0, longest_s))
        return
    stage, nth = chance.choice(STAGES), chance.randint(1, DRAFTS_A_LIFE)
    read.wait(slow * (longest_s + _NEVER_COMES_S), until=f"+{stage}", nth=nth)
    read.wait(chance.uniform(0.0, 0.06))


class _Read:
    """A diary as it is written."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._rest = b""
        self.lines: list[str] = []

    def wait(self, seconds: float, until: str = "", nth: int = 1) -> None:
        """Read for so long, or until that line came so many times, or nobody writes any more."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if until and self.lines.count(until) >= nth:
                return
            if not select.select([self._pipe], [], [], left)[0]:
                return
            data = os.read(self._pipe, 65536)
            if not data:
                return
            *whole, self._rest = (self._rest + data).split(b"\n")
            self.lines += [one.decode() for one in whole]

    def after(self, sign: str) -> list[str]:
        """What stands after that sign."""
        return [one.removeprefix(sign) for one in self.lines if one.startswith(sign)]

    def open_ends(self) -> list[str]:
        """What was begun and not ended."""
        at = Counter(self.after("+")) - Counter(self.after("-"))
        if set(at) & {"handing over", "posting", "looking for"}:
            del at["checking"]  # which is around them
        return list(at)


def _finish(settings: Settings, x: str, tally: Tally) -> None:
    """Live once more, without being killed, until nothing is left to do; the clock is put on where all wait for it."""
    clock = _Leaping()
    service, school_id = opened(settings, clock)
    engine = engine_of(service, x)
    engine.launch()
    before: object = None
    moved = began = time.monotonic()
    while time.monotonic() - began < _LAST_S:
        decided = decide_all(service, school_id, Diary())
        look_for_hidden(settings, tally)
        tally.by_a_person += see_to_it(service, school_id, x)
        if not decided and is_at_rest(service, school_id):
            break
        now = how_far(service, school_id)
        if now != before:
            before, moved = now, time.monotonic()
        elif time.monotonic() - moved > _STILL_S:
            clock.ahead += max(_LEAP, next_due(service, school_id) - clock())
            moved = time.monotonic()
        time.sleep(0.5)
    engine.close()
    service.close()


# ---------------------------------------------------------------- the command


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", default="", help="A server's URL; without it, SQLite.")
    parser.add_argument("--faults", action="store_true", help="X and the program that is told answer badly, too.")
    given = parser.parse_args()
    with place(given.postgres) as settings:
        tally = run(settings, given.kills, seed=given.seed, faulty=given.faults)
    print(tally.told())
    sys.exit(0 if tally.is_clean else 1)


if __name__ == "__main__":
    main()
