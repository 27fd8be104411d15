"""What the service needs to do its work, part by part, and nothing that would help an attacker."""

from __future__ import annotations

import shutil

from sqlalchemy.exc import SQLAlchemyError

from app.errors import FledglingError
from app.jobs import watch
from app.store import Store, dpias, schools
from app.web.service import Service

LITTLE_ROOM_BYTES = 500_000_000
_GOOD = frozenset({"ok", "weak"})

Checks = dict[str, str]


def needed(service: Service) -> Checks:
    """What must be ``ok`` (or ``weak``: a lesser engine) for anybody to be served."""
    return {"database": _database(service), "models": _models(service), "key": "ok"}


def told(service: Service, checks: Checks, jobs: str | None) -> Checks:
    """What should be known and stops nobody: shown only where there is something to tell.

    ``jobs`` is who does the jobs: this process (``embedded``), workers (``workers``), or nobody it knows of (None).
    """
    found = {}
    if checks["database"] == "ok" and _is_dpia_overdue(service):
        found["dpia"] = "review overdue"
    if checks["database"] == "ok" and not service.database.is_walled():
        found["wall"] = "bypassed"
    if checks["database"] == "ok" and jobs is not None:
        found["jobs"] = _jobs(service, jobs)
    if _free_bytes(service) < LITTLE_ROOM_BYTES:
        found["disk"] = "nearly full"
    return found


def is_ready(checks: Checks) -> bool:
    """Whether all that is needed is there."""
    return all(state in _GOOD for state in checks.values())


def _database(service: Service) -> str:
    try:
        return "ok" if service.database.is_current() else "not migrated"
    except FledglingError:
        return "unreachable"


def _models(service: Service) -> str:
    engine = service.eyes.engine
    if engine.dimensions is None or not engine.reads:
        return "incomplete"
    return "weak" if engine.weak else "ok"


def _jobs(service: Service, jobs: str) -> str:
    if jobs == "embedded":
        return "ok" if "queue" in service.database.info else "not running"
    try:
        return "ok" if watch.at_work(service.database) else "no worker"
    except SQLAlchemyError:
        return "unknown"


def _is_dpia_overdue(service: Service) -> bool:
    with service.database.read() as session:
        every = [dpias.current(Store(session, school.id)) for school in schools.every(session)]
    today = service.clock().date()
    return any(one is not None and today > one.review_due for one in every)


def _free_bytes(service: Service) -> int:
    try:
        return shutil.disk_usage(service.settings.data_dir).free
    except OSError:
        return 0
