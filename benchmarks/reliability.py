"""What the service must show of itself, measured: every part by itself, and docs/reliability.md from all that was measured.

    .venv/bin/python -m benchmarks.reliability [--quick] [--only NAME] [--postgres URL]

Each part keeps its figures in ``benchmarks/results``, so that parts can be run one at a time; the page is written from
what lies there. ``--quick`` tries the parts with tiny numbers and keeps nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

from app.main import the_time
from benchmarks import crashes, drafts, photo_workers, soak, takeover, trust
from benchmarks.places import place
from benchmarks.reliability_page import PAGE, RESULTS, page

POSTGRES = "postgresql+psycopg://root@127.0.0.1:5432/postgres"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done of each."""

    kills: int = 200
    kill_minutes: float = 60.0
    takeovers: int = 5
    photos: int = 32
    seconds: float = 20.0
    schools: int = 1000
    pupils: int = 300
    minutes: float = 20.0
    seed: int = 1


QUICK = Size(kills=3, takeovers=1, photos=8, seconds=3.0, schools=10, pupils=30, minutes=0.5)

Part = Callable[[str, Size], dict[str, Any]]


def _crashes(postgres: str, size: Size, *, faulty: bool) -> dict[str, Any]:
    with place(postgres) as settings:
        tally = crashes.run(settings, size.kills, seed=size.seed, longest_min=size.kill_minutes, faulty=faulty)
    print(tally.told())
    return tally.figures()


def _takeover(postgres: str, size: Size) -> dict[str, Any]:
    took = []
    for _ in range(size.takeovers):
        with place(postgres) as settings:
            took.append(round(takeover.takeover(settings), 1))
        print(f"taken over within {took[-1]} s", flush=True)
    return {"took_s": took}


def _photos(postgres: str, size: Size) -> dict[str, Any]:
    rates = {}
    for workers in (1, 2):
        with place(postgres) as settings:
            rates[str(workers)] = photo_workers.measure(settings, workers, size.photos)
    return {"photos": size.photos, "rates": rates}


def _drafts(postgres: str, size: Size) -> dict[str, Any]:
    with place(postgres) as settings:
        return asdict(drafts.measure(settings, seconds=size.seconds))


def _trust(postgres: str, size: Size) -> dict[str, Any]:
    with place(postgres) as settings:
        measured = trust.measure(settings, count=size.schools, pupils=size.pupils, seconds=size.seconds)
    return asdict(measured) | {"ratio": measured.ratio, "schools": size.schools, "pupils": size.pupils}


def _soak(_: str, size: Size) -> dict[str, Any]:
    with place() as settings:
        soaked = soak.soak(settings, size.minutes, 1.0)
    grown = {"growth_mb": soaked.growth_mb(soaked.memory_mb), "looking_growth_mb": soaked.growth_mb(soaked.looking_mb)}
    return vars(soaked) | grown


def _on_sqlite(part: Part) -> Part:
    return lambda _, size: part("", size)


PARTS: dict[str, Part] = {
    "crashes-sqlite": _on_sqlite(partial(_crashes, faulty=False)),
    "crashes-postgres": partial(_crashes, faulty=False),
    "faults-sqlite": _on_sqlite(partial(_crashes, faulty=True)),
    "faults-postgres": partial(_crashes, faulty=True),
    "takeover": _takeover,
    "photos": _photos,
    "drafts-sqlite": _on_sqlite(_drafts),
    "drafts-postgres": _drafts,
    "trust": _trust,
    "soak": _soak,
}


ADDED = frozenset({"crashes-sqlite", "crashes-postgres", "faults-sqlite", "faults-postgres"})
"""What may be run again to be added to what was counted before, each time with another seed."""


def _machine() -> str:
    return f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}"


def joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of two runs together."""
    both = {}
    for name, figure in one.items():
        more = other[name]
        both[name] = dict(Counter(figure) + Counter(more)) if isinstance(figure, dict) else figure + more
    return both


def run(name: str, postgres: str, size: Size, *, keep: bool, add: bool = False) -> None:
    """Measure one part, and keep its figures, or add them to those that are kept."""
    busy, began, file = os.getloadavg()[0], the_time(), RESULTS / f"{name}.json"
    before = json.loads(file.read_text(encoding="utf-8")) if add and file.exists() else None
    runs = before.get("runs", 1) + 1 if before else 1
    figures = PARTS[name](postgres, replace(size, seed=runs))
    if before:
        figures = joined(before["figures"], figures)
    kept = {
        "name": name,
        "measured_on": began.date().isoformat(),
        "runs": runs,
        "machine": _machine(),
        "busy": [round(busy, 1), round(os.getloadavg()[0], 1)],
        "command": f"python -m benchmarks.reliability --only {name}",
        "figures": figures,
    }
    print(json.dumps(kept, indent=1))
    if keep:
        RESULTS.mkdir(exist_ok=True)
        file.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="Tiny numbers; nothing is kept or written.")
    parser.add_argument("--only", choices=[*PARTS, "page"], help="One part; page: only write the page.")
    parser.add_argument("--add", action="store_true", help="Add more kills to those that were counted before.")
    parser.add_argument("--postgres", default=POSTGRES, help="A server on which databases may be made.")
    for name in set(Size.__slots__) - {"seed"}:
        kind = float if name in {"seconds", "minutes", "kill_minutes"} else int
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind)
    given = parser.parse_args()
    usual = asdict(QUICK if given.quick else Size())
    chosen = {name: said for name in usual if (said := getattr(given, name, None)) is not None}
    for name in [given.only] if given.only else PARTS:
        if name != "page":
            run(name, given.postgres, Size(**(usual | chosen)), keep=not given.quick, add=given.add and name in ADDED)
    if not given.quick:
        PAGE.write_text(page(RESULTS), encoding="utf-8")
        print(f"{PAGE} is written")


if __name__ == "__main__":
    main()
