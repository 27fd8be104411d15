"""What holds for any text whatever: spans fit, nothing hides a name, everything is judged, and in linear time."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain import Draft, Outcome, Words
from app.text import read
from app.text.fold import fold
from benchmarks.rosters import demo_pupils
from tests.accuracy.demo_school import FRIDAY, the_school

NAMED = "names.pupil-named"
HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202c\u2061\u034f\u180e\ufe0f"
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("#@'’.-_/:\n\u200b\u0301 AEaei1"), max_size=300
)
FULL_NAMES = sorted({f"{one.legal_first} {one.legal_surname}" for one in demo_pupils()})
SLOWLY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(TEXTS)
@SLOWLY
def test_folding_keeps_every_place(text: str) -> None:
    folded = fold(text)
    assert len(folded.at) == len(folded.text) + 1
    assert list(folded.at) == sorted(folded.at)
    assert folded.at[0] >= 0
    assert folded.at[-1] <= len(text)


@given(TEXTS)
@SLOWLY
def test_any_text_is_judged_whole(text: str) -> None:
    facts = read(Draft(text), (), the_school().guide, FRIDAY)
    assert facts.unread == ()
    for finding in the_school().judge(text).findings:
        where = finding.where
        assert where is None or (isinstance(where, Words) and 0 <= where.start < where.end <= len(text))


@given(st.sampled_from(FULL_NAMES), st.lists(st.tuples(st.integers(0, 60), st.sampled_from(HIDDEN)), max_size=8))
@SLOWLY
def test_nothing_invisible_hides_a_name(name: str, hidden: list[tuple[int, str]]) -> None:
    written = name
    for place, sign in hidden:
        place %= len(written) + 1
        written = written[:place] + sign + written[place:]
    before = "A big well done to "
    text = f"{before}{written} for the painting."
    found = [one for one in the_school().judge(text).findings if one.rule == NAMED]
    spans = [one.where for one in found if isinstance(one.where, Words)]
    assert spans, unicodedata.normalize("NFKD", written)
    # The name and nothing but the name, whatever signs stand in it.
    letters = "".join(text[span.start : span.end] for span in spans)
    assert fold(letters).text.strip() == fold(name).text


@given(st.sampled_from(FULL_NAMES), TEXTS)
@SLOWLY
def test_a_full_name_on_its_own_line_is_stopped_whatever_stands_before(name: str, text: str) -> None:
    verdict = the_school().judge(f"{text}\n\nCongratulations to {name}!")
    assert any(one.rule.startswith("names.") and one.outcome >= Outcome.REFER for one in verdict.findings)


@pytest.mark.parametrize(
    "piece",
    [
        "a", "A", " ", "\n", "a ", "A ", "a.", "@a", "#a", "#A1", "a@a.a ", "http://a", "1", "1 ", "07 ", "\u0301", "\u200b",
        "\U0001f468\u200d", "Grace ", "Grace, ", "Ava-", "G r a c e ", "gr4ce", "Well done ", "the ", "tomorrow ", "at 3 ",
        "(", "'", "’s ", "...", "\u202e", "İ", "ß", "ﬃ", "校", "🎉", "www.", "*", "f*ck ", "3 May ", "on Monday ", "DM ",
    ],
)  # fmt: skip
def test_no_text_is_slow(piece: str) -> None:
    # Eight times the text: linear work takes 8 times as long, quadratic 64 times.
    short, long = ((piece * 4000)[:length] for length in (500, 4000))
    assert _least(long) < 30 * _least(short) + 0.02


def _least(text: str) -> float:
    """The shortest of three measured times, in seconds of CPU."""
    times = []
    for _ in range(3):
        began = time.process_time()
        the_school().judge(text)
        times.append(time.process_time() - began)
    return min(times)
