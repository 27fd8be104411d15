"""A publication in words for people: what it does, what holds it, and what somebody must do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain import QUEUED, Stage, fold_handle
from app.policy import Policy
from app.publishing.timing import lapses_at
from app.store import Store, attempts, drafts, publications
from app.store.attempts import Attempt, AttemptOutcome
from app.store.drafts import StoredDraft
from app.store.publications import Publication, State, WhyThen

_WHY = {
    WhyThen.NOW: "",
    WhyThen.WANTED: "the time that was asked for",
    WhyThen.EVENT: "when its event is over",
    WhyThen.HOURS: "when the school's publishing hours begin",
    WhyThen.RATE: "when the account may be asked again",
    WhyThen.AGAIN: "after something went wrong",
}
_WORDS = {
    State.HELD: "Held: somebody must see to it.",
    State.TASK: "To be posted by hand.",
    State.REHEARSED: "Dry run: everything was checked and put together, and nothing went out.",
    State.POSTING: "Being published.",
    State.UNCERTAIN: "Nobody knows whether it is out: it was sent, and no answer came. Look at the account.",
    State.PUBLISHED: "Published.",
    State.FAILED: "X refused it.",
    State.TAKING_DOWN: "To be taken down by hand.",
    State.TAKEN_DOWN: "It was out, and was taken down.",
}
_PROBLEMS = {
    "taken-off": "It was taken off the plan. Plan it anew when it may go out.",
    "not-posted": "Somebody looked and found that it is not out. Publish it now, or at another time.",
    "broken": "It is not, byte for byte, what was approved. Return it to its author.",
    "fault": "Plan it anew to try again; if it happens again, tell whoever runs this service.",
    "unreachable": "The account could not be reached. Plan it anew to try again.",
    "may-be-out": "It may be out already, by the way that was chosen before. Look at the account.",
    "dry-run": "No account is connected. Publish it once one is.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A publication for a page. ``told`` are sentences; the rest says which forms there are."""

    draft: StoredDraft
    publication: Publication
    attempt: Attempt | None
    told: tuple[str, ...]
    lapses_at: datetime

    @property
    def id(self) -> str:
        """The draft's."""
        return self.draft.id

    @property
    def handle(self) -> str:
        """The account that it is for."""
        return fold_handle(self.draft.draft.account)

    @property
    def in_doubt(self) -> bool:
        """Whether a person is to say what became of it."""
        return (
            self.attempt is not None
            and self.attempt.in_doubt
            and self.publication.state in {State.TASK, State.UNCERTAIN}
        )

    @property
    def may_begin(self) -> bool:
        """Whether a person may post it by hand now."""
        return self.publication.state is State.TASK and self.draft.stage is Stage.APPROVED

    @property
    def is_begun(self) -> bool:
        """Whether a person is posting it by hand."""
        return self.publication.state is State.TASK and self.in_doubt

    @property
    def may_plan(self) -> bool:
        """Whether it can be planned."""
        return self.draft.stage in {Stage.APPROVED, Stage.SCHEDULED, Stage.FAILED} and not self.in_doubt

    @property
    def is_planned(self) -> bool:
        """Whether it can be taken off the plan."""
        return self.may_plan and self.publication.state is State.WAITING

    @property
    def is_out(self) -> bool:
        """Whether it can be taken down."""
        return self.draft.stage is Stage.PUBLISHED

    @property
    def url(self) -> str:
        """Where it stands, or stood."""
        posted = self.attempt is not None and self.attempt.outcome is AttemptOutcome.POSTED
        return self.attempt.url if self.attempt and posted else ""


def shown(store: Store, draft_id: str, policy: Policy) -> Shown | None:
    """The publication of a draft for a page; None where it was never approved, or is before an approver again."""
    publication = publications.find(store, draft_id)
    draft = drafts.get(store, draft_id)
    if publication is None or (draft.stage in QUEUED and publication.state is not State.ENDED):
        return None
    attempt = attempts.find(store, draft_id, publication.revision)
    lapses = lapses_at(publication.approved_at, draft.draft.publish_at, policy)
    return Shown(draft, publication, attempt, tuple(_told(draft, publication, policy)), lapses)


def _told(draft: StoredDraft, publication: Publication, policy: Policy) -> list[str]:
    state, words = publication.state, publication.words
    told = [_WORDS[state]] if state in _WORDS else []
    if state is State.WAITING:
        told.append(_when(draft, publication, policy))
    if publication.problem in _PROBLEMS:
        told.append(_PROBLEMS[publication.problem])
    if words:
        told.append(words)
    return told


def _when(draft: StoredDraft, publication: Publication, policy: Policy) -> str:
    if draft.stage is not Stage.SCHEDULED or publication.due_at is None:
        return "It goes out in a moment."
    local, why = policy.local(publication.due_at), _WHY[publication.why_then]
    return f"It goes out on {local.day} {local:%B %Y, %H:%M}{f', {why}' if why else ''}."
