"""Putting jobs in line, in the transaction of what makes them necessary: both are committed, or neither is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from app.db import Database

Ids = tuple[str | int, ...]

Deed = Callable[..., bool]
"""What a job does: the next bit of it, by ids alone; whether more is left. What it did must be found done if asked again."""

Deeds = Mapping[str, Deed]

_QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done by whoever works: the name of a deed, ids that it is given, and an id of its own.

    Two jobs of one id are one. ``delay_s``: not before so many seconds from now.
    """

    name: str
    ids: Ids
    id: str
    delay_s: float = 0.0


class Queue(Protocol):
    """Takes jobs within a transaction of the database that it lies in."""

    def put(self, session: Session, job: Job) -> None:
        """Have a job done once the transaction is committed."""
        ...

    def holds(self, session: Session, job_id: str) -> bool:
        """Whether a job of that id waits, or is being done."""
        ...


def attach(database: Database, queue: Queue | None) -> None:
    """From now on every transaction of this database can put jobs in line there; None: not any more."""
    if queue is None:
        database.info.pop(_QUEUE, None)
    else:
        database.info[_QUEUE] = queue


def put(session: Session, job: Job) -> None:
    """Have a job done once this transaction is committed.

    Where no engine is attached, as for a command, nothing is put in line: whoever works looks for what nobody is at.
    """
    queue = session.info.get(_QUEUE)
    if queue is not None:
        queue.put(session, job)


def is_in_line(session: Session, job_id: str) -> bool:
    """Whether a job of that id waits or is being done; False where no engine is attached."""
    queue = session.info.get(_QUEUE)
    return queue is not None and queue.holds(session, job_id)
