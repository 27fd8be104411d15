"""How people sign in: second factors, recovery codes, links used once, forms kept over a lock, and who has to wait."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, OfSchool, code_column


class SecondFactorRow(OfSchool, Base):
    """The secret that a person's app makes codes from, sealed; ``last_step`` is the time step of the last code used."""

    __tablename__ = "second_factors"

    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    last_step: Mapped[int]
    set_at: Mapped[datetime]


class RecoveryCodeRow(OfSchool, Base):
    """A code in place of the app, good once; only its keyed hash is kept."""

    __tablename__ = "recovery_codes"

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), index=True)
    mark: Mapped[str] = code_column()
    used_at: Mapped[datetime | None]


class OneTimeLinkRow(OfSchool, Base):
    """A link by which a person sets a password, good once; only the SHA-256 of its token is kept."""

    __tablename__ = "one_time_links"

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"), index=True)
    purpose: Mapped[str] = code_column()
    token_hash: Mapped[str] = code_column(unique=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = code_column()
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class KeptFormRow(OfSchool, Base):
    """What somebody had typed when their session had ended, sealed, for them and for that page alone."""

    __tablename__ = "kept_forms"
    __table_args__ = (UniqueConstraint("person_id", "path"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    person_id: Mapped[str] = mapped_column(Code, ForeignKey("people.id"))
    path: Mapped[str] = code_column()
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInWaitRow(Base):
    """How often somebody failed of late. Of no school: nobody has signed in yet. ``mark`` is a keyed hash of who or whence."""

    __tablename__ = "sign_in_waits"

    mark: Mapped[str] = mapped_column(Code, primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(index=True)
    wait_until: Mapped[datetime | None]
