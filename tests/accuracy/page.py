"""The measured parts of docs/accuracy.md: each a block of the page that is replaced when it is measured again.

A block stands between ``<!-- measured: name -->`` and ``<!-- end -->``; what is around it is written by hand.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.accuracy import names, photos, wording
from tests.accuracy.demo_school import ROOT, the_school
from tests.text.test_conformance import AUTOLINK, SUITES, linkable, linked

PAGE = ROOT / "docs" / "accuracy.md"
SHARED = Path(os.environ.get("FLEDGLING_SHARED", ROOT.parent / "shared"))
_BLOCK = re.compile(r"(<!-- measured: ([\w-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]) + "\n"


def share(part: float, whole: float) -> str:
    """``97.5 % (117 of 120)``, or a dash where there is nothing to count."""
    return f"{part / whole:.1%} ({part:g} of {whole:g})".replace("%", " %") if whole else "–"


def conformance() -> str | None:
    """Cases of twitter-text answered rightly, or None where they are not at hand."""
    file = SHARED / "data" / "conformance" / "twitter-text.json"
    if not file.is_file():
        return None
    right: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    for case in json.loads(file.read_text(encoding="utf-8"))["cases"]:
        suite, text, expected = case["suite"], case["text"], case["expected"]
        if suite in SUITES:
            hit = SUITES[suite][1](text) == expected
        elif suite in AUTOLINK:
            hit = linkable(text, AUTOLINK[suite][1]) == linked(expected)
        else:
            continue
        family = suite.partition(".")[0]
        cases[family] += 1
        right[family] += hit
    return table(("Suite", "Answered as the reference does"), [(one, share(right[one], cases[one])) for one in cases])


def _name_row(path: Path) -> tuple[str, ...]:
    tally = names.measure(names.drafts(path), the_school())
    return (
        f"`{path.name}`",
        share(tally.stopped["leaking"], tally.drafts["leaking"]),
        share(tally.said_rightly, tally.said),
        share(tally.stopped["ordinary"], tally.drafts["ordinary"]),
        share(tally.rejected["trap"], tally.drafts["trap"]),
        share(tally.stopped["trap"], tally.drafts["trap"]),
        share(tally.right_pupil, tally.with_pupil),
    )


def name_figures() -> str:
    """The name check over every set of drafts."""
    heads = (
        "Drafts", "leaking: stopped", "“a pupil is named”: right", "ordinary: troubled", "traps: rejected",
        "traps: troubled", "right pupil among those shown to the desk",
    )  # fmt: skip
    return table(heads, [_name_row(path) for path in sorted(names.DRAFTS.glob("*.jsonl"))])


def name_kinds() -> str:
    """Names found by kind, over all sets together."""
    spans: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for path in sorted(names.DRAFTS.glob("*.jsonl")):
        tally = names.measure(names.drafts(path), the_school())
        spans.update(tally.spans)
        found.update(tally.spans_found)
    return table(("Kind of name", "found"), [(kind, share(found[kind], spans[kind])) for kind in sorted(spans)])


def wording_figures() -> str:
    """The rules on wording over every set of drafts that is labelled by rule."""
    tallies = {
        path.name: wording.measure(wording.drafts(path), the_school())
        for path in sorted(wording.DRAFTS.glob("round-*.jsonl"))
    }
    rows: dict[str, list[str]] = defaultdict(list)
    for tally in tallies.values():
        for rule in wording.RULES:
            alarms = tally.alarms[rule]
            rows[f"`{rule}`"].append(
                f"{share(tally.found[rule], tally.expected[rule])}; {alarms} false alarm{'' if alarms == 1 else 's'}"
            )
        rows["drafts to be stopped: stopped"].append(share(tally.leaking_stopped, tally.leaking))
        rows["drafts to be let pass: troubled"].append(share(tally.clean_troubled, tally.clean))
    return table(("", *(f"`{name}`" for name in tallies)), [(name, *cells) for name, cells in rows.items()])


def speed() -> str:
    """What the benchmarks print on this machine."""
    runs = (("benchmarks.text",), ("benchmarks.presidio",), ("benchmarks.http", "--connections", "1", "--seconds", "5"))
    printed = [
        f"$ python -m {' '.join(run)}\n"
        + subprocess.run([sys.executable, "-m", *run], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        for run in runs
    ]
    machine = (
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}"
    )
    return f"{machine}\n\n```text\n" + "\n".join(printed) + "```\n"


def photo_figures() -> str | None:
    """Finding, counting and matching, and their curves; None where the shared pictures or the weights are not at hand."""
    return photos.figures_of(SHARED / "data" / "faces", SHARED, PAGE.parent / "images")


STEADY: dict[str, Callable[[], str | None]] = {
    "conformance": conformance,
    "names": name_figures,
    "name-kinds": name_kinds,
    "wording": wording_figures,
}
"""What comes out the same on every machine."""
ALL: dict[str, Callable[[], str | None]] = {**STEADY, "photos": photo_figures, "speed": speed}


def written(page: str, blocks: dict[str, Callable[[], str | None]]) -> str:
    """The page with those blocks measured again; a block that cannot be measured here stays."""

    def again(found: re.Match[str]) -> str:
        measured = blocks[found[2]]() if found[2] in blocks else None
        return found[0] if measured is None else f"{found[1]}{measured}{found[3]}"

    return _BLOCK.sub(again, page)
