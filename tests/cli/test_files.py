"""import and policy: the office's files, whose faults are told by line, and the governors' policy."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from app.policy import DEFAULT_FILE
from app.store import Store, audit, roster, schools
from app.store.permissions import Round, round_of
from tests.cli.conftest import DEMO_SCHOOL, CommandLine

ROSTER = (DEMO_SCHOOL / "roster.csv").read_text(encoding="utf-8-sig")
HEADER, *PUPILS = ROSTER.splitlines()
NEW = "Z823499926999,Elowen,Ellie,,Fairweather,,4,Oak,2018-06-19"
FAIR = "id,title,starts_at,ends_at\nfair,Winter Fair,2026-11-28T14:00:00Z,2026-11-28T17:00:00Z\n"


class Writing:
    """Writes files beside the data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)


@pytest.fixture
def file(tmp_path: Path) -> Writing:
    return Writing(tmp_path)


def on_roll(command: CommandLine) -> int:
    database = command.database()
    with database.read() as session:
        (school,) = schools.every(session)
        found = sum(pupil.left_on is None for pupil in roster.every(Store(session, school.id)))
    database.dispose()
    return found


def asked(command: CommandLine) -> Round | None:
    database = command.database()
    with database.read() as session:
        (school,) = schools.every(session)
        found = round_of(Store(session, school.id), "2026-27")
    database.dispose()
    return found


def test_a_roster_is_taken_in_and_the_difference_told(command: CommandLine, file: Writing) -> None:
    path = file("roster.csv", "\n".join([HEADER, *PUPILS[1:], NEW]))
    dry = command.done("import", "roster", path, "--dry-run")
    assert dry.out.endswith("1 would be added, 0 changed, 1 gone\n")
    assert on_roll(command) == 420
    done = command.done("import", "roster", path)
    assert done.out.endswith("1 are added, 0 changed, 1 gone\n")
    assert on_roll(command) == 420
    assert command.done("import", "roster", path).out.endswith("0 are added, 0 changed, 0 gone\n")


def test_half_a_roll_waits_for_a_confirmation(command: CommandLine, file: Writing) -> None:
    path = file("roster.csv", "\n".join([HEADER, *PUPILS[:210]]))
    refused = command("import", "roster", path)
    assert (refused.status, refused.out) == (3, "")
    assert "210 of 420" in refused.err
    assert on_roll(command) == 420
    command.done("import", "roster", path, "--confirm")
    assert on_roll(command) == 210


