"""What goes in and out as JSON, and nothing else: values of the domain never leave unclothed."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
)

TEXT_POINTS = 4_000
PHOTOS = 4
ALT_TEXT_POINTS = 1_000
NUL = "\x00"
UNSTORABLE = re.compile(f"[{NUL}\ud800-\udfff]")
"""NUL and lone surrogates: neither a database nor X can hold them."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:", re.ASCII)
_YEARS = range(1900, 2200)
"""Years that somebody can mean. Near the ends of the calendar the day before, or the hour elsewhere, does not exist."""


def _clean(text: str) -> str:
    """Text that can be stored."""
    found = UNSTORABLE.search(text)
    if found:
        raise ValueError(f"must not hold {'NUL characters' if found[0] == NUL else 'lone surrogates'}")
    return text


def is_alt_text(text: str) -> bool:
    """Whether it can be kept as the description of a photo, for forms that pydantic does not read."""
    return len(text) <= ALT_TEXT_POINTS and not UNSTORABLE.search(text)


def _address(value: str | None) -> str | None:
    """A web address; blank is none."""
    if value is None or not value.strip():
        return None
    try:
        parts = urlsplit(value.strip())
    except ValueError:
        raise ValueError("must be a web address") from None
    if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address such as https://x.com/whitehouseps/status/1")
    return value.strip()


def _absent(value: object) -> bool:
    return value is None


def day_of(written: str) -> date:
    """A day as it is written; ValueError where it is none, or one that nobody can mean."""
    if not _DAY.fullmatch(written) or int(written[:4]) not in _YEARS:
        raise ValueError("must be a day such as 2026-09-30")
    return date.fromisoformat(written)


def _day(value: object) -> object:
    # A number would be taken for seconds since 1970.
    return value if value is None else day_of(str(value))


def _instant(value: object) -> object:
    written = value.isoformat() if isinstance(value, datetime) else str(value)
    if value is not None and (not _INSTANT.match(written) or int(written[:4]) not in _YEARS):
        raise ValueError("must be an instant such as 2026-09-30T15:30:00Z")
    return value


Text = Annotated[str, Field(max_length=TEXT_POINTS), AfterValidator(_clean)]
Short = Annotated[str, StringConstraints(max_length=200), AfterValidator(_clean)]
AltText = Annotated[str, StringConstraints(max_length=ALT_TEXT_POINTS), AfterValidator(_clean)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_clean)]
Url = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_clean)]
Optional = Annotated[Url | None, AfterValidator(_address)]
DayIn = Annotated[date, BeforeValidator(_day)]
InstantIn = Annotated[AwareDatetime, BeforeValidator(_instant)]


class Incoming(BaseModel):
    """The root of what comes in: nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid")


class Outgoing(BaseModel):
    """The root of what goes out."""

    model_config = ConfigDict(from_attributes=True)


# ---------------------------------------------------------------- drafts in


class PhotoRef(Incoming):
    """A photo stored before by ``POST /v1/photos``."""

    id: Id
    alt_text: AltText | None = Field(default=None, description="Overrides the alt text given with the photo.")


class DraftIn(Incoming):
    """A post that somebody wants published."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "text": "Year 4 built a Roman road in the playground and it held a bicycle!",
                    "photos": [{"id": "ph_0192f3", "alt_text": "A row of stones and sand in a wooden frame"}],
                    "classes": ["Oak"],
                    "outsiders": False,
                    "event_id": None,
                    "account": "whitehouseps",
                }
            ]
        },
    )

    text: Text = Field(default="", description="The post, at most 4,000 code points of raw input.")
    photos: list[PhotoRef] = Field(default_factory=list, max_length=PHOTOS)
    classes: list[Short] = Field(default_factory=list, max_length=100, description="The classes pictured, as declared.")
    outsiders: StrictBool = Field(default=False, description="True when children from elsewhere may be pictured.")
    event_id: Id | None = Field(default=None, description="The planned event that the post reports.")
    account: Short | None = Field(default=None, description="Default: the school's first account.")
    reply_to: Optional = Field(default=None, description="The post it answers, if any.")
    repost_of: Optional = Field(default=None, description="The post it repeats, if any.")
    publish_at: InstantIn | None = Field(default=None, description="Drafts only: not before this instant.")
    source_url: Optional = Field(default=None, description="Drafts only: the CMS page it comes from.")


# ---------------------------------------------------------------- reports out


