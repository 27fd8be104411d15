"""The publisher that is used until an account is connected: everything is checked and put together, nothing goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.integrations.publisher import Done, Posted, Recent


@dataclass(frozen=True, slots=True)
class DryRun:
    """Answers as if everything had been done. What would be posted stands in the attempt's record."""

    name: str = "dry-run"

    def upload(self, data: bytes, media_type: str) -> Done[str]:  # noqa: ARG002 - nothing goes out
        """An id that leads nowhere."""
        return Done("dry-run")

    def describe(self, media_id: str, alt_text: str) -> Done[None]:  # noqa: ARG002
        """Nothing."""
        return Done(None)

    def post(self, text: str, media_ids: Sequence[str]) -> Done[Posted]:  # noqa: ARG002
        """A post that there is not."""
        return Done(Posted("", ""))

    def delete(self, post_id: str) -> Done[None]:  # noqa: ARG002
        """Nothing."""
        return Done(None)

    def find_recent(self, since: datetime) -> Done[tuple[Recent, ...]]:  # noqa: ARG002
        """There is never anything."""
        return Done(())
