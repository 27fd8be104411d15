"""Taking in a policy: a new version, and who decided where it gives silence another meaning."""

from __future__ import annotations

from datetime import datetime

from app.errors import Fault, Malformed
from app.policy import parse
from app.register import version
from app.register.office import Office
from app.store import Store, audit, policies
from app.store.policies import PolicyVersion

LONGEST = 200  # characters


class DecisionMissing(Malformed):
    """The file gives a family's silence another meaning, and nobody was said to have decided that."""

    slug = "decision-missing"


def adopt_policy(office: Office, source: str, *, decided_by: str = "", by: str, now: datetime) -> PolicyVersion:
    """Make ``source`` the school's policy; ``office`` is the one under the policy before.

    DecisionMissing where it changes what a blank answer means and does not say who ``decided_by``; then nothing is
    done. Their name or role goes into the audit trail.
    """
    decided = " ".join(decided_by.split())
    wanted, before = parse(source), office.policy
    if len(decided) > LONGEST:
        raise Malformed("That is too long.", errors=(Fault("#/decided_by", f"has more than {LONGEST} characters"),))
    changes = wanted.not_answered is not before.not_answered
    if changes and not decided:
        raise DecisionMissing(
            f"This policy changes what no answer means from {before.not_answered} to {wanted.not_answered}: "
            "say who decided that.",
            errors=(Fault("#/decided_by", "is missing"),),
        )
    with office.database.write() as session:
        store = Store(session, office.school_id)
        added = policies.add(store, source, by=by, now=now)
        if changes:
            detail = {
                "from": str(before.not_answered),
                "to": str(wanted.not_answered),
                "decided_by": decided,
                "policy": added.version,
            }
            audit.append(store, audit.Action.SILENCE_DECIDE, office.school_id, detail, by=by, now=now)
        version.stamp(store, wanted, now)
    return added
