"""The one place where things are wired: settings in, a running application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from app import __version__
from app.db import Database
from app.errors import SetUpError
from app.settings import Settings
from app.vault import PhotoFiles, Vault, load_key
from app.vetting import Eyes
from app.vision import Engine, models
from app.web import api, docs, headers, housekeeping, limits, pages, problems
from app.web.service import Service

WEB = Path(__file__).parent / "web"


def the_time() -> datetime:
    """Now, in UTC: the clock of a real service."""
    return datetime.now(UTC)  # noqa: TID251 - this is the door at which the clock is read


def open_service(
    settings: Settings, *, engine: Engine | None = None, clock: Callable[[], datetime] = the_time
) -> Service:
    """Open what a service works with. SetUpError where the key or the database is not as it must be."""
    key = load_key(settings.data_dir, settings.key.get_secret_value() if settings.key else None)
    database = Database(settings.url)
    if not database.is_current():
        raise SetUpError("The database is not there or not up to date: run `python -m app init` or `migrate`.")
    vault = Vault(key)
    eyes = Eyes(
        engine or models.ready(settings.models, settings.shared),
        workers=settings.look_workers,
        timeout_s=settings.look_timeout_s,
    )
    return Service(
        settings=settings,
        database=database,
        vault=vault,
        files=PhotoFiles(settings.data_dir / "photos", vault),
        references=PhotoFiles(settings.data_dir / "references", vault),
        eyes=eyes,
        clock=clock,
    )


def create_app(
    settings: Settings | None = None, *, engine: Engine | None = None, clock: Callable[[], datetime] = the_time
) -> FastAPI:
    """The application. ``engine`` and ``clock`` are given by tests; by default the best engine found, and the time."""
    return serve(open_service(settings or Settings(), engine=engine, clock=clock))


def serve(service: Service) -> FastAPI:
    """The application of a service that is open; it closes the service when it ends."""
    app = application()
    app.state.service = service
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    chores = asyncio.create_task(housekeeping.keep_tidy(app.state.service))
    yield
    chores.cancel()
    with suppress(asyncio.CancelledError):
        await chores
    app.state.service.close()


def application() -> FastAPI:
    """Routes, middleware and error answers, without a service: enough to be described."""
    app = FastAPI(
        title="Fledgling",
        version=__version__,
        summary="The gate that a school's draft post passes before it reaches Twitter/X.",
        description=docs.DESCRIPTION,
        lifespan=_lifespan,
        middleware=[Middleware(headers.SafeHeaders), Middleware(problems.Contained), Middleware(limits.BodyLimit)],
        openapi_tags=docs.TAGS,
        redoc_url=None,
    )
    problems.install(app)
    app.include_router(api.router)
    app.include_router(pages.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
    docs.install(app)
    return app
