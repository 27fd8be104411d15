"""What was backed up comes back, whichever database it was made on and whichever it comes back to."""

from __future__ import annotations

import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app import backup, register
from app.backup.restoring import PROBLEM
from app.errors import SetUpError
from app.register.child_keys import open_photo_file
from app.store import Store, audit, biometrics, drafts, holding, people, roster, schools
from app.web.schoolwork import office_of
from app.web.security import cookie_name
from app.web.service import Service
from tests.backup.conftest import Place, back_up, contents, place, stored
from tests.web.api.test_drafts import store, submit
from tests.web.api.test_faces import enrol
from tests.web.api.test_vet import BLUE, RED, photo
from tests.web.conftest import REFUSED, School, both_databases

Headers = dict[str, str]
NEWS = "Year 4 built a Roman road in the playground and it held a bicycle!"
ALICE = "B823403726001"
AWKWARD = "a lone \ud83d half, a \x1b bell and a \u2028 line"


def a_draft(client: TestClient, author: Headers) -> Any:
    taken = store(client, author, photo(BLUE, RED))
    return submit(client, author, text=NEWS, photos=[{"id": taken["id"]}], classes=["Cedar"])


@pytest.fixture
def target(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue(request.param)
    return found


@both_databases
@pytest.mark.parametrize("target", ["empty", "empty_postgres"], indirect=True)
def test_everything_comes_back_on_either_database(
    client: TestClient, school: School, author: Headers, target: Place, tmp_path: Path
) -> None:
    draft = a_draft(client, author)
    person = school.person("approver")
    school.sign_in(client, person)
    before, files = contents(school.service.database), stored(school.service.files)
    assert files
    made = back_up(school.service, tmp_path / "b.tar")
    assert (made.manifest.missing, len(made.manifest.files)) == ((), len(files))
    done = target.restore(tmp_path / "b.tar")
    assert (done.schools, done.erased_again, done.damaged) == (("whitehouse-primary-school",), 0, ())
    back = target.opened()
    try:
        assert contents(back.database) == before
        assert stored(back.files) == files
        with back.database.read() as session:
            rows = Store(session, school.id)
            assert audit.verify(rows).problems == ()
            assert [line.action for line in audit.page(rows, limit=2).items] == [
                "publishing.school.pause",
                "school.backup.restore",
            ]
            held = holding.current(rows)
            assert (held.paused, held.problem) == (True, PROBLEM)
            assert "22 November 2026, 09:30" in held.reason
            token = client.cookies[cookie_name(school.service)]
            idle = school.service.clock() - school.service.clock()
            assert people.find_session(session, token, idle=idle, now=school.service.clock()) is None
            (picture,) = drafts.get(rows, draft["id"]).draft.photos
        assert back.files.get(picture.sha256) == school.service.files.get(picture.sha256)
    finally:
        back.close()


@both_databases
def test_a_backup_made_while_drafts_come_in_is_of_one_moment(
    client: TestClient, school: School, author: Headers, empty: Place, tmp_path: Path
) -> None:
    a_draft(client, author)
    ending = threading.Event()
    written: list[str] = []
    failed: list[Exception] = []

    def write() -> None:
        try:
            while not ending.is_set():
                written.append(submit(client, author, text=f"{NEWS} {len(written)}")["id"])
        except Exception as error:  # noqa: BLE001 - told by the test
            failed.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        made: list[Any] = []
        while len(made) < 3 or len(written) < 5:
            made.append(back_up(school.service, tmp_path / f"{len(made)}.tar"))
    finally:
        ending.set()
        thread.join()
    assert not failed
    done = empty.restore(tmp_path / f"{len(made) - 1}.tar")
    assert done.damaged == ()
    counts = {table.name: table.rows for table in done.manifest.tables}
    assert 0 < counts["drafts"] <= len(written) + 1
    assert counts["drafts"] == counts["verdicts"], "a draft and its verdict are committed together"
    back = empty.opened()
    try:
        with back.database.read() as session:
            lines = audit.verify(Store(session, school.id))
        assert (lines.problems, lines.rows > counts["audit"]) == ((), True)
    finally:
        back.close()


def test_awkward_words_come_back_as_they_were(school: School, empty: Place, tmp_path: Path) -> None:
    with school.write() as rows:
        people.add(rows, AWKWARD, "odd@whitehouse.example", "author", "", by="test", now=school.service.clock())
    back_up(school.service, tmp_path / "b.tar")
    empty.restore(tmp_path / "b.tar")
    back = empty.opened()
    with back.database.read() as session:
        found = people.find_by_email(Store(session, school.id), "odd@whitehouse.example")
    back.close()
    assert found is not None
    assert found.name == AWKWARD


def test_nobody_is_named_in_it_and_nobody_else_can_read_it(
    client: TestClient, school: School, author: Headers, tmp_path: Path
) -> None:
    a_draft(client, author)
    back_up(school.service, tmp_path / "b.tar")
    found = (tmp_path / "b.tar").read_bytes()
    assert not any(words in found for words in (b"Alice", b"Smith", ALICE.encode(), b"Roman", b"whitehouse"))
    key = school.service.settings.key
    assert key is not None
    assert key.get_secret_value().encode() not in found
    assert stat.S_IMODE((tmp_path / "b.tar").stat().st_mode) == 0o600


def test_a_backup_takes_the_place_of_no_other(school: School, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_text("mine", encoding="utf-8")
    with pytest.raises(SetUpError, match="never takes the place"):
        back_up(school.service, tmp_path / "b.tar")
    assert (tmp_path / "b.tar").read_text(encoding="utf-8") == "mine"
    with pytest.raises(SetUpError, match="no folder"):
        back_up(school.service, tmp_path / "nowhere" / "b.tar")


def test_what_a_cut_off_backup_left_is_in_nobodys_way(school: School, tmp_path: Path) -> None:
    (tmp_path / "b.tar.part").write_text("half", encoding="utf-8")
    back_up(school.service, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar.part").exists()


def test_a_lost_photo_is_told_and_stops_nothing(
    client: TestClient, school: School, author: Headers, empty: Place, tmp_path: Path
) -> None:
    a_draft(client, author)
    (lost,) = [one for one in school.service.files.folder.rglob("*") if one.is_file()]
    lost.unlink()
    made = back_up(school.service, tmp_path / "b.tar")
    assert made.manifest.missing == (f"photos/{lost.relative_to(school.service.files.folder)}",)
    assert empty.restore(tmp_path / "b.tar").manifest.missing == made.manifest.missing


def test_a_backup_notes_itself(school: School, tmp_path: Path) -> None:
    made = back_up(school.service, tmp_path / "b.tar")
    with school.read() as rows:
        line = audit.page(rows, limit=1).items[0]
    assert (line.action, line.detail) == ("school.backup.make", {"backup": made.manifest.id})


def erase(service: Service, school: School) -> str:
    pupil = school.pupil(ALICE)
    register.erase_pupil(school.office, pupil.id, by="test", now=service.clock())
    return pupil.id


def is_there(target: Place, school: School, pupil: str) -> bool:
    back = target.opened()
    with back.database.read() as session:
        found = roster.find(Store(session, school.id), pupil)
    back.close()
    return found is not None


@both_databases
def test_a_child_erased_since_is_erased_again(school: School, empty: Place, tmp_path: Path) -> None:
    back_up(school.service, tmp_path / "b.tar")
    pupil = erase(school.service, school)
    tombs = school.service.references.folder.parent / "tombstones.jsonl"
    done = empty.restore(tmp_path / "b.tar", copy=tombs)
    assert (done.erased_again, done.damaged) == (1, ())
    assert not is_there(empty, school, pupil)


def test_tombstones_that_lie_here_are_kept_and_heeded(school: School, tmp_path: Path) -> None:
    back_up(school.service, tmp_path / "b.tar")
    pupil = erase(school.service, school)
    (tombs,) = (school.service.references.folder.parent / "tombstones.jsonl").read_text("ascii").splitlines()
    target = place(tmp_path / "elsewhere")
    target.settings.data_dir.mkdir()
    (target.settings.data_dir / "tombstones.jsonl").write_text(tombs + "\n", encoding="ascii")
    back_up(school.service, tmp_path / "later.tar")
    assert target.restore(tmp_path / "b.tar").erased_again == 1
    assert not is_there(target, school, pupil)
    assert target.restore(tmp_path / "later.tar", force=True).erased_again == 0
    assert (target.settings.data_dir / "tombstones.jsonl").read_text("ascii").splitlines() == [tombs]


def test_reference_photos_come_back_and_open(client: TestClient, school: School, empty: Place, tmp_path: Path) -> None:
    pupil = school.pupil(REFUSED[0])
    enrol(client, school.key("register:write"), pupil.id)
    files = stored(school.service.references)
    assert files
    back_up(school.service, tmp_path / "b.tar")
    empty.restore(tmp_path / "b.tar")
    back = empty.opened()
    assert stored(back.references) == files
    office = office_of(back, school.id)
    with back.database.read() as session:
        (kept,) = biometrics.reference_photos(Store(session, school.id))
    assert open_photo_file(office, kept).startswith(b"\x89PNG")
    back.close()


def test_the_schools_are_told_apart(school: School, empty: Place, tmp_path: Path) -> None:
    with school.service.database.write() as session:
        schools.create(session, "Blackhouse", by="test", now=school.service.clock())
    back_up(school.service, tmp_path / "b.tar")
    assert set(empty.restore(tmp_path / "b.tar").schools) == {"whitehouse-primary-school", "blackhouse"}


def test_looking_through_touches_nothing(school: School, tmp_path: Path) -> None:
    back_up(school.service, tmp_path / "b.tar")
    before = sorted(tmp_path.rglob("*"))
    with backup.opened(tmp_path / "b.tar", bytes(range(32))) as found:
        assert found.manifest.rows > 400
    assert sorted(tmp_path.rglob("*")) == before
