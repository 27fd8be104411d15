"""docs/reliability.md, written from what was measured: a figure that was not reached is told as such."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE, RESULTS = ROOT / "docs" / "reliability.md", Path(__file__).parent / "results"

Figures = Mapping[str, Any]
Told = tuple[str, bool]
"""What was measured in words, and whether it is what was wanted."""

_ORDER = (
    "beginning",
    "vetting",
    "storing",
    "deciding",
    "checking",
    "handing over",
    "posting",
    "looking for",
    "telling",
    "between",
)
_BAD = (
    "lost",
    "doubled",
    "unapproved",
    "undelivered",
    "untold",
    "unsigned",
    "hidden",
    "audit_problems",
    "died",
    "errors",
)


def crashes(figures: Figures) -> Told:
    """Kills and what came of them."""
    told = (
        f"{figures['kills']} kills; {figures['drafts']:,} drafts, {figures['approved']:,} of them approved:"
        f" {figures['lost']} lost, {figures['doubled']} posted twice, {figures['unapproved']} published unapproved;"
        f" {figures['events'] - figures['undelivered']:,} of {figures['events']:,} events delivered"
    )
    return told, figures["kills"] >= 200 and not any(figures[name] for name in _BAD)


def faults(figures: Figures) -> Told:
    """The same, and the holds."""
    told, clean = crashes(figures)
    held = sum(figures["held"].values())
    return f"{told}; {held} holds seen on the page, {figures['hidden']} not", clean and held > 0


def takeover(figures: Figures) -> Told:
    """The slowest of several."""
    took = figures["took_s"]
    return f"{max(took):.1f} s at most in {len(took)} tries ({', '.join(map(str, took))})", max(took) < 15


def photos(figures: Figures) -> Told:
    """Two against one."""
    one, two = figures["rates"]["1"], figures["rates"]["2"]
    return f"{two / one:.2f} × ({one:.2f} and {two:.2f} photos/s over {figures['photos']} photos)", two >= 1.6 * one


def drafts(figures: Figures) -> Told:
    """Drafts a second."""
    told = f"{figures['rate']:.0f}/s, p50 {figures['p50_ms']:.0f} ms, p99 {figures['p99_ms']:.0f} ms"
    return told, figures["rate"] >= 200 and figures["p99_ms"] < 150


def trust(figures: Figures) -> Told:
    """All schools against one."""
    told = (
        f"{figures['ratio']:.2f} × (p50 {figures['every']['p50_ms']:.0f} ms against {figures['one']['p50_ms']:.0f} ms;"
        f" {figures['schools']:,} schools × {figures['pupils']} pupils; a school's first draft {figures['first_ms']:.0f} ms;"
        f" the web process then holds {figures['memory_mb']:,} MB)"
    )
    return told, figures["ratio"] < 1.5 and figures["schools"] >= 1000


def soak(figures: Figures) -> Told:
    """Memory and errors."""
    settled = figures["memory_mb"][min(4, len(figures["memory_mb"]) - 1)]
    wrong = sum(figures["errors"].values()) + figures["undelivered"] + figures["posted_twice"]
    told = (
        f"{figures['minutes']:g} minutes, {figures['drafts']:,} drafts ({figures['with_photo']} with a photo),"
        f" {figures['published']:,} published, {figures['events'] - figures['undelivered']:,} of {figures['events']:,} events delivered;"
        f" memory {settled} MB after minute five, {figures['memory_mb'][-1]} MB at the end"
        f" ({figures['memory_mb'][-1] - figures['memory_mb'][-6 if len(figures['memory_mb']) > 5 else 0]:+d} MB in the last five minutes;"
        f" by medians of three minutes since minute five {figures['growth_mb']:+d} MB; the process that looks at photos {figures['looking_growth_mb']:+d} MB);"
        f" {wrong} errors"
    )
    small = max(5, settled // 50)  # two in a hundred: what an allocator does by itself
    grown = figures["growth_mb"] > small or figures["looking_growth_mb"] > small
    return told, not wrong and not grown and figures["minutes"] >= 20


_KILLED = "0 lost, 0 posted twice, 0 published unapproved, all events delivered"
ROWS: dict[str, tuple[str, str, Callable[[Figures], Told]]] = {
    "crashes-sqlite": ("200 kills at random moments, SQLite", _KILLED, crashes),
    "crashes-postgres": ("200 kills at random moments, PostgreSQL", _KILLED, crashes),
    "faults-sqlite": ("200 kills while X answers badly, SQLite", f"{_KILLED}; every hold visible", faults),
    "faults-postgres": ("200 kills while X answers badly, PostgreSQL", f"{_KILLED}; every hold visible", faults),
    "takeover": ("Two workers, one killed with work in hand", "finished by the other within 15 s", takeover),
    "photos": ("Photos per second, two workers against one", "1.6 ×", photos),
    "drafts-sqlite": ("Text-only `POST /v1/drafts`, one web process, 8 connections, SQLite", "200/s, p99 under 150 ms", drafts),
    "drafts-postgres": ("The same on PostgreSQL", "200/s, p99 under 150 ms", drafts),
    "trust": ("1,000 schools in one PostgreSQL, drafts of all against drafts of one", "p50 within 1.5 ×", trust),
    "soak": ("20 minutes of drafts, decisions, posts and deliveries", "no growth after minute five, no error", soak),
}  # fmt: skip

_HEAD = """# How reliable the service is

