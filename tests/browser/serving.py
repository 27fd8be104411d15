"""The service over real HTTP: in a thread of this process, on a port of its own."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from app.db import Database
from app.jobs import Crew, Here
from app.main import open_service, serve
from app.store import schools
from app.vision import paper
from tests.web.conftest import Clock, School, settings_of

START_S = 30


@dataclass(frozen=True)
class Desk:
    """A school whose pages a browser can open at ``url``; ``clock`` is the time there."""

    url: str
    app: FastAPI
    school: School
    clock: Clock


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve the application; gives its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="desk", daemon=True)
    thread.start()
    deadline = time.monotonic() + START_S
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the service did not start")
        time.sleep(0.02)
    (listening,) = server.servers
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(START_S)


@contextmanager
def desk_over(file: Path, folder: Path, *, crew: Crew | None = None, **settings: Any) -> Iterator[Desk]:
    """A desk over a copy of that SQLite file; ``crew`` looks at photos, by default with the engine on paper."""
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(f"sqlite:///{shutil.copy(file, folder / 'fledgling.db')}")
    clock = Clock()
    service = open_service(settings_of(database, folder, **settings), crew=crew or Here(paper.engine), clock=clock)
    with service.database.read() as session:
        (only, *_) = schools.every(session)
    app = serve(service)
    with served(app) as url:  # the service is closed when the application ends
        yield Desk(url, app, School(service, only.id), clock)
    database.dispose()
