"""Whatever is done, in whatever order: no child of whom a no stands is shown, and no face is on record without consent."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app import register
from app.db import Database
from app.domain import Answer, Box, Draft
from app.errors import Conflict
from app.policy import DEFAULT_FILE, parse
from app.register import Office, Word
from app.store import Store, biometrics, roster, schools
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.store.dpias import Dpia
from app.store.holds import HoldLevel
from app.store.permissions import PermissionAnswer
from app.vault import PhotoFiles, Vault
from app.vetting import Snapshot, vet
from app.vision import paper
from tests.register.model import NOES, Child, Said, school_day, school_year
from tests.seeing import BLUE, EYES, GREEN, PAPER_DISTANCES, RED, submitted

BEGIN = datetime(2024, 6, 10, 9, tzinfo=UTC)
LAST_YEAR = 2029  # a no is looked for through the eight school years of a primary school
DPIA = Dpia("DPIA-7", "1.0", date(2024, 1, 8), "No objection.", "Head and governors", date(2035, 1, 8))
SOURCES = {
    silence: DEFAULT_FILE.read_text("utf-8").replace('not_answered = "allow"', f'not_answered = "{silence}"')
    + PAPER_DISTANCES
    for silence in ("allow", "refuse")
}
POLICIES = {silence: parse(source) for silence, source in SOURCES.items()}

UPNS = ("U1", "U2", "U3", "U4", "U5")
NAMES = dict(
    zip(UPNS, ("Orla,Quillfeather", "Bram,Ottersby", "Isla,Penhallow", "Tam,Wetherby", "Una,Larkspur"), strict=True)
)
FACES = dict(zip(UPNS, (RED, BLUE, GREEN), strict=False))
PHOTO = submitted(RED, BLUE, GREEN)
NEWS = "We built a Roman road in the playground today."
CHILDREN_RULES = {"children.opted-out", "children.perhaps-opted-out", "children.roll-call"}

CELLS = {"Y": "granted", "N": "refused", "": "not_answered", "pending": "not_answered"}
HEADINGS = {"Social Media": "social-media", "Website": "website", "Press": "press", "Photos": "photographs", "Display": "display"}  # fmt: skip

_schools = itertools.count(1)

upns = st.sampled_from(UPNS)
answers = st.sampled_from(PermissionAnswer)
channels = st.sampled_from(("social-media", "website", "press", "photographs", "newsletter", "prospectus", "display"))
tellers = st.sampled_from(("mother", "father", "the child", "not noted", ""))
contacts = st.sampled_from(("Mother", "Father"))
places = st.tuples(st.sampled_from(("", "Oak", "Ash")), st.booleans())  # class or not on roll, and looked after


@dataclass(frozen=True)
class Site:
    """Where an example runs: each has a school of its own."""

    database: Database
    folder: Path

    def office(self) -> Office:
        with self.database.write() as session:
            name = f"Whitehouse Primary School {next(_schools)}"
            school = schools.create(session, name, by="set-up", now=BEGIN)
        vault = Vault(bytes(range(32)))
        files = PhotoFiles(self.folder / school.id / "references", vault)
        return Office(self.database, school.id, POLICIES["allow"], vault, files)


class Register(RuleBasedStateMachine):
    """The register and the model of it, side by side."""

    site: Site

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.office = self.site.office()
        self.children: dict[str, Child] = {}
        self.rounds: dict[int, tuple[date, date]] = {}
        self.version = (1, 0)
        self.recorded = 0

    @initialize(silence=st.sampled_from(("allow", "refuse")))
    def found(self, silence: str) -> None:
        self.office = replace(self.office, policy=POLICIES[silence])
        register.record_dpia(self.office, DPIA, by="head", now=self.now)
        self.load({upn: ("Oak" if upn < "U4" else "Ash", False) for upn in UPNS})

    @property
    def today(self) -> date:
        return school_day(self.now)

    @property
    def ids(self) -> dict[str, str]:
        with self.office.database.read() as session:
            return {one.upn: one.id for one in roster.every(Store(session, self.office.school_id))}

    def snapshot(self) -> Snapshot:
        office = self.office
        return register.snapshot(
            office.database, office.school_id, office.policy, office.vault, now=self.now, engine="paper-1"
        )

    @rule(days=st.sampled_from((1, 6, 8, 15, 45)))
    def days_pass(self, days: int) -> None:
        self.go_to(self.now + timedelta(days=days))

    @rule(minutes=st.sampled_from((-1, 0, 30)))
    def the_school_year_turns(self, minutes: int) -> None:
        """To midnight in London, which is 23:00 UTC, or a minute before."""
        self.go_to(datetime(school_year(self.today) + 1, 8, 31, 23, tzinfo=UTC) + timedelta(minutes=minutes))

    @precondition(lambda self: self.this_round is not None)
    @rule(days=st.sampled_from((0, 1)))
    def the_answers_are_due(self, days: int) -> None:
        due_on = self.this_round[1] if self.this_round else self.today
        self.go_to(datetime(due_on.year, due_on.month, due_on.day, 12, tzinfo=UTC) + timedelta(days=days))

    @property
    def this_round(self) -> tuple[date, date] | None:
        return self.rounds.get(school_year(self.today))

    def go_to(self, instant: datetime) -> None:
        if school_year(school_day(instant)) <= LAST_YEAR:
            self.now = max(instant, self.now)

    @rule(placed=st.fixed_dictionaries(dict.fromkeys(UPNS, places)))
    def load_roster(self, placed: dict[str, tuple[str, bool]]) -> None:
        if any(class_name for class_name, _ in placed.values()):
            self.load(placed)

    @rule(upn=upns, place=places)
    def move_one(self, upn: str, place: tuple[str, bool]) -> None:
        """One child joins, leaves, comes back, changes class or comes into care."""
        there = {one: (child.class_name, False) for one, child in self.children.items() if child.on_roll}
        self.load_roster({**there, upn: place})

    def load(self, placed: dict[str, tuple[str, bool]]) -> None:
        rows = ["UPN,Forename,Surname,Class,Looked After"]
        rows += [f"{upn},{NAMES[upn]},{name},{'Y' if cared else 'N'}" for upn, (name, cared) in placed.items() if name]
        first = self.snapshot().facts.roster_as_of is None
        register.import_roster(self.office, "\n".join(rows).encode(), by="office", now=self.now, confirm=True)
        for upn in UPNS:
            name, cared = placed.get(upn, ("", False))
            child = self.children.get(upn)
            if child is not None:
                child.on_roll = bool(name)
                child.class_name = name or child.class_name
            elif name:
                child = self.children[upn] = Child(name, None if first else self.today)
            if child is not None and name and cared and not child.ever_held:
                child.hold()

    @rule(upn=upns)
    def erase(self, upn: str) -> None:
        if self.children.pop(upn, None):
            register.erase_pupil(self.office, self.ids[upn], by="office", now=self.now)

    # ------------------------------------------------------------ permissions

    @rule(upn=upns, answer=answers, channel=channels, teller=tellers)
    def somebody_says(self, upn: str, answer: PermissionAnswer, channel: str, teller: str) -> None:
        if upn not in self.children:
            return
        word = Word(answer, channel, f" {teller.title()} ")
        if teller == "not noted" and str(answer) not in NOES:
            with pytest.raises(Conflict):
                register.record_permission(self.office, self.ids[upn], word, by="office", now=self.now)
            return
        register.record_permission(self.office, self.ids[upn], word, by="office", now=self.now)
        self.children[upn].tell(school_year(self.today), channel, teller, str(answer))

    @rule(upn=upns, channel=channels, teller=st.sampled_from(("mother", "father", "the child")))
    def somebody_says_yes_after_all(self, upn: str, channel: str, teller: str) -> None:
        self.somebody_says(upn, PermissionAnswer.GRANTED, channel, teller)

    @rule(
        headings=st.lists(st.sampled_from(sorted(HEADINGS)), min_size=1, max_size=3, unique=True),
        cells=st.fixed_dictionaries({upn: st.lists(st.sampled_from(sorted(CELLS)), min_size=3, max_size=3) for upn in UPNS}),
        left_out=st.none() | upns,
    )  # fmt: skip
    def load_permissions(self, headings: list[str], cells: dict[str, list[str]], left_out: str | None) -> None:
        named = {upn: given for upn, given in cells.items() if upn in self.children and upn != left_out}
        if not named:
            return
        rows = [",".join(("UPN", *headings))]
        rows += [",".join((upn, *given[: len(headings)])) for upn, given in named.items()]
        register.import_permissions(self.office, "\n".join(rows).encode(), by="office", now=self.now)
        for upn, child in self.children.items():
            row = dict(zip((HEADINGS[one] for one in headings), map(CELLS.get, named.get(upn, ())), strict=False))
            child.file(school_year(self.today), {channel: str(answer) for channel, answer in row.items()})

    @rule()
    def everybody_says_yes(self) -> None:
        self.load_permissions(["Social Media"], {upn: ["Y"] for upn in UPNS}, None)

    @rule(ago=st.sampled_from((0, 10)), given=st.sampled_from((0, 14)))
    def open_round(self, ago: int, given: int) -> None:
        opened_on = self.today - timedelta(days=ago)
        due_on = opened_on + timedelta(days=given)
        if school_year(opened_on) == school_year(due_on):
            register.open_round(self.office, opened_on=opened_on, due_on=due_on, by="office", now=self.now)
            self.rounds[school_year(opened_on)] = opened_on, due_on

    @rule(silence=st.sampled_from(("allow", "refuse")))
    def decide_silence(self, silence: str) -> None:
        register.adopt_policy(self.office, SOURCES[silence], decided_by="Head and DPO", by="head", now=self.now)
        self.office = replace(self.office, policy=POLICIES[silence])

    # ------------------------------------------------------------ holds

    @rule(upn=upns, level=st.sampled_from(HoldLevel))
    def set_hold(self, upn: str, level: HoldLevel) -> None:
        if upn in self.children:
            register.set_hold(self.office, self.ids[upn], "A reason", level=level, by="dsl", now=self.now)
            self.children[upn].hold()

    @precondition(lambda self: any(child.holds for child in self.children.values()))
    @rule(choice=st.integers(0, 9))
    def lift_hold(self, choice: int) -> None:
        standing = register.list_holds(self.office)
        hold = standing[choice % len(standing)]
        register.lift_hold(self.office, hold.id, by="dsl", now=self.now)
        next(self.children[upn] for upn, child_id in self.ids.items() if child_id == hold.pupil).holds -= 1

    @rule(upn=upns)
    def end_unnamed_no(self, upn: str) -> None:
        child = self.children.get(upn)
        if child is None:
            return
        if child.holds or "social-media" not in child.unnamed:
            with pytest.raises(Conflict):
                register.end_unnamed_no(self.office, self.ids[upn], by="dsl", now=self.now)
            return
        register.end_unnamed_no(self.office, self.ids[upn], by="dsl", now=self.now)
        child.unnamed.discard("social-media")

    # ------------------------------------------------------------ faces

    @rule(
        upn=upns,
        decision=st.sampled_from(BiometricDecision),
        actor=st.sampled_from((Actor.PARENT, Actor.PARENT, Actor.CHILD, Actor.CARER, Actor.LOCAL_AUTHORITY)),
        contact=st.just("") | contacts,
        in_writing=st.booleans(),
        ago=st.sampled_from((0, 0, 3)),
    )
    def answer_to_matching(
        self, upn: str, decision: BiometricDecision, actor: Actor, contact: str, in_writing: bool, ago: int
    ) -> None:
        if upn not in self.children:
            return
        received_on = self.today - timedelta(days=ago)
        response = Response("", actor, decision, in_writing, received_on, contact=contact)
        self.now += timedelta(seconds=1)  # answers are kept in the order of their instants
        valid = register.record_response(self.office, self.ids[upn], response, by="office", now=self.now)
        self.recorded += 1
        said = Said(received_on, self.recorded, str(actor), contact, str(decision), in_writing, self.version[0])
        self.children[upn].said.append(said)
        assert not valid or self.may_be_kept(upn)

    def may_be_kept(self, upn: str) -> bool:
        return upn in self.children and self.children[upn].face_may_be_kept(self.version[0])

    @rule(upn=upns, contact=contacts, sent=st.booleans(), exempt=st.booleans())
    def tell_a_parent(self, upn: str, contact: str, sent: bool, exempt: bool) -> None:
        if upn in self.children:
            self.now += timedelta(seconds=1)
            notice = Notice("", contact, self.today if sent else None, "not_found" if exempt else "")
            register.record_notices(self.office, self.ids[upn], [notice], by="office", now=self.now)
            self.children[upn].notify(contact, self.version[0], sent=sent, exempt=exempt)

    @rule(upn=st.sampled_from(sorted(FACES)))
    def enrol(self, upn: str) -> None:
        """All that is needed, as far as one family's mother can, and a photo."""
        if upn not in self.children:
            return
        self.tell_a_parent(upn, "Mother", sent=True, exempt=False)
        self.answer_to_matching(upn, BiometricDecision.CONSENT, Actor.PARENT, "Mother", in_writing=True, ago=0)
        self.add_photo(upn)

    @rule(upn=st.sampled_from(sorted(FACES)))
    def add_photo(self, upn: str) -> None:
        if upn not in self.children:
            return
        picture = paper.png([(FACES[upn], Box(200, 100, 400, 340))])
        try:
            register.add_reference_photo(self.office, self.ids[upn], picture, EYES, by="office", now=self.now)
        except Conflict:
            return  # no consent, or there already
        assert self.may_be_kept(upn)

    @rule(major=st.booleans(), confirm=st.booleans())
    def assess_anew(self, major: bool, confirm: bool) -> None:
        version = (self.version[0] + 1, 0) if major else (self.version[0], self.version[1] + 1)
        dpia = replace(DPIA, version=f"{version[0]}.{version[1]}")
        try:
            register.record_dpia(self.office, dpia, confirm=confirm, by="head", now=self.now)
        except Conflict:
            assert not confirm
            return
        self.version = version

    # ------------------------------------------------------------ what always holds

    def must_not_be_shown(self) -> dict[str, list[str]]:
        """The ids of those on roll who may not be, by class."""
        ids, silence = self.ids, str(self.office.policy.not_answered)
        found: dict[str, list[str]] = {}
        for upn, child in self.children.items():
            if child.on_roll and not child.may_be_shown(self.today, self.rounds, silence):
                found.setdefault(child.class_name, []).append(ids[upn])
        return found

    @invariant()
    def nobody_is_shown_against_a_no(self) -> None:
        seen = self.snapshot()
        listed = {child.pupil: child.class_name for child in seen.facts.not_shown}
        for class_name, pupils in self.must_not_be_shown().items():
            assert {pupil: listed.get(pupil) for pupil in pupils} == dict.fromkeys(pupils, class_name)
            self.vet_the_class(class_name, pupils, seen)

    def vet_the_class(self, class_name: str, pupils: list[str], seen: Snapshot) -> None:
        draft = Draft(NEWS, (PHOTO.photo,), account="whitehouseps", classes=(class_name,))
        verdict = vet(draft, (PHOTO,), seen, EYES, self.office.policy, self.now).verdict
        asked = {pupil for one in verdict.findings if one.rule in CHILDREN_RULES for pupil in one.pupils}
        assert verdict.answer in (Answer.REFER, Answer.REJECT)
        assert set(pupils) <= asked, "it is referred for these children, not for something else alone"

    @invariant()
    def no_face_is_on_record_without_consent(self) -> None:
        ids, seen = self.ids, self.snapshot()
        valid = {ids[upn] for upn in self.children if self.may_be_kept(upn)}
        with self.office.database.read() as session:
            store = Store(session, self.office.school_id)
            photos, templates = biometrics.reference_photos(store), biometrics.every_template(store)
        assert {one.pupil for one in photos} | {one.pupil for one in templates} <= valid
        assert set(seen.gallery.pupils) | seen.consented <= valid
        files = {file.name for file in self.office.files.folder.rglob("*") if file.is_file()}
        assert len(files) == len({one.sha256 for one in photos})


