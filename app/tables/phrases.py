"""Phrases that an approver allows from the desk."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, OfSchool, code_column


class AllowedPhraseRow(OfSchool, Base):
    """Words that mean no child, or no harm, at this school. Kept when withdrawn."""

    __tablename__ = "allowed_phrases"
    __table_args__ = (Index(None, "school_id", "allowed_at", "id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    phrase: Mapped[str]
    about: Mapped[str] = code_column()
    reason: Mapped[str]
    allowed_by: Mapped[str] = code_column()
    allowed_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None] = code_column()
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str | None]
