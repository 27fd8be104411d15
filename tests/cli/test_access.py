"""key and person: secrets are printed once, and never again."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from app.jobs import Here
from app.main import open_service, serve
from app.settings import Settings
from app.store import Store, people, schools, second_factors
from app.vision import paper
from tests.cli.conftest import CommandLine


def may_vet(command: CommandLine, secret: str) -> int:
    """The status that a vet call with that key gets."""
    service = open_service(Settings(data_dir=command.folder, database_url="", key=None), crew=Here(paper.engine))
    with TestClient(serve(service)) as client:
        headers = {"Authorization": f"Bearer {secret}"}
        return client.post("/v1/vet", headers=headers, json={"text": "x"}).status_code


def test_a_key_works_until_it_is_revoked_and_its_secret_is_never_listed(command: CommandLine) -> None:
    made = command.done("key", "create", "--name", "cms", "--scope", "drafts:write", "--scope", "review:write")
    (secret,) = made.out.splitlines()
    assert secret not in made.err
    assert may_vet(command, secret) == 200
    listed = command.done("key", "list").out
    assert secret not in listed
    (line,) = [line for line in listed.splitlines() if "cms" in line]
    assert line.endswith("cms: drafts:write review:write")
    found = re.search(r"[0-9a-f]{32}", line)
    assert found, "the id is listed whole: without it no key can be revoked"
    command.done("key", "revoke", found[0])
    assert may_vet(command, secret) == 401
    (line,) = [line for line in command.done("key", "list").out.splitlines() if "cms" in line]
    assert "revoked" in line
    again = command("key", "revoke", found[0])
    assert again.status == 3
    assert "no such key" in again.err


def test_a_key_may_end_by_itself(command: CommandLine) -> None:
    command.done("key", "create", "--name", "term", "--scope", "audit:read", "--days", "90")
    (line,) = [line for line in command.done("key", "list").out.splitlines() if "term" in line]
    assert "holds" in line


@pytest.mark.parametrize(
    "args",
    [("--name", "x"), ("--name", "x", "--scope", "everything"), ("--name", "x", "--scope", "admin", "--days", "-1")],
)
def test_a_key_that_cannot_be(command: CommandLine, args: tuple[str, ...]) -> None:
    done = command("key", "create", *args)
    assert (done.status, done.out) == (3, "")
    assert done.err
    assert len(command.done("key", "list").out.splitlines()) == 2, "the heading and the admin key"


def test_a_person_signs_in_with_the_password_that_was_printed(command: CommandLine) -> None:
    args = ("person", "add", "--email", "Head@whitehouse.example", "--name", "Sarah Whitfield", "--role", "approver")
    made = command.done(*args)
    (password,) = made.out.splitlines()
    assert password not in made.err
    service = open_service(Settings(data_dir=command.folder, database_url="", key=None), crew=Here(paper.engine))
    with TestClient(serve(service), follow_redirects=False) as client:
        data = {"email": "head@whitehouse.example", "password": password}
        answer = client.post("/sign-in", data=data)
        assert answer.status_code == 303, answer.text
        assert client.post("/sign-in", data=data | {"password": "another"}).status_code != 303
    again = command(*args)
    assert (again.status, again.out) == (3, "")
    wrong = command("person", "add", "--email", "a@b.example", "--name", "A", "--role", "king")
    assert wrong.status == 3
    assert "author" in wrong.err


def test_several_scopes_may_follow_one_another(command: CommandLine) -> None:
    command.done("key", "create", "--name", "agency", "--scope", "drafts:write", "review:write", "audit:read")
    assert "audit:read drafts:write review:write" in command.done("key", "list").out


def test_no_key_stands_for_holds(command: CommandLine) -> None:
    done = command("key", "create", "--name", "x", "--scope", "safeguarding:write")
    assert done.status != 0
    assert "never for a key" in done.err
    assert "fl_" not in done.out


def test_somebody_is_invited_by_a_link_and_loses_a_second_factor_by_a_command(command: CommandLine) -> None:
    args = ("person", "invite", "--email", "Ann@whitehouse.example")
    assert command(*args).status == 3, "without a name nobody is added"
    (link,) = command.done(*args, "--name", "Ann Fisher").out.splitlines()
    (again,) = command.done(*args).out.splitlines()
    service = open_service(Settings(data_dir=command.folder, database_url="", key=None), crew=Here(paper.engine))
    with TestClient(serve(service), follow_redirects=False) as client:
        assert client.get(link).status_code == 404
        assert client.post(again, data={"new_password": "marmalade kettle fjord"}).status_code == 303
        given = {"email": "ann@whitehouse.example", "password": "marmalade kettle fjord"}
        assert client.post("/sign-in", data=given).headers["location"] == "/compose"
    none = command("person", "reset-second-factor", "--email", "ann@whitehouse.example")
    assert (none.status, none.out) == (3, "")
    database = command.database()
    with database.write() as session:
        store = Store(session, schools.every(session)[0].id)
        ann = people.find_by_email(store, "ann@whitehouse.example")
        assert ann is not None
        second_factors.put(store, ann.id, b"sealed", 0, ["mark"], by="test", now=ann.created_at)
    database.dispose()
    command.done("person", "reset-second-factor", "--email", "ann@whitehouse.example")
    assert command("person", "reset-second-factor", "--email", "ann@whitehouse.example").status == 3
