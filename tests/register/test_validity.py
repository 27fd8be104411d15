"""Biometric validity: it takes a notice to all, a written yes, and nobody's no."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.register.validity import Lack, WhyNot, asked_anew, awaits_writing, biometric_valid, why_not
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from tests.register.conftest import DPIA

DAY = date(2026, 11, 22)
CONSENT, WITHDRAW, OBJECT = BiometricDecision
MOTHER = Notice("p1", "Mother", date(2026, 9, 1), dpia_version="1.0")
FATHER = Notice("p1", "Father", date(2026, 9, 1), dpia_version="1.0")


def said(
    decision: BiometricDecision, day: int, actor: Actor = Actor.PARENT, in_writing: bool = True, who: str = ""
) -> Response:
    return Response("p1", actor, decision, in_writing, date(2026, 10, day), contact=who, dpia_version="1.0")


YES = said(CONSENT, 1)
BOTH = [MOTHER, FATHER]


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
        ([YES], [Notice("p1", "Mother", date(2026, 12, 1), dpia_version="1.0")], False),
        ([said(CONSENT, 1, in_writing=False)], [MOTHER], False),
        ([said(CONSENT, 1, Actor.CHILD)], [MOTHER], False),
        ([Response("p1", Actor.PARENT, CONSENT, True, date(2026, 12, 1), dpia_version="1.0")], [MOTHER], False),
        # several parents, of whom it is known which one spoke
        (
            [said(CONSENT, 1, who="Mother"), said(CONSENT, 1, who="Father"), said(WITHDRAW, 2, who="Father")],
            BOTH,
            False,
        ),
        ([YES, said(OBJECT, 2, who="Father"), said(CONSENT, 3, who="Mother")], BOTH, False),
        ([YES, said(OBJECT, 2, who="Father"), said(CONSENT, 3, who="father")], BOTH, True),
        ([YES, said(OBJECT, 2, who="Father"), said(CONSENT, 3, in_writing=False, who="Father")], BOTH, False),
        ([YES, said(OBJECT, 2, who="Mother", in_writing=False)], [MOTHER], False),
        ([said(CONSENT, 1, who="Aunt")], [MOTHER], False),
        # the list of contacts
        ([YES], [MOTHER, Notice("p1", "Fahter"), Notice("p1", "fahter", exemption="entered_in_error")], True),
        ([said(CONSENT, 1, who="Father")], [MOTHER, Notice("p1", "Father", exemption="entered_in_error")], False),
        ([YES], [Notice("p1", "Mother", exemption="entered_in_error")], False),
        ([YES], [MOTHER, Notice("p1", "M", exemption="entered_in_error"), Notice("p1", "M")], False),
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
    assert biometric_valid(responses, notices, DPIA, DAY) is valid


def test_only_what_is_about_the_use_as_it_is_now_counts() -> None:
    assert biometric_valid([YES], [MOTHER], replace(DPIA, version="1.9"), DAY), "a smaller change needs no new asking"
    newer = replace(DPIA, version="2.0")
    assert why_not([YES], [MOTHER], newer, DAY) == (
        WhyNot(Lack.TOLD_OF_AN_OLDER_USE, "Mother"),
        WhyNot(Lack.CONSENT_TO_AN_OLDER_USE),
    )
    assert asked_anew([YES], [MOTHER], newer, DAY)
    assert not asked_anew([YES, said(OBJECT, 2)], [MOTHER], newer, DAY), "whoever said no is not asked again"
    assert not asked_anew([YES], [MOTHER], DPIA, DAY)
    told, agreed = replace(MOTHER, dpia_version="2.0"), replace(YES, dpia_version="2.1")
    assert biometric_valid([YES, agreed], [MOTHER, told], newer, DAY)
    assert not biometric_valid([replace(YES, dpia_version="")], [MOTHER], DPIA, DAY)
    assert not biometric_valid([said(OBJECT, 1), agreed], [MOTHER, told, FATHER], newer, DAY), "a no is of every use"


def test_without_an_assessment_nobody_is_valid() -> None:
    assert WhyNot(Lack.DPIA) in why_not([YES], [MOTHER], None, DAY)


def test_what_is_lacking_is_told() -> None:
    assert why_not([], [], DPIA, DAY) == (WhyNot(Lack.CONTACTS), WhyNot(Lack.CONSENT))
    noes = [said(OBJECT, 1, who="Father"), said(OBJECT, 2, Actor.CHILD), said(OBJECT, 3, Actor.LOCAL_AUTHORITY)]
    assert why_not([YES, *noes], [MOTHER, Notice("p1", "Father")], DPIA, DAY) == (
        WhyNot(Lack.NOT_TOLD, "Father"),
        WhyNot(Lack.OBJECTION, "Father"),
        WhyNot(Lack.REFUSAL),
        WhyNot(Lack.OBJECTION, "local authority"),
    )


@pytest.mark.parametrize(
    ("later", "awaited"),
    [
        ([], True),
        ([said(OBJECT, 3, who="Father")], True),
        ([said(OBJECT, 3, who="Mother", in_writing=False)], True),
        ([said(WITHDRAW, 3, who="MOTHER")], False),
    ],
)
def test_a_spoken_no_awaits_its_confirmation_in_writing(later: list[Response], awaited: bool) -> None:
    spoken = said(OBJECT, 2, in_writing=False, who="Mother")
    assert awaits_writing(spoken, [spoken, *later]) is awaited
    assert not awaits_writing(YES, [YES])
    child = said(OBJECT, 2, Actor.CHILD, in_writing=False)
    assert not awaits_writing(child, [child]), "a child need not write"
