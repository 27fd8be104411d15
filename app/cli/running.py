"""Serving, the demo, and writing again what is generated from the code."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from app import demo as demonstration
from app.cli import paperwork
from app.cli.office import err, read_settings
from app.errors import SetUpError
from app.main import application, create_app, open_service, working
from app.main import serve as wired
from app.policy import Retention, load_default
from app.rules.catalogue import render
from app.web import logs, telemetry
from app.web.working import engine_of

ROOT = Path(__file__).parent.parent.parent


def _listen(application: object, host: str, port: int) -> None:
    # No access log: addresses of drafts and searches for pupils are nobody's business.
    uvicorn.run(application, host=host, port=port, access_log=False, server_header=False, log_config=None)  # type: ignore[arg-type]


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8000,
) -> None:
    """Serve web pages and API. On SQLite this does all jobs too; on PostgreSQL workers do them."""
    settings = read_settings()
    logs.set_up(settings.logs)
    _listen(working(create_app(settings)), host, port)


def worker(
    name: Annotated[
        str, typer.Option(help="What this worker is called; no two may have one name. Default: made of the host's.")
    ] = "",
) -> None:
    """Do jobs, on PostgreSQL beside `serve`: publish, tidy, look round; and take over what a dead worker left."""
    settings = read_settings()
    logs.set_up(settings.logs)
    service = open_service(settings)
    try:
        if service.database.file is not None:
            raise SetUpError("On SQLite `serve` does the jobs itself; workers need PostgreSQL.", slug="no-worker")
        engine = engine_of(service, name)
        telemetry.begin(settings)
        engine.launch()
        err.print(f"Working as {engine.name} (Ctrl+C ends it)", style="bold")
        _wait_for_the_end()
        engine.close()
    finally:
        telemetry.end()
        service.close()


def _wait_for_the_end() -> None:
    ended = threading.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: ended.set())
    while not ended.wait(3600.0):
        pass


def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the table.")] = False,
    port: Annotated[int, typer.Option(help="The port to serve on.")] = 8000,
) -> None:
    """Make a demo school, vet a handful of drafts with real photos, print the reports, then serve."""
    settings = read_settings()
    service = demonstration.run(settings, serving=not once)
    if once:
        service.close()
        return
    err.print(f"Serving on http://127.0.0.1:{port} (Ctrl+C ends it)", style="bold")
    logs.set_up(settings.logs)
    _listen(working(wired(service)), "127.0.0.1", port)


def docs(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where something is stale.")] = False,
) -> None:
    """Write openapi.json, docs/rules.md and the generated pages of docs/data-protection again."""
    made = {
        ROOT / "docs" / "openapi.json": json.dumps(application().openapi(), indent=2, ensure_ascii=False) + "\n",
        ROOT / "docs" / "rules.md": render(load_default()),
        ROOT / "docs" / "data-protection" / "retention.md": paperwork.retention(Retention()),
        ROOT / "docs" / "data-protection" / "logged.md": paperwork.logged(),
    }
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        err.print(f"{'stale' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(made[path], encoding="utf-8")
    if check and stale:
        raise typer.Exit(1)
