"""What the school's other programs need of a service: a teller for webhooks, a reader of feeds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.exchange import Desk, Teller, deliver_due, read_due
from app.integrations import feeds, webhooks
from app.web.schoolwork import workplace_of
from app.web.service import Service


@contextmanager
def teller_of(service: Service) -> Iterator[Teller]:
    """What delivers events."""
    with webhooks.client() as http:
        yield Teller(service.database, service.vault, http, service.clock, service.settings.private_hosts)


@contextmanager
def reader_of(service: Service) -> Iterator[Desk]:
    """What reads feeds."""
    with feeds.client() as http:
        yield Desk(
            service.database,
            lambda school_id: workplace_of(service, school_id),
            http,
            service.clock,
            service.settings.private_hosts,
        )


def exchange_due(service: Service) -> int:
    """Deliver and read what is due; returns how much was done."""
    with teller_of(service) as teller:
        told = deliver_due(teller)
    with reader_of(service) as reader:
        return told + read_due(reader)
