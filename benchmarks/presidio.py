"""The whole judgement of a post's words against Presidio's deny list of the same names, in one run.

    make peers        installs the peer and runs this
    .venv/bin/python -m benchmarks.presidio [--pupils 100000] [--posts 40]

The peer looks for full names alone (``PatternRecognizer`` with a deny list, without any language model: the least
that Presidio can do); ours reads and judges everything: length, names in every spelling, wording, dates, rules.
Presidio compiles its pattern when it is first used; that is counted as building. CPU time, medians.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from statistics import median

from benchmarks.rosters import demo_pupils, synthetic_pupils
from benchmarks.text import guide_of, measure, posts


@dataclass(frozen=True, slots=True)
class Peer:
    """What the deny list took: seconds to build, milliseconds a post."""

    build_s: float
    p50_ms: float


def deny_list(names: list[str], texts: list[str]) -> Peer:
    """Times Presidio's deny list of these names over the texts."""
    try:
        from presidio_analyzer import PatternRecognizer
    except ImportError:
        raise SystemExit("presidio-analyzer is not installed: make peers") from None
    began = time.process_time()
    recognizer = PatternRecognizer(supported_entity="PUPIL", deny_list=names)
    if not recognizer.analyze(f"Well done {names[0]}!", entities=["PUPIL"]):
        raise SystemExit("the peer does not find a name of its own list")
    build_s = time.process_time() - began
    times = []
    for text in texts:
        began = time.process_time()
        recognizer.analyze(text, entities=["PUPIL"])
        times.append((time.process_time() - began) * 1000)
    return Peer(build_s, median(times))


def main() -> None:
    """Measures both and prints the ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pupils", type=int, default=100_000, help="of the large roster")
    parser.add_argument("--posts", type=int, default=40, help="how many posts the peer reads")
    arguments = parser.parse_args()
    texts = posts()[:: max(len(posts()) // arguments.posts, 1)]
    for pupils in (demo_pupils(), synthetic_pupils(arguments.pupils)):
        names = sorted({f"{pupil.legal_first} {pupil.legal_surname}" for pupil in pupils})
        ours, _ = measure(texts, guide_of(pupils), rounds=10)
        peer = deny_list(names, texts)
        print(
            f"{len(pupils):>7,} pupils: ours, everything, p50 {ours.p50:.2f} ms;"
            f" Presidio's deny list of full names p50 {peer.p50_ms:.2f} ms: {peer.p50_ms / ours.p50:.1f} times as long"
            f" (built in {peer.build_s:.1f} s)"
        )


if __name__ == "__main__":
    main()
