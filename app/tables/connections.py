"""How the school's accounts are connected to X: what signs calls, sealed, and who is connecting one just now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class ConnectionRow(OfSchool, Base):
    """An account's way out. ``secrets`` is sealed; whoever renews holds ``renewing`` until ``renewing_until``."""

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("school_id", "handle"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    handle: Mapped[str]
    way: Mapped[str] = code_column()
    user_id: Mapped[str] = code_column(default="")
    secrets: Mapped[bytes | None] = mapped_column(LargeBinary)
    scopes: Mapped[Any] = mapped_column(Document)
    expires_at: Mapped[datetime | None]
    trouble: Mapped[str] = code_column(default="")
    renewing: Mapped[str] = code_column(default="")
    renewing_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=0)
    chosen_by: Mapped[str] = code_column()
    chosen_at: Mapped[datetime]


class ConnectingRow(OfSchool, Base):
    """A person who was led to X and has not come back yet; found again by the hash of what X sends back with them."""

    __tablename__ = "connecting"

    state_hash: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"))
    handle: Mapped[str]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
