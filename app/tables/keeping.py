"""What is left of those who are gone: tombstones of erased children, and what families of leavers once answered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, OfSchool, code_column


class TombstoneRow(Base):
    """A child who was erased on request: nothing but our own id and a keyed hash of the UPN."""

    __tablename__ = "tombstones"
    __table_args__ = (Index(None, "school_id", "upn_mark"),)

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    pupil: Mapped[str] = mapped_column(Code, primary_key=True)
    upn_mark: Mapped[str] = code_column()
    erased_at: Mapped[datetime]


class LeaverRow(OfSchool, Base):
    """What the family of a child who left had answered, sealed; the child's own record is gone."""

    __tablename__ = "leavers"
    __table_args__ = (Index(None, "school_id", "left_on"),)

    pupil: Mapped[str] = mapped_column(Code, primary_key=True)
    left_on: Mapped[date]
    answers_sealed: Mapped[bytes] = mapped_column(LargeBinary)
