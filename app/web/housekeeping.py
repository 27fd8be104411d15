"""What a running service tidies up by itself: photos that no draft took, children who left long ago, old vectors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from app import desk, register
from app.store import Store, kept, schools, sign_ins, unfinished
from app.web import handed_in, mailing, reaching
from app.web.exchanging import exchange_due
from app.web.schoolwork import office_of
from app.web.service import Service

EVERY_S = 900.0
EXCHANGE_EVERY_S = 10.0
MAILS_EVERY_S = 60.0
ACTOR = "housekeeping"

_log = logging.getLogger(__name__)


def tidy(service: Service) -> None:
    """Once over all schools; what fails for one school is logged and does not keep the others waiting."""
    reaching.catch_up(service)
    with service.database.write() as session:
        sign_ins.forget_old(session, now=service.clock())
    handed_in.sweep(service, service.clock())
    with service.database.read() as session:
        every = schools.every(session)
    for school in every:
        try:
            _tidy_school(service, school.id)
        except Exception as error:  # noqa: BLE001 - the next round tries again
            _log.error("housekeeping failed: %s", type(error).__name__)


def _tidy_school(service: Service, school_id: str) -> None:
    now = service.clock()
    with service.database.write() as session:
        kept.forget_expired(Store(session, school_id), now=now)
        unfinished.forget_before(Store(session, school_id), now - unfinished.KEPT_FOR)
    desk.delete_unused(service.database, school_id, service.files, by=ACTOR, now=now)
    office = office_of(service, school_id)
    register.purge_daily(office, service.files, by=ACTOR, now=now)
    register.reseal(office, by=ACTOR, now=now)
    again = register.embed_again(office, service.eyes, by=ACTOR, now=now)
    if again.made or again.destroyed or again.without:
        _log.warning(
            "faces on record: %d vectors made anew, %d children's destroyed for want of consent, %d children without one",
            again.made,
            len(again.destroyed),
            len(again.without),
        )


def replay(service: Service) -> None:
    """Erase again whoever was erased and is back, as after a backup was restored; to be done before anybody is served."""
    with service.database.read() as session:
        every = schools.every(session)
    for school in every:
        again = register.replay_erasures(office_of(service, school.id), by=ACTOR, now=service.clock())
        if again:
            _log.warning("erased again after a backup was restored: %d children", again)


async def keep_tidy(service: Service) -> None:
    """Tidy now and every quarter of an hour, send the mails, tell and read what is due in between, until cancelled."""
    await asyncio.gather(
        _repeat(tidy, service, EVERY_S),
        _repeat(mailing.send_due, service, MAILS_EVERY_S),
        _repeat(exchange_due, service, EXCHANGE_EVERY_S),
    )


async def _repeat(chore: Callable[[Service], object], service: Service, every_s: float) -> None:
    while True:
        try:
            await asyncio.to_thread(chore, service)
        except Exception as error:  # noqa: BLE001 - such as a database that cannot be reached
            _log.error("housekeeping failed: %s", type(error).__name__)
        await asyncio.sleep(every_s)
