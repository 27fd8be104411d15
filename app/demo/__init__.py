"""The demo school: fictional people, real photos through the real engine, a readable table, then a service."""

from __future__ import annotations

import csv
import secrets
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app import desk, register
from app.demo import pictures
from app.domain import Draft, Outcome
from app.founding import found_school, prepare
from app.main import open_service, the_time
from app.policy import DEFAULT_FILE
from app.report import light, show
from app.settings import Settings
from app.store import Store, accounts, keys, people, policies, roster
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.store.dpias import Dpia
from app.vetting import Vetted, vet
from app.web.passwords import hash_password
from app.web.schoolwork import office_of, register_of
from app.web.security import Scope
from app.web.service import Service

PEOPLE = (
    ("Sarah Whitfield", "head@whitehouse.example", "approver"),
    ("Nisha Patel", "teacher@whitehouse.example", "author"),
    ("School office", "office@whitehouse.example", "office"),
)

ROSTER = Path(__file__).parent.parent / "demo_school" / "roster.csv"
STAFF = ROSTER.with_name("staff.csv")
BY = "demo"
OPTED_OUT_CLASS = "Maple"
FREE_CLASS = "Cedar"
"""A class in which every family agreed."""


@dataclass(frozen=True, slots=True)
class Post:
    """A draft of the demo. ``photo`` is a picture's bytes."""

    title: str
    text: str
    photo: bytes | None = None
    alt_text: str = ""
    classes: tuple[str, ...] = ()
    event_id: str | None = None


def posts() -> tuple[Post, ...]:
    """The drafts that the demo vets."""
    in_hall, without = pictures.group_photo(opted_out=True), pictures.group_photo(opted_out=False)
    return (
        Post("Good news", "Year 4 built a Roman road in the playground today and it held a bicycle!"),
        Post("A pupil's name", "Well done to Priya Patel in Holly class for her volcano poem!"),
        Post("Hidden in a hashtag", "What a goal in the cup final! #WellDoneKofi #TeamWhitehouse"),
        Post("A group photo", "Our space visitors landed in the hall this morning.", without, _ALT, (FREE_CLASS,)),
        Post(
            "The same hall, an opted-out person in it",
            "Our space visitors landed in the hall this morning.",
            in_hall,
            _ALT,
            (OPTED_OUT_CLASS,),
        ),
        Post(
            "The same hall without that person",
            "Our space visitors landed in the hall this morning.",
            without,
            _ALT,
            (OPTED_OUT_CLASS,),
        ),
        Post(
            "One person alone",
            "Look who came to assembly!",
            pictures.single_photo(),
            "A visitor in an orange space suit",
            (FREE_CLASS,),
        ),
        Post("An event to come", "Join us at the Winter Fair on Saturday at 2pm in the hall!", event_id="winter-fair"),
        Post("A private number", "Lost a coat? Ring Mrs Green on 07911 123456 this evening."),
    )


_ALT = "Visitors in orange space suits lined up in the school hall"


def run(installed: Settings, *, serving: bool) -> Service:
    """Make the school afresh, vet the drafts, print the reports and, if ``serving``, keys and sign-ins.

    It lives in the folder ``demo`` of the data folder, with a database of its own, so that it touches nothing else.
    """
    console = Console(highlight=False)
    folder = installed.data_dir / "demo"
    settings = installed.model_copy(update={"data_dir": folder, "models_dir": installed.models, "database_url": ""})
    shutil.rmtree(folder, ignore_errors=True)
    now = the_time()
    console.print("• making the demo school: 420 fictional pupils, 45 staff", style="dim")
    prepare(settings)
    service = open_service(settings)
    school, admin = found_school(service, "Whitehouse Primary School", "whitehouseps", by=BY, now=now)
    _ask_for_no_second_factor(service, school.id, now)
    _fill(service, school.id, now)
    console.print(f"• photos are looked at by {service.eyes.engine.full_name}\n", style="dim")
    _vet_all(console, service, school.id, now)
    if serving:
        _let_in(console, service, school.id, admin, now)
    return service


def _ask_for_no_second_factor(service: Service, school_id: str, now: datetime) -> None:
    """The demo is there to be tried at once; a real school's policy asks approvers for one."""
    table = 'second_factor = ["approver", "dsl", "administrator", "dpo"]'
    policy = DEFAULT_FILE.read_text(encoding="utf-8").replace(table, "second_factor = []")
    with service.database.write() as session:
        policies.add(Store(session, school_id), policy, by=BY, now=now)


