"""What a lost permission leaves to be done after its commit: drafts that it stopped are looked at again."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from fastapi import Request

from app import desk
from app.register.recalls import ACTOR
from app.store import Store, recalls
from app.web.schoolwork import workplace_of
from app.web.service import Service, Serving

_log = logging.getLogger(__name__)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def afterwards(request: Request, service: Serving) -> Iterator[None]:
    """A dependency: once the answer to whatever may have changed the register is sent, look again."""
    try:
        yield
    finally:
        if request.method not in _SAFE:
            catch_up(service)


def catch_up(service: Service) -> None:
    """Look again at all drafts that wait for it; what fails is logged, and stays to be done."""
    try:
        with service.database.read() as session:
            waiting = recalls.schools_to_recheck(session)
        for school_id in waiting:
            _catch_up_school(service, school_id)
    except Exception as error:  # noqa: BLE001 - the answer is sent; housekeeping tries again
        _log.error("looking again failed: %s", type(error).__name__)


def _catch_up_school(service: Service, school_id: str) -> None:
    with service.database.read() as session:
        waiting = recalls.rechecks(Store(session, school_id))
    at = workplace_of(service, school_id)
    for recheck in waiting:
        try:
            desk.look_again(at, recheck, by=ACTOR, now=service.clock())
        except Exception as error:  # noqa: BLE001 - one draft must not keep the others waiting
            _log.error("a draft could not be looked at again: %s", type(error).__name__)