Written by `python -m benchmarks.reliability` from what was measured; do not edit it by hand. Everything runs on loopback, against doubles of X
(`tests/x_double.py`, which keeps to X's documented requests, answers, limits and errors) and of a program that is told by webhooks. Figures of
speed are those of one machine with other work on it (its load, before and after, stands beside them): compare them with each other rather than
with yours.

"""

_BELOW = """
## How it is measured

**Kills.** A process that serves and works is begun, has three drafts with a photo handed in and decided, publishes them and tells of them, and gets
SIGKILL: one life in eight while it begins, of the others half at a moment of chance and half while it is at a stage drawn by chance. One draft in five is refused by the approver. The
double of X takes every post, however often, so that a second one would show. After the last kill a process is let finish, with its clock put on.
*Lost* is a draft that was acknowledged and is not in the database, or should be out and is not; *posted twice* is counted at the double;
*delivered* at the program that is told (an event may come twice and bears one id). Where a post is in doubt, a person looks at the account and
says so; the service itself never sends again what may be out.

**X answers badly.** Three calls in ten go wrong: 429, 402, 500, 503, "duplicate", a time-out before or after the post was made, a connection that
breaks before or after, a refusal in plain text; three webhooks in ten are refused. A *hold* is visible where the page of publications lists it
with a sentence about it; every fifth life and during all of the finish every approved draft that is not out is looked for there.

**The rest.** Each script says at its head what it does: `benchmarks/takeover.py`, `photo_workers.py`, `drafts.py`, `trust.py`, `soak.py`.
A short form of the kills is part of the tests (`tests/publishing/test_crashes.py`).
"""


def page(results: Path) -> str:
    """The whole page from the results that there are."""
    lines = ["| What | Wanted | Measured | | Load | On | Command |", "| --- | --- | --- | --- | --- | --- | --- |"]
    kills, machines = [], []
    for name, (what, wanted, tell) in ROWS.items():
        file = results / f"{name}.json"
        if not file.exists():
            lines.append(
                f"| {what} | {wanted} | not measured | **not met** | | | `python -m benchmarks.reliability --only {name}` |"
            )
            continue
        kept = json.loads(file.read_text(encoding="utf-8"))
        told, met = tell(kept["figures"])
        busy = " → ".join(map(str, kept["busy"]))
        lines.append(
            f"| {what} | {wanted} | {told}{_runs(kept)} | {'met' if met else '**not met**'} | {busy} | {kept['measured_on']} | `{kept['command']}` |"
        )
        machines.append(kept["machine"])
        if "killed_at" in kept["figures"]:
            kills.append((name, kept["figures"]))
    machine = "; ".join(dict.fromkeys(machines))
    return f"{_HEAD}Machine: {machine}.\n\n" + "\n".join(lines) + "\n" + _where(kills) + _BELOW


def _runs(kept: Figures) -> str:
    return f" (in {kept['runs']} runs)" if kept.get("runs", 1) > 1 else ""


def _where(kills: list[tuple[str, Figures]]) -> str:
    """What the service was at when it was killed."""
    if not kills:
        return ""
    heads = ["|  | " + " | ".join(_ORDER) + " |", "| --- |" + " --- |" * len(_ORDER)]
    rows = [
        f"| {name} | " + " | ".join(str(found["killed_at"].get(one, 0)) for one in _ORDER) + " |"
        for name, found in kills
    ]
    holds = [
        f"- {name}: " + "; ".join(f"{what} {times}" for what, times in sorted(found["held"].items()))
        for name, found in kills
        if found["held"]
    ]
    listed = (
        "\nHolds that stood on the page of publications, by state and reason:\n\n" + "\n".join(holds) + "\n"
        if holds
        else ""
    )
    return (
        "\nWhat the service was at when it was killed (it may be at two things at once; *between*: at none of these):\n\n"
        + "\n".join([*heads, *rows])
        + f"\n{listed}"
    )