class BoxOut(Outgoing):
    """Pixels of the upright photo, origin top left; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int


class WordsWhere(Outgoing):
    """Code points of a field as it was sent, half open."""

    field: Literal["text", "alt_text", "picture_text", "file_name", "metadata"]
    photo: int | None = Field(default=None, exclude_if=_absent)
    start: int
    end: int


class RegionWhere(Outgoing):
    """A box in one of the photos."""

    photo: int
    box: BoxOut


class FindingOut(Outgoing):
    """One thing a rule found. ``pupils`` is there for holders of ``review:write`` alone."""

    rule: str
    outcome: Literal["advise", "refer", "reject"]
    title: str
    clause: str
    clause_text: str
    message: str
    hint: str
    where: WordsWhere | RegionWhere | None = None
    instead: str | None = Field(default=None, description="What could be said in place of the words it points at.")
    pupils: list[str] | None = Field(default=None, exclude_if=_absent)


class EntityOut(Outgoing):
    """A URL, mention or hashtag as twitter-text extracts it. ``value`` is null where its words may name a child."""

    value: str | None
    start: int
    end: int


class TextOut(Outgoing):
    """What was measured in the text."""

    weighted_length: int
    weighted_reference: int = Field(description="By twitter-text v3 as it was frozen, without newer emoji and domains.")
    x_limit: int
    policy_length: int
    policy_limit: int
    urls: list[EntityOut]
    mentions: list[EntityOut]
    hashtags: list[EntityOut]
    notes: list[str] = Field(description="What is worth knowing and is no finding, such as what a link costs.")
    without_names: str | None = Field(
        description="The text with every name found put in other words; null where none was found."
    )
    alt_texts_without_names: list[str | None] = Field(description="The same for the alt text of each photo.")


class FaceOut(Outgoing):
    """A face. ``match: null`` never means that nobody is in danger."""

    box: BoxOut
    height_px: int
    identifiable: bool
    possible: bool = False
    match: Literal["clear", "possible"] | None = None


class LineUpOut(Outgoing):
    """All faces of a photo by index, likest first to one child."""

    pupil: str
    photo: int
    faces: list[int]


class PhotoOut(Outgoing):
    """What was seen in one photo."""

    sha256: str
    width: int
    height: int
    composition: Literal["nobody", "individual", "pair", "group"]
    faces: list[FaceOut]
    matching: Literal["done", "off", "not-permitted", "unavailable"]
    unseen: list[str]


class Report(Outgoing):
    """The verdict on a draft and what it rests on."""

    verdict: Literal["approve", "refer", "reject"]
    findings: list[FindingOut]
    text: TextOut
    photos: list[PhotoOut]
    line_ups: list[LineUpOut] | None = Field(default=None, exclude_if=_absent)
    digest: str
    policy: str
    engine: str
    vetted_at: datetime


class PhotoStored(Outgoing):
    """A photo kept privately until a draft uses it or it expires."""

    id: str
    sha256: str
    width: int
    height: int
    bytes: int
    expires_at: datetime


class DecisionOut(Outgoing):
    """What a person decided."""

    decision: Literal["approve", "return", "reject"]
    reason: str
    digest: str
    answers: dict[str, str] | None = Field(
        default=None, description="To the roll-call, by pupil. Only with `review:write`."
    )
    decided_by: str
    decided_at: datetime


class DraftPhotoOut(Outgoing):
    """A photo of a draft."""

    id: str
    sha256: str
    alt_text: str
    width: int
    height: int


class DraftOut(Outgoing):
    """A draft with where it stands, its report and what was decided."""

    id: str
    stage: str
    verdict: Literal["approve", "refer", "reject"] = Field(description="That of the report.")
    revision: int
    text: str
    photos: list[DraftPhotoOut]
    classes: list[str]
    outsiders: bool
    event_id: str | None
    account: str
    reply_to: str | None
    repost_of: str | None
    publish_at: datetime | None
    source_url: str | None
    author: str
    digest: str
    created_at: datetime
    updated_at: datetime
    report: Report
    decisions: list[DecisionOut]


class QueueItem(Outgoing):
    """A draft that waits for an approver, in short."""

    id: str
    stage: str
    verdict: Literal["approve", "refer", "reject"]
    text: str
    photos: int
    account: str
    author: str
    rules: list[str]
    digest: str
    created_at: datetime


class QueuePage(Outgoing):
    """A page of the queue, oldest first."""

    items: list[QueueItem]
    next: str | None


class DraftPage(Outgoing):
    """A page of drafts, newest first."""

    items: list[QueueItem]
    next: str | None


# ---------------------------------------------------------------- deciding


class DecisionIn(Incoming):
    """An approver's decision, bound to what they saw by its digest."""

    decision: Literal["approve", "return", "reject"]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    reason: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_clean)] = ""
    answers: dict[Id, Literal["not-in-photo", "in-photo", "cant-tell"]] = Field(
        default_factory=dict,
        max_length=500,
        description="The roll-call: for each child of the finding, whether the approver saw them in the photos.",
    )


