"""The one place where things are wired: settings in, a running application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from app import __version__
from app.db import Database
from app.errors import SetUpError
from app.jobs import Crew, Here, JobFailed, Limits, Processes
from app.jobs.engine import Client, prepare
from app.jobs.engine import Engine as JobEngine
from app.jobs.queues import attach
from app.settings import Settings
from app.vault import PhotoFiles, Vault, load_key
from app.vetting import Eyes
from app.vision import Engine, models, tasks
from app.web import asked, docs, headers, housekeeping, limits, problems, telemetry
from app.web.metrics import Timed
from app.web.service import Service
from app.web.working import engine_of

WEB = Path(__file__).parent / "web"


def the_time() -> datetime:
    """Now, in UTC: the clock of a real service."""
    return datetime.now(UTC)  # noqa: TID251 - this is the door at which the clock is read


def open_service(settings: Settings, *, crew: Crew | None = None, clock: Callable[[], datetime] = the_time) -> Service:
    """Open what a service works with; ``crew`` looks at photos, by default processes beside this one.

    SetUpError where the key or the database is not as it must be.
    """
    key = load_key(settings.data_dir, settings.key.get_secret_value() if settings.key else None)
    database = Database(settings.url)
    if not database.is_current():
        raise SetUpError("The database is not there or not up to date: run `python -m app init` or `migrate`.")
    vault = Vault(key)
    eyes = Eyes(Timed(crew or beside(settings)), timeout_s=settings.look_timeout_s)
    return Service(
        settings=settings,
        database=database,
        vault=vault,
        files=PhotoFiles(settings.data_dir / "photos", vault),
        references=PhotoFiles(settings.data_dir / "references", vault),
        eyes=eyes,
        clock=clock,
    )


def here(settings: Settings) -> Here:
    """Who looks at photos for a command: this process itself, with the engine of the settings once it is needed."""
    return Here(partial(models.ready, settings.models, settings.shared, settings.embedder))


def beside(settings: Settings, load: Callable[..., Engine] = tasks.load) -> Processes:
    """Who looks at photos for a service: processes beside it, each with an engine of its own that ``load`` gives."""
    return Processes(
        load,
        settings.models.absolute(),
        settings.shared.absolute(),
        settings.embedder,
        workers=settings.look_workers,
        limits=Limits(settings.look_timeout_s, settings.look_memory_mb * 1024**2),
    )


def create_app(
    settings: Settings | None = None, *, crew: Crew | None = None, clock: Callable[[], datetime] = the_time
) -> FastAPI:
    """The application. ``crew`` and ``clock`` are given by tests; by default processes of their own, and the time."""
    return serve(open_service(settings or Settings(), crew=crew, clock=clock))


def serve(service: Service) -> FastAPI:
    """The application of a service that is open; it closes the service when it ends.

    SetUpError, or what else loading raises, where there is no face engine: before anybody is served.
    """
    try:
        service.eyes.engine  # noqa: B018 - what is asked for is waited for
    except JobFailed as error:
        service.close()
        raise SetUpError(f"The face engine could not be loaded: {error}.") from None
    except BaseException:
        service.close()
        raise
    app = application()
    app.state.service = service
    return app


def working(app: FastAPI) -> FastAPI:
    """The application with its jobs done: on SQLite by this very process, on PostgreSQL by workers beside it.

    SetUpError where another process serves the same SQLite file.
    """
    service: Service = app.state.service
    if service.database.file is not None:
        try:
            app.state.engine = engine_of(service)
        except SetUpError:
            service.close()
            raise
    else:
        prepare(service.database)
        attach(service.database, Client(service.database))
        app.state.worked_for = True
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    telemetry.begin(app.state.service.settings)
    await asyncio.to_thread(housekeeping.replay, app.state.service)
    engine: JobEngine | None = getattr(app.state, "engine", None)
    if engine is not None:
        await asyncio.to_thread(engine.launch)
    chores = None
    if engine is None and not getattr(app.state, "worked_for", False):  # nobody else does them
        chores = asyncio.create_task(housekeeping.keep_tidy(app.state.service))
    yield
    if chores is not None:
        chores.cancel()
        with suppress(asyncio.CancelledError):
            await chores
    if engine is not None:
        await asyncio.to_thread(engine.close)
    await asyncio.to_thread(telemetry.end)
    app.state.service.close()


def application() -> FastAPI:
    """Routes, middleware and error answers, without a service: enough to be described."""
    from app.web import api, astray, pages  # making some 250 routes takes seconds: commands do without

    app = FastAPI(
        title="Fledgling",
        version=__version__,
        summary="The gate that a school's draft post passes before it reaches Twitter/X.",
        description=docs.DESCRIPTION,
        lifespan=_lifespan,
        middleware=[
            Middleware(asked.Asked),
            Middleware(headers.SafeHeaders),
            Middleware(problems.Contained),
            Middleware(limits.BodyLimit),
        ],
        openapi_tags=docs.TAGS,
        docs_url=None,  # app/web/pages/reference.py: the framework's own page loads its reader from elsewhere
        redoc_url=None,
    )
    problems.install(app)
    astray.install(app)
    app.include_router(api.router)
    app.include_router(pages.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
    docs.install(app)
    return app
