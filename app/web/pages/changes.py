"""What changed on a draft between what somebody looked at and how it stands: words, photos, descriptions, findings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from app.domain import Draft, Finding, Photo
from app.store.looks import Look

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")
_OUTCOMES = {1: "Advice", 2: "Check", 3: "Stop"}

Parts = tuple[tuple[str, str], ...]
"""Words with what became of them: "added", "removed", or empty where they stayed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed; ``parts`` are the words before and after in one, where it is of words."""

    what: str
    parts: Parts = ()


def changes(before: Look, after: Look) -> list[Change]:
    """All that differs, the words of the post first."""
    return [
        *_of_drafts(before.evidence.draft, after.evidence.draft),
        *_of_findings(before.verdict.findings, after.verdict.findings),
        *_of_ground(before, after),
    ]


def _of_drafts(before: Draft, after: Draft) -> Iterator[Change]:
    if before.text != after.text:
        yield Change("The words of the post", compare_words(before.text, after.text))
    yield from _of_photos(before.photos, after.photos)
    declared = {
        "the classes": (before.classes, after.classes),
        "whether children from elsewhere may be pictured": (before.outsiders, after.outsiders),
        "the event": (before.event_id, after.event_id),
        "the account": (before.account, after.account),
        "the time of publishing": (before.publish_at, after.publish_at),
        "what it answers or repeats": ((before.reply_to, before.repost_of), (after.reply_to, after.repost_of)),
    }
    for name, (was, now) in declared.items():
        if was != now:
            yield Change(f"What the author declared: {name}")


def _of_photos(before: tuple[Photo, ...], after: tuple[Photo, ...]) -> Iterator[Change]:
    for number, (was, now) in enumerate(zip(before, after, strict=False), 1):
        if was.sha256 != now.sha256:
            yield Change(f"Photo {number} is another picture, or parts of it were covered")
        if was.alt_text != now.alt_text:
            yield Change(f"The description of photo {number}", compare_words(was.alt_text, now.alt_text))
    if len(before) != len(after):
        yield Change(f"It has {_photos(len(after))}; it had {_photos(len(before))}")


def _photos(count: int) -> str:
    return {0: "no photo", 1: "one photo"}.get(count, f"{count} photos")


def _of_findings(before: Iterable[Finding], after: Iterable[Finding]) -> Iterator[Change]:
    was, now = Counter(map(_said, before)), Counter(map(_said, after))
    for said in now - was:
        yield Change(f"Found now: {said}")
    for said in was - now:
        yield Change(f"Not found any more: {said}")


def _said(finding: Finding) -> str:
    return f"{_OUTCOMES.get(int(finding.outcome), '')}: {finding.message}".removeprefix(": ")


def _of_ground(before: Look, after: Look) -> Iterator[Change]:
    if before.verdict.policy != after.verdict.policy:
        yield Change(f"The policy it is judged by: {after.verdict.policy}; it was {before.verdict.policy}")
    if before.register_version != after.register_version:
        yield Change("The register: who is at the school, or who may be shown")


def compare_words(before: str, after: str) -> Parts:
    """Both texts in one, word by word."""
    was, now = _PIECES.findall(before), _PIECES.findall(after)
    parts: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(("".join(was[i1:i2]), ""))
            continue
        if i1 < i2:
            parts.append(("".join(was[i1:i2]), "removed"))
        if j1 < j2:
            parts.append(("".join(now[j1:j2]), "added"))
    return tuple(parts)
