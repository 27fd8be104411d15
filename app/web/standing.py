"""How the schools of an installation stand, in counts and words: nothing of a child, a draft or a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from app.store import Store, accounts, connections, dpias, holding, people, policies, queue, schools
from app.store.connections import Way
from app.store.schools import School
from app.web.service import Service


@dataclass(frozen=True, slots=True)
class Outlets:
    """A school's accounts by how they go out; ``troubled`` ones are connected and do not work."""

    connected: int
    troubled: int
    by_hand: int
    dry_run: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a school stands. ``policy`` is the version in force, None where it has the default; ``held``: publishing is.

    ``dpia_due`` is when the recorded assessment is to be reviewed; None where none is recorded.
    """

    school: School
    people: int
    administrators: int
    policy: int | None
    waiting: int
    oldest_at: datetime | None
    outlets: Outlets
    held: bool
    dpia_due: date | None


def of_all(service: Service) -> tuple[Standing, ...]:
    """How every school stands, by name."""
    with service.database.read() as session:
        every = sorted(schools.every(session), key=lambda one: (one.name.casefold(), one.id))
        return tuple(_of(Store(session, one.id), one) for one in every)


def _of(store: Store, school: School) -> Standing:
    active = [one for one in people.every(store) if one.active]
    policy, dpia = policies.current(store), dpias.current(store)
    return Standing(
        school,
        len(active),
        sum(one.role == "administrator" for one in active),
        policy.version if policy else None,
        queue.count(store),
        queue.oldest_at(store),
        _outlets(store),
        holding.current(store).paused,
        dpia.review_due if dpia else None,
    )


def _outlets(store: Store) -> Outlets:
    known = {one.handle: one for one in connections.every(store)}
    own = [known.get(account.handle) for account in accounts.every(store)]
    ways = [one.way if one else Way.DRY_RUN for one in own]
    by_hand, dry_run = ways.count(Way.MANUAL), ways.count(Way.DRY_RUN)
    troubled = sum(bool(one and one.trouble) for one in own)
    return Outlets(len(own) - by_hand - dry_run - troubled, troubled, by_hand, dry_run)
