from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import (
    Box,
    Certainty,
    Composition,
    Cue,
    Draft,
    Event,
    Evidence,
    Face,
    Field,
    Finding,
    LineUp,
    Match,
    Matching,
    NameFound,
    Outcome,
    Photo,
    PhotoFacts,
    Pupil,
    Region,
    SchoolFacts,
    TextFacts,
    Topic,
    Unseen,
    Words,
)
from app.store.records import (
    read,
    read_evidence,
    read_findings,
    write_evidence,
    write_findings,
)

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
FACE = Face(Box(1, 2, 30, 40), 0.9876543210123, match=Match.CLEAR, pupils=("p1",))
EVIDENCE = Evidence(
    draft=Draft("Half \ud800 of one", photos=(Photo("ab", "alt", metadata=(("artist", "x"),)),), publish_at=NOW),
    text=TextFacts(
        names=(NameFound(Words(0, 4, Field.ALT_TEXT, 0), Certainty.LIKELY, ("p1",)),),
        cues=(Cue(Topic.SENSITIVE, Words(1, 2)),),
    ),
    photos=(
        PhotoFacts(
            composition=Composition.GROUP,
            faces=(FACE,),
            matching=Matching.DONE,
            unseen=(Unseen.BLURRED,),
            line_ups=(LineUp("p1", (0,)),),
            picture_words=((Words(0, 3), Box(1, 2, 3, 4)),),
        ),
    ),
    school=SchoolFacts(staff_handles=frozenset({"b", "a"}), events=(Event("e", "Fair", NOW, NOW),)),
    now=NOW,
)
FINDINGS = (
    Finding("a.b", Outcome.REJECT, "t", "c", "ct", "m", where=Words(1, 2, Field.FILE_NAME, 3)),
    Finding("a.c", Outcome.ADVISE, "t", "c", "ct", "m", "h", Region(1, Box(0, 0, 5, 5)), ("p1", "p2")),
    Finding("a.d", Outcome.REFER, "t", "c", "ct", "m", instead="a Year 4 pupil"),
)


def through_json(written: Any) -> Any:
    return json.loads(json.dumps(written, allow_nan=False))


def test_evidence_comes_back_as_it_was() -> None:
    assert read_evidence(through_json(write_evidence(EVIDENCE))) == EVIDENCE


def test_findings_come_back_as_they_were() -> None:
    assert read_findings(through_json(write_findings(FINDINGS))) == FINDINGS


SENSIBLE = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
SEEN = st.from_type(PhotoFacts).filter(lambda photo: not any(math.isnan(face.score) for face in photo.faces))


@SENSIBLE
@given(st.from_type(Finding), st.from_type(TextFacts), SEEN, st.from_type(Draft))
def test_any_facts_come_back(finding: Finding, words: TextFacts, photo: PhotoFacts, draft: Draft) -> None:
    assert read_findings(through_json(write_findings((finding,)))) == (finding,)
    evidence = replace(EVIDENCE, draft=draft, text=words, photos=(photo,))
    assert read_evidence(through_json(write_evidence(evidence))) == evidence


@pytest.mark.parametrize("score", ["nan", "inf", "-inf"])
def test_a_score_that_is_no_number_can_be_kept(score: str) -> None:
    photo = PhotoFacts(faces=(replace(FACE, score=float(score)),))
    written = through_json(write_evidence(replace(EVIDENCE, photos=(photo,))))
    assert str(read_evidence(written).photos[0].faces[0].score) == score


def test_outcomes_and_places_can_be_read_by_people() -> None:
    written = write_findings(FINDINGS)["findings"]
    assert [finding["outcome"] for finding in written] == ["reject", "advise", "refer"]
    assert written[0]["where"]["field"] == "file_name"


def test_no_vector_and_no_picture_is_ever_written() -> None:
    def values(written: Any) -> list[Any]:
        if isinstance(written, dict):
            return [leaf for value in written.values() for leaf in values(value)]
        if isinstance(written, list):
            return [leaf for value in written for leaf in values(value)]
        return [written]

    written = values(write_evidence(EVIDENCE))
    assert all(leaf is None or isinstance(leaf, str | int | float | bool) for leaf in written)
    assert sum(isinstance(leaf, float) for leaf in written) == 1  # a face's score: no run of numbers


def test_a_field_added_since_takes_its_default() -> None:
    written = through_json(write_evidence(EVIDENCE))
    del written["evidence"]["text"]["cues"]
    written["evidence"]["photos"][0]["gone since"] = 1
    old = read_evidence(written)
    assert old.text == replace(EVIDENCE.text, cues=())
    assert old.photos == EVIDENCE.photos


def test_findings_from_before_there_were_other_words_have_none() -> None:
    written = through_json(write_findings(FINDINGS))
    for finding in written["findings"]:
        del finding["instead"]
    assert [finding.instead for finding in read_findings(written)] == ["", "", ""]


@pytest.mark.parametrize("version", [2, None, "1"])
def test_another_version_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match="version"):
        read_evidence({"version": version, "evidence": {}})
    with pytest.raises(ValueError, match="version"):
        read_findings({"version": version, "findings": []})


def test_what_fits_no_type_is_refused() -> None:
    written = through_json(write_findings(FINDINGS))
    written["findings"][0]["where"] = {"elsewhere": 1}
    with pytest.raises(ValueError, match="none of the types"):
        read_findings(written)
    with pytest.raises(TypeError):
        read(Box, {"left": 1})


def test_days_come_back_as_days() -> None:
    pupil = Pupil("p", "u", "Ann", "Lee", former=("Day",), born_on=NOW.date())
    written = {
        "id": "p",
        "upn": "u",
        "legal_first": "Ann",
        "legal_surname": "Lee",
        "former": ["Day"],
        "born_on": "2026-11-22",
    }
    assert read(Pupil, written) == pupil
