"""The register as vetting is given it: immutable, kept in memory until something changes.

What is kept costs one tiny query a draft. It is built anew when the register's version changes, when
the school's day turns (a round ends, a school year begins, a leaver's names are free), or with
another policy or face engine.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from datetime import date, datetime
from weakref import WeakKeyDictionary

from app.db import Database
from app.domain import SchoolFacts
from app.policy import Policy
from app.register import version
from app.register.biometrics import read_vectors
from app.register.version import Contents
from app.store import Store, roster, schools
from app.store.phrases import About
from app.text import FullNames, Guide, NameIndex
from app.text.allowed import allowing, may_name
from app.text.whereabouts import Apart
from app.vault import Vault
from app.vetting import Snapshot
from app.vision import Gallery


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """A snapshot, and what it holds good for."""

    snapshot: Snapshot
    day: date
    policy: Policy


_kept: WeakKeyDictionary[Database, dict[tuple[str, str], _Kept]] = WeakKeyDictionary()
_lock = threading.Lock()


def snapshot(
    database: Database, school_id: str, policy: Policy, vault: Vault, *, now: datetime, engine: str
) -> Snapshot:
    """The register of that school at ``now``, with the vectors of the face engine of that name."""
    with database.read() as session:
        school = schools.get(Store(session, school_id))
    with _lock:
        kept = _kept.setdefault(database, {}).get((school_id, engine))
    if (
        kept is None
        or kept.snapshot.version != school.register_version
        or kept.day != policy.day_of(now)
        or (kept.policy is not policy and kept.policy != policy)
    ):
        kept = _Kept(_take(database, school_id, policy, vault, now, engine), policy.day_of(now), policy)
        with _lock:
            _kept.setdefault(database, {})[school_id, engine] = kept
        return kept.snapshot
    if kept.snapshot.facts.roster_as_of == school.roster_as_of:
        return kept.snapshot
    return replace(kept.snapshot, facts=replace(kept.snapshot.facts, roster_as_of=school.roster_as_of))


def _take(database: Database, school_id: str, policy: Policy, vault: Vault, now: datetime, engine: str) -> Snapshot:
    """Read all. In the school's turn, as what is read may be a new version by the turn of the day alone."""
    with database.write() as session:
        store = Store(session, school_id)
        store.take_turn()
        contents = version.read_contents(store, policy, now)
        number = schools.set_register_version(store, contents.digest)
        vectors = read_vectors(store, vault, engine, contents.consented, contents.photos)
        elsewhere = _elsewhere(database, store, contents, policy)
    facts = SchoolFacts(
        accounts=contents.accounts,
        staff_handles=frozenset(handle for member in contents.staff for handle in member.personal_handles),
        not_shown=tuple(replace(child, has_templates=child.pupil in vectors) for child in contents.not_shown),
        events=contents.events,
        classes=frozenset(one.class_name for one in contents.pupils if one.class_name and one.left_on is None),
        roster_as_of=contents.roster_as_of,
        permissions_as_of=contents.round.as_of if contents.round else None,
        dpia_review_on=contents.dpia.review_due if contents.dpia else None,
    )
    return Snapshot(
        version=number,
        facts=facts,
        guide=_guide(contents, policy, elsewhere),
        gallery=Gallery(engine, vectors),
        consented=contents.consented,
        class_of={pupil.id: pupil.class_name for pupil in contents.pupils if pupil.left_on is None},
        assessed=contents.dpia is not None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Others:
    """The full names of pupils elsewhere, and what they hold good for: there are many, and they change seldom."""

    names: FullNames
    mark: str
    free_before: date


_others: WeakKeyDictionary[Database, dict[str, _Others]] = WeakKeyDictionary()


def _elsewhere(database: Database, store: Store, contents: Contents, policy: Policy) -> FullNames | None:
    mark, free_before = contents.elsewhere_mark, version.unguarded_before(policy, contents.day)
    if not mark:
        return None
    with _lock:
        kept = _others.setdefault(database, {}).get(store.school_id)
    if kept is None or (kept.mark, kept.free_before) != (mark, free_before):
        pupils = [pupil for pupil in roster.elsewhere(store) if version.is_guarded(pupil, policy, contents.day)]
        kept = _Others(FullNames.of(pupils), mark, free_before)
        with _lock:
            _others.setdefault(database, {})[store.school_id] = kept
    return kept.names


def _guide(contents: Contents, policy: Policy, elsewhere: FullNames | None) -> Guide:
    classes = sorted({pupil.class_name for pupil in contents.pupils if pupil.class_name})
    ours = NameIndex.build(contents.pupils, contents.staff, classes)
    index = replace(ours, elsewhere=elsewhere.beside(ours) if elsewhere else None)
    phrases = (*policy.allowed_phrases, *_phrases(contents, About.NAMES))
    apart = {pupil.class_name for pupil in contents.pupils if pupil.id in contents.never_located}
    return Guide(
        names=allowing(index, (one for one in phrases if not may_name(one, index, contents.never_named))),
        events=contents.events,
        accounts=frozenset(account.handle for account in contents.accounts),
        published=policy.published,
        allowed_wording=_phrases(contents, About.WORDING),
        never_named=contents.never_named,
        apart=Apart(frozenset(apart), frozenset(classes)),
    )


def _phrases(contents: Contents, about: About) -> tuple[str, ...]:
    return tuple(phrase for topic, phrase in contents.phrases if topic is about)
