"""The jobs of a running service: what there is to do, how often, and what publishing for a school takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from app.integrations.publisher import Publisher
from app.jobs.engine import Engine
from app.jobs.queues import Deeds
from app.publishing import PUBLISH, Press, carry_out, connections, sweeping
from app.store import Store, schools
from app.store import connections as kept
from app.store.connections import Way
from app.web import housekeeping, mailing, telemetry
from app.web.exchanging import exchange_due
from app.web.lines import line_of
from app.web.schoolwork import policy_of, register_of
from app.web.service import Service

LOOK_ROUND, TIDY, MAIL, EXCHANGE = "look-round", "tidy", "mail", "exchange"
EVERY = {
    LOOK_ROUND: 30.0,
    TIDY: housekeeping.EVERY_S,
    MAIL: housekeeping.MAILS_EVERY_S,
    EXCHANGE: housekeeping.EXCHANGE_EVERY_S,
}
"""What is done each so many seconds, by one of those who work."""


def engine_of(service: Service, name: str = "") -> Engine:
    """What does the service's jobs in this process, once it is launched. SetUpError where another stands in its place."""
    return Engine(service.database, deeds_of(service), every=EVERY, name=name)


def deeds_of(service: Service) -> Deeds:
    """What there is to do, by the name it has in line."""
    deeds: Deeds = {
        PUBLISH: partial(_publish, service),
        LOOK_ROUND: partial(_look_round, service),
        TIDY: partial(_tidy, service),
        MAIL: partial(_mail, service),
        EXCHANGE: partial(_exchange, service),
    }
    return {name: partial(telemetry.job, name, deed) for name, deed in deeds.items()}


def _publish(service: Service, school_id: str, draft_id: str, turn: int) -> bool:
    return carry_out(press_of(service, school_id), draft_id, turn, now=service.clock())


def _look_round(service: Service) -> bool:
    now = service.clock()
    sweeping.pick_up(service.database, now)
    with service.database.read() as session:
        every = schools.every(session)
    for school in every:
        sweeping.let_lapse(service.database, school.id, policy_of(service, school.id), now)
    return False


def _tidy(service: Service) -> bool:
    housekeeping.tidy(service)
    return False


def _mail(service: Service) -> bool:
    mailing.send_due(service)
    return False


def _exchange(service: Service) -> bool:
    exchange_due(service)
    return False


def press_of(service: Service, school_id: str) -> Press:
    """What publishing for the school takes."""
    register = register_of(service, school_id)
    return Press(
        service.database,
        school_id,
        register.policy,
        register.snapshot,
        service.eyes,
        service.files,
        partial(_opened, service, school_id),
    )


@contextmanager
def _opened(service: Service, school_id: str, handle: str) -> Iterator[Publisher | None]:
    with service.database.read() as session:
        connection = kept.find(Store(session, school_id), handle)
    if connection is None or connection.way in {Way.DRY_RUN, Way.MANUAL}:
        yield None
        return
    with line_of(service, school_id) as line:
        yield connections.publisher(line, connection)
