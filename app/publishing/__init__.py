"""What happens after approval: when a draft is due, that it is still what was approved, and getting it out, once.

``planning`` says when, ``checking`` whether it still may, ``carrying`` does it bit by bit, ``by_hand`` and ``people``
are what persons do about it, ``sweeping`` finds what nobody is at.
"""

from app.publishing.carrying import PUBLISH, carry_out
from app.publishing.doubles import DryRun
from app.publishing.planning import after_decision, plan_again, publish_job, take_off
from app.publishing.press import Press

__all__ = ["PUBLISH", "DryRun", "Press", "after_decision", "carry_out", "plan_again", "publish_job", "take_off"]
