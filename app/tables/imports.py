"""What is kept of how a roster comes: the school's own headings, and the ids its systems give."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column
from app.tables.register import OfPupil


class RosterColumnsRow(Base):
    """The headings that a school maps to fields itself, in its order."""

    __tablename__ = "roster_columns"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    headings: Mapped[Any] = mapped_column(Document)
    set_by: Mapped[str] = code_column()
    set_at: Mapped[datetime]


class SourcePupilRow(OfPupil, Base):
    """The id by which the school's information system knows a child in OneRoster files."""

    __tablename__ = "source_pupils"
    __table_args__ = (UniqueConstraint("school_id", "source_id"),)

    source_id: Mapped[str]


class SourceGroupRow(OfSchool, Base):
    """A ``school``, ``homeroom`` or other ``class`` of OneRoster files: its id there, and its name."""

    __tablename__ = "source_groups"
    __table_args__ = (UniqueConstraint("school_id", "kind", "source_id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    kind: Mapped[str] = code_column()
    source_id: Mapped[str]
    title: Mapped[str]


class TransferNamesRow(OfPupil, Base):
    """Names of a child that a common transfer file told, beside the roster's; they stay when a new roster comes."""

    __tablename__ = "transfer_names"
    __table_args__ = (UniqueConstraint("school_id", "pupil_id"),)

    names: Mapped[Any] = mapped_column(Document)
    recorded_at: Mapped[datetime]
