"""Common transfer files (CTF, XML): the further names of pupils and whether they are in care; all else is dropped unread.

The file is read as it streams, and only the text of the wanted elements is kept. A document type, with which entities
are declared and other files named, is refused at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import DefusedXMLParser  # type: ignore[import-untyped]

from app.integrations.cells import parse_flag
from app.integrations.mis import fold_upn
from app.integrations.sheets import MAX_BYTES, MAX_ROWS, Problem, clean, condense

_CHUNK_BYTES = 64 * 1024
_DEEPEST = 50
_LONGEST_NAME = 500
_ROOT, _PUPIL = "CTfile", ("CTfile", "CTFpupilData", "Pupil")
_WANTED = {
    ("UPN",): "upn",
    ("BasicDetails", "FormerUPN"): "former_upn",
    ("BasicDetails", "PreferredSurname"): "preferred_surname",
    ("BasicDetails", "PreferredForename"): "preferred_first",
    ("BasicDetails", "FormerSurname"): "former",
    ("BasicDetails", "FormerForename"): "former",
    ("BasicDetails", "MiddleNames"): "middle",
    ("LookedAfter", "InCare"): "in_care",
}


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a file tells of one pupil beside the roster; ``line`` is where it begins."""

    upn: str
    former_upn: str = ""
    preferred_first: str = ""
    preferred_surname: str = ""
    middle: str = ""
    former: tuple[str, ...] = ()
    in_care: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class TransferFile:
    """What a file holds; use nothing of it if its problems have errors."""

    pupils: tuple[Transfer, ...] = ()
    problems: tuple[Problem, ...] = ()


class _Refused(ValueError):
    """What was met is no transfer file; the words say why."""


def read_transfers(data: bytes) -> TransferFile:
    """The pupils of a common transfer file."""
    if len(data) > MAX_BYTES:
        return TransferFile(problems=(Problem(0, f"the file is larger than {MAX_BYTES // 1024**2} MB"),))
    target = _Target()
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    target.line = lambda: int(parser.parser.CurrentLineNumber)
    try:
        for start in range(0, len(data), _CHUNK_BYTES):
            parser.feed(data[start : start + _CHUNK_BYTES])
        parser.close()
    except DefusedXmlException:
        return _none("the file declares a document type or entities, which are not taken", target.line())
    except _Refused as error:
        return _none(str(error), target.line())
    except ParseError as error:
        return _none("this is not well-formed XML", error.position[0])
    except (ValueError, LookupError, UnicodeError):
        return _none("the encoding that the file names is not known, or not kept to", 0)
    if not target.pupils and not target.problems:
        return _none("the file has no pupils", 0)
    return TransferFile(tuple(target.pupils), condense(target.problems))


def _none(detail: str, line: int) -> TransferFile:
    return TransferFile(problems=(Problem(line, detail),))


@dataclass
class _Target:
    """Is told of each element as it is read, and keeps what is wanted."""

    pupils: list[Transfer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    line: Callable[[], int] = lambda: 0
    _path: list[str] = field(default_factory=list)
    _found: dict[str, list[str]] = field(default_factory=dict)
    _text: list[str] = field(default_factory=list)
    _begun: int = 0
    _length: int = 0

    def start(self, tag: str, _: object) -> None:
        """An element begins."""
        name = tag.rpartition("}")[2]
        if not self._path and name != _ROOT:
            raise _Refused("this is not a common transfer file: its root is not CTfile")
        if len(self._path) >= _DEEPEST:
            raise _Refused("the elements are nested too deep for a common transfer file")
        self._path.append(name)
        self._text.clear()
        self._length = 0
        if tuple(self._path) == _PUPIL:
            self._found, self._begun = {}, self.line()

    def data(self, text: str) -> None:
        """Text of the element begun last."""
        if self._wanted() is None:
            return
        self._length += len(text)
        if self._length > _LONGEST_NAME:
            raise _Refused("a name is longer than any name")
        self._text.append(text)

    def end(self, _: str) -> None:
        """The element ends."""
        field_name = self._wanted()
        if field_name is not None:
            value = clean("".join(self._text))
            if value:
                self._found.setdefault(field_name, []).append(value)
        if tuple(self._path) == _PUPIL:
            self._keep()
        self._path.pop()
        self._text.clear()

    def close(self) -> None:
        """The document ends."""

    def _wanted(self) -> str | None:
        if tuple(self._path[: len(_PUPIL)]) != _PUPIL:
            return None
        return _WANTED.get(tuple(self._path[len(_PUPIL) :]))

    def _keep(self) -> None:
        found = {name: values[0] for name, values in self._found.items()}
        upn = fold_upn(found.get("upn", ""))
        if not upn:
            self.problems.append(Problem(self._begun, "a pupil without a UPN; not used", "UPN", warning=True))
            return
        if len(self.pupils) >= MAX_ROWS:
            raise _Refused(f"the file has more than {MAX_ROWS:,} pupils")
        self.pupils.append(
            Transfer(
                upn,
                fold_upn(found.get("former_upn", "")),
                found.get("preferred_first", ""),
                found.get("preferred_surname", ""),
                found.get("middle", ""),
                tuple(dict.fromkeys(self._found.get("former", ()))),
                parse_flag(found.get("in_care", "")) is True,
                self._begun,
            )
        )
