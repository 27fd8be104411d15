"""What other programs are told, and the feeds that drafts come from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.tables.base import Base, Code, Document, OfSchool, code_column


class WebhookRow(OfSchool, Base):
    """An address that is told what happens. ``secrets`` is sealed JSON: the present one first, then those about to end."""

    __tablename__ = "webhooks"

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    url: Mapped[str]
    types: Mapped[Any] = mapped_column(Document)
    secrets: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool]
    why_ended: Mapped[str] = code_column()
    heard_at: Mapped[datetime | None]
    created_by: Mapped[str] = code_column()
    created_at: Mapped[datetime]


class DeliveryRow(OfSchool, Base):
    """One event for one address. ``claimed_until``: whoever is calling just now has until then."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "webhook_id"),
        Index(None, "state", "next_at"),
        Index(None, "school_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    webhook_id: Mapped[str] = mapped_column(Code, ForeignKey("webhooks.id"), index=True)
    event_id: Mapped[str] = code_column()
    type: Mapped[str] = code_column()
    body: Mapped[str]
    state: Mapped[str] = code_column()
    tries: Mapped[int]
    next_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
    status: Mapped[int]
    word: Mapped[str] = code_column()
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FeedRow(OfSchool, Base):
    """A feed of the school's website whose new items become drafts."""

    __tablename__ = "feeds"
    __table_args__ = (UniqueConstraint("school_id", "url"), Index(None, "state", "next_at"))

    id: Mapped[str] = mapped_column(Code, primary_key=True)
    url: Mapped[str]
    account: Mapped[str]
    state: Mapped[str] = code_column()
    etag: Mapped[str]
    last_modified: Mapped[str]
    next_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    failures: Mapped[int]
    word: Mapped[str] = code_column()
    read_at: Mapped[datetime | None]
    created_by: Mapped[str] = code_column()
    created_at: Mapped[datetime]


class FeedItemRow(Base):
    """An item that was seen; ``draft_id`` is empty for those that stood there before the feed was added."""

    __tablename__ = "feed_items"

    school_id: Mapped[str] = mapped_column(Code, ForeignKey("schools.id"))
    feed_id: Mapped[str] = mapped_column(Code, ForeignKey("feeds.id"), primary_key=True)
    item_hash: Mapped[str] = mapped_column(Code, primary_key=True)
    draft_id: Mapped[str] = code_column()
    word: Mapped[str] = code_column()
    seen_at: Mapped[datetime]
