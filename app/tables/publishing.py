"""What is to be published and what became of it, the switch that holds everything, and events for the world outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class PublicationRow(Base):
    """An approved draft on its way out. ``turn`` counts how often it was put in line: a job of another turn does nothing."""

    __tablename__ = "publications"
    __table_args__ = (Index(None, "school_id", "state", "due_at"), Index(None, "state", "due_at"))

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"), primary_key=True)
    revision: Mapped[int]
    state: Mapped[str] = code_column()
    turn: Mapped[int]
    wanted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    why_then: Mapped[str] = code_column()
    problem: Mapped[str] = code_column()
    words: Mapped[str]
    failures: Mapped[int]
    approved_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class AttemptRow(OfSchool, Base):
    """The one attempt to post a revision of a draft. From ``sent_at`` on, without an outcome, it may be out."""

    __tablename__ = "attempts"
    __table_args__ = (UniqueConstraint("school_id", "draft_id", "revision"), Index(None, "school_id", "post_id"))

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"), index=True)
    revision: Mapped[int]
    digest: Mapped[str] = code_column()
    publisher: Mapped[str] = code_column()
    account: Mapped[str] = code_column()
    media: Mapped[Any] = mapped_column(Document)
    tries: Mapped[int]
    looks: Mapped[int]
    begun_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    outcome: Mapped[str] = code_column()
    post_id: Mapped[str] = code_column()
    url: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = code_column()
    taken_down_at: Mapped[datetime | None]
    taken_down_by: Mapped[str] = code_column()


class HoldingRow(Base):
    """Whether everything of a school is held, since when, by whom and why."""

    __tablename__ = "holding"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str] = code_column()
    problem: Mapped[str] = code_column()
    reason: Mapped[str]


class OutgoingEventRow(OfSchool, Base):
    """Something that others are to be told: its type, ids and words of a vocabulary. ``handed_on_at``: when it was given to delivery."""

    __tablename__ = "outgoing_events"
    __table_args__ = (Index(None, "handed_on_at", "id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    type: Mapped[str] = code_column()
    data: Mapped[Any] = mapped_column(Document)
    created_at: Mapped[datetime]
    handed_on_at: Mapped[datetime | None]