class BoxIn(Incoming):
    """A rectangle to cover, in pixels of the upright photo."""

    left: Annotated[int, Field(strict=True, ge=0, le=100_000)]
    top: Annotated[int, Field(strict=True, ge=0, le=100_000)]
    right: Annotated[int, Field(strict=True, ge=1, le=100_000)]
    bottom: Annotated[int, Field(strict=True, ge=1, le=100_000)]


class CoverIn(Incoming):
    """What to cover in a photo."""

    boxes: Annotated[list[BoxIn], Field(min_length=1, max_length=100)]


# ---------------------------------------------------------------- the register


class LineProblem(Outgoing):
    """Something to know about one line of a file."""

    line: int
    detail: str


class Difference(Outgoing):
    """What an import changes, or would change."""

    added: list[str]
    changed: list[str]
    left: list[str]
    problems: list[LineProblem]


class RosterDifference(Difference):
    """What a roster changes, or would change, by UPN; of a trust's other schools the number of pupils alone."""

    elsewhere: int


class AccountIn(Incoming):
    """One of the school's own accounts."""

    handle: Annotated[str, StringConstraints(pattern=r"^@?[A-Za-z0-9_]{1,15}$")]
    classes: list[Short] = Field(default_factory=list, max_length=100)
    posters: list[Id] = Field(default_factory=list, max_length=1_000)


class AccountOut(Outgoing):
    """One of the school's own accounts."""

    handle: str
    classes: list[str]
    posters: list[str]


class RoundIn(Incoming):
    """When families are asked this school year, and by when they answer."""

    opened_on: DayIn
    due_on: DayIn


class RoundOut(Outgoing):
    """A school year's permission round."""

    school_year: str
    opened_on: date
    due_on: date


class EventOut(Outgoing):
    """Something in the calendar; `id` is a draft's `event_id`."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    synonyms: list[str]


class EventPage(Outgoing):
    """A page of the calendar, earliest first."""

    items: list[EventOut]
    next: str | None


class PermissionIn(Incoming):
    """What one family, or the child, says to being shown in posts."""

    answer: Literal["granted", "refused", "not_answered", "withdrawn"]
    channel: Short = "social-media"
    told_by: Short = Field(default="", description="Who told the school, such as `parent` or `child`.")
    told_on: DayIn | None = None
    form: Short = Field(default="", description="Which form, or how.")


class PermissionOut(Outgoing):
    """What holds now."""

    pupil: str
    answer: str
    may_be_shown: bool
    note: str = Field(description="Why what was just said does not decide it, in plain words; else empty.")


class BiometricIn(Incoming):
    """What one person with a say in it answered to face matching of this child."""

    actor: Literal["parent", "carer", "local_authority", "voluntary_organisation", "child"]
    decision: Literal["consent", "withdraw", "object"]
    in_writing: StrictBool = False
    received_on: DayIn
    contact: Short = Field(default="", description="Which parent, as the school knows them; two parents differ by it.")
    notice_sent_on: DayIn | None = Field(default=None, description="When this person was told in writing beforehand.")


class BiometricOut(Outgoing):
    """Whether the child's face may be matched now: computed from all responses, never set."""

    pupil: str
    valid: bool


class ReferenceOut(Outgoing):
    """A reference photo that was taken."""

    id: str
    pupil: str
    box: BoxOut
    taken_on: date | None


class PupilOut(Outgoing):
    """A child of the roster, for holders of ``register:write`` alone."""

    id: str
    upn: str
    legal_first: str
    legal_surname: str
    preferred_first: str
    preferred_surname: str
    year: str
    class_name: str
    left_on: date | None = Field(description="Null while on roll. Names stay guarded for a while after leaving.")
    may_be_shown: bool


class PupilPage(Outgoing):
    """A page of pupils."""

    items: list[PupilOut]
    next: str | None


class Health(Outgoing):
    """Whether the service works, and what does not."""

    status: Literal["ok", "failing"]
    checks: dict[str, str] = Field(default_factory=dict)


class FaultOut(BaseModel):
    """One thing wrong with what was sent: a JSON pointer, or ``#/line/7`` of a file, and words."""

    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457 problem details."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/photo-too-large",
                    "title": "Too large",
                    "status": 413,
                    "detail": "The photo has 25,000,000 bytes; 20,000,000 are taken.",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultOut] | None = None
    request_id: str | None = Field(default=None, description="As in the header X-Request-ID; the log tells more.")
