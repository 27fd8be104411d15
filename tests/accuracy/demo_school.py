"""The demo school as the text checks know it, and the judgement of a draft's words by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from app import rules
from app.domain import Account, Draft, Evidence, Photo, PhotoFacts, SchoolFacts, Verdict
from app.policy import Policy, load_default
from app.text import Guide, NameIndex, read
from benchmarks.rosters import demo_pupils, demo_staff

ROOT = Path(__file__).parent.parent.parent
HANDLE = "whitehouseps"
FRIDAY = datetime(2026, 11, 13, 15, 40, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class School:
    """What is needed to judge words."""

    guide: Guide
    facts: SchoolFacts
    policy: Policy = field(default_factory=load_default)

    def judge(self, text: str, channel: str = "text", now: datetime = FRIDAY) -> Verdict:
        """The verdict on these words where they stand in the channel: text, alt, ocr or filename.

        In another channel than the text, the text is empty, and what the rules say of the bare photo is left in.
        """
        photo = Photo(
            sha256="0" * 64,
            alt_text=text if channel == "alt" else "",
            file_name=text if channel == "filename" else "",
        )
        seen = PhotoFacts(picture_text=text if channel == "ocr" else "")
        in_text = channel == "text"
        draft = Draft(text if in_text else "", account=HANDLE, photos=() if in_text else (photo,))
        photos = () if in_text else (seen,)
        evidence = Evidence(draft, read(draft, photos, self.guide, now), photos, self.facts, now)
        return rules.judge(evidence, self.policy, "none")


@cache
def the_school() -> School:
    """The demo school, its roster as fresh as can be."""
    accounts = (Account(HANDLE),)
    return School(
        Guide(NameIndex.build(demo_pupils(), demo_staff()), accounts=frozenset({HANDLE})),
        SchoolFacts(accounts=accounts, roster_as_of=FRIDAY, permissions_as_of=FRIDAY),
    )
