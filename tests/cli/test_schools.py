"""school: another one, made whole, with a link for its administrator; and the list."""

from __future__ import annotations

from app.store import Store, people, policies, schools
from tests.cli.conftest import CommandLine

NEW = ("Blackhouse Primary School", "--administrator", "Ann Hall", "--email", "head@blackhouse.example")


def test_a_school_is_made_and_listed_and_commands_find_it(command: CommandLine) -> None:
    made = command.done("school", "create", *NEW, "--slug", "blackhouse")
    (link,) = made.out.splitlines()
    assert "/welcome/" in link
    assert link not in made.err
    database = command.database()
    with database.read() as session:
        school = schools.find(session, "blackhouse")
        assert school is not None
        store = Store(session, school.id)
        assert policies.current(store) is not None
        assert [(one.name, one.role) for one in people.every(store)] == [("Ann Hall", "administrator")]
    database.dispose()
    listed = command.done("school", "list").out
    assert [line.split()[:4] for line in listed.splitlines()[1:]] == [
        ["blackhouse", "1", "1", "0"],
        ["whitehouse-primary-school", "0", "1", "0"],
    ]
    assert command("key", "list").status == 3, "of which school was not said"
    assert command.done("key", "list", "--school", "blackhouse").out.count("\n") == 1
    again = command("school", "create", *NEW, "--slug", "blackhouse")
    assert (again.status, again.out) == (3, "")
    command.done(
        "person", "add", "--email", "t@trust.example", "--name", "T", "--role", "trust", "--school", "blackhouse"
    )
