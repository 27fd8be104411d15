"""The words everything else is said in: drafts, facts, findings, verdicts, stages.

Standard library only. All values are frozen; instants are aware and in UTC; boxes are pixels
of the upright photo, origin top left; spans count code points of the text as it was sent, half open.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from urllib.parse import unquote

# ---------------------------------------------------------------- outcomes and answers


class Outcome(IntEnum):
    """What a finding asks for, from least to worst; the worst decides the verdict."""

    ADVISE = 1
    REFER = 2
    REJECT = 3

    @property
    def word(self) -> str:
        """The outcome as policies and reports write it: ``advise``, ``refer``, ``reject``."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Outcome:
        """The outcome that ``word`` names; ValueError if none does."""
        for outcome in cls:
            if outcome.word == word:
                return outcome
        raise ValueError(f"{word!r} is not one of advise, refer, reject")


class Answer(StrEnum):
    """The one-word verdict on a draft."""

    APPROVE = "approve"
    REFER = "refer"
    REJECT = "reject"


# ---------------------------------------------------------------- places a finding points at


class Field(StrEnum):
    """The parts of a draft that hold words."""

    TEXT = "text"
    ALT_TEXT = "alt_text"
    PICTURE_TEXT = "picture_text"
    FILE_NAME = "file_name"
    METADATA = "metadata"


@dataclass(frozen=True, slots=True)
class Words:
    """Code points ``start`` to ``end`` (half open) of one field; ``photo`` counts from 0."""

    start: int
    end: int
    field: Field = Field.TEXT
    photo: int | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright photo; right and bottom are outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top

    @property
    def area(self) -> int:
        """Pixels inside."""
        return self.width * self.height


@dataclass(frozen=True, slots=True)
class Region:
    """A box in the photo that counts ``photo`` from 0."""

    photo: int
    box: Box


Where = Words | Region | None

# ---------------------------------------------------------------- the school


