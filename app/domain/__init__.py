"""The words everything else is said in: drafts, facts, findings, verdicts, stages.

Standard library only. All values are frozen; instants are aware and in UTC; boxes are pixels
of the upright photo, origin top left; spans count code points of the text as it was sent, half open.
"""

from app.domain.drafts import X_SITE, Draft, Photo, account_of, hash_of
from app.domain.judging import Evidence, Finding, Verdict
from app.domain.outcomes import Answer, Outcome
from app.domain.photos import Composition, Face, LineUp, Match, Matching, PhotoFacts, Unseen
from app.domain.places import Box, Field, Region, Where, Words
from app.domain.school import Account, ChildNotShown, Event, Pupil, SchoolFacts, StaffMember, fold_class, fold_handle
from app.domain.stages import MOVES, QUEUED, Stage, stage_of
from app.domain.words import Certainty, Cue, Entity, EventNamed, NameFound, TextFacts, Topic

__all__ = [
    "MOVES",
    "QUEUED",
    "X_SITE",
    "Account",
    "Answer",
    "Box",
    "Certainty",
    "ChildNotShown",
    "Composition",
    "Cue",
    "Draft",
    "Entity",
    "Event",
    "EventNamed",
    "Evidence",
    "Face",
    "Field",
    "Finding",
    "LineUp",
    "Match",
    "Matching",
    "NameFound",
    "Outcome",
    "Photo",
    "PhotoFacts",
    "Pupil",
    "Region",
    "SchoolFacts",
    "StaffMember",
    "Stage",
    "TextFacts",
    "Topic",
    "Unseen",
    "Verdict",
    "Where",
    "Words",
    "account_of",
    "fold_class",
    "fold_handle",
    "hash_of",
    "stage_of",
]
