"""Common transfer files: further names, and children in care, for pupils who are on the roster; nobody comes or goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain import Pupil
from app.integrations.sheets import Problem, condense, has_errors
from app.integrations.transfers import Transfer, TransferFile, read_transfers
from app.register import version
from app.register.holds import guard_children_in_care
from app.register.office import Difference, Office, refuse_errors
from app.register.roster import Manner, with_names
from app.store import Store, holds, imports, roster
from app.store.imports import TransferNames


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """What a transfer file adds: ``names`` by pupil, the pupils ``changed`` by them, and the ids of those ``in_care``."""

    names: Mapping[str, TransferNames] = field(default_factory=dict)
    changed: tuple[Pupil, ...] = ()
    in_care: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def plan_transfers(current: Sequence[Pupil], told: Mapping[str, TransferNames], file: TransferFile) -> TransferPlan:
    """What ``file`` adds to the pupils on record, beside what earlier files ``told`` of them."""
    if has_errors(file.problems):
        return TransferPlan(problems=file.problems)
    by_upn = {pupil.upn: pupil for pupil in current}
    names: dict[str, TransferNames] = {}
    changed: dict[str, Pupil] = {}
    in_care: list[str] = []
    problems = list(file.problems)
    for one in file.pupils:
        pupil = by_upn.get(one.upn) or by_upn.get(one.former_upn)
        if pupil is None:
            problems.append(Problem(one.line, "no pupil on the roster has this UPN; not used", "UPN", warning=True))
            continue
        added = _joined(names.get(pupil.id) or told.get(pupil.id, TransferNames()), one)
        if added != told.get(pupil.id, TransferNames()):
            names[pupil.id] = added
        after = with_names(changed.get(pupil.id, pupil), added)
        if after != pupil:
            changed[pupil.id] = after
        if one.in_care:
            in_care.append(pupil.id)
    if file.pupils and not any(one.upn in by_upn or one.former_upn in by_upn for one in file.pupils):
        problems.append(Problem(0, "no pupil of the file is on the roster; is it our school's?", "UPN"))
    return TransferPlan(names, tuple(changed.values()), tuple(sorted(set(in_care))), condense(problems))


def _joined(known: TransferNames, told: Transfer) -> TransferNames:
    """The names known from transfer files with those of one more; a name that gives way to another is guarded still."""
    beside = [*known.former, *told.former]
    for before, now in (
        (known.preferred_first, told.preferred_first),
        (known.preferred_surname, told.preferred_surname),
        (known.middle, told.middle),
    ):
        if before and now and before != now:
            beside.append(before)
    return TransferNames(
        told.preferred_first or known.preferred_first,
        told.preferred_surname or known.preferred_surname,
        told.middle or known.middle,
        tuple(dict.fromkeys(beside)),
    )


def import_transfers(office: Office, data: bytes, manner: Manner, *, by: str, now: datetime) -> Difference:
    """Add what a common transfer file tells; ``changed`` are the UPNs of pupils with new names or newly guarded as in care.

    The roster gets no fresher by it, and nobody is added or leaves. FileRefused for a file with errors.
    """
    manner.heard("reading the file")
    file = read_transfers(data)
    if manner.dry_run:
        with office.database.read() as session:
            store = Store(session, office.school_id)
            return _difference(store, _plan(store, file))
    refuse_errors(file.problems)
    with office.database.write() as session:
        store = Store(session, office.school_id)
        store.take_turn()
        plan = _plan(store, file)
        refuse_errors(plan.problems)
        difference = _difference(store, plan)
        manner.heard("writing the register")
        roster.amend(store, plan.changed, by=by, now=now)
        imports.put_transfer_names(store, plan.names, now=now)
        guard_children_in_care(office, store, plan.in_care, by=by, now=now)
        version.stamp(store, office.policy, now)
    return difference


def _plan(store: Store, file: TransferFile) -> TransferPlan:
    return plan_transfers(roster.every(store), imports.transfer_names(store), file)


def _difference(store: Store, plan: TransferPlan) -> Difference:
    upns = {pupil: upn for upn, pupil in roster.ids(store).items()}
    guarded = {pupil for pupil in plan.in_care if not holds.of_pupil(store, pupil)}
    changed = {pupil.id for pupil in plan.changed} | guarded
    return Difference(changed=tuple(sorted(upns[pupil] for pupil in changed)), problems=plan.problems)
