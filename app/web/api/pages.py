"""Lists page by cursor: ``?limit=&cursor=`` and ``{"items": [...], "next": ...}``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from fastapi import Query

from app.errors import Fault, Malformed

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=400, description="Where the last page ended: its `next`.")]


def page_after(
    every: Sequence[Item], cursor: str | None, limit: int, key: Callable[[Item], str]
) -> tuple[Sequence[Item], str | None]:
    """The items after the one whose key the cursor is, and the cursor of those that follow; Malformed for any other."""
    first = 0
    if cursor is not None:
        places = [place for place, item in enumerate(every) if key(item) == cursor]
        if not places:
            raise Malformed("The cursor is not one of ours.", errors=(Fault("#/cursor", "not a cursor"),))
        first = places[0] + 1
    items = every[first : first + limit]
    return items, key(items[-1]) if first + limit < len(every) else None
