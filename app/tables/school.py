"""The school itself, its accounts, its policies, its calendar, its audit trail."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class SchoolRow(Base):
    """A school. ``audit_seq`` and ``audit_hash`` are the head of its audit chain: a cut-off tail shows.

    ``elsewhere_mark`` is another whenever the pupils of the trust's other schools change. Lines of the audit trail up to
    ``audit_cut`` were let go, the last of which had the hash ``audit_cut_hash``.
    """

    __tablename__ = "schools"

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = code_column(unique=True)
    created_at: Mapped[datetime]
    register_version: Mapped[int] = mapped_column(default=0)
    register_digest: Mapped[str] = code_column(default="")
    roster_as_of: Mapped[datetime | None]
    elsewhere_mark: Mapped[str] = code_column(default="", server_default="")
    audit_seq: Mapped[int] = mapped_column(default=0)
    audit_hash: Mapped[str] = code_column(default="")
    audit_cut: Mapped[int] = mapped_column(default=0, server_default="0")
    audit_cut_hash: Mapped[str] = code_column(default="", server_default="")
    purged_on: Mapped[date | None]


class AccountRow(OfSchool, Base):
    """A Twitter/X account of the school; the one of the lowest position is the default."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("school_id", "handle"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    handle: Mapped[str]
    classes: Mapped[Any] = mapped_column(Document)
    posters: Mapped[Any] = mapped_column(Document)
    position: Mapped[int]
    closed_at: Mapped[datetime | None]


class PolicyRow(OfSchool, Base):
    """A version of the school's policy, as the TOML it was read from. Never updated."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("school_id", "version"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    version: Mapped[int]
    source: Mapped[str]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = code_column()


class EventRow(Base):
    """Something in the school's calendar; the id is the calendar's own."""

    __tablename__ = "events"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Code, primary_key=True)
    title: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str]
    synonyms: Mapped[Any] = mapped_column(Document)


class AuditRow(Base):
    """A line of the audit trail; the migration's triggers refuse to change or remove one."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "school_id", "subject"),)

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = code_column()
    action: Mapped[str] = code_column()
    subject: Mapped[str] = code_column()
    detail: Mapped[Any] = mapped_column(Document)
    previous_hash: Mapped[str] = code_column()
    hash: Mapped[str] = code_column()
