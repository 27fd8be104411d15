"""Who people are elsewhere, who asked for the right to post, who left, and which accounts were opened and closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class IdentityRow(OfSchool, Base):
    """A person as their school's own sign-in (Microsoft, Google …) knows them: its issuer and the subject it gave them."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("school_id", "issuer", "subject"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), index=True)
    issuer: Mapped[str] = code_column()
    subject: Mapped[str] = code_column()
    linked_at: Mapped[datetime]
    used_at: Mapped[datetime]


class PostingRequestRow(OfSchool, Base):
    """Somebody's request for the right to post, and the answer; kept for ever. ``outcome`` is empty while it waits."""

    __tablename__ = "posting_requests"
    __table_args__ = (Index(None, "school_id", "outcome", "asked_at", "id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), index=True)
    account: Mapped[str] = code_column()
    reason: Mapped[str]
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = code_column()
    granted_account: Mapped[str] = code_column()
    answer: Mapped[str]
    decided_by: Mapped[str] = code_column()
    decided_at: Mapped[datetime | None]


class DepartureRow(OfSchool, Base):
    """Somebody left who could post: the passwords of those accounts are to be changed, and by whom that was done."""

    __tablename__ = "departures"
    __table_args__ = (Index(None, "school_id", "left_at", "id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), index=True)
    accounts: Mapped[Any] = mapped_column(Document)
    left_at: Mapped[datetime]
    noted_by: Mapped[str] = code_column()
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[str] = code_column()


class AccountDecisionRow(OfSchool, Base):
    """That an account was opened or closed: by whom, when and why. Never updated."""

    __tablename__ = "account_decisions"
    __table_args__ = (Index(None, "school_id", "handle", "decided_at", "id"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    handle: Mapped[str] = code_column()
    decision: Mapped[str] = code_column()
    reason: Mapped[str]
    decided_by: Mapped[str] = code_column()
    decided_at: Mapped[datetime]
