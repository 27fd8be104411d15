"""Who is looking at a draft now; what people wish to be told by mail, what they were told, and who stands in for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class DraftLockRow(Base):
    """Who holds a draft while they look at it; it holds no longer than ``until``."""

    __tablename__ = "draft_locks"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]


class NoticeWishRow(OfSchool, Base):
    """What a person wishes to be told, and when; times are those of the school's clock, ``HH:MM``, days 0 (Monday) to 6."""

    __tablename__ = "notice_wishes"

    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), primary_key=True)
    rhythm: Mapped[str] = code_column()
    daily_at: Mapped[str] = code_column()
    opens: Mapped[str] = code_column()
    closes: Mapped[str] = code_column()
    days: Mapped[Any] = mapped_column(Document)
    nudges: Mapped[bool]
    decisions: Mapped[bool]
    changed_at: Mapped[datetime]


class NoticeRow(OfSchool, Base):
    """A mail to somebody, on record before it is sent; its words are made when it is."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(None, "state", "next_try_at"),
        Index(None, "school_id", "person_id", "kind", "created_at"),
    )

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"))
    kind: Mapped[str] = code_column()
    counts: Mapped[Any] = mapped_column(Document)
    state: Mapped[str] = code_column()
    tries: Mapped[int]
    fault: Mapped[str] = code_column()
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ToldRow(Base):
    """That a person was told of a thing by a notice: a draft in one revision, or a decision."""

    __tablename__ = "told"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(Code, primary_key=True)
    thing: Mapped[str] = mapped_column(Code, primary_key=True)
    told_at: Mapped[datetime] = mapped_column(index=True)


class DeputyRow(OfSchool, Base):
    """Days, both included, on which an approver is away, and who stands in for them, if anybody."""

    __tablename__ = "deputies"
    __table_args__ = (Index(None, "school_id", "ends_on"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), index=True)
    deputy_id: Mapped[str | None] = mapped_column(Code, ForeignKey("people.id"))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    both: Mapped[bool]
    named_by: Mapped[str] = code_column()
    named_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
