"""Lists page by page: a cursor says after which row the next page begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from app.errors import Fault, Malformed

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, and the cursor of those that follow; None: these were the last."""

    items: tuple[Item, ...]
    next: str | None


def cut(found: Sequence[Item], limit: int) -> tuple[Sequence[Item], bool]:
    """The first ``limit`` of what was found by asking for one more, and whether more follow."""
    return found[:limit], len(found) > limit


def write_cursor(at: datetime, row_id: str) -> str:
    """The cursor after the row of that instant and id."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), row_id]).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """The instant and id a cursor was written from; Malformed for anything else."""
    try:
        at, row_id = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        read_at = datetime.fromisoformat(at)
        if isinstance(row_id, str) and read_at.tzinfo is not None:
            return read_at.astimezone(UTC), row_id
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError):
        pass
    raise Malformed("The cursor is not one of ours.", errors=(Fault("#/cursor", "not a cursor"),))
