"""init, migrate, models, audit: an installation is made, and looked at whether it is whole."""

from __future__ import annotations

from pathlib import Path

from app.db import Database
from app.main import the_time
from app.store import keys, schools
from app.vision.models import CONVERTED
from tests.cli.conftest import SCHOOL, CommandLine
from tests.databases import tamper


def school_names(database: Database) -> list[str]:
    with database.read() as session:
        found = [one.name for one in schools.every(session)]
    database.dispose()
    return found


def test_init_prints_an_admin_key_alone_on_its_line(bare: CommandLine) -> None:
    done = bare("init", *SCHOOL)
    assert done.status == 0, done.err
    (secret,) = done.out.splitlines()
    assert secret.startswith("fl_")
    assert secret not in done.err
    assert (bare.folder / "key").stat().st_mode & 0o777 == 0o600
    assert str(bare.folder / "key") in done.err, "whole, though longer than the terminal is wide"
    database = bare.database()
    with database.read() as session:
        key = keys.find(session, secret, the_time())
    assert key is not None
    assert key.scopes == {"admin"}
    assert school_names(database) == ["Whitehouse Primary School"]


def test_a_second_init_of_the_same_school_is_refused_and_changes_nothing(bare: CommandLine) -> None:
    bare.done("init", *SCHOOL)
    before = bare.files()
    again = bare("init", *SCHOOL)
    assert (again.status, again.out) == (3, "")
    assert "already" in again.err
    assert bare.files() == before


def test_a_second_school_is_added_and_named_from_then_on(bare: CommandLine) -> None:
    first = bare.done("init", *SCHOOL)
    second = bare.done("init", "--school", "Ash Grove [Infants]", "--account", "@AshGrove")
    assert first.out != second.out
    assert "Ash Grove [Infants] is set up" in second.err
    assert school_names(bare.database()) == ["Whitehouse Primary School", "Ash Grove [Infants]"]
    unclear = bare("key", "list")
    assert unclear.status == 3
    assert "--school: whitehouse-primary-school, ash-grove-infants" in unclear.err
    assert "admin" in bare.done("key", "list", "--school", "ash-grove-infants").out
    unknown = bare("key", "list", "--school", "elm-park")
    assert unknown.status == 3
    assert "no such school" in unknown.err


def test_init_refuses_a_handle_that_is_none(bare: CommandLine) -> None:
    done = bare("init", "--school", "Ash Grove", "--account", "not a handle")
    assert (done.status, done.out) == (3, "")
    assert "handle" in done.err
    assert school_names(bare.database()) == []


def test_nothing_works_before_init(bare: CommandLine) -> None:
    for args in (("key", "list"), ("audit", "verify"), ("vet", "Hello"), ("policy", "show"), ("serve",)):
        done = bare(*args)
        assert (done.status, done.out) == (3, ""), args
        assert "Not set up" in done.err
    assert not bare.folder.exists()


def test_migrate_makes_the_tables_and_no_school(bare: CommandLine) -> None:
    bare.done("migrate")
    assert school_names(bare.database()) == []
    bare.done("migrate")


def test_a_setting_that_cannot_be_is_told_without_its_value(bare: CommandLine) -> None:
    bare.environment["FLEDGLING_LOOK_WORKERS"] = "secret-value"
    done = bare("init", *SCHOOL)
    assert (done.status, done.out) == (3, "")
    assert "FLEDGLING_LOOK_WORKERS" in done.err
    assert "secret-value" not in done.err
    assert "Traceback" not in done.err


def test_models_status_tells_every_file_and_the_engine(bare: CommandLine) -> None:
    done = bare.done("models", "status")
    assert "dlib ResNet v1" in done.out
    assert "engine: " in done.out
    assert "dlib-resnet-1" in done.out
    assert all(line.endswith(")") for line in done.out.splitlines()[:3]), "each file keeps to its line"


def test_models_status_warns_of_a_weak_engine(bare: CommandLine, tmp_path: Path) -> None:
    whole = bare.done("models", "status").out
    broken = tmp_path / "models"
    broken.mkdir()
    (broken / "face_detection_yunet_2023mar.onnx").write_bytes(b"not the file we know")
    bare.environment |= {"FLEDGLING_MODELS_DIR": str(broken), "FLEDGLING_SHARED": str(tmp_path)}
    done = bare.done("models", "status").out
    assert "NOT THE FILE WE KNOW" in done
    assert "NOT THE FILE WE KNOW" not in whole
    assert "centerface" in done


def test_models_prepare_converts_once(bare: CommandLine, tmp_path: Path) -> None:
    bare.environment["FLEDGLING_MODELS_DIR"] = str(tmp_path / "models")
    assert "wrote" in bare.done("models", "prepare").err
    made = (tmp_path / "models" / CONVERTED).stat()
    assert bare.done("models", "prepare").err == ""
    assert (tmp_path / "models" / CONVERTED).stat() == made


def test_audit_verify_finds_what_was_tampered_with(command: CommandLine) -> None:
    fine = command("audit", "verify")
    assert fine.status == 0
    assert "all in order" in fine.out
    database = command.database()
    tamper(database, "UPDATE audit SET actor = 'somebody' WHERE seq = 2")
    database.dispose()
    broken = command("audit", "verify")
    assert broken.status == 1
    assert broken.out.startswith("line 2: ")
    assert "in order" not in broken.out


def test_without_a_command_there_is_help(bare: CommandLine) -> None:
    assert "Usage" in bare().out
    assert bare("--help").status == 0
