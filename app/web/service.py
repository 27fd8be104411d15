"""What every door needs: settings, database, vault, eyes, clock. Made once, in ``main.create_app``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from app.db import Database
from app.settings import Settings
from app.vault import PhotoFiles, Vault
from app.vetting import Eyes


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running service. ``files`` holds drafts' photos, ``references`` those of pupils. ``clock`` gives the aware instant in UTC; tests set it."""

    settings: Settings
    database: Database
    vault: Vault
    files: PhotoFiles
    references: PhotoFiles
    eyes: Eyes
    clock: Callable[[], datetime]

    def close(self) -> None:
        """Finish what is being looked at and let go of the database."""
        self.eyes.close()
        self.database.dispose()


async def of(request: Request) -> Service:
    """The service that this request came to."""
    service: Service = request.app.state.service
    return service


Serving = Annotated[Service, Depends(of)]


async def now_at(service: Serving) -> datetime:
    """The instant of this request: read once, so that all it does bears one time."""
    return service.clock()


Now = Annotated[datetime, Depends(now_at)]
