"""What a rule is: a pure generator of remarks with its papers attached, and the evidence it is tried on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.domain import Account, Draft, Evidence, Outcome, Photo, PhotoFacts, SchoolFacts, TextFacts, Where
from app.policy import Policy


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing a rule noticed, in words for a tired teacher; never a child's name.

    ``unmade`` marks a check that could not be made: it is at least referred, whatever the policy says.
    ``instead`` is what could be said in place of the words.
    """

    message: str
    hint: str = ""
    where: Where = None
    pupils: tuple[str, ...] = ()
    unmade: bool = False
    instead: str = ""


Check = Callable[[Evidence, Policy], Iterator[Remark]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the contract. ``why`` is its reason, for the docs; ``outcome`` holds where a policy says nothing else.

    Each of ``fails`` trips this rule and no other but ``alongside``; none of ``passes`` trips it.
    """

    id: str
    title: str
    clause: str
    outcome: Outcome
    why: str
    check: Check
    fails: tuple[Evidence, ...]
    passes: tuple[Evidence, ...]
    alongside: tuple[str, ...] = ()


def rule(
    *,
    id: str,  # noqa: A002 - what it is called everywhere else
    title: str,
    clause: str,
    outcome: Outcome,
    fails: Sequence[Evidence],
    passes: Sequence[Evidence],
    alongside: tuple[str, ...] = (),
) -> Callable[[Check], Rule]:
    """Make a rule of a check; its docstring is the why. Nothing is registered: ``RULES`` lists them."""

    def made(check: Check) -> Rule:
        why = inspect.cleandoc(check.__doc__ or "")
        return Rule(id, title, clause, outcome, why, check, tuple(fails), tuple(passes), alongside)

    return made


NOW = datetime(2019, 6, 12, 12, tzinfo=UTC)
"""When the dullest draft is judged: within the review date and the school year of Whitehouse's policy."""

DRAFT = Draft("Our gardeners planted out the beans this morning.", account="whitehouseps", author="author")

SCHOOL = SchoolFacts(
    accounts=(Account("whitehouseps"),),
    staff_handles=frozenset({"ms_baker_runs"}),
    roster_as_of=datetime(2019, 6, 10, 7, tzinfo=UTC),
    permissions_as_of=datetime(2018, 9, 21, 7, tzinfo=UTC),
)


def given(
    words: str = DRAFT.text,
    *,
    draft: Draft = DRAFT,
    text: TextFacts = TextFacts(),  # noqa: B008 - frozen
    photos: tuple[PhotoFacts, ...] = (),
    school: SchoolFacts = SCHOOL,
    now: datetime = NOW,
) -> Evidence:
    """Evidence that is as dull as can be but for what is given: by default it trips no rule at all.

    ``words`` become the draft's text. Photos that the draft does not have are added to it, with alt text.
    """
    submitted = draft.photos or tuple(Photo(f"{number:064x}", "Children at work") for number in range(len(photos)))
    return Evidence(replace(draft, text=words, photos=submitted), text, photos, school, now)
