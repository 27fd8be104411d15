"""The register: pupils, staff, permissions, holds, biometric responses, reference photos and templates."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class OfPupil(OfSchool):
    """What belongs to a pupil; erased with them."""

    id: Mapped[str] = mapped_column(Code, primary_key=True)

    @declared_attr
    def pupil_id(cls) -> Mapped[str]:  # noqa: N805 - SQLAlchemy's form
        """The pupil."""
        return mapped_column(Code, ForeignKey("pupils.id"), index=True)


class PupilRow(OfSchool, Base):
    """A child on the roster, or one who left; ``elsewhere``: of another school of the trust.

    ``joined_on`` is when a child came who was not in the first roster.
    """

    __tablename__ = "pupils"
    __table_args__ = (UniqueConstraint("school_id", "upn"), Index(None, "school_id", "elsewhere"))

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    upn: Mapped[str]
    legal_first: Mapped[str]
    legal_surname: Mapped[str]
    preferred_first: Mapped[str]
    preferred_surname: Mapped[str]
    middle: Mapped[str]
    former: Mapped[Any] = mapped_column(Document)
    year: Mapped[str]
    class_name: Mapped[str]
    born_on: Mapped[date | None]
    left_on: Mapped[date | None]
    elsewhere: Mapped[bool] = mapped_column(server_default=false())
    joined_on: Mapped[date | None]


class StaffRow(OfSchool, Base):
    """An adult who works at the school."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("school_id", "position"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    position: Mapped[int]
    title: Mapped[str]
    first: Mapped[str]
    surname: Mapped[str]
    role: Mapped[str]
    personal_handles: Mapped[Any] = mapped_column(Document)


class PermissionRoundRow(OfSchool, Base):
    """The school's asking of all families for one school year (``2026-27``)."""

    __tablename__ = "permission_rounds"
    __table_args__ = (UniqueConstraint("school_id", "school_year"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    school_year: Mapped[str] = code_column()
    opened_on: Mapped[date | None]
    due_on: Mapped[date | None]
    as_of: Mapped[datetime | None]


class PermissionRow(OfPupil, Base):
    """An answer for one channel and school year; earlier answers stay, the latest is ``current``.

    ``told_by`` is who said it, ``form`` what was signed.
    """

    __tablename__ = "permissions"
    __table_args__ = (
        Index(
            "uq_permissions_current",
            "school_id",
            "school_year",
            "pupil_id",
            "channel",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    school_year: Mapped[str] = code_column()
    channel: Mapped[str] = code_column()
    answer: Mapped[str] = code_column()
    raw: Mapped[str]
    source: Mapped[str] = code_column()
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = code_column()
    current: Mapped[bool]
    told_by: Mapped[str] = mapped_column(server_default="")
    told_on: Mapped[date | None]
    form: Mapped[str] = mapped_column(server_default="")


class PermissionFormRow(OfSchool, Base):
    """The wording in which families are asked, version by version."""

    __tablename__ = "permission_forms"
    __table_args__ = (UniqueConstraint("school_id", "version"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    version: Mapped[int]
    wording: Mapped[str]
    kept_at: Mapped[datetime]
    kept_by: Mapped[str] = code_column()


class HoldRow(OfPupil, Base):
    """A safeguarding hold. The reason is sealed by ``app.vault`` and read by the safeguarding lead alone.

    ``answer_id`` is the answer by which the hold looks like an ordinary no.
    """

    __tablename__ = "holds"

    level: Mapped[str] = code_column()
    set_by: Mapped[str] = code_column()
    set_at: Mapped[datetime]
    lifted_by: Mapped[str | None] = code_column()
    lifted_at: Mapped[datetime | None]
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    review_on: Mapped[date | None]
    answer_id: Mapped[str] = code_column(server_default="")


class BiometricNoticeRow(OfPupil, Base):
    """A parent was told in writing, or is exempt (Protection of Freedoms Act 2012, sections 26 and 27)."""

    __tablename__ = "biometric_notices"

    contact: Mapped[str]
    sent_on: Mapped[date | None]
    exemption: Mapped[str] = code_column()
    dpia_version: Mapped[str] = code_column(server_default="")
    recorded_by: Mapped[str] = code_column()
    recorded_at: Mapped[datetime]


class BiometricResponseRow(OfPupil, Base):
    """What a parent, a carer or the child said to the use of the child's face; ``contact`` is which parent."""

    __tablename__ = "biometric_responses"

    actor: Mapped[str] = code_column()
    contact: Mapped[str] = mapped_column(server_default="")
    decision: Mapped[str] = code_column()
    in_writing: Mapped[bool]
    received_on: Mapped[date]
    dpia_version: Mapped[str] = code_column(server_default="")
    recorded_by: Mapped[str] = code_column()
    recorded_at: Mapped[datetime]


class ReferencePhotoRow(OfPupil, Base):
    """A photo of a child to compare with; the picture lies sealed in the data folder under its hash.

    ``refused_by`` says which engine, with which limit, last looked at it and would not take it; else it is empty.
    """

    __tablename__ = "reference_photos"
    __table_args__ = (UniqueConstraint("school_id", "pupil_id", "sha256"),)

    sha256: Mapped[str] = code_column(index=True)
    taken_on: Mapped[date | None]
    created_at: Mapped[datetime]
    box_left: Mapped[int]
    box_top: Mapped[int]
    box_right: Mapped[int]
    box_bottom: Mapped[int]
    refused_by: Mapped[str] = code_column(server_default="")


class TemplateRow(OfPupil, Base):
    """One engine's vector of one reference photo, sealed; vectors of two engines never meet."""

    __tablename__ = "templates"
    __table_args__ = (
        UniqueConstraint("reference_photo_id", "engine"),
        Index(None, "school_id", "engine"),
    )

    reference_photo_id: Mapped[str] = mapped_column(Code, ForeignKey("reference_photos.id"))
    engine: Mapped[str] = code_column()
    vector_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    quality: Mapped[float]
    created_at: Mapped[datetime]
