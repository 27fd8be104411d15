"""The judging floor: facts in, findings out, nothing else."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence

from app.domain import Evidence, Finding, Outcome, Verdict
from app.policy import Policy
from app.rules import accounts, children, events, names, photos, review, wording
from app.rules.rule import Remark, Rule

__all__ = ["CITED", "RULES", "Remark", "Rule", "judge"]

RULES: tuple[Rule, ...] = (
    wording.empty,
    wording.too_long,
    wording.offensive,
    wording.undermining,
    wording.private_details,
    wording.sensitive_fact,
    wording.letter_home,
    wording.accidental_link,
    names.pupil_named,
    names.perhaps_pupil,
    names.with_picture,
    accounts.personal_feed,
    accounts.private_discussion,
    accounts.repost,
    accounts.reply,
    accounts.not_ours,
    events.not_yet_over,
    photos.individual,
    photos.identifiable,
    photos.no_alt_text,
    photos.unseen,
    photos.location_stripped,
    children.opted_out,
    children.perhaps_opted_out,
    children.roll_call,
    children.register_stale,
    review.review_overdue,
)
"""Every rule there is, in the order of the contract."""

CITED: Mapping[str, str] = {rule.id: rule.clause for rule in RULES}
"""The clause every rule cites, for checking a school's own policy."""

_log = logging.getLogger(__name__)


def judge(evidence: Evidence, policy: Policy, engine: str, rules: Sequence[Rule] = RULES) -> Verdict:
    """All that the rules find; ``engine`` names what looked at the photos.

    A rule that raises keeps what it had found and adds a finding to be referred; it never ends the judging.
    """
    findings = tuple(finding for rule in rules for finding in _findings(rule, evidence, policy))
    return Verdict(findings, policy.reference, engine, evidence.draft.digest, evidence.now)


def _findings(rule: Rule, evidence: Evidence, policy: Policy) -> Iterator[Finding]:
    try:
        for remark in rule.check(evidence, policy):
            outcome = policy.outcome(rule.id, rule.outcome)
            yield _finding(rule, remark, policy, max(outcome, Outcome.REFER) if remark.unmade else outcome)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person must look
        # The kind alone: what the error says, or its trace, may quote the draft.
        _log.error("rule %s could not be applied: %s", rule.id, type(error).__name__)
        yield _finding(rule, _BROKEN, policy, Outcome.REFER)


_BROKEN = Remark("This check could not be made.", "Look for it yourself, and tell whoever runs Fledgling.")


def _finding(rule: Rule, remark: Remark, policy: Policy, outcome: Outcome) -> Finding:
    return Finding(
        rule=rule.id,
        outcome=outcome,
        title=rule.title,
        clause=rule.clause,
        clause_text=policy.clause_text(rule.clause),
        message=remark.message,
        hint=remark.hint,
        where=remark.where,
        pupils=remark.pupils,
        instead=remark.instead,
    )
