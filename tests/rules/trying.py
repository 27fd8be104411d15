"""Trying one rule on evidence."""

from __future__ import annotations

from app.domain import Evidence
from app.policy import Policy, load_default
from app.rules import Remark, Rule


def remarks(rule: Rule, evidence: Evidence, policy: Policy | None = None) -> list[Remark]:
    """All that the rule remarks on."""
    return list(rule.check(evidence, policy or load_default()))
