"""How well the rules on wording, private talk and coming events speak up, over labelled drafts.

    python -m tests.accuracy.wording [file.jsonl …]     all figures, and with -v every draft that was judged wrongly

A draft lists the rules that it should trip; a rule that speaks up without being listed is a false alarm.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.accuracy.demo_school import ROOT, School, the_school

DRAFTS = ROOT / "tests" / "data" / "wording"
RULES = (
    "wording.offensive",
    "wording.undermining",
    "wording.private-details",
    "wording.sensitive-fact",
    "accounts.private-discussion",
    "events.not-yet-over",
    "wording.letter-home",
    "wording.accidental-link",
)
_ADVICE = frozenset({"wording.letter-home", "wording.accidental-link"})


@dataclass(frozen=True, slots=True)
class Labelled:
    """A draft and the rules that it should trip."""

    text: str
    trips: frozenset[str]
    kind: str = ""


@dataclass(slots=True)
class Tally:
    """What was counted, by rule; ``clean`` are drafts that should trip nothing that refers or rejects."""

    expected: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    leaking: int = 0
    leaking_stopped: int = 0
    clean: int = 0
    clean_troubled: int = 0
    wrong: list[tuple[Labelled, frozenset[str]]] = field(default_factory=list)


def drafts(path: Path) -> Iterator[Labelled]:
    """The labelled drafts of a file."""
    with path.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            yield Labelled(row["text"], frozenset(row["trips"]), row.get("kind", ""))


def measure(labelled: Iterable[Labelled], school: School) -> Tally:
    """The counts over all drafts, each judged as the text of a post on Friday 13 November 2026, 15:40."""
    tally = Tally()
    for draft in labelled:
        tripped = frozenset(one.rule for one in school.judge(draft.text).findings if one.rule in RULES)
        tally.expected.update(draft.trips)
        tally.found.update(draft.trips & tripped)
        tally.alarms.update(tripped - draft.trips)
        if draft.trips - _ADVICE:
            tally.leaking += 1
            tally.leaking_stopped += bool(tripped - _ADVICE)
        else:
            tally.clean += 1
            tally.clean_troubled += bool(tripped - _ADVICE)
        if tripped != draft.trips:
            tally.wrong.append((draft, tripped))
    return tally


def report(name: str, tally: Tally) -> str:
    """The figures in words."""
    stopped = f"{tally.leaking_stopped}/{tally.leaking} drafts stopped that should be"
    lines = [f"{name}: {stopped}, {tally.clean_troubled}/{tally.clean} troubled that should not be"]
    lines += [
        f"    {rule:28} found {tally.found[rule]}/{tally.expected[rule]}, false alarms {tally.alarms[rule]}"
        for rule in RULES
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    """Prints the figures of the files named, or of all that are labelled by rule."""
    wordy = "-v" in arguments
    for path in [Path(one) for one in arguments if one != "-v"] or sorted(DRAFTS.glob("round-*.jsonl")):
        tally = measure(drafts(path), the_school())
        print(report(path.name, tally))
        if wordy:
            for draft, tripped in tally.wrong:
                print(f"  {draft.text!r}\n      should {sorted(draft.trips)}, did {sorted(tripped)} ({draft.kind})")


if __name__ == "__main__":
    main(sys.argv[1:])
