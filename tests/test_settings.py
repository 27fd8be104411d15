"""Where the service runs: read from the environment under one prefix, and never printed with its key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("FLEDGLING_")]:
        monkeypatch.delenv(name)


def test_what_holds_without_an_environment() -> None:
    settings = Settings()
    assert (settings.data_dir, settings.shared, settings.key) == (Path("data"), Path("../shared"), None)
    assert settings.url == f"sqlite:///{Path('data/fledgling.db').absolute()}"
    assert settings.models == Path("data/models")
    assert settings.photo_hours == 24


def test_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGLING_DATA_DIR", "/srv/fledgling")
    monkeypatch.setenv("FLEDGLING_LOOK_WORKERS", "4")
    monkeypatch.setenv("LOOK_TIMEOUT_S", "1")
    monkeypatch.setenv("FLEDGLING_SOMETHING_ELSE", "x")
    settings = Settings()
    assert (settings.data_dir, settings.look_workers, settings.look_timeout_s) == (Path("/srv/fledgling"), 4, 60.0)
    assert settings.url == "sqlite:////srv/fledgling/fledgling.db"


def test_given_places_go_before_the_usual_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGLING_DATABASE_URL", "postgresql+psycopg://fledgling@db/fledgling")
    monkeypatch.setenv("FLEDGLING_MODELS_DIR", "/opt/models")
    settings = Settings()
    assert settings.url == "postgresql+psycopg://fledgling@db/fledgling"
    assert settings.models == Path("/opt/models")


def test_the_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGLING_KEY", "c2VjcmV0")
    settings = Settings()
    assert settings.key is not None
    assert settings.key.get_secret_value() == "c2VjcmV0"
    assert "c2VjcmV0" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize(("name", "value"), [("LOOK_WORKERS", "0"), ("PHOTO_HOURS", "many"), ("LOOK_TIMEOUT_S", "-1")])
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"FLEDGLING_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().look_workers = 3  # type: ignore[misc]


def test_secrets_may_lie_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fledgling_metrics_token").write_text("from-a-file\n", encoding="utf-8")
    (tmp_path / "fledgling_smtp_host").write_text("from-a-file", encoding="utf-8")
    monkeypatch.setenv("FLEDGLING_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("FLEDGLING_SMTP_HOST", "from-the-environment")
    settings = Settings()
    assert settings.metrics_token is not None
    assert settings.metrics_token.get_secret_value() == "from-a-file"
    assert settings.smtp_host == "from-the-environment"
    monkeypatch.setenv("FLEDGLING_SECRETS_DIR", str(tmp_path / "nowhere"))
    assert Settings().metrics_token is None
