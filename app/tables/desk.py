"""Drafts, their photos, the machine's verdicts and people's decisions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class PhotoRow(OfSchool, Base):
    """One upload. The picture lies sealed in the data folder under its hash, which uploads may share,
    until ``purged_at``; this record stays with the draft.
    """

    __tablename__ = "photos"

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    sha256: Mapped[str] = code_column(index=True)
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]
    media_type: Mapped[str] = code_column()
    file_name: Mapped[str]
    # "metadata" is a word of SQLAlchemy's own.
    texts: Mapped[Any] = mapped_column("metadata", Document)
    dropped: Mapped[Any] = mapped_column(Document)
    doubts: Mapped[Any] = mapped_column(Document)
    alt_text: Mapped[str]
    uploaded_by: Mapped[str] = code_column()
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    purged_at: Mapped[datetime | None]


class DraftRow(OfSchool, Base):
    """A post that somebody wants published."""

    __tablename__ = "drafts"
    __table_args__ = (
        Index(None, "school_id", "stage", "created_at", "id"),
        Index(None, "school_id", "author", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    author: Mapped[str | None] = code_column()
    author_kind: Mapped[str] = code_column()
    text: Mapped[str]
    account: Mapped[str]
    classes: Mapped[Any] = mapped_column(Document)
    outsiders: Mapped[bool]
    event_id: Mapped[str | None] = code_column()
    reply_to: Mapped[str | None]
    repost_of: Mapped[str | None]
    publish_at: Mapped[datetime | None]
    source_url: Mapped[str | None]
    stage: Mapped[str] = code_column()
    digest: Mapped[str] = code_column()
    revision: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class DraftPhotoRow(Base):
    """Which photo stands at which place of a draft, with the alt text it has there."""

    __tablename__ = "draft_photos"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"))
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    photo_id: Mapped[str] = mapped_column(Code, ForeignKey("photos.id"), index=True)
    alt_text: Mapped[str]


class VerdictRow(OfSchool, Base):
    """What the machine said of one revision of a draft; the migration's triggers refuse to change it."""

    __tablename__ = "verdicts"
    __table_args__ = (Index(None, "draft_id", "vetted_at"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"))
    revision: Mapped[int]
    answer: Mapped[str] = code_column()
    findings: Mapped[Any] = mapped_column(Document)
    evidence: Mapped[Any] = mapped_column(Document)
    policy: Mapped[str] = code_column()
    engine: Mapped[str] = code_column()
    digest: Mapped[str] = code_column()
    register_version: Mapped[int]
    vetted_at: Mapped[datetime]


class DecisionRow(OfSchool, Base):
    """What a person decided of one revision of a draft; the migration's triggers refuse to change it."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "draft_id", "decided_at"),)

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    draft_id: Mapped[str] = mapped_column(Code, ForeignKey("drafts.id"))
    revision: Mapped[int]
    decision: Mapped[str] = code_column()
    reason: Mapped[str]
    digest: Mapped[str] = code_column()
    answers: Mapped[Any] = mapped_column(Document)
    decided_by: Mapped[str] = code_column()
    decided_at: Mapped[datetime]
