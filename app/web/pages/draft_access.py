"""Who may see a draft on a page: its author, and whoever reviews."""

from __future__ import annotations

from app.errors import NotFound
from app.store import Store, drafts
from app.web.pages.rendering import Visitor
from app.web.security import Scope


def draft_for(store: Store, visitor: Visitor, draft_id: str) -> drafts.StoredDraft:
    """The draft, if it is theirs or they review; NotFound otherwise."""
    found = drafts.get(store, draft_id)
    if found.draft.author != visitor.principal.id and not visitor.principal.may(Scope.REVIEW):
        raise NotFound("There is no such draft.")
    return found
