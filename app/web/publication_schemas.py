"""Publications as they go in and out as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, StrictBool, StringConstraints

from app.publishing.planning import LONGEST_REASON
from app.store import Store, attempts, drafts, publications
from app.store.attempts import AttemptOutcome
from app.store.holding import Holding
from app.web.schemas import UNSTORABLE, Incoming, InstantIn, Outgoing


def _clean(text: str) -> str:
    if UNSTORABLE.search(text):
        raise ValueError("must not hold NUL characters or lone surrogates")
    return text


Reason = Annotated[str, StringConstraints(max_length=LONGEST_REASON), AfterValidator(_clean)]


class PlanIn(Incoming):
    """When an approved draft is to go out."""

    publish_at: InstantIn | None = Field(default=None, description="Null: as soon as it may.")
    reason: Reason = Field(description="Why then; kept with the draft.")


class ReasonIn(Incoming):
    """Why."""

    reason: Reason


class PostedIn(Incoming):
    """Where a draft stands that a person posted or found."""

    url: Annotated[str, StringConstraints(max_length=400), AfterValidator(_clean)] = Field(
        description="The address of the post, on the draft's account."
    )


class PauseIn(Incoming):
    """Hold everything that is to be published, or go on."""

    paused: StrictBool
    reason: Reason = Field(default="", description="Needed to pause.")


class PauseOut(Outgoing):
    """Whether everything is held."""

    paused: bool
    reason: str
    problem: str = Field(
        description="A word for why the service itself paused, such as `no-credit`; empty for a person."
    )
    since: AwareDatetime | None


State = Literal[
    "waiting",
    "held",
    "task",
    "rehearsed",
    "posting",
    "uncertain",
    "published",
    "failed",
    "taking-down",
    "taken-down",
    "ended",
]


class PublicationOut(Outgoing):
    """An approved draft on its way out. ``rehearsed``: no account is connected, nothing went out."""

    draft_id: str
    stage: str
    state: State
    publish_at: AwareDatetime | None = Field(description="When somebody wants it out.")
    due_at: AwareDatetime | None = Field(description="When it is its turn.")
    why_then: Literal["now", "wanted", "event", "hours", "rate", "again"]
    problem: str = Field(description="A word for what holds it; empty where nothing does.")
    words: str
    publisher: str = Field(description="`x`, `manual` or `dry-run`; empty before the first attempt.")
    post_id: str | None
    url: str | None
    updated_at: AwareDatetime


class PublicationPage(Outgoing):
    """A page of publications."""

    items: list[PublicationOut]
    next: str | None


def publication_out(store: Store, draft_id: str) -> PublicationOut:
    """A publication as JSON; NotFound where the draft was never approved."""
    one = publications.get(store, draft_id)
    draft = drafts.get(store, draft_id)
    attempt = attempts.find(store, draft_id, one.revision)
    posted = attempt is not None and attempt.outcome is AttemptOutcome.POSTED
    return PublicationOut(
        draft_id=draft_id,
        stage=draft.stage.value,
        state=one.state.value,
        publish_at=one.wanted_at,
        due_at=one.due_at,
        why_then=one.why_then.value,
        problem=one.problem,
        words=one.words,
        publisher=attempt.publisher if attempt else "",
        post_id=attempt.post_id if attempt and posted else None,
        url=attempt.url if attempt and posted else None,
        updated_at=one.updated_at,
    )


def pause_out(held: Holding) -> PauseOut:
    """The switch as JSON."""
    return PauseOut(paused=held.paused, reason=held.reason, problem=held.problem, since=held.paused_at)
