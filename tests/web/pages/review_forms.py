"""What the forms of a draft's page hold, and what stands on it, read out of its HTML."""

from __future__ import annotations

import re
from datetime import date, timedelta

from app import register
from app.domain import Box, Stage
from app.store import drafts, policies
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.vision import paper
from tests.web.conftest import NOW, REFUSED, School
from tests.web.pages.forms import COLOURS, drawn

GROUP = ((drawn(), "Children planting bulbs"),)


def id_of(place: str) -> str:
    return place.removeprefix("/drafts/")


def stage_at(school: School, place: str) -> Stage:
    with school.read() as store:
        return drafts.get(store, id_of(place)).stage


def digest_on(page: str) -> str:
    (digest,) = set(re.findall('name="digest" value="([0-9a-f]{64})"', page))
    return str(digest)


def seen_on(page: str) -> str:
    (seen,) = set(re.findall('name="seen" value="([0-9a-f]+)"', page))
    return str(seen)


def asked_on(page: str) -> list[str]:
    return sorted(set(re.findall('name="(answer-[0-9a-f]+)"', page)))


def compared_on(page: str) -> list[str]:
    return sorted(set(re.findall('name="(same-[0-9]+-[0-9]+-[0-9a-f]+)"', page)))


def pictures_on(page: str) -> list[str]:
    return sorted(set(re.findall('(?:href|src|data-[a-z]+)="(/pictures/[^"]+)"', page)))


def fault_on(page: str) -> str:
    (fault,) = re.findall(r'(?s)<div class="fault" role="alert">(.*?)</div>', page)
    return str(fault)


def approval(page: str) -> dict[str, str]:
    """The fields that approve the draft of that page, with every child of the roll-call not seen and all accepted."""
    seen = seen_on(page)
    answers = dict.fromkeys(asked_on(page), "not-in-photo")
    return {"decision": "approve", "digest": digest_on(page), "seen": seen, "accepted": seen, **answers}


def enrol_alice(school: School) -> str:
    """Put one refused child's face on record, and have faces compared with those on record."""
    child = school.pupil(REFUSED[0]).id
    with school.write() as store:
        current = policies.current(store)
        assert current is not None
        source = re.sub("(?m)^matching = .*$", 'matching = "enrolled"', current.source)
        policies.add(store, source, by="test", now=NOW + timedelta(seconds=1))
    day = date(2026, 9, 1)
    consent = Response(child, Actor.PARENT, BiometricDecision.CONSENT, in_writing=True, received_on=day)
    told = Notice(child, "mother", day)
    register.record_response(school.office, child, consent, [told], by="test", now=NOW)
    photo = paper.png(faces=[(COLOURS[0], Box(200, 100, 400, 360))])
    register.add_reference_photo(school.office, child, photo, school.service.eyes, by="test", now=NOW)
    return child
