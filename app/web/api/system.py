"""Whether the process lives, whether it can do its work, and the numbers that Prometheus asks for."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from app.web import metrics, readiness
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
def readyz(request: Request, service: Serving) -> Response:
    """Database, migrations, key, models. No key needed, and no detail that helps an attacker.

    Further checks are there, and stop nothing: `jobs`, who does the jobs; `disk`, while it is nearly full; `dpia`, while
    a school's assessment of face matching is past its review; `wall`, where the database's role bypasses the wall between
    schools.
    """
    checks = readiness.needed(service)
    ready = readiness.is_ready(checks)
    checks |= readiness.told(service, checks, _who_does_jobs(request))
    return JSONResponse({"status": "ok" if ready else "failing", "checks": checks}, 200 if ready else 503)


def _who_does_jobs(request: Request) -> str | None:
    state = request.app.state
    if getattr(state, "engine", None) is not None:
        return "embedded"
    return "workers" if getattr(state, "worked_for", False) else None


@router.get("/metrics", include_in_schema=False)
def numbers(request: Request, service: Serving) -> Response:
    """For Prometheus, with the token of the settings, or from this machine itself where there is none."""
    metrics.check_door(service, request)
    state = request.app.state
    if not hasattr(state, "tally"):
        state.tally = metrics.Tally()
    return Response(metrics.written(service, state.tally), media_type=metrics.MEDIA_TYPE)
