"""The queue and one's own drafts as lines of a list: what was found in short, ages in words, what to do next; and the sieve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from app.domain import QUEUED, Outcome, Stage
from app.policy import Policy
from app.store import Store, escalations, locks, people, verdicts
from app.store.locks import Lock
from app.store.queue import Line, Sieve
from app.store.verdicts import StoredVerdict
from app.web.ages import age, since, urgency
from app.web.pages.rendering import Visitor, printable

SHOWN_FINDINGS = 2
_LONGEST = 200

Word = Annotated[str, Query(max_length=_LONGEST)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor wants to see of the queue, as the address says it. Empty words leave everything through."""

    verdict: str = ""
    account: str = ""
    class_name: str = ""
    mine: str = ""
    escalated: str = ""

    def sieve(self, visitor: Visitor) -> Sieve:
        """The same for the store. A verdict that nothing waits with lets nothing through."""
        stages = _STAGES_OF.get(self.verdict, frozenset()) if self.verdict else QUEUED
        author = visitor.principal.id if self.mine else ""
        return Sieve(stages, self.account, self.class_name, author, bool(self.escalated))

    def address(self, cursor: str | None = None) -> str:
        """The address of the queue seen through it."""
        given = {_IN_ADDRESS.get(name, name): value for name, value in self._given().items()}
        query = urlencode({**given, **({"cursor": cursor} if cursor else {})}, errors="replace")
        return f"/queue?{query}" if query else "/queue"

    def chips(self) -> list[tuple[str, str]]:
        """Each that is set: in words, and the address without it."""
        words = {
            "verdict": f"Verdict: {_VERDICTS.get(self.verdict, self.verdict)}",
            "account": f"Account: @{self.account.removeprefix('@')}",
            "class_name": f"Class: {self.class_name}",
            "mine": "Sent by me",
            "escalated": "Passed on",
        }
        return [(printable(words[name]), replace(self, **{name: ""}).address()) for name in self._given()]

    def _given(self) -> dict[str, str]:
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}


_VERDICTS = {"approve": "Ready", "refer": "Check", "reject": "Stop"}
_STAGES_OF = {"approve": frozenset({Stage.READY}), "refer": frozenset({Stage.REFERRED})}
_IN_ADDRESS = {"class_name": "class"}


def _wanted(
    verdict: Word = "",
    account: Word = "",
    class_name: Annotated[str, Query(max_length=_LONGEST, alias="class")] = "",
    mine: Word = "",
    escalated: Word = "",
) -> Wanted:
    return Wanted(verdict.strip(), account.strip(), class_name.strip(), "1" if mine else "", "1" if escalated else "")


Sieved = Annotated[Wanted, Depends(_wanted)]


@dataclass(frozen=True, slots=True)
class Item:
    """A draft that waits, as its line shows it. ``found`` are sentences, worst first; ``more`` counts those left out.

    ``advised`` tells of advice where nothing else was found.
    """

    line: Line
    verdict: str
    found: tuple[str, ...]
    more: int
    advised: bool
    age: str
    since: str
    urgency: str
    lock: Lock | None
    held: bool
    lock_since: str
    passed_to: str
    own_photo: bool


def items(store: Store, visitor: Visitor, lines: Sequence[Line], now: datetime) -> list[Item]:
    """The lines of the queue, with who is looking at each now."""
    ids = [line.id for line in lines]
    said, held, passed = (
        verdicts.latest(store, ids),
        locks.holders(store, ids, now),
        escalations.standing(store, ids),
    )
    names = _names(store, {one.to_person for one in passed.values()}, visitor)
    to = {draft: names[one.to_person] for draft, one in passed.items()}
    return [_item(visitor, line, said[line.id], held.get(line.id), to, now) for line in lines if line.id in said]


def _names(store: Store, ids: set[str], visitor: Visitor) -> dict[str, str]:
    found = {one: people.find(store, one) for one in ids}
    return {
        one: "you" if one == visitor.principal.id else person.name if person else "somebody"
        for one, person in found.items()
    }


