"""What is worth knowing of a text before it is posted, and is no finding: it changes no verdict."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import Draft, TextFacts
from app.policy import Policy
from app.text.length import measure


def notes(draft: Draft, facts: TextFacts, policy: Policy) -> Iterator[str]:
    """The notes in words for the author. What could not be read (``TextFacts.unread``) yields none."""
    if "length" not in facts.unread:
        lengths = measure(draft.text)
        fewer, more = sorted((lengths.reference, lengths.current))
        if fewer != more:
            yield f"X may count {fewer} or {more} characters; the larger one decides."
    if facts.urls and policy.costs:
        costs = policy.costs
        yield (
            f"A post with a link costs the school about {costs.money(costs.post_with_link)} to publish through X's"
            f" interface, one without {costs.money(costs.post)}."
        )
