"""Who may do what: people, their sessions, keys, and the answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class PersonRow(OfSchool, Base):
    """Somebody who signs in; the e-mail address is folded to lower case."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("school_id", "email"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    role: Mapped[str] = code_column()
    password_hash: Mapped[str] = code_column()
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    password_set_at: Mapped[datetime | None]


class SessionRow(OfSchool, Base):
    """A person's signed-in session; only the SHA-256 of its token is kept. ``browser`` is its family, such as "Firefox"."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    token_hash: Mapped[str] = code_column(unique=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), index=True)
    csrf: Mapped[str] = code_column()
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None]
    second_factor_at: Mapped[datetime | None]
    browser: Mapped[str] = code_column(server_default="")


class KeyRow(OfSchool, Base):
    """An API key; only the SHA-256 of its secret is kept, and the few characters it begins with."""

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "school_id", "created_at"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    name: Mapped[str]
    hash: Mapped[str] = code_column(unique=True)
    prefix: Mapped[str] = code_column()
    scopes: Mapped[Any] = mapped_column(Document)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class IdempotencyRow(Base):
    """A request with an Idempotency-Key and, once it is done, its answer."""

    __tablename__ = "idempotency"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"), primary_key=True)
    principal: Mapped[str] = mapped_column(Code, primary_key=True)
    key: Mapped[str] = mapped_column(Code, primary_key=True)
    route: Mapped[str] = code_column()
    body_hash: Mapped[str] = code_column()
    state: Mapped[str] = code_column()
    status: Mapped[int | None]
    headers: Mapped[Any] = mapped_column(Document)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)
