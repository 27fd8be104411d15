"""Imports as they go in and out as JSON, beside the difference that all of them give."""

from __future__ import annotations

from pydantic import Field, RootModel

from app.web.schemas import Difference


class ColumnsIn(RootModel[dict[str, str]]):
    """The school's own headings, each with the field it means, or ``unused``; the first of two for one field is preferred."""


class ColumnsOut(RootModel[dict[str, str]]):
    """The school's own headings, each with its field."""


class PermissionDifference(Difference):
    """What a sheet of answers changes, or would change."""

    lowered: list[str] = Field(
        description="UPNs of those of whom their families permit less than before; recorded before all others."
    )
