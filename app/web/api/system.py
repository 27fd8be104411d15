"""Whether the process lives and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.errors import FledglingError
from app.store import Store, dpias, schools
from app.web.schemas import Health
from app.web.service import Service, Serving

router = APIRouter(tags=["system"])


@router.get("/livez", operation_id="livez", summary="The process lives", response_model=Health)
def livez() -> Health:
    """No key needed."""
    return Health(status="ok")


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="The service can do its work",
    response_model=Health,
    responses={503: {"model": Health, "description": "Something that is needed is missing"}},
)
def readyz(service: Serving) -> Response:
    """Database, migrations, key, models. No key needed, and no detail that helps an attacker.

    `dpia` is there, and stops nothing, while a school's assessment of face matching is past its review.
    """
    checks = {"database": _database(service), "models": _models(service), "key": "ok"}
    ready = all(state in {"ok", "weak"} for state in checks.values())
    if checks["database"] == "ok" and _is_dpia_overdue(service):
        checks["dpia"] = "review overdue"
    return JSONResponse({"status": "ok" if ready else "failing", "checks": checks}, 200 if ready else 503)


def _database(service: Serving) -> str:
    try:
        return "ok" if service.database.is_current() else "not migrated"
    except FledglingError:
        return "unreachable"


def _is_dpia_overdue(service: Service) -> bool:
    with service.database.read() as session:
        every = [dpias.current(Store(session, school.id)) for school in schools.every(session)]
    today = service.clock().date()
    return any(one is not None and today > one.review_due for one in every)


def _models(service: Serving) -> str:
    engine = service.eyes.engine
    if engine.dimensions is None or not engine.reads:
        return "incomplete"
    return "weak" if engine.weak else "ok"
