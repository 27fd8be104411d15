"""The domain's values as JSON and back: evidence, findings and what else the tables keep whole.

A value becomes an object of its fields, an enum the word of its member, an instant or a day ISO 8601,
a tuple or set a list. Reading goes by the types in ``app.domain``: fields it does not know are
dropped, fields that are missing take their defaults, so that a field may be added without a new version.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum, StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from app.domain import Evidence, Finding

VERSION = 1
"""Of the shape below. A field that changes its name or meaning needs a new one, and a reader for each old one."""

_PLAIN = frozenset({str, int, bool})  # exactly: an enum of words is a str too

Value = TypeVar("Value")


def write_evidence(evidence: Evidence) -> dict[str, Any]:
    """The evidence with the version of its shape. No picture and no vector is ever part of it."""
    return {"version": VERSION, "evidence": _write(evidence)}


def read_evidence(written: Mapping[str, Any]) -> Evidence:
    """What ``write_evidence`` wrote, now or in an earlier release; ValueError for a later one's."""
    return read(Evidence, _current(written)["evidence"])


def write_findings(findings: tuple[Finding, ...]) -> dict[str, Any]:
    """The findings with the version of their shape."""
    return {"version": VERSION, "findings": _write(findings)}


def read_findings(written: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What ``write_findings`` wrote, now or in an earlier release; ValueError for a later one's."""
    return tuple(read(Finding, finding) for finding in _current(written)["findings"])


def read(kind: type[Value], written: Any) -> Value:
    """The value of that dataclass; ValueError or TypeError if it cannot be one."""
    anything: Any = kind
    value: Value = _reader(anything)(written)
    return value


def _current(written: Mapping[str, Any]) -> Mapping[str, Any]:
    if written.get("version") != VERSION:
        raise ValueError(f"written in version {written.get('version')}, which this release cannot read")
    return written


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _write(value: Any) -> Any:
    if value is None or type(value) in _PLAIN:
        return value
    if dataclasses.is_dataclass(value):
        kind: Any = type(value)
        return {name: _write(getattr(value, name)) for name in _fields(kind)}
    if isinstance(value, Enum):
        return value.value if isinstance(value, StrEnum) else value.name.lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no word for it, and a verdict must not fail to be stored over one
    if isinstance(value, frozenset):
        return sorted(_write(item) for item in value)
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    return value


@cache
def _reader(kind: Any) -> Callable[[Any], Any]:
    """How to read a value of that type; made once, since looking types up is slow."""
    if dataclasses.is_dataclass(kind):
        return _dataclass_reader(kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union_reader(get_args(kind))
    if origin is tuple:
        return _tuple_reader(get_args(kind))
    if origin is frozenset:
        item = _reader(get_args(kind)[0])
        return lambda written: frozenset(item(each) for each in written)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind if issubclass(kind, StrEnum) else lambda written: kind[written.upper()]
    if kind is float:
        return float
    if kind in (datetime, date):
        return kind.fromisoformat  # type: ignore[no-any-return]
    return lambda written: written


def _dataclass_reader(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}

    def read_fields(written: Any) -> Any:
        return kind(**{name: reader(written[name]) for name, reader in readers.items() if name in written})

    return read_fields


def _tuple_reader(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        item = _reader(kinds[0])
        return lambda written: tuple(item(each) for each in written)
    readers = tuple(_reader(kind) for kind in kinds)
    return lambda written: tuple(reader(each) for reader, each in zip(readers, written, strict=True))


def _union_reader(kinds: tuple[Any, ...]) -> Callable[[Any], Any]:
    """One type or None; or several dataclasses, told apart by the fields they cannot do without."""
    chosen = [(_needed(kind), _reader(kind)) for kind in kinds if kind is not type(None)]

    def read_one(written: Any) -> Any:
        if written is None:
            return None
        for needed, reader in chosen:
            if not needed or needed <= written.keys():
                return reader(written)
        raise ValueError("the value is of none of the types that may stand here")

    return read_one


def _needed(kind: Any) -> frozenset[str]:
    if not dataclasses.is_dataclass(kind):
        return frozenset()
    return frozenset(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )
