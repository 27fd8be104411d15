"""Who must not be shown, as was known last; drafts to be looked at again for it; published ones to be taken down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column
from app.tables.register import OfPupil


class NotShownRow(OfPupil, Base):
    """A child who must not be shown, as of the register's last change; ``said_no`` where that is more than silence."""

    __tablename__ = "not_shown"
    __table_args__ = (UniqueConstraint("school_id", "pupil_id"),)

    said_no: Mapped[bool]


class RecheckRow(Base):
    """A draft that is to be looked at again, as these children must not be shown any more."""

    __tablename__ = "rechecks"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"), primary_key=True)
    pupils: Mapped[Any] = mapped_column(Document)
    asked: Mapped[int]
    asked_at: Mapped[datetime]


class RecallRow(OfSchool, Base):
    """A published draft that may show children who must not be shown any more, and what a person decided of it."""

    __tablename__ = "recalls"
    __table_args__ = (Index(None, "school_id", "outcome", "opened_at", "id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"), index=True)
    pupils: Mapped[Any] = mapped_column(Document)
    why_found: Mapped[str] = code_column()
    opened_at: Mapped[datetime]
    outcome: Mapped[str] = code_column()
    reason: Mapped[str]
    decided_by: Mapped[str] = code_column()
    decided_at: Mapped[datetime | None]
