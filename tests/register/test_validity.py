"""Biometric validity: it takes a notice to all, a written yes, and nobody's no."""

from __future__ import annotations

from datetime import date

import pytest

from app.register.validity import biometric_valid
from app.store.biometrics import Actor, BiometricDecision, Notice, Response

DAY = date(2026, 11, 22)
CONSENT, WITHDRAW, OBJECT = BiometricDecision
MOTHER = Notice("p1", "Mother", date(2026, 9, 1))
FATHER = Notice("p1", "Father", date(2026, 9, 1))


def said(decision: BiometricDecision, day: int, actor: Actor = Actor.PARENT, in_writing: bool = True) -> Response:
    return Response("p1", actor, decision, in_writing, date(2026, 10, day))


YES = said(CONSENT, 1)


@pytest.mark.parametrize(
    ("responses", "notices", "valid"),
    [
        ([YES], [MOTHER], True),
        ([YES], [MOTHER, FATHER], True),
        ([YES], [MOTHER, Notice("p1", "Father", exemption="not_found")], True),
        ([said(CONSENT, 1, Actor.LOCAL_AUTHORITY)], [MOTHER], True),
        ([], [MOTHER], False),
        ([YES], [], False),
        ([YES], [MOTHER, Notice("p1", "Father")], False),
        ([YES], [MOTHER, Notice("p1", "father"), FATHER], True),
        ([YES], [Notice("p1", "Mother", date(2026, 12, 1))], False),
        ([said(CONSENT, 1, in_writing=False)], [MOTHER], False),
        ([said(CONSENT, 1, Actor.CHILD)], [MOTHER], False),
        ([Response("p1", Actor.PARENT, CONSENT, True, date(2026, 12, 1))], [MOTHER], False),
        # a no, in any form
        ([YES, said(WITHDRAW, 2, in_writing=False)], [MOTHER], False),
        ([YES, said(OBJECT, 2)], [MOTHER, FATHER], False),
        ([said(OBJECT, 1), said(CONSENT, 2)], [MOTHER, FATHER], False),
        ([YES, said(OBJECT, 2, Actor.CHILD, in_writing=False)], [MOTHER], False),
        # taken back by the same person
        ([said(OBJECT, 1), said(CONSENT, 2)], [MOTHER], True),
        ([said(OBJECT, 1), said(CONSENT, 2, in_writing=False)], [MOTHER], False),
        ([said(OBJECT, 1), said(CONSENT, 2), said(WITHDRAW, 3)], [MOTHER], False),
        ([YES, said(OBJECT, 2, Actor.CHILD), said(CONSENT, 3, Actor.CHILD, in_writing=False)], [MOTHER], True),
        ([YES, said(OBJECT, 2, Actor.CHILD), said(CONSENT, 3)], [MOTHER], False),
    ],
)
def test_validity(responses: list[Response], notices: list[Notice], valid: bool) -> None:
    assert biometric_valid(responses, notices, DAY) is valid
