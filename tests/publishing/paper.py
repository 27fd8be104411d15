"""A publisher that keeps what it is given and answers as a test tells it to, and a press that works with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.integrations.publisher import Done, Outcome, Posted, Publisher, Recent, Unknown
from app.jobs.queues import Job
from app.publishing import Press, carry_out
from app.store import connections as kept
from app.store import publications
from app.store.connections import Way
from app.store.publications import Publication
from app.web.working import press_of
from tests.web.conftest import School


@dataclass
class Account:
    """An account as a publisher has it: what stands there, what was asked of it, what it answers next.

    ``answers`` are given, or raised, once each, by the name of the call; ``heard`` says that the post got there all the same.
    """

    school: School
    name: str = "x"
    posts: list[Recent] = field(default_factory=list)
    calls: list[tuple[str, Any]] = field(default_factory=list)
    answers: dict[str, list[Outcome[Any] | Exception]] = field(default_factory=dict)
    heard: bool = False
    deleted: list[str] = field(default_factory=list)

    def upload(self, data: bytes, media_type: str) -> Outcome[str]:
        return self._said("upload", (data, media_type)) or Done(f"m{len(self.calls)}")

    def describe(self, media_id: str, alt_text: str) -> Outcome[None]:
        return self._said("describe", (media_id, alt_text)) or Done(None)

    def post(self, text: str, media_ids: Sequence[str]) -> Outcome[Posted]:
        said = self._said("post", (text, tuple(media_ids)))
        if said is not None and not self.heard:
            return said
        number = str(1000 + len(self.posts))
        url = f"https://x.com/whitehouseps/status/{number}"
        self.posts.append(Recent(number, url, text, self.school.service.clock(), len(media_ids)))
        return said or Done(Posted(number, url))

    def delete(self, post_id: str) -> Outcome[None]:
        said = self._said("delete", post_id)
        if said is None:
            self.deleted.append(post_id)
        return said or Done(None)

    def find_recent(self, since: datetime) -> Outcome[tuple[Recent, ...]]:
        return self._said("find_recent", since) or Done(tuple(one for one in self.posts if one.at >= since))

    def asked(self, name: str) -> int:
        """How often that was asked for."""
        return [call for call, _ in self.calls].count(name)

    def _said(self, name: str, given: Any) -> Outcome[Any] | None:
        self.calls.append((name, given))
        waiting = self.answers.get(name, [])
        said = waiting.pop(0) if waiting else None
        if isinstance(said, Exception):
            raise said
        return said


@dataclass
class Line:
    """The ids of the jobs that are in line; nobody does them."""

    ids: set[str] = field(default_factory=set)

    def put(self, session: Session, job: Job) -> None:
        self.ids.add(job.id)

    def holds(self, session: Session, job_id: str) -> bool:
        return job_id in self.ids


@dataclass
class Publishing:
    """A school's press with a paper account, and the doings that tests begin with."""

    school: School
    account: Account
    connected: bool = True

    @property
    def press(self) -> Press:
        return replace(press_of(self.school.service, self.school.id), connected=self._open)

    @contextmanager
    def _open(self, handle: str) -> Iterator[Publisher | None]:
        assert handle == "whitehouseps"
        yield self.account if self.connected else None

    def by_hand(self) -> None:
        """From now on a person posts."""
        with self.school.write() as store:
            kept.put(store, "whitehouseps", Way.MANUAL, by="test", now=self.school.service.clock())

    def of(self, draft_id: str) -> Publication:
        with self.school.read() as store:
            return publications.get(store, draft_id)

    def bit(self, draft_id: str, turn: int | None = None) -> bool:
        """The next bit, as a job of that turn, or of the one in force."""
        turn = self.of(draft_id).turn if turn is None else turn
        return carry_out(self.press, draft_id, turn, now=self.school.service.clock())

    def work(self, draft_id: str) -> Publication:
        """All bits of this turn."""
        turn = self.of(draft_id).turn
        for _ in range(30):
            if not self.bit(draft_id, turn):
                return self.of(draft_id)
        raise AssertionError("it never ends")


__all__ = ["Account", "Line", "Publishing", "Unknown"]
