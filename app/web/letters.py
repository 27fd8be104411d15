"""The words of mails: counts, lights and ages, and where to look. Never a post's text, a name or a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import Stage
from app.policy import Policy
from app.store.notices import Kind, Notice
from app.store.queue import Line
from app.web.ages import age, since


@dataclass(frozen=True, slots=True)
class Pile:
    """What waits, in numbers."""

    ready: int
    check: int
    oldest: datetime | None

    @staticmethod
    def of(lines: Sequence[Line]) -> Pile:
        """The numbers of those drafts."""
        ready = sum(line.stage is Stage.READY for line in lines)
        return Pile(ready, len(lines) - ready, min((line.sent_at for line in lines), default=None))

    @property
    def total(self) -> int:
        """How many."""
        return self.ready + self.check


@dataclass(frozen=True, slots=True)
class Written:
    """A mail's subject and body."""

    subject: str
    body: str


_DECISIONS = {"approve": "approved", "return": "returned to you with a reason", "reject": "rejected with a reason"}


def words_of(
    notice: Notice, pile: Pile, *, school: str, policy: Policy, site: str, stands_in: bool, now: datetime
) -> Written:
    """The mail that says it."""
    if notice.kind is Kind.DECIDED:
        subject, told, page = *_decided(notice), "drafts"
    else:
        subject, told, page = *_waiting(notice, pile, policy, now), "queue"
        if stands_in:
            told.append("You are told because you stand in for a colleague today.")
    paragraphs = [*told, _where(site, page), _why(site, school)]
    return Written(subject, "\n\n".join(paragraphs) + "\n")


def _waiting(notice: Notice, pile: Pile, policy: Policy, now: datetime) -> tuple[str, list[str]]:
    posts = _posts(pile.total)
    waits = "waits" if pile.total == 1 else "wait"
    told = [f"{posts} {waits} for an approver."]
    told.append(
        "\n".join(f"  {word}: {count}" for word, count in (("Check", pile.check), ("Ready", pile.ready)) if count)
    )
    if pile.oldest is not None:
        told.append(f"The oldest since {since(policy, pile.oldest, now)} ({age(pile.oldest, now)}).")
    if notice.kind is Kind.PASSED_ON:
        passed = notice.counts.get("passed-on", 1)
        first = "A post was" if passed == 1 else f"{passed} posts were"
        return f"{_posts(passed)} passed on to you", [
            f"{first} passed on to you: a colleague asks you to decide.",
            *told,
        ]
    if notice.kind is Kind.NUDGE:
        return f"Reminder: {posts} still {waits}", ["This has been waiting for a while.", *told]
    return f"{posts} {waits} for you", told


def _decided(notice: Notice) -> tuple[str, list[str]]:
    total = sum(notice.counts.values())
    lines = [f"  {words}: {notice.counts[word]}" for word, words in _DECISIONS.items() if notice.counts.get(word)]
    return f"{_posts(total)} of yours decided", [
        f"An approver has decided on {_posts(total)} of yours.",
        "\n".join(lines),
    ]


def _posts(number: int) -> str:
    return "1 post" if number == 1 else f"{number} posts"


def _where(site: str, page: str) -> str:
    label = {"queue": "The queue", "drafts": "Your drafts"}[page]
    if not site:
        return f"{label}: sign in to Fledgling as you always do."
    return f"{label}:\n{site.rstrip('/')}/{page}"


def _why(site: str, school: str) -> str:
    where = f" at {site.rstrip('/')}/notifications" if site else " under Notifications"
    return f"-- \nFledgling, {school}. When and how often you are told, you say{where}."
