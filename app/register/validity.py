"""Whether a child's face may be on record (Protection of Freedoms Act 2012, ss. 26-28): computed, never a switch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from app.store import Store, biometrics, dpias, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.store.dpias import Dpia, generation

_IDENTIFIABLE = frozenset({Actor.CHILD, Actor.LOCAL_AUTHORITY, Actor.VOLUNTARY_ORGANISATION})

MISTAKEN = "entered_in_error"
"""In the place of an exemption: nobody of that name has parental responsibility."""


class Lack(StrEnum):
    """What keeps a child's face from being on record."""

    DPIA = "no-dpia"
    NOT_ON_ROLL = "not-on-roll"
    CONTACTS = "no-contacts"
    NOT_TOLD = "not-told"
    TOLD_OF_AN_OLDER_USE = "told-of-an-older-use"
    CONSENT = "no-written-consent"
    CONSENT_TO_AN_OLDER_USE = "consent-to-an-older-use"
    OBJECTION = "objection"
    REFUSAL = "child-refuses"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One thing that is lacking, and of which contact, if of one."""

    lack: Lack
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody with parental responsibility, and how they stand: told of the use as it is now, exempt, or neither."""

    name: str
    told_on: date | None = None
    exemption: str = ""
    told_of_an_older_use: bool = False

    @property
    def is_settled(self) -> bool:
        """Told in writing, or exempt."""
        return self.told_on is not None or bool(self.exemption)


def biometric_valid(responses: Sequence[Response], notices: Sequence[Notice], dpia: Dpia | None, on: date) -> bool:
    """Whether one child's face may be processed on that day; unless all is on record, it may not."""
    return not why_not(responses, notices, dpia, on)


def why_not(
    responses: Sequence[Response], notices: Sequence[Notice], dpia: Dpia | None, on: date
) -> tuple[WhyNot, ...]:
    """All that keeps one child's face from being processed on that day; nothing: it may be.

    Needed are: an assessment in force; a notice of the use that it describes, or an exemption, for every
    contact on record and for one at least; a written consent to that use of a parent, or of whoever stands in
    a parent's place; and nobody's no. A no counts in any form and to whichever use. It is taken back only by a
    later yes of whoever gave it, in writing if not the child: where that is not known to be the same person,
    as among several parents, it stays.
    """
    so_far = [response for response in responses if response.received_on <= on]
    contacts = contacts_of(responses, notices, dpia, on)
    lacking = [] if dpia else [WhyNot(Lack.DPIA)]
    if not contacts:
        lacking.append(WhyNot(Lack.CONTACTS))
    for contact in contacts:
        if not contact.is_settled:
            lack = Lack.TOLD_OF_AN_OLDER_USE if contact.told_of_an_older_use else Lack.NOT_TOLD
            lacking.append(WhyNot(lack, contact.name))
    consents = [one for one in so_far if _consents(one) and one.actor is not Actor.CHILD]
    if not any(_is_of(one.dpia_version, dpia) for one in consents):
        lacking.append(WhyNot(Lack.CONSENT_TO_AN_OLDER_USE if consents else Lack.CONSENT))
    lacking += [_no(one) for one in standing_noes(so_far, len(contacts))]
    return tuple(dict.fromkeys(lacking))


def contacts_of(
    responses: Iterable[Response], notices: Iterable[Notice], dpia: Dpia | None, on: date
) -> tuple[Contact, ...]:
    """Everybody known to have a say for one child, by name.

    Whoever has answered is known, whether or not anybody thought to tell them before.
    """
    given: dict[str, list[Notice]] = {}
    for notice in notices:
        given.setdefault(notice.contact.casefold(), []).append(notice)
    answered = {
        one.contact.casefold(): one.contact for one in responses if one.contact and one.actor is not Actor.CHILD
    }
    known = {key: every[0].contact for key, every in given.items() if every[-1].exemption != MISTAKEN} | {
        key: name for key, name in answered.items() if key not in given or given[key][-1].exemption == MISTAKEN
    }
    return tuple(_contact(name, given.get(key, []), dpia, on) for key, name in sorted(known.items()))


