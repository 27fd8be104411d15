"""Lines to X: what speaking for a school's accounts takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.integrations import x
from app.publishing.connections import Line
from app.web.service import Service


@contextmanager
def line_of(service: Service, school_id: str) -> Iterator[Line]:
    """A line to X for a school; closed afterwards."""
    settings = service.settings
    secret = settings.x_client_secret.get_secret_value() if settings.x_client_secret else ""
    with x.http_client(settings.x_api) as http:
        app = x.App(settings.x_client_id, secret)
        yield Line(service.database, school_id, service.vault, http, app, service.clock, settings.x_authorize)
