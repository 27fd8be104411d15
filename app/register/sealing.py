"""What an audit line about one child's answers was truly about: told in the trail, and legible for the lead alone.

A hold must look like an ordinary no in the trail too, and the trail must still prove who set it. So every such line
carries a seal of the same length, which says what was done.
"""

from __future__ import annotations

from enum import StrEnum

from app.vault import SealBroken, Vault

_LENGTH = 8
_PURPOSE = "audit doing"


class Doing(StrEnum):
    """What was done; no longer than eight letters."""

    TOLD = "told"
    HOLD = "hold"
    LIFT = "lift"
    END = "end"
    READ = "read"
    REASON = "reason"


def seal_doing(vault: Vault, doing: Doing) -> str:
    """The seal for an audit line, in hexadecimal; of the same length whatever was done."""
    return vault.seal(doing.value.ljust(_LENGTH).encode(), _PURPOSE).hex()


def open_doing(vault: Vault, sealed: object) -> Doing | None:
    """What was done; None where a line has no seal, or one that this key does not open."""
    try:
        return Doing(vault.open(bytes.fromhex(str(sealed)), _PURPOSE).decode().strip())
    except (ValueError, SealBroken):
        return None
