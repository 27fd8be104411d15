"""What is not restored, and that nothing is touched then."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.backup import Restored
from app.backup.archive import MANIFEST, MARK, BackupUnfit
from app.errors import Conflict, SetUpError
from app.jobs.watch import FilePost
from app.settings import Settings
from app.vault import Vault
from tests.backup.conftest import Place, back_up, contents, place, stored
from tests.backup.test_backup import a_draft
from tests.web.conftest import School, both_databases

Members = dict[str, bytes]
Change = Callable[[Members], None]
KEY = bytes(range(32))


@pytest.fixture
def made(client: TestClient, school: School, author: dict[str, str], tmp_path: Path) -> Path:
    a_draft(client, author)
    back_up(school.service, tmp_path / "b.tar")
    return tmp_path / "b.tar"


def rewritten(file: Path, change: Change) -> Path:
    """The backup, its members changed by whoever can."""
    with tarfile.open(file) as tar:
        members = {one.name: (tar.extractfile(one) or io.BytesIO()).read() for one in tar.getmembers()}
    change(members)
    other = file.with_name("changed.tar")
    with tarfile.open(other, "w") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return other


def refused(target: Place, file: Path, words: str, slug: str = "backup-unfit", force: bool = False) -> None:
    there = files_of(target)
    with pytest.raises((BackupUnfit, Conflict, SetUpError), match=words) as told:
        target.restore(file, force=force)
    assert told.value.slug == slug
    assert files_of(target) == there


def files_of(target: Place) -> dict[str, bytes]:
    """What lies in the data folder, but for locks and journals."""
    found = sorted(target.settings.data_dir.rglob("*"))
    return {
        str(one): one.read_bytes()
        for one in found
        if one.is_file() and not one.name.endswith((".lock", "-wal", "-shm"))
    }


def first(members: Members, beginning: str) -> str:
    return next(name for name in sorted(members) if name.startswith(beginning))


def flip(beginning: str) -> Change:
    def change(members: Members) -> None:
        name = first(members, beginning)
        data = members[name]
        members[name] = data[:-1] + bytes([data[-1] ^ 1])

    return change


def drop(beginning: str) -> Change:
    def change(members: Members) -> None:
        del members[first(members, beginning)]

    return change


def say(**said: object) -> Change:
    """Another manifest, marked with the right key, as by a version of ours that does other things."""

    def change(members: Members) -> None:
        written = json.dumps(json.loads(members[MANIFEST]) | said)
        members[MANIFEST] = written.encode()
        members[MARK] = Vault(KEY).mark(written, "manifest of a backup").encode()

    return change


def add(name: str) -> Change:
    def change(members: Members) -> None:
        members[name] = b"x"

    return change


def also(name: str) -> Change:
    """A file that the manifest knows of, at a place that is none of ours."""

    def change(members: Members) -> None:
        digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        known = json.loads(members[MANIFEST])["members"]
        members[name] = b"x"
        say(members=known | {name: digest})(members)

    return change


@pytest.mark.parametrize(
    ("change", "words", "slug"),
    [
        (flip("photos/"), "is not what was written", "backup-unfit"),
        (flip("tables/drafts"), "is not what was written", "backup-unfit"),
        (flip("key.check"), "is not what was written", "backup-unfit"),
        (flip(MANIFEST), "", ""),
        (flip(MARK), "another key", "backup-of-another-key"),
        (drop("photos/"), "files are missing", "backup-unfit"),
        (drop("tables/drafts"), "files are missing", "backup-unfit"),
        (drop(MANIFEST), "not a backup", "backup-unfit"),
        (drop(MARK), "not a backup", "backup-unfit"),
        (add("photos/extra"), "do not belong", "backup-unfit"),
        (also("../escaped"), "cannot be one of ours", "backup-unfit"),
        (also("/tmp/escaped"), "cannot be one of ours", "backup-unfit"),
        (also("photos/../../../escaped"), "cannot be one of ours", "backup-unfit"),
        (also("tables/drafts/999999"), "cannot be one of ours", "backup-unfit"),
        (say(format=2), "newer version", "backup-unfit"),
        (say(revision="9999"), "newer version", "backup-unfit"),
        (say(tables=[]), "cannot be one of ours", "backup-unfit"),
        (say(made_at="yesterday"), "not a backup", "backup-unfit"),
        (say(strange=1), "not a backup", "backup-unfit"),
    ],
)
def test_a_backup_that_was_changed(made: Path, empty: Place, change: Change, words: str, slug: str) -> None:
    if not slug:  # one bit of the manifest: no JSON any more, or other words that the mark is not of
        with pytest.raises(BackupUnfit):
            empty.restore(rewritten(made, change))
        return
    refused(empty, rewritten(made, change), words, slug)


@pytest.mark.parametrize("kept", [0, 100, 10_000, -20_480])
def test_a_backup_that_was_cut_off(made: Path, empty: Place, kept: int) -> None:
    whole = made.read_bytes()
    made.write_bytes(whole[:kept])
    refused(empty, made, "not a backup|cut off")


def test_no_backup_at_all(empty: Place, tmp_path: Path) -> None:
    refused(empty, tmp_path / "none.tar", "no file")
    (tmp_path / "words.tar").write_text("Dear Sir or Madam", encoding="utf-8")
    refused(empty, tmp_path / "words.tar", "not a backup")


def test_a_link_in_a_backup_leads_nowhere(made: Path, empty: Place) -> None:
    other = made.with_name("linked.tar")
    with tarfile.open(made) as tar, tarfile.open(other, "w") as changed:
        for one in tar.getmembers():
            data = (tar.extractfile(one) or io.BytesIO()).read()
            if one.name.startswith("photos/"):
                one.type, one.linkname, one.size = tarfile.SYMTYPE, "/etc/passwd", 0
                changed.addfile(one)
            else:
                changed.addfile(one, io.BytesIO(data))
    refused(empty, other, "cannot be one of ours")


def test_a_backup_of_another_key(made: Path, tmp_path: Path) -> None:
    key = base64.b64encode(bytes(32)).decode()
    other = Place(Settings(data_dir=tmp_path / "elsewhere", database_url="", key=key))
    refused(other, made, "of another key", "backup-of-another-key")
    refused(other, made, "of another key", "backup-of-another-key", force=True)


def test_without_any_key(made: Path, tmp_path: Path) -> None:
    refused(Place(Settings(data_dir=tmp_path / "elsewhere", database_url="", key=None)), made, "no key", "key-missing")


def restore_again(target: Place, file: Path) -> Restored:
    return target.restore(file, force=True)


@pytest.mark.parametrize("target", ["empty", "empty_postgres"])
def test_what_is_there_is_lost_only_by_force(
    client: TestClient,
    school: School,
    author: dict[str, str],
    made: Path,
    target: str,
    request: pytest.FixtureRequest,
) -> None:
    back: Place = request.getfixturevalue(target)
    back.restore(made)
    refused(back, made, "--force", "not-empty")
    before = contents(school.service.database)
    a_draft(client, author)
    later = made.with_name("later.tar")
    back_up(school.service, later)
    assert restore_again(back, made).damaged == ()
    opened = back.opened()
    assert contents(opened.database) == before
    opened.close()
    restore_again(back, later)
    opened = back.opened()
    assert contents(opened.database) == contents(school.service.database)
    assert stored(opened.files) == stored(school.service.files)
    opened.close()


def test_photos_alone_are_something(made: Path, empty: Place) -> None:
    file = empty.settings.data_dir / "photos" / "ab" / "cd" / "file"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"x")
    refused(empty, made, "here are photos already", "not-empty")


def test_while_somebody_serves_nothing_is_restored(made: Path, empty: Place) -> None:
    empty.restore(made)
    back = empty.opened()
    post = FilePost(back.database)
    try:
        refused(empty, made, "Another process serves", "already-running", force=True)
    finally:
        post.leave()
        back.close()


@both_databases
def test_others_at_a_server_are_in_the_way(made: Path, school: School, tmp_path: Path) -> None:
    if school.service.database.file is not None:
        return
    url = school.service.database.url.render_as_string(hide_password=False)
    refused(place(tmp_path / "elsewhere", url), made, "others are connected", "in-use", force=True)


def test_a_restore_that_fails_half_way_leaves_what_was_there(made: Path, empty: Place) -> None:
    empty.restore(made)
    before = empty.opened()
    rows, files = contents(before.database), stored(before.files)
    before.close()

    def shape_of_another_version(members: Members) -> None:
        tables = json.loads(members[MANIFEST])["tables"]
        for table in tables:
            if table["name"] == "drafts":
                table["columns"] = {f"{name}_new": kind for name, kind in table["columns"].items()}
        say(tables=tables)(members)

    with pytest.raises(Exception, match="_new"):
        empty.restore(rewritten(made, shape_of_another_version), force=True)
    after = empty.opened()
    assert (contents(after.database), stored(after.files)) == (rows, files)
    after.close()