@dataclass(frozen=True, slots=True)
class Pupil:
    """A child on the roster, with every name they are or were known by.

    ``id`` is ours and opaque; the UPN never leaves the register. ``left_on`` is set for leavers,
    whose names stay guarded for a while.
    """

    id: str
    upn: str
    legal_first: str
    legal_surname: str
    preferred_first: str = ""
    preferred_surname: str = ""
    middle: str = ""
    former: tuple[str, ...] = ()
    year: str = ""
    class_name: str = ""
    born_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """An adult who works at the school; handles are personal, lower case, without ``@``."""

    title: str
    first: str
    surname: str
    role: str = ""
    personal_handles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """Something in the school's calendar. ``id`` is what a draft's ``event_id`` names."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A Twitter/X account of the school; the handle is lower case, without ``@``.

    ``posters`` are the ids of people and keys who may post to it; empty means whoever may
    submit drafts. ``classes`` is empty for an account of the whole school.
    """

    handle: str
    classes: tuple[str, ...] = ()
    posters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildNotShown:
    """A child who must not be shown, whatever the reason; the reason is never here."""

    pupil: str
    class_name: str
    has_templates: bool = False


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What the rules may know of the school when a draft is judged; ``classes`` are all on the roll."""

    accounts: tuple[Account, ...] = ()
    staff_handles: frozenset[str] = frozenset()
    not_shown: tuple[ChildNotShown, ...] = ()
    events: tuple[Event, ...] = ()
    classes: frozenset[str] = frozenset()
    roster_as_of: datetime | None = None
    permissions_as_of: datetime | None = None  # of this school year; None: no round yet

    def account(self, handle: str) -> Account | None:
        """The school's own account of that handle, or None."""
        return next((one for one in self.accounts if one.handle == fold_handle(handle)), None)

    def event(self, event_id: str | None) -> Event | None:
        """The event of that id, or None."""
        return next((one for one in self.events if one.id == event_id), None)

    def unknown_classes(self, classes: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the classes that are none of the school's."""
        known = {fold_class(name) for name in self.classes}
        return tuple(name for name in classes if fold_class(name) not in known)

    def not_shown_in(self, classes: tuple[str, ...]) -> tuple[ChildNotShown, ...]:
        """The children of those classes who must not be shown.

        Of the whole school if none is given or one is not known: a slip of the pen must not hide a child.
        """
        if not classes or self.unknown_classes(classes):
            return self.not_shown
        wanted = {fold_class(name) for name in classes}
        return tuple(
            child for child in self.not_shown if not child.class_name or fold_class(child.class_name) in wanted
        )


# ---------------------------------------------------------------- the draft


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo of a draft. ``sha256`` is of the bytes that would be published.

    ``metadata`` are the texts found in the file before it was cleaned, as ``(tag, text)``;
    ``dropped`` says what kinds of metadata were removed (``position``, ``camera``, ``comment`` …),
    ``doubts`` what was odd about the file as it came (words of ``Unseen``).
    """

    sha256: str
    alt_text: str = ""
    file_name: str = ""
    metadata: tuple[tuple[str, str], ...] = ()
    dropped: tuple[str, ...] = ()
    id: str | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A post that somebody wants published, as it was submitted.

    ``author`` is the id of the person or key; ``account`` the handle as sent.
    """

    text: str
    photos: tuple[Photo, ...] = ()
    account: str = ""
    author: str | None = None
    classes: tuple[str, ...] = ()
    outsiders: bool = False
    event_id: str | None = None
    reply_to: str | None = None
    repost_of: str | None = None
    publish_at: datetime | None = None
    source_url: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over the text, then each photo's alt text and picture hash, length-prefixed."""
        parts = (self.text, *(each for photo in self.photos for each in (photo.alt_text, photo.sha256)))
        return hash_of(*(part.encode("utf-8", "surrogatepass") for part in parts))


def hash_of(*parts: bytes) -> str:
    """SHA-256 (hex) over the parts, each after its length in eight bytes, big end first."""
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big"))
        total.update(part)
    return total.hexdigest()


def fold_class(name: str) -> str:
    """A class's name as we compare it: case, blanks and the word "class" around it do not matter."""
    words = name.casefold().split()
    return " ".join(word for at, word in enumerate(words) if word != "class" or 0 < at < len(words) - 1)


def fold_handle(handle: str) -> str:
    """A handle as we compare it: lower case, without a leading ``@`` and blanks."""
    return handle.strip().removeprefix("@").lower()


X_SITE = re.compile(
    r"(?:https?:)?(?://)?(?:[^/?#@\s]*@)?(?:[a-z0-9-]+\.)*"
    r"(?:(?:(?:fx|vx|fixv|px)?twitter|x|fixupx|fixvx|twittpr|xcancel|twiiit)\.com|nitter(?:\.[a-z0-9-]+)+)\.?(?::\d+)?(?=[/?#]|$)",
    re.IGNORECASE | re.ASCII,
)
"""The beginning of an address of Twitter/X, or of a site that shows its posts under the same paths."""
_PAGE = re.compile(r"/+(?:#!/+)?@?([a-z0-9_]{1,20})(?![a-z0-9_])", re.IGNORECASE | re.ASCII)
_FOLLOW = re.compile(
    r"/+intent/(?:user|follow)/?\?(?:[^#]*&)?screen_name=@?([a-z0-9_]{1,20})", re.IGNORECASE | re.ASCII
)
_NOT_PEOPLE = frozenset(
    {"i", "home", "search", "hashtag", "intent", "share", "explore", "settings", "messages", "login", "privacy", "tos"}
)


def account_of(url: str) -> str | None:
    """The folded handle whose page or post a Twitter/X address leads to, or None; letters may be percent-encoded."""
    address = unquote(url.strip())
    site = X_SITE.match(address)
    found = (_FOLLOW.match(address, site.end()) or _PAGE.match(address, site.end())) if site else None
    handle = found.group(1).lower() if found else None
    return None if handle in _NOT_PEOPLE else handle


# ---------------------------------------------------------------- facts about words


class Certainty(IntEnum):
    """How sure it is that words name a pupil."""

    AMBIGUOUS = 1
    LIKELY = 2
    CERTAIN = 3


@dataclass(frozen=True, slots=True)
class NameFound:
    """Words that name, or may name, a child.

    ``pupils``: up to five ids, likeliest first; empty for a child who is not on the roster.
    ``reasons``: why it was taken so, for people, without the name itself.
    ``instead``: what could be said instead (``a Year 4 pupil``), or empty.
    """

    where: Words
    certainty: Certainty
    pupils: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    instead: str = ""


class Topic(StrEnum):
    """What a stretch of words is about, where a rule asks for it."""

    OFFENSIVE = "offensive"
    UNDERMINING = "undermining"
    PRIVATE_DETAIL = "private-detail"
    SENSITIVE = "sensitive"
    LETTER_HOME = "letter-home"
    ACCIDENTAL_LINK = "accidental-link"
    PRIVATE_TALK = "private-talk"
    REPOST = "repost"
    TO_COME = "to-come"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words that concern a topic; ``note`` says in plain words what was seen (``a phone number``)."""

    topic: Topic
    where: Words
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A URL, mention, hashtag or cashtag as twitter-text v3 extracts it.

    ``value`` is without the sign; for a URL the address as written. ``account`` is the folded
    handle of a mention, or that a Twitter/X address leads to.
    """

    start: int
    end: int
    value: str
    account: str | None = None


@dataclass(frozen=True, slots=True)
class EventNamed:
    """Words that mean an event of the calendar; ``dated`` when its time or place is given too."""

    event: str
    where: Words
    dated: bool = False


@dataclass(frozen=True, slots=True)
class TextFacts:
    """What was read in all words of a draft: text, alt texts, file names, metadata, picture text.

    ``weighted_length`` is the larger of twitter-text v3's count and the count by current Unicode;
    ``policy_length`` counts code points after NFC, each URL as 23. ``unread`` names what could not be checked.
    """

    visible: bool = True
    weighted_length: int = 0
    weighted_reference: int = 0
    policy_length: int = 0
    urls: tuple[Entity, ...] = ()
    mentions: tuple[Entity, ...] = ()
    hashtags: tuple[Entity, ...] = ()
    cashtags: tuple[Entity, ...] = ()
    answers: str | None = None  # the folded handle the text begins with
    names: tuple[NameFound, ...] = ()
    cues: tuple[Cue, ...] = ()
    events: tuple[EventNamed, ...] = ()
    unread: tuple[str, ...] = ()

    def about(self, topic: Topic) -> Iterator[Cue]:
        """The cues of one topic, in order."""
        return (cue for cue in self.cues if cue.topic is topic)


# ---------------------------------------------------------------- facts about photos


class Composition(StrEnum):
    """How many stand in a photo, by certain faces."""

    NOBODY = "nobody"
    INDIVIDUAL = "individual"
    PAIR = "pair"
    GROUP = "group"


class Match(StrEnum):
    """How like a face is to a child who must not be shown. None is not an answer of "safe"."""

    CLEAR = "clear"
    POSSIBLE = "possible"


class Matching(StrEnum):
    """Whether faces were compared with the gallery, and if not, why."""

    DONE = "done"
    OFF = "off"
    NOT_PERMITTED = "not-permitted"
    UNAVAILABLE = "unavailable"


class Unseen(StrEnum):
    """What could not be seen in a photo."""

    FACES_TOO_SMALL = "faces-too-small"
    POSSIBLE_FACES = "possible-faces"
    BLURRED = "blurred"
    DARK = "dark"
    ORIENTATION = "orientation-in-doubt"
    DECODE = "decode-warning"
    DETECTOR = "detector-failed"
    WEAK_DETECTOR = "weak-detector"
    MATCHER = "matcher-failed"
    WORDS = "words-not-read"


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a photo. ``possible`` faces scored low: shown and matched, never counted."""

    box: Box
    score: float = 1.0
    possible: bool = False
    identifiable: bool = False
    checkable: bool = True  # large and sharp enough to be compared
    match: Match | None = None
    pupils: tuple[str, ...] = ()  # whom it matches, likeliest first


@dataclass(frozen=True, slots=True)
class LineUp:
    """All faces of one photo, likest first to one child who must not be shown."""

    pupil: str
    faces: tuple[int, ...]
    ruled_out: bool = False


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What was seen in one photo. ``dominant`` is the index of a face that dominates a group."""

    sha256: str = ""
    width: int = 0
    height: int = 0
    composition: Composition = Composition.NOBODY
    faces: tuple[Face, ...] = ()
    dominant: int | None = None
    matching: Matching = Matching.OFF
    unseen: tuple[Unseen, ...] = ()
    line_ups: tuple[LineUp, ...] = ()
    picture_text: str = ""
    picture_words: tuple[tuple[Words, Box], ...] = ()  # where in the photo stretches of picture_text stand
    engine: str = ""


# ---------------------------------------------------------------- judging


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the rules judge. ``photos`` runs parallel to ``draft.photos``."""

    draft: Draft
    text: TextFacts
    photos: tuple[PhotoFacts, ...]
    school: SchoolFacts
    now: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found. It holds no child's name; ``pupils`` are ids, for the desk alone."""

    rule: str
    outcome: Outcome
    title: str
    clause: str
    clause_text: str
    message: str
    hint: str = ""
    where: Where = None
    pupils: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the machine says of a draft; a person may decide, nobody edits it."""

    findings: tuple[Finding, ...]
    policy: str  # name@version
    engine: str
    digest: str
    vetted_at: datetime

    @property
    def answer(self) -> Answer:
        """The worst outcome decides; advice never does."""
        worst = max((finding.outcome for finding in self.findings), default=Outcome.ADVISE)
        return {Outcome.ADVISE: Answer.APPROVE, Outcome.REFER: Answer.REFER, Outcome.REJECT: Answer.REJECT}[worst]


# ---------------------------------------------------------------- stages


class Stage(StrEnum):
    """Where a draft stands."""

    RECEIVED = "received"
    REJECTED = "rejected"
    REFERRED = "referred"
    READY = "ready"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    FAILED = "failed"


_VETTED = frozenset({Stage.REJECTED, Stage.REFERRED, Stage.READY})
_LEFT = frozenset({Stage.WITHDRAWN, Stage.EXPIRED})

MOVES: Mapping[Stage, frozenset[Stage]] = {
    Stage.RECEIVED: _VETTED | _LEFT,
    Stage.REJECTED: _VETTED | _LEFT,
    Stage.REFERRED: _VETTED | _LEFT | {Stage.APPROVED, Stage.RETURNED},
    Stage.READY: _VETTED | _LEFT | {Stage.APPROVED, Stage.RETURNED},
    Stage.RETURNED: _VETTED | _LEFT,
    Stage.APPROVED: _VETTED | _LEFT | {Stage.SCHEDULED, Stage.PUBLISHING},
    Stage.SCHEDULED: _VETTED | _LEFT | {Stage.APPROVED, Stage.PUBLISHING},
    Stage.PUBLISHING: frozenset({Stage.PUBLISHED, Stage.FAILED}),
    Stage.FAILED: _VETTED | _LEFT | {Stage.PUBLISHING},
    Stage.PUBLISHED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
    Stage.EXPIRED: frozenset(),
}
"""From each stage, the stages a draft may move to. Vetting again leads back to the three vetted stages."""

QUEUED = frozenset({Stage.REFERRED, Stage.READY})
"""The stages in which a draft waits for an approver."""


def stage_of(answer: Answer) -> Stage:
    """The stage a draft reaches by being vetted."""
    return {Answer.APPROVE: Stage.READY, Answer.REFER: Stage.REFERRED, Answer.REJECT: Stage.REJECTED}[answer]
