"""How well pupils' names are found in labelled drafts, by what the rules say in the end.

    python -m tests.accuracy.names [file.jsonl …]     all figures, and with -v every draft that was judged wrongly

A finding is right when it touches a labelled name. A draft is stopped when a rule on names refers or rejects it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from app.domain import Finding, Outcome, Words
from tests.accuracy.demo_school import ROOT, School, the_school

DRAFTS = ROOT / "tests" / "data" / "names"
NAMED, PERHAPS = "names.pupil-named", "names.perhaps-pupil"
_ORDINARY = frozenset({"ordinary", "neutral", "clean"})


@dataclass(frozen=True, slots=True)
class Leak:
    """Words that name a pupil: half open, in code points."""

    start: int
    end: int
    kind: str
    pupil: str | None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A draft and what is to be found in it; ``kind`` says what kind of draft it is."""

    text: str
    channel: str
    kind: str
    leaks: tuple[Leak, ...]

    @property
    def part(self) -> str:
        """``leaking``, ``ordinary`` or ``trap``."""
        return "leaking" if self.leaks else "ordinary" if self.kind in _ORDINARY else "trap"


@dataclass(slots=True)
class Tally:
    """What was counted over a set of drafts."""

    drafts: Counter[str] = field(default_factory=Counter)  # by part
    rejected: Counter[str] = field(default_factory=Counter)  # by part: names.pupil-named
    stopped: Counter[str] = field(default_factory=Counter)  # by part: any rule on names, refer or reject
    said: int = 0
    said_rightly: int = 0
    spans: Counter[str] = field(default_factory=Counter)  # by kind
    spans_found: Counter[str] = field(default_factory=Counter)
    traps: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    with_pupil: int = 0
    right_pupil: int = 0
    wrong: list[tuple[str, Labelled, tuple[Finding, ...]]] = field(default_factory=list)

    def share_stopped(self, part: str) -> float:
        """Of the drafts of that part, how many are referred or rejected by the rules on names."""
        return self.stopped[part] / max(self.drafts[part], 1)

    def share_rejected(self, part: str) -> float:
        """Of the drafts of that part, how many are rejected by them."""
        return self.rejected[part] / max(self.drafts[part], 1)

    @property
    def precision(self) -> float:
        """Of all findings that a pupil is named, how many touch a labelled name."""
        return self.said_rightly / max(self.said, 1)


def drafts(path: Path) -> Iterator[Labelled]:
    """The labelled drafts of a file."""
    with path.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            leaks = tuple(Leak(one["start"], one["end"], one["kind"], one["pupil_id"]) for one in row["leaks"])
            yield Labelled(row["text"], row["channel"], row["trap"], leaks)


def measure(labelled: Iterable[Labelled], school: School) -> Tally:
    """The counts over all drafts."""
    tally = Tally()
    for draft in labelled:
        verdict = school.judge(draft.text, draft.channel)
        found = tuple(one for one in verdict.findings if one.rule in (NAMED, PERHAPS) and isinstance(one.where, Words))
        _count_draft(tally, draft, found)
        _count_leaks(tally, draft, found)
    return tally


def _touches(leak: Leak, finding: Finding) -> bool:
    where = finding.where
    return isinstance(where, Words) and where.start < leak.end and leak.start < where.end


def _count_draft(tally: Tally, draft: Labelled, found: tuple[Finding, ...]) -> None:
    named = [one for one in found if one.rule == NAMED]
    right = [one for one in named if any(_touches(leak, one) for leak in draft.leaks)]
    tally.said += len(named)
    tally.said_rightly += len(right)
    tally.drafts[draft.part] += 1
    tally.rejected[draft.part] += bool(named)
    stopped = any(one.outcome >= Outcome.REFER for one in found)
    tally.stopped[draft.part] += stopped
    if draft.part == "trap":
        tally.traps[draft.kind].update(drafts=1, rejected=bool(named), stopped=stopped)
    if draft.leaks and not stopped:
        tally.wrong.append(("missed", draft, found))
    elif len(right) < len(named):
        tally.wrong.append(("wrongly named", draft, found))
    elif not draft.leaks and stopped:
        tally.wrong.append(("troubled", draft, found))


def _count_leaks(tally: Tally, draft: Labelled, found: tuple[Finding, ...]) -> None:
    for leak in draft.leaks:
        hits = [one for one in found if _touches(leak, one)]
        tally.spans[leak.kind] += 1
        tally.spans_found[leak.kind] += bool(hits)
        if leak.pupil and hits:
            tally.with_pupil += 1
            tally.right_pupil += any(leak.pupil in one.pupils for one in hits)


def report(name: str, tally: Tally) -> str:
    """The figures in words."""
    lines = [f"{name}: {dict(tally.drafts)}"]
    lines.append(f"  leaking drafts stopped {tally.share_stopped('leaking'):.3f}")
    lines.append(f"  leaking drafts rejected {tally.share_rejected('leaking'):.3f}")
    lines.append(f"  right when a pupil is said to be named {tally.precision:.3f} of {tally.said}")
    lines.append(f"  ordinary drafts troubled {tally.share_stopped('ordinary'):.3f}")
    lines.append(f"  traps rejected {tally.share_rejected('trap'):.3f}, troubled {tally.share_stopped('trap'):.3f}")
    lines.append(f"  right pupil among those given {tally.right_pupil}/{tally.with_pupil}")
    lines += [f"    {kind:14} found {tally.spans_found[kind]}/{n}" for kind, n in sorted(tally.spans.items())]
    lines += [
        f"    {kind:14} drafts {row['drafts']}, rejected {row['rejected']}, stopped {row['stopped']}"
        for kind, row in sorted(tally.traps.items())
    ]
    return "\n".join(lines)


def _error_line(what: str, draft: Labelled, found: tuple[Finding, ...]) -> str:
    marks = [
        f"{draft.text[one.where.start : one.where.end]!r} {one.rule} {one.message}"
        for one in found
        if isinstance(one.where, Words)
    ]
    missed = [draft.text[leak.start : leak.end] for leak in draft.leaks]
    return f"  {what} [{draft.kind}/{draft.channel}] {draft.text!r} {missed or ''}" + "".join(
        f"\n      {mark}" for mark in marks
    )


def main(arguments: list[str]) -> None:
    """Prints the figures of the files named, or of all."""
    wordy = "-v" in arguments
    for path in [Path(one) for one in arguments if one != "-v"] or sorted(DRAFTS.glob("*.jsonl")):
        tally = measure(drafts(path), the_school())
        print(report(path.name, tally))
        if wordy:
            print("\n".join(_error_line(*one) for one in tally.wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
