"""Names: no pupil is named, least of all beside a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.domain import (
    Certainty,
    Composition,
    Evidence,
    Field,
    NameFound,
    Outcome,
    Photo,
    PhotoFacts,
    TextFacts,
    Unseen,
    Words,
)
from app.policy import Policy
from app.rules.places import listed, looks, may_show_children, place
from app.rules.rule import DRAFT, Remark, given, rule

_GROUP = PhotoFacts(composition=Composition.GROUP)
_POSTER = PhotoFacts(unseen=(Unseen.WORDS,))


_AFTER_PRAISE = Words(10, 18)


def _named(
    *, certainty: Certainty = Certainty.CERTAIN, pupils: tuple[str, ...] = ("p1",), where: Words = _AFTER_PRAISE
) -> TextFacts:
    return TextFacts(names=(NameFound(where, certainty, pupils, ("first name",), "a Year 4 pupil"),))


def _is_pupil(name: NameFound) -> bool:
    return name.certainty >= Certainty.LIKELY and bool(name.pupils)


def _because(name: NameFound) -> str:
    return f" ({listed(name.reasons)})" if name.reasons else ""


@rule(
    id="names.pupil-named",
    title="No pupil is named",
    clause="posting-1",
    outcome=Outcome.REJECT,
    fails=[
        given("Well done Tomasina, our chess champion!", text=_named()),
        given("Well done Tomasna, our chess champion!", text=_named(certainty=Certainty.LIKELY, where=Words(10, 17))),
        given(
            photos=(PhotoFacts(),),
            draft=replace(DRAFT, photos=(Photo("0" * 64, "Tomasina's castle"),)),
            text=_named(where=Words(0, 8, Field.ALT_TEXT, 0)),
        ),
    ],
    passes=[
        given("Well done to our Year 4 chess champion!"),
        given("A lovely rose.", text=_named(certainty=Certainty.AMBIGUOUS)),
    ],
)
def pupil_named(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """A name is the first thing a stranger needs to find a child, and it cannot be called back.

    The paper allows none: neither in the post nor in anything that goes out with it, such as alt text
    or writing in the picture; a name in a file name or inside the file tells who is pictured.
    """
    for name in filter(_is_pupil, evidence.text.names):
        yield Remark(
            f"A pupil is named in {place(name.where)}{_because(name)}.",
            f"Say “{name.instead}” instead." if name.instead else "Leave the name out.",
            name.where,
            name.pupils,
            instead=name.instead,
        )


@rule(
    id="names.perhaps-pupil",
    title="Words that may name a child are looked at",
    clause="posting-1",
    outcome=Outcome.REFER,
    fails=[
        given("A lovely rose from our garden.", text=_named(certainty=Certainty.AMBIGUOUS, where=Words(9, 13))),
        given("Well done Quentina!", text=_named(pupils=(), where=Words(10, 18))),
        given(text=TextFacts(unread=("names",))),
    ],
    passes=[given("A lovely poppy from our garden."), given("Well done Tomasina!", text=_named())],
)
def perhaps_pupil(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Rose is a pupil and a flower, and a child who is not on our roster is a child too: a person decides."""
    for name in evidence.text.names:
        if _is_pupil(name):
            continue
        who = "may name a pupil" if name.pupils else "may name a child who is not on the roster"
        yield Remark(
            f"Words in {place(name.where)} {who}{_because(name)}.",
            f"If they do, say “{name.instead}” instead." if name.instead else "If they do, leave the name out.",
            name.where,
            name.pupils,
            instead=name.instead,
        )
    if evidence.text.unread:
        yield Remark(
            f"Not everything could be checked for pupils' names: {listed(evidence.text.unread)}.",
            "Read it yourself for names of children.",
            unmade=True,
        )


@rule(
    id="names.with-picture",
    title="No name goes with a picture of pupils",
    clause="images-1",
    outcome=Outcome.REJECT,
    fails=[
        given("Well done Tomasina, our chess champion!", text=_named(), photos=(_GROUP,)),
        given("Well done Tomasina, our chess champion!", text=_named(), photos=(PhotoFacts(unseen=(Unseen.BLURRED,)),)),
    ],
    passes=[
        given("Well done to our chess champions!", photos=(_GROUP,)),
        given("Well done Tomasina, our chess champion!", text=_named(), photos=(_POSTER,)),
    ],
    alongside=("names.pupil-named", "photos.unseen"),
)
def with_picture(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """A name beside a face tells everyone who the child is (NSPCC, Photographing children, 2013).

    A photo in which something could not be seen counts as a picture of pupils.
    """
    named = tuple(filter(_is_pupil, evidence.text.names))
    if named and any(may_show_children(photo) for _, photo in looks(evidence)):
        yield Remark(
            "A pupil is named and a picture of pupils is attached.",
            "Leave out the name or the picture; without the name the picture can stay.",
            named[0].where,
            tuple(dict.fromkeys(pupil for name in named for pupil in name.pupils)),
        )
