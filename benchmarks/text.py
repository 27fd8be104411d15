"""How long the words of a post take to read and judge, without web, store and photos: ``python -m benchmarks.text``.

Reads and judges the ordinary posts of ``posts.txt`` and the labelled ones of ``tests/data/names`` that have 60 to 180
characters, with the 420 pupils of the demo school and with a roster of 100,000. Prints p50 and p99 of CPU time a post,
all in all and of judging alone; then what building the large index takes, in a process of its own. CPU time is
disturbed little by other work on the machine, but not quite nothing: the load is printed beside it.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import os
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

from app.domain import Account, Draft, Event, Evidence, Pupil, SchoolFacts
from app.policy import load_default
from app.rules import judge
from app.text import Guide, NameIndex, read
from benchmarks.rosters import demo_pupils, demo_staff, synthetic_pupils

POSTS = Path(__file__).parent / "posts.txt"
DRAFTS = Path(__file__).parent.parent / "tests" / "data" / "names"
NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ACCOUNT = "whitehouseps"
LEAST, MOST = 60, 180  # characters of a post
_TITLES = (
    "Christmas Fair", "Sports Day", "Harvest Festival", "Year 4 trip to the Roman museum", "Nativity",
    "Book Week", "Summer Fair", "Reception sing-along", "Science Week", "Leavers' Assembly",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Times:
    """CPU milliseconds: the middle, and the one post in a hundred."""

    p50: float
    p99: float


def posts() -> list[str]:
    """All of them."""
    return [*ordinary_posts(), *labelled_posts()]


def ordinary_posts() -> list[str]:
    """Posts such as a school writes on a common day; hardly anybody is named in them."""
    return POSTS.read_text("utf-8").splitlines()


def labelled_posts() -> list[str]:
    """Posts written to try the names check; a child is named in every second one."""
    lines = (line for path in sorted(DRAFTS.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines())
    drafts = map(json.loads, lines)
    return [each["text"] for each in drafts if each["channel"] == "text" and LEAST <= len(each["text"]) <= MOST]


def guide_of(pupils: Iterable[Pupil], classes: Sequence[str] = ()) -> Guide:
    """What the gate would know of a school with these pupils."""
    policy = load_default()
    index = NameIndex.build(pupils, demo_staff(), classes, policy.allowed_phrases)
    return Guide(index, events(), frozenset({ACCOUNT}), policy.published)


def events() -> tuple[Event, ...]:
    """A term's calendar."""
    starts = (NOW + timedelta(days=7 * number + 3) for number in range(len(_TITLES)))
    return tuple(
        Event(f"e{number}", title, at, at + timedelta(hours=2), "School hall")
        for number, (title, at) in enumerate(zip(_TITLES, starts, strict=True))
    )


def measure(texts: Sequence[str], guide: Guide, rounds: int) -> tuple[Times, Times]:
    """Reading and judging together, and judging alone."""
    policy = load_default()
    school = SchoolFacts(accounts=(Account(ACCOUNT),), events=guide.events, roster_as_of=NOW, permissions_as_of=NOW)
    whole: list[float] = []
    judging: list[float] = []
    for text in [*texts] * (rounds + 1):
        draft = Draft(text, account=ACCOUNT)
        began = time.process_time_ns()
        facts = read(draft, (), guide, NOW)
        between = time.process_time_ns()
        judge(Evidence(draft, facts, (), school, NOW), policy, "none")
        ended = time.process_time_ns()
        whole.append((ended - began) / 1e6)
        judging.append((ended - between) / 1e6)
    warm = len(texts)  # the first round fills caches and compiles phrases
    return _times(whole[warm:]), _times(judging[warm:])


def _times(milliseconds: Sequence[float]) -> Times:
    cuts = quantiles(milliseconds, n=100)
    return Times(cuts[49], cuts[98])


def build(count: int) -> tuple[float, float, float]:
    """CPU seconds and megabytes of an index of so many pupils, and megabytes that stay taken at its peak; for a fresh process."""
    guide_of(demo_pupils())  # the dictionaries
    pupils = synthetic_pupils(count)
    gc.collect()
    before, began = _memory_mb("VmRSS"), time.process_time()
    guide = guide_of(pupils)
    took = time.process_time() - began
    gc.collect()
    after, peak = _memory_mb("VmRSS"), _memory_mb("VmHWM")
    if len(guide.names.ids) != count:
        raise SystemExit("pupils are missing from the index")
    return took, after - before, peak - before


def _memory_mb(kind: str) -> float:
    """Memory of this process as Linux tells it; 0 elsewhere."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    line = next(line for line in status.read_text().splitlines() if line.startswith(kind))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20, help="how often each post is read")
    parser.add_argument("--pupils", type=int, default=100_000, help="of the large roster")
    arguments = parser.parse_args()
    print(f"{arguments.rounds} rounds; load before {os.getloadavg()[0]:.1f}")
    for pupils in (demo_pupils(), synthetic_pupils(arguments.pupils)):
        guide = guide_of(pupils)
        for kind, texts in (("ordinary", ordinary_posts()), ("labelled", labelled_posts())):
            whole, judging = measure(texts, guide, arguments.rounds)
            print(f"  {len(pupils):>7,} pupils, {len(texts):>3} {kind} posts   read and judge p50 {whole.p50:.2f} ms  p99 {whole.p99:.2f} ms"
                  f"   judge alone p50 {judging.p50:.3f} ms  p99 {judging.p99:.3f} ms")  # fmt: skip
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        took, kept_mb, peak_mb = pool.submit(build, arguments.pupils).result()
    print(f"  index of {arguments.pupils:,} pupils: {took:.1f} s, {kept_mb:.0f} MB kept, {peak_mb:.0f} MB at its peak"
          f"; load after {os.getloadavg()[0]:.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
