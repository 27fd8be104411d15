"""What approvers note while they review: how they compared faces, and to whom they passed a draft on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, OfSchool, code_column


class ComparisonRow(OfSchool, Base):
    """A person's answer whether a face of a photo is a child's; the migration's trigger refuses to change it."""

    __tablename__ = "comparisons"
    __table_args__ = (Index(None, "draft_id", "revision", "answered_at"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"))
    revision: Mapped[int]
    photo: Mapped[int]
    face: Mapped[int]
    pupil_id: Mapped[str] = mapped_column(Code, ForeignKey("pupils.id"), index=True)
    answer: Mapped[str] = code_column()
    answered_by: Mapped[str] = code_column()
    answered_at: Mapped[datetime]


class EscalationRow(OfSchool, Base):
    """An approver passed a draft on to somebody else, with a note. Rows are only ever added."""

    __tablename__ = "escalations"
    __table_args__ = (Index(None, "draft_id", "escalated_at"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"))
    revision: Mapped[int]
    to_person: Mapped[str] = mapped_column(Code, ForeignKey("people.id"))
    note: Mapped[str]
    escalated_by: Mapped[str] = code_column()
    escalated_at: Mapped[datetime]