def _item(
    visitor: Visitor, line: Line, said: StoredVerdict, lock: Lock | None, passed: Mapping[str, str], now: datetime
) -> Item:
    found = found_in_short(said)
    return Item(
        line=line,
        verdict=said.verdict.answer.value,
        found=found[:SHOWN_FINDINGS],
        more=max(0, len(found) - SHOWN_FINDINGS),
        advised=not found and bool(said.verdict.findings),
        age=age(line.sent_at, now),
        since=since(visitor.policy, line.sent_at, now),
        urgency=urgency(line.sent_at, now),
        lock=lock,
        held=lock is not None and lock.person_id != visitor.principal.id,
        lock_since=since(visitor.policy, lock.since, now) if lock else "",
        passed_to=passed.get(line.id, ""),
        own_photo=bool(line.photos) and line.author == visitor.principal.id,
    )


def found_in_short(said: StoredVerdict) -> tuple[str, ...]:
    """What was found that needs somebody: one sentence a rule, the worst first."""
    serious = [one for one in said.verdict.findings if one.outcome > Outcome.ADVISE]
    serious.sort(key=lambda one: -one.outcome)
    return tuple(
        {one.rule: one.message for one in reversed(serious)}[rule]
        for rule in dict.fromkeys(one.rule for one in serious)
    )


# ---------------------------------------------------------------- one's own


@dataclass(frozen=True, slots=True)
class Shelf:
    """Stages that are shown together among one's own drafts."""

    key: str
    label: str
    stages: frozenset[Stage]
    nothing: str


SHELVES = (
    Shelf("all", "All", frozenset(Stage), "You have written nothing yet. What you send is kept here."),
    Shelf("change", "To change", frozenset({Stage.REJECTED, Stage.RETURNED}), "None of yours must be changed."),
    Shelf("waiting", "Waiting", frozenset({Stage.RECEIVED, *QUEUED}), "None of yours waits for an approver."),
    Shelf(
        "approved",
        "Approved",
        frozenset({Stage.APPROVED, Stage.SCHEDULED, Stage.PUBLISHING, Stage.FAILED}),
        "None of yours is approved and still to be published.",
    ),
    Shelf("published", "Published", frozenset({Stage.PUBLISHED}), "None of yours has been published yet."),
    Shelf("ended", "Withdrawn", frozenset({Stage.WITHDRAWN, Stage.EXPIRED}), "You have withdrawn none."),
)

_NEXT = {
    Stage.RECEIVED: "Nothing for you to do: it is being looked at.",
    Stage.REJECTED: "Open it, see why it was stopped, and write it anew.",
    Stage.REFERRED: "Nothing for you to do: an approver looks at what was found and decides.",
    Stage.READY: "Nothing for you to do: an approver decides.",
    Stage.RETURNED: "Read the approver's reason, change the post and send it again.",
    Stage.APPROVED: "Nothing for you to do: it is approved as it is.",
    Stage.SCHEDULED: "Nothing for you to do: it goes out at its time.",
    Stage.PUBLISHING: "Nothing for you to do: it is on its way.",
    Stage.PUBLISHED: "It is out. If somebody says no to it, tell us under “Somebody says no”.",
    Stage.WITHDRAWN: "It was taken out of the way. You can write it anew.",
    Stage.EXPIRED: "Its time has passed. You can write it anew.",
    Stage.FAILED: "Nothing for you to do: an approver sees to it.",
}


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One's own draft as its line shows it; ``next`` says what to do."""

    line: Line
    verdict: str
    found: tuple[str, ...]
    sent: str
    next: str


def own_items(store: Store, policy: Policy, lines: Sequence[Line], now: datetime) -> list[OwnItem]:
    """The lines of one's own drafts."""
    said = verdicts.latest(store, [line.id for line in lines])
    return [
        OwnItem(
            line,
            said[line.id].verdict.answer.value,
            found_in_short(said[line.id])[:SHOWN_FINDINGS] if line.stage in {Stage.REJECTED, *QUEUED} else (),
            since(policy, line.sent_at, now),
            _NEXT[line.stage],
        )
        for line in lines
        if line.id in said
    ]