def _contact(name: str, notices: Sequence[Notice], dpia: Dpia | None, on: date) -> Contact:
    told = [one for one in notices if one.sent_on is not None and one.sent_on <= on]
    present = [one.sent_on for one in told if _is_of(one.dpia_version, dpia)]
    exemption = next((one.exemption for one in reversed(notices) if one.exemption and one.exemption != MISTAKEN), "")
    return Contact(name, present[-1] if present else None, exemption, told_of_an_older_use=bool(told) and not present)


def standing_noes(responses: Sequence[Response], contacts: int) -> tuple[Response, ...]:
    """The noes that whoever gave them has not taken back; ``contacts`` is how many have a say."""
    return tuple(one for at, one in enumerate(responses) if _is_no(one) and _stands(at, responses, contacts))


def awaits_writing(response: Response, responses: Sequence[Response]) -> bool:
    """Whether this is an adult's spoken no, acted on already, which the law wants confirmed in writing and was not yet."""
    if not _is_no(response) or response.in_writing or response.actor is Actor.CHILD:
        return False
    return not any(_is_no(one) and one.in_writing and _person(one) == _person(response) for one in responses)


def asked_anew(responses: Sequence[Response], notices: Sequence[Notice], dpia: Dpia | None, on: date) -> bool:
    """Whether nothing stands against the child's face on record but that its use was assessed anew since they answered."""
    lacks = {one.lack for one in why_not(responses, notices, dpia, on)}
    return Lack.CONSENT_TO_AN_OLDER_USE in lacks and not lacks & {Lack.OBJECTION, Lack.REFUSAL}


def _no(response: Response) -> WhyNot:
    if response.actor is Actor.CHILD:
        return WhyNot(Lack.REFUSAL)
    return WhyNot(Lack.OBJECTION, response.contact or response.actor.value.replace("_", " "))


def _is_of(version: str, dpia: Dpia | None) -> bool:
    """Whether what bears that version is about the use as it is assessed now."""
    return dpia is not None and bool(version) and generation(version) == dpia.generation


def _is_no(response: Response) -> bool:
    return response.decision is not BiometricDecision.CONSENT


def _consents(response: Response) -> bool:
    in_form = response.in_writing or response.actor is Actor.CHILD
    return response.decision is BiometricDecision.CONSENT and in_form


def _person(response: Response) -> tuple[Actor, str]:
    """Who answered, as far as it is known."""
    return response.actor, "" if response.actor in _IDENTIFIABLE else response.contact.casefold()


def _stands(at: int, responses: Sequence[Response], contacts: int) -> bool:
    """Whether the no at that place was not taken back by the same person."""
    no = responses[at]
    if no.actor not in _IDENTIFIABLE and not no.contact and contacts > 1:
        return True
    later = [one for one in responses[at + 1 :] if _is_same(one, no, contacts) and one.received_on >= no.received_on]
    return not later or not _consents(later[-1])


def _is_same(one: Response, no: Response, contacts: int) -> bool:
    """Whether the same person gave both; with one contact alone it need not be said which."""
    if one.actor is not no.actor:
        return False
    return _person(one) == _person(no) or (contacts == 1 and not (one.contact and no.contact))


def valid_pupils(store: Store, on: date) -> frozenset[str]:
    """The pupils on roll whose faces may be on record that day; nobody without an assessment."""
    dpia = dpias.current(store)
    responses = of_each(biometrics.responses(store))
    if dpia is None or not responses:
        return frozenset()
    notices = of_each(biometrics.notices(store))
    on_roll = {pupil.id for pupil in roster.every(store) if pupil.left_on is None}
    return frozenset(
        pupil
        for pupil, given in responses.items()
        if pupil in on_roll and biometric_valid(given, notices.get(pupil, ()), dpia, on)
    )


_Said = TypeVar("_Said", Response, Notice)


def of_each(every: Iterable[_Said]) -> dict[str, list[_Said]]:
    """Responses or notices by pupil."""
    by_pupil: dict[str, list[_Said]] = {}
    for one in every:
        by_pupil.setdefault(one.pupil, []).append(one)
    return by_pupil
