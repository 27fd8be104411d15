"""Whether an approved draft is still what was approved: byte for byte, and by the register and policy of now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain import Finding, Outcome, Verdict
from app.errors import FledglingError
from app.publishing.press import Press
from app.store import Store, drafts, photos, verdicts
from app.store.drafts import StoredDraft
from app.store.photos import StoredPhoto
from app.store.verdicts import Decision, DecisionKind, StoredVerdict
from app.vault import PhotoFiles
from app.vetting import Submitted, Vetted, vet


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved draft, its photos, the last verdict on it and who approved it."""

    draft: StoredDraft
    photos: tuple[StoredPhoto, ...]
    verdict: StoredVerdict
    decision: Decision


@dataclass(frozen=True, slots=True)
class Broken:
    """What is stored is not what was approved, or cannot be read: nothing of it goes out. ``words`` are for a person."""

    words: str


def read(store: Store, draft_id: str) -> Approved | Broken:
    """The draft as it was approved; Broken where the record does not fit together."""
    draft = drafts.get(store, draft_id)
    verdict = verdicts.latest(store, [draft_id]).get(draft_id)
    said = [one for one in verdicts.decisions(store, [draft_id])[draft_id] if one.revision == draft.revision]
    if verdict is None or not said or said[-1].decision is not DecisionKind.APPROVE:
        return Broken("Nobody approved this version of the draft.")
    digests = {draft.digest, draft.draft.digest, said[-1].digest, verdict.verdict.digest}
    if len(digests) > 1 or verdict.revision != draft.revision:
        return Broken("The draft is not the one that was approved.")
    found = photos.find_each(store, [photo.id or "" for photo in draft.draft.photos])
    return Approved(draft, tuple(found[photo.id or ""] for photo in draft.draft.photos), verdict, said[-1])


def whole(approved: Approved, files: PhotoFiles) -> Broken | None:
    """Broken where a picture is gone, or is not byte for byte the one that was approved."""
    for number, photo in enumerate(approved.draft.draft.photos, 1):
        try:
            files.get(photo.sha256)
        except FledglingError:
            return Broken(f"Photo {number} is missing, or not the one that was approved.")
    return None


def is_fresh(approved: Approved, press: Press, register_version: int, engine: str, now: datetime) -> bool:
    """Whether the last verdict still stands: by this register, policy and engine, and of this very day."""
    said = approved.verdict.verdict
    return (
        approved.verdict.register_version == register_version
        and said.policy == press.policy.reference
        and said.engine == engine
        and press.policy.day_of(said.vetted_at) == press.policy.day_of(now)
    )


def vet_again(approved: Approved, press: Press, now: datetime) -> Vetted:
    """The verdict of now on an approved draft."""
    submitted = [
        _submitted(stored, photo.alt_text, press.files)
        for stored, photo in zip(approved.photos, approved.draft.draft.photos, strict=True)
    ]
    return vet(approved.draft.draft, submitted, press.snapshot(now), press.eyes, press.policy, now)


def _submitted(stored: StoredPhoto, alt_text: str, files: PhotoFiles) -> Submitted:
    photo = replace(stored.photo, alt_text=alt_text)
    return Submitted(photo, stored.width, stored.height, lambda: files.get(photo.sha256))


def is_worse(new: Verdict, approved: Verdict) -> bool:
    """Whether the approver did not know of something that a person would have to look at: a finding, a child, a harder outcome."""
    return any(not _known(finding, approved.findings) for finding in new.findings if finding.outcome >= Outcome.REFER)


def _known(finding: Finding, before: Iterable[Finding]) -> bool:
    return any(
        one.rule == finding.rule
        and one.outcome >= finding.outcome
        and one.where == finding.where
        and set(finding.pupils) <= set(one.pupils)
        for one in before
    )
