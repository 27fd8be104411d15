"""What publishing for a school takes, and the publisher that only says what it would do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from app.db import Database
from app.integrations.publisher import Publisher
from app.policy import Policy
from app.vault import PhotoFiles
from app.vetting import Eyes, Snapshot

Opening = Callable[[str], AbstractContextManager[Publisher | None]]
"""Opens the publisher of the account of that handle; None where no account of that handle is connected."""


@dataclass(frozen=True, slots=True)
class Press:
    """What publishing for a school takes: ``snapshot`` is the register of now, ``connected`` opens what posts to an account."""

    database: Database
    school_id: str
    policy: Policy
    snapshot: Callable[[datetime], Snapshot]
    eyes: Eyes
    files: PhotoFiles
    connected: Opening
