"""Whether a child's face may be on record (Protection of Freedoms Act 2012, ss. 26-28): computed, never a switch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from app.store import Store, biometrics, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response

_IDENTIFIABLE = frozenset({Actor.CHILD, Actor.LOCAL_AUTHORITY, Actor.VOLUNTARY_ORGANISATION})


def biometric_valid(responses: Sequence[Response], notices: Sequence[Notice], on: date) -> bool:
    """Whether one child's face may be processed on that day; unless all is on record, it may not.

    Needed are: a notice sent, or an exemption, for every contact on record and for one at least; a
    written consent of a parent, or of whoever stands in a parent's place; and nobody's no. A no
    counts in any form. It is taken back only by a later yes of whoever gave it, in writing if not
    the child: where that is not known to be the same person, as among several parents, it stays.
    """
    so_far = [response for response in responses if response.received_on <= on]
    told = {notice.contact.casefold() for notice in notices if _is_told(notice, on)}
    contacts = {notice.contact.casefold() for notice in notices}
    if not contacts or contacts - told:
        return False
    if not any(_consents(response) and response.actor is not Actor.CHILD for response in so_far):
        return False
    return not any(_stands(at, so_far, len(contacts)) for at, response in enumerate(so_far) if _is_no(response))


def _is_told(notice: Notice, on: date) -> bool:
    return bool(notice.exemption) or (notice.sent_on is not None and notice.sent_on <= on)


def _is_no(response: Response) -> bool:
    return response.decision is not BiometricDecision.CONSENT


def _consents(response: Response) -> bool:
    in_form = response.in_writing or response.actor is Actor.CHILD
    return response.decision is BiometricDecision.CONSENT and in_form


def _stands(at: int, responses: Sequence[Response], contacts: int) -> bool:
    """Whether the no at that place was not taken back by the same person."""
    no = responses[at]
    if no.actor not in _IDENTIFIABLE and contacts > 1:
        return True
    later = [one for one in responses[at + 1 :] if one.actor is no.actor and one.received_on >= no.received_on]
    return not later or not _consents(later[-1])


def valid_pupils(store: Store, on: date) -> frozenset[str]:
    """The pupils on roll whose faces may be on record that day."""
    responses: dict[str, list[Response]] = {}
    for response in biometrics.responses(store):
        responses.setdefault(response.pupil, []).append(response)
    if not responses:
        return frozenset()
    notices: dict[str, list[Notice]] = {}
    for notice in biometrics.notices(store):
        notices.setdefault(notice.pupil, []).append(notice)
    on_roll = {pupil.id for pupil in roster.every(store) if pupil.left_on is None}
    return frozenset(
        pupil
        for pupil, given in responses.items()
        if pupil in on_roll and biometric_valid(given, notices.get(pupil, []), on)
    )
