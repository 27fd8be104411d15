"""init, migrate, models, audit: an installation is made, and looked at whether it is whole."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path

from PIL import Image

from app import register
from app.db import Database
from app.jobs import Here
from app.main import open_service, the_time
from app.settings import Settings
from app.store import Store, keys, roster, schools
from app.store.biometrics import Actor, BiometricDecision, Notice, Response
from app.vision import models
from app.vision.models import CONVERTED
from app.web.schoolwork import office_of
from tests.cli.conftest import SCHOOL, CommandLine
from tests.databases import tamper
from tests.register.conftest import DPIA
from tests.vision.networks import make_network
from tests.vision.portraits import astronaut


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


def test_models_alone_tells_the_embedders_and_whether_they_were_measured(bare: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / CONVERTED).symlink_to(Path(bare.environment["FLEDGLING_MODELS_DIR"]) / CONVERTED)
    make_network(folder, "own")
    make_network(folder, "altered").write_bytes(b"something else")
    bare.environment |= {"FLEDGLING_MODELS_DIR": str(folder), "FLEDGLING_EMBEDDER": "own"}
    lines = bare.done("models").out.splitlines()
    told = {line.split(":")[0]: line for line in lines}
    assert "dlib-resnet-1; distances in the policy" in told["embedder dlib"]
    assert "no distances in the policy of default (CC0, made for the tests)" in told["embedder own"]
    assert "another SHA-256" in told["embedder altered"]
    assert "tiny-1-" in told["engine"]
    assert lines[-1] == "It has no distances in the policy of default: no face is clearly a child, any may be."
    assert not bare.folder.exists()


def test_models_tells_of_the_policies_of_the_schools_there_are(command: CommandLine) -> None:
    assert "no distances in the policy of whitehouse-primary-school (" in command.done("models").out
    assert "embedder dlib: dlib-resnet-1; distances in the policy (" in command.done("models", "status").out


def test_an_embedder_that_cannot_be_used_is_told_at_once_and_by_serve_too(command: CommandLine, tmp_path: Path) -> None:
    for choice in ("absent", "../key"):
        command.environment["FLEDGLING_EMBEDDER"] = choice
        for args in (("models", "status"), ("serve",), ("vet", "Hello")):
            done = command(*args)
            assert done.status == 3
            assert done.err.startswith("Not set up: ")
            assert "Traceback" not in done.err


def test_models_fetch_leaves_alone_what_is_there(bare: CommandLine, shared: Path) -> None:
    done = bare.done("models", "fetch")
    assert "there already" in done.err
    assert not bare.folder.exists()


def test_models_fetch_without_a_network_says_so(bare: CommandLine, tmp_path: Path) -> None:
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": ""}
    bare.environment |= {"FLEDGLING_MODELS_DIR": str(tmp_path), "FLEDGLING_SHARED": str(tmp_path)} | nowhere
    done = bare("models", "fetch")
    assert (done.status, done.out) == (3, "")
    assert "media.githubusercontent.com cannot be reached" in done.err
    assert str(tmp_path) in done.err
    assert "Traceback" not in done.err


def test_models_reembed_measures_faces_anew(command: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    make_network(folder)
    pupil = _enrol(command)
    command.environment |= {"FLEDGLING_MODELS_DIR": str(folder), "FLEDGLING_EMBEDDER": "tiny"}
    assert command.done("models", "reembed").out.startswith("whitehouse-primary-school: 1 vectors made for tiny-1-")
    shutil.rmtree(command.folder / "references")
    command.environment["FLEDGLING_EMBEDDER"] = "face_recognition"
    lost = command.done("models", "reembed").out.splitlines()
    assert lost[0] == "whitehouse-primary-school: 0 vectors made for face_recognition-1.3"
    assert lost[1].strip() == f"another photo is needed of pupil {pupil}"


def _enrol(command: CommandLine) -> str:
    """Put the face of some child on record with dlib's vector; returns the child's id."""
    places = {name: Path(path) for name, path in command.environment.items()}
    settings = Settings(data_dir=command.folder, database_url="", key=None)
    engine = models.ready(places["FLEDGLING_MODELS_DIR"], places["FLEDGLING_SHARED"])
    service = open_service(settings, crew=Here(lambda: engine))
    with service.database.read() as session:
        (school,) = schools.every(session)
        pupil = roster.every(Store(session, school.id))[0].id
    office, day, now = office_of(service, school.id), date(2025, 9, 1), the_time()
    consent = Response(pupil, Actor.PARENT, BiometricDecision.CONSENT, in_writing=True, received_on=day)
    register.record_dpia(office, DPIA, by="test", now=now)
    register.record_response(office, pupil, consent, [Notice(pupil, "mother", day)], by="test", now=now)
    file = io.BytesIO()
    Image.fromarray(astronaut()).save(file, "PNG")
    register.add_reference_photo(office, pupil, file.getvalue(), service.eyes, by="test", now=now)
    service.close()
    return pupil


def test_models_reembed_has_nothing_to_do_without_faces(command: CommandLine) -> None:
    assert command.done("models", "reembed").out == "whitehouse-primary-school: 0 vectors made for dlib-resnet-1\n"
    assert "0 vectors" in command.done("models", "reembed", "--school", "whitehouse-primary-school").out
    assert command("models", "reembed", "--school", "elm-park").status == 3


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