BAD = {
    "roster": ("\n".join([HEADER, PUPILS[0], f",{NEW.partition(',')[2]}"]), "line 3", "UPN"),
    "staff": ("title,first,surname,role,personal_handles\nMr,A,B,C,not a handle", "line 2", "personal_handles"),
    "permissions": ("UPN,Name\nB823403726001,Alice", "line 1", ""),
    "events": (FAIR.replace("T17", "T11"), "line 2", ""),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_with_faults_is_refused_by_line_and_changes_nothing(
    command: CommandLine, file: Writing, kind: str
) -> None:
    text, line, column = BAD[kind]
    path = file(f"{kind}.csv", text)
    before = command.files()
    done = command("import", kind, path)
    assert (done.status, done.out) == (3, "")
    assert line in done.err
    assert column in done.err
    assert command.files() == before
    dry = command("import", kind, path, "--dry-run")
    assert dry.status == 3
    assert line in dry.out
    assert column in dry.out
    assert "nothing would be changed" in dry.err


def test_a_file_that_is_not_there(command: CommandLine) -> None:
    done = command("import", "roster", "nowhere.csv")
    assert (done.status, done.out) == (3, "")
    assert "nowhere.csv" in done.err


def test_staff_and_events(command: CommandLine, file: Writing) -> None:
    header, *rows = (DEMO_SCHOOL / "staff.csv").read_text(encoding="utf-8-sig").splitlines()
    staff = "\n".join([f"{header},personal_handles", f"{rows[0]},sarah_home", *(f"{row}," for row in rows[1:])])
    done = command.done("import", "staff", file("staff.csv", staff))
    assert done.out.endswith("0 are added, 1 changed, 0 gone\n")
    assert command("vet", "A lovely day, thank you @sarah_home!").status == 2
    done = command.done("import", "events", file("events.csv", FAIR))
    assert done.out.endswith("1 are added, 0 changed, 0 gone\n")
    assert command("vet", "What a day it was.", "--event", "fair").status == 1


def test_a_calendar_is_told_by_the_files_ending(command: CommandLine, file: Writing) -> None:
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//x//EN",
        "BEGIN:VEVENT",
        "UID:trip",
        "DTSTAMP:20261101T090000Z",
    ]
    lines += [
        "DTSTART:20261201T090000Z",
        "DTEND:20261201T150000Z",
        "SUMMARY:Windmill",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    done = command.done("import", "events", file("school.ICS", "\r\n".join(lines)))
    assert done.out.endswith("1 are added, 0 changed, 0 gone\n")
    assert command("import", "events", file("school.csv", "\r\n".join(lines))).status == 3


def permissions(no: str) -> str:
    text = io.StringIO()
    rows = [[row["UPN"], "No" if row["UPN"] == no else "Yes"] for row in csv.DictReader(io.StringIO(ROSTER))]
    csv.writer(text).writerows([["UPN", "Social media"], *rows])
    return text.getvalue()


def test_answers_and_their_round(command: CommandLine, file: Writing) -> None:
    path = file("answers.csv", permissions(PUPILS[9].partition(",")[0]))
    days = ("--opened-on", "2026-09-03", "--due-on", "2026-09-30")
    dry = command.done("import", "permissions", path, *days, "--dry-run")
    assert dry.out.endswith("0 would be added, 3 changed, 0 gone\n")
    before = asked(command)
    assert before is not None
    assert before.opened_on is None
    command.done("import", "permissions", path, *days)
    after = asked(command)
    assert after is not None
    assert (str(after.opened_on), str(after.due_on)) == ("2026-09-03", "2026-09-30")


def test_a_round_has_both_its_days(command: CommandLine, file: Writing) -> None:
    path = file("answers.csv", permissions(""))
    for days in (("--opened-on", "2026-09-03"), ("--due-on", "2026-09-30"), ("--due-on", "soon")):
        before = command.files()
        done = command("import", "permissions", path, *days)
        assert done.status == 3
        assert days[0] in done.err
        assert command.files() == before


def test_no_round_is_opened_with_a_file_that_is_refused(command: CommandLine, file: Writing) -> None:
    before = command.files()
    path = file("answers.csv", "UPN,Social media\nZ999,Yes\n")
    days = ("--opened-on", "2026-09-03", "--due-on", "2026-09-30")
    assert command("import", "permissions", path, *days).status == 3
    assert command.files() == before, "in a round that is over, silence would permit"


# ---------------------------------------------------------------- policy

DEFAULT = DEFAULT_FILE.read_text(encoding="utf-8")


def test_the_policy_is_shown_in_words(command: CommandLine) -> None:
    shown = command.done("policy", "show").out
    assert "Whitehouse Primary School (whitehouse@1)" in shown
    assert "at most 140 characters" in shown


def test_a_policy_is_checked_by_line_and_imported_as_a_new_version(command: CommandLine, file: Writing) -> None:
    lines = DEFAULT.splitlines()
    at = next(number for number, line in enumerate(lines, 1) if line.startswith("policy_length"))
    longer = file("longer.toml", DEFAULT.replace(lines[at - 1], "policy_length = 200"))
    assert "in order" in command.done("policy", "check", longer).out
    long_post = "Year 4 built a road of sand and stone in the playground today. " * 2 + "It held a bicycle, too."
    assert command("vet", long_post).status == 2
    assert "Version 2 is in force" in command.done("policy", "import", longer).out
    assert command("vet", long_post).status == 0
    assert "whitehouse@2" in command.done("policy", "show").out

    wrong = file("wrong.toml", DEFAULT.replace(lines[at - 1], 'policy_length = "many"') + "\n[more]\n")
    for order, status in (("check", 1), ("import", 3)):
        done = command("policy", order, wrong)
        assert done.status == status
        assert f"wrong.toml:{at}: " in done.out
        assert f"wrong.toml:{len(lines) + 2}: " in done.out
    assert "whitehouse@2" in command.done("policy", "show").out


def test_a_milder_outcome_is_allowed_and_said_aloud(command: CommandLine, file: Writing) -> None:
    assert "note:" not in command.done("policy", "check", file("same.toml", DEFAULT)).out
    asked = '"children.opted-out" = "reject"'
    assert asked in DEFAULT
    milder = file("milder.toml", DEFAULT.replace(asked, asked.replace("reject", "advise")))
    for order in ("check", "import"):
        said = command.done("policy", order, milder).out
        assert "note: children.opted-out is advise here; by itself it would be reject" in " ".join(said.split())


def test_who_decided_what_a_blank_means_is_asked_for_and_kept(command: CommandLine, file: Writing) -> None:
    refusing = file("refusing.toml", DEFAULT.replace('not_answered = "allow"', 'not_answered = "refuse"'))
    refused = command("policy", "import", refusing)
    assert refused.status == 3
    assert "say who decided that" in refused.err
    assert command("policy", "import", refusing, "--decided-by", " ").status == 3
    assert command("policy", "import", refusing, "--decided-by", "x" * 201).status == 3
    assert "whitehouse@1" in command.done("policy", "show").out
    assert "Version 2" in command.done("policy", "import", refusing, "--decided-by", "Chair of governors").out
    assert "Version 2" in command.done("policy", "import", refusing).out, "the same again needs nobody"
    database = command.database()
    with database.read() as session:
        (school,) = schools.every(session)
        decided = audit.about(Store(session, school.id), school.id)[-2:]
    database.dispose()
    assert [line.action for line in decided] == ["school.policy.add", "permission.silence.decide"]
    assert decided[1].detail == {"from": "allow", "to": "refuse", "decided_by": "Chair of governors", "policy": 2}
    assert "A family that has not answered: refuse" in command.done("policy", "show").out


def test_a_policy_that_is_no_text(command: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert command("policy", "check", str(path)).status == 1
    assert command("policy", "import", str(path)).status == 3
    path.write_bytes(b"\xef\xbb\xbf" + DEFAULT.encode())
    command.done("policy", "check", str(path))


def test_pupils_of_a_trusts_other_schools_are_counted_apart(command: CommandLine, file: Writing) -> None:
    ours = [f"{line},Whitehouse Primary" for line in PUPILS]
    path = file("trust.csv", "\n".join([f"{HEADER},School", *ours, f"{NEW},Oakfield Junior"]))
    told = command.done("import", "roster", path)
    assert told.out.endswith("0 are added, 0 changed, 0 gone; 1 of other schools\n")
    assert on_roll(command) == 420