def _fill(service: Service, school_id: str, now: datetime) -> None:
    """Roster, staff, this year's answers, the calendar, and the opted-out person's reference photo."""
    office = office_of(service, school_id)
    register.import_roster(office, ROSTER.read_bytes(), by=BY, now=now)
    register.import_staff(office, STAFF.read_bytes(), by=BY, now=now)
    register.import_permissions(office, _answers(), by=BY, now=now)
    register.import_events(office, _calendar(now), "text/csv", by=BY, now=now)
    with service.database.read() as session:
        pupils = roster.every(Store(session, school_id))
    child = next(one for one in pupils if one.upn == _opted_out())
    today = office.day(now)
    register.record_dpia(office, _assessment(today), by=BY, now=now)
    consent = Response(child.id, Actor.PARENT, BiometricDecision.CONSENT, in_writing=True, received_on=today)
    register.record_response(office, child.id, consent, [Notice(child.id, "parent", today)], by=BY, now=now)
    register.add_reference_photo(
        office, child.id, pictures.reference_photo(), service.eyes, taken_on=today, by=BY, now=now
    )


def _assessment(today: date) -> Dpia:
    """A fictional one: without any, no face would be compared."""
    return Dpia(
        reference="DPIA-DEMO (fictional)",
        version="1.0",
        assessed_on=today,
        dpo_opinion="Fictional: proportionate while every parent is told and the class list serves as well.",
        approved_by="The governors of the demo school (fictional)",
        review_due=today + timedelta(days=365),
    )


def _rows() -> list[dict[str, str]]:
    with ROSTER.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _opted_out() -> str:
    """The UPN of the one child whose family said no."""
    return next(row["UPN"] for row in _rows() if row["Reg Group"] == OPTED_OUT_CLASS)


def _answers() -> bytes:
    """This year's round: every family agreed, but for one."""
    no = _opted_out()
    lines = (f"{row['UPN']},{'No' if row['UPN'] == no else 'Yes'}" for row in _rows())
    return "\n".join(["UPN,Social Media", *lines]).encode()


def _calendar(now: datetime) -> bytes:
    """A fair that is still to come."""
    starts_at = (now + timedelta(days=6)).replace(hour=14, minute=0, second=0, microsecond=0)
    ends_at = starts_at + timedelta(hours=3)
    row = f"winter-fair,Winter Fair,{starts_at.isoformat()},{ends_at.isoformat()},School hall,Christmas fair;fair"
    return f"id,title,starts_at,ends_at,place,synonyms\n{row}\n".encode()


def _vet_all(console: Console, service: Service, school_id: str, now: datetime) -> None:
    way = register_of(service, school_id)
    summary = Table(
        "", "draft", "verdict", "findings", title="The demo's drafts", title_justify="left", show_lines=False
    )
    with service.database.read() as session:
        account = accounts.every(Store(session, school_id))[0].handle
    for number, post in enumerate(posts(), 1):
        taken = (
            [desk.take(service.eyes, post.photo, file_name="hall.jpg", alt_text=post.alt_text)] if post.photo else []
        )
        draft = Draft(
            text=post.text,
            photos=tuple(one.upload.photo for one in taken),
            account=account,
            author=BY,
            classes=post.classes,
            event_id=post.event_id,
        )
        vetted = vet(draft, [one.submitted for one in taken], way.snapshot(now), service.eyes, way.policy, now)
        classes = f" (class {', '.join(post.classes)})" if post.classes else ""
        console.print(f"{number}. {post.title}{classes}", style="bold")
        show(console, post.text, vetted.verdict, vetted.evidence.photos)
        console.print()
        rules = ", ".join(dict.fromkeys(one.rule for one in vetted.verdict.findings if one.outcome > Outcome.ADVISE))
        summary.add_row(str(number), post.title, light(vetted.verdict.answer), rules or "none above advice")
        _keep(service, school_id, draft, taken, vetted, now + timedelta(milliseconds=number))
    console.print(summary)


def _keep(
    service: Service, school_id: str, draft: Draft, taken: list[desk.Taken], vetted: Vetted, now: datetime
) -> None:
    """The draft goes to the queue as well, so that there is something to look at."""
    for one in taken:
        service.files.put(one.clean.sha256, one.clean.data)
    with service.database.write() as session:
        desk.submit(Store(session, school_id), draft, taken, vetted, kind="person", now=now)


def _let_in(console: Console, service: Service, school_id: str, admin: str, now: datetime) -> None:
    """Make keys and people and print their secrets, each alone on its line."""
    with service.database.write() as session:
        store = Store(session, school_id)
        _, cms = keys.create(store, "cms", [Scope.DRAFTS], by=BY, now=now)
        signs = []
        for name, email, role in PEOPLE:
            password = secrets.token_urlsafe(9)
            people.add(store, name, email, role, hash_password(password), by=BY, now=now)
            signs.append((email, role, password))
    console.print(
        "\nThe demo asks nobody for a second factor; a real school's policy asks approvers for one.", style="dim"
    )
    console.print("The admin key:")
    console.print(admin, soft_wrap=True)
    console.print("A key for the school's website (drafts:write):")
    console.print(cms, soft_wrap=True)
    for email, role, password in signs:
        console.print(f"Sign in as {email} ({role}), password:")
        console.print(password, soft_wrap=True)
