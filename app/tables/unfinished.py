"""Posts that somebody is still writing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class UnfinishedRow(OfSchool, Base):
    """What stood in somebody's form, sealed: nobody has judged it yet, and it may name a child.

    ``tab`` is the form that wrote it last; ``photos`` are the ids of the pictures it needs.
    """

    __tablename__ = "unfinished"
    __table_args__ = (Index(None, "school_id", "person_id", "updated_at"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"))
    tab: Mapped[str] = code_column()
    revision: Mapped[int]
    sealed: Mapped[bytes]
    photos: Mapped[Any] = mapped_column(Document)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
