"""Measures the name check on labelled drafts: ``python tests/accuracy/measure_names.py [file.jsonl …]``.

A span counts as found when any of its characters is; a draft as stopped when anything in it is. Precision and recall are
given by span and by draft, recall by kind of name, false alarms by kind of clean draft.
"""

import csv
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain import Certainty, Field, NameFound, Pupil, StaffMember
from app.text.names import NameIndex, find

ROOT = Path(__file__).parent.parent.parent
DRAFTS = ROOT / "tests" / "data" / "names"
SCHOOL = ROOT / "app" / "demo_school"
_FIELDS = {"text": Field.TEXT, "alt": Field.ALT_TEXT, "ocr": Field.PICTURE_TEXT, "filename": Field.FILE_NAME}


@dataclass
class Tally:
    """Counts; a pair is at likely or better, and at ambiguous or better."""

    spans: int = 0
    spans_found: list[int] = field(default_factory=lambda: [0, 0])
    findings: list[int] = field(default_factory=lambda: [0, 0])
    findings_right: list[int] = field(default_factory=lambda: [0, 0])
    leaking: int = 0
    leaking_stopped: list[int] = field(default_factory=lambda: [0, 0])
    clean: int = 0
    clean_stopped: list[int] = field(default_factory=lambda: [0, 0])
    right_pupil: int = 0
    with_pupil: int = 0
    by_kind: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    by_trap: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    times_s: list[float] = field(default_factory=list)

    def recall(self, level: int) -> float:
        """Of leaking drafts, how many are stopped."""
        return self.leaking_stopped[level] / max(self.leaking, 1)

    def precision(self, level: int) -> float:
        """Of stopped drafts, how many leak."""
        stopped = self.leaking_stopped[level]
        return stopped / max(stopped + self.clean_stopped[level], 1)

    def false_alarms(self, level: int) -> float:
        """Of clean drafts, how many are stopped."""
        return self.clean_stopped[level] / max(self.clean, 1)


def school() -> NameIndex:
    """The index of the demo school."""
    with (SCHOOL / "roster.csv").open(encoding="utf-8-sig", newline="") as file:
        pupils = [
            Pupil(
                id=row["UPN"],
                upn=row["UPN"],
                legal_first=row["Legal Forename"],
                legal_surname=row["Legal Surname"],
                preferred_first=row["Preferred Forename"],
                preferred_surname=row["Preferred Surname"],
                middle=row["Middle Names"],
                year=row["NC Year"],
                class_name=row["Reg Group"],
            )
            for row in csv.DictReader(file)
        ]
    with (SCHOOL / "staff.csv").open(encoding="utf-8-sig", newline="") as file:
        staff = [StaffMember(row["title"], row["first"], row["surname"], row["role"]) for row in csv.DictReader(file)]
    return NameIndex.build(pupils, staff)


def drafts(path: Path) -> Iterator[dict[str, object]]:
    """The labelled drafts of a file."""
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file)


def measure(labelled: Iterable[dict[str, object]], index: NameIndex) -> Tally:
    """The counts over all drafts."""
    tally = Tally()
    for draft in labelled:
        text, leaks = str(draft["text"]), list(draft["leaks"])  # type: ignore[call-overload]
        began = time.perf_counter()
        found = find(text, index, field=_FIELDS[str(draft["channel"])])
        tally.times_s.append(time.perf_counter() - began)
        for level, least in enumerate((Certainty.LIKELY, Certainty.AMBIGUOUS)):
            _count(tally, leaks, [one for one in found if one.certainty >= least], level, str(draft["trap"]))
        _count_pupils(tally, leaks, found)
    return tally


def _touches(leak: dict[str, int], found: NameFound) -> bool:
    return found.where.start < leak["end"] and leak["start"] < found.where.end


def _count(tally: Tally, leaks: list[dict[str, int]], found: list[NameFound], level: int, trap: str) -> None:
    name = ("likely", "ambiguous")[level]
    tally.findings[level] += len(found)
    tally.findings_right[level] += sum(any(_touches(leak, one) for leak in leaks) for one in found)
    for leak in leaks:
        hit = any(_touches(leak, one) for one in found)
        tally.spans += level == 0
        tally.spans_found[level] += hit
        tally.by_kind[str(leak["kind"])][name] += hit
        tally.by_kind[str(leak["kind"])]["all"] += level == 0
    if leaks:
        tally.leaking += level == 0
        tally.leaking_stopped[level] += bool(found)
    else:
        tally.clean += level == 0
        tally.clean_stopped[level] += bool(found)
        tally.by_trap[trap]["all"] += level == 0
        tally.by_trap[trap][name] += bool(found)


def _count_pupils(tally: Tally, leaks: list[dict[str, Any]], found: tuple[NameFound, ...]) -> None:
    for leak in leaks:
        hits = [one for one in found if _touches(leak, one)]
        if leak["pupil_id"] and hits:
            tally.with_pupil += 1
            tally.right_pupil += any(leak["pupil_id"] in one.pupils for one in hits)


def report(name: str, tally: Tally) -> str:
    """The figures in words."""
    times = sorted(tally.times_s)
    lines = [f"{name}: {tally.leaking} leaking drafts ({tally.spans} spans), {tally.clean} clean"]
    for level, label in enumerate(("likely or better", "ambiguous or better")):
        lines.append(
            f"  {label:20} spans P {tally.findings_right[level] / max(tally.findings[level], 1):.3f}"
            f" R {tally.spans_found[level] / max(tally.spans, 1):.3f};"
            f" drafts P {tally.precision(level):.3f} R {tally.recall(level):.3f};"
            f" clean drafts stopped {tally.false_alarms(level):.3f}"
        )
    lines.append(f"  right pupil among those given: {tally.right_pupil}/{tally.with_pupil}")
    lines.append(f"  time: median {times[len(times) // 2] * 1e6:.0f} us, slowest {times[-1] * 1e6:.0f} us")
    for heading, table in (("recall by kind", tally.by_kind), ("false alarms by trap", tally.by_trap)):
        lines.append(f"  {heading} (all / likely / ambiguous)")
        lines += [
            f"    {key:12} {row['all']:3} {row['likely']:3} {row['ambiguous']:3}" for key, row in sorted(table.items())
        ]
    return "\n".join(lines)


if __name__ == "__main__":
    the_school = school()
    for chosen in [Path(argument) for argument in sys.argv[1:]] or sorted(DRAFTS.glob("*.jsonl")):
        print(report(chosen.name, measure(drafts(chosen), the_school)))