def run(site: Site, examples: int, steps: int) -> None:
    machine = type("RegisterHere", (Register,), {"site": site})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_no_order_of_things_shows_a_child_against_a_no(sqlite_database: Database, tmp_path: Path) -> None:
    run(Site(sqlite_database, tmp_path), examples=25, steps=25)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (("social-media", "mother"), ("social-media", "father")),
        (("social-media", "the child"), ("social-media", "mother")),
        (("press", "mother"), ("social-media", "mother")),
        (("website", ""), ("social-media", "")),
    ],
)
def test_a_no_of_last_year_is_taken_back_by_its_giver_alone(
    sqlite_database: Database, tmp_path: Path, first: tuple[str, str], then: tuple[str, str]
) -> None:
    here = type("RegisterHere", (Register,), {"site": Site(sqlite_database, tmp_path)})()
    here.found("refuse")
    here.somebody_says("U1", PermissionAnswer.REFUSED, *first)
    here.the_school_year_turns(0)
    here.somebody_says("U1", PermissionAnswer.GRANTED, *then)
    here.everybody_says_yes()
    here.nobody_is_shown_against_a_no()
    assert here.ids["U1"] in {one.pupil for one in here.snapshot().facts.not_shown}
    here.somebody_says("U1", PermissionAnswer.GRANTED, *first)
    assert here.snapshot().facts.not_shown == ()


def test_nor_does_it_on_postgres(postgres_database: Database, tmp_path: Path) -> None:
    run(Site(postgres_database, tmp_path), examples=4, steps=25)
