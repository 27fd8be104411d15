"""The school's other programs: they are told what happened here, and what the website brings becomes drafts.

``telling`` hands events on and delivers them, ``reading`` polls feeds. Both do what is due when they are called, and are right with
several processes at once.
"""

from app.exchange.reading import Desk, read_due
from app.exchange.telling import Teller, deliver_due, hand_on

__all__ = ["Desk", "Teller", "deliver_due", "hand_on", "read_due"]
