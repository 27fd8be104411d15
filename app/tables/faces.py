"""Faces on record: the assessment that comes before, the keys that faces and reasons are sealed with, and what was destroyed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, OfSchool, code_column
from app.tables.register import OfPupil


class DpiaRow(OfSchool, Base):
    """A data-protection impact assessment of face matching; the one recorded last is in force. Never updated."""

    __tablename__ = "dpias"
    __table_args__ = (Index(None, "school_id", "recorded_at", "id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    reference: Mapped[str]
    version: Mapped[str] = code_column()
    assessed_on: Mapped[date]
    dpo_opinion: Mapped[str]
    approved_by: Mapped[str]
    review_due: Mapped[date]
    recorded_by: Mapped[str] = code_column()
    recorded_at: Mapped[datetime]


class PupilKeyRow(OfPupil, Base):
    """A key of one child's own for one purpose, wrapped by the master key. Without it what it sealed is noise."""

    __tablename__ = "pupil_keys"
    __table_args__ = (UniqueConstraint("pupil_id", "purpose"),)

    purpose: Mapped[str] = code_column()
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


class DestructionRow(OfSchool, Base):
    """What of a child was destroyed; it outlives the child's own row and holds nothing but the id. Never updated.

    ``proof`` is the SHA-256 of the wrapped key that was destroyed with it, empty where there was none.
    """

    __tablename__ = "destructions"
    __table_args__ = (Index(None, "school_id", "destroyed_at", "id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    pupil_id: Mapped[str] = code_column(index=True)
    what: Mapped[str] = code_column()
    how_many: Mapped[int]
    trigger: Mapped[str] = code_column()
    proof: Mapped[str] = code_column()
    destroyed_by: Mapped[str] = code_column()
    destroyed_at: Mapped[datetime]
