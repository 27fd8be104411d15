"""Whether the process lives and whether it can do its work."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from app.errors import FledglingError
from app.web.schemas import Health
from app.web.service import Serving

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
    """Database, migrations, key, models. No key needed, and no detail that helps an attacker."""
    checks = {"database": _database(service), "models": _models(service), "key": "ok"}
    ready = all(state in {"ok", "weak"} for state in checks.values())
    return JSONResponse({"status": "ok" if ready else "failing", "checks": checks}, 200 if ready else 503)


def _database(service: Serving) -> str:
    try:
        return "ok" if service.database.is_current() else "not migrated"
    except FledglingError:
        return "unreachable"


def _models(service: Serving) -> str:
    engine = service.eyes.engine
    if engine.embedder is None or engine.reader is None:
        return "incomplete"
    return "weak" if engine.detector.weak else "ok"
