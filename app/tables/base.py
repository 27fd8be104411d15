"""What all tables share: the naming of constraints, the school they belong to, portable column types."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, LargeBinary, MetaData, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_ESC = "\x1b"
_UNSTORABLE = re.compile("[\x00\x1b\ud800-\udfff]")
_ESCAPED = re.compile("\x1b([0-9a-f]{4})")
_ODD_IN_JSON = re.compile(
    r"\\u(?:0000|001b|d[89a-f])"
)  # as ``json`` writes them; it takes less time than to look at each string


def storable(words: str) -> str:
    """``words`` with what PostgreSQL or UTF-8 cannot hold (NUL, lone surrogates) written as ESC and four hex digits."""
    return _UNSTORABLE.sub(lambda found: f"{_ESC}{ord(found[0]):04x}", words)


def as_sent(words: str) -> str:
    """What ``storable`` was given: spans count code points of the text as it was sent."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), words) if _ESC in words else words


def _each_string(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): _each_string(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_each_string(item, change) for item in value]
    return value


class Code(TypeDecorator[str]):
    """Short text of ours: ids, hashes, words of a vocabulary. May be compared with anything a caller sends."""

    impl = Text  # without a length: PostgreSQL would refuse a longer one, SQLite not
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        """Escape what cannot be stored; nothing stored will equal it."""
        return None if value is None else storable(value)


class Words(TypeDecorator[str]):
    """Text by people, of any length and any code points; comes back exactly as it was given."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _: Dialect) -> str | None:
        """Escape what cannot be stored."""
        return None if value is None else storable(value)

    def process_result_value(self, value: str | None, _: Dialect) -> str | None:
        """Undo the escaping."""
        return None if value is None else as_sent(value)


class Instant(TypeDecorator[datetime]):
    """An aware instant, in UTC whichever database it comes from. SQLite holds it as text that sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Refuse naive instants: ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """SQLite gives it back naive."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """JSON of any strings; JSONB on PostgreSQL, which does not keep the order of keys."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """JSONB where there is such a thing."""
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else JSON())

    def process_bind_param(self, value: Any, _: Dialect) -> Any:
        """Escape what cannot be stored."""
        return _each_string(value, storable) if _ODD_IN_JSON.search(json.dumps(value)) else value

    def process_result_value(self, value: Any, _: Dialect) -> Any:
        """Undo the escaping."""
        return _each_string(value, as_sent) if _ODD_IN_JSON.search(json.dumps(value)) else value


class Base(DeclarativeBase):
    """The root of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Words(), datetime: Instant(), bytes: LargeBinary()}  # noqa: RUF012 - SQLAlchemy's form


def code_column(**options: Any) -> Mapped[Any]:
    """A column of ids, hashes or words of a vocabulary."""
    return mapped_column(Code, **options)


class OfSchool:
    """What belongs to a school."""

    @declared_attr
    def school_id(cls) -> Mapped[str]:  # noqa: N805 - SQLAlchemy's form
        """The school."""
        return mapped_column(Code, ForeignKey("schools.id"))
