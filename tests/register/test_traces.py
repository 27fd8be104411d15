"""Words that name a child, found and masked."""

from __future__ import annotations

import pytest

from app.domain import Pupil
from app.register.traces import Traces, mask_of

ZOE = Pupil("p1", "A123456789012", "Zoë", "O'Neil", preferred_first="Zo", middle="Mary", former=("Kowalska",))


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Zoë O'Neil won.", "███ ██████ won."),
        ("well done zoe oneil!", "well done ███ █████!"),
        ("O’NEIL, ZOE", "███████ ███"),
        ("#ZoeONeil", "#████████"),
        ("Zoe Mary O'Neil sang", "███ ████ ██████ sang"),
        ("Zoë Kowalska", "███ ████████"),
        ("UPN a123456789012.", "UPN █████████████."),
        ("Zoe sang, Mrs O'Neil played", "Zoe sang, Mrs O'Neil played"),
        ("Nothing here", "Nothing here"),
        ("Zoe\u0308 O'Neil", "████ ██████"),
    ],
)
def test_full_names_are_masked_at_their_length(text: str, masked: str) -> None:
    traces = Traces.of_pupils([ZOE])
    assert traces.mask(text) == masked.replace("████ ██████", "███\u0308 ██████") if "\u0308" in text else masked
    assert traces.found_in(text) is (masked != text)


def test_short_names_are_found_as_words_alone() -> None:
    traces = Traces(["Ed Li"])
    assert traces.found_in("ed li won")
    assert not traces.found_in("he pedalled light-heartedly: wedlifts")


def test_nothing_is_looked_for_where_nothing_is_given() -> None:
    assert not Traces(["", "—"]).found_in("anything — at all")
    assert mask_of(["Rose"])("A Rose and roses") == "A ████ and roses"
